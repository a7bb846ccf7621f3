"""Items, versions, what is open about them; each only for those who may see the enterprise."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from blueprints.disclosure.models import (
    DisclosureCheck,
    DisclosureItem,
    DisclosureProfile,
    DisclosureVersion,
    UpdateDuty,
)
from core.db import db


def item_of(organization_id: int, code: str) -> DisclosureItem | None:
    """The item of an enterprise for a duty."""
    rows = select(DisclosureItem).where(
        DisclosureItem.organization_id == organization_id, DisclosureItem.duty == code
    )
    return db.session.scalar(rows)


def current_of(item: DisclosureItem) -> DisclosureVersion | None:
    """The published version that stands today."""
    return db.session.get(DisclosureVersion, item.current_id) if item.current_id else None


def versions_of(item_id: int) -> list[DisclosureVersion]:
    """All versions of an item, the newest first, with files, proofs and checks."""
    v = DisclosureVersion
    rows = select(v).where(v.item_id == item_id).order_by(v.number.desc())
    loaded = rows.options(selectinload(v.files), selectinload(v.proofs), selectinload(v.checks))
    return list(db.session.scalars(loaded))


def next_number_of(item_id: int) -> int:
    """The number of the next version."""
    v = DisclosureVersion
    return (db.session.scalar(select(func.max(v.number)).where(v.item_id == item_id)) or 0) + 1


def last_published(item_id: int, period: str) -> DisclosureVersion | None:
    """The last version on a period that was published, whatever became of it."""
    v = DisclosureVersion
    rows = select(v).where(v.item_id == item_id, v.period == period, v.published_on.is_not(None))
    return db.session.scalar(rows.order_by(v.number.desc()).limit(1))


def newest_standing(item_id: int, but: int) -> DisclosureVersion | None:
    """The published version on the newest period, another one than `but`."""
    v = DisclosureVersion
    rows = select(v).where(v.item_id == item_id, v.state == "published", v.id != but)
    return db.session.scalar(rows.order_by(v.period.desc(), v.number.desc()).limit(1))


def corrected_period(row: UpdateDuty) -> str | None:
    """The period of the version that was found deficient when this correction was opened."""
    v, check, item = DisclosureVersion, DisclosureCheck, DisclosureItem
    rows = select(v.period).join(check, check.version_id == v.id).join(item, item.id == v.item_id)
    found = rows.where(
        item.organization_id == row.organization_id,
        item.duty == row.duty,
        check.result == "deficient",
        check.at == row.since,
    )
    return db.session.scalar(found.limit(1))


def stood_on(item_id: int, day: date) -> DisclosureVersion | None:
    """The version that was published on a past day (of the newest period then); None where none stood."""
    v = DisclosureVersion
    rows = select(v).where(
        v.item_id == item_id,
        v.published_on <= day,
        (v.ended_on.is_(None)) | (v.ended_on > day),
    )
    return db.session.scalar(rows.order_by(v.period.desc(), v.published_on.desc(), v.number.desc()).limit(1))


def open_updates(organization_id: int, code: str, cause: str | None = None) -> list[UpdateDuty]:
    """Open update duties of an enterprise for a duty, the earliest due first."""
    u = UpdateDuty
    rows = select(u).where(u.organization_id == organization_id, u.duty == code, u.state == "open")
    if cause:
        rows = rows.where(u.cause == cause)
    return list(db.session.scalars(rows.order_by(u.due_on, u.id)))


def updates_of(organization_id: int, code: str) -> list[UpdateDuty]:
    """All update duties of an enterprise for a duty, the newest first."""
    u = UpdateDuty
    rows = select(u).where(u.organization_id == organization_id, u.duty == code)
    return list(db.session.scalars(rows.order_by(u.id.desc()).limit(100)))


def in_work(item_id: int, states: Iterable[str]) -> list[DisclosureVersion]:
    """Versions of an item in these states, the newest first."""
    v = DisclosureVersion
    rows = select(v).where(v.item_id == item_id, v.state.in_(list(states)))
    return list(db.session.scalars(rows.order_by(v.number.desc())))


def profile_of(organization_id: int) -> DisclosureProfile | None:
    """Since when an enterprise discloses, and what its guide says."""
    return db.session.get(DisclosureProfile, organization_id)
