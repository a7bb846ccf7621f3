"""The work bench: which cases of a person wait, are due soon, overdue, sent back; counted and listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)

from blueprints.accounts.models import User
from blueprints.complaints.models import NO_LIMIT, CaseAccess
from blueprints.complaints.queries import OPEN_STATES, ListRow, listing, read_rows
from blueprints.complaints.queries_access import scopes_of
from blueprints.complaints.workflow import State, actions_of_roles
from blueprints.rulebook.service import base_ruleset, local_rules, ruleset_codes, ruleset_for
from core.clock import end_of_day, local_date, local_midnight
from core.db import db
from core.inbox import counting_unread
from domain.roles import Role
from domain.workdays import Calendar

BENCH_LABELS = {
    "todo": ("待我办理", "ok"),
    "soon": ("快到期", "soon"),
    "overdue": ("已逾期", "overdue"),
    "sent_back": ("被退回", "soon"),
    "talks": ("待再沟通", "ok"),
    "provisional": ("期限暂定", "soon"),
    "proposed": ("建议督办", "overdue"),
}
MOST_WAITING = 100
A = CaseAccess.__table__.c


def soon_days(by: User) -> int:
    """How many workdays ahead this person is warned (local setting of the own rule systems, the widest)."""
    organization = by.organization
    if organization is None:
        return 0
    if not organization.is_regulator:
        return ruleset_for(organization).number("due_soon_workdays")
    codes = [c for c in ruleset_codes() if set(base_ruleset(c).sectors) & set(organization.sectors)]
    rules = [local_rules(organization.id, code).ruleset for code in codes]
    return max((r.number("due_soon_workdays") for r in rules), default=2)


def soon_until(by: User, now: datetime, calendar: Calendar) -> datetime:
    """The end of the last day that counts as soon."""
    last = local_date(now)
    for _ in range(soon_days(by)):
        last = next_workday(last, calendar)
    return end_of_day(last)


def next_workday(day: date, calendar: Calendar) -> date:
    """The first workday after `day`."""
    day += timedelta(days=1)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return day


def due_condition(value: str, by: User, now: datetime, calendar: Calendar) -> ColumnElement[bool] | None:
    """A filter by limit: overdue, today, soon, provisional; None for anything else."""
    today = local_midnight(local_date(now))
    running = and_(A.idle.is_(False), A.due_at < NO_LIMIT)
    match value:
        case "overdue":
            return and_(running, A.due_at <= now)
        case "today":
            return and_(running, A.due_at > today, A.due_at <= end_of_day(local_date(now)))
        case "soon":
            return and_(running, A.due_at > now, A.due_at <= soon_until(by, now, calendar))
        case "provisional":
            return and_(running, A.provisional)
    return None


def waiting(by: User) -> ColumnElement[bool]:
    """The next step is this person's to take; the rows of other organizations name none."""
    return and_(A.idle.is_(False), A.next_action.in_(sorted(actions_of_roles(by.roles))))


def group_condition(name: str, by: User, *, now: datetime, calendar: Calendar) -> ColumnElement[bool] | None:
    """What puts a case into a group of the work bench; None for an unknown name."""
    opened = and_(A.idle.is_(False), A.state.in_(OPEN_STATES))
    match name:
        case "todo":
            return waiting(by)
        case "soon":
            return and_(waiting(by), A.due_at > now, A.due_at <= soon_until(by, now, calendar))
        case "overdue":
            return and_(opened, A.due_at <= now)
        case "sent_back":
            return and_(opened, A.sent_back)
        case "talks":
            near = A.next_talk_on <= local_date(now) + timedelta(days=3)
            return and_(A.idle.is_(False), near, A.state != State.ARCHIVED.value)
        case "provisional":
            return and_(opened, A.provisional)
        case "proposed":
            return and_(opened, A.supervised.is_(False), or_(A.proposed, A.due_at <= now))
    return None


def _mine(by: User, columns: Sequence[Any], *where: ColumnElement[bool]) -> Subquery:
    """These columns of the person's rows, each case once."""
    parts: list[Select[Any]] = [select(*columns).where(A.scope == s, *where) for s in scopes_of(by)]
    parts = parts or [select(*columns).where(false())]
    return (parts[0] if len(parts) == 1 else union(*(p.subquery().select() for p in parts))).subquery()


def waiting_and_unread(by: User) -> tuple[int, int]:
    """(cases that wait for this person's next step, at most MOST_WAITING, unread notifications), in one
    statement."""
    scopes = scopes_of(by)
    statement = _waiting_and_unread(len(scopes), by.roles)
    values = {f"scope_{n}": s for n, s in enumerate(scopes)} | {"user_id": by.id}
    both = db.session.execute(statement, values).one()
    return both[0], both[1]


@lru_cache(maxsize=256)
def _waiting_and_unread(scopes: int, roles: frozenset[Role]) -> Select[Any]:
    """The statement for so many scopes and these roles: every page asks it, so it is made once."""
    mine = A.next_action.in_(sorted(actions_of_roles(roles)))
    parts = [
        select(A.case_id)
        .where(A.scope == bindparam(f"scope_{n}"), A.idle.is_(False), mine)
        .limit(MOST_WAITING)
        for n in range(scopes)
    ] or [select(A.case_id).where(false())]
    found = parts[0] if len(parts) == 1 else union(*(p.subquery().select() for p in parts))
    waiting_cases = select(func.count()).select_from(found.subquery())
    unread = counting_unread(bindparam("user_id"))
    return select(waiting_cases.scalar_subquery(), unread.scalar_subquery())


@dataclass(frozen=True)
class Bench:
    """The groups of a work bench: name, rows (the first ones), and how many there are."""

    name: str
    label: str
    tone: str
    rows: Sequence[ListRow]
    count: int


def bench(by: User, *, now: datetime, calendar: Calendar, rows: int = 20) -> list[Bench]:
    """The work bench of a person: counts in one statement, the first rows of all groups in another."""
    conditions = {n: group_condition(n, by, now=now, calendar=calendar) for n in BENCH_LABELS}
    met = {name: c for name, c in conditions.items() if c is not None}
    flags = [c.label(name) for name, c in met.items()]
    mine = _mine(by, [A.case_id, *flags], A.idle.is_(False))
    counting = select(*(func.count().filter(mine.c[name]).label(name) for name in met)).select_from(mine)
    counts = db.session.execute(counting).mappings().one()
    shown = _first_rows(by, {n: c for n, c in met.items() if counts[n] and n != "soon"}, rows)
    return [Bench(n, *BENCH_LABELS[n], shown.get(n, []), counts[n]) for n in met]


def _first_rows(by: User, groups: dict[str, ColumnElement[bool]], rows: int) -> dict[str, list[ListRow]]:
    """The first rows of each group by limit."""
    parts = []
    for name, condition in groups.items():
        mine = _mine(by, [A.case_id, A.due_at], condition)
        first = select(literal(name).label("part"), mine.c.case_id, mine.c.due_at)
        parts.append(first.order_by(mine.c.due_at, mine.c.case_id).limit(rows).subquery().select())
    if not parts:
        return {}
    ids = union_all(*parts).subquery()
    found: dict[str, list[ListRow]] = {}
    for (part,), row in read_rows(listing(ids, [ids.c.due_at, ids.c.case_id], extra=[ids.c.part])):
        found.setdefault(part, []).append(row)
    return found
