"""Rule system F beside the main line: levels, supervision, extension, suspension, returns, merging, limits of law."""

from __future__ import annotations

from datetime import timedelta

import pytest

from blueprints.rulebook.service import adopt_laws, change_setting, default_laws
from core import clock, clocks
from core.db import transaction
from domain.errors import RuleViolation
from tests.factories.cases import SUBSTANTIAL, Desk
from tests.integration.test_rules_fuling import refused


def test_closing_rights_follow_the_level(desk: Desk) -> None:
    case = desk.reported()
    trigger = {"trigger": "mainstream_media", "reason": "省台报道", "judgement": "影响重大"}
    leader = desk.world.user("jxw-leader").id
    desk.do(case, "review_accept", "jxw-supervisor")
    desk.do(case, "raise_level", "jxw-supervisor", judged_by_id=leader, **trigger)
    desk.do(case, "callback", "jxw-clerk", solved=True, satisfied="satisfied")
    with refused(None):
        desk.do(case, "close", "jxw-clerk")
    assert desk.do(case, "close", "jxw-leader").state == "closed"


def test_level_one_needs_a_named_leaders_judgement_and_proposes_supervision(desk: Desk) -> None:
    case = desk.handed_over()
    trigger = {"trigger": "mainstream_media", "reason": "省台新闻报道"}
    with refused(None):
        desk.do(case, "raise_level", "jxw-supervisor", judgement="", judged_by_id=None, **trigger)
    leader = desk.world.user("jxw-leader").id
    raised = desk.do(case, "raise_level", "jxw-supervisor", judgement="影响重大", judged_by_id=leader, **trigger)
    assert (raised.level, raised.supervision_proposed) == (1, "一级投诉")
    with refused(None):
        desk.do(case, "raise_level", "jxw-supervisor", judgement="影响重大", judged_by_id=leader, **trigger)


@pytest.mark.rule("F1", "F5.1")
def test_supervision_is_numbered_answered_and_lifted(desk: Desk) -> None:
    case = desk.handed_over()
    ordered = desk.do(case, "supervise", "jxw-supervisor", reason="久拖不决，影响恶劣", workdays=3)
    assert ordered.supervision_orders[0].number == f"{ordered.number}督1"
    assert ordered.due_on.isoformat() == "2026-10-15"
    answered = desk.do(case, "answer_supervision", "rq-leader", answer="已成立专班，本周内办结。")
    assert answered.supervision_orders[0].state == "answered"
    lifted = desk.do(case, "lift_supervision", "jxw-supervisor", reason="已按期答复")
    assert not lifted.supervised
    again = desk.do(case, "supervise", "jxw-supervisor", reason="重复投诉未解决")
    assert again.supervision_orders[1].number == f"{again.number}督2"


@pytest.mark.rule("F5.2")
def test_an_extension_is_asked_for_approved_by_another_and_kept_in_history(desk: Desk) -> None:
    case = desk.handed_over()
    before = desk.case(case).due_on
    desk.do(case, "request_extension", "rq-dispatcher", reason="需要第三方检测", workdays=5)
    after = desk.do(case, "decide_extension", "jxw-supervisor", approve=True)
    assert (before.isoformat(), after.due_on.isoformat()) == ("2026-10-26", "2026-11-02")
    running = clocks.open_of("case", case, "completion")
    assert clocks.changes_of([running[0].id])[0].old_due_on == before


@pytest.mark.rule("F5.2")
def test_extension_and_suspension_stop_where_the_local_setting_forbids_them(desk: Desk) -> None:
    for key in ("extension_allowed", "suspension_allowed"):
        with transaction():
            owner, leader = desk.world.org("jxw"), desk.world.user("jxw-leader")
            change_setting(owner, "fuling", key, False, reason="本区不允许", by=leader, now=clock.now())
    case = desk.handed_over()
    with refused("F5.2"):
        desk.do(case, "request_extension", "rq-dispatcher", reason="需要第三方检测", workdays=5)
    with refused("F5.2"):
        desk.do(case, "request_suspension", "rq-dispatcher", reason="等待司法鉴定结果")


@pytest.mark.rule("F5.2")
def test_suspension_stops_work_and_gives_its_workdays_back(desk: Desk) -> None:
    case = desk.handed_over()
    desk.do(case, "request_suspension", "rq-dispatcher", reason="等待司法鉴定结果")
    desk.do(case, "decide_suspension", "jxw-supervisor", approve=True)
    with pytest.raises(RuleViolation, match="已中止"):
        desk.do(case, "investigate", "rq-handler", investigator_id=desk.world.user("rq-handler").id)
    with clock.frozen(clock.now() + timedelta(days=2)):
        resumed = desk.do(case, "resume", "rq-dispatcher", reason="鉴定结果已出")
    assert resumed.due_on.isoformat() == "2026-10-28"


@pytest.mark.rule("F5.1")
def test_a_returned_assignment_is_decided_by_the_dispatcher(desk: Desk) -> None:
    case = desk.handed_over()
    desk.do(case, "return_assignment", "rq-handler", reason="不属于本班职责范围")
    kept = desk.do(case, "decide_return", "jxw-clerk", approve=False, remark="请继续办理")
    assert (kept.state, kept.sent_back) == ("dispatched", True)
    desk.do(case, "return_assignment", "rq-handler", reason="用户不在我司供气范围")
    back = desk.do(case, "decide_return", "jxw-clerk", approve=True)
    assert back.state == "dispatched"
    assert [a.department_id for a in back.open_assignments] == [None]


@pytest.mark.rule("F5.1")
def test_merged_persons_are_answered_too_and_a_merge_can_be_undone(desk: Desk) -> None:
    main = desk.handed_over()
    other = desk.register("jxw-clerk", "rq", content="同一小区停气没有提前告知")
    number = desk.case(main).number
    assert desk.do(other, "merge", "jxw-clerk", other=number).state == "merged"
    assert desk.do(other, "unmerge", "jxw-clerk", reason="不是同一件事").state == "registered"
    desk.do(other, "merge", "jxw-clerk", other=number)
    desk.verified(main, "rq", service_class="", conclusion="unsubstantiated", reasonable=False)
    desk.reply(main, "rq-handler")
    assert desk.case(other).next_action == "reply"
    assert desk.reply(other, "jxw-clerk", text=SUBSTANTIAL).next_action == "archive"


def test_law_limits_run_beside_the_ruleset_and_the_strictest_governs(desk: Desk) -> None:
    with transaction():
        codes = [law.code for law in default_laws()]
        adopt_laws(desk.world.org("jxw"), codes, by=desk.world.user("jxw-leader"), now=clock.now())
    case = desk.register("jxw-clerk", "rq")
    running = [(c.source, c.due_on.isoformat()) for c in clocks.open_of("case", case, "completion")]
    assert running == [("local", "2026-10-26"), ("law", "2026-11-02"), ("law", "2026-11-11")]
    desk.do(case, "accept", "jxw-clerk", nature="internal", complex=True)
    days = {c.due_on.isoformat() for c in clocks.open_of("case", case, "completion")}
    assert days == {"2026-10-26", "2026-11-02", "2026-12-11"}
