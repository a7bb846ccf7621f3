"""Statistics of findings of a period: by clause, enterprise, outlet; repeats; days to close (F5.3).

What is counted: findings found in the period, without those that were withdrawn. Days to close are workdays
from service of the notice to the closing; those fixed on the spot have none and stand apart.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Integer, and_, case, func, select

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import Finding, Rectification
from blueprints.inspection.queries.findings import day_of, overdue, reach
from blueprints.registry.models import Outlet
from core.clock import local_date
from core.db import db
from domain.deadlines import remaining
from domain.workdays import Calendar

YEAR = timedelta(days=365)
MOST_LINES = 50


@dataclass(frozen=True)
class Line:
    """One line: how many findings, still open, overdue, repeated; `key` filters the list."""

    key: str
    name: str
    total: int
    open: int
    overdue: int
    repeats: int

    @property
    def rate(self) -> str:
        """Share of repeats."""
        return percent(self.repeats, self.total)


@dataclass(frozen=True)
class Found:
    """What the page shows."""

    whole: Line
    spot: int
    clauses: list[Line]
    enterprises: list[Line]
    outlets: list[Line]
    days: float | None
    closed: int
    within: int

    @property
    def share(self) -> str:
        """Share of the closed that was answered within the limit."""
        return percent(self.within, self.closed)


def percent(part: int, whole: int) -> str:
    """12.5%; a dash for nothing at all."""
    return f"{part * 100 / whole:.1f}%" if whole else "—"


def period(since: str, until: str, today: date) -> tuple[date, date]:
    """The days asked for; the last year unless they are given and in order."""
    end = day_of(until) or today
    begin = day_of(since) or end - YEAR
    return (begin, end) if begin <= end else (end, begin)


def gathered(by: User, since: date, until: date, *, now: datetime, calendar: Calendar) -> Found:
    """Everything of a period."""
    where = [
        reach(by), Finding.found_on >= since, Finding.found_on <= until, Finding.state != "withdrawn"
    ]  # fmt: skip
    rests_on = case((Finding.clause != "", Finding.clause), else_=Finding.basis)
    clause = _lines(where, rests_on, rests_on, now)
    enterprise = _lines(where, Organization.code, Organization.name, now, Organization)
    outlet = _lines(where, Outlet.id, Outlet.name, now, Outlet)
    numbers = [sum(getattr(one, name) for one in clause) for name in ("total", "open", "overdue", "repeats")]
    spot = db.session.scalar(
        select(func.count()).select_from(Finding).where(*where, Finding.fixed_on_spot.is_(True))
    )
    days, closed, within = _closing(where, calendar)
    return Found(
        Line("", "合计", *numbers), spot or 0, clause[:MOST_LINES], enterprise[:MOST_LINES],
        outlet[:MOST_LINES], days, closed, within,
    )  # fmt: skip


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0)).cast(Integer)


def _lines(where: list[Any], key: Any, name: Any, now: datetime, joined: Any = None) -> list[Line]:
    rows = select(
        key, func.max(name), func.count(), _count(Finding.state.not_in(("closed", "escalated"))),
        _count(overdue(now)), _count(Finding.repeat_of_id.is_not(None)),
    ).where(*where)  # fmt: skip
    if joined is not None:
        of = Finding.enterprise_id if joined is Organization else Finding.outlet_id
        rows = rows.join(joined, joined.id == of)
    found = [
        Line(str(row[0] or ""), row[1], row[2], row[3] or 0, row[4] or 0, row[5] or 0)
        for row in db.session.execute(rows.group_by(key))
    ]
    return sorted(found, key=lambda line: (-line.total, line.key))


def _closing(where: list[Any], calendar: Calendar) -> tuple[float | None, int, int]:
    """(median workdays from service to closing, how many closed after a notice, answered within the limit).

    The same pair of days is reckoned once, however many findings share it.
    """
    rows = (
        select(Rectification.served_on, Finding.closed_at, Rectification.answered_at, Rectification.due_at)
        .join(Rectification, Rectification.id == Finding.rectification_id)
        .where(*where, and_(Finding.state == "closed", Rectification.served_on.is_not(None)))
    )
    spans: Counter[tuple[date, date]] = Counter()
    within = 0
    for served, closed, answered, due in db.session.execute(rows):
        if served is not None and closed is not None:
            spans[(served, local_date(closed))] += 1
        within += bool(answered and due and answered < due)
    known = {pair: remaining(pair[0], pair[1], calendar) for pair in spans}
    days = [known[pair] for pair, n in spans.items() for _ in range(n)]
    return (float(median(days)) if days else None), len(days), within
