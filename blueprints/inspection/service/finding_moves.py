"""The one way a finding or a rectification moves: a row of its state table, the person, an audit entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blueprints.inspection.models import Finding, Rectification
from blueprints.inspection.workflow import (
    ACTION_NAMES,
    FINDING_NAMES,
    FINDING_TABLE,
    KINDS,
    NAMES,
    TABLE,
    Row,
    roles_with,
    row_of,
)
from core import audit
from core.db import db
from domain.errors import RuleViolation
from domain.roles import ROLE_NAMES, Permission, Role

CLAUSE = "F5.3"


def label_of(row: Finding | Rectification) -> str:
    """示-问题-2026-0001; 整改通知书 and its number."""
    if isinstance(row, Finding):
        return row.number
    return row.notice.number_text or KINDS[row.kind]


def _table(row: Finding | Rectification) -> tuple[Sequence[Row], Mapping[str, str], str, str]:
    if isinstance(row, Finding):
        return FINDING_TABLE, FINDING_NAMES, "finding", "这个问题"
    return TABLE, NAMES, "rectification", "这份通知书"


def admitted(row: Finding | Rectification, action: str, by: audit.Actor) -> Row:
    """The row by which somebody may take a step. Errors: RuleViolation in another state, or for another."""
    table, names, _, what = _table(row)
    found = row_of(table, row.state, action)
    if found is None:
        text = f"{what}现在是“{names[row.state]}”，不能“{ACTION_NAMES[action]}”。"
        raise RuleViolation(text, CLAUSE, "请刷新页面，看现在可以办什么。")
    held: frozenset[Permission] = getattr(by, "permissions", frozenset())
    if found.permission is not None and found.permission not in held:
        roles = roles_with(found.permission)
        who = "、".join(ROLE_NAMES[role] for role in Role if role in roles)
        raise RuleViolation(f"“{ACTION_NAMES[action]}”由{who}办理。", found.clause, "请联系他们办理。")
    return found


def move(
    row: Finding | Rectification, action: str, *, by: audit.Actor, now: datetime,
    changes: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Take the step and write it down. Errors: RuleViolation."""
    target = admitted(row, action, by).target
    said = dict(changes or {})
    if target is not None and target != row.state:
        said["state"] = [str(row.state), str(target)]
        row.state = str(target)
    log(row, action, said, by=by, now=now)


def log(
    row: Finding | Rectification, action: str, changes: Mapping[str, Any], *, by: audit.Actor, now: datetime
) -> None:
    """Write one entry about a finding or a rectification."""
    db.session.flush()
    _, _, name, _ = _table(row)
    subject = audit.Subject(name, row.id, label_of(row))
    audit.record(f"{name}.{action}", subject=subject, by=by, now=now, changes=dict(changes))
