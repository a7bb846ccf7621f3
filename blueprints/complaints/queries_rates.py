"""What each case is to each rate (Q2), decided from its clocks in SQL; counted, listed and filtered by it.

The limits that decide are those of the first round of work: a case that was reopened keeps the outcome of its
first acceptance and its first reply. Of several limits of one obligation (ruleset and law) the worst decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, case, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from blueprints.accounts.models import Department, Organization, User
from blueprints.complaints.models import Approval, Assignment, Case
from blueprints.complaints.workflow import State
from blueprints.rulebook.service import remembered
from core.clock import end_of_day, local_midnight
from core.clocks import Clock
from core.db import db
from domain.rates import APART, COUNTED, ENDED, EXCLUDED, Count, Outcome
from domain.ruleset_codes import RATE_CODES
from domain.ruleset_rows import Stage
from domain.satisfaction import Heard

SUBJECT = "case"
RATES = tuple(sorted(RATE_CODES))
CROSS = "cross"
HEARD = "satisfaction"
MET, RUNNING, MISSED = 1, 2, 3
MOST_TYPES = 20


class Split(StrEnum):
    """What a table of rates has a row for."""

    ENTERPRISE = "enterprise"
    DEPARTMENT = "department"
    CHANNEL = "channel"
    TYPE = "type"
    TIME = "time"


def in_period(first: date, last: date) -> list[ColumnElement[bool]]:
    """Received from `first` to `last`, days in Asia/Shanghai, both included."""
    return [Case.received_at >= local_midnight(first), Case.received_at < end_of_day(last)]


def _ended() -> list[tuple[ColumnElement[bool], str]]:
    """Conditions of the kinds that no clock decides, the last that of incident calls (停供事件). An archived
    case that was never closed was merged, withdrawn, given back, transferred or declined before."""
    shelved = and_(Case.state == State.ARCHIVED, Case.closed_at.is_(None))
    approved = select(Approval.id).where(
        Approval.case_id == Case.id, Approval.kind == "withdrawal", Approval.state == "approved"
    )
    given_back = Case.ended_how == "returned"
    return [
        (Case.merged_into_id.is_not(None), Outcome.MERGED),
        (or_(Case.state == State.WITHDRAWN, given_back, and_(shelved, approved.exists())), Outcome.WITHDRAWN),
        (Case.ended_how == "transferred", Outcome.TRANSFERRED),
        (or_(Case.state == State.DECLINED, shelved), Outcome.DECLINED),
        (Case.ended_how == "no_more", Outcome.NO_MORE),
        (Case.incident_id.is_not(None), Outcome.INCIDENT),
    ]


def _standing(of: Any, now: datetime) -> ColumnElement[int]:
    """How a clock of a case stands. `of`: the case, or rows that have its `suspended_at`.

    A suspended case is not overdue by a limit that the suspension will move (limits of law are not moved).
    """
    moved = and_(of.suspended_at.is_not(None), Clock.source != "law", Clock.due_at > of.suspended_at)
    overdue = and_(Clock.state == "open", Clock.due_at <= now, ~moved)
    return case((or_(Clock.state == "late", overdue), MISSED), (Clock.state == "open", RUNNING), else_=MET)


def _worst(rate: str, now: datetime, of: Any, started_at: Any) -> ColumnElement[int]:
    """How the worst limit of the obligation stands, of those that started then; NULL without any."""
    return (
        select(func.max(_standing(of, now)))
        .where(Clock.subject_type == SUBJECT, Clock.subject_id == of.id, Clock.obligation == rate)
        .where(Clock.state != "void", Clock.started_at == started_at)
        .correlate_except(Clock)
        .scalar_subquery()
    )


def _later(rate: str, now: datetime, of: Any) -> ColumnElement[int]:
    """The same where the limits from the receipt were void (declined, then taken up): the earliest others."""
    other = aliased(Clock)
    earliest = (
        select(func.min(other.started_at))
        .where(other.subject_type == SUBJECT, other.subject_id == of.id, other.obligation == rate)
        .where(other.state != "void")
        .correlate_except(other)
        .scalar_subquery()
    )
    return _worst(rate, now, of, earliest)


def _decided(standing: ColumnElement[int]) -> ColumnElement[str]:
    words: dict[Any, Any] = {
        MISSED: Outcome.LATE.value,
        RUNNING: Outcome.OPEN_NOT_DUE.value,
        MET: Outcome.TIMELY.value,
    }
    return case(words, value=standing, else_=Outcome.NO_LIMIT.value)


def outcome(rate: str, now: datetime) -> ColumnElement[str]:
    """What a case is to `rate` at `now`: a value of domain.rates.Outcome."""
    first = func.coalesce(_worst(rate, now, Case, Case.received_at), _later(rate, now, Case))
    return case(*[(met, literal(str(kind))) for met, kind in _ended()], else_=_decided(first))


def department() -> ColumnElement[int | None]:
    """The one department that a case is counted for: the first main one at work on it; NULL without any."""
    return (
        select(Assignment.department_id)
        .where(Assignment.case_id == Case.id, Assignment.department_id.is_not(None))
        .where(Assignment.state != "cancelled")
        .order_by(case((Assignment.kind == "main", 0), else_=1), Assignment.id)
        .limit(1)
        .correlate(Case)
        .scalar_subquery()
    )


def heard() -> ColumnElement[str]:
    """What a case is to satisfaction: a value of domain.satisfaction.Heard."""
    kind = _kind()
    return case(
        (kind.in_((Heard.NO_MORE.value, Heard.INCIDENT.value)), kind),
        (kind != "", literal(Heard.ENDED.value)),
        (Case.anonymous, literal(Heard.ANONYMOUS.value)),
        (Case.satisfied != "", Case.satisfied),
        else_=literal(Heard.UNHEARD.value),
    )


def _key(split: Split, starts: Sequence[date]) -> SQLColumnExpression[Any]:
    """The column that a table is split by; for time the index of the piece that starts with `starts[i]`."""
    match split:
        case Split.ENTERPRISE:
            return Case.enterprise_id
        case Split.DEPARTMENT:
            return department()
        case Split.CHANNEL:
            return Case.channel
        case Split.TYPE:
            return Case.type
    last = len(starts) - 1
    before = [(Case.received_at < local_midnight(b), n) for n, (_, b) in enumerate(pairwise(starts))]
    return case(*before, else_=last) if before else literal(last)


def counts(
    scope: Sequence[ColumnElement[bool]], split: Split, *, now: datetime, starts: Sequence[date] = ()
) -> list[Count]:
    """The cases of `scope`, counted where they are alike: one statement, a few hundred rows at most."""
    seen = _seen(scope, _key(split, starts), now)
    decided = [
        case(
            (seen.c.ended != "", seen.c.ended),
            else_=_decided(func.coalesce(seen.c[f"first_{rate}"], _later(rate, now, seen.c))),
        ).label(rate)
        for rate in RATES
    ]
    kept = ("key", "channel", "type", "accepted", "completed", "again", "heard")
    named = (seen.c[name] for name in kept)
    alike = select(*named, *decided).subquery()
    wanted = select(*alike.c, func.count().label("number")).group_by(*alike.c)
    return [
        Count(
            r.key, r.channel, r.type, {rate: getattr(r, rate) for rate in RATES},
            bool(r.accepted), bool(r.completed), bool(r.again), r.number, r.heard,
        )
        for r in db.session.execute(wanted)
    ]  # fmt: skip


def _seen(scope: Sequence[ColumnElement[bool]], key: Any, now: datetime) -> Any:
    """The cases of `scope` with their clocks looked at once: as `outcome` looks at them, for both rates."""
    standing = _standing(Case, now)
    columns: list[Any] = [
        Case.id, Case.suspended_at, key.label("key"), Case.channel, Case.type, _kind().label("ended"),
        Case.accepted_at.is_not(None).label("accepted"), Case.completed_at.is_not(None).label("completed"),
        (Case.reopened > 0).label("again"), heard().label("heard"),
    ]  # fmt: skip
    for rate in RATES:
        first = and_(Clock.obligation == rate, Clock.started_at == Case.received_at)
        columns.append(func.max(case((first, standing))).label(f"first_{rate}"))
    running = and_(
        Clock.subject_type == SUBJECT, Clock.subject_id == Case.id,
        Clock.obligation.in_(RATES), Clock.state != "void",
    )  # fmt: skip
    return (
        select(*columns)
        .join_from(Case, Clock, running, isouter=True)
        .where(*scope)
        .group_by(Case.id)
        .subquery()
    )


@dataclass(frozen=True)
class Listed:
    """One case with what it is to each rate."""

    id: int
    number: str
    enterprise_id: int
    channel: str
    type: str
    state: str
    received_at: datetime
    outcomes: dict[str, str]
    accepted: bool
    completed: bool
    reopened: bool

    @property
    def count(self) -> Count:
        """The case as a count of one."""
        parts = (self.outcomes, self.accepted, self.completed, self.reopened, 1)
        return Count(None, self.channel, self.type, *parts)


def listed(
    scope: Sequence[ColumnElement[bool]], *, now: datetime, ended: bool = False, limit: int | None = None
) -> list[Listed]:
    """The cases of `scope` in the order of receipt; `ended`: only declined, merged and withdrawn ones, the
    newest first."""
    columns: list[Any] = [
        Case.id, Case.number, Case.enterprise_id, Case.channel, Case.type, Case.state, Case.received_at,
        Case.accepted_at, Case.completed_at, Case.reopened,
        *(outcome(rate, now).label(rate) for rate in RATES),
    ]  # fmt: skip
    wanted = select(*columns).where(*scope)
    if ended:
        newest = (Case.received_at.desc(), Case.id.desc())
        wanted = wanted.where(or_(*(met for met, kind in _ended() if kind in ENDED))).order_by(*newest)
    else:
        wanted = wanted.order_by(Case.received_at, Case.id)
    return [
        Listed(
            r.id, r.number, r.enterprise_id, r.channel, r.type, r.state, r.received_at,
            {rate: getattr(r, rate) for rate in RATES},
            r.accepted_at is not None, r.completed_at is not None, r.reopened > 0,
        )
        for r in db.session.execute(wanted.limit(limit))
    ]  # fmt: skip


def enterprises_of(by: User) -> dict[int, str]:
    """The enterprises that a person's cases may be about, by id: those in the sectors of a regulator, else
    the own one."""
    home = by.organization
    if home is None:
        return {}
    if not home.is_regulator:
        return {home.id: home.name}
    mine = tuple(home.sectors)
    return remembered(("rated enterprises", mine), lambda: _enterprises(set(mine)))


def _enterprises(sectors: set[str]) -> dict[int, str]:
    rows = select(Organization.id, Organization.name, Organization.sectors).order_by(Organization.id)
    found = db.session.execute(rows.where(Organization.kind == "enterprise"))
    return {r.id: r.name for r in found if sectors & set(r.sectors)}


def department_names(ids: Sequence[int], by: User) -> dict[int, str]:
    """What these departments are called, in their order; a regulator reads whose they are. Departments of
    enterprises that do not concern the person are left out."""
    rows = (
        select(Department.id, Department.name, Organization.short_name, Organization.name.label("place"))
        .join(Organization, Organization.id == Department.organization_id)
        .where(Department.id.in_(list(ids)), Organization.id.in_(enterprises_of(by)))
        .order_by(Organization.id, Department.id)
    )
    alone = by.organization is not None and not by.organization.is_regulator
    found = db.session.execute(rows)
    return {r.id: r.name if alone else f"{r.short_name or r.place} {r.name}" for r in found}


# Parts of a rate, as a URL names them

NUMERATOR, DENOMINATOR, LATE, REOPENED, LEFT_OUT = "numerator", "denominator", "late", "reopened", "excluded"
_OUTCOMES: dict[str, tuple[str, ...]] = {
    NUMERATOR: (Outcome.TIMELY,),
    DENOMINATOR: COUNTED,
    LATE: (Outcome.LATE,),
    REOPENED: COUNTED,
    LEFT_OUT: EXCLUDED,
}


def excluded_part(kind: str) -> str:
    """excluded-open-not-due"""
    return f"{LEFT_OUT}-{kind.replace('_', '-')}"


PARTS: dict[str, tuple[str, ...]] = _OUTCOMES | {excluded_part(kind): (kind,) for kind in EXCLUDED}


def conditions(rate: str, part: str, *, now: datetime) -> list[ColumnElement[bool]]:
    """Cases that make up `part` of `rate` ("cross": that came to the stage `part`); none for other words."""
    if rate == CROSS and part in set(Stage):
        stages: dict[str, list[ColumnElement[bool]]] = {
            Stage.RECEIVED: [],
            Stage.ACCEPTED: [Case.accepted_at.is_not(None)],
            Stage.COMPLETED: [Case.completed_at.is_not(None)],
        }
        return stages[part]
    if rate == HEARD and part in set(Heard):
        return [heard() == part]
    if rate not in RATES or part not in PARTS:
        return [false()]
    wanted = PARTS[part]
    if set(wanted) <= set(APART):
        return [_kind() == wanted[0]]
    met: list[ColumnElement[bool]] = [outcome(rate, now).in_([str(word) for word in wanted])]
    if part == REOPENED:
        met.insert(0, Case.reopened > 0)
    return met


def _kind() -> ColumnElement[str]:
    """Declined, merged or withdrawn, without looking at any clock."""
    return case(*[(met, literal(str(kind))) for met, kind in _ended()], else_="")


FILTERS = ("rate", "part", "unit", "types")
WHOLE = Stage.RECEIVED.value


def filter_conditions(filters: Mapping[str, str], *, now: datetime) -> list[ColumnElement[bool]]:
    """SQL of the filters of a URL that lead from a number to its cases: `rate` with `part` (everything that
    counts, where no part is named), `unit` (the department that a case is counted for, 0: none), and `types`
    (codes joined by commas)."""
    found: list[ColumnElement[bool]] = []
    rate = filters.get("rate", "")
    if rate:
        found += conditions(rate, filters.get("part") or _whole(rate), now=now)
    place = filters.get("unit", "")
    if place.isascii() and place.isdecimal() and len(place) < 10:
        found.append(department() == int(place) if int(place) else department().is_(None))
    types = [word for word in filters.get("types", "").split(",")[:MOST_TYPES] if word]
    if types:
        found.append(Case.type.in_(types))
    return found


def _whole(rate: str) -> str:
    return WHOLE if rate == CROSS else Heard.SATISFIED if rate == HEARD else DENOMINATOR
