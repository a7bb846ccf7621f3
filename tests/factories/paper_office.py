"""The paper of an issued notice: its copies, seal, scan, entry in the mail book, place in the print queue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from blueprints.notices.models import Notice
from blueprints.notices.service import books, paper, print_queue
from core import clock
from core.db import db, transaction
from core.files import store
from tests.factories.notices import PIXEL, Office, empty_sheets

SCAN = b"%PDF-1.7\n% sealed original\n"


def mail_data(**given: Any) -> dict[str, Any]:
    """What is typed for an incoming paper."""
    data = {
        "direction": "in", "day": clock.today(), "correspondent": "示例市人民政府办公室",
        "their_number": "示府办〔2026〕8号", "subject": "关于报送供气保障情况的通知", "copies": 1,
        "way": "exchange", "handler": "示例承办人", "result": "",
    }  # fmt: skip
    return data | given


def seal_data(**given: Any) -> dict[str, Any]:
    """What is typed for the seal on a paper made elsewhere."""
    data = {
        "subject": "供气安全责任书", "copies": 2, "used_on": clock.today(), "approved_by": "示例局长",
        "asked_by": "示例科员", "remark": "",
    }  # fmt: skip
    return data | given


def posted_notice(office: Office) -> int:
    """A notice that went out by post."""
    with empty_sheets():
        notice_id = office.issued()
    office.serve(notice_id, method="post", tracking="EX000000001CN", receipt=None)
    return notice_id


def fill_paper_office() -> dict[str, int | str]:
    """Rows for the issued notice of the regulator, by the names of the parameters of routes."""
    office, now = Office(), clock.now()
    found_id = db.session.scalar(
        select(Notice.id).where(Notice.pdf_id.is_not(None)).order_by(Notice.id).limit(1)
    )
    notice_id = found_id or 0
    posted = posted_notice(office)
    with transaction():
        notice = office.notice(notice_id)
        by = office.world.user("jxw-clerk")
        copy = paper.copies_of(notice_id)[0]
        scan = paper.add_scan(notice, "盖章原件.png", PIXEL, "盖章后扫描", by=by, now=now)
        use = books.record_seal_use(books.seal_draft(notice, now), by=by, now=now, notice=notice)
        letter = (store("来文.pdf", SCAN, now=now), "来文.pdf")
        entry = books.record_mail(mail_data(), by=by, now=now, file=letter)
        job = print_queue.add(notice, 2, "", by=by, now=now)
        found: dict[str, int | str] = {
            "copy_id": copy.id, "scan_id": scan.id, "seal_use_id": use.id, "mail_id": entry.id,
            "print_job_id": job.id, "posted_notice": posted,
        }  # fmt: skip
    db.session.rollback()
    return found
