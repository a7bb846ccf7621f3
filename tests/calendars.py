"""Calendars for tests of the pure rules: the packaged State Council arrangements, or plain ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import chinese_calendar

from domain.workdays import Calendar

PACKAGED_YEARS = frozenset(range(2004, 2027))


def packaged_base(day: date) -> tuple[bool, str]:
    """(working, holiday name or "") by chinesecalendar."""
    off, name = chinese_calendar.get_holiday_detail(day)
    return not off, chinese_calendar.Holiday(name).chinese if name else ""


def packaged_calendar(
    overrides: Mapping[date, tuple[bool, str]] | None = None,
    *,
    extra_years: frozenset[int] = frozenset(),
    imported: frozenset[int] = frozenset(),
) -> Calendar:
    """2004-2026 by chinesecalendar, with `overrides` over it and `extra_years` published beside it."""
    return Calendar(PACKAGED_YEARS | extra_years, overrides or {}, packaged_base, imported)
