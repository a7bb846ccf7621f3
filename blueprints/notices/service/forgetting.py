"""Forgetting the person of a notice with the case: the number, the digests and the history stay.

Names and numbers are taken out of every text, the frozen content and the files that hold them go, and the key
that sealed audit diffs is destroyed. Verification by code or digest keeps its answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blueprints.notices import queries
from blueprints.notices.models import (
    MailEntry,
    Notice,
    NoticeCopy,
    NoticeScan,
    NoticeService,
    NoticeStep,
    PrintJob,
    SealUse,
)
from blueprints.notices.service.engine import SUBJECT, notice_path
from core.db import after_commit, db
from core.files import StoredFile, path_of
from core.inbox import Notification
from core.privacy import destroy_key

GONE = "〔已匿名〕"
TEXTS: dict[type, tuple[str, ...]] = {
    Notice: (
        "title", "body", "annex_title", "annex_body", "values", "addressees", "copies_to", "enclosures",
        "subject_label", "void_reason",
    ),
    NoticeStep: ("remark", "facts"),
    NoticeService: (
        "addressee", "place", "receiver", "relation", "witness", "consent_note", "remark", "answer",
    ),
    NoticeCopy: ("recipient", "taken_by"),
    SealUse: ("subject", "remark"),
    MailEntry: ("correspondent", "subject", "result", "file_name"),
    PrintJob: ("remark",),
}  # fmt: skip
PAPER: tuple[Any, ...] = (NoticeCopy, SealUse, MailEntry, PrintJob)
TABLES = (
    "notice", "notice_step", "notice_service", "stored_file",
    "notice_copy", "notice_scan", "seal_use", "mail_entry", "print_job",
)  # fmt: skip


def forget(subject_type: str, subject_id: int, secrets: Sequence[str], *, now: datetime) -> None:
    """Take the person (every text in `secrets`) out of the notices about one subject, for good."""
    for notice in queries.of_subject(subject_type, subject_id):
        for row in (notice, *notice.steps, *notice.services):
            _blank(row, secrets)
        for paper in PAPER:
            for row in db.session.scalars(select(paper).where(paper.notice_id == notice.id)):
                _blank(row, secrets)
        _drop_files(notice)
        notice.content = None
        destroy_key(SUBJECT, notice.id, now)
        told = select(Notification).where(Notification.link == notice_path(notice))
        for message in db.session.scalars(told):
            message.text = without(message.text, secrets)


def _blank(row: Any, secrets: Sequence[str]) -> None:
    for name in TEXTS[type(row)]:
        old = getattr(row, name)
        if (new := without(old, secrets)) != old:
            setattr(row, name, new)


def without(value: Any, secrets: Sequence[str]) -> Any:
    """A text, or the texts in a value of JSON, without the secrets."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, GONE)
        return value
    if isinstance(value, list):
        return [without(part, secrets) for part in value]
    if isinstance(value, dict):
        return {key: without(part, secrets) for key, part in value.items()}
    return value


def _drop_files(notice: Notice) -> None:
    """The printed bytes and the scans go; bytes only where no other row holds the same content."""
    kept = [file for file in (notice.pdf, notice.void_pdf) if file is not None]
    kept += [row.receipt for row in notice.services if row.receipt is not None]
    for scan in db.session.scalars(select(NoticeScan).where(NoticeScan.notice_id == notice.id)):
        kept.append(scan.file)
        db.session.delete(scan)
    for entry in db.session.scalars(select(MailEntry).where(MailEntry.notice_id == notice.id)):
        kept += [entry.file] if entry.file is not None else []
        entry.file_id, entry.file_name = None, ""
    notice.pdf_id = notice.void_pdf_id = None
    for row in notice.services:
        row.receipt_id, row.receipt_name = None, ""
    db.session.flush()
    for file in {file.id: file for file in kept}.values():
        _delete_unused(file)


def _delete_unused(file: StoredFile) -> None:
    if any(_refers(table, file.id) for table in db.metadata.sorted_tables):
        return
    path = path_of(file.sha256)
    db.session.delete(file)
    db.session.flush()
    after_commit(lambda: path.unlink(missing_ok=True))


def _refers(table: Any, file_id: int) -> bool:
    """Whether a row of this table holds the file."""
    columns = [key.parent for key in table.foreign_keys if key.column.table.name == StoredFile.__tablename__]
    return any(db.session.scalar(select(c).where(c == file_id).limit(1)) is not None for c in columns)
