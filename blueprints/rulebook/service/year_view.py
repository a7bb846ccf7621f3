"""A year of the calendar as a page shows it: months of weeks, with what makes a day unusual."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.workdays import Calendar, DayStatus

GUESS = "（推算）"
ORDINARY = frozenset({"工作日", "周一", "周二", "周三", "周四", "周五", "周六", "周日"})
MAKE_UP = "（调休上班）"


@dataclass(frozen=True)
class DayCell:
    """One square: `mark` is 休 or 班 for a named day, else empty; `css` the classes of its looks."""

    number: int
    css: str
    mark: str
    label: str


@dataclass(frozen=True)
class NamedDays:
    """A run of days with the same name, e.g. 1—3日 元旦."""

    days: str
    name: str
    off: bool


@dataclass(frozen=True)
class Month:
    """Weeks from Monday, None outside the month."""

    number: int
    weeks: list[list[DayCell | None]]
    named: list[NamedDays]
    workdays: int


@dataclass(frozen=True)
class YearView:
    """Twelve months and their sums, in days."""

    year: int
    months: list[Month]
    workdays: int
    holidays: int
    make_up: int
    provisional: bool


def plain_why(status: DayStatus) -> str:
    """The name of a named day, without what the mark beside it says already; empty for an ordinary day."""
    name = status.why.removesuffix(GUESS).removesuffix(MAKE_UP).removesuffix("调休上班")
    if status.working and status.date.weekday() >= 5:
        return name or "调休"
    return "" if name in ORDINARY else name


def year_view(calendar: Calendar, year: int, today: date) -> YearView:
    """The months of `year`."""
    months = [_month(calendar, year, number, today) for number in range(1, 13)]
    named = [(day, status) for day, status in _days(calendar, year) if plain_why(status)]
    return YearView(
        year=year,
        months=months,
        workdays=sum(month.workdays for month in months),
        holidays=sum(not status.working for _, status in named),
        make_up=sum(status.working and day.weekday() >= 5 for day, status in named),
        provisional=year not in calendar.published,
    )


def _days(calendar: Calendar, year: int) -> Iterable[tuple[date, DayStatus]]:
    day = date(year, 1, 1)
    for ordinal in range(day.toordinal(), date(year, 12, 31).toordinal() + 1):
        day = date.fromordinal(ordinal)
        yield day, calendar.status(day)


def _month(calendar: Calendar, year: int, number: int, today: date) -> Month:
    weeks: list[list[DayCell | None]] = []
    statuses: list[DayStatus] = []
    for week in Weeks().monthdayscalendar(year, number):
        line: list[DayCell | None] = []
        for day in week:
            if day:
                statuses.append(calendar.status(date(year, number, day)))
            line.append(_cell(statuses[-1], today) if day else None)
        weeks.append(line)
    return Month(number, weeks, _named(statuses), sum(status.working for status in statuses))


def _cell(status: DayStatus, today: date) -> DayCell:
    name = plain_why(status)
    mark = ("班" if status.working else "休") if name else ""
    looks = {
        "is-off": bool(name) and not status.working,
        "is-work": bool(name) and status.working,
        "is-weekend": not name and not status.working,
        "is-provisional": status.provisional,
        "is-today": status.date == today,
    }
    words = "，".join(filter(None, (name, mark and f"{mark}", "暂定" if status.provisional and mark else "")))
    label = f"{status.date.month}月{status.date.day}日" + (f"：{words}" if words else "")
    return DayCell(status.date.day, " ".join(css for css, on in looks.items() if on), mark, label)


def _named(statuses: list[DayStatus]) -> list[NamedDays]:
    runs: list[list[DayStatus]] = []
    for status in statuses:
        if not plain_why(status):
            continue
        last = runs[-1][-1] if runs else None
        same = last is not None and (plain_why(last), last.working) == (plain_why(status), status.working)
        if last is not None and same and (status.date - last.date).days == 1:
            runs[-1].append(status)
        else:
            runs.append([status])
    return [_run(run) for run in runs]


def _run(run: list[DayStatus]) -> NamedDays:
    first, last = run[0].date.day, run[-1].date.day
    days = f"{first}日" if first == last else f"{first}—{last}日"
    return NamedDays(days, plain_why(run[0]), not run[0].working)
