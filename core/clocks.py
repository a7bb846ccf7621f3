"""Running limits of any subject: each knows its rule, its clause and every day it counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, select
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import end_of_day, local_date
from core.db import Base, UTCDateTime, db, insert_rows
from core.events import publish
from domain.deadlines import Unit, due, due_hours, due_minutes
from domain.rosters import due_on_duty
from domain.workdays import Calendar


class Clock(Base):
    """One limit on one subject. `due_at` is the first moment at which it is overdue."""

    __tablename__ = "clock"
    __table_args__ = (
        Index("ix_clock_subject", "subject_type", "subject_id"),
        Index("ix_clock_open_due", "state", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[int]
    obligation: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(16))
    basis: Mapped[str] = mapped_column(String(128), default="")
    clause: Mapped[str] = mapped_column(String(16), default="")
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_on: Mapped[date]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    provisional: Mapped[bool] = mapped_column(default=False)
    explanation: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="open")
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def counted(self) -> dict[str, Any]:
        """The stored explanation: received, n, due, counted, skipped, provisional, missing_years."""
        parsed: dict[str, Any] = json.loads(self.explanation)
        return parsed


class ClockChange(Base):
    """An old due day that a change of the calendar, an extension or a correction replaced."""

    __tablename__ = "clock_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    clock_id: Mapped[int] = mapped_column(ForeignKey("clock.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]
    old_provisional: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(300))


@dataclass(frozen=True)
class Limit:
    """What a clock is started with. `source` is ruleset, law or order; `basis` names law or document."""

    obligation: str
    name: str
    amount: int
    unit: Unit
    source: str
    clause: str = ""
    basis: str = ""


@dataclass(frozen=True)
class ClockMoved:
    """Published when the due day or the provisional mark of an open clock changed."""

    clock: Clock
    old_due_on: date
    old_provisional: bool
    reason: str
    now: datetime


@dataclass(frozen=True)
class Reckoning:
    """When a limit runs out; `explanation` is the JSON that a clock stores."""

    due_on: date
    due_at: datetime
    provisional: bool
    explanation: str


def reckon(amount: int, unit: Unit, since: datetime, calendar: Calendar) -> Reckoning:
    """When a limit that starts at `since` runs out: the same for a whole day, unless it is in hours or
    minutes."""
    if unit.by_clock:
        due_at = due_hours(since, amount) if unit is Unit.HOUR else due_minutes(since, amount)
        facts = {"received": since.isoformat(), "n": amount, "unit": unit.value, "due": due_at.isoformat()}
        explanation = json.dumps(facts | {"counted": [], "skipped": [], "missing_years": []})
        return Reckoning(local_date(due_at), due_at, False, explanation)
    deadline = due(local_date(since), amount, unit, calendar)
    explanation = json.dumps(deadline.as_json() | {"unit": unit.value}, ensure_ascii=False)
    return Reckoning(deadline.due, end_of_day(deadline.due), deadline.provisional, explanation)


def reckon_on_duty(amount: int, since: datetime, spans: Iterable[tuple[datetime, datetime]]) -> Reckoning:
    """When `amount` hours on duty have passed since `since`; the explanation keeps the stretches that count
    as `duty`, and as `after` where the roster ends and every hour counts."""
    found = due_on_duty(since, amount, spans)
    facts = {
        "received": since.isoformat(), "n": amount, "unit": "hour", "due": found.due.isoformat(),
        "counted": [], "skipped": [], "missing_years": [],
        "duty": [[begins.isoformat(), ends.isoformat()] for begins, ends in found.counted],
        "after": found.after.isoformat() if found.after else None,
    }  # fmt: skip
    return Reckoning(local_date(found.due), found.due, False, json.dumps(facts))


def columns(
    subject_type: str, subject_id: int, limit: Limit, since: datetime, reckoning: Reckoning
) -> dict[str, Any]:
    """The columns of a new clock."""
    return {
        "subject_type": subject_type,
        "subject_id": subject_id,
        "obligation": limit.obligation,
        "name": limit.name,
        "source": limit.source,
        "basis": limit.basis,
        "clause": limit.clause,
        "amount": limit.amount,
        "unit": limit.unit.value,
        "started_at": since,
        **vars(reckoning),
    }


def start(subject_type: str, subject_id: int, limit: Limit, *, since: datetime, calendar: Calendar) -> Clock:
    """Start a clock at `since` (the receipt, for the limits of a case)."""
    reckoning = reckon(limit.amount, limit.unit, since, calendar)
    clock = Clock(**columns(subject_type, subject_id, limit, since, reckoning))
    db.session.add(clock)
    db.session.flush()
    return clock


def start_many(rows: list[dict[str, Any]]) -> None:
    """Start many clocks at once; each row as `columns` gives it."""
    insert_rows(Clock, rows)


_OF_SUBJECT = select(Clock).where(Clock.subject_type == bindparam("of"), Clock.subject_id == bindparam("id"))


def of_subject(subject_type: str, subject_id: int) -> list[Clock]:
    """All clocks of one subject as this session knows them, the earliest due day first. Every clock is
    stored when it starts, so that nothing needs to be written first."""
    with db.session.no_autoflush:
        rows = db.session.scalars(_OF_SUBJECT, {"of": subject_type, "id": subject_id}).all()
    return sorted(rows, key=lambda clock: (clock.due_at, clock.id))


def of_subjects(subject_type: str, subject_ids: Iterable[int]) -> list[Clock]:
    """Open clocks of many subjects in one statement."""
    rows = select(Clock).where(
        Clock.subject_type == subject_type, Clock.subject_id.in_(list(subject_ids)), Clock.state == "open"
    )
    return list(db.session.scalars(rows.order_by(Clock.due_at, Clock.id)))


def open_of(subject_type: str, subject_id: int, obligation: str | None = None) -> list[Clock]:
    """Open clocks of one subject (of one obligation), the strictest first."""
    rows = [c for c in of_subject(subject_type, subject_id) if c.state == "open"]
    return [c for c in rows if obligation in (None, c.obligation)]


def stop(subject_type: str, subject_id: int, obligation: str, *, at: datetime) -> list[Clock]:
    """End the open clocks of an obligation: met when `at` lies before the due moment, late otherwise."""
    ended = open_of(subject_type, subject_id, obligation)
    for clock in ended:
        clock.state = "met" if at < clock.due_at else "late"
        clock.ended_at = at
    return ended


def void(subject_type: str, subject_id: int, *, at: datetime, obligation: str | None = None) -> None:
    """End open clocks that no longer ask for anything (declined, merged, withdrawn)."""
    for clock in open_of(subject_type, subject_id, obligation):
        clock.state, clock.ended_at = "void", at


def _moved(clock: Clock, old_due: date, old_provisional: bool, reason: str, now: datetime) -> None:
    change = ClockChange(
        clock_id=clock.id, at=now, old_due_on=old_due, new_due_on=clock.due_on, reason=reason
    )
    change.old_provisional = old_provisional
    db.session.add(change)
    publish(ClockMoved(clock, old_due, old_provisional, reason, now))


def rebase(
    clock: Clock, *, calendar: Calendar, now: datetime, reason: str,
    amount: int | None = None, since: datetime | None = None,
) -> None:  # fmt: skip
    """Compute an open clock anew with another amount or start; the old due day stays in its history."""
    old_due, old_provisional = clock.due_on, clock.provisional
    clock.amount = amount or clock.amount
    clock.started_at = since or clock.started_at
    for name, value in vars(reckon(clock.amount, Unit(clock.unit), clock.started_at, calendar)).items():
        setattr(clock, name, value)
    if (clock.due_on, clock.provisional) != (old_due, old_provisional):
        _moved(clock, old_due, old_provisional, reason, now)


def recompute_open(calendar: Calendar, *, now: datetime, reason: str) -> list[tuple[Clock, date]]:
    """Compute every open day clock anew after the calendar changed; returns (clock, old due day) of those
    whose day or provisional mark moved. Ended clocks stay as they were."""
    moved = []
    rows = select(Clock).where(Clock.state == "open", Clock.unit == Unit.WORKDAY.value).order_by(Clock.id)
    for clock in db.session.scalars(rows).all():
        old_due = clock.due_on
        before = (clock.due_on, clock.provisional)
        rebase(clock, calendar=calendar, now=now, reason=reason)
        if (clock.due_on, clock.provisional) != before:
            moved.append((clock, old_due))
    return moved


def changes_of(clock_ids: Iterable[int]) -> list[ClockChange]:
    """History of the due days of these clocks, oldest first."""
    rows = select(ClockChange).where(ClockChange.clock_id.in_(list(clock_ids)))
    return list(db.session.scalars(rows.order_by(ClockChange.id)))


def set_due(clock: Clock, reckoning: Reckoning, *, now: datetime, reason: str) -> None:
    """Give an open clock an end that was not counted from its amount; the old day stays in its history."""
    old_due, old_provisional = clock.due_on, clock.provisional
    for name, value in vars(reckoning).items():
        setattr(clock, name, value)
    if (clock.due_on, clock.provisional) != (old_due, old_provisional):
        _moved(clock, old_due, old_provisional, reason, now)
