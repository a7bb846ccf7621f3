"""Plans of a regulator with their targets."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import people_with_role, supervised_by
from blueprints.inspection.models import (
    Checklist,
    ChecklistVersion,
    Draw,
    InspectionPlan,
    PlanTarget,
    RecordSample,
    SiteCheck,
)
from blueprints.registry.models import Outlet
from core.authz import Role
from core.db import db

PAGE = 50
COUNTED = ("submitted", "approved", "closed")
Place = tuple[Organization, Outlet | None]


def plan_or_none(plan_id: int, by: User) -> InspectionPlan | None:
    """A plan of the own regulator, or None."""
    row = db.session.get(InspectionPlan, plan_id)
    return row if row is not None and row.organization_id == by.organization_id else None


def target_or_none(target_id: int, by: User) -> PlanTarget | None:
    """A target of a plan of the own regulator, or None."""
    row = db.session.get(PlanTarget, target_id)
    return row if row is not None and row.plan.organization_id == by.organization_id else None


def plans(organization_id: int, state: str = "", year: int = 0, *, after: int = 0) -> list[InspectionPlan]:
    """Plans of a regulator, the newest first, up to one more than a page."""
    rows = select(InspectionPlan).where(InspectionPlan.organization_id == organization_id)
    if state:
        rows = rows.where(InspectionPlan.state == state)
    if year:
        rows = rows.where(InspectionPlan.year == year)
    if after:
        rows = rows.where(InspectionPlan.id < after)
    return list(db.session.scalars(rows.order_by(InspectionPlan.id.desc()).limit(PAGE + 1)))


def to_approve(by: User) -> int:
    """How many plans wait for a leader of this regulator."""
    rows = select(func.count()).select_from(InspectionPlan).where(InspectionPlan.state == "submitted")
    return db.session.scalar(rows.where(InspectionPlan.organization_id == by.organization_id)) or 0


def plan_of_draw(draw_id: int) -> InspectionPlan | None:
    """The plan that took its targets from this draw."""
    rows = select(InspectionPlan).where(
        InspectionPlan.draw_id == draw_id, InspectionPlan.state != "cancelled"
    )
    return db.session.scalars(rows).first()


def done_draws(organization_id: int) -> list[Draw]:
    """Draws that are done and not taken by a plan yet, the newest first."""
    taken = select(InspectionPlan.draw_id).where(
        InspectionPlan.draw_id.is_not(None), InspectionPlan.state != "cancelled"
    )
    rows = select(Draw).where(
        Draw.organization_id == organization_id, Draw.state == "drawn", Draw.id.not_in(taken)
    )
    return list(db.session.scalars(rows.order_by(Draw.id.desc())))


def places(regulator: Organization, keys: Iterable[str]) -> dict[str, Place]:
    """Drawn ids -> the enterprise and outlet that they name (see queries.draws.frame_rows)."""
    companies = supervised_by(regulator)
    found: dict[str, Place] = {row.code: (row, None) for row in companies}
    by_id = {row.id: row for row in companies}
    wanted = [int(key[1:]) for key in keys if key[:1] == "O" and key[1:].isdecimal()]
    for outlet in db.session.scalars(select(Outlet).where(Outlet.id.in_(wanted))):
        if outlet.organization_id in by_id:
            found[f"O{outlet.id:05d}"] = (by_id[outlet.organization_id], outlet)
    return found


def outlets_of(organization_ids: Iterable[int]) -> list[Outlet]:
    """Open outlets of these enterprises, by enterprise and name."""
    rows = select(Outlet).where(Outlet.organization_id.in_(list(organization_ids)), Outlet.state == "open")
    return list(db.session.scalars(rows.order_by(Outlet.organization_id, Outlet.name)))


def plans_with(
    enterprise_id: int, organization_id: int, year: int, *, but: int | None
) -> list[InspectionPlan]:
    """Plans of the year, not urgent ones, in which an enterprise stands."""
    rows = select(InspectionPlan).where(
        InspectionPlan.organization_id == organization_id, InspectionPlan.year == year,
        InspectionPlan.state.in_(COUNTED), InspectionPlan.urgent.is_(False), InspectionPlan.id != (but or 0),
        InspectionPlan.targets.any(PlanTarget.enterprise_id == enterprise_id),
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(InspectionPlan.id)))


def approvers(organization_id: int) -> list[int]:
    """Ids of the leaders who approve plans."""
    return [person.id for person in people_with_role(organization_id, Role.REGULATOR_LEADER)]


def published_versions(organization_id: int) -> list[ChecklistVersion]:
    """Published checklists of a regulator, by name."""
    rows = select(ChecklistVersion).join(Checklist).where(
        Checklist.organization_id == organization_id, ChecklistVersion.state == "published"
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(Checklist.sector, Checklist.name)))


def checks_of(plan: InspectionPlan) -> list[SiteCheck]:
    """Checks that were opened for a plan, void ones too."""
    rows = select(SiteCheck).join(PlanTarget).where(PlanTarget.plan_id == plan.id)
    return list(db.session.scalars(rows.order_by(SiteCheck.id)))


def checked_targets(plan: InspectionPlan) -> set[int]:
    """Ids of targets with a check that counts."""
    return {check.target_id for check in checks_of(plan) if check.state != "void"}


def open_targets(organization_id: int) -> list[PlanTarget]:
    """Targets of approved plans (and of urgent ones that wait for approval), the newest plan first."""
    rows = select(PlanTarget).join(InspectionPlan).where(
        InspectionPlan.organization_id == organization_id, InspectionPlan.state.in_(("submitted", "approved"))
    )  # fmt: skip
    return list(db.session.scalars(rows.order_by(InspectionPlan.id.desc(), PlanTarget.id).limit(200)))


def samples_of(target: PlanTarget) -> list[RecordSample]:
    """Record samples that belong to a planned check."""
    rows = select(RecordSample).where(RecordSample.target.has(PlanTarget.id == target.id))
    return list(db.session.scalars(rows.order_by(RecordSample.id)))


def was_served(target: PlanTarget) -> bool:
    """Whether the 检查通知书 of a target reached the enterprise."""
    notice = target.notice
    return notice is not None and any(service.served_at is not None for service in notice.services)


def targets_of(user: User, *states: str) -> list[PlanTarget]:
    """Targets of plans in these states, with this person on the team and without a check that counts."""
    counts = (SiteCheck.target_id == PlanTarget.id, SiteCheck.state != "void")
    rows = (
        select(PlanTarget).join(InspectionPlan, InspectionPlan.id == PlanTarget.plan_id)
        .where(InspectionPlan.organization_id == user.organization_id, InspectionPlan.state.in_(states))
        .where(~select(SiteCheck.id).where(*counts).exists()).order_by(PlanTarget.id)
    )  # fmt: skip
    return [row for row in db.session.scalars(rows) if user.id in {person["id"] for person in row.team}]
