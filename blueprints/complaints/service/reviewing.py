"""Report back to the regulator, its review, the callback (F5.1 to F5.3)."""

from __future__ import annotations

from blueprints.complaints import facts
from blueprints.complaints.people import discreet, group_words
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.workflow import State
from domain.errors import InvalidInput

LONGEST_REWORK = 60
NO_MORE = "no_more"


@effect("report_back")
def report_back(act: Act) -> None:
    """F5.2: verification and rectification result of a case that the regulator handed over."""
    act.record("verification", "rectification_result")
    act.case.sent_back = False
    deadlines.stop(act, "report_back")
    deadlines.start_limit(act, "review")


@effect("review_accept")
def review_accept(act: Act) -> None:
    """The regulator accepts the report."""
    act.record("remark")
    deadlines.stop(act, "review")
    if facts.replied(act.case) and facts.callback_due(act.case, act.ruleset):
        deadlines.start_limit(act, "callback")


@effect("review_return")
def review_return(act: Act) -> None:
    """Sent back with the reason and a new due day."""
    workdays = int(act.data["workdays"])
    if not 1 <= workdays <= LONGEST_REWORK:
        raise InvalidInput(f"重办期限请填 1 到 {LONGEST_REWORK} 个工作日。", "workdays")
    act.record("reason", "workdays")
    act.facts["restart"] = True
    act.case.sent_back = True
    for assignment in act.case.open_assignments:
        assignment.state = "investigating" if assignment.investigator_id else "assigned"
    deadlines.stop(act, "review")
    clause = act.ruleset.action("review_return").clause or ""
    basis = discreet(act.data["reason"], act.case)
    deadlines.start_order(act, "rework", "退回重办", workdays, clause=clause, basis=basis)


@effect("callback")
def callback(act: Act) -> None:
    """Solved? satisfied? A dissatisfied person's case is worked on again (F5.3)."""
    case = act.case
    if act.data.get("satisfied") not in facts.SATISFACTION:
        raise InvalidInput("请选择满意度。", "satisfied")
    if act.data.get("solved") is None and act.data["satisfied"] != "unreachable":
        raise InvalidInput("请选择问题是否已解决。", "solved")
    act.record("solved", "satisfied", "remark", "told_at")
    if group := group_words(case.complainants):
        act.record(addressed=f"诉求人代表（{group}）")
    deadlines.stop(act, "callback", "rework")
    case.satisfied = act.data["satisfied"]
    if facts.reopens(case, act.data):
        case.reopened += 1
        deadlines.restart(act)
        propose_after_reopening(act)


def propose_after_reopening(act: Act) -> None:
    """Reopened as often as the local setting says: a supervision order is proposed."""
    if act.case.reopened >= act.ruleset.number("supervise_after_reopens") and not act.case.supervised:
        act.case.supervision_proposed = f"已重办 {act.case.reopened} 次"


def require_new_evidence(act: Act) -> None:
    """What was not handled once more is taken up again only with something new."""
    evidence = str(act.data.get("new_evidence") or "").strip()
    if len(evidence) < 5:
        raise InvalidInput("本件已决定不再重复办理，请写明新的事实或证据是什么。", "new_evidence")
    act.record("new_evidence")
    if act.case.accepted_at is None:
        act.target = State.REGISTERED


@effect("reopen")
def reopen(act: Act) -> None:
    """A closed or declined case is taken up again, with a reason (new evidence, say)."""
    if len(str(act.data.get("reason") or "").strip()) < 5:
        raise InvalidInput("请写明重新办理的理由（不少于 5 个字）。", "reason")
    act.record("reason")
    if act.case.ended_how == NO_MORE:
        require_new_evidence(act)
    act.case.reopened += 1
    act.case.closed_at, act.case.ended_how = None, ""
    act.case.satisfied = ""
    deadlines.restart(act)
    propose_after_reopening(act)
