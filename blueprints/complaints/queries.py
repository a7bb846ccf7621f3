"""Which cases exist and which of them a person may see; lists for pages and work benches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Executable, and_, exists, false, func, or_, select
from sqlalchemy.orm import selectinload

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Assignment, Attachment, Case, Complainant, LedgerRow
from blueprints.complaints.workflow import ENDED, OPEN, State, actions_of_roles
from core.clock import end_of_day, local_date, local_midnight
from core.db import db
from core.inbox import counting_unread
from domain.roles import Permission, Role
from domain.workdays import Calendar

PAGE = 50
WIDE = frozenset({Role.DISPATCHER, Role.ENTERPRISE_LEADER})
OPEN_STATES = sorted(s.value for s in OPEN)
ENDED_STATES = sorted(s.value for s in ENDED)


def visible(by: User) -> ColumnElement[bool]:
    """Rows that a person may see at all.

    A regulator sees the cases it has (received, handed over, taken up) and those it sampled from a ledger;
    an enterprise those it received or was assigned; a handler those of the own department.
    """
    org = by.organization
    if org is None or Permission.CASE_READ not in by.permissions:
        return false()
    if org.is_regulator:
        sampled = exists().where(
            LedgerRow.case_id == Case.id, LedgerRow.regulator_id == org.id, LedgerRow.sampled_at.is_not(None)
        )
        return or_(Case.regulator_id == org.id, sampled)
    assigned = exists().where(
        Assignment.case_id == Case.id, Assignment.organization_id == org.id, Assignment.state != "cancelled"
    )
    if by.roles & WIDE:
        return or_(Case.receiving_org_id == org.id, assigned)
    mine = or_(Assignment.department_id == by.department_id, Assignment.investigator_id == by.id)
    return exists().where(
        Assignment.case_id == Case.id,
        Assignment.organization_id == org.id,
        mine,
        Assignment.state != "cancelled",
    )


def case_for(case_id: int, by: User) -> Case | None:
    """One visible case with what its page shows, or None."""
    found = select(Case).where(Case.id == case_id, visible(by)).options(
        selectinload(Case.complainants), selectinload(Case.assignments).joinedload(Assignment.department),
        selectinload(Case.steps), selectinload(Case.attachments).joinedload(Attachment.added_by),
        selectinload(Case.supervision_orders), selectinload(Case.approvals),
    )  # fmt: skip
    return db.session.scalar(found)


def case_by_number(number: str, by: User) -> Case | None:
    """A visible case by its number."""
    return db.session.scalar(select(Case).where(Case.number == number, visible(by)))


@dataclass(frozen=True)
class ListRow:
    """What a list shows of one case."""

    id: int
    number: str
    title: str
    type: str
    state: str
    level: int
    channel: str
    category: str
    enterprise: str
    received_at: datetime
    due_on: date | None
    due_at: datetime | None
    due_provisional: bool
    next_action: str
    supervised: bool
    sent_back: bool
    urgent: bool


LIST_COLUMNS = (
    Case.id, Case.number, Case.title, Case.type, Case.state, Case.level, Case.channel, Case.category,
    Case.received_at, Case.due_on, Case.due_at, Case.due_provisional, Case.next_action, Case.supervised,
    Case.sent_back, Case.urgent, Case.enterprise_id,
)  # fmt: skip


def _rows(wanted: Executable) -> list[ListRow]:
    names = {r[0]: r[1] for r in db.session.execute(select(Organization.id, Organization.name))}
    out = []
    for r in db.session.execute(wanted).mappings():
        values = dict(r)
        out.append(ListRow(enterprise=names[values.pop("enterprise_id")], **values))
    return out


FILTERS = (
    "state",
    "type",
    "category",
    "channel",
    "level",
    "enterprise",
    "due",
    "received_from",
    "received_to",
    "q",
)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _due_filter(value: str, now: datetime, calendar: Calendar) -> ColumnElement[bool] | None:
    today = local_date(now)
    choices: dict[str, ColumnElement[bool]] = {
        "overdue": Case.due_at <= now,
        "today": Case.due_on == today,
        "soon": _due_soon(now, calendar),
        "provisional": and_(Case.due_provisional, Case.due_at.is_not(None)),
    }
    return choices.get(value)


def _due_soon(now: datetime, calendar: Calendar) -> ColumnElement[bool]:
    """Not overdue, and due within three workdays."""
    last = local_date(now)
    for _ in range(3):
        last = next_workday(last, calendar)
    return and_(Case.due_at > now, Case.due_at <= end_of_day(last))


def next_workday(day: date, calendar: Calendar) -> date:
    """The first workday after `day`."""
    day += timedelta(days=1)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day


def filter_conditions(
    filters: Mapping[str, str], *, now: datetime, calendar: Calendar
) -> list[ColumnElement[bool]]:
    """SQL of the filters in a URL; unknown names and values that mean nothing are left out."""
    conditions: list[ColumnElement[bool]] = []
    for name in ("type", "category", "channel"):
        if filters.get(name):
            conditions.append(getattr(Case, name) == filters[name])
    state = filters.get("state", "")
    groups = {"open": OPEN_STATES, "ended": ENDED_STATES}
    if state:
        conditions.append(Case.state.in_(groups.get(state, [state])))
    for name, column in (("level", Case.level), ("enterprise", Case.enterprise_id)):
        value = filters.get(name, "")
        if value.isdecimal() and len(value) < 10:
            conditions.append(column == int(value))
    due = _due_filter(filters.get("due", ""), now, calendar)
    if due is not None:
        conditions.append(due)
    start, end = _day(filters.get("received_from", "")), _day(filters.get("received_to", ""))
    if start:
        conditions.append(Case.received_at >= local_midnight(start))
    if end:
        conditions.append(Case.received_at < end_of_day(end))
    text = filters.get("q", "").strip()
    if text:
        conditions.append(or_(Case.number == text, Case.origin_number == text, _contains(text)))
    return conditions


def _contains(text: str) -> ColumnElement[bool]:
    pattern = "%" + text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
    return or_(Case.title.like(pattern, escape="\\"), Case.content.like(pattern, escape="\\"))


SORTS = {
    "received": Case.received_at,
    "due": Case.due_at,
    "number": Case.id,
    "level": Case.level,
}


def list_cases(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar,
    sort: str = "", offset: int = 0, limit: int = PAGE,
) -> list[ListRow]:  # fmt: skip
    """One page of visible cases (one row more than `limit`, to tell whether there is a next page)."""
    name = sort.lstrip("-")
    column = SORTS.get(name, Case.received_at)
    order = column.desc() if sort.startswith("-") or name not in SORTS else column.asc()
    wanted = select(*LIST_COLUMNS).where(visible(by), *filter_conditions(filters, now=now, calendar=calendar))
    wanted = (
        wanted.order_by(Case.due_at.is_(None), order, Case.id.desc())
        if name == "due"
        else wanted.order_by(order, Case.id.desc())
    )
    return _rows(wanted.offset(offset).limit(limit + 1))


def count_cases(by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar) -> int:
    """How many visible cases fit the filters."""
    wanted = select(func.count()).select_from(Case).where(visible(by))
    return db.session.scalar(wanted.where(*filter_conditions(filters, now=now, calendar=calendar))) or 0


def waiting_for(by: User) -> ColumnElement[bool]:
    """Cases whose next step is this person's to take."""
    actions = sorted(actions_of_roles(by.roles))
    mine = and_(visible(by), Case.next_action.in_(actions), Case.next_org_id == by.organization_id)
    return and_(mine, Case.suspended_at.is_(None))


def waiting_and_unread(by: User) -> tuple[int, int]:
    """(cases that wait for this person's next step, unread notifications), in one statement."""
    waiting = select(func.count()).select_from(Case).where(waiting_for(by))
    both = select(waiting.scalar_subquery(), counting_unread(by.id).scalar_subquery())
    found = db.session.execute(both).one()
    return found[0], found[1]


@dataclass(frozen=True)
class Bench:
    """The groups of a work bench: name, rows (the first ones), and how many there are."""

    name: str
    label: str
    tone: str
    rows: Sequence[ListRow]
    count: int


def bench_conditions(by: User, *, now: datetime, calendar: Calendar) -> dict[str, ColumnElement[bool]]:
    """The groups of the work bench."""
    today = local_date(now)
    soon = _due_soon(now, calendar)
    todo = waiting_for(by)
    open_here = and_(visible(by), Case.state.in_(OPEN_STATES))
    return {
        "todo": todo,
        "soon": and_(todo, soon),
        "overdue": and_(open_here, Case.due_at <= now),
        "sent_back": and_(open_here, Case.sent_back),
        "talks": and_(
            visible(by), Case.next_talk_on <= today + timedelta(days=3), Case.state != State.ARCHIVED
        ),
        "provisional": and_(open_here, Case.due_provisional),
        "proposed": and_(
            open_here, Case.supervised.is_(False), or_(Case.supervision_proposed != "", Case.due_at <= now)
        ),
    }


BENCH_LABELS = {
    "todo": ("待我办理", "ok"),
    "soon": ("三日内到期", "soon"),
    "overdue": ("已逾期", "overdue"),
    "sent_back": ("被退回", "soon"),
    "talks": ("待再沟通", "ok"),
    "provisional": ("期限暂定", "soon"),
    "proposed": ("建议督办", "overdue"),
}


def bench(by: User, *, now: datetime, calendar: Calendar, rows: int = 20) -> list[Bench]:
    """The work bench of a person: counts in one statement, the first rows of each group that has any."""
    conditions = bench_conditions(by, now=now, calendar=calendar)
    counting = select(*(func.count().filter(c).label(name) for name, c in conditions.items())).select_from(
        Case
    )
    counts = db.session.execute(counting.where(visible(by))).mappings().one()
    groups = []
    for name, condition in conditions.items():
        label, tone = BENCH_LABELS[name]
        wanted = select(*LIST_COLUMNS).where(condition).order_by(Case.due_at.is_(None), Case.due_at, Case.id)
        shown = _rows(wanted.limit(rows)) if counts[name] and name != "soon" else []
        groups.append(Bench(name, label, tone, shown, counts[name]))
    return groups


def likely_duplicates(
    by: User, *, phone: str, account: str, text: str, enterprise_id: int | None, now: datetime, days: int,
    without: int | None = None,
) -> list[tuple[ListRow, str]]:  # fmt: skip
    """Visible cases of the last `days` days by the same phone or account number, or with a like text."""
    since = now - timedelta(days=days)
    recent = select(*LIST_COLUMNS).where(visible(by), Case.received_at >= since, Case.id != (without or 0))
    found: dict[int, tuple[ListRow, str]] = {}
    for column, value, why in (
        (Complainant.phone, phone, "同一电话"), (Complainant.account_number, account, "同一户号"),
    ):  # fmt: skip
        if value.strip():
            same = exists().where(Complainant.case_id == Case.id, column == value.strip())
            for row in _rows(recent.where(same).order_by(Case.id.desc()).limit(5)):
                found.setdefault(row.id, (row, why))
    if len(text.strip()) >= 6 and enterprise_id:
        pool = select(Case.id, Case.content).where(
            visible(by),
            Case.received_at >= since,
            Case.enterprise_id == enterprise_id,
            Case.id != (without or 0),
        )
        alike = [
            (likeness(text, r.content), r.id)
            for r in db.session.execute(pool.order_by(Case.id.desc()).limit(200))
        ]
        ids = [i for score, i in sorted(alike, reverse=True)[:5] if score >= 0.35]
        for row in _rows(recent.where(Case.id.in_(ids))):
            found.setdefault(row.id, (row, "内容相似"))
    return list(found.values())[:6]


def likeness(one: str, other: str) -> float:
    """Share of common two-character pieces (Jaccard), 0 to 1."""
    a, b = ({t[i : i + 2] for i in range(len(t) - 1)} for t in (one.strip(), other.strip()))
    return len(a & b) / len(a | b) if a and b else 0.0


@dataclass(frozen=True)
class Surge:
    """Many like cases within a few days: same enterprise, place and category."""

    enterprise_id: int
    enterprise: str
    place: str
    category: str
    count: int


def surges(by: User, *, now: datetime, days: int, at_least: int) -> list[Surge]:
    """Surges among the visible cases that were received in the last `days` days."""
    wanted = (
        select(Case.enterprise_id, Organization.name, Case.place, Case.category, func.count().label("n"))
        .join(Organization, Organization.id == Case.enterprise_id)
        .where(visible(by), Case.received_at >= now - timedelta(days=days), Case.place != "")
        .where(Case.state.in_(OPEN_STATES))
        .group_by(Case.enterprise_id, Organization.name, Case.place, Case.category)
        .having(func.count() >= at_least)
        .order_by(func.count().desc())
        .limit(20)
    )
    return [Surge(r[0], r[1], r[2], r[3], r[4]) for r in db.session.execute(wanted)]


def surge_cases(by: User, surge: Surge, *, now: datetime, days: int) -> list[ListRow]:
    """The cases of one surge."""
    wanted = select(*LIST_COLUMNS).where(
        visible(by), Case.enterprise_id == surge.enterprise_id, Case.place == surge.place,
        Case.category == surge.category, Case.received_at >= now - timedelta(days=days),
        Case.state.in_(OPEN_STATES),
    )  # fmt: skip
    return _rows(wanted.order_by(Case.id).limit(500))


def cases_by_ids(ids: Sequence[int], by: User) -> list[Case]:
    """Visible cases among these ids."""
    return list(db.session.scalars(select(Case).where(Case.id.in_(list(ids)), visible(by)).order_by(Case.id)))
