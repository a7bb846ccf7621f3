"""What the pages of paper ask for: one notice with its paper, the books, the print queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload, lazyload

from blueprints.accounts.models import User
from blueprints.notices.guards import ON_PAPER
from blueprints.notices.models import (
    MailEntry,
    Notice,
    NoticeCopy,
    NoticeScan,
    NoticeService,
    PrintJob,
    SealUse,
)
from blueprints.notices.queries import visible
from core.db import Base, db

PAGE = 50
Row = TypeVar("Row", bound=Base)
BARE = (lazyload(User.grants), lazyload(User.organization), lazyload(User.department))


@dataclass(frozen=True)
class Paper:
    """A notice with the paper beside it; `job` is the newest in the print queue, `went_out` whether it was
    served on paper."""

    notice: Notice
    mail: MailEntry | None = None
    job: PrintJob | None = None
    went_out: bool = False
    copies: Sequence[NoticeCopy] = ()
    scans: Sequence[NoticeScan] = ()
    seals: Sequence[SealUse] = ()


def paper_of(notice_id: int, by: User) -> Paper | None:
    """The paper of a notice this person may see; of one that was only received, its scans."""
    newest = select(func.max(PrintJob.id)).where(PrintJob.notice_id == notice_id).scalar_subquery()
    service = NoticeService
    went_out = exists().where(service.notice_id == Notice.id, service.method.in_(list(ON_PAPER)))
    rows = select(Notice, MailEntry, PrintJob, went_out).where(Notice.id == notice_id, visible(by))
    rows = rows.outerjoin(MailEntry, MailEntry.notice_id == Notice.id)
    rows = rows.outerjoin(PrintJob, PrintJob.id == newest).options(
        joinedload(Notice.organization),
        joinedload(Notice.signed_by).options(*BARE),
        joinedload(Notice.drafted_by).options(*BARE),
        joinedload(PrintJob.printed_by).options(*BARE),
        joinedload(PrintJob.queued_by).options(*BARE),
    )
    found = db.session.execute(rows).first()
    if found is None:
        return None
    notice, scans = found[0], scans_of(notice_id)
    if notice.organization_id != by.organization_id:
        return Paper(notice, scans=scans)
    copies = select(NoticeCopy).where(NoticeCopy.notice_id == notice_id).order_by(NoticeCopy.position)
    seals = _with_people(select(SealUse).where(SealUse.notice_id == notice_id)).order_by(SealUse.id)
    return Paper(*found, list(db.session.scalars(copies)), scans, list(db.session.scalars(seals)))


def scans_of(notice_id: int) -> list[NoticeScan]:
    """The scans of a notice, the newest first."""
    rows = select(NoticeScan).where(NoticeScan.notice_id == notice_id)
    rows = rows.options(joinedload(NoticeScan.added_by).options(*BARE))
    return list(db.session.scalars(rows.order_by(NoticeScan.id.desc())))


def _with_people(rows: Select[Any]) -> Select[Any]:
    return rows.options(joinedload(SealUse.recorded_by).options(*BARE))


def part_of(model: type[Row], row_id: int, notice_id: int) -> Row | None:
    """A copy or scan of this notice."""
    found: Any = db.session.get(model, row_id)
    return found if found is not None and found.notice_id == notice_id else None


def own_row(model: type[Row], row_id: int, by: User) -> Row | None:
    """An entry of a book of the person's own organization."""
    found: Any = db.session.get(model, row_id)
    return found if found is not None and found.organization_id == by.organization_id else None


def _like(text: str, *columns: Any) -> ColumnElement[bool]:
    like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    return or_(*(column.like(like, escape="\\") for column in columns))


def _year(column: Any, text: str) -> ColumnElement[bool]:
    whole = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else 0
    found: ColumnElement[bool] = column == whole
    return found


def seal_uses(by: User, filters: Mapping[str, str]) -> Select[Any]:
    """(entry, the one that corrects it or None) of the own organization, the newest first."""
    later = aliased(SealUse)
    entries: Any = select(SealUse, later).outerjoin(later, later.corrects_id == SealUse.id)
    rows = _with_people(entries).where(SealUse.organization_id == by.organization_id)
    if filters.get("year"):
        rows = rows.where(_year(SealUse.year, filters["year"]))
    if filters.get("q"):
        rows = rows.where(_like(filters["q"], SealUse.subject, SealUse.approved_by, SealUse.asked_by))
    return rows.order_by(SealUse.id.desc())


def corrected_by(use: SealUse) -> SealUse | None:
    """The entry that puts this one right."""
    return db.session.scalar(select(SealUse).where(SealUse.corrects_id == use.id))


def mail(by: User, filters: Mapping[str, str]) -> Select[Any]:
    """The mail book of the own organization, the newest first."""
    rows = select(MailEntry).where(MailEntry.organization_id == by.organization_id)
    if filters.get("direction"):
        rows = rows.where(MailEntry.direction == filters["direction"])
    if filters.get("way"):
        rows = rows.where(MailEntry.way == filters["way"])
    if filters.get("year"):
        rows = rows.where(_year(MailEntry.year, filters["year"]))
    for name, holds in (("from", MailEntry.day.__ge__), ("to", MailEntry.day.__le__)):
        if (day := day_of(filters.get(name, ""))) is not None:
            rows = rows.where(holds(day))
    if text := filters.get("q"):
        named = (MailEntry.subject, MailEntry.correspondent, MailEntry.their_number, MailEntry.number_text)
        rows = rows.where(_like(text, *named, MailEntry.handler))
    return rows.order_by(MailEntry.id.desc())


def day_of(text: str) -> date | None:
    """A day of the address, None for what is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def some(rows: Select[Any], key: Any, before: int) -> tuple[list[Any], bool]:
    """A page of a book by its descending key, and whether older ones follow."""
    rows = rows.where(key < before) if before else rows
    found = list(db.session.execute(rows.limit(PAGE + 1)).unique())
    return found[:PAGE], len(found) > PAGE


def every(rows: Select[Any]) -> list[Any]:
    """All of a book, for a file."""
    return list(db.session.execute(rows).unique())


def print_jobs(by: User, state: str, before: int) -> tuple[list[PrintJob], bool]:
    """Jobs that are done or cancelled, the newest first."""
    rows = select(PrintJob).where(PrintJob.organization_id == by.organization_id, PrintJob.state == state)
    rows = rows.options(
        joinedload(PrintJob.notice),
        joinedload(PrintJob.queued_by).options(*BARE),
        joinedload(PrintJob.printed_by).options(*BARE),
    ).order_by(PrintJob.id.desc())
    found, more = some(rows, PrintJob.id, before)
    return [row[0] for row in found], more
