"""Calls of an incident: attached one by one through steps of cases, or many at once; set apart by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from blueprints.accounts.models import User
from blueprints.complaints.events import CaseAttached, CaseDetached, IncidentsWanted, OpenIncident
from blueprints.complaints.models import Case
from blueprints.complaints.queries_access import visible
from blueprints.complaints.service.incident_closing import BATCH, Batch
from blueprints.hotline.models import Incident, IncidentCall, IncidentTelling, IncidentUpdate
from blueprints.hotline.service.incident_tellings import TOLD, begin_for, current, moment, prepare
from blueprints.hotline.service.incidents import LEAST_REASON, OPEN_STATES, record
from core.db import db, insert_rows
from domain.errors import InvalidInput, RuleViolation
from domain.workdays import Calendar

MOST_OFFERED = 10
QUIET = {"synchronize_session": False}


def estimate_words(estimated_at: datetime | None) -> str:
    """预计11月22日 18:30恢复"""
    return f"预计{moment(estimated_at)}恢复" if estimated_at else "恢复时间待定"


def on_incidents_wanted(event: IncidentsWanted) -> None:
    """Open ones of these enterprises, as columns; the newest first."""
    rows = select(
        Incident.id, Incident.number, Incident.title, Incident.enterprise_id, Incident.areas,
        Incident.estimated_at, Incident.script,
    ).where(
        Incident.enterprise_id.in_(list(event.enterprise_ids)), Incident.state.in_(OPEN_STATES)
    )  # fmt: skip
    for row in db.session.execute(rows.order_by(Incident.id.desc()).limit(MOST_OFFERED)):
        event.found.append(
            OpenIncident(
                row.id, row.number, row.title, row.enterprise_id, "、".join(row.areas),
                estimate_words(row.estimated_at), row.script, f"/incidents/{row.id}",
            )
        )  # fmt: skip


def on_case_attached(event: CaseAttached) -> None:
    """Keep the call, count it, and prepare what its caller is told; an incident that has ended, or of another
    enterprise, is not found."""
    fitting = [
        Incident.id == event.incident_id, Incident.state.in_(OPEN_STATES),
        Incident.enterprise_id == event.case.enterprise_id,
    ]  # fmt: skip
    number = db.session.scalar(select(Incident.number).where(*fitting).with_for_update())
    if number is None:
        return
    call = {"incident_id": event.incident_id, "case_id": event.case.id, "attached_by_id": event.by.id}
    insert_rows(IncidentCall, [call | {"attached_at": event.now}])
    _count(event.incident_id, 1)
    begin_for(event.case, event.incident_id, event.told, by=event.by, now=event.now)
    event.number = number


def _count(incident_id: int, more: int) -> None:
    """Without a new version of the incident: thousands of calls come in while somebody writes an update."""
    counted = update(Incident.__table__).where(Incident.id == incident_id)  # type: ignore[arg-type]
    db.session.execute(counted.values(calls=Incident.calls + more))


def on_case_detached(event: CaseDetached) -> None:
    """The call ends; what was prepared and not told is dropped."""
    case_id, incident_id = event.case.id, event.case.incident_id
    ended = update(IncidentCall).where(
        IncidentCall.case_id == case_id, IncidentCall.incident_id == incident_id,
        IncidentCall.detached_at.is_(None),
    )  # fmt: skip
    db.session.execute(ended.values(detached_at=event.now), execution_options=QUIET)
    updates = select(IncidentUpdate.id).where(IncidentUpdate.incident_id == incident_id)
    dropped = delete(IncidentTelling).where(
        IncidentTelling.case_id == case_id,
        IncidentTelling.update_id.in_(updates),
        IncidentTelling.state != TOLD,
    )
    db.session.execute(dropped, execution_options=QUIET)
    _count(int(incident_id or 0), -1)


def attach_many(
    incident: Incident, case_ids: Sequence[int], *, by: User, now: datetime, calendar: Calendar
) -> int:
    """Attach all of these cases that the person sees and that are the enterprise's; how many. In the caller's
    transaction, a few statements for each five hundred."""
    if incident.state not in OPEN_STATES:
        raise RuleViolation("停供事件已经结束。", None, "新的停供请另建一个停供事件。")
    batch, update_id, done = Batch(by, now, calendar), current(incident.id), 0
    for first in range(0, len(case_ids), BATCH):
        some = list(case_ids[first : first + BATCH])
        mine = select(Case.id).where(
            Case.id.in_(some), Case.enterprise_id == incident.enterprise_id, visible(by)
        )
        ids = batch.attach(list(db.session.scalars(mine)), incident.id, incident.number)
        row = {"incident_id": incident.id, "attached_by_id": by.id, "attached_at": now}
        insert_rows(IncidentCall, [row | {"case_id": case_id} for case_id in ids])
        if update_id is not None and ids:
            _forget_untold(update_id, ids)
            prepare(db.session.get_one(IncidentUpdate, update_id), now=now, case_ids=ids)
        done += len(ids)
    if done:
        _count(incident.id, done)
        record("attach", incident, by, now, {"cases": [None, done]})
    return done


def _forget_untold(update_id: int, case_ids: Sequence[int]) -> None:
    """A case that was detached and is attached again keeps only one row an update."""
    again = delete(IncidentTelling).where(
        IncidentTelling.update_id == update_id, IncidentTelling.case_id.in_(list(case_ids))
    )
    db.session.execute(again, execution_options=QUIET)


def set_apart(case: Case, reason: str, *, by: User, now: datetime) -> None:
    """另行办理: the caller wants more than the supply back, so the case stays open at the end."""
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput("请写明还要单独办理什么（不少于 5 个字）。", "reason")
    call = call_of(case)
    if call is None:
        raise RuleViolation("本件没有并入停供事件。", None, "请刷新页面再看。")
    call.apart = reason.strip()
    incident = db.session.get_one(Incident, call.incident_id)
    record("apart", incident, by, now, {"case": [None, case.number], "reason": [None, call.apart]})


def call_of(case: Case) -> IncidentCall | None:
    """The call that a case is."""
    rows = select(IncidentCall).where(
        IncidentCall.case_id == case.id, IncidentCall.incident_id == case.incident_id,
        IncidentCall.detached_at.is_(None),
    )  # fmt: skip
    return db.session.scalar(rows)
