"""Who is told what of an incident: a row for each update and caller, with the text prepared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, exists, insert, literal, select, update

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, Complainant
from blueprints.complaints.queries import OPEN_STATES
from blueprints.complaints.queries_access import visible
from blueprints.hotline.models import Incident, IncidentTelling, IncidentUpdate
from core import audit
from core.clock import to_local
from core.db import UTCDateTime, db

PREPARED, TOLD, UNREACHABLE, SUPERSEDED = "prepared", "told", "unreachable", "superseded"


def moment(at: datetime) -> str:
    """11月22日 18:30"""
    local = to_local(at)
    return f"{local.month}月{local.day}日 {local:%H:%M}"


def telling_text(incident: Incident, row: IncidentUpdate) -> str:
    """What a caller is told of an update."""
    if row.restored_at is not None:
        return f"您反映的“{incident.title}”已于{moment(row.restored_at)}恢复。{row.script}"
    until = f"预计{moment(row.estimated_at)}恢复。" if row.estimated_at else "恢复时间待定。"
    cause = f"原因：{row.cause.rstrip('。')}。" if row.cause else ""
    return f"您反映的“{incident.title}”{until}{cause}{row.script}"


def prepare(row: IncidentUpdate, *, now: datetime, case_ids: Sequence[int] | None = None) -> None:
    """A text for every open attached case (or for these): one statement, however many there are. Callers who
    left no number cannot be told."""
    if case_ids is None:
        _supersede(row)
    reachable = exists().where(Complainant.case_id == Case.id, Complainant.phone != "")
    wanted = select(
        literal(row.id), Case.id, case((reachable, PREPARED), else_=UNREACHABLE),
        literal(now, UTCDateTime()),
    ).where(Case.incident_id == row.incident_id, Case.state.in_(OPEN_STATES))  # fmt: skip
    if case_ids is not None:
        wanted = wanted.where(Case.id.in_(list(case_ids)))
    columns = ["update_id", "case_id", "state", "prepared_at"]
    db.session.execute(insert(IncidentTelling.__table__).from_select(columns, wanted))  # type: ignore[arg-type]


def _supersede(row: IncidentUpdate) -> None:
    """Nobody is rung up to hear an estimate that no longer holds."""
    earlier = select(IncidentUpdate.id).where(
        IncidentUpdate.incident_id == row.incident_id, IncidentUpdate.id != row.id
    )
    old = update(IncidentTelling).where(
        IncidentTelling.update_id.in_(earlier), IncidentTelling.state == PREPARED
    )
    db.session.execute(old.values(state=SUPERSEDED), execution_options={"synchronize_session": False})


def current(incident_id: int) -> int | None:
    """Id of the latest approved update."""
    rows = select(IncidentUpdate.id).where(
        IncidentUpdate.incident_id == incident_id, IncidentUpdate.state == "approved"
    )
    return db.session.scalar(rows.order_by(IncidentUpdate.number.desc()).limit(1))


def begin_for(case_row: Case, incident_id: int, told: bool, *, by: User, now: datetime) -> None:
    """A caller who was attached later gets the current text; told at once where the agent has read it out."""
    update_id = current(incident_id)
    if update_id is None:
        return
    known = select(IncidentTelling).where(
        IncidentTelling.update_id == update_id, IncidentTelling.case_id == case_row.id
    )
    row = db.session.scalar(known) or IncidentTelling(
        update_id=update_id, case_id=case_row.id, prepared_at=now, state=PREPARED
    )
    reachable = any(person.phone for person in case_row.complainants)
    if told:
        row.state, row.told_at, row.told_by_id = TOLD, now, by.id
    elif row.state != TOLD:
        row.state = PREPARED if reachable else UNREACHABLE
    db.session.add(row)


def mark_told(
    incident: Incident, ids: Sequence[int] | None, *, by: User, now: datetime, state: str = TOLD
) -> int:
    """These texts (all that wait, without ids) have been told, of cases that the person sees; how many."""
    updates = select(IncidentUpdate.id).where(IncidentUpdate.incident_id == incident.id)
    seen = select(Case.id).where(Case.incident_id == incident.id, visible(by))
    where = [
        IncidentTelling.update_id.in_(updates), IncidentTelling.state == PREPARED,
        IncidentTelling.case_id.in_(seen),
    ]  # fmt: skip
    if ids is not None:
        where.append(IncidentTelling.id.in_(list(ids)))
    done = update(IncidentTelling).where(*where).values(state=state, told_at=now, told_by_id=by.id)
    result: Any = db.session.execute(done, execution_options={"synchronize_session": False})
    count: int = result.rowcount
    if count:
        subject = audit.Subject("incident", incident.id, incident.number)
        audit.record("incident.told", subject=subject, by=by, now=now, changes={"cases": [None, count]})
    return count
