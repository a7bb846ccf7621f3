"""Service commitments that can be measured: was the promise kept, and by how much (限时办结, F3.4.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from domain.deadlines import Unit, due
from domain.errors import InvalidInput
from domain.workdays import Calendar


class Sense(StrEnum):
    """WITHIN: at most so long after; AHEAD: at least so long before."""

    WITHIN = "within"
    AHEAD = "ahead"


SENSE_NAMES = {Sense.WITHIN: "不超过", Sense.AHEAD: "提前"}
UNIT_NAMES = {"minute": "分钟", "hour": "小时", "day": "天", "workday": "个工作日"}
_MINUTES = {"minute": 1, "hour": 60, "day": 24 * 60}


def promise_words(sense: str, amount: int, unit: str) -> str:
    """不超过45分钟 / 提前24小时"""
    return f"{SENSE_NAMES[Sense(sense)]}{amount}{UNIT_NAMES[unit]}"


def measured_minutes(sense: str, began: datetime, done: datetime) -> int:
    """Whole minutes from call to arrival, or from notice to event; InvalidInput where negative."""
    first, last = (began, done) if Sense(sense) is Sense.WITHIN else (done, began)
    minutes = int((last - first) / timedelta(minutes=1))
    if minutes < 0:
        word = "完成时间早于开始时间。" if Sense(sense) is Sense.WITHIN else "通知时间晚于事件开始的时间。"
        raise InvalidInput(word, "done_at")
    return minutes


def kept(
    sense: str, amount: int, unit: str, *, minutes: int, began: date, done: date, calendar: Calendar
) -> bool:
    """Whether the promise was kept. `began` and `done` are days of Asia/Shanghai, used for workdays only."""
    if unit == "workday":
        if Sense(sense) is Sense.WITHIN:
            return done <= due(began, amount, Unit.WORKDAY, calendar).due
        return due(done, amount, Unit.WORKDAY, calendar).due <= began
    limit = amount * _MINUTES[unit]
    return minutes <= limit if Sense(sense) is Sense.WITHIN else minutes >= limit


def duration_words(minutes: int) -> str:
    """95 -> 1小时35分钟; 3000 -> 2天2小时"""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "天"), (hours, "小时"), (left if not days else 0, "分钟")]
    return "".join(f"{n}{word}" for n, word in parts if n) or "0分钟"
