"""Remembered names of columns: an organization says once what its sender's headers mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from blueprints.accounts.models import Organization
from blueprints.complaints.models import ImportMapping
from blueprints.complaints.spreadsheets.columns import EXTRA, FIELDS, IGNORE
from core import audit
from core.db import db
from core.spreadsheets.headings import normal
from domain.errors import InvalidInput

MAX_NAME, MAX_COLUMNS = 64, 200
_MEANINGS = frozenset(FIELDS) | {EXTRA, IGNORE}


def mappings_of(organization: Organization) -> list[ImportMapping]:
    """All remembered mappings of an organization, by name."""
    rows = select(ImportMapping).where(ImportMapping.organization_id == organization.id)
    return list(db.session.scalars(rows.order_by(ImportMapping.name)))


def mapping_named(organization: Organization, name: str) -> ImportMapping | None:
    """One remembered mapping of this organization."""
    return next((row for row in mappings_of(organization) if row.name == name.strip()), None)


def mapping_for(organization: Organization, headers: Sequence[str]) -> ImportMapping | None:
    """The one remembered mapping whose columns all stand in this file; None for none or several."""
    present = {normal(header) for header in headers}
    fitting = [row for row in mappings_of(organization) if row.columns and set(row.columns) <= present]
    return fitting[0] if len(fitting) == 1 else None


def normalised(columns: Mapping[str, str]) -> dict[str, str]:
    """header -> field in the form in which tables are read: by the bare header."""
    return {normal(header): field for header, field in columns.items() if normal(header)}


def remember(
    organization: Organization, name: str, columns: Mapping[str, str], *, by: audit.Actor, now: datetime
) -> ImportMapping:
    """Keep what headers mean under a name; the same name again replaces it. `columns`: header -> field.

    Errors: InvalidInput without a name, without columns, or for a meaning that does not exist.
    """
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise InvalidInput(f"请给这个对应起个名字，不超过 {MAX_NAME} 个字。", "name")
    kept = normalised(columns)
    if not kept or len(kept) > MAX_COLUMNS or not set(kept.values()) <= _MEANINGS:
        raise InvalidInput("请至少给一列选择含义。", "columns")
    row = mapping_named(organization, name)
    before = dict(row.columns) if row is not None else None
    if row is None:
        row = ImportMapping(organization_id=organization.id, name=name)
        db.session.add(row)
    row.columns = kept
    db.session.flush()
    subject = audit.Subject("import_mapping", row.id, name)
    audit.record("import.mapping", subject=subject, by=by, now=now, changes={"columns": [before, kept]})
    return row


def forget(row: ImportMapping, *, by: audit.Actor, now: datetime) -> None:
    """Drop a remembered mapping."""
    subject = audit.Subject("import_mapping", row.id, row.name)
    changes = {"columns": [dict(row.columns), None]}
    db.session.delete(row)
    audit.record("import.mapping_dropped", subject=subject, by=by, now=now, changes=changes)
