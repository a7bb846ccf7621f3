"""来件（12345）: sign-for, return and extension asked of the sender, fill-back, and a newer round (重办)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.complaints import facts
from blueprints.complaints.models import Case, OutsideDispatch, OutsideRequest
from blueprints.complaints.service import deadlines, outside_limits
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.outside_limits import NAMES, Term, dispatch_columns
from blueprints.complaints.service.reviewing import propose_after_reopening
from blueprints.complaints.workflow import AFTER_REPLY, OPEN, State
from core.clock import end_of_day, local_date
from domain.errors import InvalidInput, RuleViolation

RECEIVED, SIGNED, RETURNED, FILLED = "received", "signed", "returned", "filled_back"
KINDS = {"return": "退单", "extension": "延期"}
RETURNED_TO_SENDER = "returned"
LONGEST_FILL = 4000


def newest(case: Case) -> OutsideDispatch | None:
    """The last round of the case."""
    return max(case.dispatches, key=lambda d: d.round, default=None)


def _current(act: Act, field: str) -> OutsideDispatch:
    """The round at work. Errors: InvalidInput when the case did not come from outside."""
    dispatch = newest(act.case)
    if dispatch is None:
        raise InvalidInput("本件不是 12345 等单位派来的，没有派单。", field)
    if dispatch.state == RETURNED:
        raise InvalidInput("这一轮派单已经退回来件单位。", field)
    return dispatch


def _reason(act: Act) -> str:
    reason = str(act.data.get("reason") or "").strip()
    if len(reason) < 5:
        raise InvalidInput("请写明理由（不少于 5 个字）。", "reason")
    return reason


@effect("outside_sign")
def outside_sign(act: Act) -> None:
    """签收: who of us took the round over, and when."""
    waiting = [d for d in act.case.dispatches if d.state == RECEIVED]
    if not waiting:
        raise InvalidInput("没有等待签收的派单。", "remark")
    for dispatch in waiting:
        dispatch.state, dispatch.signed_by_id, dispatch.signed_at = SIGNED, act.by.id, act.now
    act.record("remark", round=waiting[-1].round)


@effect("outside_ask")
def outside_ask(act: Act) -> None:
    """A return or more time, asked of the sender; nothing changes here until the sender has decided."""
    dispatch, kind = _current(act, "kind"), act.data.get("kind")
    if kind not in KINDS:
        raise InvalidInput("请选择申请退单还是延期。", "kind")
    if any(not request.decision for request in dispatch.requests):
        raise InvalidInput("已有一份申请在等来件单位答复。", "kind")
    until = act.data.get("asked_until") if kind == "extension" else None
    if kind == "extension" and (until is None or until <= local_date(act.now)):
        raise InvalidInput("请填写希望延到哪一天（今天以后）。", "asked_until")
    request = OutsideRequest(
        kind=kind, reason=_reason(act), asked_until=until, asked_by_id=act.by.id, asked_at=act.now
    )
    dispatch.requests.append(request)
    act.record("reason", ask=KINDS[kind], asked_until=until, round=dispatch.round)


@effect("outside_decide")
def outside_decide(act: Act) -> None:
    """What the sender decided: more time moves its limits, a granted return ends the case with us."""
    dispatch = _current(act, "decision")
    request = next((r for r in dispatch.requests if not r.decision), None)
    if request is None:
        raise InvalidInput("没有等来件单位答复的申请。", "decision")
    decision, day = act.data.get("decision"), act.data.get("decided_on")
    if decision not in ("granted", "refused"):
        raise InvalidInput("请选择来件单位同意还是不同意。", "decision")
    if day is None or day > local_date(act.now):
        raise InvalidInput("请填写来件单位答复的日期，不能晚于今天。", "decided_on")
    request.decision, request.decided_on = decision, day
    request.remark = str(act.data.get("remark") or "")[:500]
    request.recorded_by_id, request.recorded_at = act.by.id, act.now
    act.record("remark", ask=KINDS[request.kind], decision=decision, decided_on=day, round=dispatch.round)
    if decision != "granted":
        return
    if request.kind == "extension":
        _extend(act, dispatch, request)
    else:
        _give_back(act, dispatch)


def _extend(act: Act, dispatch: OutsideDispatch, request: OutsideRequest) -> None:
    until = act.data.get("new_due_on")
    if until is None:
        raise InvalidInput("请填写来件单位同意的新期限。", "new_due_on")
    levels = [level for level in act.data.get("levels") or () if level in NAMES]
    if not levels:
        raise InvalidInput("请选择新期限用于哪一级时限。", "levels")
    clocks = {clock.obligation: clock for clock in outside_limits.running(act.case.id)}
    levels = [level for level in levels if level not in clocks or clocks[level].due_on < until]
    if not levels:
        raise InvalidInput("新期限不晚于原来的时限，没有可以延长的。", "new_due_on")
    request.new_due_on = until
    for level in levels:
        setattr(dispatch, f"{level}_due_at", end_of_day(until))
        if level in clocks:
            reason = f"来件单位同意延期至 {until:%Y-%m-%d}"
            outside_limits.move(clocks[level], until, now=act.now, reason=reason)
        else:
            term = Term(level, end_of_day(until))
            outside_limits.start(act.case.id, [term], dispatch.number, dispatch.round, act.now)
    act.record(new_due_on=until, levels=[NAMES[level] for level in levels])


def _give_back(act: Act, dispatch: OutsideDispatch) -> None:
    """退单成功: the sender has it again; what still ran here ends."""
    dispatch.state = RETURNED
    outside_limits.end(act.case.id, at=act.now, met=False)
    if act.case.state in OPEN:
        deadlines.void(act)
        act.case.ended_how = RETURNED_TO_SENDER
        act.target = State.WITHDRAWN


def internal_names(case: Case) -> list[str]:
    """Names of our own people that the record of a case mentions, the longest first."""
    people = {step.actor_name for step in case.steps}
    people |= {a.investigator.name for a in case.assignments if a.investigator}
    return sorted((name for name in people if len(name) > 1), key=len, reverse=True)


def without_internal_names(text: str, case: Case) -> str:
    """`text` as it may leave the house: what the sender told us stays, our people are not named."""
    for name in internal_names(case):
        text = text.replace(name, "工作人员")
    return text


def prepared_fill(case: Case) -> str:
    """回填 drawn up from the newest answer, or from the reason why the case was not taken."""
    for action, name in (("reply", "text"), ("answer_now", "text"), ("decline", "reason")):
        said = [s for s in facts.steps_since(case, facts.REOPENING) if s.action == action]
        if said:
            return without_internal_names(str(said[-1].facts.get(name) or ""), case)
    moved = facts.transfer_open(case)
    return f"本件已移送{moved.body}。{without_internal_names(moved.reason, case)}" if moved else ""


def may_fill(case: Case) -> bool:
    """Whether there is an answer, or another end, to tell the sender."""
    ended = case.state not in OPEN and case.state != State.MERGED
    return facts.replied(case) or ended or case.completed_at is not None


@effect("fill_back")
def fill_back(act: Act) -> None:
    """What goes back into the sender's system; its limits end here."""
    dispatch, text = _current(act, "text"), str(act.data.get("text") or "").strip()
    if not may_fill(act.case):
        raise RuleViolation(
            "还没有答复诉求人，没有可以回填的结果。", None, "请先答复诉求人，再回填来件单位。"
        )
    if not text:
        raise InvalidInput("请填写回填内容。", "text")
    if len(text) > LONGEST_FILL:
        raise InvalidInput(f"回填内容不超过 {LONGEST_FILL} 个字。", "text")
    named = [name for name in internal_names(act.case) if name in text]
    if named:
        raise InvalidInput(f"回填内容里有本单位人员的姓名（{'、'.join(named)}），请改成单位名称。", "text")
    dispatch.state, dispatch.fill_text, dispatch.exported_at = FILLED, text, None
    dispatch.filled_by_id, dispatch.filled_at = act.by.id, act.now
    outside_limits.end(act.case.id, at=act.now, met=True)
    act.record("text", round=dispatch.round)


@effect("redispatch")
def redispatch(act: Act) -> None:
    """重办: a newer round of the same number joins this case. A lower one that came late is only recorded."""
    case, data = act.case, act.data
    last, round_ = newest(case), int(data.get("round") or 0)
    if last is None:
        raise InvalidInput("本件不是 12345 等单位派来的，没有派单。", "round")
    if not 1 <= round_ <= 99 or any(d.round == round_ for d in case.dispatches):
        raise InvalidInput("请填写新的派单轮次（1 到 99，已有的轮次不能重复）。", "round")
    received = data.get("received_at") or act.now
    if received > act.now:
        raise InvalidInput("派单时间不能晚于现在。", "received_at")
    origin = {"source": last.source, "number": last.number, **_origin(data), "round": round_}
    columns = dispatch_columns(origin, case.id, last.organization_id, received)
    case.dispatches.append(OutsideDispatch(**columns))
    act.record("text", round=round_, received_at=received)
    if round_ < last.round:
        act.record(late_round=True)
        return
    terms = outside_limits.terms_of(columns["data"])
    case.origin_round = round_
    case.origin_digest, case.origin_data = columns["digest"], columns["data"]
    outside_limits.end(case.id, at=act.now, met=False)
    _take_up_again(act)
    outside_limits.start(case.id, terms, last.number, round_, received)
    act.record(**{f"{term.level}_due": outside_limits.told(term) for term in terms})


def _origin(data: Mapping[str, Any]) -> dict[str, Any]:
    """The sender's limits and digest, as an import or the form of a person gives them."""
    given: Mapping[str, Any] | None = data.get("origin")
    if given is not None:
        return {name: given[name] for name in ("digest", "data")}
    days = {level: data.get(f"{level}_due") for level in NAMES}
    return {"data": {"limits": {level: day.isoformat() for level, day in days.items() if day is not None}}}


def _take_up_again(act: Act) -> None:
    """Answered, closed or archived, the case is worked on again; one that is still at work goes on."""
    case = act.case
    if case.state in OPEN - AFTER_REPLY or case.state in (State.MERGED, State.TRANSFERRED):
        return
    declined = case.accepted_at is None
    case.reopened += 1
    case.closed_at, case.archived_at, case.satisfied, case.ended_how = None, None, "", ""
    deadlines.restart(act)
    propose_after_reopening(act)
    if declined:
        deadlines.start_limit(act, "acceptance")
        act.target = State.REGISTERED
    elif not case.open_assignments:
        act.target = State.ACCEPTED
    else:
        act.target = State.AWAITING_INSTRUCTION if case.flow == "suggestion" else State.DISPATCHED
