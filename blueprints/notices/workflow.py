"""The state table of an official notice: from it come buttons, checks, the diagram and tests.

A row says: in `source`, `action` leads to `target` (the same state when None) for people with `permission`,
if `when` holds for the notice and the guards pass. `main` marks the step that the page offers first; a row
without a permission is taken by the product itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.roles import ROLE_PERMISSIONS, Permission, Role


class State(StrEnum):
    """States of a notice."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    LEGAL_REVIEW = "legal_review"
    TO_SIGN = "to_sign"
    SIGNED = "signed"
    NUMBERED = "numbered"
    ISSUED = "issued"
    SERVED = "served"
    ARCHIVED = "archived"
    VOID = "void"
    DISCARDED = "discarded"


STATE_NAMES: dict[str, str] = {
    State.DRAFT: "拟稿",
    State.IN_REVIEW: "待核稿",
    State.LEGAL_REVIEW: "待法制审核",
    State.TO_SIGN: "待签发",
    State.SIGNED: "待编号",
    State.NUMBERED: "已编号，未成文",
    State.ISSUED: "待送达",
    State.SERVED: "已送达",
    State.ARCHIVED: "已归档",
    State.VOID: "已作废",
    State.DISCARDED: "已撤稿",
}
STATE_TONES: dict[str, str] = {
    State.NUMBERED: "danger",
    State.ISSUED: "wait",
    State.SERVED: "done",
    State.ARCHIVED: "done",
    State.VOID: "stopped",
    State.DISCARDED: "stopped",
}
ENDED = frozenset({State.ARCHIVED, State.VOID, State.DISCARDED})
WITH_NUMBER = frozenset({State.NUMBERED, State.ISSUED, State.SERVED, State.ARCHIVED, State.VOID})
GIVEN_OUT = frozenset({State.ISSUED, State.SERVED, State.ARCHIVED})


class When(StrEnum):
    """Conditions on a notice under which a row is open at all."""

    ALWAYS = ""
    LEGAL = "legal"
    NO_LEGAL = "no_legal"
    ADDRESSED = "addressed"
    UNADDRESSED = "unaddressed"
    ANSWER_OWED = "answer_owed"
    UNSERVED = "unserved"
    NOT_PRINTED = "not_printed"


class Outcome(StrEnum):
    """What an action came to; chooses between rows of the same action."""

    ANY = ""
    ALL_SERVED = "all_served"
    SOME_UNSERVED = "some_unserved"


@dataclass(frozen=True)
class Row:
    """One line of the state table."""

    source: State
    action: str
    target: State | None
    permission: Permission | None
    guards: tuple[str, ...] = ()
    when: When = When.ALWAYS
    outcome: Outcome = Outcome.ANY
    main: bool = False


S, P = State, Permission
ACTION_NAMES: dict[str, str] = {
    "draft": "拟稿",
    "edit": "修改",
    "submit": "送核稿",
    "discard": "撤稿",
    "withdraw": "取回修改",
    "review": "核稿通过",
    "legal_review": "法制审核通过",
    "sign": "签发",
    "send_back": "退回修改",
    "issue": "编号印制",
    "retry": "重新印制",
    "printed": "印制成文",
    "print_failed": "印制失败",
    "serve": "登记送达",
    "sign_receipt": "签收",
    "record_answer": "登记回复",
    "archive": "归档",
    "void": "作废",
}
SEND_BACK = ("remark_given",)
TABLE: tuple[Row, ...] = (
    Row(S.DRAFT, "edit", None, P.NOTICE_DRAFT),
    Row(S.DRAFT, "submit", S.IN_REVIEW, P.NOTICE_DRAFT, ("content_complete", "basis_in_force"), main=True),
    Row(S.DRAFT, "discard", S.DISCARDED, P.NOTICE_DRAFT, ("remark_given",)),
    Row(S.IN_REVIEW, "review", S.LEGAL_REVIEW, P.NOTICE_REVIEW, ("not_own_draft",), When.LEGAL, main=True),
    Row(S.IN_REVIEW, "review", S.TO_SIGN, P.NOTICE_REVIEW, ("not_own_draft",), When.NO_LEGAL, main=True),
    Row(S.IN_REVIEW, "send_back", S.DRAFT, P.NOTICE_REVIEW, SEND_BACK),
    Row(S.IN_REVIEW, "withdraw", S.DRAFT, P.NOTICE_DRAFT, ("own_draft",)),
    Row(
        S.LEGAL_REVIEW, "legal_review", S.TO_SIGN, P.NOTICE_LEGAL, ("not_own_draft", "not_reviewer"),
        main=True,
    ),
    Row(S.LEGAL_REVIEW, "send_back", S.DRAFT, P.NOTICE_LEGAL, SEND_BACK),
    Row(
        S.TO_SIGN, "sign", S.SIGNED, P.NOTICE_SIGN, ("not_own_draft", "content_complete", "basis_in_force"),
        main=True,
    ),
    Row(S.TO_SIGN, "send_back", S.DRAFT, P.NOTICE_SIGN, SEND_BACK),
    Row(S.SIGNED, "issue", S.NUMBERED, P.NOTICE_ISSUE, ("content_complete",), main=True),
    Row(S.SIGNED, "send_back", S.DRAFT, P.NOTICE_ISSUE, SEND_BACK),
    Row(S.NUMBERED, "retry", None, P.NOTICE_ISSUE, main=True),
    Row(S.NUMBERED, "print_failed", None, None),
    Row(S.NUMBERED, "printed", S.ISSUED, None),
    Row(S.NUMBERED, "void", S.VOID, P.NOTICE_SIGN, ("remark_given",)),
    Row(
        S.ISSUED, "serve", S.SERVED, P.NOTICE_SERVE, ("service_proved",), When.UNSERVED,
        Outcome.ALL_SERVED, main=True,
    ),
    Row(
        S.ISSUED, "serve", None, P.NOTICE_SERVE, ("service_proved",), When.UNSERVED,
        Outcome.SOME_UNSERVED, main=True,
    ),
    Row(S.ISSUED, "sign_receipt", None, P.NOTICE_RECEIVE),
    Row(S.ISSUED, "record_answer", None, P.NOTICE_SERVE, when=When.ANSWER_OWED),
    Row(S.ISSUED, "archive", S.ARCHIVED, P.NOTICE_SERVE, when=When.UNADDRESSED, main=True),
    Row(S.ISSUED, "void", S.VOID, P.NOTICE_SIGN, ("remark_given",)),
    Row(S.SERVED, "sign_receipt", None, P.NOTICE_RECEIVE),
    Row(S.SERVED, "record_answer", None, P.NOTICE_SERVE, when=When.ANSWER_OWED, main=True),
    Row(S.SERVED, "archive", S.ARCHIVED, P.NOTICE_SERVE, ("receipts_in", "answers_in"), main=True),
    Row(S.SERVED, "void", S.VOID, P.NOTICE_SIGN, ("remark_given",)),
    Row(S.VOID, "retry", None, P.NOTICE_ISSUE, when=When.NOT_PRINTED),
)  # fmt: skip


def rows_of(state: str, action: str | None = None) -> list[Row]:
    """Rows that start in `state` (of one action)."""
    return [row for row in TABLE if row.source == state and action in (None, row.action)]


def roles_with(permission: Permission) -> frozenset[Role]:
    """Roles that hold a permission: whom a step waits for."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)


def waiting_states(permissions: frozenset[Permission]) -> list[str]:
    """States in which the main step is open to somebody with these permissions."""
    found = {row.source.value for row in TABLE if row.main and row.permission in permissions}
    return sorted(found)
