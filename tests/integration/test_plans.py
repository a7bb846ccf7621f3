"""Plans of checks (F6.1): targets, teams, how often, approval, the notice, what a check asks for."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.inspection.models import Draw, InspectionPlan, InspectorCertificate, PlanTarget
from blueprints.inspection.service import announcing, checking, drawing, planning
from blueprints.notices.service.composing import lacking
from blueprints.registry.models import Outlet
from core import clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.inspection import Lot
from tests.factories.plans import Planned
from tests.factories.record_samples import Sampling, cases
from tests.factories.registry_service import fill_service
from tests.factories.world import World

pytestmark = pytest.mark.rule("F6.1")


@pytest.fixture
def planned(world: World) -> Planned:
    """The inspector's hand."""
    return Planned()


@pytest.fixture
def lot(world: World) -> Lot:
    return Lot()


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


def test_an_announced_check_waits_for_the_service_of_its_notice(planned: Planned) -> None:
    plan_id = planned.draft()
    target_id = planned.targeted(plan_id, planned.certified()[:2], announced=True)
    planned.approved(plan_id)
    with pytest.raises(RuleViolation, match="通知书还没有送达"):
        _ready(target_id)


def test_who_is_not_on_the_team_does_not_check(planned: Planned) -> None:
    target_id = planned.ready_target()
    with pytest.raises(RuleViolation, match="不是这次检查的检查人员"):
        _ready(target_id, "jxw-clerk")


def test_a_check_takes_two_inspectors_with_certificates_of_the_day(planned: Planned) -> None:
    plan_id, people = planned.draft(), planned.certified()
    with pytest.raises(InvalidInput, match="至少两名"):
        planned.targeted(plan_id, people[:1])
    leader = planned.world.user("jxw-leader").id
    with pytest.raises(InvalidInput, match="没有当天有效的执法证"):
        planned.targeted(plan_id, [people[0], leader])


def test_a_certificate_that_ran_out_since_stops_the_check(planned: Planned) -> None:
    target_id = planned.ready_target()
    row = db.session.scalars(select(InspectorCertificate)).first()
    assert row is not None
    with transaction() as session:
        session.get_one(InspectorCertificate, row.id).valid_until = clock.today() - timedelta(days=1)
    with pytest.raises(InvalidInput, match="没有当天有效的执法证"):
        _ready(target_id)


def _submit(planned: Planned, plan_id: int) -> None:
    by_id = planned.by.id
    with transaction() as session:
        plan = session.get_one(InspectionPlan, plan_id)
        planning.submit(plan, by=session.get_one(User, by_id), now=clock.now())


def test_an_enterprise_is_not_planned_more_often_than_the_setting_says(planned: Planned) -> None:
    people = planned.certified()[:2]
    for _ in range(2):
        plan_id = planned.draft()
        planned.targeted(plan_id, people)
        planned.targeted(plan_id, people)  # two places of one enterprise, looked at in one go
        if _:
            with pytest.raises(RuleViolation, match="本年已列入 1 次检查") as refused:
                _submit(planned, plan_id)
            assert "综合查一次" in str(refused.value.next_step)
        else:
            _submit(planned, plan_id)


def test_an_urgent_check_goes_ahead_and_is_approved_within_the_limit(planned: Planned) -> None:
    people = planned.certified()[:2]
    first = planned.draft()
    planned.targeted(first, people)
    planned.approved(first)
    plan_id = planned.draft(urgent=True, urgent_reason="集中投诉停气")
    target_id = planned.targeted(plan_id, people)
    _submit(planned, plan_id)  # although the enterprise has been planned once
    _ready(target_id)
    plan = db.session.get_one(InspectionPlan, plan_id)
    assert plan.approve_by == plan.submitted_at + timedelta(hours=24)
    with clock.frozen(plan.approve_by + timedelta(minutes=1)), pytest.raises(RuleViolation, match="补办批准"):
        _ready(target_id)


def test_a_plan_is_approved_by_somebody_else(planned: Planned) -> None:
    plan_id = planned.draft()
    planned.targeted(plan_id, planned.certified()[:2])
    _submit(planned, plan_id)
    plan = db.session.get_one(InspectionPlan, plan_id)
    with pytest.raises(RuleViolation, match="不能批准自己的计划"):
        planning.approve(plan, "同意", by=plan.drafted_by, now=clock.now())


def _taken(planned: Planned, lot: Lot, people: tuple[int, ...], **changed: Any) -> tuple[int, int]:
    """Ids of a draw that is done and of the draft that took its targets."""
    lines: dict[str, Any] = {"kind": "enterprise", "lines": (), "quotas": {"供气": 1}, "exclusions": {}}
    draw_id = lot.drawn(**(lines | changed), inspectors=people)
    plan_id, by_id = planned.draft(), planned.by.id
    with transaction() as session:
        plan, by = session.get_one(InspectionPlan, plan_id), session.get_one(User, by_id)
        assert planning.take_draw(plan, session.get_one(Draw, draw_id), by=by, now=clock.now()) == 1
    return draw_id, plan_id


def _replace(planned: Planned, draw_id: int, name: str, key: str) -> None:
    """Somebody who was drawn is given up, as the page does it."""
    answer = planned.world.client("jxw-inspector").submit(
        f"/draws/{draw_id}/substitute", {"who": f"{name}\t{key}", "reason": "当天另有公务"}
    )
    assert answer.status_code == 303


def test_a_plan_follows_the_substitutes_of_its_draw(planned: Planned, lot: Lot) -> None:
    fill_service()
    draw_id, plan_id = _taken(planned, lot, tuple(lot.certified()))
    planned.approved(plan_id)
    team = drawing.export(lot.row(draw_id)).teams[0]
    _replace(planned, draw_id, team.name, team.current[0])
    now_on = drawing.export(lot.row(draw_id)).teams[0].current
    plan = db.session.get_one(InspectionPlan, plan_id)
    people = {person["id"] for person in plan.targets[0].team}
    assert people == {int(key[1:]) for key in now_on}
    assert set(now_on) != set(team.current)
    assert plan.state == "approved"  # the target is the one that the leader approved


def test_another_target_by_rank_is_approved_again(planned: Planned, lot: Lot) -> None:
    fill_service()
    with transaction() as session:
        company, now = planned.world.org("rq").id, clock.now()
        session.add(Outlet(organization_id=company, name="西城营业厅", address="示例路2号", created_at=now))
    draw_id, plan_id = _taken(planned, lot, tuple(lot.certified()), kind="outlet", quotas={"示例燃气公司": 1})
    planned.approved(plan_id)
    stratum = drawing.export(lot.row(draw_id)).strata[0]
    _replace(planned, draw_id, stratum.name, stratum.current[0])
    assert drawing.export(lot.row(draw_id)).strata[0].current != stratum.current
    plan = db.session.get_one(InspectionPlan, plan_id)
    assert (len(plan.targets), plan.state, plan.approved_by) == (1, "submitted", None)
    assert planned.world.client("jxw-leader").get(f"/plans/{plan_id}").text.count("批准") > 1


def test_a_draw_that_a_plan_rests_on_is_not_voided(planned: Planned, lot: Lot) -> None:
    fill_service()
    draw_id, plan_id = _taken(planned, lot, tuple(lot.certified()))
    by = db.session.get_one(User, planned.by.id)
    with pytest.raises(RuleViolation, match="用的是这次抽取") as refused:
        drawing.void(lot.row(draw_id), "抽取有误", by=by, now=clock.now())
    assert "取消那个计划" in str(refused.value.next_step)
    with transaction() as session:
        plan, by = session.get_one(InspectionPlan, plan_id), session.get_one(User, planned.by.id)
        planning.cancel(plan, "改到下一季度", by=by, now=clock.now())
        drawing.void(session.get_one(Draw, draw_id), "抽取有误", by=by, now=clock.now())
    assert lot.row(draw_id).state == "void"


def test_once_a_check_began_its_target_leads_to_it(planned: Planned) -> None:
    target_id, by_id = planned.ready_target(), planned.by.id
    with transaction() as session:
        by, target = session.get_one(User, by_id), session.get_one(PlanTarget, target_id)
        checking.open_check(target, by=by, now=clock.now())
    page = planned.world.client("jxw-inspector").get(f"/plan-targets/{target_id}").text
    assert "打开检查" in page
    assert "开始检查" not in page
    assert "修改检查人员" not in page
    target, by = db.session.get_one(PlanTarget, target_id), db.session.get_one(User, by_id)
    with pytest.raises(RuleViolation, match="已经开始检查"):
        planning.set_target(target, [1, 2], announced=False, by=by, now=clock.now())


def test_the_targets_of_a_draw_bring_their_inspectors(planned: Planned, lot: Lot) -> None:
    fill_service()
    people = tuple(lot.certified())
    _, plan_id = _taken(planned, lot, people)
    by_id = planned.by.id
    target = db.session.get_one(InspectionPlan, plan_id).targets[0]
    assert target.enterprise.code == "rq"
    assert target.drawn
    assert len(target.team) == 2
    target_id, team = target.id, {person["id"] for person in target.team}
    others = next(pair for pair in combinations(people, 2) if {*pair} != team)
    row, by = db.session.get_one(PlanTarget, target_id), db.session.get_one(User, by_id)
    with pytest.raises(RuleViolation, match="抽取产生的"):
        planning.set_target(row, others, announced=True, by=by, now=clock.now())
    with pytest.raises(RuleViolation, match="不能去掉"):
        planning.drop_target(row, by=by, now=clock.now())


@pytest.mark.rule("F6.2")
def test_the_notice_says_what_where_when_and_who(planned: Planned) -> None:
    plan_id = planned.draft()
    target_id = planned.targeted(plan_id, planned.certified()[:2], announced=True)
    planned.approved(plan_id)
    by_id = planned.by.id
    with transaction() as session:
        target = session.get_one(PlanTarget, target_id)
        made = announcing.draft(target, by=session.get_one(User, by_id), now=clock.now())
        assert lacking(made) == "还没有填写：联系电话。"  # the organization has not entered any
        assert "服务网点" in made.body
        assert "查看原始记录、现场抽样检查" in made.body
        assert [row[1] for row in made.values["check_officers"]] == ["示执00001", "示执00002"]
        assert made.addressees[0]["name"] == "示例燃气公司"
    target, by = db.session.get_one(PlanTarget, target_id), db.session.get_one(User, by_id)
    with pytest.raises(RuleViolation, match="已经有检查通知书"):
        announcing.draft(target, by=by, now=clock.now())


@pytest.mark.rule("F6.2a")
def test_a_sample_belongs_to_its_planned_check(planned: Planned) -> None:
    cases(2)
    target_id, one = planned.ready_target(), Sampling()
    sample_id = one.draft(target_id=target_id)
    page = _page(planned, f"/plan-targets/{target_id}")
    assert "第四季度诉求件抽查" in page
    assert planned.target(target_id).plan.label in _page(planned, f"/samples/{sample_id}")
    for enterprise, target in (("gd", target_id), ("rq", 999_999)):
        with pytest.raises(InvalidInput) as refused:
            one.draft(enterprise=enterprise, target_id=target)
        assert refused.value.field == "target_id"


def _page(planned: Planned, path: str) -> str:
    return str(planned.world.client("jxw-leader").get(path).get_data(as_text=True))
