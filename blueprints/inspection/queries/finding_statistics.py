"""Statistics of findings of a period: by clause, enterprise, outlet; repeats; days to close (F5.3).

What is counted: findings found in the period, without those that were withdrawn. Days to close are workdays
from service of the notice to the closing; those fixed on the spot have none and stand apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, case, func, select

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import Finding, Rectification
from blueprints.inspection.queries.findings import day_of, overdue, reach
from blueprints.registry.models import Outlet
from core.clock import local_date
from core.db import db
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
    rows = _counted(where, now)
    days, closed, within = _closing(where, calendar)
    clauses, enterprises, outlets = (_lines(rows, at) for at in (0, 1, 2))
    numbers = [sum(row[at] for row in rows) for at in (3, 4, 5, 6)]
    return Found(
        Line("", "合计", *numbers), sum(row[7] for row in rows), clauses,
        _named(enterprises, Organization, Organization.code), _named(outlets, Outlet, Outlet.id), days,
        closed, within,
    )  # fmt: skip


def _sum(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0)).cast(Integer)


def _counted(where: list[Any], now: datetime) -> list[Any]:
    """(what is breached, enterprise, outlet, all, not ended, overdue, repeats, fixed at once)."""
    rests_on = case((Finding.clause != "", Finding.clause), else_=Finding.basis)
    rows = select(
        rests_on, Finding.enterprise_id, Finding.outlet_id, func.count(),
        _sum(Finding.state.not_in(("closed", "escalated"))), _sum(overdue(now)),
        _sum(Finding.repeat_of_id.is_not(None)), _sum(Finding.fixed_on_spot.is_(True)),
    )  # fmt: skip
    grouped = rows.where(*where).group_by(rests_on, Finding.enterprise_id, Finding.outlet_id)
    return [tuple(row) for row in db.session.execute(grouped)]


def _lines(rows: list[Any], at: int) -> list[Line]:
    """The counts added up by one of the keys, the most first."""
    found: dict[Any, list[int]] = {}
    for row in rows:
        if row[at] is not None:
            sums = found.setdefault(row[at], [0, 0, 0, 0])
            for place, value in enumerate(row[3:7]):
                sums[place] += value or 0
    lines = [Line(str(key), str(key), *sums) for key, sums in found.items()]
    return sorted(lines, key=lambda line: (-line.total, line.key))[:MOST_LINES]


def _named(lines: list[Line], model: Any, key: Any) -> list[Line]:
    """The lines of ids with names, and with what the list is filtered by."""
    ids = [int(line.key) for line in lines]
    rows = db.session.execute(select(model.id, key, model.name).where(model.id.in_(ids)))
    known = {row[0]: (str(row[1]), row[2]) for row in rows}
    return [replace(line, key=known[int(line.key)][0], name=known[int(line.key)][1]) for line in lines]


def _closing(where: list[Any], calendar: Calendar) -> tuple[float | None, int, int]:
    """(median workdays from service to closing, how many closed after a notice, answered within the limit).

    Those closed at the same moment are counted together.
    """
    in_time = case((Rectification.answered_at < Rectification.due_at, 1), else_=0)
    rows = (
        select(Rectification.served_on, Finding.closed_at, in_time, func.count())
        .join(Rectification, Rectification.id == Finding.rectification_id)
        .where(*where, Finding.state == "closed", Rectification.served_on.is_not(None))
        .group_by(Rectification.served_on, Finding.closed_at, in_time)
    )
    spans: Counter[tuple[date, date]] = Counter()
    within = 0
    for served, closed, timely, count in db.session.execute(rows):
        if served is not None and closed is not None:
            spans[(served, local_date(closed))] += count
            within += count * timely
    passed = _passed(spans, calendar)
    known = Counter[int]()
    for (served, closed), count in spans.items():
        known[passed[closed] - passed[served]] += count
    return _median(known), sum(known.values()), within


def _passed(spans: Iterable[tuple[date, date]], calendar: Calendar) -> dict[date, int]:
    """Workdays up to each day between the first and the last of these: the calendar is read once."""
    days = sorted({day for span in spans for day in span})
    found: dict[date, int] = {}
    count = 0
    for at in range((days[-1] - days[0]).days + 1 if days else 0):
        day = days[0] + timedelta(days=at)
        count += calendar.status(day).working
        found[day] = count
    return found


def _median(counted: Counter[int]) -> float | None:
    """The median of values that are counted."""
    total, passed = sum(counted.values()), 0
    if not total:
        return None
    low, high, middle = (total - 1) // 2, total // 2, []
    for value in sorted(counted):
        middle += [value for at in (low, high) if passed <= at < passed + counted[value]]
        passed += counted[value]
    return sum(middle) / 2
