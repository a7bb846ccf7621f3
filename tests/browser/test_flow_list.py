"""A clerk's morning in the case list: filter, keep the list, tick, urge many at once, take them away as a file."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.office import Office, Worker
from tests.factories.cases import Desk

TABLET = {"width": 820, "height": 1180}
KEPT = "燃气停供"


def three_open_one_archived(desk: Desk) -> None:
    desk.closed()
    for street in ("一", "二", "三"):
        desk.register("jxw-clerk", "rq", title=f"示例{street}路停供没有提前告知")
    desk.register("jxw-clerk", "gd", title="电表走得太快", content="新换的电表比原来快一倍，请派人校验。")


def keep_the_list(clerk: Worker) -> None:
    """Filter and search, then keep what is shown as a tab."""
    page = clerk.page
    page.get_by_label("编号、标题或内容").fill("停供")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".page-marks")).to_contain_text("共 4 件")
    expect(page.get_by_role("table", name="诉求件清单")).not_to_contain_text("电表")
    page.get_by_role("link", name="存为常用清单").click()
    page.get_by_label("名称").fill(KEPT)
    clerk.shots.take(page, "存为常用清单", key=True)
    page.get_by_role("button", name="保存", exact=True).click()
    clerk.is_told(f"已保存为“{KEPT}”")
    tab = page.get_by_role("navigation", name="常用清单").get_by_role("link", name=KEPT)
    expect(tab).to_have_attribute("aria-current", "page")


def tick_all(clerk: Worker) -> Page:
    """From the bench over the kept tab to the list with boxes, all of them ticked."""
    clerk.go("/cases")
    page = clerk.page
    page.get_by_role("navigation", name="常用清单").get_by_role("link", name=KEPT).click()
    page.get_by_role("link", name="批量办理").click()
    page.locator("[data-select-all]").check()
    expect(page.locator("[data-selected-count]").first).to_have_text("4")
    clerk.shots.take(page, "勾选", key=True)
    return page


def test_many_cases_are_urged_from_a_kept_list(office: Office, desk: Desk) -> None:
    three_open_one_archived(desk)
    clerk = office["jxw-clerk"]
    clerk.go("/cases")
    keep_the_list(clerk)
    page = tick_all(clerk)
    page.get_by_role("button", name="催办", exact=True).click()
    expect(page.locator("main")).to_contain_text("勾选了 4 件，现在能办 3 件")
    refused = page.get_by_role("table", name="现在办不了的诉求件和原因")
    expect(refused.locator(".clause")).to_have_text("〔F5.1〕")
    page.get_by_role("checkbox", name="选择 气诉2026-000004").uncheck()
    page.get_by_label("催办内容").fill("请今天内联系用户并说明原因。")
    clerk.shots.take(page, "批量催办", key=True)
    page.get_by_role("button", name="催办勾选的件").click()
    expect(page.locator("main")).to_contain_text("2 件中办了 2 件")
    clerk.shots.take(page, "批量催办结果", key=True)
    page.get_by_role("link", name="回到清单").click()
    expect(page).to_have_url(re.compile(r"/cases\?q=[^&]*$"))
    page.get_by_role("link", name="气诉2026-000002").click()
    expect(page.locator("#timeline")).to_contain_text("请今天内联系用户并说明原因。")


def test_ticked_cases_leave_as_a_file(office: Office, desk: Desk) -> None:
    three_open_one_archived(desk)
    clerk = office["jxw-clerk"]
    clerk.page.set_viewport_size(TABLET)
    clerk.go("/cases?q=停供&select=1")
    for number in ("气诉2026-000002", "气诉2026-000004"):
        clerk.page.get_by_role("checkbox", name=f"选择 {number}").check()
    clerk.shots.take(clerk.page, "平板勾选", key=True)
    clerk.page.get_by_role("button", name="导出所选").click()
    expect(clerk.page.locator("main")).to_contain_text("2 件")
    with clerk.page.expect_download() as got:
        clerk.page.get_by_role("button", name="导出 csv").click()
    text = got.value.path().read_text("utf-8-sig")
    assert [number in text for number in ("000002", "000003", "000004")] == [True, False, True]
