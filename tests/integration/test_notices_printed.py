"""Notices with the real printer: what is stored is what was frozen, and says its number, marks and codes."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from flask import Flask

from blueprints.notices.commands import notices
from blueprints.notices.service.composing import shown_code
from core.files import path_of
from domain.notice_kinds import kinds
from tests.factories.notices import RECEIPT, Office


def text_of(pdf: bytes) -> str:
    """All text of a PDF without blanks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [document[i].get_textpage().get_text_range() for i in range(len(document))]
    finally:
        document.close()
    return "".join("".join(pages).split()).replace("\ufffe", "-")  # a hyphen at the end of a line


@pytest.fixture
def real(app: Flask) -> Office:
    """An office on `app` with the printer of the product."""
    return Office()


def test_an_order_from_number_to_void(real: Office) -> None:
    notice_id = real.signed("rectification_order")
    assert not real.issue(notice_id).error
    notice = real.notice(notice_id)
    assert notice.pdf_sha256
    stored = path_of(notice.pdf_sha256).read_bytes()
    said = text_of(stored)
    assert "涪经信责改〔2026〕1号" in said
    assert "示例燃气公司" in said
    assert shown_code(notice.code or "") in said
    assert "草稿" not in said
    with pikepdf.open(io.BytesIO(stored)) as pdf:
        assert len(pdf.pages) == notice.pages
    client = real.world.client("jxw-leader")
    assert client.get(f"/notices/{notice_id}/file.pdf").data == stored
    assert client.get(f"/notices/{notice_id}/preview").get_data(as_text=True).count("<img") == notice.pages
    real.serve(notice_id, receipt=RECEIPT)
    service = real.notice(notice_id).services[0]
    proof = client.get(f"/notices/{notice_id}/services/{service.id}/proof.pdf")
    assert proof.mimetype == "application/pdf"
    assert service.due_on is not None
    assert f"{service.due_on.year}年{service.due_on.month}月{service.due_on.day}日" in text_of(proof.data)
    real.void(notice_id)
    void = client.get(f"/notices/{notice_id}/file.pdf").data
    assert "作废" in text_of(void)
    assert path_of(notice.pdf_sha256).read_bytes() == stored


def test_a_draft_is_never_without_its_mark(real: Office) -> None:
    notice_id = real.draft("reply")
    client = real.world.client("jxw-clerk")
    html = client.get(f"/notices/{notice_id}/preview").get_data(as_text=True)
    assert html.count("data:image/png;base64,") >= 1
    assert client.get(f"/notices/{notice_id}/file.pdf").status_code == 404


def test_many_in_one_file_begin_on_the_front_of_a_sheet(real: Office) -> None:
    ids = [real.signed(code) for code in ("supervision", "reply")]
    for notice_id in ids:
        assert not real.issue(notice_id).error
    pages = [real.notice(notice_id).pages or 0 for notice_id in ids]
    client = real.world.client("jxw-clerk")
    whole = client.get(f"/notices/print.pdf?id={ids[0]}&id={ids[1]}").data
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        assert len(pdf.pages) == sum(count + count % 2 for count in pages)
    all_copies = client.get(f"/notices/print.pdf?id={ids[0]}&id={ids[1]}&copies=all").data
    with pikepdf.open(io.BytesIO(all_copies)) as pdf:
        assert len(pdf.pages) == 2 * sum(count + count % 2 for count in pages)


def test_every_kind_can_be_drafted_issued_and_is_printed(real: Office) -> None:
    for about in kinds():
        notice_id = real.signed(about.code)
        assert real.issue(notice_id).error == "", about.code
        notice = real.notice(notice_id)
        assert notice.pdf_sha256
        assert notice.number_text.replace(" ", "") in text_of(path_of(notice.pdf_sha256).read_bytes()), (
            about.code
        )


def test_a_sample_by_command(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "样张.pdf"
    result = app.test_cli_runner().invoke(notices, ["sample", "supervision", str(out)])
    assert result.exit_code == 0, result.stderr
    assert "样式" in text_of(out.read_bytes())
