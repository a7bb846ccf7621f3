"""Forgetting people: closed cases past the limit keep the case and lose the person.

Personal columns are blanked, names and numbers are taken out of the texts (of the case and of what was told
about it), and the key that sealed audit diffs and frozen dossiers is destroyed, so that every hash and the
chain stay whole. Lists that somebody saved under such a name go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

from sqlalchemy import select

from blueprints.complaints.models import (
    Approval,
    Assignment,
    Case,
    CaseStep,
    SupervisionOrder,
    found_in_cases,
)
from blueprints.complaints.service.next_step import case_path
from blueprints.notices.service import forgetting
from core import audit
from core.db import db, forget_old_rows
from core.inbox import Notification
from core.privacy import destroy_key
from core.saved_views import SavedView

GONE = "〔已匿名〕"
KEPT_FOR_GOOD = "永久"
TEXTS: dict[type, tuple[str, ...]] = {
    Case: ("title", "content", "wish", "first_contact", "place", "late_entry_reason", "level_reason"),
    CaseStep: ("facts",),
    Assignment: ("requirement",),
    Approval: ("reason", "remark"),
    SupervisionOrder: ("reason", "answer"),
}
PERSONAL = (
    "case", "complainant", "case_step", "assignment", "approval", "supervision_order", "notification",
    "personal_key", "saved_view", *forgetting.TABLES,
)  # fmt: skip


def due_cases(before: datetime, limit: int = 500) -> list[Case]:
    """Archived cases closed before `before` that still hold a person; permanent ones are never touched."""
    rows = (
        select(Case)
        .where(
            Case.archived_at.is_not(None),
            Case.closed_at < before,
            Case.anonymised_at.is_(None),
            Case.retention != KEPT_FOR_GOOD,
        )
        .order_by(Case.id)
        .limit(limit)
    )
    return list(db.session.scalars(rows))


def _without(value: Any, secrets: Sequence[str]) -> Any:
    """A text, or the texts in a value of JSON, without the secrets."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, GONE)
        return value
    if isinstance(value, list):
        return [_without(part, secrets) for part in value]
    if isinstance(value, dict):
        return {key: _without(part, secrets) for key, part in value.items()}
    return value


def _secrets(case: Case) -> list[str]:
    """What is said of the people, the longest first."""
    told = {
        v for p in case.complainants for v in (p.name, p.phone, p.address, p.account_number) if len(v) >= 2
    }
    return sorted(told - {GONE}, key=len, reverse=True)


def anonymise(case: Case, *, by: audit.Actor, now: datetime) -> None:
    """Take the person out of one case, for good."""
    secrets = _secrets(case)
    for person in case.complainants:
        person.name, person.phone, person.address, person.account_number = GONE, "", "", ""
    rows = (case, *case.steps, *case.assignments, *case.approvals, *case.supervision_orders)
    for row in rows:
        for name in TEXTS[type(row)]:
            old = getattr(row, name)
            if (new := _without(old, secrets)) != old:
                setattr(row, name, new)
    case.origin_data = {}
    forgetting.forget("case", case.id, secrets, now=now)
    case.anonymised_at = now
    destroy_key("case", case.id, now)
    subject = audit.Subject("case", case.id, case.number)
    audit.record("case.anonymise", subject=subject, by=by, now=now, changes={"anonymised": [False, True]})


def run(before: datetime, *, now: datetime) -> int:
    """Anonymise one portion of the due cases in the caller's transaction; returns how many there were."""
    cases = due_cases(before)
    known = {case_path(case): _secrets(case) for case in cases}
    for case in cases:
        anonymise(case, by=audit.SYSTEM, now=now)
    told = select(Notification).where(Notification.link.in_(known)) if known else None
    for row in db.session.scalars(told) if told is not None else ():
        row.text = _without(row.text, known[row.link])
    for view in db.session.scalars(select(SavedView)) if known else ():
        asked = f"{view.name}\n{unquote_plus(view.query)}"
        if any(secret in asked for secrets in known.values() for secret in secrets):
            db.session.delete(view)
    return len(cases)


def sweep() -> bool:
    """Once persons are taken out: nothing of them stays in the search index, nor in the files of the
    database. Outside any transaction. False where somebody kept the log of SQLite from being emptied."""
    found_in_cases.purge()
    return forget_old_rows(*PERSONAL)
