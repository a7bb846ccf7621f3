"""Trouble at work: expired sessions, double clicks, two people at one case, no network; work without the mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.office import Office
from tests.browser.watch import Watch
from tests.factories.cases import SUBSTANTIAL, Desk

TITLE = "停供没有提前告知"
NOTE = "已致电用户，约定明天上午十点上门查看管道阀门。"


# ---- nothing typed is lost ----


def test_an_expired_session_leads_to_the_door_and_the_text_comes_back(office: Office, desk: Desk) -> None:
    desk.handed_over()
    handler = office["rq-handler"]
    handler.open_case(TITLE)
    handler.start("记录经过")
    handler.fill({"内容": NOTE})
    office.later(minutes=40)
    handler.submit()
    expect(handler.page.get_by_role("heading", level=1)).to_have_text("登录")
    handler.is_told("登录已超时，或者已在别处退出；请登录后继续。没有提交的内容保存在本机浏览器里。")
    handler.shots.take(handler.page, "登录已超时")
    handler.sign_in()
    expect(handler.page.locator("#timeline")).to_be_visible()
    handler.start("记录经过")
    expect(handler.form.locator(".draft-note")).to_contain_text(NOTE[:10])
    handler.form.get_by_role("button", name="恢复").click()
    expect(handler.form.get_by_label("内容", exact=True)).to_have_value(NOTE)
    handler.step("记录经过", {})
    handler.sees(entry="记录经过")
    handler.start("记录经过")
    expect(handler.form.locator(".draft-note")).to_have_count(0)


def test_the_network_is_gone_for_a_moment(office: Office, desk: Desk, watch: Watch) -> None:
    watch.expect(words=("net::ERR_INTERNET_DISCONNECTED", "htmx:sendError", "htmx:afterRequest"))
    desk.handed_over()
    handler = office["rq-handler"]
    handler.open_case(TITLE)
    handler.start("记录经过")
    handler.fill({"内容": NOTE})
    handler.page.context.set_offline(True)
    handler.submit()
    handler.is_told("网络不通，没有提交成功。您填写的内容还在")
    expect(handler.form.get_by_label("内容", exact=True)).to_have_value(NOTE)
    handler.page.context.set_offline(False)
    handler.step("记录经过", {})
    handler.sees(entry="记录经过")


def test_the_slower_of_two_sees_what_happened_and_keeps_the_text(
    office: Office, desk: Desk, watch: Watch
) -> None:
    watch.expect(409)
    desk.handed_over()
    slow, fast = office["rq-handler"], office["rq-leader"]
    for person in (slow, fast):
        person.start_next(TITLE, "开始核实")
    slow.fill({"调查安排": NOTE})
    fast.step("开始核实", {"调查人": "燃气公司抢修员（抢修班）", "调查安排": "先去现场"})
    slow.submit()
    conflict = slow.page.locator(".conflict")
    expect(conflict).to_contain_text("您填写期间，别人办理了本件")
    expect(conflict).to_contain_text("先去现场")
    expect(slow.form.get_by_label("调查安排")).to_have_value(NOTE)
    slow.shots.take(slow.page, "别人刚刚办理", key=True)
    slow.step("开始核实", {})
    assert slow.page.locator("#timeline .tl-title", has_text="开始核实").count() == 2


def test_two_tabs_of_one_person(office: Office, desk: Desk, watch: Watch) -> None:
    watch.expect(409)
    case = desk.replied_handover()
    desk.reported()
    dispatcher = office["rq-dispatcher"]
    dispatcher.go(f"/cases/{case}/do/report_back")
    other = dispatcher.page.context.new_page()
    other.goto(f"/cases/{case}/do/report_back")
    dispatcher.step("上报核实和整改情况", {})
    form = other.locator("#action-form")
    form.get_by_label("核实情况").fill(SUBSTANTIAL)
    form.locator("button[type=submit]").click()
    expect(other.locator(".conflict")).to_contain_text("上报核实和整改情况")
    expect(form.get_by_label("核实情况")).to_have_value(SUBSTANTIAL)


# ---- once is enough ----


def register_twice(page: Page, office: Office) -> None:
    """Fill the intake screen and click its button twice."""
    office["rq-dispatcher"].go("/cases/new")
    intake = page.locator("#intake-form")
    values = {
        "电话": "13800000009",
        "什么时候、发生了什么": "表后阀门漏气，请尽快来修。",
        "内容类别": "营业服务",
    }
    office["rq-dispatcher"].fill(values, intake)
    intake.get_by_role("button", name="登记", exact=True).dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("诉求件 气诉")
    page.goto("/cases")
    expect(page.locator(".page-marks")).to_have_text("共 1 件")


def test_a_double_click_registers_one_case(office: Office) -> None:
    register_twice(office["rq-dispatcher"].page, office)


def test_a_double_click_without_javascript_registers_one_case(office_without_scripts: Office) -> None:
    register_twice(office_without_scripts["rq-dispatcher"].page, office_without_scripts)


def test_a_double_click_takes_a_step_once(office: Office, desk: Desk) -> None:
    desk.handed_over()
    handler = office["rq-handler"]
    handler.open_case(TITLE)
    handler.start("记录经过")
    handler.fill({"内容": NOTE})
    handler.form.locator("button[type=submit]").dblclick()
    handler.is_told("：记录经过，已记录。")
    assert handler.page.locator("#timeline .tl-title", has_text="记录经过").count() == 1


# ---- without the mouse ----


def test_the_keys_of_lists(office: Office, desk: Desk) -> None:
    first, second = desk.handed_over(), desk.handed_over(title="气表走得太快")
    dispatcher = office["rq-dispatcher"]
    dispatcher.go("/cases")
    page, press = dispatcher.page, dispatcher.page.keyboard.press
    press("j")
    expect(page.locator("tr.is-current")).to_contain_text("气表走得太快")
    press("j")
    expect(page.locator("tr.is-current")).to_contain_text(TITLE)
    press("k")
    press("j")
    press("Enter")
    page.wait_for_url(f"**/cases/{first}")
    press("/")
    expect(page.get_by_role("searchbox", name="搜索")).to_be_focused()
    page.keyboard.type("太快")
    press("Enter")
    page.wait_for_url("**/cases?q=*")
    expect(page.locator("tbody tr")).to_have_count(1)
    press("j")
    press("Enter")
    page.wait_for_url(f"**/cases/{second}")
    page.goto("/bench")
    press("j")
    expect(page.locator("li.is-current")).to_be_visible()
    press("n")
    page.wait_for_url("**/cases/new")
    expect(page.get_by_label("称呼")).to_be_focused()
    page.keyboard.type("jk/n?")
    expect(page.get_by_label("称呼")).to_have_value("jk/n?")


def tab_to(page: Page, name: str) -> int:
    """Press Tab until the field `name` has the focus; how often."""
    for pressed in range(1, 12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return pressed
    raise AssertionError(f"{name} is more than 11 times Tab away")


def test_a_plain_complaint_is_taken_in_by_the_keyboard_alone(office: Office) -> None:
    clerk = office["jxw-clerk"]
    clerk.go("/bench")
    page, keys = clerk.page, clerk.page.keyboard
    keys.press("n")
    expect(page.get_by_label("哪家单位")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    expect(page.get_by_label("哪家单位").locator("option:checked")).to_have_text("示例燃气公司")
    presses = 0
    said = {
        "name": "示例用户己",
        "phone": "13800000010",
        "place": "示例路8号",
        "content": "昨晚八点停气，没有通知。",
    }
    for field, text in said.items():
        presses += tab_to(page, field)
        keys.type(text)
    presses += tab_to(page, "type")
    presses += tab_to(page, "category")
    keys.press("ArrowRight")
    presses += tab_to(page, "first_contact")
    keys.type("着急")
    clerk.shots.take(page, "只用键盘登记")
    keys.press("Control+Enter")
    clerk.is_told("已登记 气诉2026-000001")
    assert presses <= 16
    clerk.sees(state="待受理", next_step="受理")
    expect(page.locator(".facts")).to_contain_text("昨晚八点停气，没有通知。")


def test_choosing_another_company_keeps_what_was_typed(office: Office) -> None:
    clerk = office["jxw-clerk"]
    clerk.go("/cases/new")
    intake = clerk.page.locator("#intake-form")
    clerk.fill({"希望怎样解决": "尽快恢复", "对方的情绪和愿望": "着急", "内容类别": "营业收费"}, intake)
    choices = clerk.page.expect_response("**/cases/new/choices*")
    with choices:
        intake.get_by_label("哪家单位").select_option(label="示例供电公司")
    expect(intake.get_by_label("希望怎样解决")).to_have_value("尽快恢复")
    expect(intake.get_by_label("对方的情绪和愿望")).to_have_value("着急")
    expect(intake.get_by_label("营业收费")).to_be_checked()
    expect(clerk.page.locator("#limits")).to_contain_text("10月26日（周一）前")


def test_likely_duplicates_appear_while_typing(office: Office, desk: Desk) -> None:
    known = desk.register("rq-dispatcher", "rq", channel="gas_hotline")
    number = desk.case(known).number
    dispatcher = office["rq-dispatcher"]
    dispatcher.go("/cases/new")
    beside = dispatcher.page.locator("#duplicates")
    expect(beside).not_to_contain_text(number)
    dispatcher.page.get_by_label("电话", exact=True).press_sequentially("13800000001")
    expect(beside).to_contain_text(number)
    expect(beside).to_contain_text("同一电话")
    dispatcher.shots.take(dispatcher.page, "可能重复", key=True)


def test_why_this_day_opens_in_place(office: Office, desk: Desk) -> None:
    case = desk.handed_over()
    clerk = office["jxw-clerk"]
    clerk.go(f"/cases/{case}")
    clerk.page.locator("#limits .chip a").first.click()
    shown = clerk.page.get_by_role("dialog")
    expect(shown.get_by_role("heading", level=2).first).to_have_text("为什么是10月26日（周一）")
    expect(shown.locator(".why-day.is-due")).to_contain_text("第 10 日")
    expect(shown.locator(".why-day.is-skipped")).to_have_count(4)
    clerk.shots.take(clerk.page, "为什么是这一天")
    clerk.page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
