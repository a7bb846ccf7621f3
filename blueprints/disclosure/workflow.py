"""The state table of a version of a disclosure item: from it come buttons, checks and tests.

A row says: in `source`, `action` leads to `target` (the same state when None) for people with `permission`.
A row without a permission is taken by the product itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.roles import ROLE_PERMISSIONS, Permission, Role


class State(StrEnum):
    """States of a version."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    PUBLISHED = "published"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


STATE_NAMES = {
    State.DRAFT: "草稿",
    State.SUBMITTED: "待审核",
    State.APPROVED: "待公开",
    State.PUBLISHED: "已公开",
    State.REPLACED: "已被新版替换",
    State.WITHDRAWN: "已撤下",
}
STATE_TONES = {
    State.DRAFT: "open",
    State.SUBMITTED: "wait",
    State.APPROVED: "wait",
    State.PUBLISHED: "done",
    State.REPLACED: "stopped",
    State.WITHDRAWN: "stopped",
}
IN_WORK = (State.DRAFT, State.SUBMITTED, State.APPROVED)
CHECKED_NAMES = {"": "未核查", "verified": "已核实", "deficient": "有缺陷", "corrected": "已改正，待复核"}
CHECKED_TONES = {"": "stopped", "verified": "done", "deficient": "danger", "corrected": "wait"}

ACTION_NAMES = {
    "edit": "修改草稿",
    "submit": "提交审核",
    "approve": "审核通过",
    "send_back": "退回修改",
    "publish": "登记公开",
    "replace": "被新版替换",
    "withdraw": "撤下",
    "verify": "核实",
    "find_deficient": "指出缺陷",
}


@dataclass(frozen=True)
class Row:
    """One row of the table."""

    source: State
    action: str
    target: State | None
    permission: Permission | None
    main: bool = False
    clause: str = ""


S, P = State, Permission
TABLE: tuple[Row, ...] = (
    Row(S.DRAFT, "submit", S.SUBMITTED, P.DISCLOSURE_EDIT, main=True),
    Row(S.DRAFT, "edit", None, P.DISCLOSURE_EDIT),
    Row(S.SUBMITTED, "approve", S.APPROVED, P.DISCLOSURE_APPROVE, main=True),
    Row(S.SUBMITTED, "send_back", S.DRAFT, P.DISCLOSURE_APPROVE),
    Row(S.APPROVED, "publish", S.PUBLISHED, P.DISCLOSURE_EDIT, main=True, clause="F3.3"),
    Row(S.APPROVED, "send_back", S.DRAFT, P.DISCLOSURE_APPROVE),
    Row(S.PUBLISHED, "replace", S.REPLACED, None),
    Row(S.PUBLISHED, "withdraw", S.WITHDRAWN, P.DISCLOSURE_APPROVE),
    Row(S.PUBLISHED, "verify", None, P.DISCLOSURE_CHECK, main=True, clause="F3.3"),
    Row(S.PUBLISHED, "find_deficient", None, P.DISCLOSURE_CHECK, clause="F3.3"),
)


def row_of(state: str, action: str) -> Row | None:
    """The row of an action in a state, None where it is not possible."""
    return next((row for row in TABLE if row.source == state and row.action == action), None)


def options(state: str, permissions: frozenset[Permission]) -> list[Row]:
    """What somebody with these permissions may do in a state, the main step first."""
    rows = [row for row in TABLE if row.source == state and row.permission in permissions]
    return sorted(rows, key=lambda row: not row.main)


def roles_with(permission: Permission) -> frozenset[Role]:
    """Roles that hold a permission: whom a step waits for."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)
