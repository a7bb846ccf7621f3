"""Findings that a person may see: one, lists of fifty, earlier ones of the same matter.

A regulator sees its own; an enterprise sees what stands in a notice that was served on it, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, select

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import Finding, FindingFile, RecordSample, Rectification, SiteCheck
from blueprints.inspection.workflow import BASIS_KINDS, FINDING_NAMES, OWED, SEVERITIES, SOURCES
from blueprints.registry.models import Outlet
from core.db import db

PAGE = 50
MOST_EARLIER = 10
LOOK_BACK = timedelta(days=731)
FILTERS = (
    "state", "enterprise", "outlet", "severity", "clause", "basis", "source", "overdue", "repeat", "from",
    "to", "number",
)  # fmt: skip
HIDDEN = ("drafted", "void")
OWN_CLAUSE = re.compile(r"[FQ]\d")


def reach(by: User) -> ColumnElement[bool]:
    """Whose findings this person may see."""
    own = by.organization
    if own is None:
        return false()
    if own.is_regulator:
        return Finding.organization_id == own.id
    served = select(Rectification.id).where(
        Rectification.enterprise_id == own.id, Rectification.served_on.is_not(None),
        Rectification.state.not_in(HIDDEN),
    )  # fmt: skip
    return and_(Finding.enterprise_id == own.id, Finding.rectification_id.in_(served))


def finding_or_none(finding_id: int, by: User) -> Finding | None:
    """One finding that this person may see, or None."""
    return db.session.scalar(select(Finding).where(Finding.id == finding_id, reach(by)))


def file_or_none(finding_file_id: int, by: User) -> FindingFile | None:
    """A file of such a finding, or None; what a recheck saw is an enterprise's to see once the opinion has
    been issued, and what is not handed in yet is nobody else's."""
    row = db.session.get(FindingFile, finding_file_id)
    if row is None or finding_or_none(row.finding_id, by) is None:
        return None
    regulator = by.organization is not None and by.organization.is_regulator
    hidden = not _handed_in(row) if regulator else row.purpose == "recheck" and not _told(row.finding)
    return None if hidden else row


def _handed_in(file: FindingFile) -> bool:
    """Whether a proof belongs to no draft."""
    last = file.finding.measures[-1] if file.measure_id and file.finding.measures else None
    draft = last is not None and last.id == file.measure_id and last.verdict == ""
    return not (draft and file.finding.state in [str(state) for state in OWED])


def _told(row: Finding) -> bool:
    """Whether an opinion on a recheck of the finding has been issued."""
    made = row.rectification.rechecks if row.rectification else []
    return any(one.notice is not None and one.notice.issued_at is not None for one in made)


def check_or_none(site_check_id: int, by: User) -> SiteCheck | None:
    """An on-site check of the own regulator, or None."""
    row = db.session.get(SiteCheck, site_check_id)
    return row if row is not None and row.organization_id == by.organization_id else None


def recorded(source: SiteCheck | RecordSample, item: str, instance: str) -> bool:
    """Whether a finding of this deviation exists."""
    mine = Finding.check_id if isinstance(source, SiteCheck) else Finding.sample_id
    rows = select(Finding.id).where(
        mine == source.id, Finding.item == item, Finding.instance == instance, Finding.state != "withdrawn"
    )
    return db.session.scalar(rows.limit(1)) is not None


def of_source(source: SiteCheck | RecordSample) -> list[Finding]:
    """Findings recorded from a check or a sample."""
    mine = Finding.check_id if isinstance(source, SiteCheck) else Finding.sample_id
    return list(db.session.scalars(select(Finding).where(mine == source.id).order_by(Finding.id)))


def candidates(
    organization_id: int, enterprise_id: int, key: str, on: date, *, before: int | None = None
) -> list[Finding]:
    """Earlier findings of the enterprise with the same matter, within two years, the newest first."""
    if not key:
        return []
    rows = select(Finding).where(
        Finding.enterprise_id == enterprise_id, Finding.repeat_key == key,
        Finding.organization_id == organization_id, Finding.state != "withdrawn",
        Finding.found_on >= on - LOOK_BACK, Finding.found_on <= on,
    )  # fmt: skip
    if before is not None:
        rows = rows.where(Finding.id < before)
    return list(db.session.scalars(rows.order_by(Finding.id.desc()).limit(MOST_EARLIER)))


def earlier(row: Finding) -> list[Finding]:
    """What this finding may repeat: not what the same check or sample found."""
    found = candidates(row.organization_id, row.enterprise_id, row.repeat_key, row.found_on, before=row.id)
    return [
        one for one in found
        if not (row.check_id and one.check_id == row.check_id)
        and not (row.sample_id and one.sample_id == row.sample_id)
    ]  # fmt: skip


def repeats(row: Finding) -> list[Finding]:
    """Later findings that were confirmed to repeat this one."""
    rows = select(Finding).where(
        Finding.repeat_of_id == row.id, Finding.organization_id == row.organization_id
    )
    return list(db.session.scalars(rows.order_by(Finding.id).limit(MOST_EARLIER)))


def to_notice(organization_id: int, enterprise_id: int) -> list[Finding]:
    """Open findings of an enterprise that stand in no notice yet."""
    rows = select(Finding).where(
        Finding.organization_id == organization_id, Finding.state == "open",
        Finding.enterprise_id == enterprise_id, Finding.rectification_id.is_(None),
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(Finding.id).limit(200)))


def awaiting_notice(organization_id: int) -> list[tuple[Organization, int]]:
    """Enterprises with findings that wait for a notice, and how many."""
    rows = (
        select(Finding.enterprise_id, func.count())
        .where(
            Finding.organization_id == organization_id, Finding.state == "open",
            Finding.rectification_id.is_(None),
        )
        .group_by(Finding.enterprise_id)
        .order_by(Finding.enterprise_id)
    )  # fmt: skip
    counted = db.session.execute(rows).all()
    return [(db.session.get_one(Organization, row[0]), row[1]) for row in counted]


# ---- lists -----------------------------------------------------------------------------------------------


def day_of(text: str) -> date | None:
    """A day of the address, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def overdue(now: Any) -> ColumnElement[bool]:
    """In a notice whose day has passed, and not answered."""
    late = select(Rectification.id).where(Rectification.state == "served", Rectification.due_at <= now)
    return and_(Finding.state.in_([str(state) for state in OWED]), Finding.rectification_id.in_(late))


def conditions(filters: Mapping[str, str], by: User, *, now: Any) -> list[ColumnElement[bool]]:
    """The filters of a list, and what the person may see at all."""
    where = [reach(by)]
    for name, column, known in (
        ("state", Finding.state, FINDING_NAMES), ("severity", Finding.severity, SEVERITIES),
        ("basis", Finding.basis_kind, BASIS_KINDS), ("source", Finding.source, SOURCES),
    ):  # fmt: skip
        if filters.get(name) in known:
            where.append(column == filters[name])
    if clause := filters.get("clause"):
        where.append(Finding.clause == clause if OWN_CLAUSE.match(clause) else Finding.basis == clause)
    if number := filters.get("number"):
        where.append(Finding.number == number)
    if filters.get("repeat") == "yes":
        where.append(Finding.repeat_of_id.is_not(None))
    if filters.get("overdue") == "yes":
        where.append(overdue(now))
    if outlet := filters.get("outlet"):
        where.append(Finding.outlet_id == _number(outlet))
    if code := filters.get("enterprise"):
        of = db.session.scalar(select(Organization.id).where(Organization.code == code))
        where.append(Finding.enterprise_id == (of or 0))
    if since := day_of(filters.get("from", "")):
        where.append(Finding.found_on >= since)
    if until := day_of(filters.get("to", "")):
        where.append(Finding.found_on <= until)
    return where


COLUMNS = (
    Finding.id, Finding.number, Finding.title, Finding.clause, Finding.basis_kind, Finding.severity,
    Finding.source, Finding.state, Finding.found_on, Finding.repeat_of_id, Finding.fixed_on_spot,
    Finding.level, Finding.enterprise_id, Finding.rectification_id,
    Organization.name.label("enterprise"), Outlet.name.label("outlet"),
    Rectification.state.label("rectification_state"), Rectification.due_on, Rectification.due_at,
)  # fmt: skip


def _listed(where: Sequence[ColumnElement[bool]], most: int, *, upwards: bool = False) -> Select[Any]:
    """The rows of a page: their ids are found first, so that names are looked up for those alone."""
    order = Finding.id if upwards else Finding.id.desc()
    ids = select(Finding.id).where(*where).order_by(order).limit(most).subquery()
    rows: Any = select(*COLUMNS)
    listed: Select[Any] = (
        rows.join(Organization, Organization.id == Finding.enterprise_id)
        .outerjoin(Outlet, Outlet.id == Finding.outlet_id)
        .outerjoin(Rectification, Rectification.id == Finding.rectification_id)
        .where(Finding.id.in_(select(ids.c.id)))
        .order_by(order)
    )
    return listed


def page(
    filters: Mapping[str, str], by: User, *, now: Any, after: int = 0, before: int = 0
) -> tuple[list[Any], int | None, int | None]:
    """Up to fifty findings, the newest first, with the keys of the pages before and after."""
    where = conditions(filters, by, now=now)
    upwards = bool(before and not after)
    if after:
        where.append(Finding.id < after)
    elif before:
        where.append(Finding.id > before)
    found = list(db.session.execute(_listed(where, PAGE + 1, upwards=upwards)))
    more, found = len(found) > PAGE, found[:PAGE]
    if upwards:
        found.reverse()
    newer, older = (more, bool(found)) if upwards else (bool(after), more)
    return found, found[0].id if found and newer else None, found[-1].id if found and older else None


EXPORTED = (
    *COLUMNS, Finding.facts, Finding.basis, Finding.department, Finding.closed_at, Finding.closed_reason,
)  # fmt: skip


def exported(filters: Mapping[str, str], by: User, *, now: Any, most: int) -> Iterator[Any]:
    """All findings of a list, the newest first, a thousand at a time."""
    where, last, count = conditions(filters, by, now=now), 0, 0
    while count < most:
        here = [*where, Finding.id < last] if last else where
        found = list(db.session.execute(_listed(here, 1000).with_only_columns(*EXPORTED)))
        yield from found
        count += len(found)
        if len(found) < 1000:
            return
        last = found[-1].id


def outlets_of(enterprise_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Outlets of these enterprises, for filters and forms."""
    rows = select(Outlet.id, Outlet.name).where(Outlet.organization_id.in_(list(enterprise_ids)))
    return [(row[0], row[1]) for row in db.session.execute(rows.order_by(Outlet.name).limit(500))]


def clauses(organization_id: int) -> list[str]:
    """Clauses that findings of a regulator name: one step of the index for each."""
    found: list[str] = []
    last = ""
    while len(found) < 200:
        rows = select(func.min(Finding.clause)).where(
            Finding.organization_id == organization_id, Finding.clause > last
        )
        following = db.session.scalar(rows)
        if following is None:
            return found
        found.append(following)
        last = following
    return found
