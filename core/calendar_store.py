"""The working-day calendar: published arrangements, imported years and overrides, with their sources."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypedDict
from uuid import uuid4

import chinese_calendar
from flask import current_app
from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from core import audit
from core.db import Base, UTCDateTime, db
from core.events import publish
from core.locks import lock_name
from domain.errors import InvalidInput
from domain.workdays import FIRST_YEAR, Calendar, DayStatus, YearFile, check_day, validate_year_file

PACKAGED_YEARS = frozenset(range(2004, 2027))
WEEKDAYS = "一二三四五六日"
SINGLE = "single"
MAX_NAME, MAX_SOURCE = 50, 200


class CalendarDay(Base):
    """A day as a document has it. `layer`: the year whose file lists it, or `single` for a declared day,
    which wins over every file."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    layer: Mapped[str] = mapped_column(String(8), primary_key=True)
    off: Mapped[bool]
    name: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(200))
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


TOKEN = select(CalendarRevision.__table__.c.token).where(CalendarRevision.__table__.c.id == 1)


class StoredDay(NamedTuple):
    """A row of CalendarDay, free of any session."""

    day: date
    layer: str
    off: bool
    name: str
    source: str
    changed_at: datetime
    changed_by: str


class StoredYear(NamedTuple):
    """A row of CalendarYear, free of any session."""

    year: int
    source: str
    days: int
    imported_at: datetime
    imported_by: str


class _Read(NamedTuple):
    """Everything stored, as this process read it under one token."""

    token: str
    calendar: Calendar
    days: tuple[StoredDay, ...]
    years: tuple[StoredYear, ...]


class MovedCase(TypedDict):
    """A case whose open deadline moved: its number, the old and the new due day (ISO)."""

    case: str
    old: str
    new: str


@dataclass(frozen=True)
class CalendarChanged:
    """Published after an import or an override, in the same transaction.

    Subscribers recompute their open deadlines and add each one that moved to `changed`.
    """

    now: datetime
    reason: str
    changed: list[MovedCase] = field(default_factory=list)


@dataclass(frozen=True)
class YearImport:
    """Result of an import: the year, the number of days in its file, the cases whose deadlines moved."""

    year: int
    days: int
    changed: list[MovedCase]


@dataclass(frozen=True)
class DayChange:
    """A day before and after a change that is only being looked at."""

    before: DayStatus
    after: DayStatus


@dataclass(frozen=True)
class YearPreview:
    """What an import would do: the checked file, the calendar as it would be, the days that would change
    between working and off, and the listed days that a single declared day overrules."""

    file: YearFile
    calendar: Calendar
    changes: tuple[DayChange, ...]
    overruled: tuple[date, ...]


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


def packaged_calendar() -> Calendar:
    """The calendar without anything imported or declared."""
    return _calendar_of((), frozenset())


def load_calendar() -> Calendar:
    """The calendar as it stands: one statement a transaction, and read anew when its token has changed."""
    return _stored().calendar


def overrides() -> tuple[StoredDay, ...]:
    """Every day that is stored, in order. Costs what `load_calendar` costs."""
    return _stored().days


def imported_years() -> tuple[StoredYear, ...]:
    """Every imported year, in order. Costs what `load_calendar` costs."""
    return _stored().years


def _stored() -> _Read:
    session = db.session()
    known: tuple[object, _Read] | None = session.info.get("calendar")
    if known is not None and known[0] is session.get_transaction():
        return known[1]
    token = db.session.scalar(TOKEN) or ""
    cached: _Read | None = current_app.extensions.get("calendar")
    if cached is None or cached.token != token:
        cached = current_app.extensions["calendar"] = _read(token)
    session.info["calendar"] = (session.get_transaction(), cached)
    return cached


def _read(token: str) -> _Read:
    day, year = CalendarDay, CalendarYear
    days = db.session.execute(
        select(day.day, day.layer, day.off, day.name, day.source, day.changed_at, day.changed_by)
    )
    years = db.session.execute(
        select(year.year, year.source, year.days, year.imported_at, year.imported_by).order_by(year.year)
    )
    held = tuple(StoredDay(*row) for row in days.all())
    imported = tuple(StoredYear(*row) for row in years.all())
    calendar = _calendar_of(held, frozenset(row.year for row in imported))
    return _Read(token, calendar, tuple(sorted(held)), imported)


def _calendar_of(days: Iterable[StoredDay], imported: frozenset[int]) -> Calendar:
    """A later year's file wins over an earlier one (its notice is the newer), a single day over both."""
    rows = sorted(days, key=lambda row: (row.layer == SINGLE, row.layer))
    return Calendar(
        published=PACKAGED_YEARS | imported,
        overrides={row.day: (not row.off, row.name) for row in rows},
        base=packaged_day,
        imported=imported,
    )


def published_years() -> frozenset[int]:
    """Years whose arrangement is known."""
    return load_calendar().published


def _touch() -> None:
    row = db.session.get(CalendarRevision, 1)
    if row is None:
        row = CalendarRevision(id=1)
        db.session.add(row)
    row.token = uuid4().hex
    db.session.flush()
    db.session().info.pop("calendar", None)


def _file_days(file: YearFile, source: str, by: str, now: datetime) -> list[StoredDay]:
    layer = str(file.year)
    return [StoredDay(day, layer, off, name, source, now, by) for day, off, name in file.days]


def _words(text: str, field_name: str, ask: str, longest: int) -> str:
    """`text` stripped; InvalidInput when it is empty, too long or holds characters that cannot be stored."""
    text = " ".join(text.split())
    if not text or len(text) > longest:
        raise InvalidInput(f"{ask}，不超过{longest}个字。", field_name)
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise InvalidInput("含有不能显示的字符，请删去后再保存。", field_name)
    return text


def _check_source(source: str) -> str:
    return _words(source, "source", "请填写依据，例如国务院办公厅通知的文号", MAX_SOURCE)


def preview_year(data: object) -> YearPreview:
    """What `import_year` would change, without storing anything. Errors as there."""
    file = validate_year_file(data)
    old, layer = load_calendar(), str(file.year)
    stored = overrides()
    rows = [row for row in stored if row.layer != layer]
    rows += _file_days(file, "", "", datetime.min.replace(tzinfo=UTC))
    new = _calendar_of(rows, frozenset(row.year for row in imported_years()) | {file.year})
    first = max(date(file.year - 1, 12, 20), date(FIRST_YEAR, 1, 1))
    span = (first + timedelta(days=step) for step in range((date(file.year, 12, 31) - first).days + 1))
    pairs = (DayChange(old.status(day), new.status(day)) for day in span)
    single = {row.day: not row.off for row in stored if row.layer == SINGLE}
    overruled = tuple(day for day, off, _ in file.days if single.get(day, not off) == off)
    changes = tuple(pair for pair in pairs if pair.before.working != pair.after.working)
    return YearPreview(file, new, changes, overruled)


def import_year(data: object, *, source: str, by: audit.Actor, now: datetime) -> YearImport:
    """Take in one year in the JSON form of the public data set.

    Importing a year again replaces what its earlier file said; single declared days stay. Open deadlines
    follow through `CalendarChanged`. Errors: InvalidInput for a file that cannot be trusted (an empty one
    above all) or without its source.
    """
    source = _check_source(source)
    file = validate_year_file(data)
    lock_name("calendar")
    db.session.execute(delete(CalendarDay).where(CalendarDay.layer == str(file.year)))
    db.session.add_all(
        CalendarDay(**row._asdict()) for row in _file_days(file, source, by.audit_name, now)
    )
    before = db.session.get(CalendarYear, file.year)
    old = None if before is None else before.source
    year = CalendarYear(year=file.year, source=source, days=len(file.days))
    year.imported_at, year.imported_by = now, by.audit_name
    db.session.merge(year)
    _touch()
    subject = audit.Subject("calendar", file.year, f"{file.year}年")
    days = {day.isoformat(): "休" if off else "班" for day, off, _ in file.days}
    changes = {"days": [None, days], "source": [old, source]}
    audit.record("calendar.import", subject=subject, by=by, now=now, changes=changes)
    event = CalendarChanged(now, f"录入{file.year}年放假安排（{source}）")
    publish(event)
    return YearImport(file.year, len(file.days), event.changed)


def set_override(
    day: date, *, off: bool, name: str, source: str, by: audit.Actor, now: datetime
) -> list[MovedCase]:
    """Declare one day off or working, with the document that says so; returns the cases that moved.

    InvalidInput without name or source, and for a day that is firmly so already.
    """
    check_day(day, "day")
    name = _words(name, "name", "请填写名称，例如“国庆节”或“调休上班”", MAX_NAME)
    source = _check_source(source)
    lock_name("calendar")
    status = load_calendar().status(day)
    old = db.session.get(CalendarDay, (day, SINGLE))
    if status.working != off and not status.provisional and old is None:
        raise InvalidInput(f"{day.isoformat()}本来就{_word(off)}，不需要调整。", "day")
    if old is not None and (old.off, old.name, old.source) == (off, name, source):
        raise InvalidInput("和现在的调整一样，不需要保存。", "day")
    before = None if old is None else _word(old.off)
    row = CalendarDay(day=day, layer=SINGLE, off=off, name=name, source=source)
    row.changed_at, row.changed_by = now, by.audit_name
    db.session.merge(row)
    changes = {"day": [before, _word(off)], "name": [None, name], "source": [None, source]}
    return _day_changed("calendar.override", day, f"{_word(off)}（{source}）", changes, by, now)


def remove_override(day: date, *, reason: str, by: audit.Actor, now: datetime) -> list[MovedCase]:
    """Take a single declared day back; returns the cases that moved. InvalidInput when there is none."""
    lock_name("calendar")
    row = db.session.get(CalendarDay, (day, SINGLE))
    if row is None:
        raise InvalidInput(f"{day.isoformat()}没有单日调整。", "day")
    reason = _words(reason, "reason", "请写明撤销的理由", MAX_SOURCE)
    changes = {"day": [_word(row.off), None], "source": [row.source, None], "reason": [None, reason]}
    db.session.delete(row)
    return _day_changed("calendar.override.remove", day, f"撤销单日调整（{reason}）", changes, by, now)


def _word(off: bool) -> str:
    return "休息" if off else "上班"


def _day_changed(
    action: str, day: date, what: str, changes: dict[str, list[str | None]], by: audit.Actor, now: datetime
) -> list[MovedCase]:
    _touch()
    subject = audit.Subject("calendar", day.year, day.isoformat())
    audit.record(action, subject=subject, by=by, now=now, changes=changes)
    event = CalendarChanged(now, f"{day.isoformat()}：{what}")
    publish(event)
    return event.changed
