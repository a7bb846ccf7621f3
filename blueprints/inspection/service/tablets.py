"""Devices on which checks are carried out (F6.2b): seen at every contact, revoked when one is lost."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from blueprints.accounts.models import User
from blueprints.inspection.models import Tablet
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.service.entries import moment
from core import audit
from core.db import db
from domain.check_facts import plain
from domain.errors import InvalidInput, RuleViolation

CLAUSE = "F6.2b"
MOST_SKEW_SECONDS = 120
MOMENT = timedelta(seconds=30)
LARGEST_SKEW = 2**31 - 1
LONGEST_LABEL, SHORTEST_REASON = 100, 4
_KEY = re.compile(r"[0-9a-f]{32}")


class Revoked(RuleViolation):
    """The device was reported lost; nothing that comes from it is taken."""


def key_of(value: object) -> str:
    """The key that a device made for itself. Errors: InvalidInput."""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise InvalidInput("设备编号的格式不对。")
    return value


def require_trusted(key: str, *, by: User) -> Tablet | None:
    """The device of this person, if it is known and may go on. Errors: Revoked."""
    row = queries.tablet_of(by.id, key)
    if row is not None and row.revoked_at is not None:
        raise Revoked(
            f"这台设备已被{row.revoked_by}停用（{row.revoke_reason}），不能再收发检查内容。", CLAUSE,
            "请把设备交还本单位，设备上没有发送的内容由检查人员在纸上补记。",
        )  # fmt: skip
    return row


def seen(key: object, label: object, time: object, *, by: User, now: datetime) -> Tablet:
    """The device at this contact, known from now on; `time` is its own clock. Contacts within half a minute
    of which nothing else is new count as one.

    Errors: InvalidInput, Revoked.
    """
    known = key_of(key)
    row = require_trusted(known, by=by)
    if row is None:
        row = Tablet(organization_id=by.organization_id, user_id=by.id, key=known, first_seen_at=now)
        db.session.add(row)
    words, apart = plain(label, LONGEST_LABEL, "设备名称"), int((moment(time) - now).total_seconds())
    skew = max(-LARGEST_SKEW, min(LARGEST_SKEW, apart))
    if row.id is None or (row.label, row.skew) != (words, skew) or now - row.last_seen_at >= MOMENT:
        row.label, row.skew, row.last_seen_at = words, skew, now
    db.session.flush()
    return row


def revoke(row: Tablet, reason: str, *, by: User, now: datetime) -> None:
    """A device is lost: nothing is taken from it any more, and nobody waits for what lies on it.

    Errors: InvalidInput, RuleViolation.
    """
    if row.revoked_at is not None:
        raise RuleViolation("这台设备已经停用。", CLAUSE, "不用再办。")
    if len(reason) < SHORTEST_REASON:
        raise InvalidInput(f"请写明停用的理由，至少 {SHORTEST_REASON} 个字。", "reason")
    row.revoked_at, row.revoked_by, row.revoke_reason = now, by.name, reason
    for duty in queries.open_duties(row.user_id):
        duty.waiting = 0
    db.session.flush()
    subject = audit.Subject("tablet", row.id, row.label)
    changes = {"reason": [None, reason]}
    audit.record("tablet.revoke", subject=subject, by=by, now=now, changes=changes)
