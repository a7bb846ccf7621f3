"""Limits of a case in words: which rule or law, which one governs and why, how the day was counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for

from blueprints.complaints.models import Case
from blueprints.complaints.views.chips import clock_chip
from blueprints.duty.queries import NOBODY_ON_DUTY, on_duty_words
from core.clock import to_local
from core.clocks import Clock, ClockChange
from core.wording import WEEKDAYS, day_words, moment_words
from domain.deadlines import Unit
from domain.workdays import Calendar

UNITS = {"workday": "个工作日", "day": "天", "hour": "小时", "minute": "分钟"}
SOURCES = {"ruleset": "制度", "local": "本单位设定", "law": "法律法规", "order": "本件另定"}


def clocks_view(
    case: Case, clocks: list[Clock], changes: Iterable[ClockChange], *, now: datetime, calendar: Calendar
) -> list[dict[str, Any]]:
    """All limits: running ones first, the earliest on top, then the ended ones."""
    running = [c for c in clocks if c.state == "open"]
    moved: dict[int, list[str]] = {}
    for change in changes:
        moved.setdefault(change.clock_id, []).append(change_words(change))
    ordered = running + [c for c in clocks if c.state != "open"]
    return [
        _clock(case, c, moved.get(c.id, []), governs(c, running), now=now, calendar=calendar) for c in ordered
    ]


def governs(clock: Clock, running: list[Clock]) -> str:
    """Why this clock governs; empty when another one does. The earliest day is the strictest."""
    if not running or clock is not running[0]:
        return ""
    same = [c for c in running if c.obligation == clock.obligation and c is not clock]
    if same:
        others = "、".join(f"{c.name} {day_words(c.due_on)}" for c in same)
        return f"同一件事还有：{others}；最早的管。"
    if len(running) > 1:
        return f"在办的 {len(running)} 项时限里它最早，以它为准。"
    return "现在只有这一项时限。"


def _clock(
    case: Case, clock: Clock, moved: list[str], why: str, *, now: datetime, calendar: Calendar
) -> dict[str, Any]:
    chip = clock_chip(clock, now=now, calendar=calendar)
    chip["label"] = clock.name
    chip["url"] = url_for("complaints.why_due", case_id=case.id, clock_id=clock.id)
    return {
        "chip": chip,
        "clause": clock.clause or None,
        "local": clock.basis if clock.source == "local" else None,
        "basis": f"{SOURCES[clock.source]}：{clock.basis}" if clock.source == "order" and clock.basis else "",
        "law": clock.source == "law",
        "amount": f"{clock.amount} {UNITS[clock.unit]}",
        "why": why,
        "moved": moved,
    }


def change_words(change: ClockChange) -> str:
    """10-13 改为 10-15（暂定转为确定）：批准延期 2 个工作日"""
    if change.old_due_on == change.new_due_on:
        return f"{moment_words(change.at)}：日期不变，暂定状态有变化。{change.reason}"
    old, new = f"{change.old_due_on:%m-%d}", f"{change.new_due_on:%m-%d}"
    return f"{moment_words(change.at)}：{old} 改为 {new}。{change.reason}"


def _short(day: date) -> str:
    return f"{day:%m-%d} 周{WEEKDAYS[day.weekday()]}"


def day_strip(clock: Clock) -> list[dict[str, Any]]:
    """Each day from receipt to due day: counted with its number, or skipped and why."""
    facts = clock.counted
    if facts.get("absolute") or Unit(facts.get("unit") or Unit.WORKDAY).by_clock:
        return []
    received = date.fromisoformat(facts["received"])
    skipped = {date.fromisoformat(s["date"]): s["why"] for s in facts["skipped"]}
    numbers = {date.fromisoformat(d): n for n, d in enumerate(facts["counted"], start=1)}
    last = date.fromisoformat(facts["due"])
    days: list[dict[str, Any]] = [{"date": _short(received), "kind": "receipt"}]
    day = received
    while day < last and len(days) < 400:
        day += timedelta(days=1)
        if day in numbers:
            weekend = "调休上班" if facts.get("unit") == "workday" and day.weekday() > 4 else None
            kind = "due" if day == last else "counted"
            days.append({"date": _short(day), "kind": kind, "n": numbers[day], "why": weekend})
        else:
            days.append({"date": _short(day), "kind": "skipped", "why": skipped.get(day, "")})
    return days


def _sentence(clock: Clock, facts: dict[str, Any]) -> str:
    start, due = to_local(clock.started_at), clock.due_on
    end = f"{to_local(clock.due_at):%Y年%m月%d日 %H:%M}"
    if facts.get("absolute"):
        return f"来件单位派单时写明的时限，到 {end} 止；不由本平台推算，只有来件单位同意延期才会改。"
    if Unit(facts.get("unit") or Unit.WORKDAY).by_clock:
        begin = f"{start:%Y年%m月%d日 %H:%M}"
        if facts.get("duty"):
            return _duty_sentence(clock, facts, begin, end)
        return f"从 {begin} 起连续计 {clock.amount} {UNITS[clock.unit]}，到 {end} 止。"
    return (
        f"{start:%Y年%m月%d日}起算，当日不计、次日为第 1 日，满 {clock.amount} {UNITS[clock.unit]}为"
        f" {due:%Y年%m月%d日}（周{WEEKDAYS[due.weekday()]}），当日 24:00 后为逾期。"
    )


def _duty_sentence(clock: Clock, facts: dict[str, Any], begin: str, end: str) -> str:
    """Which hours counted: those of the roster as it stood at the receipt."""
    spans = [[moment_words(datetime.fromisoformat(at)) for at in span] for span in facts["duty"]]
    after = facts.get("after")
    rest = (
        f"值班表排到 {moment_words(datetime.fromisoformat(after))}，以后的按连续计时。" if after else ""
    )
    counted = "；".join(f"{a} 至 {b}" for a, b in spans)
    return (
        f"从 {begin} 起只计值班时间，计满 {clock.amount} 小时，到 {end} 止。"
        f"计入：{counted}；其余时间没有人值班，不计。{rest}"
    )


def _on_duty_then(case: Case, clock: Clock) -> str:
    """Who is on duty when an acceptance limit in hours runs out; empty for any other limit."""
    if clock.obligation != "acceptance" or clock.unit != Unit.HOUR or clock.state != "open":
        return ""
    words = on_duty_words(case.receiving_org_id, clock.due_at)
    return f"到期时值班：{words}。" if words != NOBODY_ON_DUTY else "到期时没有排值班，请提前受理。"


def why_view(case: Case, clock: Clock, changes: Iterable[ClockChange]) -> dict[str, Any]:
    """What the page “为什么是这一天” says."""
    facts = clock.counted
    years = "、".join(str(y) for y in facts.get("missing_years", []))
    guess = f"{years} 年的放假安排还没有公布，日期暂定，公布后自动重算。"
    return {
        "name": clock.name,
        "due": day_words(clock.due_on),
        "sentence": _sentence(clock, facts),
        "clause": clock.clause or None,
        "local": clock.basis if clock.source == "local" else None,
        "source": SOURCES[clock.source],
        "basis": clock.basis if clock.source in ("law", "order") else "",
        "duty": _on_duty_then(case, clock),
        "days": day_strip(clock),
        "provisional": guess if clock.provisional else "",
        "moved": [change_words(change) for change in changes],
        "number": case.number,
    }
