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


_WEEK_PART = re.compile(r"(每天|周[一二三四五六日](?:[至、]周[一二三四五六日])?) (.+)")
_CLOSURE = re.compile(
    r"(\d{4})年(\d{1,2})月(\d{1,2})日(?:至(\d{4})年(\d{1,2})月(\d{1,2})日)?"
    r"(?:不营业|营业时间为 (\S+?))（(.*)）"
)


def week_line(week: Mapping[int, Sequence[Span]]) -> str:
    """The week on one line, as it is published: 周一至周五 08:30—12:00、14:00—17:30；…"""
    return "；".join(f"{days} {_printed(words)}" for days, words in week_words(week))


def _printed(words: str) -> str:
    return words.replace("-", "—").replace(" ", "、")


def read_week(line: str) -> dict[int, tuple[Span, ...]] | None:
    """The week that `week_line` wrote; None for any other text."""
    week: dict[int, tuple[Span, ...]] = {}
    for part in line.split("；"):
        match = _WEEK_PART.fullmatch(part)
        if match is None:
            return None
        try:
            spans = read_spans(match[2])
        except InvalidInput:
            return None
        for day in _weekdays(match[1]):
            week[day] = spans
    return week


def _weekdays(words: str) -> range:
    if words == "每天":
        return range(7)
    first, last = WEEKDAYS.index(words[1]), WEEKDAYS.index(words[-1])
    return range(first, last + 1)


def closure_line(closure: Closure) -> str:
    """A closure as it is published: 2026年10月1日至2026年10月3日不营业（设备检修）"""
    first, last = _date_words(closure.first), _date_words(closure.last)
    span = first if first == last else f"{first}至{last}"
    if closure.opens is None or closure.closes is None:
        return f"{span}不营业（{closure.reason}）"
    return f"{span}营业时间为 {_printed(spans_words([(closure.opens, closure.closes)]))}（{closure.reason}）"


def _date_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def read_closure(line: str) -> Closure | None:
    """The closure that `closure_line` wrote; None for any other text."""
    match = _CLOSURE.fullmatch(line)
    if match is None:
        return None
    numbers = [int(part) if part else 0 for part in match.groups()[:6]]
    first = date(*numbers[:3])
    last = date(*numbers[3:]) if numbers[3] else first
    spans = read_spans(match[7]) if match[7] else ()
    opens, closes = spans[0] if spans else (None, None)
    return Closure(first, last, opens, closes, match[8], True)
