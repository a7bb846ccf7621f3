"""What the explanation of a deadline costs: `due()` against a bare loop over the same calendar package."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import date, timedelta

import chinese_calendar

from core.calendar_store import packaged_day
from domain.deadlines import Unit, due
from domain.workdays import Calendar

DAYS = [date(2025, 1, 2) + timedelta(days=i) for i in range(600)]
CALENDAR = Calendar(published=frozenset(range(2004, 2027)), overrides={}, base=packaged_day)


def bare(received: date, amount: int) -> date:
    """The smallest loop that finds the due day, without saying why."""
    day = received
    while amount:
        day += timedelta(days=1)
        amount -= chinese_calendar.is_workday(day)
    return day


def explained(received: date, amount: int) -> date:
    """The product's own."""
    return due(received, amount, Unit.WORKDAY, CALENDAR).due


def seconds(count: Callable[[date, int], date]) -> float:
    """Time for all days once."""
    start = time.perf_counter()
    for day in DAYS:
        count(day, 5)
    return time.perf_counter() - start


def main() -> None:
    """Eleven interleaved rounds; prints the median ratio."""
    if [explained(d, 5) for d in DAYS] != [bare(d, 5) for d in DAYS]:
        raise SystemExit("the two do not agree")
    ratios = []
    for _ in range(11):
        floor = seconds(bare)
        ratios.append(seconds(explained) / floor)
    ratio = statistics.median(ratios)
    print(f"due() with explanation / bare loop: {ratio:.2f} x ({len(DAYS)} days, 11 rounds)")
