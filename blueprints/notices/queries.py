"""Which notices a person may see, the register of a year, what verification looks up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, lazyload, selectinload

from blueprints.accounts.models import User
from blueprints.notices.guards import Method
from blueprints.notices.models import (
    Notice,
    NoticeService,
    NoticeStep,
    NoticeTemplate,
    OrganCode,
    SealPicture,
)
from blueprints.notices.workflow import GIVEN_OUT, WITH_NUMBER, State, waiting_states
from core.authz import Permission
from core.db import db

PAGE = 50
REGISTER_PAGE = 200
FILTERS = ("mine", "kind", "state", "series", "year", "q", "service")
PEOPLE = (Notice.drafted_by, Notice.reviewed_by, Notice.legal_by, Notice.signed_by)
SERVICE_FILTERS = {"unserved": "未送达", "served": "已送达", "owed": "待回复", "overdue": "逾期未回复"}


def visible(by: User) -> ColumnElement[bool]:
    """Notices of the own organization; and what was served on it electronically, voided or not."""
    if by.organization_id is None or Permission.NOTICE_READ not in by.permissions:
        return false()
    own = Notice.organization_id == by.organization_id
    if Permission.NOTICE_RECEIVE not in by.permissions:
        return own
    received = _received(by.organization_id)
    return or_(own, received) if Permission.NOTICE_DRAFT in by.permissions else received


def _received(organization_id: int) -> ColumnElement[bool]:
    sent = select(NoticeService.notice_id).where(
        NoticeService.organization_id == organization_id, NoticeService.method == Method.ELECTRONIC.value
    )
    return Notice.id.in_(sent)


def _named(who: Any) -> Any:
    """People whose names are shown: without their roles and places, unless somebody asks for them."""
    return joinedload(who).options(
        lazyload(User.grants), lazyload(User.organization), lazyload(User.department)
    )


def notice_for(notice_id: int, by: User) -> Notice | None:
    """One notice with all that its page shows, or None when it is not this person's to see."""
    rows = select(Notice).where(Notice.id == notice_id, visible(by)).options(
        joinedload(Notice.organization), joinedload(Notice.enterprise), joinedload(Notice.pdf),
        joinedload(Notice.void_pdf), selectinload(Notice.steps),
        selectinload(Notice.services).options(
            joinedload(NoticeService.receipt), _named(NoticeService.signed_by), _named(NoticeService.server)
        ),
        *(_named(who) for who in PEOPLE),
    )  # fmt: skip
    return db.session.scalar(rows)


def locked(notice_id: int) -> Notice:
    """The notice as it is stored now, held until the transaction ends."""
    rows = select(Notice).where(Notice.id == notice_id).with_for_update(of=Notice)
    return db.session.scalars(rows.execution_options(populate_existing=True)).one()


def of_subject(subject_type: str, subject_id: int) -> list[Notice]:
    """Notices about one subject, oldest first."""
    rows = select(Notice).where(Notice.subject_type == subject_type, Notice.subject_id == subject_id)
    return list(db.session.scalars(rows.order_by(Notice.id)))


def _service_is(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(NoticeService.notice_id == Notice.id, *conditions)


def service_condition(value: str, now: datetime) -> ColumnElement[bool] | None:
    """A filter by service and answer; None for anything else."""
    row, out = NoticeService, Notice.state.in_([s.value for s in GIVEN_OUT])
    owed = and_(row.due_at.is_not(None), row.answered_at.is_(None))
    match value:
        case "unserved":
            return and_(Notice.state == State.ISSUED.value, _service_is(row.served_at.is_(None)))
        case "served":
            return and_(out, ~_service_is(row.served_at.is_(None)), _service_is())
        case "owed":
            return and_(out, _service_is(owed))
        case "overdue":
            return and_(out, _service_is(owed, row.due_at <= now))
    return None


def _narrowed(filters: Mapping[str, str], by: User, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in ("kind", "state", "series"):
        if filters.get(name):
            found.append(getattr(Notice, name) == filters[name])
    year = filters.get("year", "")
    if year:
        whole = int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else 0
        found.append(Notice.year == whole)
    if filters.get("mine"):
        found.append(waiting(by))
    if text := filters.get("q"):
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        named = (Notice.title, Notice.number_text, Notice.oa_number)
        found.append(or_(*(column.like(like, escape="\\") for column in named)))
    condition = service_condition(filters.get("service", ""), now)
    return found if condition is None else [*found, condition]


def waiting(by: User) -> ColumnElement[bool]:
    """Notices whose next step this person may take: an own one in its turn, or one to sign for."""
    own = and_(Notice.organization_id == by.organization_id, Notice.state.in_(waiting_states(by.permissions)))
    if Permission.NOTICE_RECEIVE not in by.permissions:
        return own
    unsigned = _service_is(
        NoticeService.organization_id == by.organization_id, NoticeService.method == Method.ELECTRONIC.value,
        NoticeService.signed_at.is_(None),
    )  # fmt: skip
    return or_(own, and_(Notice.state.in_([State.ISSUED.value, State.SERVED.value]), unsigned))


def waiting_count(by: User) -> int:
    """How many notices wait for this person's next step."""
    found = select(func.count()).select_from(Notice).where(visible(by), waiting(by))
    return db.session.scalar(found) or 0


@dataclass(frozen=True)
class Page:
    """Some rows of a list in their order, and the keys of the neighbouring pages."""

    rows: Sequence[Notice]
    before: int | None
    after: int | None


def _listed(by: User) -> Select[Any]:
    return select(Notice).where(visible(by)).options(
        joinedload(Notice.organization), joinedload(Notice.enterprise), selectinload(Notice.services)
    )  # fmt: skip


def list_page(
    by: User, filters: Mapping[str, str], *, now: datetime, after: int = 0, before: int = 0
) -> Page:
    """Fifty notices, the newest first; `after` and `before` are the ids at the edge of the page left."""
    rows = _listed(by).where(*_narrowed(filters, by, now))
    if before:
        found = list(db.session.scalars(rows.where(Notice.id > before).order_by(Notice.id).limit(PAGE + 1)))
        more, shown = len(found) > PAGE, found[:PAGE][::-1]
        return Page(shown, shown[0].id if more and shown else None, shown[-1].id if shown else None)
    rows = rows.where(Notice.id < after) if after else rows
    found = list(db.session.scalars(rows.order_by(Notice.id.desc()).limit(PAGE + 1)))
    shown = found[:PAGE]
    return Page(shown, shown[0].id if after and shown else None, shown[-1].id if len(found) > PAGE else None)


def numbered(by: User, filters: Mapping[str, str], *, now: datetime) -> Select[Any]:
    """The register (发文登记): what has a number, by series and number. Own organization only."""
    rows = _listed(by).where(*_narrowed(filters, by, now), Notice.number.is_not(None))
    rows = rows.where(Notice.organization_id == by.organization_id)
    return rows.order_by(Notice.series, Notice.year, Notice.number)


def register_page(by: User, filters: Mapping[str, str], *, now: datetime, offset: int) -> list[Notice]:
    """One page of the register and one row more."""
    rows = numbered(by, filters, now=now).offset(offset).limit(REGISTER_PAGE + 1)
    return list(db.session.scalars(rows))


def register_all(by: User, filters: Mapping[str, str], *, now: datetime) -> list[Notice]:
    """The whole register with these filters, for a file or a print."""
    rows = numbered(by, filters, now=now).options(_named(Notice.drafted_by), _named(Notice.signed_by))
    return list(db.session.scalars(rows))


def every_numbered(year: int) -> list[Notice]:
    """The registers of all organizations of one year (command line)."""
    rows = select(Notice).where(Notice.year == year, Notice.number.is_not(None))
    rows = rows.options(joinedload(Notice.organization), selectinload(Notice.services))
    return list(db.session.scalars(rows.order_by(Notice.organization_id, Notice.series, Notice.number)))


@dataclass(frozen=True)
class Standing:
    """How the notices of a year stand; the numbers behind the register's heading."""

    numbered: int
    void: int
    unserved: int
    served: int
    owed: int
    overdue: int


def standing(by: User, filters: Mapping[str, str], *, now: datetime) -> Standing:
    """Counts over the register with these filters, in one statement."""
    plain = {name: value for name, value in filters.items() if name != "service"}
    rows = select(Notice.id, Notice.state).where(
        Notice.organization_id == by.organization_id, Notice.number.is_not(None),
        Notice.state.in_([s.value for s in WITH_NUMBER]), visible(by), *_narrowed(plain, by, now),
    )  # fmt: skip
    parts = {name: service_condition(name, now) for name in SERVICE_FILTERS}
    flagged = rows.add_columns(*(c.label(n) for n, c in parts.items() if c is not None)).subquery()
    void = func.count().filter(flagged.c.state == State.VOID.value)
    counted = [func.count(), void, *(func.count().filter(flagged.c[name]) for name in SERVICE_FILTERS)]
    return Standing(*map(int, db.session.execute(select(*counted)).one()))


def series_of(by: User) -> list[tuple[str, int]]:
    """(series, year) that the register of the own organization has, the newest year first."""
    rows = select(Notice.series, Notice.year).where(
        Notice.organization_id == by.organization_id, Notice.number.is_not(None)
    )
    found = db.session.execute(rows.distinct().order_by(Notice.year.desc(), Notice.series))
    return [(row[0] or "", row[1] or 0) for row in found]


def by_ids(ids: Sequence[int], by: User) -> list[Notice]:
    """These notices in the order of their numbers, without those that the person may not see."""
    rows = _listed(by).options(joinedload(Notice.pdf), joinedload(Notice.void_pdf))
    rows = rows.where(Notice.id.in_(list(ids)))
    return list(db.session.scalars(rows.order_by(Notice.series, Notice.year, Notice.number, Notice.id)))


def service_of(notice: Notice, service_id: int) -> NoticeService | None:
    """One addressee of the notice."""
    return next((row for row in notice.services if row.id == service_id), None)


def by_code(code: str) -> Notice | None:
    """The notice with a verification code."""
    rows = select(Notice).where(Notice.code == code)
    return db.session.scalar(rows.options(joinedload(Notice.organization)))


def by_sha256(digest: str) -> Notice | None:
    """The notice whose issued bytes, or whose copy marked void, have this digest."""
    rows = select(Notice).where(or_(Notice.pdf_sha256 == digest, Notice.void_sha256 == digest))
    return db.session.scalar(rows.options(joinedload(Notice.organization)).limit(1))


def templates_of(kind: str) -> list[NoticeTemplate]:
    """All versions of the wording of a kind, the newest first."""
    rows = select(NoticeTemplate).where(NoticeTemplate.kind == kind)
    return list(db.session.scalars(rows.order_by(NoticeTemplate.version.desc())))


def active_templates() -> dict[str, NoticeTemplate]:
    """The wording in force of each kind that has an own one."""
    rows = select(NoticeTemplate).where(NoticeTemplate.active).order_by(NoticeTemplate.version)
    return {row.kind: row for row in db.session.scalars(rows)}


def organ_codes_of(organization_id: int) -> dict[str, OrganCode]:
    """机关代字 that were set for an organization, by series."""
    rows = select(OrganCode).where(OrganCode.organization_id == organization_id)
    return {row.key: row for row in db.session.scalars(rows)}


def seals_of(organization_id: int) -> list[SealPicture]:
    """All versions of an organization's seal picture, the newest first."""
    rows = select(SealPicture).where(SealPicture.organization_id == organization_id)
    return list(db.session.scalars(rows.order_by(SealPicture.version.desc())))


def seal_in_use(organization_id: int) -> SealPicture | None:
    """The picture that is printed on what the organization issues; None where it stamps by hand."""
    rows = select(SealPicture).where(SealPicture.organization_id == organization_id, SealPicture.in_use)
    return db.session.scalar(rows.order_by(SealPicture.version.desc()).limit(1))


def seals_in_use() -> dict[int, int]:
    """Version of the picture in use, by organization."""
    rows = select(SealPicture.organization_id, SealPicture.version).where(SealPicture.in_use)
    return {row[0]: row[1] for row in db.session.execute(rows)}


def last_steps(notice_ids: Sequence[int]) -> dict[int, NoticeStep]:
    """The newest step of each notice."""
    newest = select(func.max(NoticeStep.id)).where(NoticeStep.notice_id.in_(list(notice_ids)))
    rows = select(NoticeStep).where(NoticeStep.id.in_(newest.group_by(NoticeStep.notice_id)))
    return {row.notice_id: row for row in db.session.scalars(rows)}
