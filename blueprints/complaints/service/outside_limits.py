"""The sender's own limits (city, district) as clocks of a case: absolute moments that nobody here counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from blueprints.complaints.service.next_step import SUBJECT
from core import clocks
from core.clock import end_of_day, local_date, to_local
from core.clocks import Clock, Limit, Reckoning
from core.db import db
from domain.deadlines import Unit

NAMES = {"city": "市级交办时限", "district": "区级交办时限"}
OBLIGATIONS = tuple(NAMES)


@dataclass(frozen=True)
class Term:
    """One limit as the sender set it; `due_at` is the first moment at which it is overdue."""

    level: str
    due_at: datetime


def moment_of(given: datetime) -> datetime:
    """The first overdue moment of a limit that was given: a bare day ends with that day."""
    local = to_local(given)
    bare = (local.hour, local.minute, local.second) == (0, 0, 0)
    return end_of_day(local.date()) if bare else given


def terms_of(data: Mapping[str, Any]) -> list[Term]:
    """The limits in the data of an import: {"limits": {"city": ISO moment, "district": …}}."""
    given: Mapping[str, str] = data.get("limits") or {}
    return [
        Term(level, moment_of(datetime.fromisoformat(given[level]))) for level in NAMES if given.get(level)
    ]


def told(term: Term) -> datetime | date:
    """The limit as people say it: the day, where it ends with the day."""
    day = local_date(term.due_at - timedelta(microseconds=1))
    return day if end_of_day(day) == term.due_at else term.due_at


def reckoned(term: Term, since: datetime) -> Reckoning:
    """The limit as a clock keeps it: nothing is counted, the moment stands as it was given."""
    begins, due_on = local_date(since), local_date(term.due_at - timedelta(microseconds=1))
    days = max(0, (due_on - begins).days)
    facts = {
        "received": begins.isoformat(), "n": days, "unit": Unit.DAY.value, "due": due_on.isoformat(),
        "counted": [], "skipped": [], "missing_years": [], "absolute": to_local(term.due_at).isoformat(),
    }  # fmt: skip
    return Reckoning(due_on, term.due_at, False, json.dumps(facts))


def limits_of(
    data: Mapping[str, Any], number: str, round_: int, since: datetime
) -> list[tuple[Limit, Reckoning]]:
    """The sender's limits of one round, as a new case starts its clocks."""
    return [_pair(term, number, round_, since) for term in terms_of(data)]


def _pair(term: Term, number: str, round_: int, since: datetime) -> tuple[Limit, Reckoning]:
    reckoning = reckoned(term, since)
    amount = max(0, (reckoning.due_on - local_date(since)).days)
    basis = f"来件 {number} 第 {round_} 轮派单"
    return Limit(term.level, NAMES[term.level], amount, Unit.DAY, "order", basis=basis[:128]), reckoning


def start(case_id: int, terms: list[Term], number: str, round_: int, since: datetime) -> None:
    """Run these limits on a case that is there already."""
    for term in terms:
        limit, reckoning = _pair(term, number, round_, since)
        db.session.add(Clock(**clocks.columns(SUBJECT, case_id, limit, since, reckoning)))
    db.session.flush()


def running(case_id: int) -> list[Clock]:
    """The sender's limits that still run, the strictest first."""
    return [c for c in clocks.open_of(SUBJECT, case_id) if c.obligation in OBLIGATIONS]


def end(case_id: int, *, at: datetime, met: bool) -> None:
    """Filled back, they are met or late at `at`; otherwise they ask for nothing more."""
    for level in OBLIGATIONS:
        if met:
            clocks.stop(SUBJECT, case_id, level, at=at)
        else:
            clocks.void(SUBJECT, case_id, at=at, obligation=level)


def move(clock: Clock, due_on: date, *, now: datetime, reason: str) -> None:
    """The sender granted more time: the old day stays in the history of the clock."""
    clocks.set_due(
        clock, reckoned(Term(clock.obligation, end_of_day(due_on)), clock.started_at), now=now, reason=reason
    )


def dispatch_columns(
    origin: Mapping[str, Any], case_id: int, receiver_id: int, at: datetime
) -> dict[str, Any]:
    """The row of the round with which a new case came; `origin` as an intake has it."""
    data = origin.get("data", {})
    due = {f"{term.level}_due_at": term.due_at for term in terms_of(data)}
    return {
        "case_id": case_id, "organization_id": receiver_id, "source": origin.get("source") or "",
        "number": origin["number"], "round": origin.get("round", 1), "state": "received",
        "digest": origin.get("digest", ""), "data": data, "received_at": at,
        "city_due_at": due.get("city_due_at"), "district_due_at": due.get("district_due_at"),
        "fill_text": "", "version": 1,
    }  # fmt: skip
