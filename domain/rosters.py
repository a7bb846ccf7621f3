"""Duty rosters: gaps and overlaps of shifts, shifts made by a pattern, limits that run in duty hours only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.errors import InvalidInput

MAX_SHIFT = timedelta(hours=72)
MAX_DAYS = 92
MINUTES_A_DAY = 24 * 60
Span = tuple[datetime, datetime]


def check_span(begins: datetime, ends: datetime) -> None:
    """A shift ends after it begins and lasts three days at most. Errors: InvalidInput naming the field."""
    if ends <= begins:
        raise InvalidInput("下班时间要晚于上班时间；跨零点的班，下班写第二天的日期。", "ends_at")
    if ends - begins > MAX_SHIFT:
        raise InvalidInput("一个班最长 72 小时，请核对日期。", "ends_at")


def gaps(spans: Iterable[Span], since: datetime, until: datetime) -> list[Span]:
    """Stretches of `since`..`until` in which nobody is on duty, in order."""
    found, at = [], since
    for begins, ends in sorted(spans):
        if begins > at:
            found.append((at, min(begins, until)))
        at = max(at, ends)
        if at >= until:
            return found
    if at < until:
        found.append((at, until))
    return found


def overlaps(spans: Iterable[Span]) -> list[Span]:
    """Stretches in which two shifts or more run at the same time, in order and merged."""
    found: list[Span] = []
    last: datetime | None = None
    for begins, ends in sorted(spans):
        if last is not None and begins < last:
            span = (begins, min(ends, last))
            if found and span[0] <= found[-1][1]:
                found[-1] = (found[-1][0], max(found[-1][1], span[1]))
            else:
                found.append(span)
        last = ends if last is None else max(last, ends)
    return found


@dataclass(frozen=True, slots=True)
class DutyDue:
    """When an hour limit runs out that counts only hours on duty. `counted`: the stretches that count;
    `after` is where the roster ends and plain hours go on (None: it reaches far enough)."""

    due: datetime
    counted: tuple[Span, ...]
    after: datetime | None


def due_on_duty(since: datetime, hours: int, spans: Iterable[Span]) -> DutyDue:
    """The moment at which `hours` hours on duty have passed since `since`; beyond the last shift every hour
    counts, so that no limit stands still for ever."""
    left, at, counted = timedelta(hours=hours), since, []
    for begins, ends in sorted(spans):
        start = max(begins, at)
        if ends <= start:
            continue
        taken = min(ends - start, left)
        counted.append((start, start + taken))
        left, at = left - taken, start + taken
        if not left:
            return DutyDue(at, tuple(counted), None)
    return DutyDue(at + left, (*counted, (at, at + left)), at)


@dataclass(frozen=True, slots=True)
class ShiftKind:
    """A shift of a day: its name, when it begins and ends (minutes of the day; an end that is not later
    lies on the next day)."""

    name: str
    begins: int
    ends: int

    @property
    def minutes(self) -> int:
        """How long it lasts."""
        return self.ends - self.begins if self.ends > self.begins else self.ends - self.begins + MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift of a pattern: day, kind, number of the group on duty."""

    day: date
    kind: ShiftKind
    group: int


def pattern(days: Sequence[date], kinds: Sequence[ShiftKind], groups: int) -> list[Planned]:
    """Shifts of these days, groups taking turns shift by shift. Errors: InvalidInput."""
    if not kinds:
        raise InvalidInput("请至少写一个班次。", "kinds")
    if groups < 1:
        raise InvalidInput("请至少写一组人员。", "groups")
    if len(days) > MAX_DAYS:
        raise InvalidInput(f"一次最多排 {MAX_DAYS} 天。", "until")
    turns = [(day, kind) for day in days for kind in kinds]
    return [Planned(day, kind, turn % groups) for turn, (day, kind) in enumerate(turns)]
