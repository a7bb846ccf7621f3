"""The working-day calendar: published arrangements, imported years and overrides, with their sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from uuid import uuid4

import chinese_calendar
from flask import current_app
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core import audit
from core.db import Base, UTCDateTime, db
from core.events import publish
from domain.errors import InvalidInput
from domain.workdays import Calendar, validate_year_file

PACKAGED_YEARS = frozenset(range(2004, 2027))
WEEKDAYS = "一二三四五六日"


class CalendarDay(Base):
    """A day that differs from the packaged arrangement or comes from an imported year."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    off: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
    year_file: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_by: Mapped[str] = mapped_column(String(64))


class CalendarYear(Base):
    """A year whose arrangement has been imported."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200))
    days: Mapped[int]
    imported_at: Mapped[datetime] = mapped_column(UTCDateTime)
    imported_by: Mapped[str] = mapped_column(String(64))


class CalendarRevision(Base):
    """One row: a new token with each change, so that processes know when to read the calendar anew."""

    __tablename__ = "calendar_revision"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), default="")


@dataclass(frozen=True)
class CalendarChanged:
    """Published after an import or an override, in the same transaction."""

    now: datetime
    reason: str


@lru_cache(maxsize=8192)
def packaged_day(day: date) -> tuple[bool, str]:
    """(is working, why) by the State Council arrangements 2004 to 2026."""
    holiday, name = chinese_calendar.get_holiday_detail(day)
    label = ""
    if name is not None:
        label = next((h.chinese for h in chinese_calendar.Holiday if h.value == name), str(name))
    if holiday:
        return False, label or f"周{WEEKDAYS[day.weekday()]}"
    return True, f"{label}调休上班" if label and day.weekday() >= 5 else "工作日"


def load_calendar() -> Calendar:
    """The calendar as it stands; read anew only when its token has changed (one statement otherwise)."""
    token = db.session.scalar(select(CalendarRevision.token).where(CalendarRevision.id == 1)) or ""
    cached = current_app.extensions.get("calendar")
    if cached is not None and cached[0] == token:
        calendar: Calendar = cached[1]
        return calendar
    calendar = _read_calendar()
    current_app.extensions["calendar"] = (token, calendar)
    return calendar


def _read_calendar() -> Calendar:
    days = db.session.execute(select(CalendarDay.day, CalendarDay.off, CalendarDay.name))
    overrides: Mapping[date, tuple[bool, str]] = {row.day: (not row.off, row.name) for row in days}
    return Calendar(published=published_years(), overrides=overrides, base=_base_day)


def _base_day(day: date) -> tuple[bool, str]:
    """Days of a published year: the packaged arrangement, or Monday to Friday for an imported year."""
    if day.year in PACKAGED_YEARS:
        return packaged_day(day)
    working = day.weekday() < 5
    return working, "工作日" if working else f"周{WEEKDAYS[day.weekday()]}"


def published_years() -> frozenset[int]:
    """Years whose arrangement is known."""
    return PACKAGED_YEARS | frozenset(db.session.scalars(select(CalendarYear.year)))


def _touch() -> None:
    row = db.session.get(CalendarRevision, 1)
    if row is None:
        row = CalendarRevision(id=1)
        db.session.add(row)
    row.token = uuid4().hex
    db.session.flush()


def import_year(data: object, *, source: str, by: audit.Actor, now: datetime) -> tuple[int, int]:
    """Take in one year in the JSON form of the public data set; returns (year, number of days).

    Importing a year again replaces what its earlier file said. Open deadlines follow through
    `CalendarChanged`. Errors: InvalidInput for a file that cannot be trusted (an empty one above all).
    """
    if not source.strip():
        raise InvalidInput("请填写依据，例如国务院办公厅通知的文号。", "source")
    file = validate_year_file(data)
    db.session.execute(delete(CalendarDay).where(CalendarDay.year_file == file.year))
    for day, off, name in file.days:
        row = CalendarDay(day=day, off=off, name=name, source=source, year_file=file.year)
        row.changed_at, row.changed_by = now, by.audit_name
        db.session.merge(row)
    year = CalendarYear(year=file.year, source=source, days=len(file.days))
    year.imported_at, year.imported_by = now, by.audit_name
    db.session.merge(year)
    _touch()
    subject = audit.Subject("calendar", file.year, f"{file.year}年")
    changes = {"days": [None, len(file.days)], "source": [None, source]}
    audit.record("calendar.import", subject=subject, by=by, now=now, changes=changes)
    publish(CalendarChanged(now, f"录入{file.year}年放假安排（{source}）"))
    return file.year, len(file.days)


def set_override(day: date, *, off: bool, name: str, source: str, by: audit.Actor, now: datetime) -> None:
    """Declare one day off or working, with the document that says so."""
    if not source.strip():
        raise InvalidInput("请填写依据文号。", "source")
    old = db.session.get(CalendarDay, day)
    before = None if old is None else ("休" if old.off else "班")
    row = CalendarDay(day=day, off=off, name=name, source=source, year_file=None)
    row.changed_at, row.changed_by = now, by.audit_name
    db.session.merge(row)
    _touch()
    subject = audit.Subject("calendar", day.year, day.isoformat())
    changes = {day.isoformat(): [before, "休" if off else "班"], "source": [None, source]}
    audit.record("calendar.override", subject=subject, by=by, now=now, changes=changes)
    publish(CalendarChanged(now, f"{day.isoformat()}调整为{'休息' if off else '上班'}（{source}）"))


def overrides() -> list[CalendarDay]:
    """Every day that is stored, in order."""
    return list(db.session.scalars(select(CalendarDay).order_by(CalendarDay.day)))


def imported_years() -> list[CalendarYear]:
    """Every imported year, in order."""
    return list(db.session.scalars(select(CalendarYear).order_by(CalendarYear.year)))

