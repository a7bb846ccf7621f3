"""State tables of a case, one a flow: from these come buttons, checks, diagrams and tests.

A row says: in `source`, `action` leads to `target` (the same state when None) for people of `side` who
hold one of `roles`, if `when` holds for the case and the guards pass. `main` marks the step that the work
list offers next. Clauses and names of actions and guards are data of the ruleset.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from blueprints.complaints.states import AFTER_REPLY as AFTER_REPLY
from blueprints.complaints.states import BEFORE_DISPATCH as BEFORE_DISPATCH
from blueprints.complaints.states import ENDED as ENDED
from blueprints.complaints.states import OPEN as OPEN
from blueprints.complaints.states import STATE_NAMES as STATE_NAMES
from blueprints.complaints.states import State as State
from domain.roles import Role


class Side(StrEnum):
    """Whose people act: by their relation to the case."""

    RECEIVER = "receiver"
    REGULATOR = "regulator"
    ENTERPRISE = "enterprise"
    UNIT = "unit"
    OWNER = "owner"
    REPLIER = "replier"
    OVERSEER = "overseer"
    SENDER = "sender"


SIDE_NAMES: dict[Side, str] = {
    Side.RECEIVER: "受理单位",
    Side.REGULATOR: "主管部门",
    Side.ENTERPRISE: "被诉经营单位",
    Side.UNIT: "承办部门",
    Side.OWNER: "牵头单位",
    Side.REPLIER: "答复单位",
    Side.OVERSEER: "抽查台账的主管部门",
    Side.SENDER: "移送单位",
}


class When(StrEnum):
    """Conditions on a case (facts.holds) under which a row is open at all."""

    ALWAYS = ""
    HELP_REQUEST = "help_request"
    OWED_REPORT = "owed_report"
    SETTLED = "settled"
    INTERNAL = "internal"
    INDUSTRY_UNREPLIED = "industry_unreplied"
    REPLIED = "replied"
    NO_REPLY_NEEDED = "no_reply_needed"
    REPLY_NEEDED = "reply_needed"
    MAIN_REPLIED = "main_replied"
    AT_ENTERPRISE = "at_enterprise"
    JOINT = "joint"
    UNRECEIPTED = "unreceipted"
    RECEIPTED = "receipted"
    NAMED = "named"
    ANONYMOUS = "anonymous"
    ANONYMOUS_OWED = "anonymous_owed"
    ANONYMOUS_MERGED = "anonymous_merged"


class Outcome(StrEnum):
    """What an action came to (facts.came_to); chooses between rows of the same action."""

    ANY = ""
    NO_ASSIGNMENT = "no_assignment"
    HAS_ASSIGNMENT = "has_assignment"
    INFO_COMPLETE = "info_complete"
    INFO_INCOMPLETE = "info_incomplete"
    ALL_VERIFIED = "all_verified"
    SOME_UNVERIFIED = "some_unverified"
    CONTENT = "content"
    DISCONTENT = "discontent"
    DISCONTENT_UNASSIGNED = "discontent_unassigned"


@dataclass(frozen=True)
class Actor:
    """A side of the case and the roles there that may act."""

    side: Side
    roles: frozenset[Role]


@dataclass(frozen=True)
class Row:
    """One line of a state table."""

    source: State
    action: str
    target: State | None
    actor: Actor
    guards: tuple[str, ...] = ()
    when: When = When.ALWAYS
    outcome: Outcome = Outcome.ANY
    main: bool = False

    @property
    def takers(self) -> frozenset[Role]:
        """Roles in whose work list the step belongs: an apology is a leader's (Q6.1)."""
        return self.actor.roles & {*LEADERS} if "apology_by_leader" in self.guards else self.actor.roles


def _actor(side: Side, *roles: Role) -> Actor:
    return Actor(side, frozenset(roles))


CLERKS = (Role.REGULATOR_CLERK, Role.DISPATCHER)
LEADERS = (Role.REGULATOR_LEADER, Role.ENTERPRISE_LEADER)
RECEIVE = _actor(Side.RECEIVER, *CLERKS)
RECEIVER_LEADER = _actor(Side.RECEIVER, *LEADERS)
DISPATCH = _actor(Side.ENTERPRISE, Role.DISPATCHER)
UNIT = _actor(Side.UNIT, Role.HANDLER, Role.DISPATCHER, Role.ENTERPRISE_LEADER)
UNIT_LEADER = _actor(Side.ENTERPRISE, Role.ENTERPRISE_LEADER)
REPLY = _actor(Side.REPLIER, Role.REGULATOR_CLERK, Role.HANDLER, Role.DISPATCHER, *LEADERS)
REPORT = _actor(Side.ENTERPRISE, Role.DISPATCHER, Role.HANDLER, Role.ENTERPRISE_LEADER)
SUPERVISE = _actor(Side.REGULATOR, Role.REGULATOR_SUPERVISOR, Role.REGULATOR_LEADER)
TAKE_UP = _actor(Side.OVERSEER, Role.REGULATOR_SUPERVISOR, Role.REGULATOR_LEADER)
REGULATE = _actor(Side.REGULATOR, Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR, Role.REGULATOR_LEADER)
OWN = _actor(Side.OWNER, *CLERKS, Role.REGULATOR_SUPERVISOR)
MOVE = _actor(Side.OWNER, *CLERKS, Role.REGULATOR_SUPERVISOR, *LEADERS)
FETCH = _actor(Side.SENDER, *CLERKS, Role.REGULATOR_SUPERVISOR, *LEADERS)
CLOSE = _actor(Side.OWNER, *CLERKS, Role.REGULATOR_SUPERVISOR, Role.HANDLER, *LEADERS)

S = State
_INTAKE_GUARDS = ("channel_in_force", "category_given", "receipt_time_valid")
ACCEPT_GUARDS = (*_INTAKE_GUARDS, "first_contact_noted", "nature_decided", "written_text_for_significant")
AT_WORK = (S.DISPATCHED, S.INVESTIGATING, S.VERIFIED, S.RECTIFYING, S.RECTIFIED, S.REVIEWED)
REPLY_GUARDS = (
    "replier_competent",
    "liability_settled",
    "reply_substantial",
    "promise_within_authority",
    "progress_told",
)
ANSWER_GUARDS = ("reply_substantial", "promise_within_authority")
REFER_GUARDS = ("reply_date_within_cap",)
HANDLED_GUARDS = (
    "misconduct_reported", "lapse_corrected", "misunderstanding_explained", "rectification_planned",
)  # fmt: skip
REMEDIES = {
    "misconduct_reported": "report_misconduct", "lapse_corrected": "correct_lapse",
    "misunderstanding_explained": "explain", "rectification_planned": "rectify",
    "rectification_done": "complete_rectification", "apology_made": "apologise",
    "liability_settled": "consult",
}  # fmt: skip
CLOSE_GUARDS = (
    "apology_made", "rectification_done", "report_before_review", "callback_done", "closing_right",
)  # fmt: skip

INTAKE: tuple[Row, ...] = (
    Row(S.REGISTERED, "request_info", S.AWAITING_INFO, RECEIVE),
    Row(S.REGISTERED, "accept", S.ACCEPTED, RECEIVE, ACCEPT_GUARDS, outcome=Outcome.NO_ASSIGNMENT, main=True),
    Row(
        S.REGISTERED,
        "accept",
        S.DISPATCHED,
        RECEIVE,
        ACCEPT_GUARDS,
        outcome=Outcome.HAS_ASSIGNMENT,
        main=True,
    ),
    Row(S.REGISTERED, "decline", S.DECLINED, RECEIVE, ("decline_reason_told",)),
    Row(S.REGISTERED, "waive_written", None, RECEIVER_LEADER),
    Row(S.AWAITING_INFO, "record_info", S.REGISTERED, RECEIVE, outcome=Outcome.INFO_COMPLETE, main=True),
    Row(S.AWAITING_INFO, "record_info", None, RECEIVE, outcome=Outcome.INFO_INCOMPLETE),
    Row(S.AWAITING_INFO, "decline", S.DECLINED, RECEIVE, ("decline_reason_told",)),
    Row(S.AWAITING_INFO, "waive_written", S.REGISTERED, RECEIVER_LEADER),
    Row(S.DECLINED, "archive", S.ARCHIVED, OWN, main=True),
    Row(S.DECLINED, "reopen", S.REGISTERED, OWN),
)
URGENT: tuple[Row, ...] = (
    Row(S.REGISTERED, "urgent_dispatch", None, RECEIVE, ("unit_named",)),
    Row(S.AWAITING_INFO, "urgent_dispatch", None, RECEIVE, ("unit_named",)),
)


def _assigning(*states: State) -> tuple[Row, ...]:
    """Dispatching inside the enterprise, and the way back."""
    rows: list[Row] = []
    for state in states:
        rows += [
            Row(state, "assign", None, DISPATCH, ("unit_named",)),
            Row(state, "return_assignment", None, UNIT),
            Row(state, "decide_return", S.ACCEPTED, OWN, outcome=Outcome.NO_ASSIGNMENT),
            Row(state, "decide_return", None, OWN, outcome=Outcome.HAS_ASSIGNMENT),
        ]
    return tuple(rows)


def _reviewing(rework: State, reopened: State) -> tuple[Row, ...]:
    """Report to the regulator, review, callback, close, archive: the tail that all flows share.

    `rework` is where a report sent back goes, `reopened` where a dissatisfied person's case goes.
    """
    return (
        Row(S.REPLIED, "report_back", S.REPORTED, REPORT, ("report_complete",), When.OWED_REPORT, main=True),
        Row(S.REPORTED, "review_accept", S.REVIEWED, SUPERVISE, ("report_before_review",), main=True),
        Row(S.REPORTED, "review_return", rework, SUPERVISE, ("review_reason",)),
        Row(S.REVIEWED, "reply", S.REPLIED, REPLY, REPLY_GUARDS, When.INDUSTRY_UNREPLIED, main=True),
        Row(S.REVIEWED, "callback", S.CALLED_BACK, OWN, (), When.REPLIED, Outcome.CONTENT, main=True),
        Row(S.REVIEWED, "callback", S.ACCEPTED, OWN, (), When.REPLIED, Outcome.DISCONTENT_UNASSIGNED),
        Row(S.REVIEWED, "callback", reopened, OWN, (), When.REPLIED, Outcome.DISCONTENT),
        Row(S.REPLIED, "callback", S.CALLED_BACK, OWN, (), When.SETTLED, Outcome.CONTENT, main=True),
        Row(S.REPLIED, "callback", S.ACCEPTED, OWN, (), When.SETTLED, Outcome.DISCONTENT_UNASSIGNED),
        Row(S.REPLIED, "callback", reopened, OWN, (), When.SETTLED, Outcome.DISCONTENT),
        Row(S.REVIEWED, "close", S.CLOSED, CLOSE, CLOSE_GUARDS, When.REPLIED, main=True),
        Row(S.REVIEWED, "close", S.CLOSED, CLOSE, CLOSE_GUARDS, When.ANONYMOUS, main=True),
        Row(S.REPLIED, "close", S.CLOSED, CLOSE, CLOSE_GUARDS, When.SETTLED, main=True),
        Row(S.CALLED_BACK, "close", S.CLOSED, CLOSE, CLOSE_GUARDS, main=True),
        Row(S.CLOSED, "archive", S.ARCHIVED, OWN, main=True),
        Row(S.CLOSED, "reopen", S.ACCEPTED, OWN, outcome=Outcome.NO_ASSIGNMENT),
        Row(S.CLOSED, "reopen", reopened, OWN, outcome=Outcome.HAS_ASSIGNMENT),
        Row(S.WITHDRAWN, "archive", S.ARCHIVED, OWN, main=True),
        Row(S.MERGED, "reply", None, REPLY, ("reply_substantial",), When.MAIN_REPLIED, main=True),
        Row(S.MERGED, "archive", S.ARCHIVED, OWN, when=When.REPLIED, main=True),
        Row(S.MERGED, "archive", S.ARCHIVED, OWN, when=When.ANONYMOUS_MERGED, main=True),
        Row(S.TRANSFERRED, "transfer_receipt", None, MOVE, when=When.UNRECEIPTED, main=True),
        Row(S.TRANSFERRED, "archive", S.ARCHIVED, OWN, when=When.RECEIPTED, main=True),
    )


def _talking(*states: State) -> tuple[Row, ...]:
    """Q6: apology and explanation, possible from the verification on."""
    rows: list[Row] = []
    for state in states:
        rows += [
            Row(state, "apologise", None, UNIT, ("apology_by_leader",)),
            Row(state, "talk", None, UNIT),
            Row(state, "shelve_talk", None, UNIT, ("talks_enough",)),
        ]
    return tuple(rows)


def _handled(state: State) -> tuple[Row, ...]:
    """What a verified complaint allows before its reply."""
    guards, told = (*HANDLED_GUARDS, *REPLY_GUARDS), state is not S.RECTIFYING
    return (
        Row(state, "report_misconduct", None, UNIT),
        Row(state, "correct_lapse", None, UNIT),
        Row(state, "explain", None, UNIT),
        Row(state, "reply", S.REPLIED, REPLY, guards, When.INTERNAL, main=told),
        Row(state, "report_back", S.REPORTED, REPORT, (*HANDLED_GUARDS, "report_complete"),
            When.ANONYMOUS_OWED, main=told),
        Row(state, "close", S.CLOSED, CLOSE, (*HANDLED_GUARDS, *CLOSE_GUARDS), When.ANONYMOUS, main=told),
        Row(
            state, "report_back", S.REPORTED, REPORT, (*HANDLED_GUARDS, "report_complete"),
            When.INDUSTRY_UNREPLIED, main=told,
        ),
    )  # fmt: skip


COMPLAINT: tuple[Row, ...] = (
    *INTAKE,
    *URGENT,
    Row(S.REGISTERED, "answer_now", S.REPLIED, RECEIVE, ("reply_substantial",), When.HELP_REQUEST),
    Row(S.ACCEPTED, "answer_now", S.REPLIED, RECEIVE, ("reply_substantial",), When.HELP_REQUEST),
    Row(S.ACCEPTED, "dispatch", S.DISPATCHED, RECEIVE, ("unit_named",), main=True),
    Row(S.DISPATCHED, "dispatch", None, RECEIVE, ("unit_named",)),
    *_assigning(S.DISPATCHED, S.INVESTIGATING),
    Row(S.DISPATCHED, "assign", None, DISPATCH, ("unit_named",), When.AT_ENTERPRISE, main=True),
    Row(S.DISPATCHED, "investigate", S.INVESTIGATING, UNIT, ("investigator_named",), main=True),
    Row(S.INVESTIGATING, "investigate", None, UNIT, ("investigator_named",)),
    Row(S.INVESTIGATING, "verify", S.VERIFIED, UNIT, ("findings_complete", "service_class_given"),
        outcome=Outcome.ALL_VERIFIED, main=True),
    Row(S.INVESTIGATING, "verify", None, UNIT, ("findings_complete", "service_class_given"),
        outcome=Outcome.SOME_UNVERIFIED, main=True),
    *_handled(S.VERIFIED),
    Row(S.VERIFIED, "rectify", S.RECTIFYING, UNIT),
    *_handled(S.RECTIFYING),
    Row(S.RECTIFYING, "complete_rectification", S.RECTIFIED, UNIT, main=True),
    *_handled(S.RECTIFIED),
    *(Row(s, "complete_rectification", None, UNIT) for s in sorted(AFTER_REPLY)),
    *(Row(s, "consult", None, REGULATE, when=When.JOINT) for s in AT_WORK),
    *_talking(S.VERIFIED, S.RECTIFYING, S.RECTIFIED, S.REPLIED, S.REPORTED, S.REVIEWED, S.CALLED_BACK),
    *_reviewing(S.INVESTIGATING, S.DISPATCHED),
)  # fmt: skip

INQUIRY: tuple[Row, ...] = (
    *INTAKE,
    *(
        Row(state, "answer_now", S.REPLIED, actor, ANSWER_GUARDS, main=main)
        for state, actor, main in (
            (S.REGISTERED, RECEIVE, False), (S.ACCEPTED, RECEIVE, True), (S.DISPATCHED, DISPATCH, True),
        )
    ),
    *(
        Row(state, "ask", S.CONSULTING, actor, ("unit_named",))
        for state, actor in ((S.REGISTERED, RECEIVE), (S.ACCEPTED, RECEIVE), (S.DISPATCHED, DISPATCH))
    ),
    Row(S.ACCEPTED, "dispatch", S.DISPATCHED, RECEIVE, ("unit_named",)),
    *_assigning(S.DISPATCHED),
    Row(S.CONSULTING, "give_answer", S.ANSWERED, UNIT, main=True),
    Row(S.ANSWERED, "reply", S.REPLIED, REPLY, ("department_answer_given", *REPLY_GUARDS), When.NAMED,
        main=True),
    Row(S.ANSWERED, "close", S.CLOSED, CLOSE, ("department_answer_given", "closing_right"), When.ANONYMOUS,
        main=True),
    *_reviewing(S.DISPATCHED, S.DISPATCHED),
)  # fmt: skip

SUGGESTION: tuple[Row, ...] = (
    *INTAKE,
    Row(S.ACCEPTED, "dispatch", S.DISPATCHED, RECEIVE, ("unit_named",)),
    *_assigning(S.DISPATCHED),
    Row(S.ACCEPTED, "refer_to_leader", S.AWAITING_INSTRUCTION, RECEIVE, REFER_GUARDS, main=True),
    Row(S.DISPATCHED, "refer_to_leader", S.AWAITING_INSTRUCTION, REPORT, REFER_GUARDS, main=True),
    Row(S.AWAITING_INSTRUCTION, "instruct", S.INSTRUCTED, _actor(Side.REPLIER, *LEADERS), main=True),
    Row(S.INSTRUCTED, "reply", S.REPLIED, REPLY, ("leader_instructed", "adoption_told", *REPLY_GUARDS),
        When.REPLY_NEEDED, main=True),
    Row(S.INSTRUCTED, "close", S.CLOSED, CLOSE, ("leader_instructed", "closing_right"),
        When.NO_REPLY_NEEDED, main=True),
    *_reviewing(S.INSTRUCTED, S.AWAITING_INSTRUCTION),
)  # fmt: skip

FLOWS: dict[str, tuple[Row, ...]] = {"complaint": COMPLAINT, "suggestion": SUGGESTION, "inquiry": INQUIRY}


@dataclass(frozen=True)
class Overlay:
    """An action that is possible in many states and changes none of them by itself."""

    action: str
    states: frozenset[State]
    actor: tuple[Actor, ...]
    guards: tuple[str, ...] = ()
    target: State | None = None


ALL_ACTORS = (REGULATE, RECEIVE, UNIT, OWN)
OVERLAYS: tuple[Overlay, ...] = (
    Overlay("note", OPEN, ALL_ACTORS),
    Overlay("progress_notice", OPEN, (RECEIVE, REPORT, UNIT)),
    Overlay("raise_level", OPEN, (RECEIVE, OWN, RECEIVER_LEADER, UNIT_LEADER, SUPERVISE),
            ("level_only_rises", "judgement_recorded")),
    Overlay("correct", OPEN, (RECEIVE, OWN), ("first_receiver_kept",)),
    Overlay("urge", OPEN, (REGULATE, RECEIVE, OWN)),
    Overlay("supervise", OPEN, (SUPERVISE, RECEIVER_LEADER)),
    Overlay("answer_supervision", frozenset(State), (REPORT, UNIT)),
    Overlay("lift_supervision", frozenset(State), (SUPERVISE, RECEIVER_LEADER)),
    Overlay("link_duplicate", frozenset(State), (RECEIVE, OWN)),
    Overlay("merge", OPEN - AFTER_REPLY, (RECEIVE, OWN), (), State.MERGED),
    Overlay("unmerge", frozenset({State.MERGED}), (RECEIVE, OWN)),
    Overlay("request_extension", OPEN - AFTER_REPLY, (RECEIVE, REPORT, UNIT), ("extension_allowed",)),
    Overlay("decide_extension", OPEN, (SUPERVISE, RECEIVER_LEADER)),
    Overlay("request_suspension", OPEN - AFTER_REPLY, (RECEIVE, REPORT, UNIT), ("suspension_allowed",)),
    Overlay("decide_suspension", OPEN, (SUPERVISE, RECEIVER_LEADER)),
    Overlay("resume", OPEN, (RECEIVE, REPORT, UNIT)),
    Overlay("request_withdrawal", OPEN - AFTER_REPLY, (RECEIVE, OWN)),
    Overlay("decide_withdrawal", OPEN, (SUPERVISE, RECEIVER_LEADER)),
    Overlay("take_up", OPEN, (TAKE_UP,)),
    Overlay("change_people", OPEN, (RECEIVE, OWN)),
    Overlay("relay_question", OPEN, (UNIT, REPORT)),
    Overlay("relay_answer", OPEN, (REGULATE,)),
    Overlay("request_no_more", OPEN - AFTER_REPLY, (RECEIVE, OWN)),
    Overlay("decide_no_more", OPEN - AFTER_REPLY, (RECEIVER_LEADER, _actor(Side.OWNER, *LEADERS))),
    Overlay("tell_no_more", OPEN - AFTER_REPLY, (RECEIVE, OWN), (), State.CLOSED),
    *(
        Overlay(a, frozenset(State), (RECEIVE,))
        for a in ("outside_sign", "outside_ask", "outside_decide", "fill_back", "redispatch")
    ),
    Overlay("transfer", OPEN - AFTER_REPLY, (MOVE,)),
    Overlay("transfer_back", frozenset({State.TRANSFERRED, State.REGISTERED}), (MOVE, FETCH)),
    Overlay("attach_incident", OPEN, ALL_ACTORS),
    Overlay("detach_incident", OPEN, ALL_ACTORS),
    Overlay("close_by_incident", OPEN, ALL_ACTORS, (), State.CLOSED),
)  # fmt: skip
OVERLAY_BY_ACTION = {o.action: o for o in OVERLAYS}


def rows_of(flow: str, state: str, action: str | None = None) -> list[Row]:
    """Rows that leave `state` in `flow` (by `action`, where given), in table order."""
    return [r for r in FLOWS[flow] if r.source == state and action in (None, r.action)]


def main_rows(flow: str, state: str) -> list[Row]:
    """Rows that the work list offers next."""
    return [r for r in rows_of(flow, state) if r.main]


def actions_of_roles(roles: frozenset[Role]) -> frozenset[str]:
    """Actions that may come next in some flow and are for people with these roles."""
    nexts = (r for rows in FLOWS.values() for r in rows if r.main or r.action in REMEDIES.values())
    return frozenset(r.action for r in nexts if r.takers & roles)
