"""Alarms for tests: raised through the service by a named person."""

from __future__ import annotations

from blueprints.hotline.models import EmergencyAlarm
from blueprints.hotline.service import emergencies as service
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from tests.factories.world import World


def alarm(who: str = "rq-dispatcher", enterprise: str = "rq", kind: str = "leak") -> int:
    """Id of a new alarm."""
    world = World()
    world.org(enterprise)
    with transaction():
        place, by = world.org(enterprise), world.user(who)
        return service.raise_alarm(place, kind, by=by, now=clock.now(), calendar=load_calendar()).id


def fill_emergencies() -> dict[str, int | str]:
    """A running alarm of the gas company."""
    made = alarm()
    case_id = db.session.get_one(EmergencyAlarm, made).case_id
    db.session.rollback()
    return {"alarm_id": made, "alarm_case_id": case_id}
