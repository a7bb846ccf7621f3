"""How every record of the register is kept: differences go to the log, what citizens read is announced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.registry.events import RegistryChanged
from core import audit
from core.db import Base, db
from core.events import publish


def plain(value: Any) -> Any:
    """A value as the log keeps it."""
    return value.isoformat() if isinstance(value, (date, datetime)) else value


def set_values(row: Base, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Put `values` into the row; returns {field: [old, new]} of those that differ."""
    changes: dict[str, list[Any]] = {}
    for name, new in values.items():
        old = getattr(row, name)
        if old != new:
            changes[name] = [plain(old), plain(new)]
            setattr(row, name, new)
    return changes


def log(
    action: str, row: Any, label: str, changes: Mapping[str, Any], *, by: User, now: datetime,
    personal: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write one entry about a record; `action` is `registry.<verb>`, the subject is named after its table."""
    db.session.flush()
    subject = audit.Subject(row.__tablename__, row.id, label)
    audit.record(f"registry.{action}", subject=subject, by=by, now=now, changes=changes, personal=personal)


def announce(
    organization_id: int, topics: Iterable[str], what: str, *, since: date, by: User, now: datetime
) -> None:
    """Tell those above that what citizens read has changed (F3.3: an update duty opens)."""
    db.session.flush()
    for topic in dict.fromkeys(topics):
        publish(RegistryChanged(organization_id, topic, what[:300], since, by, now))
