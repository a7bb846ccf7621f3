"""The working-day calendar: which day counts, why, and how sure that is (Q5, every limit in workdays)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeAlias

from domain.errors import InvalidInput

FIRST_YEAR = 1900
LAST_YEAR = 2999
MAX_YEAR_FILE_DAYS = 400
MAX_NAME_LENGTH = 50

_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_SATURDAY = 5
# Days off that the law itself fixes by date; the other holidays move with the moon or by notice.
_STATUTORY = MappingProxyType(
    {
        (1, 1): "元旦",
        (5, 1): "劳动节",
        (5, 2): "劳动节",
        (10, 1): "国庆节",
        (10, 2): "国庆节",
        (10, 3): "国庆节",
    }
)
_GUESS = "（推算）"
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

DayRule: TypeAlias = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class DayStatus:
    """One day: `working` when it counts, `why` in Chinese, `provisional` when it may still change."""

    date: date
    working: bool
    why: str
    provisional: bool


@dataclass(frozen=True, eq=False)
class Calendar:
    """Which day is a workday.

    `published`: years whose official arrangement is known. `overrides`: day -> (working, why), they win
    over everything. `base(day)`: (working, why or "") for published years; LookupError or
    NotImplementedError from it means that it does not know the year, then Monday to Friday work.
    `imported`: published years whose file was imported as a whole, so that their days come from
    `overrides` alone and `base` is not asked for them.
    """

    published: frozenset[int]
    overrides: Mapping[date, DayRule]
    base: Callable[[date], DayRule]
    imported: frozenset[int] = frozenset()
    _seen: dict[date, DayStatus] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "overrides", MappingProxyType(dict(self.overrides)))

    def status(self, day: date) -> DayStatus:
        """The status of `day`. InvalidInput outside the years 1900 to 2999."""
        known = self._seen.get(day)
        if known is None:
            check_day(day, "day")
            working, why, firm = self._rule(day)
            firm = firm and not self.missing_years(day)
            known = self._seen[day] = DayStatus(day, working, why, not firm)
        return known

    def is_working(self, day: date) -> bool:
        """Whether `day` counts as a workday, guessed days included."""
        return self.status(day).working

    def missing_years(self, day: date) -> tuple[int, ...]:
        """The unpublished years that may still change `day`: its own, and from 25 December the next one."""
        own = () if day.year in self.published or day in self.overrides else (day.year,)
        late = in_last_week(day) and day.year + 1 not in self.published
        return (*own, day.year + 1) if late else own

    def _rule(self, day: date) -> tuple[bool, str, bool]:
        """(working, why, firm) of `day`, the last week of December not yet looked at."""
        if day in self.overrides:
            return *_named(day, *self.overrides[day]), True
        if day.year not in self.published:
            return *_guess(day), False
        if day.year in self.imported:
            return *_by_weekday(day), True
        try:
            return *_named(day, *self.base(day)), True
        except (LookupError, NotImplementedError):
            return *_by_weekday(day), True


@dataclass(frozen=True, slots=True)
class YearFile:
    """A year's arrangement: `days` are (date, off, holiday name), off False meaning a make-up workday.

    At least one of the days lies in the year itself, so the year counts as published once the file is in.
    """

    year: int
    days: tuple[tuple[date, bool, str], ...]

    def overrides(self) -> dict[date, DayRule]:
        """The days in the form that Calendar takes: day -> (working, name)."""
        return {day: (not off, name) for day, off, name in self.days}


def check_day(day: date, field_name: str) -> None:
    """InvalidInput unless `day` is a plain date of the years 1900 to 2999."""
    if isinstance(day, datetime) or not isinstance(day, date):
        raise InvalidInput("日期的写法不对，请按“2026-09-30”的样子填写。", field_name)
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        span = f"{FIRST_YEAR}年至{LAST_YEAR}年"
        raise InvalidInput(f"日期须在{span}之间，现在是{day.isoformat()}。", field_name)


def in_last_week(day: date) -> bool:
    """Whether `day` lies in 25-31 December, which the next year's notice may still change."""
    return day.month == 12 and day.day >= 25


def _by_weekday(day: date) -> DayRule:
    if day.weekday() >= _SATURDAY:
        return False, _WEEKDAYS[day.weekday()]
    return True, "工作日"


def _named(day: date, working: bool, why: str) -> DayRule:
    """A known day, with words for what its source left empty."""
    name = why.strip()
    weekend = day.weekday() >= _SATURDAY
    if working:
        if not name:
            return True, "工作日"
        return True, f"{name}（调休上班）" if weekend and "上班" not in name else name
    return False, name or (_WEEKDAYS[day.weekday()] if weekend else "放假")


def _guess(day: date) -> DayRule:
    """A day of an unpublished year: Monday to Friday work, only the days off fixed by date are off."""
    statutory = _STATUTORY.get((day.month, day.day))
    if statutory:
        return False, statutory + _GUESS
    working, why = _by_weekday(day)
    return working, why + _GUESS


def validate_year_file(data: object) -> YearFile:
    """A year file in holiday-cn form, checked; InvalidInput with a Chinese sentence when it cannot be used.

    `data` is the parsed JSON: {"year": 2027, "days": [{"name", "date", "isOffDay"}, …]}. The days lie in
    the year (at least one does) or in 20-31 December of the year before; a day twice is fine only with
    the same values.
    """
    if not isinstance(data, dict):
        raise InvalidInput("文件内容应当是一个 JSON 对象，里面有 year 和 days。")
    year = data.get("year")
    if isinstance(year, bool) or not isinstance(year, int) or not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(f"year 应当是{FIRST_YEAR}至{LAST_YEAR}之间的整数。", "year")
    days = data.get("days")
    if not isinstance(days, list):
        raise InvalidInput("days 应当是一个列表，逐日写明放假或者上班。", "days")
    if not days:
        raise InvalidInput(f"days 是空的：{year}年的放假安排还没有内容，不能导入。", "days")
    if len(days) > MAX_YEAR_FILE_DAYS:
        raise InvalidInput(f"days 有{len(days)}条，超过{MAX_YEAR_FILE_DAYS}条，不像是一年的安排。", "days")
    found: dict[date, tuple[bool, str]] = {}
    for number, item in enumerate(days, start=1):
        day, off, name = _year_file_day(item, number, year)
        if found.setdefault(day, (off, name)) != (off, name):
            raise InvalidInput(f"第{number}条：{day.isoformat()}出现了两次，内容不一样。", "days")
    if all(day.year != year for day in found):
        raise InvalidInput(f"days 里没有一天是{year}年的，不能当作{year}年的安排。", "days")
    return YearFile(year, tuple((day, *found[day]) for day in sorted(found)))


def _year_file_day(item: object, number: int, year: int) -> tuple[date, bool, str]:
    place = f"第{number}条"
    if not isinstance(item, dict):
        raise InvalidInput(f"{place}：应当写明 name、date、isOffDay 三项。", "days")
    off, name = item.get("isOffDay"), item.get("name")
    if not isinstance(off, bool):
        raise InvalidInput(f"{place}：isOffDay 应当是 true（放假）或者 false（上班）。", "days")
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME_LENGTH:
        raise InvalidInput(f"{place}：name 应当是节日名称，不超过{MAX_NAME_LENGTH}个字。", "days")
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in name):
        raise InvalidInput(f"{place}：name 里有不能显示的字符。", "days")
    day = _iso_date(item.get("date"), place)
    early = day.year == year - 1 and day.month == 12 and day.day >= 20
    if day.year != year and not early:
        raise InvalidInput(f"{place}：{day.isoformat()}不在{year}年，也不在上一年12月20日至31日。", "days")
    return day, off, name.strip()


def _iso_date(value: object, place: str) -> date:
    try:
        if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(f"{place}：date 应当写成“2026-09-30”的样子。", "days") from None
