"""Duties of disclosure as data, and the days on which they fall due (F3.3.1 to F3.3.5)."""

from __future__ import annotations

import calendar as months
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from domain.deadlines import Unit, due
from domain.errors import InvalidInput
from domain.workdays import Calendar

CLASSES = {
    1: ("政策法规和法定义务", "F3.3.1"),
    2: ("业务流程、条件和时限", "F3.3.2"),
    3: ("服务管理、承诺、投诉处理和问责制度", "F3.3.3"),
    4: ("网点营业时间、服务电话和监督电话", "F3.3.4"),
    5: ("其他应当公开的事项", "F3.3.5"),
}
CHANNELS = {
    "online": "网上专栏",
    "hall": "营业厅公示",
    "wechat": "微信公众号",
    "bill": "账单告知",
    "gov": "政府网站",
    "other": "其他渠道",
}
CHANGE_WORKDAYS = 20


class Frequency(StrEnum):
    """How often something must be published."""

    CHANGE = "change"
    WEEK = "week"
    HALF_MONTH = "half_month"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


FREQUENCY_NAMES = {
    Frequency.CHANGE: "形成或变更后",
    Frequency.WEEK: "每周",
    Frequency.HALF_MONTH: "每半月",
    Frequency.MONTH: "每月",
    Frequency.QUARTER: "每季度",
    Frequency.HALF_YEAR: "每半年",
    Frequency.YEAR: "每年",
}


@dataclass(frozen=True)
class Duty:
    """One thing that must be public. `feed` names topics of the service register that it is made of.

    CHANGE: within `within` workdays after it came about or changed. A week: by weekday `within` (1 = Monday)
    of the next week. All other frequencies: by day `within` of the month after the period; a half month ends
    on the 15th, its first half is due by day `first_half` of the same month.
    `local` marks what neither the rule nor its source fixes, with `reason`.
    """

    code: str
    class_: int
    item: str
    contains: tuple[str, ...]
    frequency: Frequency
    within: int
    channels: tuple[str, ...]
    source: str
    sectors: tuple[str, ...] = ()
    ruleset: str = ""
    feed: tuple[str, ...] = ()
    first_half: int = 0
    local: bool = False
    reason: str = ""

    @property
    def clause(self) -> str:
        """The clause of its class."""
        return CLASSES[self.class_][1]

    @property
    def class_name(self) -> str:
        """The words of its class."""
        return CLASSES[self.class_][0]

    @property
    def limit_words(self) -> str:
        """形成或变更之日起20个工作日内 / 每周：次周周三前 / 每月：次月10日前"""
        if self.frequency is Frequency.CHANGE:
            return f"形成或变更之日起{self.within}个工作日内"
        if self.frequency is Frequency.WEEK:
            return f"每周：次周周{'一二三四五六日'[self.within - 1]}前"
        if self.frequency is Frequency.HALF_MONTH:
            return f"每半月：当月{self.first_half}日、次月{self.within}日前"
        return f"{FREQUENCY_NAMES[self.frequency]}：期满次月{self.within}日前"


@dataclass(frozen=True)
class Period:
    """A stretch of time to be reported: `key` sorts, `label` reads, `due` is its last day (inclusive)."""

    key: str
    label: str
    first: date
    last: date
    due: date


def load_duties(text: str) -> tuple[Duty, ...]:
    """The duties written in TOML `text` ([[duties]]). InvalidInput names the row that does not fit."""
    rows = tomllib.loads(text).get("duties", [])
    found = tuple(duty_of(row) for row in rows)
    codes = [duty.code for duty in found]
    twice = {code for code in codes if codes.count(code) > 1}
    if twice:
        raise InvalidInput(f"公开事项的代码重复：{'、'.join(sorted(twice))}。")
    return found


def duty_of(row: dict[str, Any]) -> Duty:
    """A duty from its plain data (`class` may stand for `class_`). InvalidInput for what does not fit."""
    data = {("class_" if name == "class" else name): value for name, value in row.items()}
    known = {item.name for item in fields(Duty)}
    name = data.get("code", "?")
    if unknown := data.keys() - known:
        raise InvalidInput(f"公开事项 {name}：不认识{'、'.join(sorted(unknown))}。")
    for key in ("contains", "channels", "sectors", "feed"):
        data[key] = tuple(data.get(key, ()))
    try:
        duty = Duty(**{**data, "frequency": Frequency(data["frequency"])})
    except (TypeError, KeyError, ValueError) as error:
        raise InvalidInput(f"公开事项 {name}：{error}。") from error
    _check(duty)
    return duty


def _check(duty: Duty) -> None:
    latest = {Frequency.CHANGE: 250, Frequency.WEEK: 7}.get(duty.frequency, 28)
    wrong = [channel for channel in duty.channels if channel not in CHANNELS]
    if duty.class_ not in CLASSES:
        raise InvalidInput(f"公开事项 {duty.code}：类别应当是 1 到 5。", "class_")
    if not 1 <= duty.within <= latest:
        raise InvalidInput(f"公开事项 {duty.code}：期限应当在 1 到 {latest} 之间。", "within")
    if duty.frequency is Frequency.HALF_MONTH and not 16 <= duty.first_half <= 28:
        raise InvalidInput(f"公开事项 {duty.code}：上半月的期限应当在 16 到 28 日之间。", "first_half")
    if wrong or not duty.channels:
        raise InvalidInput(f"公开事项 {duty.code}：请选择公开渠道。", "channels")
    if not duty.item.strip() or not duty.contains:
        raise InvalidInput(f"公开事项 {duty.code}：请写明事项和应包含的内容。", "item")


def applies(duty: Duty, sectors: tuple[str, ...] | list[str], ruleset: str) -> bool:
    """Whether a duty concerns an enterprise of these sectors under that ruleset."""
    return (not duty.sectors or bool(set(duty.sectors) & set(sectors))) and duty.ruleset in ("", ruleset)


def change_due(since: date, duty: Duty, calendar: Calendar) -> date:
    """Last day for publishing what came about or changed on `since`, in workdays of the calendar."""
    return due(since, duty.within, Unit.WORKDAY, calendar).due


def periods(duty: Duty, since: date, until: date) -> Iterator[Period]:
    """The periods that lie wholly after `since` (their first day is not before it) and ended before `until`,
    the oldest first. Duties that follow changes have none."""
    if duty.frequency is Frequency.CHANGE:
        return
    start = _start(duty.frequency, since)
    while True:
        last = _last(duty.frequency, start)
        if last >= until:
            return
        if start >= since:
            yield _period(duty, start, last)
        start = last + timedelta(days=1)


def running(duty: Duty, today: date) -> Period | None:
    """The period in which `today` lies; None for a duty that follows changes."""
    if duty.frequency is Frequency.CHANGE:
        return None
    start = _start(duty.frequency, today)
    return _period(duty, start, _last(duty.frequency, start))


def period_of(duty: Duty, key: str, since: date, until: date) -> Period | None:
    """The period of that key that ended before `until`."""
    return next((period for period in periods(duty, since, until) if period.key == key), None)


@dataclass(frozen=True)
class DueDay:
    """One due day of a duty: `about` is the period, or the day of the change that it is counted from."""

    about: str
    due: date


def dues_of_year(duty: Duty, year: int, calendar: Calendar) -> list[DueDay]:
    """Every due day of a duty in `year`; of one that follows changes: for a change on each month's first."""
    if duty.frequency is Frequency.CHANGE:
        days = [date(year, month, 1) for month in range(1, 13)]
        return [DueDay(f"{d.year}年{d.month}月{d.day}日的变更", change_due(d, duty, calendar)) for d in days]
    found = periods(duty, date(year - 1, 1, 1), date(year + 1, 1, 1))
    return [DueDay(period.label, period.due) for period in found if period.due.year == year]


def _start(frequency: Frequency, day: date) -> date:
    if frequency is Frequency.WEEK:
        return day - timedelta(days=day.weekday())
    if frequency is Frequency.HALF_MONTH:
        return day.replace(day=1 if day.day <= 15 else 16)
    size = _MONTHS[frequency]
    return date(day.year, (day.month - 1) // size * size + 1, 1)


_MONTHS = {Frequency.MONTH: 1, Frequency.QUARTER: 3, Frequency.HALF_YEAR: 6, Frequency.YEAR: 12}


def _month_end(year: int, month: int) -> date:
    return date(year, month, months.monthrange(year, month)[1])


def _last(frequency: Frequency, start: date) -> date:
    if frequency is Frequency.WEEK:
        return start + timedelta(days=6)
    if frequency is Frequency.HALF_MONTH and start.day == 1:
        return start.replace(day=15)
    size = _MONTHS.get(frequency, 1)
    return _month_end(start.year, start.month + size - 1)


def _period(duty: Duty, first: date, last: date) -> Period:
    key, label = _names(duty.frequency, first, last)
    return Period(key, label, first, last, _period_due(duty, last))


def _period_due(duty: Duty, last: date) -> date:
    if duty.frequency is Frequency.WEEK:
        return last + timedelta(days=duty.within)
    if duty.frequency is Frequency.HALF_MONTH and last.day == 15:
        return last.replace(day=duty.first_half)
    after = last + timedelta(days=1)
    return after.replace(day=duty.within)


def _names(frequency: Frequency, first: date, last: date) -> tuple[str, str]:
    if frequency is Frequency.WEEK:
        year, week, _ = first.isocalendar()
        span = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
        return f"{year}-W{week:02d}", f"{year}年第{week}周（{span}）"
    if frequency is Frequency.HALF_MONTH:
        half = ("A", "上半月") if first.day == 1 else ("B", "下半月")
        return f"{first:%Y-%m}{half[0]}", f"{first.year}年{first.month}月{half[1]}"
    if frequency is Frequency.MONTH:
        return f"{first:%Y-%m}", f"{first.year}年{first.month}月"
    if frequency is Frequency.QUARTER:
        number = (first.month + 2) // 3
        return f"{first.year}-Q{number}", f"{first.year}年第{'一二三四'[number - 1]}季度"
    if frequency is Frequency.HALF_YEAR:
        half = ("H1", "上半年") if first.month == 1 else ("H2", "下半年")
        return f"{first.year}-{half[0]}", f"{first.year}年{half[1]}"
    return str(first.year), f"{first.year}年"
