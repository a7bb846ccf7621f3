"""Outlets, their days and the streets they cover."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blueprints.registry.models import (
    OpeningLog,
    Outlet,
    OutletCheck,
    OutletClosure,
    OutletPhoto,
    ServiceArea,
    SupplyArea,
)
from core.db import db
from domain.coverage import Point
from domain.opening import Closure, Span

OUTLET_KINDS = {"own": "自有网点", "agent": "代办网点"}
OUTLET_STATES = {"open": "营业", "suspended": "暂停营业", "closed": "已撤销"}
STATE_TONES = {"open": "done", "suspended": "soon", "closed": "stopped"}
FILTERS = ("q", "kind", "state", "enterprise")


def outlets(organization_ids: Iterable[int], filters: dict[str, str] | None = None) -> list[Outlet]:
    """Outlets of these enterprises with hours and streets; closed ones only where they are asked for."""
    wanted = filters or {}
    rows = (
        select(Outlet)
        .where(Outlet.organization_id.in_(list(organization_ids)))
        .options(selectinload(Outlet.hours), selectinload(Outlet.areas), selectinload(Outlet.organization))
        .order_by(Outlet.organization_id, Outlet.id)
    )
    if state := wanted.get("state"):
        rows = rows.where(Outlet.state == state)
    else:
        rows = rows.where(Outlet.state != "closed")
    if kind := wanted.get("kind"):
        rows = rows.where(Outlet.kind == kind)
    if words := wanted.get("q"):
        like = f"%{words}%"
        rows = rows.where(Outlet.name.like(like) | Outlet.address.like(like))
    return list(db.session.scalars(rows.limit(500)))


def outlet_named(organization_id: int, name: str) -> Outlet | None:
    """The outlet of that name, closed ones included."""
    return db.session.scalar(
        select(Outlet).where(Outlet.organization_id == organization_id, Outlet.name == name)
    )


def week_of(outlet: Outlet) -> dict[int, list[Span]]:
    """Weekday -> spans in minutes."""
    week: dict[int, list[Span]] = {}
    for row in outlet.hours:
        week.setdefault(row.weekday, []).append((row.opens, row.closes))
    return week


def closures_of(outlet_ids: Iterable[int], first: date, last: date) -> dict[int, list[OutletClosure]]:
    """Closures that touch [first, last], by outlet."""
    rows = select(OutletClosure).where(
        OutletClosure.outlet_id.in_(list(outlet_ids)),
        OutletClosure.first_day <= last,
        OutletClosure.last_day >= first,
    )
    found: dict[int, list[OutletClosure]] = {}
    for row in db.session.scalars(rows.order_by(OutletClosure.first_day)):
        found.setdefault(row.outlet_id, []).append(row)
    return found


def plain_closures(rows: Iterable[OutletClosure]) -> list[Closure]:
    """Closures as the rules see them."""
    return [
        Closure(r.first_day, r.last_day, r.opens, r.closes, r.reason, bool(r.announcement and r.announced_on))
        for r in rows
    ]


def logs_of(outlet_ids: Iterable[int], first: date, last: date) -> dict[tuple[int, date], OpeningLog]:
    """Opening logs of these days, by (outlet, day)."""
    rows = select(OpeningLog).where(
        OpeningLog.outlet_id.in_(list(outlet_ids)), OpeningLog.day >= first, OpeningLog.day <= last
    )
    return {(row.outlet_id, row.day): row for row in db.session.scalars(rows)}


def checks_of(outlet_id: int) -> list[OutletCheck]:
    """The last self-checks of an outlet."""
    rows = select(OutletCheck).where(OutletCheck.outlet_id == outlet_id)
    return list(db.session.scalars(rows.order_by(OutletCheck.day.desc(), OutletCheck.id.desc()).limit(20)))


def photos_of(outlet_id: int) -> list[OutletPhoto]:
    """Pictures of an outlet."""
    rows = select(OutletPhoto).where(OutletPhoto.outlet_id == outlet_id)
    return list(db.session.scalars(rows.order_by(OutletPhoto.id)))


def areas() -> list[ServiceArea]:
    """All known streets and towns, by district."""
    return list(db.session.scalars(select(ServiceArea).order_by(ServiceArea.district, ServiceArea.id)))


def supply_of(organization_id: int) -> list[ServiceArea]:
    """The streets that an enterprise supplies."""
    rows = (
        select(ServiceArea)
        .join(SupplyArea, SupplyArea.area_id == ServiceArea.id)
        .where(SupplyArea.organization_id == organization_id)
    )
    return list(db.session.scalars(rows.order_by(ServiceArea.district, ServiceArea.id)))


def point_of(outlet: Outlet) -> Point:
    """An outlet as coverage sees it."""
    return Point(
        outlet.id,
        outlet.name,
        frozenset(row.area_id for row in outlet.areas),
        outlet.state == "open",
        outlet.kind == "agent",
        outlet.agreement_from,
        outlet.agreement_until,
    )
