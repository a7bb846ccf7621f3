"""Rule system F, step by step: what each clause demands is done, and refused with that clause where it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from blueprints.complaints.guards import Attempt, refusal
from blueprints.complaints.models import Dossier
from blueprints.rulebook.service import change_setting, pinned
from core import clock, clocks
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.cases import Desk


def refused(clause: str | None) -> pytest.RaisesExc[RuleViolation]:
    """The step is refused, naming this clause."""
    return pytest.RaisesExc(RuleViolation, check=lambda e: e.clause == clause)


@pytest.mark.rule("F1", "F5.1", "F5.2", "F5.3", "F6.2a")
def test_a_12345_complaint_goes_from_intake_to_archive(desk: Desk) -> None:
    case_id = desk.closed()
    case = desk.do(case_id, "archive", "jxw-clerk")
    assert case.state == "archived"
    assert [s.action for s in case.steps] == [
        "register", "accept", "dispatch", "assign", "investigate", "verify", "rectify", "complete_rectification",
        "reply", "report_back", "review_accept", "callback", "close", "archive",
    ]  # fmt: skip
    assert case.due_on is None
    dossier = db.session.scalars(select(Dossier).where(Dossier.case_id == case_id)).one()
    assert case.steps[-1].facts["digest"] == dossier.digest
    states = {c.obligation: c.state for c in clocks.of_subject("case", case_id)}
    assert states["completion"] == states["acceptance"] == states["report_back"] == "met"


@pytest.mark.rule("F2")
def test_the_five_categories_are_offered_and_no_other(desk: Desk) -> None:
    for category in ("quality", "charging", "service", "complaint_handling", "other"):
        desk.register("jxw-clerk", "rq", category=category)
    with refused("F2"):
        desk.register("jxw-clerk", "rq", category="weather")


@pytest.mark.rule("F3.4")
def test_inquiries_help_requests_and_complaints_are_received(desk: Desk) -> None:
    for kind in ("inquiry", "help_request", "complaint"):
        assert desk.case(desk.register("jxw-clerk", "rq", type=kind)).type == kind


@pytest.mark.rule("F3.4.2")
def test_declining_tells_the_person_why(desk: Desk) -> None:
    case = desk.register("jxw-clerk", "rq")
    with refused("F3.4.2"):
        desk.do(case, "decline", "jxw-clerk", reason="不属于", **desk.told())
    with refused("F3.4.2"):
        desk.do(case, "decline", "jxw-clerk", reason="不属于供气服务范围", told_how="", told_at=None)
    done = desk.do(case, "decline", "jxw-clerk", reason="不属于供气服务范围，请向物业反映", **desk.told())
    assert (done.state, done.due_on) == ("declined", None)
    assert desk.do(case, "archive", "jxw-clerk").state == "archived"


@pytest.mark.rule("F3.4.2")
def test_the_first_receiver_stays_on_record(desk: Desk) -> None:
    case_id = desk.register("jxw-clerk", "rq")
    with refused("F3.4.2"):
        desk.do(case_id, "correct", "jxw-clerk", reason="改首问人员", first_receiver_id=1)
    case = desk.do(case_id, "correct", "jxw-clerk", reason="标题写错了", title="停气没有提前告知")
    assert case.first_receiver.login == "jxw-clerk"
    assert case.steps[-1].facts["changes"] == [["title", "停供没有提前告知", "停气没有提前告知"]]


@pytest.mark.rule("F3.4.2")
def test_a_department_that_was_asked_must_answer_before_the_person_is_answered(desk: Desk) -> None:
    case = desk.register("rq-dispatcher", "rq", type="inquiry", channel="gas_hotline")
    desk.do(case, "ask", "rq-dispatcher", units=desk.department("rq", "计量班"), requirement="阶梯气价怎么算？")
    with pytest.raises(RuleViolation):
        desk.reply(case, "rq-dispatcher")
    assert desk.do(case, "give_answer", "rq-leader", text="按年用气量分三档。").state == "answered"
    assert desk.reply(case, "rq-dispatcher").state == "replied"


def refuses(desk: Desk, case_id: int, guard: str) -> str | None:
    """Clause with which a guard refuses the case as it stands; None when it lets it pass."""
    case = desk.case(case_id)
    by = desk.world.user("jxw-clerk")
    found = refusal(guard, Attempt(case, {}, by, pinned(case.ruleset_version_id), clock.now()))
    return found.clause if found else None


@pytest.mark.rule("F3.4.2")
def test_the_answer_of_the_department_is_asked_for_by_its_clause(desk: Desk) -> None:
    case = desk.register("rq-dispatcher", "rq", type="inquiry", channel="gas_hotline")
    assert refuses(desk, case, "department_answer_given") == "F3.4.2"


@pytest.mark.rule("F4.1")
def test_the_time_of_receipt_is_checked_again_at_acceptance(desk: Desk) -> None:
    case = desk.register("jxw-clerk", "rq")
    with transaction():
        desk.case(case).received_at = clock.now() + timedelta(days=1)
    with refused("F4.1"):
        desk.do(case, "accept", "jxw-clerk", nature="internal")


@pytest.mark.rule("F4.1")
def test_every_channel_of_the_clause_is_open_and_a_closed_one_is_not(desk: Desk) -> None:
    for channel in ("oral", "hotline_12345", "power_hotline", "gas_hotline", "written"):
        desk.register("jxw-clerk", "rq", channel=channel)
    with pytest.raises(InvalidInput):
        desk.register("jxw-clerk", "rq", channel="pigeon")


@pytest.mark.rule("F4.1")
def test_a_channel_taken_out_of_use_is_refused(desk: Desk) -> None:
    with transaction():
        leader = desk.world.user("jxw-leader")
        change_setting(
            desk.world.org("jxw"), "fuling", "channel:oral", {"active": False},
            reason="口头渠道停用", by=leader, now=clock.now(),
        )  # fmt: skip
    with refused("F4.1"):
        desk.register("jxw-clerk", "rq", channel="oral")


@pytest.mark.rule("F4.1")
def test_a_receipt_can_never_lie_in_the_future_and_a_late_entry_needs_a_reason(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="不能晚于现在"):
        desk.register("jxw-clerk", "rq", received_at=clock.now() + timedelta(minutes=1))
    with pytest.raises(InvalidInput, match="补登原因"):
        desk.register("jxw-clerk", "rq", received_at=clock.now() - timedelta(days=2))
    late = desk.register(
        "jxw-clerk", "rq", received_at=clock.now() - timedelta(days=2), late_entry_reason="系统停机，补登"
    )
    assert desk.case(late).steps[0].facts["reason"] == "系统停机，补登"


@pytest.mark.rule("F4.2")
def test_a_significant_matter_is_accepted_only_with_its_written_text(desk: Desk) -> None:
    case = desk.register("jxw-clerk", "rq", significant=True)
    with refused("F4.2"):
        desk.do(case, "accept", "jxw-clerk", nature="internal")
    waiting = desk.do(case, "request_info", "jxw-clerk", missing="书面投诉材料", written=True, told_how="电话")
    assert (waiting.state, waiting.written_due_on.isoformat()) == ("awaiting_info", "2026-10-15")
    back = desk.do(case, "record_info", "jxw-clerk", text="收到邮件", written=True, complete=True, received_how="邮件")
    assert back.state == "registered"
    assert desk.do(case, "accept", "jxw-clerk", nature="internal").state == "accepted"


@pytest.mark.rule("F4.2")
def test_urgent_dispatch_never_waits_for_paper(desk: Desk) -> None:
    case = desk.register("jxw-clerk", "rq", significant=True, urgent=True)
    unit = [f"org:{desk.world.org('rq').id}"]
    assert desk.do(case, "urgent_dispatch", "jxw-clerk", units=unit, requirement="立即到场").state == "registered"
    with refused("F4.2"):
        desk.do(case, "accept", "jxw-clerk", nature="internal")
    with pytest.raises(RuleViolation):
        desk.do(case, "waive_written", "jxw-clerk", reason="情况紧急先行受理")
    desk.do(case, "waive_written", "jxw-leader", reason="情况紧急先行受理")
    assert desk.do(case, "accept", "jxw-clerk", nature="internal").state == "dispatched"


@pytest.mark.rule("F5.1")
def test_acceptance_decides_between_industry_and_enterprise_matters(desk: Desk) -> None:
    case = desk.register("jxw-clerk", "rq")
    with refused("F5.1"):
        desk.do(case, "accept", "jxw-clerk")
    assert desk.do(case, "accept", "jxw-clerk", nature="industry").nature == "industry"


@pytest.mark.rule("F5.1")
def test_dispatch_names_unit_and_requirement(desk: Desk) -> None:
    case = desk.register("jxw-clerk", "rq")
    desk.do(case, "accept", "jxw-clerk", nature="internal")
    with refused("F5.1"):
        desk.do(case, "dispatch", "jxw-clerk", units=[], requirement="请核实")
    with pytest.raises(InvalidInput):
        desk.do(case, "dispatch", "jxw-clerk", units=[f"org:{desk.world.org('gs').id}"], requirement="请核实")


@pytest.mark.rule("F5.1")
def test_the_regulator_itself_replies_to_industry_matters(desk: Desk) -> None:
    case = desk.handed_over(nature="industry")
    desk.verified(case, "rq", service_class="", conclusion="unsubstantiated", reasonable=False)
    desk.do(case, "report_back", "rq-dispatcher", verification="不属实", rectification_result="")
    desk.do(case, "review_accept", "jxw-supervisor")
    with refused("F5.1"):
        desk.reply(case, "rq-leader")
    assert desk.reply(case, "jxw-clerk").state == "replied"
    assert desk.case(case).completed_at is not None


@pytest.mark.rule("F5.2")
def test_the_enterprise_itself_replies_to_internal_matters(desk: Desk) -> None:
    case = desk.handed_over()
    desk.verified(case, "rq", service_class="", conclusion="unsubstantiated", reasonable=False)
    with refused("F5.1"):
        desk.reply(case, "jxw-clerk")
    assert desk.reply(case, "rq-handler").state == "replied"


@pytest.mark.rule("F5.2")
def test_an_investigator_is_named(desk: Desk) -> None:
    case = desk.handed_over()
    with refused("F5.2"):
        desk.do(case, "investigate", "rq-handler", investigator_id=None)


@pytest.mark.rule("F5.2")
@pytest.mark.parametrize("missing", ["findings", "evidence", "conclusion", "reasonable"])
def test_a_verification_is_complete(desk: Desk, missing: str) -> None:
    case = desk.handed_over()
    with refused("F5.2"):
        desk.verified(case, "rq", **{missing: None})


@pytest.mark.rule("F5.2")
def test_a_substantiated_complaint_is_rectified_before_reply_and_closing(desk: Desk) -> None:
    case = desk.handed_over()
    desk.verified(case, "rq", service_class="")
    with refused("F5.2"):
        desk.reply(case, "rq-handler")
    due_on = clock.today() + timedelta(days=5)
    desk.do(case, "rectify", "rq-handler", measures="完善告知流程", responsible="主任", due_on=due_on)
    desk.reply(case, "rq-handler")
    desk.do(case, "report_back", "rq-dispatcher", verification="属实", rectification_result="整改中")
    desk.do(case, "review_accept", "jxw-supervisor")
    desk.do(case, "callback", "jxw-clerk", solved=True, satisfied="satisfied")
    with refused("F5.2"):
        desk.do(case, "close", "jxw-clerk")
    desk.do(case, "complete_rectification", "rq-handler", result="已完成", proof="照片")
    assert desk.do(case, "close", "jxw-clerk").state == "closed"


@pytest.mark.rule("F5.2")
@pytest.mark.parametrize("text", ["留言已收悉", "网友:您好!留言已收悉", "已收悉", "您好，已收悉。谢谢", "好的", " "])
def test_an_empty_reply_completes_nothing(desk: Desk, text: str) -> None:
    case = desk.handed_over()
    desk.verified(case, "rq", service_class="", conclusion="unsubstantiated", reasonable=False)
    with refused("F5.2"):
        desk.reply(case, "rq-handler", text=text)
    assert desk.case(case).completed_at is None


@pytest.mark.rule("F5.2")
def test_promises_stay_within_the_role(desk: Desk) -> None:
    case = desk.handed_over()
    desk.verified(case, "rq", service_class="", conclusion="unsubstantiated", reasonable=False)
    with refused("F5.2"):
        desk.reply(case, "rq-handler", promises=["policy_change"])


@pytest.mark.rule("F5.2")
def test_the_report_holds_verification_and_rectification(desk: Desk) -> None:
    case = desk.replied_handover()
    with refused("F5.2"):
        desk.do(case, "report_back", "rq-dispatcher", verification="属实", rectification_result="")
    with refused("F5.2"):
        desk.do(case, "report_back", "rq-dispatcher", verification="", rectification_result="已整改")


@pytest.mark.rule("F5.2")
def test_nothing_is_closed_while_the_report_is_owed(desk: Desk) -> None:
    case = desk.case(desk.replied_handover())
    attempt = Attempt(case, {}, desk.world.user("jxw-clerk"), pinned(case.ruleset_version_id), clock.now())
    found = refusal("report_before_review", attempt)
    assert found is not None
    assert found.clause == "F5.2"


@pytest.mark.rule("F5.3")
def test_a_review_sent_back_says_why_and_until_when(desk: Desk) -> None:
    case = desk.reported()
    with refused("F5.3"):
        desk.do(case, "review_return", "jxw-supervisor", reason="不够", workdays=3)
    back = desk.do(case, "review_return", "jxw-supervisor", reason="整改佐证不足，请补照片", workdays=3)
    assert (back.state, back.sent_back, back.due_on.isoformat()) == ("investigating", True, "2026-10-15")
    desk.verified(case, "rq", service_class="")
    desk.reply(case, "rq-handler")
    again = desk.do(case, "report_back", "rq-dispatcher", verification="属实", rectification_result="已补照片")
    assert (again.state, again.sent_back) == ("reported", False)


@pytest.mark.rule("F5.3")
def test_a_dissatisfied_callback_reopens_with_a_new_clock_and_twice_proposes_supervision(desk: Desk) -> None:
    case = desk.reported()
    desk.do(case, "review_accept", "jxw-supervisor")
    with refused("F5.3"):
        desk.do(case, "close", "jxw-clerk")
    again = desk.do(case, "callback", "jxw-clerk", solved=False, satisfied="dissatisfied")
    assert (again.state, again.reopened, again.completed_at) == ("dispatched", 1, None)
    assert again.due_on.isoformat() == "2026-10-26"
    desk.verified(case, "rq", service_class="")
    desk.rectified(case, "rq")
    desk.reply(case, "rq-handler")
    desk.do(case, "report_back", "rq-dispatcher", verification="属实", rectification_result="已整改")
    desk.do(case, "review_accept", "jxw-supervisor")
    twice = desk.do(case, "callback", "jxw-clerk", solved=True, satisfied="dissatisfied")
    assert twice.supervision_proposed == "已重办 2 次"
