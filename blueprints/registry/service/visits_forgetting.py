"""Forgetting users: ended visits, assisted handling and requests past the limit keep what was done and lose
the person (ADR 6). The key that sealed values in the log is destroyed, so that the chain stays whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blueprints.registry.models import AssistedHandling, ServiceRequest, Visit
from core import audit
from core.db import db, forget_old_rows
from core.privacy import destroy_key

GONE = "（已匿名）"
PORTION = 500
TABLES = ("visit", "visit_change", "assisted_handling", "service_request", "personal_key")


@dataclass(frozen=True)
class Forgotten:
    """How many of each were anonymised."""

    visits: int = 0
    assisted: int = 0
    requests: int = 0

    def __add__(self, other: Forgotten) -> Forgotten:
        return Forgotten(
            self.visits + other.visits, self.assisted + other.assisted, self.requests + other.requests
        )

    def __bool__(self) -> bool:
        return bool(self.visits or self.assisted or self.requests)


def run(before: datetime, *, now: datetime, by: audit.Actor = audit.SYSTEM) -> Forgotten:
    """Anonymise one portion of what ended before `before`, in the caller's transaction."""
    visits, assisted, requests = _visits(before), _assisted(before), _requests(before)
    for visit in visits:
        _forget(visit, ("outcome", "rating_note", "breach_reason", "purpose"), visit.changes, now)
    for task in assisted:
        _forget(task, ("scope", "outcome", "consent_how"), (), now)
        task.consent_file_id, task.consent_file_name = None, ""
    for request in requests:
        _forget(request, ("content", "outcome", "refusal", "told_how"), (), now)
    found = Forgotten(len(visits), len(assisted), len(requests))
    if found:
        subject = audit.Subject("register", None, f"{before.date().isoformat()} 之前")
        facts = {"visits": found.visits, "assisted": found.assisted, "requests": found.requests}
        changes = {name: [None, count] for name, count in facts.items() if count}
        audit.record("registry.forget", subject=subject, by=by, now=now, changes=changes)
    return found


def _visits(before: datetime) -> list[Visit]:
    rows = select(Visit).where(
        Visit.state.in_(("done", "cancelled", "missed")), Visit.slot_until < before, Visit.user_name != GONE
    )
    load = (selectinload(Visit.changes), selectinload(Visit.staff))
    return list(db.session.scalars(rows.order_by(Visit.id).limit(PORTION).options(*load)))


def _assisted(before: datetime) -> list[AssistedHandling]:
    rows = select(AssistedHandling).where(
        AssistedHandling.state != "open",
        AssistedHandling.ended_at < before,
        AssistedHandling.user_name != GONE,
    )
    return list(db.session.scalars(rows.order_by(AssistedHandling.id).limit(PORTION)))


def _requests(before: datetime) -> list[ServiceRequest]:
    rows = select(ServiceRequest).where(
        ServiceRequest.state != "open", ServiceRequest.ended_at < before, ServiceRequest.user_name != GONE
    )
    return list(db.session.scalars(rows.order_by(ServiceRequest.id).limit(PORTION)))


def _forget(row: Any, texts: Sequence[str], changes: Sequence[Any], now: datetime) -> None:
    told = (row.user_name, row.user_phone, getattr(row, "user_address", ""))
    secrets = sorted({value for value in told if len(value) >= 2}, key=len, reverse=True)
    row.user_name, row.user_phone = GONE, ""
    if hasattr(row, "user_address"):
        row.user_address = GONE
    for name in texts:
        setattr(row, name, _without(getattr(row, name), secrets))
    for change in changes:
        change.reason = _without(change.reason, secrets)
        change.consent_how = _without(change.consent_how, secrets)
    destroy_key(row.__tablename__, row.id, now)


def _without(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, GONE)
    return text


def sweep() -> bool:
    """Nothing of those forgotten stays in the files of the database; outside any transaction. False where
    somebody kept the log of SQLite from being emptied."""
    return forget_old_rows(*TABLES)
