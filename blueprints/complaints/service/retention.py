"""Forgetting people: closed cases past the limit keep the case and lose the person.

Personal columns are blanked, names and numbers are taken out of the texts, and the key that sealed audit
diffs and frozen dossiers is destroyed, so that every hash and the chain stay whole.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from blueprints.complaints.models import Case
from core import audit
from core.db import db
from core.privacy import destroy_key

GONE = "〔已匿名〕"
KEPT_FOR_GOOD = "永久"


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


def _without(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, GONE)
    return text


def anonymise(case: Case, *, by: audit.Actor, now: datetime) -> None:
    """Take the person out of one case, for good."""
    people = case.complainants
    secrets = [v for p in people for v in (p.name, p.phone, p.address, p.account_number) if len(v) >= 2]
    for person in people:
        person.name, person.phone, person.address, person.account_number = GONE, "", "", ""
    for name in ("title", "content", "wish", "first_contact", "place"):
        setattr(case, name, _without(getattr(case, name), secrets))
    for step in case.steps:
        step.facts = {
            key: _without(value, secrets) if isinstance(value, str) else value
            for key, value in step.facts.items()
        }
    case.origin_data = {}
    case.anonymised_at = now
    destroy_key("case", case.id, now)
    subject = audit.Subject("case", case.id, case.number)
    audit.record("case.anonymise", subject=subject, by=by, now=now, changes={"anonymised": [False, True]})


def run(before: datetime, *, now: datetime) -> int:
    """Anonymise one portion of the due cases in the caller's transaction; returns how many there were."""
    cases = due_cases(before)
    for case in cases:
        anonymise(case, by=audit.SYSTEM, now=now)
    return len(cases)
