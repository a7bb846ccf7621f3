"""The states of a case and what they are called."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """States of a case."""

    REGISTERED = "registered"
    AWAITING_INFO = "awaiting_info"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    DISPATCHED = "dispatched"
    INVESTIGATING = "investigating"
    VERIFIED = "verified"
    RECTIFYING = "rectifying"
    RECTIFIED = "rectified"
    CONSULTING = "consulting"
    ANSWERED = "answered"
    AWAITING_INSTRUCTION = "awaiting_instruction"
    INSTRUCTED = "instructed"
    REPLIED = "replied"
    REPORTED = "reported"
    REVIEWED = "reviewed"
    CALLED_BACK = "called_back"
    CLOSED = "closed"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    TRANSFERRED = "transferred"


STATE_NAMES: dict[str, str] = {
    State.REGISTERED: "待受理",
    State.AWAITING_INFO: "待补充",
    State.ACCEPTED: "已受理",
    State.DECLINED: "不予受理",
    State.DISPATCHED: "已转办",
    State.INVESTIGATING: "调查中",
    State.VERIFIED: "已核实",
    State.RECTIFYING: "整改中",
    State.RECTIFIED: "整改完成",
    State.CONSULTING: "征询中",
    State.ANSWERED: "部门已回",
    State.AWAITING_INSTRUCTION: "待批示",
    State.INSTRUCTED: "已批示",
    State.REPLIED: "已答复",
    State.REPORTED: "已报送",
    State.REVIEWED: "审核通过",
    State.CALLED_BACK: "已回访",
    State.CLOSED: "已结案",
    State.ARCHIVED: "已归档",
    State.WITHDRAWN: "已撤回",
    State.MERGED: "已并案",
    State.TRANSFERRED: "已移送",
}
ENDED = frozenset(
    {State.DECLINED, State.CLOSED, State.ARCHIVED, State.WITHDRAWN, State.MERGED, State.TRANSFERRED}
)
OPEN = frozenset(State) - ENDED
BEFORE_DISPATCH = frozenset({State.REGISTERED, State.AWAITING_INFO, State.ACCEPTED})
AFTER_REPLY = frozenset({State.REPLIED, State.REPORTED, State.REVIEWED, State.CALLED_BACK})
