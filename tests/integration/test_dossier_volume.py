"""The dossier of a case with its attachments: frozen by digest, printed once, printed again from the same bytes."""

from __future__ import annotations

import io

import pikepdf
import pytest
from flask import Flask

from blueprints.complaints.models import Attachment
from blueprints.complaints.service import noticing
from blueprints.notices import service
from blueprints.notices.models import Notice
from blueprints.notices.service import printing
from blueprints.notices.service.composing import document, lacking, not_listed
from blueprints.notices.service.drafting import Content
from blueprints.notices.service.forgetting import forget
from blueprints.notices.workflow import State
from blueprints.rulebook.service import pinned
from core import clock, files
from core.db import transaction
from core.files import path_of
from domain.documents import MOST_ENCLOSURES, document_of
from tests.factories.cases import Desk
from tests.factories.enclosures import A4, pdf_of, picture
from tests.factories.notices import Office, Paper, QuickPrinter
from tests.integration.test_notices_printed import text_of

GIVEN = (("12345工单.pdf", pdf_of(A4, A4)), ("现场照片.png", picture()), ("录音说明.txt", "停气录音".encode()))


def attach(desk: Desk, case_id: int, who: str = "rq-handler") -> list[str]:
    """Attach the files; their digests."""
    with transaction() as session:
        by, digests = desk.world.user(who), []
        for name, data in GIVEN:
            kept = files.store(name, data, now=clock.now())
            session.add(Attachment(case_id=case_id, file_id=kept.id, name=name, added_by_id=by.id, added_at=clock.now()))
            digests.append(kept.sha256)
    return digests


def drafted(office: Office, desk: Desk) -> tuple[int, list[str]]:
    """The dossier of an archived case with three attachments, drafted; and the digests of the files."""
    case_id = desk.closed()
    digests = attach(desk, case_id)
    if desk.case(case_id).archived_at is None:
        desk.do(case_id, "archive", "jxw-clerk")
    with transaction():
        case, by = desk.case(case_id), office.world.user("jxw-clerk")
        made = noticing.draft_about(case, "dossier", pinned(case.ruleset_version_id), by=by, now=clock.now())
        return made.id, digests


def signed(office: Office, notice_id: int) -> int:
    for action, who in (("submit", "jxw-clerk"), ("review", "jxw-supervisor"), ("sign", "jxw-leader")):
        office.act(notice_id, action, who)
    return notice_id


@pytest.mark.rule("F5.2")
def test_a_dossier_binds_the_attachments_of_the_case(app: Flask, desk: Desk) -> None:
    office = Office()
    notice_id, digests = drafted(office, desk)
    notice = office.notice(notice_id)
    assert [row["sha256"] for row in notice.enclosures] == digests
    assert all(row["by"].startswith("示例燃气公司 ") for row in notice.enclosures)
    names = [row[1] for row in notice.values["dossier_catalogue"]]
    assert names == ["办理经过", *(name for name, _ in GIVEN)]
    assert office.issue(signed(office, notice_id)).error == ""
    notice = office.notice(notice_id)
    assert [e.sha256 for e in document_of(dict(notice.content or {})).enclosures] == digests
    stored = path_of(notice.pdf_sha256 or "").read_bytes()
    said = text_of(stored)
    assert "原件存电子卷宗" in said
    assert digests[2] in said
    assert digests[1][-12:] in said
    with pikepdf.open(io.BytesIO(stored)) as pdf:
        assert len(pdf.pages) == notice.pages >= 5


def test_a_printing_that_failed_binds_the_same_bytes_later(desk: Desk, office: Office, printer: QuickPrinter) -> None:
    notice_id, digests = drafted(office, desk)
    signed(office, notice_id)
    printer.broken = "纸用完了"
    assert office.issue(notice_id).error == "纸用完了"
    before = office.notice(notice_id).content
    printer.broken = ""
    assert office.issue(notice_id, verb="again").error == ""
    assert office.notice(notice_id).content == before
    assert [e.sha256 for e in printer.printed[-1].enclosures] == digests


def test_a_missing_file_stops_the_printing_until_it_is_back(app: Flask, desk: Desk) -> None:
    office = Office()
    notice_id, digests = drafted(office, desk)
    path = path_of(digests[0])
    kept = path.read_bytes()
    path.write_bytes(b"changed")
    failed = office.issue(signed(office, notice_id))
    assert "存储的文件丢失或者被改动" in failed.error
    assert office.notice(notice_id).state == State.NUMBERED
    assert "存储的文件丢失或者被改动" in office.notice(notice_id).print_error
    path.write_bytes(kept)
    assert office.issue(notice_id, verb="again").error == ""
    assert office.notice(notice_id).state == State.ISSUED


def test_every_file_stands_in_the_catalogue(desk: Desk, office: Office) -> None:
    notice_id, _ = drafted(office, desk)
    notice = office.notice(notice_id)
    rows = [row for row in notice.values["dossier_catalogue"] if row[4] != "材料2"]
    with office.acting("jxw-clerk", notice_id) as (held, act):
        service.edit(held, Content(values={"dossier_catalogue": rows}), **act)
    assert lacking(office.notice(notice_id)) == "页次一栏没有写材料2，目录里请给每件材料留一行。"
    with office.acting("jxw-clerk", notice_id) as (held, _):
        held.enclosures = held.enclosures * (MOST_ENCLOSURES // 2)
    assert "超过每卷 200 件的上限" in lacking(office.notice(notice_id))


def test_a_draft_is_looked_at_without_reading_the_files(app: Flask, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office()
    notice_id, _ = drafted(office, desk)
    monkeypatch.setattr(printing, "stored", lambda sha256: pytest.fail("a draft read a file"))
    html = office.world.client("jxw-clerk").get(f"/notices/{notice_id}/preview").get_data(as_text=True)
    assert html.count("data:image/png;base64,") >= 4


def test_a_void_copy_binds_them_again(desk: Desk, office: Office, printer: QuickPrinter) -> None:
    notice_id, digests = drafted(office, desk)
    assert office.issue(signed(office, notice_id)).error == ""
    office.void(notice_id)
    assert printer.printed[-1].watermark.value == "作废"
    assert [e.sha256 for e in printer.printed[-1].enclosures] == digests


def test_large_volumes_are_kept_and_large_uploads_are_not(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"%PDF-1.7\n" + b"0" * (files.MAX_BYTES + 1)
    monkeypatch.setattr(printing, "draw", lambda document, read=None: Paper(data, 300))
    notice = office.notice(office.issued("dossier"))
    assert path_of(notice.pdf_sha256 or "").stat().st_size == len(data)
    with pytest.raises(Exception, match="单个文件不能超过 20 MB"), transaction():
        files.store("卷.pdf", data + b"1", now=clock.now())


def test_not_listed_knows_only_the_column_of_pages(office: Office) -> None:
    notice: Notice = office.notice(office.draft("dossier"))
    assert not_listed(document(notice)) == ""


def test_a_forgotten_person_stands_in_no_name_of_a_file(desk: Desk, office: Office) -> None:
    notice_id, digests = drafted(office, desk)
    with office.acting("jxw-clerk", notice_id) as (notice, _):
        notice.enclosures = [row | {"name": f"示例用户甲的{row['name']}"} for row in notice.enclosures]
        subject = notice.subject_id or 0
    assert office.issue(signed(office, notice_id)).error == ""
    with transaction():
        forget("case", subject, ["示例用户甲"], now=clock.now())
    notice = office.notice(notice_id)
    assert [row["sha256"] for row in notice.enclosures] == digests
    assert all(row["name"].startswith("〔已匿名〕的") for row in notice.enclosures)
    assert (notice.content, notice.pdf_id) == (None, None)
