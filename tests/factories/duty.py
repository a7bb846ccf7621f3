"""Shifts of the day for the organizations of the world, and a handover."""

from __future__ import annotations

from datetime import datetime, timedelta

from blueprints.duty.models import DutyPerson, DutyShift, ShiftHandover
from core import clock
from core.clock import local_midnight
from core.db import db, transaction
from tests.factories.world import World


def shift(
    code: str, begins: float, ends: float, *people: str, leader: str | None = None, name: str = "白班",
    day: datetime | None = None,
) -> int:  # fmt: skip
    """A shift of an organization in hours of today (from `day`); people are logins without the code."""
    world = World()
    organization, lead = world.org(code).id, world.user(f"{code}-{leader or 'leader'}").id
    ids = [world.user(f"{code}-{login}").id for login in people]
    midnight = local_midnight(clock.local_date(day or clock.now()))
    with transaction() as session:
        row = DutyShift(
            organization_id=organization, name=name, leader_id=lead, made_by_id=lead, made_at=clock.now(),
            begins_at=midnight + timedelta(hours=begins), ends_at=midnight + timedelta(hours=ends),
            people=[DutyPerson(user_id=user_id, phone="000-80000099") for user_id in ids],
        )  # fmt: skip
        session.add(row)
        session.flush()
        return row.id


def fill_duty() -> dict[str, int | str]:
    """A roster of the gas company, and a handover from last night's shift to the one that runs."""
    night = shift("rq", -4, 8, "dispatcher", name="夜班")
    running = shift("rq", 8, 20, "handler", name="白班")
    coming = shift("rq", 20, 32, "dispatcher", name="夜班")
    shift("jxw", 8, 20, "clerk")
    organization, giver = World().org("rq").id, World().user("rq-dispatcher").id
    with transaction() as session:
        row = ShiftHandover(
            organization_id=organization, from_shift_id=night, to_shift_id=running, items=[], remark="一切正常",
            given_by_id=giver, given_at=clock.now(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        given = row.id
    db.session.rollback()
    return {"duty_shift_id": coming, "handover_id": given}
