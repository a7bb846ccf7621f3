"""What is true of a case, read from its fields and steps; shared by guards, tables and work lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.complaints.relations import relayed
from blueprints.complaints.workflow import ENDED, Outcome, When

REOPENING = frozenset({"callback", "reopen", "redispatch"})
RESTARTING = REOPENING | {"review_return"}
FOUND = frozenset({"substantiated", "partly"})
CONCLUSIONS = {"substantiated": "属实", "partly": "部分属实", "unsubstantiated": "不属实"}
SERVICE_CLASSES = {
    "misconduct": "违规或工作失职",
    "lapse": "一般工作失误、服务欠缺",
    "misunderstanding": "用户自身问题或误解",
}
NATURES = {"industry": "涉及行业服务管理", "internal": "涉及企业内部服务管理"}
SATISFACTION = {
    "satisfied": "满意",
    "fair": "基本满意",
    "dissatisfied": "不满意",
    "unreachable": "未能联系上",
}
UNANSWERABLE = "匿名诉求，无法答复和回访"
EMPTY_REPLIES = ("留言已收悉", "网友:您好!留言已收悉", "已收悉", "收到", "已阅", "已处理", "已办理")


def steps_since(case: Any, restarts: frozenset[str]) -> list[Any]:
    """Steps after the last one that sent the case back to work."""
    last = 0
    for index, step in enumerate(case.steps):
        if step.action in restarts and step.facts.get("restart"):
            last = index + 1
    return list(case.steps[last:])


def done(case: Any, action: str, restarts: frozenset[str] = REOPENING) -> bool:
    """Whether `action` has been recorded since the case was last reopened."""
    return any(step.action == action for step in steps_since(case, restarts))


def replied(case: Any) -> bool:
    """Whether the person has had an answer since the last reopening."""
    return done(case, "reply") or done(case, "answer_now")


def owes_report(case: Any) -> bool:
    """F5.2: a case that the regulator handed over is reported back, once for each round of work."""
    return bool(case.handed_over) and not done(case, "report_back", RESTARTING)


def found(case: Any) -> bool:
    """The complaint was verified as substantiated, wholly or in part."""
    return case.conclusion in FOUND


def joint(case: Any) -> bool:
    """Several enterprises are at work on the case, as main or assisting ones (主办、协办)."""
    return len({a.organization_id for a in case.open_assignments}) > 1


def transfer_open(case: Any) -> Any:
    """The transfer by which the case is elsewhere now, or None."""
    last = case.transfers[-1] if case.transfers else None
    return last if last is not None and last.state in ("sent", "received") else None


def reachable(case: Any) -> bool:
    """Somebody left a phone number to call back; the anonymous cannot be called."""
    return not case.anonymous and any(c.phone and c.headcount for c in case.complainants)


def question_open(case: Any) -> bool:
    """The enterprise has asked the reporter something that the regulator has not answered yet."""
    asked = [step.action for step in case.steps if step.action in ("relay_question", "relay_answer")]
    return asked[-1:] == ["relay_question"]


def no_more_approved(case: Any) -> bool:
    """A leader has agreed in this round that the same matter is not handled once more."""
    since = steps_since(case, REOPENING)
    return any(step.action == "decide_no_more" and step.facts.get("approve") for step in since)


def callback_due(case: Any, ruleset: Any) -> bool:
    """Whether the local settings ask for a callback that has not been made yet."""
    return ruleset.flag("callback_required") and reachable(case) and not done(case, "callback")


def supervision_proposal(case: Any, now: datetime) -> str:
    """Why a supervision order is proposed for an open case without one (level, urging, overdue …)."""
    if case.supervised or case.state in ENDED:
        return ""
    overdue = case.due_at is not None and case.due_at <= now
    return case.supervision_proposed or ("已逾期" if overdue else "")


def holds(when: When, case: Any) -> bool:
    """Whether the condition of a row holds for the case as it stands."""
    match when:
        case When.HELP_REQUEST:
            return bool(case.type == "help_request")
        case When.OWED_REPORT:
            return owes_report(case)
        case When.SETTLED:
            return not owes_report(case)
        case When.INTERNAL:
            return bool(case.nature != "industry") and not case.anonymous and not relayed(case)
        case When.INDUSTRY_UNREPLIED:
            through = case.nature == "industry" or relayed(case)
            return bool(through and not case.anonymous) and not replied(case)
        case When.REPLIED:
            return replied(case)
        case When.NO_REPLY_NEEDED:
            return not case.reply_needed or bool(case.anonymous)
        case When.REPLY_NEEDED:
            return bool(case.reply_needed and not case.anonymous)
        case When.NAMED:
            return not case.anonymous
        case When.ANONYMOUS:
            return bool(case.anonymous) and not owes_report(case) and not replied(case)
        case When.ANONYMOUS_OWED:
            return bool(case.anonymous) and owes_report(case)
        case When.ANONYMOUS_MERGED:
            main = case.merged_into
            return bool(case.anonymous) and main is not None and (replied(main) or main.state in ENDED)
        case When.AT_ENTERPRISE:
            return any(a.department_id is None for a in case.open_assignments)
        case When.JOINT:
            return joint(case)
        case When.UNRECEIPTED | When.RECEIPTED:
            moved = transfer_open(case)
            return moved is not None and (moved.state == "received") is (when is When.RECEIPTED)
        case When.MAIN_REPLIED:
            main, answered = case.merged_into, bool(case.anonymous) or replied(case)
            return main is not None and replied(main) and not answered
    return True


def unverified(case: Any) -> bool:
    """A unit still owes its conclusion: a main one, or with several enterprises any of them."""
    counted = [a for a in case.open_assignments if a.kind == "main" or joint(case)]
    return any(a.state != "verified" for a in counted)


def came_to(outcome: Outcome, case: Any, data: Mapping[str, Any]) -> bool:
    """Whether an action, once carried out with `data`, came to this outcome."""
    match outcome:
        case Outcome.NO_ASSIGNMENT:
            return not case.open_assignments
        case Outcome.HAS_ASSIGNMENT:
            return bool(case.open_assignments)
        case Outcome.INFO_COMPLETE:
            return bool(data.get("complete"))
        case Outcome.INFO_INCOMPLETE:
            return not data.get("complete")
        case Outcome.ALL_VERIFIED:
            return not unverified(case)
        case Outcome.SOME_UNVERIFIED:
            return unverified(case)
        case Outcome.CONTENT:
            return not reopens(case, data)
        case Outcome.DISCONTENT:
            return reopens(case, data)
        case Outcome.DISCONTENT_UNASSIGNED:
            return reopens(case, data) and not case.open_assignments and case.flow != "suggestion"
    return True


def reopens(case: Any, data: Mapping[str, Any]) -> bool:
    """A callback reopens the case when it is not solved or the person is dissatisfied, unless the talk
    with the person is being kept open on record (Q6.2)."""
    unhappy = data.get("satisfied") == "dissatisfied" or data.get("solved") is False
    return unhappy and data.get("satisfied") != "unreachable" and case.next_talk_on is None


def is_empty_reply(text: str, minimum: int) -> bool:
    """A reply that says nothing: a stock phrase, or shorter than the local minimum of characters."""
    bare = "".join(c for c in text if c.isalnum())
    stock = {"".join(c for c in phrase if c.isalnum()) for phrase in EMPTY_REPLIES}
    greetings = ("您好", "你好", "网友", "尊敬的用户", "尊敬的客户", "感谢您的来电", "感谢来电", "谢谢")
    core = bare
    for greeting in greetings:
        core = core.replace(greeting, "")
    stripped = {s.replace("网友", "").replace("您好", "") for s in stock} | {"您的" + s for s in stock}
    return core in stock | stripped or len(core) < minimum
