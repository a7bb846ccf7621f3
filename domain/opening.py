"""Opening hours of an outlet: what people write, what a day asks for, and how far a day was off (F3.1.2)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from domain.errors import InvalidInput

WEEKDAYS = "一二三四五六日"
DAY_MINUTES = 24 * 60
MOST_SPANS = 4
SHUT_WORDS = frozenset({"休", "休息", "不营业", "无"})
_SPAN = re.compile(r"(\d{1,2}):?(\d{2})?-(\d{1,2}):?(\d{2})?")
_SAME = str.maketrans("：－—–～~至", ":------")

Span = tuple[int, int]


@dataclass(frozen=True)
class Closure:
    """Days on which an outlet stays shut, or opens from `opens` to `closes` only; the reason is shown."""

    first: date
    last: date
    opens: int | None
    closes: int | None
    reason: str
    announced: bool

    def covers(self, day: date) -> bool:
        """Whether it concerns `day`."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Expected:
    """What a day asks for: the spans in minutes, and the closure that changed them, if one did."""

    spans: tuple[Span, ...]
    closure: Closure | None = None


def clock_words(minutes: int) -> str:
    """510 -> 08:30"""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def spans_words(spans: Iterable[Span]) -> str:
    """08:30-12:00 14:00-17:30; 不营业 where there is none."""
    return " ".join(f"{clock_words(a)}-{clock_words(b)}" for a, b in spans) or "不营业"


def read_clock(text: str, field: str | None = None) -> int:
    """Minutes of “8:30”. InvalidInput for anything that is no time of day."""
    hour, _, minute = text.strip().translate(_SAME).partition(":")
    if not (hour.isdecimal() and (minute or "0").isdecimal()):
        raise InvalidInput("时间请按“08:30”的样子填写。", field)
    return _minutes(hour, minute, field)


def _minutes(hour: str, minute: str | None, field: str | None) -> int:
    value = int(hour) * 60 + int(minute or 0)
    if int(minute or 0) > 59 or value > DAY_MINUTES:
        raise InvalidInput("一天只有 24 小时，请按“08:30”的样子填写。", field)
    return value


def read_spans(text: str, field: str | None = None) -> tuple[Span, ...]:
    """The spans in “08:30-12:00 14:00-17:30” (full-width signs are read too); “休” or nothing: none.

    InvalidInput names the field for spans that end before they begin, overlap, or cannot be read.
    """
    cleaned = re.sub(r"\s*-\s*", "-", text.strip().translate(_SAME))
    if not cleaned or cleaned in SHUT_WORDS:
        return ()
    found: list[Span] = []
    for part in re.split(r"[\s,，、;；]+", cleaned):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise InvalidInput(f"“{part[:20]}”不是时段，请按“08:30-12:00 14:00-17:30”的样子填写。", field)
        opens = _minutes(match[1], match[2], field)
        closes = _minutes(match[3], match[4], field)
        if closes <= opens:
            raise InvalidInput(f"“{part}”的结束时间应当晚于开始时间。", field)
        found.append((opens, closes))
    return _in_order(found, field)


def _in_order(found: list[Span], field: str | None) -> tuple[Span, ...]:
    if len(found) > MOST_SPANS:
        raise InvalidInput(f"一天最多填 {MOST_SPANS} 个时段。", field)
    found.sort()
    for (_, closes), (opens, until) in pairwise(found):
        if opens < closes:
            words = f"{clock_words(opens)}-{clock_words(until)}"
            raise InvalidInput(f"时段 {words} 与前一个时段重叠，请改开。", field)
    return tuple(found)


def expected_on(day: date, week: Mapping[int, Sequence[Span]], closures: Iterable[Closure]) -> Expected:
    """The hours of its weekday, unless a closure says otherwise. A holiday is like any
    other day (F3.1.2: 全年准时开门)."""
    spans = tuple(week.get(day.weekday(), ()))
    closure = next((c for c in closures if c.covers(day)), None)
    if closure is None:
        return Expected(spans)
    if closure.opens is None or closure.closes is None:
        return Expected((), closure)
    return Expected(((closure.opens, closure.closes),), closure)


def off_by(expected: Expected, opened: int | None, closed: int | None) -> tuple[int, int]:
    """(minutes opened late, minutes closed early) against the first opening and last closing of the day."""
    if not expected.spans:
        return 0, 0
    late = max(0, opened - expected.spans[0][0]) if opened is not None else 0
    early = max(0, expected.spans[-1][1] - closed) if closed is not None else 0
    return late, early


def shut_weekdays(week: Mapping[int, Sequence[Span]]) -> str:
    """The weekdays without any hours, as words: 周六、周日. Empty where it opens every day."""
    return "、".join(f"周{WEEKDAYS[i]}" for i in range(7) if not week.get(i))


def week_words(week: Mapping[int, Sequence[Span]]) -> list[tuple[str, str]]:
    """The week with equal days put together: [("周一至周五", "08:30-17:30"), …]."""
    lines: list[tuple[int, int, str]] = []
    for i in range(7):
        words = spans_words(week.get(i, ()))
        if lines and lines[-1][2] == words:
            lines[-1] = (lines[-1][0], i, words)
        else:
            lines.append((i, i, words))
    return [(_days(first, last), words) for first, last, words in lines]


def _days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return "每天"
    start, end = f"周{WEEKDAYS[first]}", f"周{WEEKDAYS[last]}"
    if first == last:
        return start
    return f"{start}、{end}" if last == first + 1 else f"{start}至{end}"
