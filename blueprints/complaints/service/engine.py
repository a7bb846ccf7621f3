"""The one way a case changes: find the row, check who and whether, do it, record it, tell people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from blueprints.accounts.models import User
from blueprints.complaints import facts
from blueprints.complaints.guards import Attempt, first_refusal
from blueprints.complaints.labels import storable
from blueprints.complaints.models import Case, CaseStep
from blueprints.complaints.people import CONFIDENTIAL, hidden_from
from blueprints.complaints.relations import may_act, relayed
from blueprints.complaints.service.access import keep_in_step
from blueprints.complaints.service.next_step import assign, refresh_merged, refresh_next
from blueprints.complaints.workflow import (
    OVERLAY_BY_ACTION,
    OVERLAYS,
    SIDE_NAMES,
    STATE_NAMES,
    Actor,
    Row,
    State,
    rows_of,
)
from blueprints.rulebook.service import pinned
from core import audit
from core.authz import ROLE_NAMES, Role
from core.db import db
from domain.errors import RuleViolation
from domain.rulesets import Ruleset
from domain.workdays import Calendar

DECIDING = frozenset({Role.REGULATOR_LEADER, Role.REGULATOR_SUPERVISOR, Role.ENTERPRISE_LEADER})
SPEAKING = frozenset({"progress_notice", "talk", "shelve_talk", "apologise", "callback"})
OUTSIDE = frozenset({"outside_sign", "outside_ask", "outside_decide", "fill_back", "redispatch"})
WHILE_SUSPENDED = OUTSIDE | {"resume", "note", "progress_notice", "decide_suspension", "link_duplicate"}


@dataclass
class Act:
    """One step being carried out; effects put what is to be recorded into `facts`."""

    case: Case
    action: str
    data: Mapping[str, Any]
    by: User
    now: datetime
    calendar: Calendar
    ruleset: Ruleset
    facts: dict[str, Any] = field(default_factory=dict)
    assignment_id: int | None = None
    target: State | None = None

    def record(self, *names: str, **values: Any) -> None:
        """Record what was filled in under `names`, and `values`."""
        self.facts |= {name: storable(self.data.get(name)) for name in names}
        self.facts |= {name: storable(value) for name, value in values.items()}


Effect = Callable[[Act], None]
EFFECTS: dict[str, Effect] = {}


def effect(action: str) -> Callable[[Effect], Effect]:
    """Register what an action does to the case."""

    def keep(function: Effect) -> Effect:
        EFFECTS[action] = function
        return function

    return keep


@dataclass(frozen=True)
class Option:
    """A step that a person may take now; `blocked` says why it is not open yet."""

    action: str
    name: str
    clause: str | None
    main: bool
    blocked: RuleViolation | None


def _refuse(ruleset: Ruleset, action: str, why: str) -> RuleViolation:
    return RuleViolation(why, ruleset.action(action).clause)


def _open_rows(case: Case, action: str) -> list[Row]:
    """Rows of the table and overlays, as rows, that `action` has in the state of the case."""
    rows = rows_of(case.flow, case.state, action)
    overlay = OVERLAY_BY_ACTION.get(action)
    if overlay and case.state in overlay.states:
        rows += [Row(State(case.state), action, overlay.target, a, overlay.guards) for a in overlay.actor]
    return rows


def _who(actors: list[Actor]) -> str:
    words = []
    for actor in actors:
        roles = "、".join(ROLE_NAMES[r] for r in Role if r in actor.roles)
        words.append(f"{SIDE_NAMES[actor.side]}（{roles}）")
    return "或".join(dict.fromkeys(words))


def _unknown_here(case: Case, action: str, attempt: Attempt) -> RuleViolation:
    """Why a ruleset that does not know the action refuses it: by its guard's clause, where it has one."""
    guards = tuple(g for row in _open_rows(case, action) for g in row.guards)
    plain = RuleViolation(f"{attempt.ruleset.title}没有规定这一步。")
    return first_refusal(guards, attempt, only_standing=True) or plain


def _rows_for(case: Case, action: str, by: User, ruleset: Ruleset) -> list[Row]:
    name = ruleset.action(action).name
    rows = _open_rows(case, action)
    if not rows:
        state = STATE_NAMES[case.state]
        raise _refuse(ruleset, action, f"本件现在是“{state}”，还不能“{name}”。请先办完当前这一步。")
    mine = [r for r in rows if may_act(r.actor, case, by)]
    if not mine:
        raise _refuse(ruleset, action, f"“{name}”由{_who([r.actor for r in rows])}办理，您的账号不在其中。")
    fitting = [r for r in mine if facts.holds(r.when, case)]
    if not fitting:
        raise _refuse(ruleset, action, f"按本件的情况现在不办“{name}”。请看页面上方的下一步。")
    return fitting


def _speakable(case: Case, action: str, by: User) -> RuleViolation | None:
    """Why this person cannot speak to the complainant, or None."""
    if action not in SPEAKING or not (case.anonymous or relayed(case)):
        return None
    if case.anonymous:
        return RuleViolation(f"{facts.UNANSWERABLE}。", None, "核实处理后直接结案；留下姓名的请更正诉求人。")
    if hidden_from(case, by) is None:
        return None
    return RuleViolation(CONFIDENTIAL, None, "要问的、要说的，请用“请主管部门转问”。")


def _admitted(attempt: Attempt, action: str) -> list[Row]:
    """Rows by which the person may take the step, whatever is filled in. Errors: RuleViolation."""
    case, ruleset = attempt.case, attempt.ruleset
    if not ruleset.has_action(action):
        raise _unknown_here(case, action, attempt)
    if case.suspended_at is not None and action not in WHILE_SUSPENDED:
        raise _refuse(ruleset, "resume", "本件已中止办理，请先恢复办理。")
    unspoken = _speakable(case, action, attempt.by)
    if unspoken is not None:
        raise unspoken
    return _rows_for(case, action, attempt.by, ruleset)


def foreseen(case: Case, action: str, *, by: User, now: datetime) -> RuleViolation | None:
    """Why the step will be refused whatever is filled in, or None."""
    attempt = Attempt(case, {}, by, pinned(case.ruleset_version_id), now)
    try:
        rows = _admitted(attempt, action)
    except RuleViolation as refused:
        return refused
    return first_refusal(rows[0].guards, attempt, only_standing=True)


def perform(
    case: Case, action: str, data: Mapping[str, Any], *, by: User, now: datetime, calendar: Calendar
) -> CaseStep:
    """Carry out one step inside the caller's transaction.

    Errors: RuleViolation with the clause when the state, the person, a guard or the effect refuses;
    InvalidInput for values that cannot be meant.
    """
    ruleset = pinned(case.ruleset_version_id)
    attempt = Attempt(case, data, by, ruleset, now)
    rows = _admitted(attempt, action)
    refused = first_refusal(rows[0].guards, attempt)
    if refused is not None:
        raise refused
    _require_not_own(case, rows[0].actor, by)
    act = Act(case, action, data, by, now, calendar, ruleset)
    EFFECTS[action](act)
    target = act.target or next(
        (r.target for r in rows if facts.came_to(r.outcome, case, data)), None
    )  # fmt: skip
    return store(act, target or State(case.state), rows[0].actor)


def _require_not_own(case: Case, actor: Actor, by: User) -> None:
    """Somebody who acts for a leader never decides on what they handed in themselves."""
    principal = by.principal_for(actor.roles)
    moves = (step for step in reversed(case.steps) if step.state_before not in ("", step.state_after))
    last = next(moves, None)
    if principal and actor.roles & DECIDING and last is not None and last.actor_id == by.id:
        raise RuleViolation(
            f"上一步“{last.name}”是您办的，不能再以受{principal}授权的身份作决定。", None,
            f"请由{principal}本人或者其他有权的人办理。",
        )  # fmt: skip


def _written(act: Act, target: State, actor: Actor | None) -> CaseStep:
    """The step as the timeline keeps it: in which role, and for whom where only a lent role allowed it."""
    case, by = act.case, act.by
    row = act.ruleset.action(act.action)
    behalf = by.principal_for(actor.roles) if actor else ""
    roles = by.roles & actor.roles if actor else by.own_roles
    if actor is not None and by.lent:
        by.act_for(behalf)
    return CaseStep(
        case_id=case.id,
        assignment_id=act.assignment_id,
        action=act.action,
        name=row.name,
        clause=row.clause or "",
        state_before=case.state,
        state_after=target.value,
        actor_id=by.id,
        actor_name=by.name,
        actor_unit=by.organization.name if by.organization else "",
        actor_role=next((r.value for r in Role if r in roles), ""),
        at=act.now,
        facts=act.facts,
        behalf=behalf,
    )


def store(act: Act, target: State, actor: Actor | None = None) -> CaseStep:
    """Record the step, move the case, renew what lists show, write the audit row and tell people."""
    case, by = act.case, act.by
    step = _written(act, target, actor)
    assign(case, state=target.value)
    if db.session.new:  # what the effect made is known by its id from here on
        db.session.flush()
    db.session.add(step)
    set_committed_value(case, "steps", [*case.steps, step])
    refresh_next(case, act.ruleset, by=by, now=act.now)
    if act.action in ("reply", "answer_now"):
        refresh_merged(case, act.ruleset, by=by, now=act.now)
    db.session.flush()
    changes: dict[str, Any] = {"state": [step.state_before, step.state_after], "step": [None, step.id]}
    audit.record(
        f"case.{act.action}",
        subject=audit.Subject("case", case.id, case.number),
        by=by,
        now=act.now,
        changes=changes,
        personal={name: [None, value] for name, value in act.facts.items()},
    )
    keep_in_step(db.session())
    return step


def options(case: Case, by: User, *, now: datetime) -> list[Option]:
    """What this person may do with the case now: the next steps first, then the rest, each with its clause
    and, where the case itself stands in the way, the reason."""
    ruleset = pinned(case.ruleset_version_id)
    found: dict[str, Option] = {}
    rows = rows_of(case.flow, case.state)
    rows += [r for o in OVERLAYS if case.state in o.states for r in _open_rows(case, o.action)]
    attempt = Attempt(case, {}, by, ruleset, now)
    for row in rows:
        if row.action in found or not facts.holds(row.when, case) or not may_act(row.actor, case, by):
            continue
        if not ruleset.has_action(row.action) or not _meaningful(row, case):
            continue
        if _speakable(case, row.action, by) is not None:
            continue
        described = ruleset.action(row.action)
        blocked = first_refusal(row.guards, attempt, only_standing=True)
        main = row.action == case.next_action
        found[row.action] = Option(row.action, described.name, described.clause, main, blocked)
    return sorted(found.values(), key=lambda o: not o.main)


def _meaningful(row: Row, case: Case) -> bool:
    """Leave out steps that have nothing to act on."""
    pending = {a.kind for a in case.approvals if a.state == "pending"}
    supervised = any(o.state != "lifted" for o in case.supervision_orders)
    conditions: dict[str, bool] = {
        "decide_return": "return" in pending,
        "decide_extension": "extension" in pending,
        "decide_suspension": "suspension" in pending,
        "decide_withdrawal": "withdrawal" in pending,
        "decide_no_more": "no_more" in pending,
        "request_no_more": not (case.anonymous or "no_more" in pending or facts.no_more_approved(case)),
        "tell_no_more": facts.no_more_approved(case),
        "relay_question": relayed(case),
        "relay_answer": relayed(case) and facts.question_open(case),
        "answer_supervision": any(o.state == "open" for o in case.supervision_orders),
        "lift_supervision": supervised,
        "resume": case.suspended_at is not None,
        "waive_written": case.significant and not case.written_waived and case.written_received_at is None,
        "report_misconduct": case.service_class == "misconduct",
        "correct_lapse": case.service_class == "lapse",
        "explain": case.service_class == "misunderstanding" or case.conclusion == "unsubstantiated",
        "rectify": facts.found(case),
        "complete_rectification": case.rectification == "planned",
        "supervise": not supervised,
        "raise_level": case.level > 1,
        "shelve_talk": not facts.found(case),
        "outside_sign": any(d.state == "received" for d in case.dispatches),
        "outside_ask": any(d.state in ("received", "signed") for d in case.dispatches),
        "outside_decide": any(not r.decision for d in case.dispatches for r in d.requests),
        "fill_back": any(d.state != "returned" for d in case.dispatches),
        "redispatch": bool(case.dispatches),
        "transfer_back": facts.transfer_open(case) is not None,
        "attach_incident": case.incident_id is None,
        "detach_incident": case.incident_id is not None,
        "close_by_incident": False,
    }
    return conditions.get(row.action, True)
