"""The two rates of Q2 and the cross table over a period, as one person (or an operator) may see the cases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement

from blueprints.accounts.models import User
from blueprints.complaints import queries_list, queries_rates
from blueprints.complaints.models import Case
from blueprints.complaints.queries_rates import RATES, Split
from domain.errors import InvalidInput
from domain.rates import Count, CrossTable, Rate, cross_table, rate_of
from domain.rulesets import CrossColumn, CrossTotal, Ruleset
from domain.satisfaction import Satisfaction, satisfaction_of
from domain.workdays import Calendar

EARLIEST, LATEST = date(1990, 1, 1), date(2999, 12, 31)
MOST_MONTHS = 24
Row = TypeVar("Row", bound=CrossColumn | CrossTotal)


@dataclass(frozen=True)
class Period:
    """Days of receipt in Asia/Shanghai, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not EARLIEST <= self.first <= LATEST or not EARLIEST <= self.last <= LATEST:
            raise InvalidInput(f"日期须在{EARLIEST.year}年至{LATEST.year}年之间。", "from")
        if self.first > self.last:
            raise InvalidInput("开始日期不能晚于结束日期。", "from")

    def pieces(self) -> list[Period]:
        """Month by month; year by year where that would be more than two years' worth."""
        months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
        found: list[Period] = []
        day = self.first
        while day <= self.last:
            end = month_end(day) if months <= MOST_MONTHS else date(day.year, 12, 31)
            found.append(Period(day, min(end, self.last)))
            day = found[-1].last + timedelta(days=1)
        return found


def month_end(day: date) -> date:
    """The last day of its month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


@dataclass(frozen=True)
class Line:
    """One row of a table of rates; `key`: whatever the table is split by (for time the piece's index)."""

    key: object
    received: int
    rates: Mapping[str, Rate]


@dataclass(frozen=True)
class Statistics:
    """Everything that a page of rates shows."""

    period: Period
    whole: Line
    lines: tuple[Line, ...]
    cross: CrossTable
    satisfaction: Satisfaction


def scope_of(
    by: User | None, period: Period, *, now: datetime, calendar: Calendar, enterprise_id: int | None = None
) -> list[ColumnElement[bool]]:
    """Cases received in the period that `by` may see; all there are for an operator (None)."""
    if by is not None:
        days = {"received_from": period.first.isoformat(), "received_to": period.last.isoformat()}
        about = {} if enterprise_id is None else {"enterprise": str(enterprise_id)}
        return queries_list.conditions(by, days | about, now=now, calendar=calendar)
    scope = queries_rates.in_period(period.first, period.last)
    return scope if enterprise_id is None else [*scope, Case.enterprise_id == enterprise_id]


def statistics(
    scope: Sequence[ColumnElement[bool]],
    period: Period,
    split: Split,
    rulesets: Sequence[Ruleset],
    *,
    now: datetime,
) -> Statistics:
    """The rates at `now`, as a whole and split, and the cross table; one statement."""
    starts = [piece.first for piece in period.pieces()] if split is Split.TIME else []
    counts = queries_rates.counts(scope, split, now=now, starts=starts)
    apart: dict[object, list[Count]] = {}
    for count in counts:
        apart.setdefault(count.key, []).append(count)
    lines = tuple(_line(key, alike) for key, alike in apart.items())
    cross = cross_of(counts, rulesets)
    return Statistics(period, _line(None, counts), lines, cross, satisfaction_of(counts))


def _line(key: object, counts: Sequence[Count]) -> Line:
    return Line(key, sum(count.number for count in counts), {code: rate_of(counts, code) for code in RATES})


def cross_of(counts: Sequence[Count], rulesets: Sequence[Ruleset]) -> CrossTable:
    """Channel x type as these rulesets lay it out: channels in force, and any that a case still names."""
    channels = (channel.code for ruleset in rulesets for channel in ruleset.channels if channel.active)
    columns = joined(row for ruleset in rulesets for row in ruleset.cross_columns)
    totals = joined(row for ruleset in rulesets for row in ruleset.cross_totals)
    return cross_table(counts, channels, once(columns), totals)


def joined(rows: Iterable[Row]) -> list[Row]:
    """Rows of several rulesets by their codes: the first one's words, the types of all."""
    found: dict[str, Row] = {}
    for row in rows:
        if row.code in found:
            types = (*found[row.code].types, *row.types)
            found[row.code] = replace(found[row.code], types=tuple(dict.fromkeys(types)))
        else:
            found[row.code] = row
    return list(found.values())


def once(columns: Iterable[CrossColumn]) -> list[CrossColumn]:
    """Columns in which each type is counted once, in the first that names it."""
    placed: set[str] = set()
    found = []
    for column in columns:
        types = tuple(code for code in column.types if code not in placed)
        placed.update(types)
        found += [replace(column, types=types)] if types else []
    return found
