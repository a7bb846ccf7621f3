"""Alarms: one, those that run, a list with how long each took, and the figures over it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, exists, func, select
from sqlalchemy.orm import joinedload

from blueprints.accounts import queries_reach as reach
from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case, CaseAccess
from blueprints.complaints.queries_access import scopes_of
from blueprints.hotline.models import EmergencyAlarm
from blueprints.knowledge.models import KnowledgeItem
from core.clocks import Clock
from core.db import db

PAGE = 50  # alarms of one page of the list
TAKEOVER = "takeover"
RUNNING = ("raised", "taken", "arrived")
A = EmergencyAlarm
_RAISED = joinedload(A.raised_by).lazyload(User.grants)
_PAGE = (joinedload(A.case).joinedload(Case.complainants), joinedload(A.organization), _RAISED)
_CLOCK = and_(Clock.subject_type == "case", Clock.subject_id == A.case_id, Clock.obligation == TAKEOVER)


def alarm_or_none(alarm_id: int, by: User) -> EmergencyAlarm | None:
    """An alarm of the own enterprise, or of an enterprise that the regulator supervises."""
    found = db.session.get(EmergencyAlarm, alarm_id, options=_PAGE)
    if found is None or by.organization_id is None:
        return None
    mine = (found.organization_id, found.case.regulator_id, found.case.receiving_org_id)
    near = by.organization_id in mine or found.organization_id in reach.reached(by)
    return found if near else None


def alarm_of_case(case_id: int) -> EmergencyAlarm | None:
    """The alarm by which a case was raised."""
    return db.session.scalar(select(A).where(A.case_id == case_id))


def clock_of(alarm: EmergencyAlarm, by: User) -> tuple[Clock | None, bool]:
    """(the minutes until somebody takes over, whether this person sees the case)."""
    sees = exists().where(CaseAccess.case_id == alarm.case_id, CaseAccess.scope.in_(scopes_of(by)))
    mine = select(Clock, sees).where(Clock.subject_type == "case", Clock.subject_id == alarm.case_id)
    row = db.session.execute(mine.where(Clock.obligation == TAKEOVER).order_by(Clock.id.desc())).first()
    return (row[0], bool(row[1])) if row else (None, False)


def running() -> list[EmergencyAlarm]:
    """Alarms of everybody that are not ended yet, the newest first: there are never many."""
    rows = select(A).options(joinedload(A.case), joinedload(A.organization)).where(A.state.in_(RUNNING))
    return list(db.session.scalars(rows.order_by(A.id.desc())))


def running_of(by: User) -> list[EmergencyAlarm]:
    """Those that this person may see."""
    found = running()
    seen = reach.reached(by) if found else []
    return [alarm for alarm in found if alarm.organization_id in seen]


def not_taken(now: datetime) -> list[tuple[EmergencyAlarm, Clock]]:
    """Alarms past their minutes that nobody has taken over."""
    rows = select(A, Clock).join(Clock, _CLOCK).where(
        A.state == "raised", Clock.state == "open", Clock.due_at <= now
    )  # fmt: skip
    return [(alarm, clock) for alarm, clock in db.session.execute(rows.order_by(A.id))]


def _narrowed(rows: Select[Any], organization_ids: Iterable[int], filters: Mapping[str, str]) -> Select[Any]:
    rows = rows.where(A.organization_id.in_(list(organization_ids)))
    if filters.get("kind"):
        rows = rows.where(A.kind == filters["kind"])
    if filters.get("state"):
        rows = rows.where(A.state == filters["state"])
    return rows


def listed(organization_ids: Iterable[int], filters: Mapping[str, str], before: int = 0) -> list[Row[Any]]:
    """Lines of the list, the newest first, one more than a page."""
    columns = (
        A.id, A.kind, A.state, A.raised_at, A.taken_name, A.taken_at, A.arrived_at, A.ended_at, A.urged,
        Case.number, Case.place, Organization.short_name, Organization.name, Clock.due_at,
        Clock.state.label("clock_state"), Clock.amount,
    )  # fmt: skip
    rows: Any = select(*columns).join(Case, Case.id == A.case_id)
    rows = rows.join(Organization, Organization.id == A.organization_id).outerjoin(Clock, _CLOCK)
    rows = _narrowed(rows, organization_ids, filters)
    if before:
        rows = rows.where(A.id < before)
    return list(db.session.execute(rows.order_by(A.id.desc()).limit(PAGE + 1)))


@dataclass(frozen=True)
class Figures:
    """How many alarms, and how soon somebody took over; false alarms that nobody took are in neither."""

    alarms: int
    in_time: int
    late: int
    waiting: int

    @property
    def counted(self) -> int:
        """Alarms that were, or should have been, taken over."""
        return self.in_time + self.late


def figures(organization_ids: Iterable[int], filters: Mapping[str, str], now: datetime) -> Figures:
    """Figures over what the list shows. Not taken over in time and still waiting counts as late."""
    overdue = and_(Clock.state == "open", Clock.due_at <= now)
    columns = (
        func.count(A.id),
        func.count(A.id).filter(Clock.state == "met"),
        func.count(A.id).filter((Clock.state == "late") | overdue),
        func.count(A.id).filter(A.state == "raised"),
    )
    counted: Any = select(*columns).select_from(A).outerjoin(Clock, _CLOCK)
    rows = _narrowed(counted, organization_ids, filters)
    return Figures(*db.session.execute(rows).one())


def script_of(kind: str, enterprise: Organization, regulator_id: int | None) -> list[str]:
    """The published safety script for this danger: the enterprise's own, else its regulator's; empty where
    there is none."""
    owners = [enterprise.id, *([regulator_id] if regulator_id else [])]
    rows = select(KnowledgeItem).where(
        KnowledgeItem.organization_id.in_(owners), KnowledgeItem.kind == "safety",
        KnowledgeItem.emergency == kind, KnowledgeItem.published > 0, KnowledgeItem.active,
    )  # fmt: skip
    found = [
        row for row in db.session.scalars(rows.order_by(KnowledgeItem.id.desc()))
        if not row.sectors or set(row.sectors) & set(enterprise.sectors)
    ]  # fmt: skip
    own = sorted(found, key=lambda row: row.organization_id != enterprise.id)
    return [line.strip() for line in own[0].text.splitlines() if line.strip()] if own else []
