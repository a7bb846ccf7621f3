"""Running limits of any subject: each knows its rule, its clause and every day it counted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from core.clock import end_of_day, local_date
from core.db import Base, UTCDateTime, db
from core.events import publish
from domain.deadlines import Unit, due, due_hours
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


def _compute(clock: Clock, calendar: Calendar) -> None:
    unit = Unit(clock.unit)
    if unit is Unit.HOUR:
        clock.due_at = due_hours(clock.started_at, clock.amount)
        clock.due_on = local_date(clock.due_at)
        clock.provisional = False
        facts = {"received": clock.started_at.isoformat(), "n": clock.amount, "unit": "hour"}
        clock.explanation = json.dumps(
            facts | {"due": clock.due_at.isoformat(), "counted": [], "skipped": [], "missing_years": []}
        )
        return
    deadline = due(local_date(clock.started_at), clock.amount, unit, calendar)
    clock.due_on = deadline.due
    clock.due_at = end_of_day(deadline.due)
    clock.provisional = deadline.provisional
    clock.explanation = json.dumps(deadline.as_json() | {"unit": unit.value}, ensure_ascii=False)


def start(subject_type: str, subject_id: int, limit: Limit, *, since: datetime, calendar: Calendar) -> Clock:
    """Start a clock at `since` (the receipt, for the limits of a case)."""
    clock = Clock(
        subject_type=subject_type,
        subject_id=subject_id,
        obligation=limit.obligation,
        name=limit.name,
        source=limit.source,
        basis=limit.basis,
        clause=limit.clause,
        amount=limit.amount,
        unit=limit.unit.value,
        started_at=since,
    )
    _compute(clock, calendar)
    db.session.add(clock)
    db.session.flush()
    return clock


def of_subject(subject_type: str, subject_id: int) -> list[Clock]:
    """All clocks of one subject, the earliest due day first."""
    rows = select(Clock).where(Clock.subject_type == subject_type, Clock.subject_id == subject_id)
    return list(db.session.scalars(rows.order_by(Clock.due_at, Clock.id)))


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
    _compute(clock, calendar)
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
