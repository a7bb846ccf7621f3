"""Checklists of a regulator, their versions, and what of them anybody may read."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import Checklist, ChecklistVersion
from core.db import db


def checklist_or_none(checklist_id: int, by: User) -> Checklist | None:
    """A checklist of the own regulator, or None."""
    row = db.session.get(Checklist, checklist_id)
    return row if row is not None and row.organization_id == by.organization_id else None


def version_or_none(version_id: int, by: User) -> ChecklistVersion | None:
    """A version of a checklist of the own regulator, or None."""
    row = db.session.get(ChecklistVersion, version_id)
    return row if row is not None and row.checklist.organization_id == by.organization_id else None


def checklists(organization_id: int, sector: str = "", state: str = "") -> list[Checklist]:
    """Checklists of a regulator with their versions, those of all sectors first."""
    rows = select(Checklist).where(Checklist.organization_id == organization_id)
    if sector:
        rows = rows.where(Checklist.sector == ("" if sector == "all" else sector))
    rows = rows.options(selectinload(Checklist.versions)).order_by(Checklist.sector, Checklist.id)
    found = list(db.session.scalars(rows))
    return [one for one in found if not state or any(v.state == state for v in one.versions)]


def checklist_named(organization_id: int, name: str) -> Checklist | None:
    """The checklist of that name."""
    rows = select(Checklist).where(Checklist.organization_id == organization_id, Checklist.name == name)
    return db.session.scalar(rows)


def published_lists() -> list[ChecklistVersion]:
    """Published versions of all active regulators, by regulator: what is inspected, and on what it rests."""
    rows = (
        select(ChecklistVersion)
        .join(Checklist, Checklist.id == ChecklistVersion.checklist_id)
        .join(Organization, Organization.id == Checklist.organization_id)
        .where(ChecklistVersion.state == "published", Organization.active)
        .options(joinedload(ChecklistVersion.checklist).joinedload(Checklist.organization))
    )
    found = db.session.scalars(rows.order_by(Checklist.organization_id, Checklist.sector, Checklist.id))
    return list(found)
