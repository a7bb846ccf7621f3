"""On-site checks of a regulator, what their devices sent, and the devices."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload, selectinload

from blueprints.accounts.models import User
from blueprints.inspection.models import CheckEntry, CheckInspector, CheckPhoto, SiteCheck, Tablet
from core.db import db
from domain.check_facts import Photo
from domain.merging import Entry

PAGE = 50


def check_or_none(check_id: int, by: User) -> SiteCheck | None:
    """A check of the own regulator, or None."""
    row = db.session.get(SiteCheck, check_id)
    return row if row is not None and row.organization_id == by.organization_id else None


def photo_or_none(photo_id: int, by: User) -> CheckPhoto | None:
    """A photo of a check of the own regulator, or None."""
    row = db.session.get(CheckPhoto, photo_id)
    return row if row is not None and row.check.organization_id == by.organization_id else None


def tablet_or_none(tablet_id: int, by: User) -> Tablet | None:
    """A device of the own regulator, or None."""
    row = db.session.get(Tablet, tablet_id)
    return row if row is not None and row.organization_id == by.organization_id else None


def checks(
    organization_id: int, state: str = "", enterprise: int = 0, mine: int = 0, *, after: int = 0
) -> list[SiteCheck]:
    """Checks of a regulator, the newest first, up to one more than a page; `mine`: of this inspector."""
    rows = select(SiteCheck).where(SiteCheck.organization_id == organization_id)
    if state:
        rows = rows.where(SiteCheck.state == state)
    if enterprise:
        rows = rows.where(SiteCheck.enterprise_id == enterprise)
    if mine:
        rows = rows.where(SiteCheck.inspectors.any(CheckInspector.user_id == mine))
    if after:
        rows = rows.where(SiteCheck.id < after)
    rows = rows.options(
        joinedload(SiteCheck.enterprise), selectinload(SiteCheck.inspectors), defer(SiteCheck.content)
    )
    return list(db.session.scalars(rows.order_by(SiteCheck.id.desc()).limit(PAGE + 1)))


def check_of_target(target_id: int) -> SiteCheck | None:
    """The check of a target that counts."""
    rows = select(SiteCheck).where(SiteCheck.target_id == target_id, SiteCheck.state != "void")
    return db.session.scalars(rows).first()


def entries_of(check_id: int) -> list[Entry]:
    """Everything that was recorded in a check, as the domain reads it."""
    columns = (
        CheckEntry.client_id, CheckEntry.item, CheckEntry.instance, CheckEntry.data, CheckEntry.base,
        CheckEntry.resolves,
    )  # fmt: skip
    rows = db.session.execute(select(*columns).where(CheckEntry.check_id == check_id).order_by(CheckEntry.id))
    return [
        Entry(row.client_id, row.item, row.instance, row.data, row.base, tuple(row.resolves)) for row in rows
    ]


def entries_after(check_id: int, entry_id: int) -> list[CheckEntry]:
    """What came in after this entry, in the order of arrival."""
    rows = select(CheckEntry).where(CheckEntry.check_id == check_id, CheckEntry.id > entry_id)
    return list(db.session.scalars(rows.order_by(CheckEntry.id)))


def entry_of(client_id: str) -> CheckEntry | None:
    """The entry with this id of a device, of whichever check."""
    return db.session.scalars(select(CheckEntry).where(CheckEntry.client_id == client_id)).first()


def known_ids(check_id: int, item: str, instance: str) -> set[str]:
    """Ids of everything that was recorded for an item."""
    rows = select(CheckEntry.client_id).where(
        CheckEntry.check_id == check_id, CheckEntry.item == item, CheckEntry.instance == instance
    )
    return set(db.session.scalars(rows))


def photo_of(client_id: str) -> CheckPhoto | None:
    """The photo with this id of a device, of whichever check."""
    return db.session.scalars(select(CheckPhoto).where(CheckPhoto.client_id == client_id)).first()


def photos_of(check_id: int) -> list[Photo]:
    """The photos of a check, as the domain reads them."""
    columns = select(CheckPhoto.client_id, CheckPhoto.item, CheckPhoto.instance)
    return [Photo(*row) for row in db.session.execute(columns.where(CheckPhoto.check_id == check_id))]


def tablet_of(user_id: int, key: str) -> Tablet | None:
    """The device of a person by the key that it made for itself."""
    return db.session.scalars(select(Tablet).where(Tablet.user_id == user_id, Tablet.key == key)).first()


def tablets(organization_id: int) -> list[Tablet]:
    """Devices of a regulator, the last seen first."""
    rows = select(Tablet).options(joinedload(Tablet.user)).where(Tablet.organization_id == organization_id)
    return list(db.session.scalars(rows.order_by(Tablet.last_seen_at.desc(), Tablet.id.desc()).limit(500)))


def open_duties(user_id: int) -> list[CheckInspector]:
    """This person's places in checks that still take answers."""
    rows = select(CheckInspector).join(SiteCheck).where(
        CheckInspector.user_id == user_id, SiteCheck.state == "open"
    )  # fmt: skip
    return list(db.session.scalars(rows))
