"""Every page of cases, notices, rules and accounts, as each role that may open it: axe finds nothing, and a tablet need
not scroll sideways. The service register, disclosure and public pages are in test_axe_service.py.

Each route and each step of a case is looked at, and again wherever it takes a shape (elements, classes and
attributes in their places; texts and addresses aside) that has not come up before.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.conftest import CHINESE
from tests.browser.exhibition import Exhibition, exhibition
from tests.browser.tour import Tour, pixels_too_wide, tour_of, violations


@pytest.fixture(scope="module")
def shown(
    template_database: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Exhibition]:
    """The filled application of these tests."""
    with exhibition(template_database, tmp_path_factory.mktemp("exhibition"), browser) as filled:
        yield filled


@pytest.fixture(scope="module")
def tour(shown: Exhibition) -> Tour:
    """Through all pages of this half."""
    return tour_of(shown, service=False)


def test_axe_finds_nothing_on_any_page(tour: Tour) -> None:
    assert tour.violations == {}
    print(f"\naxe: {tour.looked_at} pages, 0 violations")


def test_no_page_scrolls_sideways_on_a_tablet(tour: Tour) -> None:
    assert tour.too_wide == {}


@pytest.fixture
def context(shown: Exhibition) -> Iterator[BrowserContext]:
    """A clerk's browser."""
    signed_in = shown.context("jxw-clerk", **CHINESE, bypass_csp=True)
    yield signed_in
    signed_in.close()


def test_axe_finds_nothing_at_the_door(shown: Exhibition) -> None:
    context = shown.context(None, **CHINESE, bypass_csp=True)
    page = context.new_page()
    page.goto("/sign-in")
    assert violations(page) == []
    page.get_by_label("用户名").fill("jxw-clerk")
    page.get_by_label("密码").fill("not the password")
    page.get_by_role("button", name="登录").click()
    expect(page.locator("#messages .notice")).to_be_visible()
    assert violations(page) == []
    page.goto("/no/such/page")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有找到")
    assert violations(page) == []
    page.evaluate("document.documentElement.lang = ''")
    assert violations(page) != []  # it would say so
    context.close()


def test_axe_finds_nothing_on_refusals(context: BrowserContext) -> None:
    page = context.new_page()
    for path, heading in (
        ("/people", "没有权限"),
        ("/cases/999999", "没有找到"),
        ("/cases/surges/answer", ""),
    ):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        assert violations(page) == [], path
    page.goto("/cases/new")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert violations(page) == []
    assert pixels_too_wide(page) <= 0


def test_axe_finds_nothing_in_dialogs(context: BrowserContext, shown: Exhibition) -> None:
    page = context.new_page()
    page.goto(f"/cases/{shown.filled.case_id}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("键盘快捷键")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator("#limits .chip a").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("为什么是")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("link", name="查看完整信息").click()
    expect(page.get_by_role("dialog").get_by_role("button", name="查看")).to_be_visible()
    assert violations(page) == []


def test_axe_finds_nothing_on_the_way_of_an_import(
    context: BrowserContext, shown: Exhibition, tmp_path: Path
) -> None:
    page = context.new_page()
    page.goto("/cases/import")
    page.locator("main input[type=file]").set_input_files(shown.workbook(tmp_path))
    page.get_by_role("button", name="读取并预览").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("核对导入内容")
    assert violations(page) == []
    assert pixels_too_wide(page) <= 0
    page.get_by_role("button", name="导入 1 行").click()
    expect(page.locator("#messages, main")).not_to_contain_text(["核对导入内容"])
    assert violations(page) == []
