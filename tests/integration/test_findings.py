"""Findings from checks, samples and freely; repeats; the split into order and request (F5.3, F6.2, F7.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.inspection.models import Finding, Rectification, SiteCheck
from blueprints.inspection.queries import findings as queries
from blueprints.inspection.service import finding_sources, findings
from blueprints.inspection.service.findings import Said
from core import clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.findings import Rectifying, earlier_of, proof
from tests.factories.record_samples import cases


@pytest.fixture
def one(app: Flask) -> Rectifying:
    """The regulator of the gas company."""
    return Rectifying()


@pytest.mark.rule("F6.2b")
def test_deviations_of_a_signed_check_become_findings_with_their_photos(one: Rectifying) -> None:
    ids = one.of_check(one.check())
    found = [one.finding(id) for id in ids]
    assert [(f.title, f.facts, f.clause, f.basis_kind) for f in found] == [
        ("标志统一明显", "门头标志被树木遮挡", "F3.1.2", "system"),
        ("停气提前公告", "两次计划停气没有提前公告", "", "statute"),
    ]
    assert [f.number for f in found] == ["JXW-问题-2026-0001", "JXW-问题-2026-0002"]
    assert [[file.name for file in f.files] for f in found] == [["门头.txt"], []]
    assert {f.source for f in found} == {"item"}


@pytest.mark.rule("F6.2b")
def test_nothing_comes_from_a_check_that_is_not_signed_and_nothing_twice(one: Rectifying) -> None:
    check_id = one.check()
    one.of_check(check_id)
    with pytest.raises(RuleViolation, match="已经登记过"):
        one.of_check(check_id)
    with transaction() as session:
        session.get_one(SiteCheck, check_id).state = "open"
    with pytest.raises(RuleViolation, match="没有签字"):
        finding_sources.of_check(db.session.get_one(SiteCheck, check_id))


@pytest.mark.rule("F6.2a")
def test_all_deviations_of_a_sample_with_one_action(one: Rectifying) -> None:
    cases(4)
    client, sample_id = one.world.client("jxw-inspector"), one.sample()
    page = client.get(f"/samples/{sample_id}/findings").get_data(as_text=True)
    assert "受理后一小时内回应" in page
    assert "没有回应的录音" in page
    answer = client.submit(
        f"/samples/{sample_id}/findings",
        {"outlet_id": "", "take_0": "y", "title_0": "受理后一小时内回应", "facts_0": "一件没有回应", "clause_0": "F4.1",
         "basis_kind_0": "system", "severity_0": "general", "department_0": "营业厅"},
    )  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)
    one.world.fresh()
    row = db.session.scalars(select(Finding)).one()
    assert (row.source, row.sample_id, row.clause, row.item) == ("sample", sample_id, "F4.1", "C1")
    assert "没有需要登记的不符合项" in client.get(f"/samples/{sample_id}/findings").get_data(as_text=True)


@pytest.mark.rule("F5.3")
def test_fixed_on_the_spot_is_closed_with_its_evidence_and_counted(one: Rectifying) -> None:
    with pytest.raises(InvalidInput, match="改正后"):
        one.free(fixed=True)
    assert db.session.scalar(select(func.count()).select_from(Finding)) == 0
    row = one.finding(one.free(fixed=True, uploads=[proof()]))
    assert (row.state, row.closed_reason, row.fixed_on_spot) == ("closed", "当场改正", True)
    page = one.world.client("jxw-leader").get("/findings/statistics").get_data(as_text=True)
    assert "当场改正" in page


@pytest.mark.rule("F5.3")
def test_a_repeat_is_looked_for_within_two_years_and_linked_when_confirmed(one: Rectifying) -> None:
    old = one.free("system", found_on=date(2024, 10, 1))
    recent = one.free("system", found_on=date(2025, 10, 1))
    other = one.free("system", clause="F3.2.1")
    now = one.free("system")
    assert earlier_of(now) == [recent]
    assert earlier_of(other) == []
    with transaction() as session:
        by = one._in(session, "jxw-inspector")
        with pytest.raises(InvalidInput):
            findings.confirm_repeat(session.get_one(Finding, now), old, by=by, now=clock.now())
        findings.confirm_repeat(session.get_one(Finding, now), recent, by=by, now=clock.now())
    assert one.finding(now).repeat_of_id == recent
    assert [row.id for row in queries.repeats(one.finding(recent))] == [now]


@pytest.mark.rule("F7.3")
def test_an_order_rests_on_statute_only(one: Rectifying) -> None:
    statute, promise = one.free(), one.free("promise")
    with pytest.raises(RuleViolation) as refused:
        one.drafted([statute, promise], kind="order")
    assert refused.value.clause == "F7.3"
    with pytest.raises(RuleViolation) as refused:
        one.drafted([statute], kind="request")
    assert refused.value.clause == "F7.3"
    assert db.session.scalar(select(func.count()).select_from(Rectification)) == 0


@pytest.mark.rule("F5.3")
def test_a_mixed_choice_becomes_two_drafts_with_everything_filled_in(one: Rectifying) -> None:
    ids = one.of_check(one.check())
    order, request = (one.row(made) for made in one.drafted(ids, order_days=7, request_days=9))
    assert (order.kind, request.kind) == ("order", "request")
    assert order.notice.kind == "rectification_order"
    assert request.notice.kind == "rectification_notice"
    values = order.notice.values
    assert "两次计划停气没有提前公告" in values["breach_facts"]
    assert values["breach_items"] == [["1", "停气提前公告", "《城镇燃气管理条例》第二十条", "7个工作日"]]
    assert values["inspected_place"] == "示例路营业厅"
    assert values["inspected_on"] == "2026年10月12日"
    assert request.notice.answer_within == 9
    assert order.notice.subject_id == order.id
    assert "证据材料 1 份" in request.notice.values["shortfall_facts"]
    with pytest.raises(RuleViolation, match="已经列入"):
        one.drafted(ids)


@pytest.mark.rule("F5.3")
def test_findings_of_a_draft_that_was_given_up_are_open_again(one: Rectifying) -> None:
    finding = one.free()
    row = one.row(one.drafted([finding])[0])
    one.office.act(row.notice_id, "discard", "jxw-inspector", "事实没有查清，撤稿")
    assert (one.finding(finding).state, one.finding(finding).rectification_id) == ("open", None)
    assert one.row(row.id).state == "void"
    assert one.drafted([finding])


def test_a_finding_needs_a_basis(one: Rectifying) -> None:
    for changed in ({"basis": "", "clause": ""}, {"basis": ""}, {"title": "短"}, {"facts": "短"}):
        with pytest.raises(InvalidInput):
            one.free("statute", **changed)
    with pytest.raises(InvalidInput, match="晚于今天"):
        one.free(found_on=clock.today() + timedelta(days=1))
    assert Said("标题够长", "事实够长", "system").severity == "general"
