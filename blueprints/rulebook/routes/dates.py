"""Dates and times as the pages of the rulebook write them."""

from __future__ import annotations

from datetime import date, datetime

from core.clock import to_local

WEEKDAYS = "一二三四五六日"


def day_words(day: date) -> str:
    """10-13 周二"""
    return f"{day:%m-%d} 周{WEEKDAYS[day.weekday()]}"


def full_day(day: date) -> str:
    """2026年10月13日（周二）"""
    return f"{day.year}年{day.month}月{day.day}日（周{WEEKDAYS[day.weekday()]}）"


def stored_time(moment: datetime) -> str:
    """2026-10-12 09:30 in Asia/Shanghai."""
    return f"{to_local(moment):%Y-%m-%d %H:%M}"
