"""The roster as weeks of days: holidays by name, shifts with people and phones, gaps and overlaps."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from blueprints.duty.models import DutyShift
from core.clock import end_of_day, local_midnight, to_local
from core.wording import WEEKDAYS, date_words, moment_words
from domain.rosters import gaps, overlaps
from domain.workdays import Calendar

MOST_NAMED = 6
PLAIN = frozenset({"工作日", "周六", "周日"})


def days_of(day: date, view: str) -> list[date]:
    """The week of a day from Monday, or the weeks that its month touches."""
    if view != "month":
        monday = day - timedelta(days=day.weekday())
        return [monday + timedelta(days=n) for n in range(7)]
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    start = first - timedelta(days=first.weekday())
    return [start + timedelta(days=n) for n in range((last - start).days // 7 * 7 + 7)]


def neighbours(day: date, view: str) -> tuple[date, date]:
    """A day of the week (month) before, and of the one after."""
    if view != "month":
        return day - timedelta(days=7), day + timedelta(days=7)
    first = day.replace(day=1)
    return first - timedelta(days=1), first + timedelta(days=31)


def span_words(days: Sequence[date], day: date, view: str) -> str:
    """What the page is about."""
    return (
        f"{day.year}年{day.month}月" if view == "month" else f"{date_words(days[0])}至{date_words(days[-1])}"
    )


def time_words(shift: DutyShift) -> str:
    """08:00–20:00, 20:00–次日 08:00, or with the day where it is longer."""
    begins, ends = to_local(shift.begins_at), to_local(shift.ends_at)
    nights = (ends.date() - begins.date()).days
    ahead = {0: "", 1: "次日 "}.get(nights, f"{ends:%m-%d} ")
    return f"{begins:%H:%M}–{ahead}{ends:%H:%M}"


def weeks(
    days: Sequence[date], shifts: Sequence[DutyShift], *, calendar: Calendar, now: datetime, edits: bool,
    own: bool, month: date | None,
) -> list[list[dict[str, Any]]]:  # fmt: skip
    """Rows of seven cells. `own`: people and phones are shown; else the leaders alone."""
    cells = [_cell(d, shifts, calendar, now, edits, own, month) for d in days]
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _cell(
    day: date, shifts: Sequence[DutyShift], calendar: Calendar, now: datetime, edits: bool, own: bool,
    month: date | None,
) -> dict[str, Any]:  # fmt: skip
    status, begin = calendar.status(day), local_midnight(day)
    named = "" if status.why in PLAIN else status.why.replace("（推算）", "")
    if status.working and day.weekday() > 4:
        named = f"{named}调休上班" if "调休" not in named and "补班" not in named else named
    return {
        "head": f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}",
        "rest": not status.working,
        "name": named,
        "provisional": status.provisional and bool(named),
        "today": begin <= now < end_of_day(day),
        "outside": month is not None and day.month != month.month,
        "new": url_for("duty.new_shift", day=day.isoformat()) if edits and now < end_of_day(day) else None,
        "shifts": [_slot(s, now, edits, own) for s in shifts if begin <= s.begins_at < end_of_day(day)],
    }


def _slot(shift: DutyShift, now: datetime, edits: bool, own: bool) -> dict[str, Any]:
    running, over = shift.begins_at <= now < shift.ends_at, shift.ends_at <= now
    people = [
        {"name": p.user.name, "phone": p.phone, "off": not p.user.enabled} for p in shift.people
    ] if own else []  # fmt: skip
    return {
        "name": shift.name,
        "time": time_words(shift),
        "leader": {"name": shift.leader.name, "phone": shift.leader.phone, "off": not shift.leader.enabled},
        "people": people,
        "note": shift.note if own else "",
        "running": running,
        "tone": "done" if running else "stopped" if over else "open",
        "edit": url_for("duty.edit_shift", duty_shift_id=shift.id) if edits and not over else None,
        "remove": (
            url_for("duty.remove_shift", duty_shift_id=shift.id) if edits and shift.begins_at > now else None
        ),
    }


def warnings(shifts: Sequence[DutyShift], days: Sequence[date]) -> list[dict[str, str]]:
    """Gaps and overlaps of the days shown; nothing is a gap where no shift is put in at all."""
    if not shifts:
        return []
    since, until = local_midnight(days[0]), end_of_day(days[-1])
    spans = [(s.begins_at, s.ends_at) for s in shifts]
    found = []
    for tone, words, rows in (
        ("danger", "没有人值班", gaps(spans, since, until)), ("soon", "两个班重叠", overlaps(spans)),
    ):  # fmt: skip
        if rows:
            listed = "；".join(f"{moment_words(a)} 至 {moment_words(b)}" for a, b in rows[:MOST_NAMED])
            more = f"；等 {len(rows)} 处" if len(rows) > MOST_NAMED else ""
            found.append({"tone": tone, "title": words, "text": f"{listed}{more}。"})
    return found


def slot_words(shift: DutyShift, own: bool) -> str:
    """白班（08:00–20:00）：甲 138…、乙；带班 丙 139…"""
    leader = f"带班 {shift.leader.name} {shift.leader.phone}".strip()
    people = "、".join(f"{p.user.name} {p.phone}".strip() for p in shift.people)
    return (
        f"{shift.name}（{time_words(shift)}）：{people}；{leader}"
        if own
        else f"{shift.name}（{time_words(shift)}）：{leader}"
    )
