"""Answers: at once, after asking a department, by a leader's instruction, the reply (Q3.2, Q3.3, F5.2)."""

from __future__ import annotations

from typing import Any

from blueprints.complaints import facts
from blueprints.complaints.parties import is_main
from blueprints.complaints.people import group_words
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.dispatching import assign_units, own_assignment
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.next_step import SUBJECT
from core import clocks
from domain.errors import InvalidInput


def _complete(act: Act) -> None:
    """The first valid reply completes the case; its moment is when the person was told."""
    told_at = act.data["told_at"]
    if told_at < act.case.received_at:
        raise InvalidInput("答复时间不能早于接收时间。", "told_at")
    if act.case.completed_at is None:
        act.case.completed_at = told_at
    deadlines.stop(act, "completion", at=told_at)


def _promises(act: Act) -> list[str]:
    names = {p.code: p.name for p in act.ruleset.promises}
    return [names.get(code, code) for code in act.data.get("promises") or []]


def _after_reply(act: Act) -> None:
    if facts.owes_report(act.case):
        deadlines.start_limit(act, "report_back")
    elif facts.callback_due(act.case, act.ruleset):
        deadlines.start_limit(act, "callback")


@effect("answer_now")
def answer_now(act: Act) -> None:
    """Answered at once (Q3.3, Q5): counts as acceptance and completion together."""
    if act.case.accepted_at is None:
        act.case.accepted_at = act.data["told_at"]
        deadlines.stop(act, "acceptance", at=act.data["told_at"])
    act.case.nature = act.case.nature or "internal"
    act.record("text", "way", "told_at", promises=_promises(act))
    _complete(act)
    _after_reply(act)


@effect("ask")
def ask(act: Act) -> None:
    """Q3.3, second half: the department concerned is asked at once."""
    if act.case.accepted_at is None:
        act.case.accepted_at = act.now
        deadlines.stop(act, "acceptance")
    act.case.nature = act.case.nature or "internal"
    assign_units(act)
    act.record(question=act.data["requirement"])
    act.facts.pop("requirement", None)


@effect("give_answer")
def give_answer(act: Act) -> None:
    """The department's answer to the unit that asked."""
    if not str(act.data.get("text") or "").strip():
        raise InvalidInput("请填写答复内容。", "text")
    assignment = own_assignment(act)
    assignment.state = "verified"
    act.assignment_id = assignment.id
    act.record("text", units=[assignment.unit_name])


@effect("reply")
def reply(act: Act) -> None:
    """The answer to the person, by whoever is competent (F5.1, F5.2); to a group through who speaks."""
    place = act.by.organization
    if facts.joint(act.case) and place and not place.is_regulator and not is_main(act.case, place.id):
        raise InvalidInput("几家单位共同办理的件由主办单位合并答复，协办单位不另外答复。", "text")
    act.record("text", "way", "told_at", promises=_promises(act))
    if group := group_words(act.case.complainants):
        act.record(addressed=f"诉求人代表（{group}）")
    _complete(act)
    act.case.sent_back = False
    deadlines.stop(act, "promised_reply", at=act.data["told_at"])
    _after_reply(act)


@effect("refer_to_leader")
def refer_to_leader(act: Act) -> None:
    """Q3.2: a suggestion is reported to the leader; where a reply is needed its day is promised."""
    case = act.case
    case.reply_needed = bool(act.data.get("reply_needed"))
    promised: Any = act.data.get("reply_promised_on") if case.reply_needed else None
    case.reply_promised_on = promised
    act.record("text", "reply_needed", reply_promised_on=promised)
    if promised is not None:
        clause = act.ruleset.action("refer_to_leader").clause or ""
        deadlines.start_until(act, "promised_reply", "承诺答复", promised, clause)
        cap = clocks.open_of(SUBJECT, case.id, "completion")
        if cap and promised > cap[0].due_on:
            act.record(beyond_cap=True)
    deadlines.start_limit(act, "instruction")


@effect("instruct")
def instruct(act: Act) -> None:
    """The leader's instruction: adopted, partly, or not."""
    if act.data.get("adoption") not in ("adopted", "partly", "not"):
        raise InvalidInput("请选择是否采纳。", "adoption")
    if not str(act.data.get("instruction") or "").strip():
        raise InvalidInput("请填写批示。", "instruction")
    act.record("adoption", "instruction", person=act.by.name)
    deadlines.stop(act, "instruction")
    if not act.case.reply_needed:
        act.case.completed_at = act.now
        deadlines.stop(act, "completion")
