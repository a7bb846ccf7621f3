"""What of the hotline a shift hands over: emergencies and incidents that are not ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import supervised_by
from blueprints.duty.service import OpenItem
from blueprints.hotline.models import EMERGENCIES, Incident
from blueprints.hotline.queries.emergencies import running
from blueprints.hotline.service.emergencies import STATES, minutes_between, path_of
from core.db import db
from core.wording import moment_words

MOST = 50


def open_emergencies(organization: Organization, now: datetime) -> list[OpenItem]:
    """Alarms of the enterprise (of the enterprises that a regulator supervises)."""
    places = supervised_by(organization) if organization.is_regulator else [organization]
    mine = {place.id for place in places}
    return [
        OpenItem(
            "险情",
            f"{alarm.case.number} {EMERGENCIES[alarm.kind]}（{STATES[alarm.state]}）",
            path_of(alarm),
            f"报险 {minutes_between(alarm.raised_at, now)} 分钟",
        )
        for alarm in running()
        if alarm.organization_id in mine
    ]


def open_incidents(organization: Organization, now: datetime) -> list[OpenItem]:
    """Incidents that are announced, open or closing."""
    mine = or_(Incident.organization_id == organization.id, Incident.enterprise_id == organization.id)
    rows = select(Incident).where(mine, Incident.state.in_(("announced", "open", "closing")))
    return [
        OpenItem(
            "停供事件",
            f"{row.number} {row.title}",
            f"/incidents/{row.id}",
            f"预计恢复 {moment_words(row.estimated_at)}" if row.estimated_at else "还没有预计恢复时间",
        )
        for row in db.session.scalars(rows.order_by(Incident.id.desc()).limit(MOST))
    ]
