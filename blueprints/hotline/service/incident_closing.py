"""Closing an incident closes its calls: in batches, each case with its own record, as often as it takes.

The work is what is left to do: open attached cases that name nothing but the outage. So it can be killed at
any moment and taken up again, and doing it twice changes nothing (ADR 0024).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from blueprints.accounts.models import User
from blueprints.complaints.labels import storable
from blueprints.complaints.models import Case
from blueprints.complaints.service.incident_closing import BATCH, Batch
from blueprints.hotline.models import Incident
from blueprints.hotline.queries.incident_cases import left_open, to_close
from blueprints.hotline.service.incidents import path, record
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from core.jobs import Outcome, Work
from domain.errors import RuleViolation
from domain.workdays import Calendar


def _count(*where: ColumnElement[bool]) -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(*where)) or 0


def close_cases(work: Work, *, incident_id: int) -> Outcome:
    """The job: batch by batch, each in a transaction of its own."""
    calendar = load_calendar()
    by = db.session.get(User, work.user_id)
    if by is None or not by.active:
        raise RuleViolation("您的账号已经停用。", None, "请有权批准的人在停供事件页面上继续结案。")
    total, done = _count(*to_close(incident_id)), 0
    db.session.remove()
    work.progress(0, total)
    while closed := close_batch(incident_id, work.user_id, calendar):
        done += closed
        db.session.remove()
        work.progress(done, max(total, done))
    left = _count(left_open(incident_id))
    incident = _finish(incident_id, work.user_id, left)
    kept = f"，{left} 件留下另行办理" if left else ""
    links = [{"label": "停供事件", "url": path(incident)}]
    return Outcome(f"随事件结案 {incident.closed_cases} 件{kept}。", {"links": links})


def close_batch(incident_id: int, user_id: int, calendar: Calendar) -> int:
    """Close up to five hundred, for good; how many. 0: there is nothing left to do."""
    with transaction():
        incident, by = db.session.get_one(Incident, incident_id), db.session.get_one(User, user_id)
        return close_some(incident, by=by, now=clock.now(), calendar=calendar)


def close_some(incident: Incident, *, by: User, now: datetime, calendar: Calendar) -> int:
    """Close up to five hundred in the caller's transaction; how many."""
    if incident.state != "closing":
        return 0
    wanted = select(Case.id).where(*to_close(incident.id)).order_by(Case.id).limit(BATCH)
    ids = db.session.scalars(wanted).all()
    if not ids:
        return 0
    facts = {
        "incident": incident.number, "restored_at": storable(incident.restored_at),
        "text": incident.closing_text,
    }  # fmt: skip
    closed = Batch(by, now, calendar).close(ids, facts)
    incident.closed_cases += len(closed)
    return len(closed)


def _finish(incident_id: int, user_id: int, left: int) -> Incident:
    with transaction():
        incident, by = db.session.get_one(Incident, incident_id), db.session.get_one(User, user_id)
        finish(incident, left, by=by, now=clock.now())
    return incident


def finish(incident: Incident, left: int, *, by: User, now: datetime) -> None:
    """The incident is closed, once nothing is left to close."""
    if incident.state != "closing":
        return
    incident.state, incident.closed_at = "closed", now
    closed = incident.closed_cases
    changes = {"state": ["closing", "closed"], "cases": [None, closed], "left": [None, left]}
    record("closed", incident, by, now, changes)
