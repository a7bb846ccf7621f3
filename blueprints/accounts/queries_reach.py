"""Whose records a person may see: the own enterprise's, or those of the enterprises that a regulator
supervises."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import supervised_by
from core.audit import AuditEntry
from core.db import Base, db

Row = TypeVar("Row", bound=Base)
MOST_HISTORY = 50


def enterprises(by: User) -> list[Organization]:
    """Enterprises whose records this person may see, by id."""
    own = by.organization
    if own is None:
        return []
    return supervised_by(own) if own.is_regulator else [own]


def reached(by: User) -> list[int]:
    """Ids of those enterprises."""
    return [organization.id for organization in enterprises(by)]


def row_or_none(model: type[Row], row_id: int, by: User) -> Row | None:
    """A record (with an `organization_id`) that this person may see, or None."""
    row = db.session.get(model, row_id)
    return row if row is not None and owner_of(row) in reached(by) else None


def own_or_none(model: type[Row], row_id: int, by: User) -> Row | None:
    """A record of the person's own enterprise, or None."""
    row = row_or_none(model, row_id, by)
    return row if row is not None and owner_of(row) == by.organization_id else None


def owner_of(row: Any) -> int:
    """The enterprise that a record belongs to."""
    owner: int = row.organization_id
    return owner


def history_of(subject_type: str, subject_id: int) -> list[AuditEntry]:
    """The last entries of the log about a record, the newest first."""
    rows = select(AuditEntry).where(
        AuditEntry.subject_type == subject_type, AuditEntry.subject_id == subject_id
    )
    return list(db.session.scalars(rows.order_by(AuditEntry.seq.desc()).limit(MOST_HISTORY)))
