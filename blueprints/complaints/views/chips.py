"""Time in words, one meaning everywhere: left, today, overdue; amber within three workdays, red when late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from blueprints.complaints.labels import day_words
from core.clock import end_of_day, local_date, to_local
from core.clocks import Clock
from domain.deadlines import remaining
from domain.workdays import Calendar

SOON = 3
NONE = {"text": "无期限", "tone": "none", "provisional": False}


def due_chip(
    due_on: date | None, due_at: datetime | None, provisional: bool, *, now: datetime, calendar: Calendar
) -> dict[str, Any]:
    """Chip of a running limit: {"text", "tone", "provisional"}."""
    if due_on is None or due_at is None:
        return dict(NONE)
    left = remaining(local_date(now), due_on, calendar)
    if now >= due_at:
        text, tone = (f"逾期 {-left} 个工作日" if left < 0 else "已逾期"), "overdue"
    elif left == 0 and due_on == local_date(now):
        text, tone = _today(due_on, due_at), "soon"
    else:
        text, tone = f"剩 {left} 个工作日 · {day_words(due_on)}", "soon" if left <= SOON else "ok"
    return {"text": text, "tone": tone, "provisional": provisional}


def _today(due_on: date, due_at: datetime) -> str:
    return "今日到期" if due_at == end_of_day(due_on) else f"今日 {to_local(due_at):%H:%M} 到期"


def chip_class(chip: dict[str, Any]) -> str:
    """Ready-made class of a chip in a list row."""
    return f"chip chip-{chip['tone']}" + (" is-provisional" if chip["provisional"] else "")


ENDINGS = {"met": ("按时", "done"), "late": ("超时", "overdue"), "void": ("不再计", "none")}


def clock_chip(clock: Clock, *, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """Chip of one clock, running or ended."""
    if clock.state == "open":
        return due_chip(clock.due_on, clock.due_at, clock.provisional, now=now, calendar=calendar)
    word, tone = ENDINGS[clock.state]
    when = f" · {day_words(local_date(clock.ended_at))}" if clock.ended_at else ""
    return {"text": word + when, "tone": tone, "provisional": False}
