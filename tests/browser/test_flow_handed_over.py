"""A 12345 complaint against the gas company, by five people, from intake to archive."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import expect

from core import clock
from tests.browser.office import Office
from tests.browser.watch import Watch
from tests.factories.cases import SUBSTANTIAL

TITLE = "整栋楼停气没有提前告知"
CALL = {
    "称呼": "示例用户甲",
    "电话": "13800000001",
    "在哪里": "示例小区3号楼",
    "什么时候、发生了什么": "昨天下午五点整栋楼停气，没有提前告知，影响做晚饭，要求给个说法。",
    "标题": TITLE,
    "内容类别": "营业服务",
    "希望怎样解决": "恢复供气，以后提前告知",
    "对方的情绪和愿望": "情绪激动，希望有人当面解释",
}


def received_and_dispatched(office: Office) -> str:
    """The clerk registers, accepts and dispatches; the company's dispatcher names the department."""
    clerk = office["jxw-clerk"]
    number = clerk.register(CALL, enterprise="示例燃气公司")
    assert number == "气诉2026-000001"
    clerk.sees(
        state="待受理", next_step="受理", entry="登记", clause="F4.1", chip="剩 1 个工作日 · 10月13日（周二）"
    )
    clerk.start("受理")
    clerk.submit()
    clerk.is_refused("还没有写明这件事属于行业服务管理，还是企业内部服务管理", "F5.1")
    clerk.step("受理", {"事项性质": "涉及企业内部服务管理", "告知方式": "电话"}, key=True)
    clerk.sees(
        state="已受理",
        next_step="转办",
        entry="受理",
        clause="F5.1",
        chip="剩 10 个工作日 · 10月26日（周一）",
    )
    office.later(minutes=10)
    clerk.start_next(TITLE, "转办")
    clerk.step("转办", {"责任单位": "示例燃气公司"})
    clerk.sees(state="已转办", entry="转办", clause="F5.1")
    office.later(hours=1)
    dispatcher = office["rq-dispatcher"]
    dispatcher.start_next(TITLE, "指定经办人")
    dispatcher.step("指定经办人", {"责任单位": ["营业厅"]})
    dispatcher.sees(state="已转办", next_step="开始核实", entry="指定经办人", clause="F5.2")
    return number


def investigated_and_rectified(office: Office) -> None:
    """The department investigates, verifies and rectifies; the leader replies."""
    office.later(hours=2)
    handler = office["rq-handler"]
    handler.start_next(TITLE, "开始核实")
    handler.step(
        "开始核实", {"调查人": "燃气公司经办人（营业厅）", "调查安排": "下午到现场走访，调取停气记录"}
    )
    handler.sees(state="调查中", next_step="作出核实结论", entry="开始核实", clause="F5.2")
    office.later(days=1)
    handler.start_next(TITLE, "作出核实结论")
    findings = {
        "是否属实": "属实",
        "诉求是否合理": "合理",
        "核实到的情况": "查阅停气记录并走访三户，当日抢修停气没有张贴通知。",
        "依据": "停气记录、走访笔录",
    }
    handler.step("作出核实结论", findings, key=True)
    handler.sees(state="已核实", next_step="制定整改措施", entry="作出核实结论", clause="F5.2")
    handler.cannot_yet("答复投诉人", "还没有整改措施", "F5.2")
    handler.start_next(TITLE, "制定整改措施")
    plan = {"整改措施": "抢修停气同步张贴通知并短信告知", "责任人": "营业厅主任"}
    handler.step("制定整改措施", plan | {"完成日期": clock.today() + timedelta(days=3)})
    handler.sees(state="整改中", next_step="整改完成", entry="制定整改措施")
    office.later(days=1)
    handler.start_next(TITLE, "整改完成")
    handler.step("整改完成", {"整改结果": "告知流程已发布并培训", "佐证": "制度文件和签到表"})
    handler.sees(state="整改完成", next_step="答复投诉人", entry="整改完成")


def replied_and_reported(office: Office) -> None:
    """An empty reply is refused; the company's leader replies; the dispatcher reports to the regulator."""
    leader = office["rq-leader"]
    leader.start_next(TITLE, "答复投诉人")
    leader.fill({"答复内容": "已收悉", "答复方式": "电话"})
    leader.submit()
    leader.is_refused("答复没有实际内容", "F5.2")
    leader.step("答复投诉人", {"答复内容": SUBSTANTIAL, "答复方式": "电话"}, key=True)
    leader.sees(state="已答复", next_step="上报核实和整改情况", entry="答复投诉人", clause="F5.2")
    office.later(hours=2)
    dispatcher = office["rq-dispatcher"]
    dispatcher.start_next(TITLE, "上报核实和整改情况")
    dispatcher.step("上报核实和整改情况")
    dispatcher.sees(state="已报送", next_step="审核通过", entry="上报核实和整改情况", clause="F5.2")


def reviewed_and_archived(office: Office) -> None:
    """The supervisor reviews; the clerk calls back, closes and archives."""
    office.later(days=1)
    supervisor = office["jxw-supervisor"]
    supervisor.start_next(TITLE, "审核通过")
    supervisor.step("审核通过", {"说明": "核实清楚，整改到位"})
    supervisor.sees(state="审核通过", next_step="回访", entry="审核通过", clause="F5.3")
    clerk = office["jxw-clerk"]
    clerk.start_next(TITLE, "回访")
    clerk.step("回访", {"问题是否已解决": "已解决", "满意度": "满意", "回访记录": "表示满意"})
    clerk.sees(state="已回访", next_step="办结", entry="回访", clause="F5.3")
    clerk.start_next(TITLE, "办结")
    clerk.step("办结")
    clerk.sees(state="已结案", next_step="归档", entry="办结")
    clerk.start_next(TITLE, "归档")
    clerk.step("归档")
    clerk.sees(state="已归档", entry="归档", clause="F6.2a")
    expect(clerk.page.locator(".next-action")).to_have_count(0)
    expect(clerk.page.get_by_text("卷宗校验值（SHA-256）")).to_be_visible()
    clerk.shots.take(clerk.page, "已归档", key=True)


def walk(office: Office) -> None:
    """The whole way; what each did stands in the record, and they were five."""
    number = received_and_dispatched(office)
    investigated_and_rectified(office)
    replied_and_reported(office)
    reviewed_and_archived(office)
    page = office["jxw-clerk"].page
    assert page.locator("#timeline .tl-title").all_inner_texts() == [
        "登记", "受理", "告知进展", "转办", "指定经办人", "开始核实", "作出核实结论", "制定整改措施",
        "整改完成", "答复投诉人", "上报核实和整改情况", "审核通过", "回访", "办结", "归档",
    ]  # fmt: skip
    assert office.people == 5
    office["rq-handler"].go("/cases?state=ended")
    expect(office["rq-handler"].page.get_by_role("row").filter(has_text=number)).to_contain_text("已归档")


def test_a_complaint_from_12345_to_the_archive(office: Office, watch: Watch) -> None:
    watch.expect(409)
    walk(office)


def test_the_same_without_javascript(office_without_scripts: Office, watch: Watch) -> None:
    watch.expect(409)
    walk(office_without_scripts)
