"""Days, moments, sizes and limits as every page writes them, in Asia/Shanghai: one meaning of time
everywhere: left, today, overdue; amber within three workdays, red when late."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from core.clock import end_of_day, local_date, to_local
from domain.deadlines import remaining
from domain.workdays import Calendar

WEEKDAYS = "一二三四五六日"
SOON = 3
NONE = {"text": "无期限", "tone": "none", "provisional": False}


def day_words(day: date) -> str:
    """10月13日（周二）"""
    return f"{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def moment_words(moment: datetime) -> str:
    """10-13 周二 14:05 in Asia/Shanghai."""
    local = to_local(moment)
    return f"{local:%m-%d} 周{WEEKDAYS[local.weekday()]} {local:%H:%M}"


def date_words(day: date) -> str:
    """2026年10月12日 (GB/T 9704 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def file_size(size: int) -> str:
    """1.2 MB, 340 KB."""
    return f"{size / 1048576:.1f} MB" if size >= 1048576 else f"{max(1, round(size / 1024))} KB"


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


def behalf_words(role: str, principal: str) -> str:
    """主管部门领导，受示例领导授权: the role in which somebody acted, with whose it was."""
    return f"{role}，受{principal}授权" if principal else role
