"""The state tables of findings and of their rectification (F5.3): from them come buttons, checks and tests.

A row says: in `source`, `action` leads to `target` (the same state when None) for people with `permission`;
`clause` is what the step rests on. A row without a permission is taken by the product itself, when a notice
is served, voided or given up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.roles import ROLE_PERMISSIONS, Permission, Role


class FindingState(StrEnum):
    """States of a finding."""

    OPEN = "open"
    NOTICED = "noticed"
    ANSWERED = "answered"
    RETURNED = "returned"
    RECHECK = "recheck"
    CLOSED = "closed"
    ESCALATED = "escalated"
    WITHDRAWN = "withdrawn"


class RectificationState(StrEnum):
    """States of a rectification."""

    DRAFTED = "drafted"
    SERVED = "served"
    ANSWERED = "answered"
    RECHECK = "recheck"
    CLOSED = "closed"
    ESCALATED = "escalated"
    VOID = "void"


F, R, P = FindingState, RectificationState, Permission
FINDING_NAMES: dict[str, str] = {
    F.OPEN: "待发通知",
    F.NOTICED: "待整改",
    F.ANSWERED: "已报整改",
    F.RETURNED: "退回整改",
    F.RECHECK: "待复查",
    F.CLOSED: "已销号",
    F.ESCALATED: "已升级处理",
    F.WITHDRAWN: "已撤销",
}
FINDING_TONES: dict[str, str] = {
    F.OPEN: "open",
    F.NOTICED: "wait",
    F.ANSWERED: "open",
    F.RETURNED: "danger",
    F.RECHECK: "wait",
    F.CLOSED: "done",
    F.ESCALATED: "danger",
    F.WITHDRAWN: "stopped",
}
NAMES: dict[str, str] = {
    R.DRAFTED: "通知书拟制中",
    R.SERVED: "整改中",
    R.ANSWERED: "待审核整改",
    R.RECHECK: "复查",
    R.CLOSED: "已办结",
    R.ESCALATED: "已升级处理",
    R.VOID: "已作废",
}
TONES: dict[str, str] = {
    R.DRAFTED: "open",
    R.SERVED: "wait",
    R.ANSWERED: "open",
    R.RECHECK: "wait",
    R.CLOSED: "done",
    R.ESCALATED: "danger",
    R.VOID: "stopped",
}
IN_RECTIFICATION = (F.NOTICED, F.ANSWERED, F.RETURNED, F.RECHECK)
ENDED = (F.CLOSED, F.ESCALATED, F.WITHDRAWN)
OWED = (F.NOTICED, F.RETURNED)
ACTIVE = (R.SERVED, R.ANSWERED, R.RECHECK)

SEVERITIES = {"minor": "轻微", "general": "一般", "serious": "严重"}
BASIS_KINDS = {"statute": "法律法规", "rule": "规章和规范性文件", "system": "本制度", "promise": "企业承诺"}
SOURCES = {"item": "现场检查", "sample": "原始记录抽查", "free": "其他"}
KINDS = {"order": "责令限期整改通知书", "request": "整改通知书"}
NOTICE_KINDS = {"order": "rectification_order", "request": "rectification_notice"}
VERDICTS = {"fixed": "已整改", "partly": "基本整改", "failed": "没有整改"}
ESCALATIONS = {"second": "发第二次通知书", "talk": "约谈", "circular": "通报", "referral": "移送处罚"}

ACTION_NAMES: dict[str, str] = {
    "record": "登记问题",
    "edit": "修改问题",
    "repeat": "认定是否重复发生",
    "notice": "列入通知书",
    "withdraw": "撤销问题",
    "fix_on_spot": "当场改正销号",
    "serve": "通知书送达",
    "reopen": "退回待发通知",
    "answer": "填写整改情况",
    "submit": "报送整改情况",
    "object": "提出陈述申辩",
    "extend": "申请延期",
    "accept": "整改情况审核通过",
    "return": "退回整改",
    "decide_objection": "答复陈述申辩",
    "decide_extension": "答复延期申请",
    "judge": "审核整改情况",
    "plan_recheck": "安排复查",
    "record_recheck": "登记复查结果",
    "draft_opinion": "拟制复查意见书",
    "conclude": "复查意见书送达",
    "close": "销号",
    "escalate": "升级处理",
    "second": "拟制第二次通知书",
    "void": "通知书作废",
    "discard": "通知书撤稿",
    "urge": "催办",
}


@dataclass(frozen=True)
class Row:
    """One line of a state table; `main` marks the step that the page offers first."""

    source: str
    action: str
    target: str | None
    permission: Permission | None
    clause: str = "F5.3"
    main: bool = False


FINDING_TABLE: tuple[Row, ...] = (
    Row(F.OPEN, "edit", None, P.FINDING_EDIT),
    Row(F.OPEN, "repeat", None, P.FINDING_EDIT),
    Row(F.OPEN, "notice", None, P.FINDING_EDIT, main=True),
    Row(F.OPEN, "fix_on_spot", F.CLOSED, P.FINDING_EDIT),
    Row(F.OPEN, "withdraw", F.WITHDRAWN, P.FINDING_DECIDE),
    Row(F.OPEN, "serve", F.NOTICED, None),
    Row(F.NOTICED, "answer", None, P.FINDING_ANSWER, main=True),
    Row(F.NOTICED, "object", None, P.FINDING_ANSWER),
    Row(F.NOTICED, "submit", F.ANSWERED, P.FINDING_ANSWER),
    Row(F.RETURNED, "answer", None, P.FINDING_ANSWER, main=True),
    Row(F.RETURNED, "object", None, P.FINDING_ANSWER),
    Row(F.RETURNED, "submit", F.ANSWERED, P.FINDING_ANSWER),
    Row(F.ANSWERED, "accept", F.RECHECK, P.FINDING_DECIDE, main=True),
    Row(F.ANSWERED, "return", F.RETURNED, P.FINDING_DECIDE),
    Row(F.NOTICED, "plan_recheck", F.RECHECK, P.FINDING_EDIT),
    Row(F.RETURNED, "plan_recheck", F.RECHECK, P.FINDING_EDIT),
    Row(F.RECHECK, "close", F.CLOSED, None),
    Row(F.RECHECK, "escalate", F.ESCALATED, P.FINDING_ESCALATE),
    Row(F.NOTICED, "escalate", F.ESCALATED, P.FINDING_ESCALATE),
    Row(F.RETURNED, "escalate", F.ESCALATED, P.FINDING_ESCALATE),
    *(Row(state, "serve", F.NOTICED, None) for state in (F.NOTICED, F.RETURNED, F.RECHECK, F.ESCALATED)),
    Row(F.ESCALATED, "escalate", None, P.FINDING_ESCALATE),
    *(Row(state, "decide_objection", F.WITHDRAWN, P.FINDING_DECIDE) for state in IN_RECTIFICATION),
    *(Row(state, "reopen", F.OPEN, None) for state in (F.OPEN, *IN_RECTIFICATION, F.CLOSED, F.ESCALATED)),
)
TABLE: tuple[Row, ...] = (
    Row(R.DRAFTED, "serve", R.SERVED, None),
    Row(R.DRAFTED, "discard", R.VOID, None),
    Row(R.DRAFTED, "void", R.VOID, None),
    Row(R.SERVED, "answer", None, P.FINDING_ANSWER, main=True),
    Row(R.SERVED, "submit", R.ANSWERED, P.FINDING_ANSWER),
    Row(R.SERVED, "extend", None, P.FINDING_ANSWER),
    Row(R.SERVED, "escalate", R.ESCALATED, P.FINDING_ESCALATE),
    Row(R.SERVED, "plan_recheck", R.RECHECK, P.FINDING_EDIT),
    Row(R.ANSWERED, "judge", None, P.FINDING_DECIDE, main=True),
    Row(R.ANSWERED, "return", R.SERVED, P.FINDING_DECIDE),
    Row(R.ANSWERED, "plan_recheck", R.RECHECK, P.FINDING_EDIT),
    Row(R.RECHECK, "plan_recheck", None, P.FINDING_EDIT),
    Row(R.RECHECK, "record_recheck", None, P.FINDING_EDIT, main=True),
    Row(R.RECHECK, "draft_opinion", None, P.FINDING_EDIT),
    Row(R.RECHECK, "conclude", R.CLOSED, None),
    Row(R.RECHECK, "escalate", R.ESCALATED, P.FINDING_ESCALATE),
    Row(R.ESCALATED, "escalate", None, P.FINDING_ESCALATE),
    Row(R.ESCALATED, "second", None, P.FINDING_EDIT, main=True),
    *(Row(state, "decide_extension", None, P.FINDING_DECIDE) for state in (R.SERVED, R.ANSWERED, R.RECHECK)),
    *(Row(state, "decide_objection", None, P.FINDING_DECIDE) for state in (R.SERVED, R.ANSWERED, R.RECHECK)),
    *(Row(state, "close", R.CLOSED, None) for state in (R.SERVED, R.ANSWERED, R.RECHECK)),
    *(Row(state, "void", R.VOID, None) for state in (R.SERVED, R.ANSWERED, R.RECHECK, R.CLOSED, R.ESCALATED)),
)


def row_of(table: Sequence[Row], state: str, action: str) -> Row | None:
    """The row of an action in a state, None where it is not possible."""
    return next((row for row in table if row.source == state and row.action == action), None)


def may(table: Sequence[Row], state: str, action: str, permissions: frozenset[Permission]) -> bool:
    """Whether somebody with these permissions may take the step in this state."""
    row = row_of(table, state, action)
    return row is not None and row.permission in permissions


def roles_with(permission: Permission) -> frozenset[Role]:
    """Roles that hold a permission: whom a step waits for."""
    return frozenset(role for role, held in ROLE_PERMISSIONS.items() if permission in held)
