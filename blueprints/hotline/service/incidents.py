"""停供事件: opened, kept up to date by approved updates, cancelled; its closing begins here (ADR 0024)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import people_with_role
from blueprints.duty.models import DutyPerson, DutyShift
from blueprints.hotline.models import Incident, IncidentUpdate
from blueprints.hotline.service.incident_tellings import prepare
from blueprints.registry.models import Commitment
from blueprints.rulebook.service import ruleset_for
from core import audit
from core.authz import Permission, Role
from core.clock import to_local
from core.db import db
from core.inbox import tell
from core.jobs import Job, enqueue
from core.sequences import next_number
from domain.commitments import Sense
from domain.errors import InvalidInput, RuleViolation

OPEN_STATES = ("announced", "open")
CLOSING_JOB = "incident_closing"
APPROVERS = (Role.REGULATOR_SUPERVISOR, Role.REGULATOR_LEADER, Role.ENTERPRISE_LEADER)
HOURS = {"minute": 1 / 60, "hour": 1.0, "day": 24.0, "workday": 24.0}
LEAST_REASON = 5


@dataclass(frozen=True)
class Given:
    """What is written down when an incident is opened; moments are aware UTC."""

    kind: str
    title: str
    areas: Sequence[str]
    began_at: datetime
    script: str
    estimated_at: datetime | None = None
    cause: str = ""
    announced_at: datetime | None = None
    late_reason: str = ""


@dataclass(frozen=True)
class Draft:
    """A new estimate, cause or script; with `restored_at` the closing text."""

    script: str
    estimated_at: datetime | None = None
    cause: str = ""
    reason: str = ""
    restored_at: datetime | None = None


def promised_hours(enterprise: Organization) -> tuple[int, str]:
    """Notice that is owed ahead of a planned outage, in hours, and where that stands: the enterprise's own
    commitment (提前 …停…), or the local setting."""
    rows = select(Commitment).where(
        Commitment.organization_id == enterprise.id, Commitment.active, Commitment.sense == Sense.AHEAD.value,
        or_(Commitment.name.contains("停"), Commitment.name.contains("计划检修")),
    )  # fmt: skip
    found = [(round(row.amount * HOURS[row.unit]), row.name) for row in db.session.scalars(rows)]
    if found:
        hours, name = max(found)
        return hours, f"服务承诺“{name}”"
    return ruleset_for(enterprise).number("planned_outage_notice_hours"), "本单位设定"


def notice_late(incident: Incident) -> bool:
    """Whether a planned one was announced later than was promised."""
    if incident.kind != "planned" or incident.announced_at is None or incident.notice_hours is None:
        return False
    return incident.began_at - incident.announced_at < timedelta(hours=incident.notice_hours)


def works_on(incident: Incident, by: User) -> bool:
    """Whoever opened it and the enterprise concerned keep it; a regulator reads those of its enterprises."""
    return by.organization_id in (incident.organization_id, incident.enterprise_id)


def _check(given: Given, hours: int, now: datetime) -> None:
    if given.kind == "sudden" and given.began_at > now:
        raise InvalidInput("突发的停供不能晚于现在开始；还没有开始的请选计划停供。", "began_at")
    if given.estimated_at is not None and given.estimated_at <= given.began_at:
        raise InvalidInput("预计恢复时间须晚于开始时间。", "estimated_at")
    if given.kind != "planned":
        return
    if given.announced_at is None or given.announced_at > now:
        raise InvalidInput("请填写已经告知用户的时间，不能晚于现在。", "announced_at")
    short = given.began_at - given.announced_at < timedelta(hours=hours)
    if short and len(given.late_reason.strip()) < LEAST_REASON:
        raise InvalidInput(f"提前告知不足 {hours} 小时，请写明原因（不少于 5 个字）。", "late_reason")


def begin(enterprise: Organization, given: Given, *, by: User, now: datetime) -> Incident:
    """Open an incident with its first script, which waits for approval. Errors: InvalidInput by field."""
    organization = by.organization
    if organization is None:
        raise InvalidInput("只有主管部门或经营单位的人员可以建立停供事件。")
    hours = promised_hours(enterprise)[0] if given.kind == "planned" else None
    _check(given, hours or 0, now)
    if not given.areas:
        raise InvalidInput("请选择或填写停供的范围。", "place")
    year = to_local(now).year
    sequence = next_number(f"incident:{organization.id}", year)
    incident = Incident(
        organization_id=organization.id, enterprise_id=enterprise.id, year=year, sequence=sequence,
        number=f"停{organization.code.upper()}{year}-{sequence:03d}"[:32], kind=given.kind,
        state="announced" if given.kind == "planned" and given.began_at > now else "open",
        title=given.title, areas=list(given.areas), began_at=given.began_at, announced_at=given.announced_at,
        notice_hours=hours, late_reason=given.late_reason.strip(), made_by_id=by.id, made_at=now,
    )  # fmt: skip
    db.session.add(incident)
    db.session.flush()
    changes = {"title": [None, given.title], "kind": [None, given.kind], "state": [None, incident.state]}
    record("open", incident, by, now, changes)
    draft(incident, Draft(given.script, given.estimated_at, given.cause), by=by, now=now)
    return incident


def record(verb: str, incident: Incident, by: User, now: datetime, changes: dict[str, Any]) -> None:
    """An entry of the log about an incident."""
    subject = audit.Subject("incident", incident.id, incident.number)
    audit.record(f"incident.{verb}", subject=subject, by=by, now=now, changes=changes)


def path(incident: Incident) -> str:
    """Its page."""
    return f"/incidents/{incident.id}"


def _require_open(incident: Incident) -> None:
    if incident.state not in OPEN_STATES:
        raise RuleViolation("停供事件已经结束。", None, "新的停供请另建一个停供事件。")


def waiting(incident: Incident) -> IncidentUpdate | None:
    """The update that waits for approval."""
    return next((row for row in incident.updates if row.state == "drafted"), None)


def approved(incident: Incident) -> list[IncidentUpdate]:
    """Approved updates, the latest last."""
    return [row for row in incident.updates if row.state == "approved"]


def draft(incident: Incident, given: Draft, *, by: User, now: datetime) -> IncidentUpdate:
    """Write a new estimate, cause, script or the closing text down; it counts once approved."""
    _require_open(incident)
    if waiting(incident) is not None:
        raise RuleViolation("已经有一份待批准的更新。", None, "请先批准或者退回那一份。")
    if given.restored_at is not None and not incident.began_at <= given.restored_at <= now:
        raise InvalidInput("恢复时间须在开始之后、现在之前。", "restored_at")
    if given.estimated_at is not None and given.estimated_at <= incident.began_at:
        raise InvalidInput("预计恢复时间须晚于开始时间。", "estimated_at")
    number = max((row.number for row in incident.updates), default=0) + 1
    row = IncidentUpdate(
        incident_id=incident.id, number=number, state="drafted", drafted_by_id=by.id, drafted_at=now,
        **vars(given),
    )  # fmt: skip
    incident.updates.append(row)
    db.session.flush()
    record("draft", incident, by, now, {"update": [None, number], "script": [None, given.script]})
    people = people_with_role(by.organization_id, *APPROVERS)
    what = "结案告知" if given.restored_at else "更新"
    text = f"{incident.number}《{incident.title}》第 {number} 次{what}待批准。"
    tell({p.id for p in people} - {by.id}, text, link=path(incident), now=now)
    return row


def other_approvers(by: User, now: datetime) -> list[User]:
    """Who else could approve now: of the people on duty, where this hour has a roster, else of all."""
    able = [p for p in people_with_role(by.organization_id, *APPROVERS) if p.id != by.id]
    shift = select(DutyShift.id, DutyShift.leader_id).where(
        DutyShift.organization_id == by.organization_id, DutyShift.begins_at <= now, DutyShift.ends_at > now
    )
    shifts = db.session.execute(shift).all()
    if not shifts:
        return able
    on = select(DutyPerson.user_id).where(DutyPerson.shift_id.in_([row.id for row in shifts]))
    there = set(db.session.scalars(on)) | {row.leader_id for row in shifts}
    return [p for p in able if p.id in there]


def _require_other(update: IncidentUpdate, remark: str, by: User, now: datetime) -> None:
    """Nobody approves the own draft, unless nobody else is there who could: then with a reason."""
    if update.drafted_by_id != by.id:
        return
    others = other_approvers(by, now)
    if others:
        names = "、".join(p.name for p in others[:3])
        raise RuleViolation("自己起草的不能自己批准。", None, f"请{names}批准。")
    if len(remark.strip()) < LEAST_REASON:
        message = "当班没有别人可以批准；自己批准自己起草的，请写明理由（不少于 5 个字）。"
        raise InvalidInput(message, "remark")


def decide(update: IncidentUpdate, approve: bool, remark: str, *, by: User, now: datetime) -> Job | None:
    """批准或退回. Approved, it stands on the incident and a text waits for every attached caller; the closing
    text begins the closing, whose job is returned."""
    incident = update.incident
    _require_open(incident)
    if update.state != "drafted":
        raise RuleViolation("这份更新已经有人处理。", None, "请刷新页面再看。")
    if approve:
        _require_other(update, remark, by, now)
    elif len(remark.strip()) < LEAST_REASON:
        raise InvalidInput("退回请写明理由（不少于 5 个字）。", "remark")
    update.state = "approved" if approve else "rejected"
    update.decided_by_id, update.decided_at, update.remark = by.id, now, remark.strip()
    verb = "approve" if approve else "reject"
    record(verb, incident, by, now, {"update": [None, update.number], "remark": [None, update.remark]})
    words = "已批准" if approve else f"被退回：{update.remark}"
    text = f"{incident.number}第 {update.number} 次更新{words}。"
    tell({update.drafted_by_id} - {by.id}, text, link=path(incident), now=now)
    return _put_into_force(incident, update, by, now) if approve else None


def _put_into_force(incident: Incident, update: IncidentUpdate, by: User, now: datetime) -> Job | None:
    if update.restored_at is None:
        incident.estimated_at, incident.cause = update.estimated_at, update.cause
        incident.script = update.script
    db.session.flush()
    prepare(update, now=now)
    if update.restored_at is None:
        return None
    incident.restored_at, incident.closing_text = update.restored_at, update.script
    incident.state, incident.closed_by_id = "closing", by.id
    record("close", incident, by, now, {"state": ["open", "closing"]})
    return ask_to_close(incident, by=by, now=now)


def ask_to_close(incident: Incident, *, by: User, now: datetime) -> Job:
    """Begin, or go on with, closing the attached cases in the background."""
    if incident.state != "closing":
        raise RuleViolation("停供事件不在结案中。", None, "先批准结案告知。")
    title = f"{incident.number}随事件结案"
    return enqueue(CLOSING_JOB, title, {"incident_id": incident.id}, user_id=by.id, now=now)


def start(incident: Incident, *, by: User, now: datetime) -> None:
    """A planned outage has begun."""
    if incident.state != "announced":
        raise RuleViolation("这个停供事件已经开始。", None, "请刷新页面再看。")
    incident.state = "open"
    record("start", incident, by, now, {"state": ["announced", "open"]})


def cancel(incident: Incident, reason: str, *, by: User, now: datetime) -> None:
    """A planned outage does not take place; the reason is told."""
    if incident.state != "announced":
        raise RuleViolation("只有还没有开始的计划停供可以取消。", None, "已经开始的，恢复供应后结案。")
    if len(reason.strip()) < LEAST_REASON:
        raise InvalidInput("请写明取消的原因（不少于 5 个字）。", "reason")
    if incident.calls:
        raise RuleViolation(
            f"已经有 {incident.calls} 件来电并入。", None, "请先把它们移出，或者登记恢复供应后结案。"
        )
    incident.state, incident.closing_text, incident.closed_at = "cancelled", reason.strip(), now
    incident.closed_by_id = by.id
    record("cancel", incident, by, now, {"state": ["announced", "cancelled"], "reason": [None, reason]})


def may_edit(incident: Incident, by: User) -> bool:
    """Whether this person writes updates of it."""
    return Permission.INCIDENT_EDIT in by.permissions and works_on(incident, by)
