"""The water company under its own rule system: a complaint with a lapse, and a suggestion, to their end."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from core import clock
from tests.browser.office import Office
from tests.browser.watch import Watch

LAPSE = "抄表员没有按约上门"
IDEA = "建议停水通知提前三天发到小区群"
CORRECTED = "经核实，抄表员未按约定时间上门，属实。我们已批评教育并当日补抄，今后改约会提前电话告知。"


def received(office: Office, values: dict[str, object]) -> str:
    """The dispatcher registers and accepts."""
    dispatcher = office["gs-dispatcher"]
    number = dispatcher.register(
        {
            "称呼": "示例用户乙",
            "电话": "13800000002",
            "在哪里": "示例路12号",
            "渠道": "公司部门来电",
            **values,
        }
    )
    dispatcher.sees(state="待受理", next_step="受理", entry="登记", clause="Q1.2", chip="10月13日（周二）")
    dispatcher.step_from_page("受理", {"告知方式": "电话"})
    dispatcher.sees(state="已受理", entry="受理", clause="Q2", chip="剩 5 个工作日 · 10月19日（周一）")
    return number


def verified_as_lapse(office: Office) -> None:
    """The department investigates and classes it a lapse; the reply has to wait for the correction."""
    dispatcher, handler = office["gs-dispatcher"], office["gs-handler"]
    dispatcher.step_from_page("分单", {"责任单位": ["营业厅"]})
    dispatcher.sees(state="已转办", entry="分单", clause="Q3.1a")
    office.later(hours=1)
    handler.start_next(LAPSE, "开始调查")
    handler.step("开始调查", {"调查人": "供排水公司经办人（营业厅）"})
    handler.start_next(LAPSE, "作出核实结论")
    findings = {
        "是否属实": "属实",
        "诉求是否合理": "合理",
        "核实到的情况": "抄表员临时改线路，没有通知用户。",
    }
    handler.fill(findings | {"依据": "抄表轨迹和通话记录"})
    handler.submit()
    handler.is_refused("服务类投诉还没有判定性质", "Q3.1b")
    handler.step("作出核实结论", {"服务类投诉的认定": "一般工作失误、服务欠缺"}, key=True)
    handler.sees(state="已核实", next_step="处理并立即纠正", entry="作出核实结论", clause="Q3.1b")
    handler.cannot_yet("答复用户", "还没有处理和纠正的记录", "Q3.1c")


def test_a_lapse_is_corrected_and_the_leader_apologises(office: Office, watch: Watch) -> None:
    watch.expect(409)
    call = {
        "什么时候、发生了什么": "约好上周六上门抄表，等了一天没有人来，也没有电话。",
        "标题": LAPSE,
        "内容类别": "营业服务",
        "对方的情绪和愿望": "很生气，希望道歉",
    }
    assert received(office, call) == "水诉2026-000001"
    verified_as_lapse(office)
    dispatcher, handler, leader = office["gs-dispatcher"], office["gs-handler"], office["gs-leader"]
    correction = {"按哪项制度对当事人作了什么处理": "按服务规范批评教育", "怎样立即纠正": "当日上门补抄"}
    handler.step_from_page("处理并立即纠正", correction | {"已经纠正的佐证": "补抄记录"})
    handler.sees(entry="处理并立即纠正", clause="Q3.1c")
    office.later(days=1)
    leader.open_case(LAPSE)
    leader.start("致歉")
    leader.fill({"致歉方式": "电话", "致歉情况": "致电说明情况并致歉，用户接受。"})
    leader.submit()
    leader.is_refused("致歉须由分管领导或部门负责人本人来做", "Q6.1")
    leader.step("致歉", {"由我本人亲自致歉": True}, key=True)
    leader.sees(entry="致歉", clause="Q6.1")
    leader.start_next(LAPSE, "答复用户")
    leader.step("答复用户", {"答复内容": CORRECTED, "答复方式": "电话"})
    leader.sees(state="已答复", next_step="回访", entry="答复用户", clause="Q1.4")
    office.later(days=1)
    dispatcher.start_next(LAPSE, "回访")
    dispatcher.step("回访", {"问题是否已解决": "已解决", "满意度": "基本满意"})
    dispatcher.start_next(LAPSE, "办结")
    dispatcher.step("办结")
    dispatcher.sees(state="已结案", next_step="归档", entry="办结")
    dispatcher.shots.take(dispatcher.page, "已结案", key=True)


def test_a_suggestion_goes_to_the_leader_and_back_to_the_person(office: Office, watch: Watch) -> None:
    watch.expect(409)
    call = {"什么时候、发生了什么": "停水通知发得太晚，建议提前三天发到小区群。", "标题": IDEA,
            "类型": "建议", "内容类别": "营业服务", "对方的情绪和愿望": "平和，希望有回音"}  # fmt: skip
    received(office, call)
    dispatcher, leader = office["gs-dispatcher"], office["gs-leader"]
    dispatcher.start("向领导汇报、请示")
    dispatcher.fill({"需要答复提建议的人": True, "承诺的答复日期": ""})
    dispatcher.submit()
    dispatcher.is_refused("还没有给用户承诺答复日期", "Q3.2")
    dispatcher.step("向领导汇报、请示", {"承诺的答复日期": clock.today() + timedelta(days=4)}, key=True)
    dispatcher.sees(state="待批示", next_step="批示", entry="向领导汇报、请示", clause="Q3.2")
    office.later(hours=3)
    leader.start_next(IDEA, "批示")
    leader.step("批示", {"是否采纳": "采纳", "批示": "请客服中心下月起提前三天发布计划停水通知。"})
    leader.sees(state="已批示", next_step="答复用户", entry="批示", clause="Q3.2")
    dispatcher.start_next(IDEA, "答复用户")
    expect(dispatcher.form.get_by_label("答复内容")).to_have_value(
        f"您好：您提出的“{IDEA}”，经研究采纳。请客服中心下月起提前三天发布计划停水通知。"
    )
    dispatcher.step("答复用户", {"答复方式": "电话"}, key=True)
    dispatcher.sees(state="已答复", entry="答复用户", clause="Q1.4")
