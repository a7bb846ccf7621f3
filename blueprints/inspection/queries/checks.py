"""On-site checks of a regulator, what their devices sent, and the devices."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import defer, joinedload, selectinload

from blueprints.accounts.models import User
from blueprints.inspection.models import (
    CheckEntry,
    CheckInspector,
    ChecklistVersion,
    CheckPhoto,
    SiteCheck,
    Tablet,
)
from core.db import db
from domain.check_facts import Photo
from domain.merging import Entry

PAGE = 50
DOING = "doing"  # of the filter: begun and not signed by everybody


def check_or_none(check_id: int, by: User) -> SiteCheck | None:
    """A check of the own regulator, or None."""
    row = db.session.get(SiteCheck, check_id)
    return row if row is not None and row.organization_id == by.organization_id else None


_AT_WORK = (
    select(SiteCheck)
    .where(SiteCheck.id == bindparam("check"), SiteCheck.organization_id == bindparam("organization"))
    .options(
        joinedload(SiteCheck.inspectors), defer(SiteCheck.content),
        joinedload(SiteCheck.checklist, innerjoin=True).load_only(ChecklistVersion.sha256),
    )
)  # fmt: skip


def check_at_work(check_id: int, by: User) -> SiteCheck | None:
    """A check of the own regulator with its team and its checklist's digest, in one statement; or None."""
    asked = {"check": check_id, "organization": by.organization_id}
    return db.session.scalars(_AT_WORK, asked).unique().first()


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
        rows = rows.where(SiteCheck.state.in_(_states(state)))
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


def _states(state: str) -> tuple[str, ...]:
    return ("open", "signing") if state == DOING else (state,)


def unfinished(by: User) -> int:
    """How many checks of this inspector are begun and not signed."""
    rows = select(func.count()).select_from(SiteCheck).where(SiteCheck.state.in_(_states(DOING)))
    mine = SiteCheck.inspectors.any(CheckInspector.user_id == by.id)
    return db.session.scalar(rows.where(SiteCheck.organization_id == by.organization_id, mine)) or 0


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


_E, _S, _U = (model.__table__.c for model in (CheckEntry, CheckPhoto, User))
_AFTER = (
    select(
        _E.id, _E.client_id, _E.item, _E.instance, _E.data, _E.base, _E.resolves, _E.sha256, _E.by_id,
        _E.at_device, _E.received_at, _U.name.label("by_name"),
    )
    .join_from(CheckEntry.__table__, User.__table__, _U.id == _E.by_id)
    .where(_E.check_id == bindparam("check"), _E.id > bindparam("after"))
    .order_by(_E.id)
)  # fmt: skip
_SHOT = (
    select(
        _S.id, _S.client_id, _S.item, _S.instance, _S.sha256, _S.taken_at, _S.received_at,
        _U.name.label("by_name"),
    )
    .join_from(CheckPhoto.__table__, User.__table__, _U.id == _S.by_id)
    .where(_S.check_id == bindparam("check"))
    .order_by(_S.id)
)  # fmt: skip


def entries_after(check_id: int, entry_id: int) -> list[Any]:
    """What came in after this entry, in the order of arrival, with who sent it (`by_name`)."""
    return list(db.session.execute(_AFTER, {"check": check_id, "after": entry_id}))


def photos_with_names(check_id: int) -> list[Any]:
    """The photos of a check, the first taken in first, with who sent them (`by_name`)."""
    return list(db.session.execute(_SHOT, {"check": check_id}))


_DIGEST = select(ChecklistVersion.__table__.c.sha256).where(
    ChecklistVersion.__table__.c.id == bindparam("version")
)


def checklist_digest(version_id: int) -> str:
    """The digest of a version's content as it was published; empty for a draft."""
    return db.session.scalar(_DIGEST, {"version": version_id}) or ""


_KEPT = select(
    _E.client_id, _E.check_id, _E.item, _E.instance, _E.sha256, _E.by_id, _E.received_at
).where(_E.client_id.in_(bindparam("ids", expanding=True)))  # fmt: skip


def entries_kept(client_ids: Collection[str]) -> dict[str, Any]:
    """Of these ids of a device those that are kept already, of whichever check."""
    if not client_ids:
        return {}
    return {row.client_id: row for row in db.session.execute(_KEPT, {"ids": list(client_ids)})}


def photo_of(client_id: str) -> CheckPhoto | None:
    """The photo with this id of a device, of whichever check."""
    return db.session.scalars(select(CheckPhoto).where(CheckPhoto.client_id == client_id)).first()


def photos_of(check_id: int) -> list[Photo]:
    """The photos of a check, as the domain reads them."""
    columns = select(CheckPhoto.client_id, CheckPhoto.item, CheckPhoto.instance)
    return [Photo(*row) for row in db.session.execute(columns.where(CheckPhoto.check_id == check_id))]


_TABLET = select(Tablet).where(Tablet.user_id == bindparam("user"), Tablet.key == bindparam("key"))


def tablet_of(user_id: int, key: str) -> Tablet | None:
    """The device of a person by the key that it made for itself."""
    return db.session.scalars(_TABLET, {"user": user_id, "key": key}).first()


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
