"""Internal approval, sending back, withdrawal."""

from __future__ import annotations

from datetime import datetime

from blueprints.accounts.models import User
from blueprints.disclosure.models import DisclosureVersion
from blueprints.disclosure.queries import items
from blueprints.disclosure.service.engine import admitted, item_path, label_of, move, tell_enterprise
from core.authz import Permission
from core.clock import local_date
from core.inbox import tell
from domain.errors import InvalidInput, RuleViolation


def approve(version: DisclosureVersion, *, by: User, now: datetime) -> None:
    """审核通过, by somebody who did not draft it."""
    row = admitted(version, "approve", by)
    if version.drafted_by_id == by.id:
        raise RuleViolation("起草的人不能审核自己起草的内容。", None, "请由另一位有审核职责的人员审核。")
    version.approved_by_id, version.approved_at = by.id, now
    move(version, row, by=by, now=now)
    tell_enterprise(
        version.organization_id, Permission.DISCLOSURE_EDIT,
        f"信息公开审核通过，请公开并登记：{label_of(version.item)}（第{version.number}版）。",
        link=item_path(version.item), now=now, but=by.id,
    )  # fmt: skip


def send_back(version: DisclosureVersion, remark: str, *, by: User, now: datetime) -> None:
    """退回修改, with what has to change."""
    row = admitted(version, "send_back", by)
    if not remark.strip():
        raise InvalidInput("请写明退回的理由。", "remark")
    version.remark = remark.strip()
    version.approved_by_id = version.approved_at = None
    move(version, row, by=by, now=now, remark=[None, version.remark])
    text = f"信息公开被退回修改：{label_of(version.item)}（第{version.number}版）。{version.remark}"
    tell([version.drafted_by_id], text, link=item_path(version.item), now=now)


def withdraw(version: DisclosureVersion, reason: str, *, by: User, now: datetime) -> None:
    """撤下: it stands no more from today on, and why; of reports the one before stands. The duty remains."""
    row = admitted(version, "withdraw", by)
    if not reason.strip():
        raise InvalidInput("请写明撤下的理由。", "reason")
    version.withdrawn_reason, version.ended_on = reason.strip(), local_date(now)
    if version.item.current_id == version.id:
        left = items.newest_standing(version.item_id, but=version.id)
        version.item.current_id = left.id if left is not None else None
    move(version, row, by=by, now=now, reason=[None, version.withdrawn_reason])
