"""Cleaning what stands in a cell: text, numbers that are names, phone numbers, dates in every spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from core.clock import SHANGHAI
from domain.errors import InvalidInput

Cell: TypeAlias = str | float | bool | datetime | date | time | None

EMPTY = frozenset(
    {"", "-", "--", "---", "－", "－－", "—", "——", "–", "/", "\\", "\\N", "NULL", "null", "None", "nan"}
    | {"NaN", "N/A", "#N/A", "#VALUE!", "#REF!", "#NAME?", "（空）", "(空)", "undefined"}
)
NOBODY = frozenset({"无", "匿名", "匿名用户", "匿名网友", "保密", "不详", "未知", "不愿透露", "不提供"})
_INVISIBLE = (
    (0x0000, 0x0008), (0x000E, 0x001F), (0x007F, 0x0084), (0x0086, 0x009F), (0x00AD, 0x00AD),
    (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x180B, 0x180E), (0x200B, 0x200F),
    (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xD800, 0xDFFF), (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0xE0000, 0xE0FFF),
)  # fmt: skip
_SPACES = (0x09, 0x0B, 0x0C, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000)
_CLEANING: dict[int, str | None] = {
    code: None for first, last in _INVISIBLE for code in range(first, last + 1)
}
_CLEANING |= dict.fromkeys(_SPACES, " ")
_BREAKS = re.compile(r" *(?:_x000D_)?(?:\r\n?|[\n\x85\u2028\u2029]) *|_x000D_")
_FLOAT_TAIL = re.compile(r"\d+\.0+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d{1,2}")


def text(value: Cell) -> str:
    """The cell as clean text without invisible characters and padding; whole numbers without `.0`."""
    if isinstance(value, str):
        clean = value.strip() if value.isprintable() and "_x" not in value else _cleaned(value)
        if clean[:1] == "'" and clean[1:2] in ("=", "+", "-", "@", "\t", "'"):
            clean = clean[1:].strip()
        return "" if clean in EMPTY else clean
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float | int):
        return str(int(value)) if abs(value) < 1e16 and value == int(value) else repr(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    return value.isoformat()


def _cleaned(value: str) -> str:
    return _BREAKS.sub("\n", value.translate(_CLEANING)).strip()


def line(value: Cell) -> str:
    """As `text`, on one line."""
    return " ".join(text(value).split())


def narrow(value: Cell) -> str:
    """As `line`, with full-width letters, digits and signs made narrow."""
    return unicodedata.normalize("NFKC", line(value)).strip()


def identifier(value: Cell) -> str:
    """A number that names something (工单编号). Errors: InvalidInput where Excel has spoilt it."""
    if isinstance(value, float | int) and not isinstance(value, bool) and abs(value) >= 1e15:
        raise InvalidInput("超过 15 位的编号被存成了数字，末尾几位已丢失；请把这一列改成文本后重新导出。")
    found = narrow(value)
    if _SCIENTIFIC.fullmatch(found):
        raise InvalidInput(f"编号“{found}”被存成了科学计数；请把这一列改成文本后重新导出。")
    return found.split(".")[0] if _FLOAT_TAIL.fullmatch(found) else found


def as_written(value: Cell) -> str:
    """A cell as it came, as text: spelling errors and all, so that a person can mend it."""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return text(value)


# ---- phone numbers -----------------------------------------------------------------------------------------

_PHONE_SPLIT = re.compile(r"[/、,;，；|\n]|\s(?=1[3-9]\d{9}\b)|或")
_EXTENSION = re.compile(r"(?:转|ext\.?|#)\s*\d{1,6}$", re.I)
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}[2-9]\d{6,7}|[2-9]\d{6,7}|[48]00\d{7}|1\d{4}|9\d{4,5}|\+\d{8,15}")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:10|2\d|[3-9]\d{2})[2-9]\d{6,7}")


@dataclass(frozen=True)
class Phone:
    """A phone number in digits; `masked` when the sender hid some of them; `others` that stood beside it."""

    number: str = ""
    masked: bool = False
    others: tuple[str, ...] = ()


def phone(value: Cell) -> Phone:
    """The phone number of a cell, digits only. Errors: InvalidInput for what is none."""
    found = narrow(value)
    if not found or found in NOBODY:
        return Phone()
    if _SCIENTIFIC.fullmatch(found):
        raise InvalidInput(f"“{found}”被存成了科学计数；请把这一列改成文本后重新导出。")
    parts = [part for part in map(_digits, _PHONE_SPLIT.split(found)) if part]
    good = [part for part in parts if _PHONE.fullmatch(part)]
    if not good and len(parts) == 1 and isinstance(value, float | int) and _LANDLINE.fullmatch(parts[0]):
        good = ["0" + parts[0]]
    if good:
        return Phone(good[0], others=tuple(dict.fromkeys(p for p in good[1:] if p != good[0])))
    if "*" in found and re.fullmatch(r"[\d*+() -]{5,24}", found):
        return Phone(found.replace(" ", ""), masked=True)
    raise InvalidInput(f"“{found[:30]}”不是有效的电话号码。")


def _digits(part: str) -> str:
    bare = re.sub(r"[\s()\-‐‑‒–—.·:]", "", _EXTENSION.sub("", part.strip()))
    bare = re.sub(r"^(?:电话|手机|联系电话|tel)+", "", bare, flags=re.I)
    return re.sub(r"^(?:\+86|0086|86(?=1\d{10}$))", "", bare)


# ---- dates -------------------------------------------------------------------------------------------------

FIRST_YEAR, LAST_YEAR = 2000, 2099
_SERIAL_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?\s*[T,]?\s*(.*)", re.S)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\s*T?(\d{2})(\d{2})(\d{2})?)?")
_TIME = re.compile(
    r"(凌晨|早上|上午|中午|下午|晚上|AM|PM)?\s*(\d{1,2})\s*[:时点]\s*(?:(\d{1,2})\s*[:分]?\s*)?"
    r"(?:(\d{1,2})(?:\.\d{1,9})?\s*秒?\s*)?(AM|PM)?\s*(Z|[+-]\d{2}:?\d{2})?",
    re.I,
)
_WEEKDAY = re.compile(r"[(\[]?(?:星期|周)[一二三四五六日天][)\]]?")
_BAD_MOMENT = "“{}”不是能识别的时间，请写成“2026-10-12 09:30”的样子。"


def moment(value: Cell) -> datetime | None:
    """A moment in Asia/Shanghai (00:00 where only a day is given), None when empty.

    Reads real dates, Excel serials, 20261012, 2026/10/12 9:30, 2026年10月12日 9时30分. Errors: InvalidInput.
    """
    if isinstance(value, datetime):
        found = value if value.tzinfo else value.replace(tzinfo=SHANGHAI)
        return _plausible(found + timedelta(microseconds=500_000), value).replace(microsecond=0)
    if isinstance(value, date):
        return _plausible(datetime(value.year, value.month, value.day, tzinfo=SHANGHAI), value)
    shown = narrow(value)
    if not shown:
        return None
    try:
        parsed = _parsed(shown)
    except (ValueError, OverflowError):
        parsed = None
    if parsed is None:
        raise InvalidInput(_BAD_MOMENT.format(shown[:30]))
    return _plausible(parsed, shown)


def _plausible(found: datetime, shown: Any) -> datetime:
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidInput(f"“{str(shown)[:30]}”不在 {FIRST_YEAR} 年至 {LAST_YEAR} 年之间。")
    return found


def _parsed(shown: str) -> datetime | None:
    number = shown.split(".")[0] if _FLOAT_TAIL.fullmatch(shown) else shown
    if compact := _COMPACT.fullmatch(number):
        year, month, day, hour, minute, second = (int(part) for part in compact.groups(default="0"))
        return datetime(year, month, day, hour, minute, second, tzinfo=SHANGHAI)
    if re.fullmatch(r"\d{5}(?:\.\d+)?", number):
        at = _SERIAL_ZERO + timedelta(seconds=round(float(number) * 86400))
        return at.replace(tzinfo=SHANGHAI)  # the serial is a clock on the wall
    dated = _DATE.fullmatch(_WEEKDAY.sub(" ", shown))
    if dated is None:
        return None
    year, month, day = (int(part) for part in dated.groups()[:3])
    return _with_time(datetime(year, month, day, tzinfo=SHANGHAI), dated[4].strip())


def _with_time(day: datetime, rest: str) -> datetime | None:
    if not rest:
        return day
    timed = _TIME.fullmatch(rest)
    if timed is None:
        return None
    before, hour, minute, second, after, zone = timed.groups()
    half, hours = (before or after or "").upper(), int(hour)
    if half in ("下午", "晚上", "PM", "中午") and hours < 12 and not (half == "中午" and hours == 11):
        hours += 12
    elif half in ("AM", "凌晨", "上午") and hours == 12:
        hours = 0
    at = day.replace(hour=hours, minute=int(minute or 0), second=int(second or 0))
    if zone is None:
        return at
    if zone.upper() == "Z":
        return at.replace(tzinfo=UTC).astimezone(SHANGHAI)
    return datetime.fromisoformat(f"{at:%Y-%m-%dT%H:%M:%S}{zone[:3]}:{zone[-2:]}").astimezone(SHANGHAI)
