"""Findings that a person may see: one, lists of fifty, earlier ones of the same matter.

A regulator sees its own; an enterprise sees what stands in a notice that was served on it, nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, false, func, select, true, union_all

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


_F, _R, _O, _P = (model.__table__.c for model in (Finding, Rectification, Organization, Outlet))
_LATE = exists().where(_R.id == _F.rectification_id, _R.state == "served", _R.due_at <= bindparam("now"))
_SERVED = exists().where(
    _R.id == _F.rectification_id, _R.enterprise_id == bindparam("own"), _R.served_on.is_not(None),
    _R.state.not_in(HIDDEN),
)  # fmt: skip
_MET: dict[str, ColumnElement[bool]] = {
    "regulator": _F.organization_id == bindparam("own"),
    "inspected": and_(_F.enterprise_id == bindparam("own"), _SERVED),
    "state": _F.state == bindparam("state"), "severity": _F.severity == bindparam("severity"),
    "basis": _F.basis_kind == bindparam("basis"), "source": _F.source == bindparam("source"),
    "clause": _F.clause == bindparam("clause"), "text": _F.basis == bindparam("text"),
    "number": _F.number == bindparam("number"), "repeat": _F.repeat_of_id.is_not(None), "overdue": _LATE,
    "outlet": _F.outlet_id == bindparam("outlet"),
    "enterprise": _F.enterprise_id == select(_O.id).where(_O.code == bindparam("code")).scalar_subquery(),
    "since": _F.found_on >= bindparam("since"), "until": _F.found_on <= bindparam("until"),
    "after": _F.id < bindparam("after"), "before": _F.id > bindparam("before"),
}  # fmt: skip
_KNOWN: dict[str, Mapping[str, str]] = {
    "state": FINDING_NAMES, "severity": SEVERITIES, "basis": BASIS_KINDS, "source": SOURCES,
}  # fmt: skip


def _asked(filters: Mapping[str, str], by: User, *, now: Any) -> dict[str, Any] | None:
    """Names of `_MET` that hold for a list, the first says what the person may see at all, and the values;
    None for somebody without an organization."""
    own = by.organization
    if own is None:
        return None
    asked: dict[str, Any] = {"regulator" if own.is_regulator else "inspected": True, "own": own.id}
    asked |= {name: filters[name] for name, known in _KNOWN.items() if filters.get(name) in known}
    if clause := filters.get("clause"):
        asked["clause" if OWN_CLAUSE.match(clause) else "text"] = clause
    if number := filters.get("number"):
        asked["number"] = number
    if code := filters.get("enterprise"):
        asked |= {"enterprise": True, "code": code}
    if filters.get("repeat") == "yes":
        asked["repeat"] = True
    if filters.get("overdue") == "yes":
        asked |= {"overdue": True, "now": now}
    if outlet := filters.get("outlet"):
        asked["outlet"] = _number(outlet)
    days = {"since": day_of(filters.get("from", "")), "until": day_of(filters.get("to", ""))}
    return asked | {name: day for name, day in days.items() if day is not None}


COLUMNS = (
    _F.id, _F.number, _F.title, _F.clause, _F.basis_kind, _F.severity, _F.source, _F.state, _F.found_on,
    _F.repeat_of_id, _F.fixed_on_spot, _F.level, _F.enterprise_id, _F.rectification_id,
    _O.name.label("enterprise"), _P.name.label("outlet"), _R.state.label("rectification_state"), _R.due_on,
    _R.due_at,
)  # fmt: skip
EXPORTED = (*COLUMNS, _F.facts, _F.basis, _F.department, _F.closed_at, _F.closed_reason)


@lru_cache(maxsize=256)
def _listed(names: tuple[str, ...], most: int, *, whole: bool = False) -> Select[Any]:
    """The rows of a page: their ids are found first, so that names are looked up for those alone. Made once
    for these filters: most lists ask it again, with other values."""
    places: Any = Finding.__table__.join(Organization.__table__, _O.id == _F.enterprise_id)
    places = places.outerjoin(Outlet.__table__, _P.id == _F.outlet_id)
    places = places.outerjoin(Rectification.__table__, _R.id == _F.rectification_id)
    rows: Select[Any] = select(*(EXPORTED if whole else COLUMNS)).select_from(places)
    return rows.where(_F.id.in_(_ids(names, most))).order_by(_F.id if "before" in names else _F.id.desc())


def _ids(names: tuple[str, ...], most: int) -> Select[Any]:
    """The ids of a page. What is overdue is looked for state by state, so that each walks its index."""
    met = [_MET[name] for name in names if name in _MET]
    states = [_F.state == str(state) for state in OWED] if "overdue" in names else [true()]
    each = [
        select(_F.id).where(*met, state).order_by(_F.id if "before" in names else _F.id.desc()).limit(most)
        for state in states
    ]
    every = union_all(*(select(part.subquery().c.id) for part in each)).subquery()
    return select(every.c.id).order_by(every.c.id if "before" in names else every.c.id.desc()).limit(most)


def page(
    filters: Mapping[str, str], by: User, *, now: Any, after: int = 0, before: int = 0
) -> tuple[list[Any], int | None, int | None]:
    """Up to fifty findings, the newest first, with the keys of the pages before and after."""
    asked = _asked(filters, by, now=now)
    if asked is None:
        return [], None, None
    upwards = bool(before and not after)
    if after or before:
        asked["before" if upwards else "after"] = before if upwards else after
    found = list(db.session.execute(_listed(tuple(asked), PAGE + 1), asked))
    more, found = len(found) > PAGE, found[:PAGE]
    if upwards:
        found.reverse()
    newer, older = (more, bool(found)) if upwards else (bool(after), more)
    return found, found[0].id if found and newer else None, found[-1].id if found and older else None


def exported(filters: Mapping[str, str], by: User, *, now: Any, most: int) -> Iterator[Any]:
    """All findings of a list, the newest first, a thousand at a time."""
    asked, count = _asked(filters, by, now=now), 0
    while asked is not None and count < most:
        found = list(db.session.execute(_listed(tuple(asked), 1000, whole=True), asked))
        yield from found
        count += len(found)
        if len(found) < 1000:
            return
        asked["after"] = found[-1].id


_PLACES = (
    select(_O.id, _O.code, _O.name, _O.sectors)
    .where(_O.kind == "enterprise", _O.active.is_(True))
    .order_by(_O.id)
)


def places_of(by: User) -> list[tuple[int, str, str]]:
    """(id, code, name) of the enterprises that this person may see, for the filters of the list."""
    own = by.organization
    if own is None:
        return []
    if not own.is_regulator:
        return [(own.id, own.code, own.name)]
    mine = set(own.sectors)
    return [(row[0], row[1], row[2]) for row in db.session.execute(_PLACES) if mine & set(row[3])]


_OUTLETS = (
    select(_P.id, _P.name)
    .where(_P.organization_id.in_(bindparam("owners", expanding=True)))
    .order_by(_P.name)
    .limit(500)
)


def outlets_of(enterprise_ids: Sequence[int]) -> list[tuple[int, str]]:
    """Outlets of these enterprises, for filters and forms."""
    return [(row[0], row[1]) for row in db.session.execute(_OUTLETS, {"owners": list(enterprise_ids)})]


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
