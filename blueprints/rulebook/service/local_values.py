"""Setting a local value: only what the rule's text leaves open, always with a reason, never overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization
from blueprints.rulebook import queries
from blueprints.rulebook.models import LocalSetting
from blueprints.rulebook.service.in_force import applied, forget_rulesets
from blueprints.rulebook.service.texts import base_ruleset
from core import audit
from core.db import db
from core.locks import lock_name
from domain.errors import InvalidInput
from domain.rulesets import Channel, Limit, Ruleset, Setting

MAX_REASON = 500


class StaleSetting(Exception):
    """Somebody else set the value after the page was opened; `current` is the row in force."""

    def __init__(self, current: LocalSetting) -> None:
        super().__init__(current.key)
        self.current = current


def change_setting(
    owner: Organization, ruleset_code: str, key: str, value: Any,
    *, reason: str, by: audit.Actor, now: datetime, seen: int | None = None,
) -> LocalSetting:  # fmt: skip
    """Set a local value for everybody whom `owner` sets values for.

    Keys and values as in Ruleset.with_local; for limits and channels the parts that are left out stay as they
    are. `seen`: id of the row that the editor saw (0: none yet); None: do not compare.
    Errors: InvalidInput for an unfit value or a missing reason, RuleViolation with the clause when the rule's
    own text fixes the value, StaleSetting.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise InvalidInput(f"请写明设定的理由，不超过{MAX_REASON}个字。", "reason")
    lock_name(f"setting:{owner.id}:{ruleset_code}")
    rows = queries.newest_settings(owner.id, ruleset_code)
    before = rows.get(key)
    if seen is not None and before is not None and before.id != seen:
        raise StaleSetting(before)
    current, _ = applied(base_ruleset(ruleset_code), rows.values())
    if isinstance(value, Mapping) and before is not None and isinstance(before.value, Mapping):
        value = {**before.value, **value}
    new = current.with_local({key: value})
    old_value, new_value = plain_value(current, key), plain_value(new, key)
    if old_value == new_value:
        raise InvalidInput("这一项和现在的设定一样，不需要保存。", "value")
    stored = list(value) if isinstance(value, tuple) else value
    row = LocalSetting(owner_id=owner.id, ruleset_code=ruleset_code, key=key, value=stored, reason=reason)
    row.set_by, row.set_at = by.audit_name, now
    db.session.add(row)
    db.session.flush()
    forget_rulesets()
    subject = audit.Subject("setting", row.id, f"{owner.name}：{name_of(new, key)}"[:128])
    changes = {key: [old_value, new_value], "reason": [None, reason]}
    audit.record("rulebook.setting", subject=subject, by=by, now=now, changes=changes)
    return row


def row_of(ruleset: Ruleset, key: str) -> Setting | Limit | Channel:
    """The row that a key names. KeyError for an unknown key."""
    rows: list[tuple[str, Setting | Limit | Channel]] = [
        *((row.key, row) for row in ruleset.settings),
        *((row.key, row) for row in ruleset.limits),
        *((f"channel:{row.code}", row) for row in ruleset.channels),
    ]
    return dict(rows)[key]


def name_of(ruleset: Ruleset, key: str) -> str:
    """The Chinese name of what a key sets."""
    return row_of(ruleset, key).name


def plain_value(ruleset: Ruleset, key: str) -> Any:
    """The value of a key as JSON data."""
    row = row_of(ruleset, key)
    if isinstance(row, Setting):
        return list(row.value) if isinstance(row.value, tuple) else row.value
    if isinstance(row, Limit):
        return {"amount": row.amount, "unit": row.unit.value}
    return {"active": row.active, "name": row.name, "remark": row.remark}
