"""Lists of home visits, a team's week and day, and who is busy when (F3.2.3, F3.2.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import selectinload

from blueprints.registry.models import CatalogueEntry, RosterShift, Staff, Visit, VisitStaff
from blueprints.registry.queries.paging import Key, Order, Page, page_of
from core.clock import end_of_day, local_date, local_midnight, to_local
from core.db import db

STATES = {
    "agreed": "待上门", "arrived": "已到达", "done": "已完成", "cancelled": "已取消", "missed": "未上门",
}  # fmt: skip
STATE_TONES = {
    "agreed": "open",
    "arrived": "wait",
    "done": "done",
    "cancelled": "stopped",
    "missed": "danger",
}
HOW = {"phone": "电话", "counter": "柜面", "online": "网上", "visit": "当面"}
TABS = {"today": "今天", "pending": "待上门", "breach": "违约", "done": "已完成", "all": "全部"}
FILTERS = ("tab", "from", "to", "state", "team", "staff", "number", "enterprise")
OPEN_STATES = ("agreed", "arrived")
MOST_COUNTED = 100
MOST_OF_A_DAY = 500


def day_of(text: str) -> date | None:
    """A day of the address, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def tab_of(filters: Mapping[str, str]) -> str:
    """The tab that is open; today unless something else is asked for."""
    asked = filters.get("tab", "")
    if asked in TABS:
        return asked
    return "all" if any(name in filters for name in FILTERS if name not in ("tab", "enterprise")) else "today"


def _in_tab(tab: str, today: date) -> list[ColumnElement[bool]]:
    wanted: dict[str, list[ColumnElement[bool]]] = {
        "today": [Visit.slot_from >= local_midnight(today), Visit.slot_from < end_of_day(today)],
        "pending": [Visit.state == "agreed"],
        "breach": [Visit.breach.is_(True)],
        "done": [Visit.state == "done"],
    }
    return wanted.get(tab, [])


def _conditions(filters: Mapping[str, str], today: date) -> list[ColumnElement[bool]]:
    where = _in_tab(tab_of(filters), today)
    if since := day_of(filters.get("from", "")):
        where.append(Visit.slot_from >= local_midnight(since))
    if until := day_of(filters.get("to", "")):
        where.append(Visit.slot_from < end_of_day(until))
    if filters.get("state") in STATES:
        where.append(Visit.state == filters["state"])
    if team := filters.get("team"):
        where.append(Visit.team == team)
    if number := filters.get("number"):
        where.append(Visit.number == number)
    if staff := filters.get("staff"):
        own = int(staff) if staff.isascii() and staff.isdecimal() and len(staff) < 10 else 0
        where.append(Visit.id.in_(select(VisitStaff.visit_id).where(VisitStaff.staff_id == own)))
    return where


_COLUMNS = (
    Visit.id, Visit.organization_id, Visit.number, Visit.purpose, Visit.team, Visit.user_name,
    Visit.user_phone, Visit.user_address, Visit.slot_from, Visit.slot_until, Visit.state, Visit.breach,
    Visit.breach_reason,
)  # fmt: skip


def visits_page(
    organization_ids: Sequence[int], filters: Mapping[str, str], *, today: date,
    after: Key | None = None, before: Key | None = None,
) -> Page[Any]:  # fmt: skip
    """Up to 50 visits: what is still to come in its order, everything else the newest first."""
    order = Order(Visit.slot_from, newest=tab_of(filters) not in ("today", "pending"))
    where = _conditions(filters, today)
    return page_of(Visit, organization_ids, where, order, after=after, before=before, columns=_COLUMNS)


_WITHIN: BindParameter[Any] = bindparam("organizations", expanding=True)
_NAMES = (
    select(VisitStaff.visit_id, Staff.name)
    .join(Staff, Staff.id == VisitStaff.staff_id)
    .where(VisitStaff.visit_id.in_(bindparam("visits", expanding=True)))
    .order_by(VisitStaff.id)
)
_TEAMS = (
    select(Staff.team)
    .where(Staff.organization_id.in_(_WITHIN), Staff.active.is_(True), Staff.team != "")
    .distinct()
    .order_by(Staff.team)
)


def _bounded(*where: ColumnElement[bool]) -> Any:
    rows = select(Visit.id).where(Visit.organization_id.in_(_WITHIN), *where).limit(MOST_COUNTED)
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


_COUNTS = select(
    _bounded(Visit.slot_from >= bindparam("since"), Visit.slot_from < bindparam("until")),
    _bounded(Visit.state == "agreed"),
    _bounded(Visit.breach.is_(True)),
)


def names_of(visit_ids: Sequence[int]) -> dict[int, list[str]]:
    """Who goes, by visit."""
    found: dict[int, list[str]] = {}
    for visit_id, name in db.session.execute(_NAMES, {"visits": list(visit_ids)}):
        found.setdefault(visit_id, []).append(name)
    return found


def counts(organization_ids: Sequence[int], today: date) -> dict[str, int]:
    """How many visits the tabs hold, counted up to 100, in one statement."""
    asked = {"since": local_midnight(today), "until": end_of_day(today)}
    found = db.session.execute(_COUNTS, {"organizations": list(organization_ids), **asked}).one()
    return dict(zip(("today", "pending", "breach"), found, strict=True))


def teams(organization_ids: Sequence[int]) -> list[str]:
    """Names of the teams of those at work."""
    return list(db.session.scalars(_TEAMS, {"organizations": list(organization_ids)}))


def between(
    organization_id: int, since: datetime, until: datetime, *, team: str = "", states: Iterable[str] = ()
) -> list[Visit]:
    """Visits whose slot begins in [since, until), in their order."""
    rows = select(Visit).where(
        Visit.organization_id == organization_id, Visit.slot_from >= since, Visit.slot_from < until
    )
    if team:
        rows = rows.where(Visit.team == team)
    if states := list(states):
        rows = rows.where(Visit.state.in_(states))
    rows = rows.order_by(Visit.slot_from, Visit.id).options(selectinload(Visit.staff))
    return list(db.session.scalars(rows.limit(MOST_OF_A_DAY)))


def entries_of(organization_id: int) -> list[CatalogueEntry]:
    """What of the catalogue a visit can be about."""
    rows = select(CatalogueEntry).where(
        CatalogueEntry.organization_id == organization_id, CatalogueEntry.active.is_(True)
    )
    return list(db.session.scalars(rows.order_by(CatalogueEntry.position, CatalogueEntry.id)))


def busy_visit(staff_id: int, since: datetime, until: datetime, but: int | None) -> Visit | None:
    """Another open visit of a person that overlaps [since, until)."""
    rows: Select[Visit] = (
        select(Visit)
        .join(VisitStaff, VisitStaff.visit_id == Visit.id)
        .where(
            VisitStaff.staff_id == staff_id,
            Visit.state.in_(OPEN_STATES),
            Visit.slot_from < until,
            Visit.slot_until > since,
        )
    )
    if but is not None:
        rows = rows.where(Visit.id != but)
    return db.session.scalar(rows.limit(1))


def busy_shift(staff_id: int, since: datetime, until: datetime) -> RosterShift | None:
    """A window shift of a person that overlaps [since, until)."""
    day = local_date(since)
    first, last = to_local(since), to_local(until - timedelta(microseconds=1))
    begin = first.hour * 60 + first.minute
    end = last.hour * 60 + last.minute + 1 if last.date() == day else 24 * 60
    rows = select(RosterShift).where(
        RosterShift.staff_id == staff_id,
        RosterShift.day == day,
        RosterShift.starts < end,
        RosterShift.ends > begin,
    )
    return db.session.scalar(rows.limit(1))
