"""交接班: one shift gives what it leaves open, somebody of the next shift confirms it or sends it back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.duty import queries
from blueprints.duty.models import DutyShift, ShiftHandover
from blueprints.duty.service.open_items import open_items
from blueprints.duty.service.rostering import label_of
from core import audit
from core.db import db
from core.inbox import tell
from domain.errors import InvalidInput, RuleViolation

STATES = {"given": "待接班", "taken": "已交接", "returned": "已退回"}


def members(shift: DutyShift) -> set[int]:
    """Ids of everybody on duty in a shift, the leader included."""
    return {shift.leader_id, *(person.user_id for person in shift.people)}


def _log(action: str, row: ShiftHandover, changes: Mapping[str, Any], by: User, now: datetime) -> None:
    db.session.flush()
    subject = audit.Subject("shift_handover", row.id, label_of(row.from_shift))
    audit.record(f"duty.{action}", subject=subject, by=by, now=now, changes=changes)


def check_may_give(shift: DutyShift, by: User, now: datetime) -> DutyShift:
    """The shift that takes over. Errors: RuleViolation where this person cannot hand over now."""
    if by.id not in members(shift):
        raise RuleViolation(
            "只有这个班的值班人员能交班。", None, "请当班人员登录后交班；换过人的，先改值班表。"
        )
    if shift.begins_at > now:
        raise RuleViolation("这个班还没有开始，不能交班。", None, "请在下班前交班。")
    if queries.handover_of(shift) is not None:
        raise RuleViolation("这个班已经交班。", None, "请打开原来的交接班记录。")
    following = queries.next_shift(shift)
    if following is None:
        raise RuleViolation("值班表里没有下一个班，没有人接班。", None, "请先排下一个班，再交班。")
    return following


def give(
    organization: Organization,
    shift: DutyShift,
    remark: str,
    notes: Mapping[str, str],
    *,
    by: User,
    now: datetime,
) -> ShiftHandover:
    """Hand over: the open urgent items as they stand now, with a note to each (by address) and a remark."""
    following = check_may_give(shift, by, now)
    items = [item.as_json(notes.get(item.url, "")) for item in open_items(organization, now)]
    row = ShiftHandover(
        organization_id=shift.organization_id, from_shift_id=shift.id, to_shift_id=following.id,
        items=items, remark=remark, given_by_id=by.id, given_at=now,
    )  # fmt: skip
    row.from_shift, row.to_shift, row.given_by = shift, following, by
    db.session.add(row)
    _log("handover_given", row, {"items": [None, len(items)]}, by, now)
    text = f"{by.name}交班（{label_of(shift)}），未了事项 {len(items)} 件，请接班确认。"
    tell(members(following) - {by.id}, text, link=path_of(row), now=now)
    return row


def path_of(row: ShiftHandover) -> str:
    """The page of a handover."""
    return f"/duty/handovers/{row.id}"


def check_may_take(row: ShiftHandover, by: User) -> None:
    """Errors: RuleViolation where this person cannot confirm."""
    if row.state != "given":
        raise RuleViolation(f"这份交接班{STATES[row.state]}，不能再办。", None, "请看交接班列表。")
    if row.given_by_id == by.id:
        raise RuleViolation("自己交的班不能自己接。", None, "请下一个班的其他值班人员或者带班领导接班。")
    if by.id not in members(row.to_shift):
        raise RuleViolation("只有下一个班的值班人员能接班。", None, "换过人的，请先改值班表。")


def take(row: ShiftHandover, *, by: User, now: datetime) -> None:
    """Confirm: from here on the next shift answers for what is listed."""
    check_may_take(row, by)
    row.state, row.taken_by_id, row.taken_at = "taken", by.id, now
    _log("handover_taken", row, {"state": ["given", "taken"]}, by, now)
    tell({row.given_by_id}, f"{by.name}已接班（{label_of(row.to_shift)}）。", link=path_of(row), now=now)


def send_back(row: ShiftHandover, reason: str, *, by: User, now: datetime) -> None:
    """Return with a reason: the shift hands over once more. Errors: InvalidInput, RuleViolation."""
    check_may_take(row, by)
    if len(reason.strip()) < 2:
        raise InvalidInput("请写明退回的理由。", "reason")
    row.state, row.taken_by_id, row.taken_at, row.answer = "returned", by.id, now, reason.strip()
    _log("handover_returned", row, {"state": ["given", "returned"], "reason": [None, row.answer]}, by, now)
    text = f"{by.name}退回了交班：{row.answer}"
    tell({row.given_by_id}, text, link=path_of(row), now=now)
