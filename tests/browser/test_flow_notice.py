"""A supervision notice from the case to the archive with the people who take part in it, and anybody who verifies it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import BrowserContext, expect

from core.pdf import page_images
from tests.browser.office import Office, Worker, step
from tests.browser.watch import Watch
from tests.factories.cases import Desk

PROOF = {"name": "回证.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n% signed\n"}


@pytest.fixture
def supervised(desk: Desk) -> int:
    """A case under supervision."""
    case = desk.handed_over()
    desk.do(case, "supervise", "jxw-supervisor", reason="逾期没有办结，请限期办理。", workdays=3)
    return case


def drafted(clerk: Worker, case: int) -> str:
    """From the case page to the editor; returns the address of the notice."""
    clerk.go(f"/cases/{case}")
    page = clerk.page
    page.locator("#papers").get_by_label("拟制哪种文书").select_option(label="督办通知")
    page.locator("#papers").get_by_role("button", name="拟制").click()
    clerk.is_told("已起草督办通知")
    return re.sub(r"/edit$", "", page.url)


def edited(clerk: Worker) -> None:
    """What the system could not know, and the preview beside it."""
    page = clerk.page
    expect(page.get_by_label("正文", exact=True)).to_have_value(re.compile("逾期没有办结"))
    page.get_by_label("联系电话").fill("023-00000000")
    page.get_by_label("向哪个科室报送").fill("运行调度科")
    expect(page.locator("#preview img").first).to_be_visible()
    clerk.shots.take(page, "拟稿", key=True)
    page.get_by_role("button", name="保存草稿").click()


def state(worker: Worker, words: str) -> None:
    expect(worker.page.locator(".page-marks .badge-state")).to_have_text(words)


def test_a_supervision_notice_from_the_case_to_its_verification(
    office: Office, supervised: int, watch: Watch, new_context: Callable[[], BrowserContext], tmp_path: Path
) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))  # a preview is left behind on the way
    clerk, supervisor, leader = office["jxw-clerk"], office["jxw-supervisor"], office["jxw-leader"]
    notice = drafted(clerk, supervised)
    edited(clerk)
    step(clerk, notice, "送核稿")
    state(clerk, "待核稿")
    step(supervisor, notice, "退回修改", "请写明上次催办的日期。")
    state(supervisor, "拟稿")
    clerk.go(notice)
    expect(clerk.page.locator("main")).to_contain_text("请写明上次催办的日期。")
    step(clerk, notice, "送核稿")
    step(supervisor, notice, "核稿通过")
    step(leader, notice, "签发")
    leader.shots.take(leader.page, "签发", key=True)
    step(clerk, notice, "编号印制")
    state(clerk, "待送达")
    expect(clerk.page.locator("h1")).to_have_text("涪经信督〔2026〕1号")
    clerk.shots.take(clerk.page, "已编号", key=True)
    with clerk.page.expect_download() as got:
        clerk.page.get_by_role("link", name="下载 PDF").click()
    pdf = Path(got.value.path()).read_bytes()
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(io.BytesIO(pdf)))
    assert "涪经信督〔2026〕1号" in text
    assert len(page_images(pdf)) == 2
    clerk.page.get_by_role("link", name="登记送达").first.click()
    clerk.page.get_by_label("直接送达").check()
    clerk.page.get_by_label("收件人").fill("示例签收人")
    clerk.page.locator("input[type=file]").set_input_files(PROOF)
    clerk.shots.take(clerk.page, "登记送达", key=True)
    clerk.page.get_by_role("button", name="登记送达").click()
    state(clerk, "已送达")
    expect(clerk.page.locator("#services")).to_contain_text("10月15日")
    clerk.go(f"/cases/{supervised}")
    expect(clerk.page.locator("#papers")).to_contain_text("涪经信督〔2026〕1号")
    expect(clerk.page.locator("#orders")).to_contain_text("涪经信督〔2026〕1号")
    verified(new_context, clerk, notice, pdf, tmp_path)


def verified(
    new_context: Callable[[], BrowserContext], clerk: Worker, notice: str, pdf: bytes, folder: Path
) -> None:
    """Anybody, without signing in: by the code, by the file, and by a file that was changed."""
    clerk.go(notice)
    address = clerk.page.get_by_role("link", name="公开查询页").get_attribute("href")
    assert address
    page = new_context().new_page()
    page.goto(address)
    expect(page.locator(".verdict")).to_contain_text("涪经信督〔2026〕1号")
    clerk.shots.take(page, "扫码核验", key=True)
    for name, content, words in (("真.pdf", pdf, "逐字节相同"), ("假.pdf", pdf + b"\n", "不是本系统印制")):
        (folder / name).write_bytes(content)
        page.goto("/v")
        page.locator("input[type=file]").set_input_files(folder / name)
        page.get_by_role("button", name="查询").click()
        expect(page.locator(".verdict")).to_contain_text(words)


def test_a_void_number_stays_in_the_register(office: Office, supervised: int, watch: Watch) -> None:
    watch.expect(words=("htmx:afterRequest", "htmx:sendAbort"))
    clerk, supervisor, leader = office["jxw-clerk"], office["jxw-supervisor"], office["jxw-leader"]
    for _ in range(2):
        notice = drafted(clerk, supervised)
        edited(clerk)
        step(clerk, notice, "送核稿")
        step(supervisor, notice, "核稿通过")
        step(leader, notice, "签发")
        step(clerk, notice, "编号印制")
    step(leader, notice, "作废", "主送单位有误，重新制发。")
    state(leader, "已作废")
    leader.shots.take(leader.page, "作废", key=True)
    clerk.go("/notices/register")
    rows = clerk.page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(clerk.page.locator("main")).to_contain_text("涪经信督〔2026〕1号")
    expect(rows.filter(has_text="涪经信督〔2026〕2号")).to_contain_text("已作废")
    clerk.shots.take(clerk.page, "发文登记", key=True)
