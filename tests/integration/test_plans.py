"""Plans of checks (F6.1): targets, teams, how often, approval, the notice, what a check asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.accounts.models import User
from blueprints.inspection.models import Draw, InspectionPlan, PlanTarget
from blueprints.inspection.service import planning
from core import clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.plans import Planned

pytestmark = pytest.mark.rule("F6.1")


@pytest.fixture
def planned(world: object) -> Planned:
    """The inspector's hand."""
    return Planned()


def _ready(target_id: int, login: str = "jxw-inspector") -> None:
    target, by = db.session.get_one(PlanTarget, target_id), Planned().world.user(login)
    planning.require_ready(target, by=by, now=clock.now())


def test_an_approved_plan_with_a_certified_team_may_be_carried_out(planned: Planned) -> None:
    target_id = planned.ready_target()
    _ready(target_id)
    assert planned.target(target_id).plan.number.startswith("JH")


def test_nobody_checks_before_the_leader_approved(planned: Planned) -> None:
    plan_id = planned.draft()
    target_id = planned.targeted(plan_id, planned.certified()[:2])
    with pytest.raises(RuleViolation, match="没有经过领导批准") as refused:
        _ready(target_id)
    assert refused.value.clause == "F6.1"
