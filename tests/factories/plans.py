"""Plans of checks, through the services."""

from __future__ import annotations

import secrets
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import (
    Checklist,
    ChecklistVersion,
    InspectionPlan,
    InspectorCertificate,
    PlanTarget,
)
from blueprints.inspection.service import planning
from core import clock
from core.db import db, transaction
from domain.checklists import CheckItem, content_of, digest
from domain.checklists import Checklist as Content
from domain.score_rules import PerOccurrence
from tests.factories.inspection import Lot


def published_version(
    organization: Organization, by: User, content: Content | None = None
) -> ChecklistVersion:
    """A published checklist of two items; call it within a transaction."""
    items = tuple(
        CheckItem(code, "B1", text, PerOccurrence({"缺一项": Decimal(1)}), Decimal(5), clause="F3.1.2")
        for code, text in (("S01", "标志明显"), ("S02", "准时开门"))
    )
    data = content_of(content or Content({"B1": "服务网点"}, items))
    row = Checklist(organization_id=organization.id, name=f"示例检查表{secrets.token_hex(4)}")
    made = ChecklistVersion(number=1, state="published", content=data, sha256=digest(data))
    made.drafted_by_id, made.drafted_at, made.published_at = by.id, clock.now(), clock.now()
    row.versions.append(made)
    db.session.add(row)
    db.session.flush()
    return made


class Planned(Lot):
    """A plan of the regulator on the gas company, from its draft to a target that may be checked."""

    def facts(self, version_id: int, **changed: Any) -> planning.Facts:
        """What the plan says."""
        today = clock.today()
        given: dict[str, Any] = {
            "year": today.year, "quarter": 0, "title": "年度服务检查", "purpose": "按照年度安排检查服务工作",
            "basis": "《示例区供电供气服务与投诉监管制度》第六条", "methods": ("record", "site"),
            "version_id": version_id, "begins_on": date(today.year, 1, 1), "ends_on": date(today.year, 12, 31),
        }  # fmt: skip
        return planning.Facts(**(given | changed))

    def draft(self, content: Content | None = None, **changed: Any) -> int:  # type: ignore[override]
        """Id of a draft without targets."""
        by_id = self.by.id
        with transaction() as session:
            by = session.get_one(User, by_id)
            assert by.organization is not None
            version = published_version(by.organization, by, content)
            facts = self.facts(version.id, **changed)
            return planning.create(by.organization, facts, by=by, now=clock.now()).id

    def targeted(self, plan_id: int, people: list[int], *, announced: bool = False, code: str = "rq") -> int:
        """Id of a named target of the plan."""
        by_id, enterprise_id = self.by.id, self.world.org(code).id
        with transaction() as session:
            by, plan = session.get_one(User, by_id), session.get_one(InspectionPlan, plan_id)
            enterprise = session.get_one(Organization, enterprise_id)
            target = planning.name_target(
                plan, enterprise, None, "上年投诉较多", people, announced=announced, by=by, now=clock.now()
            )
            session.flush()
            return target.id

    def approved(self, plan_id: int) -> None:
        """Submitted by the inspector and approved by the leader."""
        by_id, leader_id = self.by.id, self.world.user("jxw-leader").id
        with transaction() as session:
            plan = session.get_one(InspectionPlan, plan_id)
            planning.submit(plan, by=session.get_one(User, by_id), now=clock.now())
            planning.approve(plan, "同意", by=session.get_one(User, leader_id), now=clock.now())

    def ready_target(self, content: Content | None = None) -> int:
        """Id of a target of an approved plan, with the inspector and the supervisor as its team; the notice
        is shown on arrival."""
        people = self.certified()[:2]
        plan_id = self.draft(content)
        target_id = self.targeted(plan_id, people)
        self.approved(plan_id)
        return target_id

    def target(self, target_id: int) -> PlanTarget:
        """The target as it is stored."""
        return db.session.get_one(PlanTarget, target_id)


def fill_plans() -> dict[str, int | str]:
    """A draft and an approved plan on the gas company, by the names that routes use; draws are there."""
    planned = Planned()
    people = [row.user_id for row in db.session.scalars(select(InspectorCertificate))][:2]
    draft = planned.draft()
    planned.targeted(draft, people)
    plan_id = planned.draft()
    target_id = planned.targeted(plan_id, people)
    planned.approved(plan_id)
    return {"plan_id": plan_id, "draft_plan": draft, "target_id": target_id}
