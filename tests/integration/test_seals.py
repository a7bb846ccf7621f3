"""The organization's own seal picture: checked by content, kept with its approval, printed on what is issued only."""

from __future__ import annotations

import io
import math

import pypdfium2
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from blueprints.notices import queries
from blueprints.notices.models import SealPicture
from blueprints.notices.service import sealing
from blueprints.notices.service.composing import document
from core import clock
from core.audit import AuditEntry
from core.db import db, transaction
from core.files import path_of
from domain.documents import Watermark
from domain.errors import InvalidInput
from tests.factories.notices import Office, QuickPrinter
from tests.factories.seals import ALLOWED, seal_png, with_seal


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"GIF89a" + b"0" * 400, "请上传背景透明的 PNG"),
        (b"\x89PNG\r\n\x1a\nbroken", "图片内容无法识别"),
        (seal_png(clear=False), "背景不透明"),
        (seal_png(200), "每边至少 300 像素"),
        (seal_png(500, wide=300), "宽和高不一样"),
        (seal_png(2100), "每边不能超过 2000 像素"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * (sealing.MOST_BYTES + 1), "不能超过 1 MB"),
    ],
)
def test_only_a_clear_round_png_is_taken(data: bytes, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        sealing.checked_picture(data)


def test_an_empty_picture_is_refused_and_borders_are_cut() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (500, 500), (0, 0, 0, 0)).save(out, "PNG")
    with pytest.raises(InvalidInput, match="全透明"):
        sealing.checked_picture(out.getvalue())
    with Image.open(io.BytesIO(sealing.checked_picture(seal_png(600, 90)))) as cut:
        assert abs(cut.width - 601) <= 2
        assert cut.mode == "RGBA"


def test_versions_are_kept_with_who_when_and_why(office: Office) -> None:
    first = with_seal(office)
    with transaction():
        by, organ = office.world.user("sysadmin"), office.world.org("jxw")
        second = sealing.upload(organ, seal_png(640), ALLOWED, by=by, now=clock.now())
        assert (second.version, second.in_use) == (2, True)
    rows = list(db.session.scalars(select(SealPicture).order_by(SealPicture.version)))
    assert [(row.version, row.in_use, row.approval) for row in rows] == [(1, False, ALLOWED), (2, True, ALLOWED)]
    assert rows[0].file.sha256 == first
    done = [e.action for e in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)) if "seal" in e.action]
    assert done == ["notice.seal_upload", "notice.seal_switch", "notice.seal_upload"]
    with transaction(), pytest.raises(InvalidInput, match="完全一样"):
        sealing.upload(office.world.org("jxw"), seal_png(640), ALLOWED, by=office.world.user("sysadmin"), now=clock.now())
    with transaction(), pytest.raises(InvalidInput, match="写明依据"):
        sealing.upload(office.world.org("jxw"), seal_png(660), "同意", by=office.world.user("sysadmin"), now=clock.now())


def test_by_default_there_is_no_seal(office: Office, printer: QuickPrinter) -> None:
    with_seal(office, on=False)
    notice = office.notice(office.issued())
    assert notice.content
    assert "picture" not in notice.content["signature"]
    assert notice.content["signature"]["seal"] == ""


def test_the_digest_is_frozen_with_the_notice(office: Office, printer: QuickPrinter) -> None:
    kept = with_seal(office)
    waiting = office.signed()
    printer.broken = "纸用完了"
    assert office.issue(waiting).error
    with transaction():
        sealing.switch(office.world.org("jxw"), False, "暂停使用印章图样", by=office.world.user("sysadmin"), now=clock.now())
    printer.broken = ""
    assert not office.issue(waiting, verb="again").error
    signature = printer.printed[-1].signature
    assert signature is not None
    assert (signature.seal.value, signature.picture) == ("picture", kept)
    assert office.notice(waiting).steps[4].facts["seal"] == kept
    other = office.issued()
    assert office.notice(other).content["signature"]["seal"] == ""  # type: ignore[index]


def test_other_organizations_and_void_copies_bear_none(office: Office, printer: QuickPrinter) -> None:
    with_seal(office)
    assert sealing.seal_for(office.world.org("swj").id) == ""
    notice_id = office.issued()
    office.void(notice_id)
    signature = printer.printed[-1].signature
    assert signature is not None
    assert (signature.seal.value, signature.picture) == ("", "")


def red_box(pdf: bytes, page: int) -> tuple[float, float, float, float]:
    """Where the red ink of the lower half of a page stands, in mm."""
    whole = pypdfium2.PdfDocument(pdf)
    try:
        picture = whole[page].render(scale=4).to_pil().convert("RGB")
    finally:
        whole.close()
    mm = 72 / 25.4 * 4
    red, green, _ = picture.split()
    ink = Image.eval(green, lambda v: 255 if v < 120 else 0)
    strong = Image.eval(red, lambda v: 255 if v > 150 else 0)
    both = Image.composite(ink, Image.new("L", ink.size, 0), strong)
    half = picture.height // 3
    box = both.crop((0, half, both.width, both.height)).getbbox()
    assert box is not None, "no red ink"
    return box[0] / mm, (box[1] + half) / mm, box[2] / mm, (box[3] + half) / mm


def test_it_is_printed_42_mm_wide_over_name_and_date(app: Flask) -> None:
    office = Office()
    with_seal(office)
    notice_id = office.signed("reply")
    assert not office.issue(notice_id).error
    notice = office.notice(notice_id)
    pdf = path_of(notice.pdf_sha256 or "").read_bytes()
    left, top, right, bottom = red_box(pdf, (notice.pages or 1) - 1)
    assert right - left == pytest.approx(42, abs=0.6)
    assert bottom - top == pytest.approx(42, abs=0.6)
    whole = pypdfium2.PdfDocument(pdf)
    try:
        page = whole[(notice.pages or 1) - 1]
        text = page.get_textpage()
        found = text.search("2026年10月12日")
        index, count = found.get_next()
        boxes = [text.get_charbox(index + i) for i in range(count)]
        height = page.get_height()
    finally:
        whole.close()
    mm = 72 / 25.4
    middle = (min(b[0] for b in boxes) + max(b[2] for b in boxes)) / 2 / mm
    below = (height - sum(b[1] + b[3] for b in boxes) / 2 / len(boxes)) / mm
    assert (left + right) / 2 == pytest.approx(middle, abs=0.8)
    centre = (top + bottom) / 2
    assert 0 < below - centre < 21 * math.cos(0.5)


def test_a_draft_shows_none_and_a_lost_picture_stops_the_printing(app: Flask) -> None:
    office = Office()
    kept = with_seal(office)
    notice_id = office.signed("reply")
    draft = document(office.notice(notice_id), watermark=Watermark.DRAFT)
    assert draft.signature is not None
    assert draft.signature.picture == ""
    path_of(kept).unlink()
    assert "丢失或者被改动" in office.issue(notice_id).error


def test_the_page_uploads_switches_and_refuses(office: Office) -> None:
    admin, organ = office.world.client("sysadmin"), office.world.org("jxw").id
    path = f"/organ-seals/{organ}"
    assert "不印章，留盖章位置" in admin.get("/notice-templates").get_data(as_text=True)
    assert "还没有上传" in admin.get(path).get_data(as_text=True)
    refused = admin.submit(f"{path}/use", {"use": "picture", "reason": "经主任办公会同意"})
    assert refused.status_code == 422
    assert "请先上传" in refused.get_data(as_text=True)
    assert admin.submit(path, {"approval": ALLOWED, "allowed": "y"}).status_code == 422
    upload = {"picture": (io.BytesIO(seal_png()), "章.png"), "approval": ALLOWED}
    answer = admin.submit(path, upload, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "没有本单位规定的允许" in answer.get_data(as_text=True)
    upload = {"picture": (io.BytesIO(seal_png()), "章.png"), "approval": ALLOWED, "allowed": "y"}
    assert admin.submit(path, upload, content_type="multipart/form-data").status_code == 303
    assert queries.seal_in_use(organ) is None
    assert admin.submit(f"{path}/use", {"use": "picture", "reason": "经主任办公会同意"}).status_code == 303
    page = admin.get(path).get_data(as_text=True)
    assert "使用上传的印章图样（第 1 版）" in page
    assert ALLOWED in page
    assert "data:image/png;base64," in page
    assert "第 1 版" in admin.get("/notice-templates").get_data(as_text=True)
    assert admin.get(f"/organ-seals/{office.world.org('rq').id}").status_code == 404
    assert office.world.client("jxw-leader").get(path).status_code == 403
