"""Blanks in the texts and rows of a played case: where a moment, a day, a name or a number goes.

A template is a %-format whose keys stand for blanks; one dictionary of values fills all rows of a repetition.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from core.clock import to_local
from core.wording import day_words

FULL, WORDS, SHORT, STORED = "full", "words", "short", "stored"
DATES = re.compile(
    r"(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日(?P<time> \d\d:\d\d)?"
    r"|(?P<month2>\d{1,2})月(?P<day2>\d{1,2})日(?P<week>（周.）)?"
)
MARK = re.compile(r'"@@([^@~]+)(~?)@@"')


@lru_cache(maxsize=8192)
def written(day: date, form: str) -> str:
    """A day as a text or the database has it."""
    if form == WORDS:
        return day_words(day)
    if form == SHORT:
        return f"{day.month}月{day.day}日"
    return f"{day.year}年{day.month}月{day.day}日" if form == FULL else day.isoformat()


@dataclass(frozen=True)
class DayBlank:
    """A day: `line` working days after the first, `days` after the receipt of a case, or the due day of its
    limit number `due`."""

    kind: str
    place: int
    amount: int
    form: str


@dataclass
class CaseDays:
    """What the days of one case are measured by."""

    received: date
    dues: list[date]


@dataclass
class Blanks:
    """The blanks of one bundle; `line` are the working days, `base` the place of its first day there."""

    line: Sequence[date]
    base: int
    literals: dict[str, str] = field(default_factory=dict)
    cases: list[CaseDays] = field(default_factory=list)
    moments: dict[str, tuple[int, int]] = field(default_factory=dict)
    days: dict[str, DayBlank] = field(default_factory=dict)
    _pattern: re.Pattern[str] | None = None

    @property
    def span(self) -> int:
        """Working days from the first to the last moment."""
        return max(offset for offset, _ in self.moments.values())

    def literal(self, text: str, key: str) -> None:
        """Wherever `text` stands, the value of `key` goes."""
        if text:
            self.literals.setdefault(text, key)
            self._pattern = None

    def moment(self, when: datetime) -> str:
        """Key of a moment within office hours: working days after the first day, seconds of the day."""
        local = to_local(when)
        offset = self.line.index(local.date()) - self.base
        seconds = local.hour * 3600 + local.minute * 60 + local.second
        key = f"m{offset}:{seconds}"
        self.moments[key] = (offset, seconds)
        return key

    def day(self, day: date, place: int, form: str = STORED, *, of_limits: bool = True) -> str:
        """Key of a day of the case number `place`."""
        case = self.cases[place]
        if of_limits and day in case.dues:
            blank = DayBlank("due", place, case.dues.index(day), form)
        else:
            blank = DayBlank("days", place, (day - case.received).days, form)
        return self._day_key(blank)

    def _day_key(self, blank: DayBlank) -> str:
        key = f"{blank.kind}{blank.place}:{blank.amount}:{blank.form}"
        self.days[key] = blank
        return key

    def text(self, text: str, place: int, *, of_limits: bool = True) -> str:
        """`text` as a template."""
        if self._pattern is None:
            longest = sorted(self.literals, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
        plain = text.replace("%", "%%")
        dated = DATES.sub(lambda match: self._date(match, place, of_limits), plain)
        return self._pattern.sub(lambda match: f"%({self.literals[match[0]]})s", dated)

    def marked(self, text: str, place: int) -> str:
        """As `text`, for a JSON document in which "@@key@@" stands for a number, "@@key~@@" for a moment."""
        return MARK.sub(
            lambda match: f'"%(iso {match[1]})s"' if match[2] else f"%({match[1]})s", self.text(text, place)
        )

    def _date(self, match: re.Match[str], place: int, of_limits: bool) -> str:
        received = self.cases[place].received
        year = int(match["year"] or received.year)
        month, day = int(match["month"] or match["month2"]), int(match["day"] or match["day2"])
        when = date(year, month, day)
        if match["year"] is None and abs((when - received).days) > 180:
            when = when.replace(year=year + (1 if when < received else -1))
        if match["time"] and when in self.line:
            blank = DayBlank("line", place, self.line.index(when) - self.base, FULL)
            return f"%({self._day_key(blank)})s{match['time']}"
        form = FULL if match["year"] else WORDS if match["week"] else SHORT
        return f"%({self.day(when, place, form, of_limits=of_limits)})s"
