"""What the bench says of this hour: who is on duty, what has to be handed over, which emergencies run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.duty import queries as duty
from blueprints.hotline.models import EMERGENCIES
from blueprints.hotline.queries import emergencies
from blueprints.hotline.service.emergencies import STATES, minutes_between, path_of

MOST = 5


def duty_view(by: User, now: datetime) -> dict[str, Any]:
    """Context of home/duty_now.html."""
    own = by.organization_id or 0
    shift = duty.on_duty(own, now)
    mine = shift is not None and by.id in {shift.leader_id, *(p.user_id for p in shift.people)}
    running = emergencies.running_of(by)
    return {
        "on_duty": duty.shift_words(shift) if shift else "",
        "mine": mine,
        "give_url": url_for("duty.give_handover", duty_shift_id=shift.id) if shift and mine else "",
        "waiting": [f"/duty/handovers/{row.id}" for row in duty.waiting_to_be_taken(own, by.id)],
        "alarms": [
            {
                "url": path_of(alarm),
                "kind": EMERGENCIES[alarm.kind],
                "number": alarm.case.number,
                "where": alarm.organization.short_name or alarm.organization.name,
                "state": STATES[alarm.state],
                "urgent": alarm.state == "raised",
                "minutes": minutes_between(alarm.raised_at, now),
            }
            for alarm in running[:MOST]
        ],
        "more": max(0, len(running) - MOST),
    }
