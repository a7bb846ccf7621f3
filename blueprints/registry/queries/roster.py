"""Window shifts of an outlet (F3.2.1)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blueprints.registry.models import RosterShift, Staff, Visit, VisitStaff
from blueprints.registry.queries.visits import OPEN_STATES
from core.db import db


def shifts_between(outlet_id: int, first: date, last: date) -> list[RosterShift]:
    """Shifts of an outlet on [first, last], with the people and their certificates."""
    rows = select(RosterShift).where(
        RosterShift.outlet_id == outlet_id, RosterShift.day >= first, RosterShift.day <= last
    )
    load = selectinload(RosterShift.staff).selectinload(Staff.certificates)
    return list(db.session.scalars(rows.order_by(RosterShift.day, RosterShift.starts).options(load)))


def overlapping(staff_id: int, day: date, starts: int, ends: int) -> RosterShift | None:
    """A shift of a person on that day that overlaps [starts, ends), at whatever outlet."""
    rows = select(RosterShift).where(
        RosterShift.staff_id == staff_id,
        RosterShift.day == day,
        RosterShift.starts < ends,
        RosterShift.ends > starts,
    )
    return db.session.scalar(rows.limit(1))


def visit_then(staff_id: int, since: datetime, until: datetime) -> Visit | None:
    """An open visit of a person that overlaps [since, until)."""
    rows = (
        select(Visit)
        .join(VisitStaff, VisitStaff.visit_id == Visit.id)
        .where(
            VisitStaff.staff_id == staff_id,
            Visit.state.in_(OPEN_STATES),
            Visit.slot_from < until,
            Visit.slot_until > since,
        )
    )
    return db.session.scalar(rows.limit(1))
