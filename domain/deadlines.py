"""When a limit runs out, explained day by day (Q5: the clock starts at receipt, day 1 is the day after)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from domain.errors import InvalidInput
from domain.workdays import LAST_YEAR, Calendar, check_day

MAX_AMOUNT = 3660
_ONE_DAY = timedelta(days=1)


class Unit(StrEnum):
    """What a limit is counted in."""

    WORKDAY = "workday"
    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"

    @property
    def by_clock(self) -> bool:
        """Whether it runs from a moment on (hours, minutes), not from the day after."""
        return self in (Unit.HOUR, Unit.MINUTE)


@dataclass(frozen=True, slots=True)
class SkippedDay:
    """A day that was not counted, and why (Chinese)."""

    date: date
    why: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due day and how it came about.

    Overdue begins after 24:00 Asia/Shanghai of `due`. `counted` holds the `amount` days, `due` the last
    of them; with `skipped` they are every day after `received` up to `due`. `provisional`: the years in
    `missing_years` are not published, so the day may still move.
    """

    received: date
    amount: int
    unit: Unit
    due: date
    counted: tuple[date, ...]
    skipped: tuple[SkippedDay, ...]
    provisional: bool
    missing_years: tuple[int, ...]

    def as_json(self) -> dict[str, Any]:
        """The explanation as the command line prints it and the database keeps it; dates in ISO form."""
        return {
            "received": self.received.isoformat(),
            "n": self.amount,
            "due": self.due.isoformat(),
            "counted": [day.isoformat() for day in self.counted],
            "skipped": [{"date": day.date.isoformat(), "why": day.why} for day in self.skipped],
            "provisional": self.provisional,
            "missing_years": list(self.missing_years),
        }


def due(received: date, amount: int, unit: Unit, calendar: Calendar) -> Deadline:
    """The deadline `amount` workdays or calendar days after `received`; the day of receipt does not count.

    Make-up workdays count, holidays do not; calendar days all count and are never provisional.
    InvalidInput for an amount outside 1..3660, a day outside 1900..2999, or hours (they need a time of
    receipt: `due_hours`), or minutes (`due_minutes`).
    """
    check_day(received, "received")
    _check_amount(amount)
    if unit not in set(Unit):
        raise InvalidInput("时限的单位须是工作日、自然日、小时或分钟。", "unit")
    unit = Unit(unit)
    if unit.by_clock:
        words = "小时" if unit is Unit.HOUR else "分钟"
        raise InvalidInput(f"按{words}计算的时限须写明收到的时刻，不能只写日期。", "unit")
    if unit is Unit.DAY:
        return _due_days(received, amount)
    return _due_workdays(received, amount, calendar)


def due_hours(received_at: datetime, hours: int) -> datetime:
    """The moment `hours` elapsed hours after `received_at` (aware), in the same time zone."""
    _check_moment(received_at, "小时")
    _check_amount(hours)
    return received_at + timedelta(hours=hours)


def due_minutes(received_at: datetime, minutes: int) -> datetime:
    """The moment `minutes` elapsed minutes after `received_at` (aware), in the same time zone."""
    _check_moment(received_at, "分钟")
    _check_amount(minutes)
    return received_at + timedelta(minutes=minutes)


def remaining(today: date, due: date, calendar: Calendar) -> int:
    """Workdays left after `today` up to `due`: 0 on the due day, negative when overdue.

    Overdue counts the workdays after `due` up to `today`, at least one: the weekend after a due Friday is -1.
    """
    check_day(today, "today")
    check_day(due, "due")
    if today <= due:
        return _workdays_between(today, due, calendar)
    return min(-1, -_workdays_between(due, today, calendar))


def _workdays_between(after: date, until: date, calendar: Calendar) -> int:
    days = (until - after).days
    return sum(calendar.is_working(after + timedelta(days=step)) for step in range(1, days + 1))


def _check_moment(received_at: datetime, unit: str) -> None:
    if not isinstance(received_at, datetime) or received_at.utcoffset() is None:
        raise InvalidInput(f"按{unit}计算的时限须写明收到的时刻和时区。", "received_at")
    check_day(received_at.date(), "received_at")


def _check_amount(amount: int) -> None:
    if isinstance(amount, bool) or not isinstance(amount, int) or not 1 <= amount <= MAX_AMOUNT:
        raise InvalidInput(f"时限的数目须是1至{MAX_AMOUNT}的整数。", "amount")


def _due_days(received: date, amount: int) -> Deadline:
    _check_end(received, amount)
    counted = tuple(received + timedelta(days=step) for step in range(1, amount + 1))
    return Deadline(received, amount, Unit.DAY, counted[-1], counted, (), False, ())


def _due_workdays(received: date, amount: int, calendar: Calendar) -> Deadline:
    counted: list[date] = []
    skipped: list[SkippedDay] = []
    missing: set[int] = set()
    day = received
    while len(counted) < amount:
        _check_end(day, 1)
        day += _ONE_DAY
        status = calendar.status(day)
        if status.provisional:
            missing.update(calendar.missing_years(day))
        if status.working:
            counted.append(day)
        else:
            skipped.append(SkippedDay(day, status.why))
    years = tuple(sorted(missing))
    return Deadline(received, amount, Unit.WORKDAY, day, tuple(counted), tuple(skipped), bool(years), years)


def _check_end(day: date, days: int) -> None:
    """The last day lies at most at the end of 2999, so that no date arithmetic can overflow."""
    if (date(LAST_YEAR, 12, 31) - day).days < days:
        raise InvalidInput(f"算出来的日期超过了{LAST_YEAR}年，请检查收到日期和时限。", "received")
