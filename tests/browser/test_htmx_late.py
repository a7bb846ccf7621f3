"""What is done before htmx has come is not lost."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.browser.office import Office, fill_one


def test_what_was_chosen_before_htmx_came_is_told_again(office: Office) -> None:
    clerk, held = office["jxw-clerk"], list[Route]()
    clerk.page.route("**/assets/htmx.js*", lambda route: held.append(route))
    clerk.go("/cases/new")
    with clerk.page.expect_request("**/assets/htmx.js*"):
        clerk.page.goto("/cases/new")
    chosen = clerk.page.get_by_label("哪家单位")
    chosen.select_option(label="示例供电公司")
    expect(clerk.page.locator("html[data-htmx]")).to_have_count(0)
    with clerk.page.expect_response("**/cases/new/choices?*") as got:
        held[-1].continue_()
    assert got.value.status == 200


def test_what_is_chosen_while_an_answer_is_on_its_way_stays_chosen(office: Office) -> None:
    clerk, held = office["jxw-clerk"], list[Route]()
    clerk.go("/cases/new")
    clerk.page.goto("/cases/new")
    expect(clerk.page.locator("html[data-htmx]")).to_have_count(1)
    clerk.page.route("**/cases/new/choices?*", lambda route: held.append(route))
    with clerk.page.expect_request("**/cases/new/choices?*"):
        clerk.page.get_by_label("哪家单位").select_option(label="示例供电公司")
    fill_one(clerk.page.locator("#intake-form"), "内容类别", "其它需要服务的内容")
    with clerk.page.expect_response("**/cases/new/choices?*"):
        held[-1].continue_()
    expect(clerk.page.locator("#choices.htmx-request, #choices.htmx-settling")).to_have_count(0)
    expect(clerk.page.locator("#choices").get_by_label("其它需要服务的内容", exact=True)).to_be_checked()
