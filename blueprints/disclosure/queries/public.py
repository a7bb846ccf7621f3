"""What the public sees of an enterprise: published versions that stand, and no name of any person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blueprints.disclosure.models import DisclosureItem, DisclosureVersion
from blueprints.disclosure.queries.duties import all_held
from core.db import db
from domain.duties import Duty


@dataclass(frozen=True)
class PublicFile:
    """An attachment: its name, size in bytes, type and digest."""

    id: int
    name: str
    size: int
    mime: str
    sha256: str


@dataclass(frozen=True)
class EarlierVersion:
    """An earlier version: its number, period and from when to when it stood; a report on an earlier period
    that was not replaced has no end."""

    number: int
    period: str
    title: str
    published_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class PublicItem:
    """A published item as it stands today. `taken` has lines of the service register by topic."""

    item_id: int
    duty: Duty
    class_: int
    class_name: str
    number: int
    period: str
    title: str
    body: str
    taken: dict[str, list[str]]
    published_on: date
    sha256: str
    places: tuple[tuple[str, str], ...]
    files: tuple[PublicFile, ...]
    earlier: tuple[EarlierVersion, ...] = field(default=())


def published(organization_id: int) -> list[PublicItem]:
    """Every item of an enterprise that stands published, by class; no drafts, nothing withdrawn."""
    duties = {held.duty.code: held.duty for held in all_held()}
    v, item = DisclosureVersion, DisclosureItem
    rows = (
        select(item.duty, v)
        .join(v, v.id == item.current_id)
        .where(item.organization_id == organization_id, v.state == "published")
        .options(selectinload(v.files), selectinload(v.proofs))
    )
    earlier = _earlier(organization_id)
    found = [
        _public(duties[code], version, earlier.get(version.item_id, []))
        for code, version in db.session.execute(rows)
        if code in duties
    ]
    order = list(duties)
    return sorted(found, key=lambda one: (one.class_, order.index(one.duty.code)))


def _earlier(organization_id: int) -> dict[int, list[EarlierVersion]]:
    v, item = DisclosureVersion, DisclosureItem
    rows = (
        select(v.item_id, v.number, v.period, v.title, v.published_on, v.ended_on)
        .join(item, item.id == v.item_id)
        .where(v.organization_id == organization_id, v.state.in_(("published", "replaced")))
        .where((item.current_id.is_(None)) | (item.current_id != v.id))
    )
    found: dict[int, list[EarlierVersion]] = defaultdict(list)
    for row in db.session.execute(rows.order_by(v.number.desc())):
        found[row[0]].append(EarlierVersion(*row[1:]))
    return found


def _public(duty: Duty, version: DisclosureVersion, earlier: list[EarlierVersion]) -> PublicItem:
    files = tuple(
        PublicFile(row.id, row.name, row.file.size, row.file.mime, row.file.sha256) for row in version.files
    )
    places = tuple((proof.channel, proof.place) for proof in version.proofs)
    return PublicItem(
        item_id=version.item_id, duty=duty, class_=duty.class_, class_name=duty.class_name,
        number=version.number, period=version.period, title=version.title, body=version.body,
        taken={topic: list(lines) for topic, lines in (version.taken or {}).items()},
        published_on=version.published_on or date.min, sha256=version.content_sha256, places=places,
        files=files, earlier=tuple(earlier),
    )  # fmt: skip
