"""Rule system Q, step by step: what each clause demands is done, and refused with that clause where it is not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.complaints.guards import Attempt, refusal
from blueprints.rulebook.service import change_setting, pinned
from core import clock, clocks
from core.db import transaction
from core.inbox import latest
from domain.errors import InvalidInput
from tests.factories.cases import SUBSTANTIAL, Desk, at
from tests.integration.test_rules_fuling import refused


@pytest.mark.rule("Q1.2")
def test_mood_comes_before_matter(desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", channel="department_phone", first_contact="")
    with refused("Q1.2"):
        desk.do(case, "accept", "gs-dispatcher")
    noted = desk.do(case, "accept", "gs-dispatcher", first_contact="用户着急用水，先安抚并致意")
    assert noted.first_contact == "用户着急用水，先安抚并致意"


@pytest.mark.rule("Q1.3")
def test_a_person_who_was_told_nothing_on_the_way_is_told_first(desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", channel="department_phone")
    desk.do(case, "accept", "gs-dispatcher")
    desk.do(case, "dispatch", "gs-dispatcher", units=desk.department("gs"), requirement="请核实")
    desk.verified(case, "gs", conclusion="unsubstantiated", reasonable=False, service_class="lapse")
    desk.corrected(case, "gs")
    with refused("Q1.3"):
        desk.reply(case, "gs-handler")
    desk.do(case, "progress_notice", "gs-handler", way="电话", text="正在核实，明天答复您")
    assert desk.reply(case, "gs-handler").state == "replied"


@pytest.mark.rule("Q1.3")
def test_notices_are_prepared_and_recorded_with_acceptance_and_dispatch(desk: Desk) -> None:
    case = desk.case(desk.own_water())
    notice = next(s for s in case.steps if s.action == "progress_notice")
    assert case.number in notice.facts["text"]
    assert "{" not in notice.facts["text"]


@pytest.mark.rule("Q1.1", "Q1.4")
@pytest.mark.parametrize("text", ["已收悉", "网友:您好!留言已收悉", "收到，谢谢"])
def test_an_empty_reply_is_no_result(desk: Desk, text: str) -> None:
    case = desk.own_water()
    desk.verified(case, "gs", conclusion="unsubstantiated", reasonable=False, service_class="lapse")
    desk.corrected(case, "gs")
    with refused("Q1.4"):
        desk.reply(case, "gs-handler", text=text)


@pytest.mark.rule("Q1.5")
def test_nobody_promises_beyond_the_own_authority(desk: Desk) -> None:
    case = desk.own_water()
    desk.verified(case, "gs", conclusion="unsubstantiated", reasonable=False, service_class="lapse")
    desk.corrected(case, "gs")
    with refused("Q1.5"):
        desk.reply(case, "gs-handler", promises=["compensation"])
    assert desk.reply(case, "gs-leader", promises=["compensation"]).state == "replied"


@pytest.mark.rule("Q2")
def test_reports_are_received_and_confidential(desk: Desk) -> None:
    case = desk.case(desk.register("gs-dispatcher", "gs", type="report", channel="department_phone"))
    assert (case.flow, case.confidential) == ("complaint", True)
    acceptance = clocks.open_of("case", case.id, "acceptance")[0]
    assert (acceptance.clause, acceptance.source) == ("Q2", "local")


@pytest.mark.rule("Q3")
def test_three_types_and_the_categories_of_the_rule(desk: Desk) -> None:
    for kind in ("complaint", "suggestion", "inquiry"):
        desk.register("gs-dispatcher", "gs", type=kind, channel="department_phone")
    with pytest.raises(InvalidInput):
        desk.register("gs-dispatcher", "gs", type="help_request", channel="department_phone")
    with refused("Q3"):
        desk.register("gs-dispatcher", "gs", category="weather", channel="department_phone")
    case = desk.register("gs-dispatcher", "gs", channel="department_phone")
    with refused("Q3"):
        desk.do(case, "decline", "gs-dispatcher", reason="不属于", **desk.told())


@pytest.mark.rule("Q3.1a")
def test_the_dispatch_centre_names_units_and_the_unit_one_investigator(desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", channel="dispatch_center")
    desk.do(case, "accept", "gs-dispatcher")
    with refused("Q3.1a"):
        desk.do(case, "dispatch", "gs-dispatcher", units=[], requirement="请核实")
    both = desk.department("gs") + desk.department("gs", "抢修班")
    sent = desk.do(case, "dispatch", "gs-dispatcher", units=both, requirement="请核实")
    assert [a.unit_name for a in sent.open_assignments] == ["营业厅", "抢修班"]
    with refused("Q3.1a"):
        desk.do(case, "investigate", "gs-handler", investigator_id=None)
    desk.verified(case, "gs")
    assert desk.case(case).state == "investigating"
    second = desk.world.user("gs-handler2").id
    desk.do(case, "investigate", "gs-handler2", investigator_id=second)
    done = desk.do(
        case, "verify", "gs-handler2", findings="现场查看", evidence="照片", conclusion="unsubstantiated",
        reasonable=False, service_class="lapse",
    )  # fmt: skip
    assert (done.state, done.conclusion) == ("verified", "substantiated")


@pytest.mark.rule("Q3.1b")
def test_misconduct_is_reported_to_the_leader_before_any_reply(desk: Desk) -> None:
    case = desk.own_water()
    with refused("Q3.1b"):
        desk.verified(case, "gs", service_class=None)
    with refused("Q3.1b"):
        desk.verified(case, "gs", evidence="")
    desk.verified(case, "gs", service_class="misconduct")
    with refused("Q3.1b"):
        desk.reply(case, "gs-handler")
    leader = desk.world.user("gs-leader").id
    assert desk.case(case).next_action == "report_misconduct"
    desk.do(case, "report_misconduct", "gs-handler", leader_id=leader, text="抄表员刁难用户，按组织程序处理")
    assert any("已向您汇报：抄表员刁难用户" in told.text for told in latest(leader))
    desk.rectified(case, "gs")
    assert desk.reply(case, "gs-handler").state == "replied"


@pytest.mark.rule("Q3.1c")
def test_a_lapse_is_sanctioned_and_corrected_at_once(desk: Desk) -> None:
    case = desk.own_water()
    desk.verified(case, "gs", service_class="lapse")
    desk.rectified(case, "gs")
    with refused("Q3.1c"):
        desk.reply(case, "gs-handler")
    with pytest.raises(InvalidInput, match="佐证"):
        desk.do(case, "correct_lapse", "gs-handler", sanction="批评教育", measures="当场纠正", proof="")
    desk.corrected(case, "gs")
    assert desk.reply(case, "gs-handler").state == "replied"


@pytest.mark.rule("Q3.1c")
def test_other_substantiated_matters_need_a_plan_for_the_reply_and_its_end_for_closing(desk: Desk) -> None:
    case = desk.own_water(category="quality")
    desk.verified(case, "gs", service_class="")
    with refused("Q3.1c"):
        desk.reply(case, "gs-handler")
    due_on = clock.today() + timedelta(days=2)
    desk.do(case, "rectify", "gs-handler", measures="冲洗管道", responsible="班长", due_on=due_on)
    desk.reply(case, "gs-handler")
    desk.apologised(case, "gs")
    desk.do(case, "callback", "gs-dispatcher", solved=True, satisfied="satisfied")
    with refused("Q3.1c"):
        desk.do(case, "close", "gs-dispatcher")
    desk.do(case, "complete_rectification", "gs-handler", result="已冲洗", proof="水质报告")
    assert desk.do(case, "close", "gs-dispatcher").state == "closed"


@pytest.mark.rule("Q3.1d")
def test_a_misunderstanding_is_explained(desk: Desk) -> None:
    case = desk.own_water()
    desk.verified(case, "gs", service_class="misunderstanding", conclusion="unsubstantiated", reasonable=False)
    with refused("Q3.1d"):
        desk.reply(case, "gs-handler")
    desk.do(case, "explain", "gs-handler", text="解释阶梯水价的计算", way="电话", accepted=True)
    assert desk.reply(case, "gs-handler").state == "replied"


def _suggestion(desk: Desk) -> int:
    case = desk.register("gs-dispatcher", "gs", type="suggestion", channel="department_phone")
    desk.do(case, "accept", "gs-dispatcher", notice_way="电话")
    return case


@pytest.mark.rule("Q3.2")
def test_a_suggestion_goes_to_the_leader_and_back_to_the_person(desk: Desk) -> None:
    case = _suggestion(desk)
    with refused("Q3.2"):
        desk.do(case, "refer_to_leader", "gs-dispatcher", text="建议增设缴费点", reply_needed=True)
    promised = clock.today() + timedelta(days=3)
    desk.do(
        case, "refer_to_leader", "gs-dispatcher", text="建议增设缴费点", reply_needed=True, reply_promised_on=promised
    )
    with pytest.raises(Exception, match="由"):
        desk.do(case, "instruct", "gs-handler", adoption="adopted", instruction="同意")
    desk.do(case, "instruct", "gs-leader", adoption="adopted", instruction="同意，年内增设")
    with refused("Q3.2"):
        desk.reply(case, "gs-dispatcher", text="感谢您的建议，我们会认真研究处理。")
    done = desk.reply(case, "gs-dispatcher", text="您的建议已被采纳，年内将增设两处缴费点。")
    assert (done.state, done.reply_promised_on) == ("replied", promised)


@pytest.mark.rule("Q3.2")
def test_nothing_is_answered_before_the_instruction(desk: Desk) -> None:
    case = desk.case(_suggestion(desk))
    by = desk.world.user("gs-dispatcher")
    found = refusal("leader_instructed", Attempt(case, {}, by, pinned(case.ruleset_version_id), clock.now()))
    assert found is not None
    assert found.clause == "Q3.2"


@pytest.mark.rule("Q3.2", "Q5")
def test_a_promise_beyond_the_cap_is_flagged(desk: Desk) -> None:
    case = _suggestion(desk)
    late = clock.today() + timedelta(days=30)
    referred = desk.do(
        case, "refer_to_leader", "gs-dispatcher", text="建议增设缴费点", reply_needed=True, reply_promised_on=late
    )
    assert referred.steps[-1].facts["beyond_cap"] is True


@pytest.mark.rule("Q3.2")
def test_a_suggestion_that_needs_no_reply_closes_on_the_instruction(desk: Desk) -> None:
    case = _suggestion(desk)
    desk.do(case, "refer_to_leader", "gs-dispatcher", text="匿名建议", reply_needed=False)
    desk.do(case, "instruct", "gs-leader", adoption="not", instruction="暂不具备条件")
    assert desk.do(case, "close", "gs-dispatcher").state == "closed"


@pytest.mark.rule("Q3.3", "Q5")
def test_an_inquiry_is_answered_at_once(desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", type="inquiry", channel="department_phone")
    text = "居民阶梯水价按年用水量分三档计算。"
    done = desk.do(case, "answer_now", "gs-dispatcher", text=text, **desk.told())
    assert (done.state, done.completed_at) == ("replied", clock.now())
    assert {c.state for c in clocks.of_subject("case", case) if c.obligation in ("acceptance", "completion")} == {"met"}


@pytest.mark.rule("Q3.3")
def test_what_cannot_be_answered_is_asked_and_then_answered(desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", type="inquiry", channel="department_phone")
    desk.do(case, "ask", "gs-dispatcher", units=desk.department("gs"), requirement="滞纳金如何计算？")
    desk.do(case, "give_answer", "gs-handler", text="按日万分之五计算，上限为本金。")
    desk.do(case, "progress_notice", "gs-dispatcher", way="电话", text="已向计量班了解")
    assert desk.reply(case, "gs-dispatcher", text="滞纳金按日万分之五计算。").state == "replied"


@pytest.mark.rule("Q3.3")
def test_the_person_is_not_answered_before_the_department(desk: Desk) -> None:
    case = desk.case(desk.register("gs-dispatcher", "gs", type="inquiry", channel="department_phone"))
    by = desk.world.user("gs-dispatcher")
    attempt = Attempt(case, {}, by, pinned(case.ruleset_version_id), clock.now())
    found = refusal("department_answer_given", attempt)
    assert found is not None
    assert found.clause == "Q3.3"


@pytest.mark.rule("Q4.1")
@pytest.mark.parametrize(
    "trigger", ["mainstream_media", "important_period", "undercover_exposure", "escalated_by_mishandling"]
)
def test_level_one_needs_the_named_leaders_judgement(desk: Desk, trigger: str) -> None:
    case = desk.own_water()
    fact = {"trigger": trigger, "reason": "当晚播出"}
    with refused("Q4.1"):
        desk.do(case, "raise_level", "gs-dispatcher", judgement="", judged_by_id=None, **fact)
    handler = desk.world.user("gs-handler").id
    with refused("Q4.1"):
        desk.do(case, "raise_level", "gs-dispatcher", judgement="影响重大", judged_by_id=handler, **fact)
    leader = desk.world.user("gs-leader").id
    raised = desk.do(case, "raise_level", "gs-dispatcher", judgement="影响重大", judged_by_id=leader, **fact)
    assert (raised.level, raised.supervision_proposed) == (1, "一级投诉")


@pytest.mark.rule("Q4.1")
def test_the_level_only_rises_and_each_rise_has_a_reason(desk: Desk) -> None:
    case = desk.own_water()
    with refused("Q4.1"):
        desk.do(case, "raise_level", "gs-dispatcher", trigger="dispatch_center_or_online_media", reason="")
    up = desk.do(case, "raise_level", "gs-dispatcher", trigger="dispatch_center_or_online_media", reason="网上发帖")
    assert up.level == 2
    with refused("Q4.1"):
        desk.do(case, "raise_level", "gs-dispatcher", trigger="department", reason="降级处理")


@pytest.mark.rule("Q4", "Q4.2", "Q4.3")
def test_the_channel_decides_level_two_or_three(desk: Desk) -> None:
    levels = {
        channel: desk.case(desk.register("gs-dispatcher", "gs", channel=channel)).level
        for channel in ("dispatch_center", "online_media", "department_phone", "department_visit")
    }
    assert levels == {"dispatch_center": 2, "online_media": 2, "department_phone": 3, "department_visit": 3}


@pytest.mark.rule("Q4.2")
def test_a_channel_taken_out_of_use_is_refused(desk: Desk) -> None:
    with transaction():
        owner, leader = desk.world.org("gs"), desk.world.user("gs-leader")
        change_setting(
            owner, "qitaihe", "channel:online_media", {"active": False}, reason="停用", by=leader, now=clock.now()
        )
    with refused("Q4.2"):
        desk.register("gs-dispatcher", "gs", channel="online_media")


@pytest.mark.rule("Q5")
def test_five_workdays_from_receipt_whatever_the_type(desk: Desk) -> None:
    received = at("2026-09-30 16:00")
    with clock.frozen(at("2026-10-09 09:00")):
        for kind in ("complaint", "suggestion", "inquiry"):
            case = desk.register(
                "gs-dispatcher", "gs", type=kind, channel="department_phone", received_at=received,
                late_entry_reason="节前纸质登记，补录",
            )  # fmt: skip
            completion = clocks.open_of("case", case, "completion")[0]
            assert (completion.due_on.isoformat(), completion.clause) == ("2026-10-13", "Q5")
            assert [s["why"] for s in completion.counted["skipped"]][:2] == ["国庆节", "国庆节"]


@pytest.mark.rule("Q5")
def test_acceptance_does_not_move_the_clock_and_no_extension_exists(desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", channel="department_phone")
    due = clocks.open_of("case", case, "completion")[0].due_on
    with clock.frozen(clock.now() + timedelta(days=1)):
        desk.do(case, "accept", "gs-dispatcher")
    assert clocks.open_of("case", case, "completion")[0].due_on == due
    for action in ("request_extension", "request_suspension"):
        with refused("Q5"):
            desk.do(case, action, "gs-dispatcher", reason="需要更多时间", workdays=5)


@pytest.mark.rule("Q5")
def test_the_receipt_is_never_in_the_future(desk: Desk) -> None:
    with pytest.raises(InvalidInput):
        desk.register("gs-dispatcher", "gs", received_at=clock.now() + timedelta(minutes=5))


@pytest.mark.rule("Q5")
def test_the_time_of_receipt_is_checked_again_at_acceptance(desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", channel="department_phone")
    with transaction():
        desk.case(case).received_at = clock.now() + timedelta(days=1)
    with refused("Q5"):
        desk.do(case, "accept", "gs-dispatcher")


@pytest.mark.rule("Q5")
def test_a_case_is_overdue_after_midnight_of_the_due_day(desk: Desk) -> None:
    case = desk.own_water()
    due = clocks.open_of("case", case, "completion")[0]
    assert due.due_at == at("2026-10-20 00:00")


@pytest.mark.rule("Q6.1")
def test_a_leader_apologises_in_person_before_closing(desk: Desk) -> None:
    case = desk.own_water()
    desk.verified(case, "gs")
    desk.corrected(case, "gs")
    desk.reply(case, "gs-handler", text=SUBSTANTIAL)
    called = desk.do(case, "callback", "gs-dispatcher", solved=True, satisfied="satisfied")
    assert called.next_action == "apologise"
    assert any("待您办理：致歉" in told.text for told in latest(desk.world.user("gs-leader").id))
    assert not any("致歉" in told.text for told in latest(desk.world.user("gs-handler").id))
    with refused("Q6.1"):
        desk.do(case, "close", "gs-dispatcher")
    with refused("Q6.1"):
        desk.do(case, "apologise", "gs-handler", in_person=True, text="致歉", **desk.told())
    with refused("Q6.1"):
        desk.do(case, "apologise", "gs-leader", in_person=False, text="委托致歉", **desk.told())
    desk.apologised(case, "gs")
    assert desk.do(case, "close", "gs-dispatcher").state == "closed"


@pytest.mark.rule("Q6", "Q6.2")
def test_a_talk_may_be_kept_open_after_two_and_the_reply_still_completes(desk: Desk) -> None:
    case = desk.own_water()
    desk.verified(case, "gs", conclusion="unsubstantiated", reasonable=False, service_class="misunderstanding")
    desk.do(case, "explain", "gs-handler", text="解释计费规则", way="电话", accepted=False)
    desk.reply(case, "gs-handler")
    again = clock.today() + timedelta(days=20)
    with refused("Q6.2"):
        desk.do(case, "shelve_talk", "gs-handler", reason="用户暂不理解", next_on=again)
    for _ in range(2):
        desk.do(case, "talk", "gs-handler", text="再次解释", accepted=False, **desk.told())
    kept = desk.do(case, "shelve_talk", "gs-handler", reason="两次沟通仍未理解", next_on=again)
    assert (kept.next_talk_on, kept.completed_at is not None) == (again, True)
    states = {c.obligation: c.state for c in clocks.of_subject("case", case)}
    assert states["completion"] == "met"
    done = desk.do(case, "callback", "gs-dispatcher", solved=False, satisfied="dissatisfied")
    assert (done.state, done.reopened) == ("called_back", 0)
