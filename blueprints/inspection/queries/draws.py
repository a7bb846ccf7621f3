"""Draws of a regulator, who can be drawn, and what stands in the frames."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select

from blueprints.accounts.models import SECTORS, Organization, User
from blueprints.accounts.queries import supervised_by
from blueprints.inspection.models import Draw, InspectorCertificate
from blueprints.registry.models import Outlet
from core.db import db

PAGE = 50


def draw_or_none(draw_id: int, by: User) -> Draw | None:
    """A draw of the own regulator, or None: whoever is inspected reads the public page."""
    row = db.session.get(Draw, draw_id)
    return row if row is not None and row.organization_id == by.organization_id else None


def draws(organization_id: int, state: str = "", *, after: int = 0) -> list[Draw]:
    """Draws of a regulator, the newest first, up to one more than a page."""
    rows = select(Draw).where(Draw.organization_id == organization_id)
    if state:
        rows = rows.where(Draw.state == state)
    if after:
        rows = rows.where(Draw.id < after)
    return list(db.session.scalars(rows.order_by(Draw.id.desc()).limit(PAGE + 1)))


def public_draws() -> list[Draw]:
    """Every numbered draw of every regulator, the newest first."""
    return list(db.session.scalars(select(Draw).where(Draw.number.is_not(None)).order_by(Draw.id.desc())))


def draw_numbered(number: str) -> Draw | None:
    """The draw of that number."""
    return db.session.scalar(select(Draw).where(Draw.number == number))


def certificates(organization_id: int) -> list[InspectorCertificate]:
    """Certificates of a regulator's people, the latest first."""
    rows = select(InspectorCertificate).where(InspectorCertificate.organization_id == organization_id)
    return list(db.session.scalars(rows.order_by(InspectorCertificate.valid_until.desc())))


def certified(organization_id: int, day: date) -> list[InspectorCertificate]:
    """Certificates that are valid on `day`, of people whose accounts are open."""
    found: dict[int, InspectorCertificate] = {}
    for row in certificates(organization_id):
        if row.valid_from <= day <= row.valid_until and row.user.active:
            found.setdefault(row.user_id, row)
    return sorted(found.values(), key=lambda row: row.user_id)


def inspectors_of(organization_id: int, user_ids: Iterable[int], day: date) -> list[dict[str, str]]:
    """The chosen people who hold a valid certificate, as a draw keeps them."""
    wanted = set(user_ids)
    return [
        {"id": f"P{row.user_id:03d}", "name": row.user.name, "certificate": row.number}
        for row in certified(organization_id, day)
        if row.user_id in wanted
    ]


def frame_rows(regulator: Organization, kind: str) -> list[tuple[str, str, str]]:
    """(stratum, id, name) of everything that the regulator supervises: enterprises by sector, or their open
    outlets by enterprise."""
    companies = supervised_by(regulator)
    if kind == "enterprise":
        return [("、".join(SECTORS[s] for s in row.sectors), row.code, row.name) for row in companies]
    names = {row.id: row.name for row in companies}
    rows = select(Outlet).where(Outlet.organization_id.in_(list(names)), Outlet.state == "open")
    found = db.session.scalars(rows.order_by(Outlet.id))
    return [(names[row.organization_id], f"O{row.id:05d}", row.name) for row in found]
