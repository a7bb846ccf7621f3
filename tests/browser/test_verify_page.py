"""The public verification page in a real browser: the digest is made there, the file stays at home."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, expect

from core.files import path_of
from tests.browser.conftest import NewContext
from tests.factories.notices import Office, empty_sheets

DROP = """([bytes, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, {type: "application/pdf"}));
  document.getElementById("verify-form").dispatchEvent(
    new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def issued(app: Flask) -> Path:
    """The stored file of an issued notice."""
    with empty_sheets():
        notice = (office := Office()).notice(office.issued())
    assert notice.pdf_sha256
    return path_of(notice.pdf_sha256)


def posted(page: Page) -> list[Request]:
    """The forms that this page sends from now on."""
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    return sent


def test_a_chosen_file_is_checked_without_being_sent(page: Page, issued: Path, tmp_path: Path) -> None:
    sent = posted(page)
    page.goto("/v")
    page.get_by_label("PDF 文件").set_input_files(issued)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".verdict-words")).to_contain_text("真实有效")
    expect(page.locator(".verdict")).to_contain_text("逐字节相同")
    body = sent[0].post_data_buffer or b""
    assert issued.name.encode() in body
    assert issued.read_bytes()[:200] not in body
    changed = tmp_path / "改过的.pdf"
    changed.write_bytes(issued.read_bytes() + b" ")
    page.get_by_label("PDF 文件").set_input_files(changed)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".verdict-words")).to_contain_text("查不到")
    assert len(sent) == 2


def test_a_dropped_file_is_checked_too(page: Page, issued: Path) -> None:
    page.goto("/v")
    page.evaluate(DROP, [list(issued.read_bytes()), "文书.pdf"])
    expect(page.locator(".verdict-words")).to_contain_text("真实有效")


def test_without_scripts_the_server_makes_the_digest(new_context: NewContext, issued: Path) -> None:
    options: dict[str, Any] = {"java_script_enabled": False}
    page = new_context(**options).new_page()
    page.goto("/v")
    page.get_by_label("PDF 文件").set_input_files(issued)
    page.get_by_role("button", name="查询").click()
    expect(page.locator(".verdict-words")).to_contain_text("真实有效")
