"""Who complains, in the browser: a confidential reporter, an anonymous one, a group, and the same matter twice."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from core import clock
from tests.browser.office import Office
from tests.browser.watch import Watch
from tests.factories.cases import Desk

TITLE = "夜里私自关阀停气"
CALL: dict[str, Any] = {
    "称呼": "示例用户甲",
    "电话": "13800000001",
    "在哪里": "示例小区3号楼",
    "什么时候、发生了什么": "示例用户甲反映：昨天夜里有人私自关阀停气，没有告知，影响做饭。",
    "标题": TITLE,
    "内容类别": "营业服务",
    "对方的情绪和愿望": "担心被打击报复",
}
LIST = "示例用户乙，13900000002\n示例用户丙，13900000003\n示例用户丁"


def test_a_confidential_reporter_is_asked_through_the_regulator(office: Office, watch: Watch) -> None:
    watch.expect(422)
    clerk, dispatcher, handler = office["jxw-clerk"], office["rq-dispatcher"], office["rq-handler"]
    clerk.register(CALL | {"要求保密": True}, enterprise="示例燃气公司")
    clerk.page.locator("input[type=file]").last.set_input_files(
        {"name": "示例用户甲的来信.txt", "mimeType": "text/plain", "buffer": "示例用户甲".encode()}
    )
    clerk.page.locator("#files").get_by_role("button", name="上传").click()
    clerk.is_told("附件已保存")
    expect(clerk.page.locator("#files")).to_contain_text("示例用户甲的来信.txt（仅本单位）")
    clerk.start_next(TITLE, "受理")
    clerk.step("受理", {"事项性质": "涉及企业内部服务管理"})
    clerk.start_next(TITLE, "转办")
    clerk.step("转办", {"责任单位": "示例燃气公司"})
    dispatcher.start_next(TITLE, "指定经办人")
    dispatcher.step("指定经办人", {"责任单位": ["营业厅"]})
    handler.open_case(TITLE)
    main = handler.page.locator("main")
    expect(main).to_contain_text("举报人的身份对被诉单位和经办人保密")
    expect(main).to_contain_text("诉求人反映：昨天夜里")
    expect(main).not_to_contain_text("示例用户甲")
    expect(handler.page.locator("#files")).not_to_contain_text("来信")
    handler.start("请主管部门转问")
    handler.step("请主管部门转问", {"要问什么": "看到的人穿什么衣服，大约几点？"}, key=True)
    clerk.open_case(TITLE)
    expect(clerk.page.locator("main")).to_contain_text("请转问举报人")
    clerk.start("转告举报人的回答")
    clerk.fill({"举报人的回答": "示例用户甲说大约十一点，穿蓝色工作服。"})
    clerk.submit()
    expect(clerk.form).to_contain_text("请改写后再转告")
    clerk.shots.take(clerk.page, "写了姓名不能转告", key=True)
    clerk.step("转告举报人的回答", {"举报人的回答": "大约十一点，穿蓝色工作服。"})
    handler.open_case(TITLE)
    expect(handler.page.locator("#timeline")).to_contain_text("大约十一点，穿蓝色工作服。")
    handler.shots.take(handler.page, "经办人看到的保密件", key=True)


def verified(desk: Desk, case: int) -> None:
    desk.do(case, "accept", "rq-dispatcher", nature="internal")
    desk.do(case, "dispatch", "rq-dispatcher", units=desk.department("rq"), requirement="请核实")
    desk.verified(case, "rq", service_class="")
    desk.rectified(case, "rq")


def test_an_anonymous_case_is_closed_without_an_answer(office: Office, desk: Desk, watch: Watch) -> None:
    case = desk.register("rq-dispatcher", "rq", anonymous=True, people=(), title=TITLE, channel="gas_hotline")
    verified(desk, case)
    leader = office["rq-leader"]
    leader.go(f"/cases/{case}")
    expect(leader.page.locator("main")).to_contain_text("匿名诉求，无法答复和回访")
    leader.shots.take(leader.page, "匿名件", key=True)
    leader.step_from_page("办结")
    leader.sees(state="已结案")
    expect(leader.page.locator("#timeline")).to_contain_text("未答复的原因：匿名诉求，无法答复和回访")
    leader.shots.take(leader.page, "匿名件已结案")
    leader.go("/rates")
    row = leader.page.locator("#satisfaction").get_by_role("row").filter(has_text="匿名")
    expect(row).to_contain_text("无法答复和回访")
    leader.shots.take(leader.page, "满意度", key=True)


def test_a_group_with_who_speaks_for_it(office: Office, watch: Watch) -> None:
    clerk = office["jxw-clerk"]
    clerk.register(CALL, enterprise="示例燃气公司")
    clerk.start("更正诉求人")
    clerk.shots.take(clerk.page, "更正诉求人", key=True)
    clerk.step("更正诉求人", {"增加诉求人": LIST, "一共多少人": "12", "更正理由": "补交了联名名单"})
    people = clerk.page.locator("#people")
    expect(people).to_contain_text("等 12 人")
    expect(people.locator("summary")).to_have_text("展开名单：已登记 4 位")
    people.locator("summary").click()
    expect(people.get_by_role("table").last.locator("tbody tr")).to_have_count(4)
    expect(people).not_to_contain_text("示例用户乙")
    expect(clerk.page.locator(".page-marks")).to_contain_text("重大事项")
    clerk.shots.take(clerk.page, "集体诉求", key=True)


def test_the_same_matter_is_not_handled_twice_until_there_is_something_new(
    office: Office, desk: Desk, watch: Watch
) -> None:
    watch.expect(422)
    desk.closed()
    clerk, leader = office["jxw-clerk"], office["jxw-leader"]
    office.later(days=2)
    second = desk.register("jxw-clerk", "rq", title=TITLE)
    clerk.go(f"/cases/{second}")
    offer = clerk.page.locator("#alike").get_by_role("link", name="申请不再重复办理")
    expect(offer).to_be_visible()
    clerk.shots.take(clerk.page, "提示同一事项")
    offer.click()
    values = {"为什么是同一事项": "时间、地点和要求都与上次相同", "已核对：没有新的事实和证据": True}
    clerk.step("申请不再重复办理", values, key=True)
    leader.go(f"/cases/{second}")
    leader.start("审批不再重复办理")
    leader.step("审批不再重复办理", {"决定": "同意"}, key=True)
    clerk.go(f"/cases/{second}")
    clerk.start("告知不再重复办理并结案")
    clerk.step("告知不再重复办理并结案", {"告知方式": "电话", "告知时间": clock.now()}, key=True)
    clerk.sees(state="已结案")
    clerk.start("重新办理")
    clerk.fill({"重新办理的理由": "本人又来电，补充了证据"})
    clerk.submit()
    expect(clerk.form).to_contain_text("请写明新的事实或证据是什么")
    clerk.step("重新办理", {"新的事实或证据": "昨夜拍到的关阀照片"}, key=True)
    clerk.sees(state="待受理")
    clerk.shots.take(clerk.page, "凭新证据重新办理")
