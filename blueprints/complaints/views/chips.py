"""Chips of cases: the ready-made class of one in a list, and what became of a clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from core.clock import local_date
from core.clocks import Clock
from core.wording import day_words, due_chip
from domain.workdays import Calendar


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
