"""A leader is away and lends the office; then somebody leaves with forty open cases."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from core import clock
from tests.browser.inspecting import send
from tests.browser.office import Office, step
from tests.browser.watch import Watch
from tests.factories.cases import Desk
from tests.factories.papers import text_of


def lent(office: Office, to: str) -> None:
    """The leader lends the own role for three days, from the menu."""
    leader = office["jxw-leader"]
    leader.go("/delegations")
    leader.shots.take(leader.page, "没有授权")
    leader.page.get_by_role("link", name="登记授权").first.click()
    ends = clock.to_local(clock.now()).replace(hour=23, minute=30)
    values = {"被授权人": to, "结束": ends, "事由": "外出开会", "依据文件": "示例会议纪要"}
    send(leader, values, shot="登记授权")
    expect(leader.page.locator("main")).to_contain_text("生效中")
    leader.shots.take(leader.page, "授权", key=True)


def test_a_delegate_signs_under_the_own_name(office: Office, desk: Desk, watch: Watch) -> None:
    """The supervisor signs for the leader what the clerk drafted, marked; the drafter could not."""
    watch.expect(403, words=("htmx:afterRequest", "htmx:sendAbort"))
    case = desk.handed_over()
    desk.do(case, "supervise", "jxw-supervisor", reason="逾期没有办结，请限期办理。", workdays=3)
    office.later(minutes=1)
    lent(office, "区经济信息委检查员")
    office.later(minutes=1)
    clerk, standin = office["jxw-clerk"], office["jxw-inspector"]
    clerk.go(f"/cases/{case}")
    papers = clerk.page.locator("#papers")
    papers.get_by_label("拟制哪种文书").select_option(label="督办通知")
    papers.get_by_role("button", name="拟制").click()
    clerk.is_told("已起草督办通知")
    notice = re.sub(r"/edit$", "", clerk.page.url)
    page = clerk.page
    page.get_by_label("联系电话").fill("023-00000000")
    page.get_by_label("向哪个科室报送").fill("运行调度科")
    page.get_by_role("button", name="保存草稿").click()
    step(clerk, notice, "送核稿")
    step(office["jxw-supervisor"], notice, "核稿通过")
    step(standin, notice, "签发")
    told = standin.page.locator("#timeline, .timeline").first
    expect(told).to_contain_text("受区经济信息委分管主任授权")
    expect(standin.page.locator("header")).to_contain_text("含受权")
    standin.shots.take(standin.page, "受权签发", key=True)
    office.later(days=1)
    standin.go("/delegations")
    expect(standin.page.locator("main")).to_contain_text("已结束")
    standin.go("/law-limits/new")
    expect(standin.page.locator("h1")).to_have_text("没有权限")


def test_somebody_leaves_with_forty_open_cases(office: Office, desk: Desk, watch: Watch, tmp_path: Path) -> None:
    """Each case gets a successor, the account is closed, the list is printed and stands with the successor."""
    watch.expect(422)
    for at in range(40):
        case = desk.register("gd-dispatcher", "gd", title=f"示例事项{at}", content=f"示例内容第{at}件，请核实。")
        desk.do(case, "accept", "gd-dispatcher", nature="internal")
        desk.do(case, "dispatch", "gd-dispatcher", units=desk.department("gd"), requirement="请核实办理")
        one = str(desk.world.user("gd-handler").id)
        desk.do(case, "investigate", "gd-handler", investigator_id=one, text="入户核实")
    manager, successor = office["gd-accounts"], office["gd-handler2"]
    person = desk.world.user("gd-handler").id
    manager.go(f"/people/{person}")
    manager.page.get_by_role("button", name="停用账号").click()
    manager.page.locator("dialog[open] .btn-danger, dialog[open] .btn-primary").first.click()
    manager.page.wait_for_url("**/leaving")
    expect(manager.page.locator("main")).to_contain_text("手里还有 40 件没有办完")
    manager.shots.take(manager.page, "离岗交接")
    manager.page.get_by_label("事由").fill("调离本单位")
    manager.page.get_by_role("button", name="交接并停用账号").click()
    expect(manager.page.locator(".error-summary")).to_contain_text("还有 40 件没有接手人")
    expect(manager.page.get_by_label("事由")).to_have_value("调离本单位")
    manager.shots.take(manager.page, "缺接手人", key=True)
    manager.page.get_by_label("全部交给").select_option(label="供电公司抢修员（经办人）")
    manager.page.get_by_role("button", name="交接并停用账号").click()
    manager.is_told("账号已停用，所有事项已交接。")
    manager.shots.take(manager.page, "交接清单", key=True)
    with manager.page.expect_download() as got:
        manager.page.get_by_role("link", name="下载交接清单").click()
    printed = text_of(Path(got.value.path()).read_bytes())
    assert "40件" in printed
    assert "电诉2026-000040" in printed
    successor.go("/notifications")
    expect(successor.page.locator("main")).to_contain_text("40 件交由您接手")
    successor.open_case("示例事项7")
    expect(successor.page.locator("#timeline")).to_contain_text("离岗交接：调离本单位")
