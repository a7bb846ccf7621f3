"""取数: what the service register says today, as lines that are published; nothing is typed a second time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from blueprints.accounts.models import Organization
from blueprints.disclosure.service.engine import regulators_of
from blueprints.registry.models import (
    CatalogueEntry,
    Commitment,
    Hotline,
    Outlet,
    OutletClosure,
    WrittenSystem,
)
from blueprints.registry.queries.outlets import plain_closures, week_of
from blueprints.registry.queries.services import LIMIT_UNITS
from core.db import db
from core.wording import date_words
from domain.duties import Duty
from domain.opening import closure_line, week_line
from domain.written_systems import BY_CODE

HOTLINE_KINDS = {"service": "服务电话", "complaint": "投诉电话", "repair": "抢修电话"}


def take(organization: Organization, duty: Duty, today: date) -> dict[str, list[str]]:
    """Topic -> lines for every topic that feeds the duty."""
    found = {topic: _TAKERS[topic](organization, today) for topic in duty.feed if topic in _TAKERS}
    if duty.code in BY_CODE:
        found["systems"] = systems(organization, today, only=duty.code)
    return found


def _joined(*parts: str) -> str:
    return "；".join(part.strip() for part in parts if part and part.strip())


def _named(label: str, text: str) -> str:
    words = "、".join(line.strip("；。 ") for line in (text or "").splitlines() if line.strip())
    return f"{label}：{words}" if words else ""


def _outlets_of(organization: Organization) -> list[Outlet]:
    rows = select(Outlet).where(Outlet.organization_id == organization.id, Outlet.state != "closed")
    return list(db.session.scalars(rows.options(selectinload(Outlet.hours)).order_by(Outlet.id)))


def outlets(organization: Organization, today: date) -> list[str]:
    """示例营业厅（自有）；地址：示例路1号；电话：……；办理：……"""
    return [
        _joined(
            f"{outlet.name}（{'代理网点：' + outlet.agent if outlet.kind == 'agent' else '自有网点'}）",
            _named("地址", outlet.address),
            _named("交通", outlet.transport),
            _named("电话", outlet.phone),
            _named("可以办理", outlet.handles),
            _named("暂停营业", outlet.state_reason or "另行通知") if outlet.state == "suspended" else "",
        )
        for outlet in _outlets_of(organization)
    ]


def hours(organization: Organization, today: date) -> list[str]:
    """Opening hours of each outlet, and the closures that are announced and not over."""
    found = _outlets_of(organization)
    lines = [f"{o.name}：{week_line(week_of(o)) if o.hours else '营业时间待登记'}" for o in found]
    names = {outlet.id: outlet.name for outlet in found}
    rows = select(OutletClosure).where(
        OutletClosure.organization_id == organization.id, OutletClosure.last_day >= today
    )
    for row in db.session.scalars(rows.order_by(OutletClosure.first_day, OutletClosure.id)):
        if row.outlet_id in names:
            closure = plain_closures([row])[0]
            lines.append(f"{names[row.outlet_id]}：{closure_line(closure)}")
    return lines


def hotlines(organization: Organization, today: date) -> list[str]:
    """Numbers of the enterprise, then the complaint number of its regulator (F1)."""
    rows = select(Hotline).where(Hotline.organization_id == organization.id, Hotline.active)
    lines = [
        _joined(
            f"{HOTLINE_KINDS.get(row.kind, '电话')}：{row.number}（{row.name}）",
            _named("服务时间", row.hours),
            _named("受理", row.handles),
        )
        for row in db.session.scalars(rows.order_by(Hotline.kind.desc(), Hotline.id))
    ]
    return lines + [
        f"监督电话：{regulator.hotline}（{regulator.name}）"
        for regulator in regulators_of(organization)
        if regulator.hotline
    ]


def _entries(organization: Organization) -> list[CatalogueEntry]:
    rows = select(CatalogueEntry).where(
        CatalogueEntry.organization_id == organization.id, CatalogueEntry.active
    )
    return list(db.session.scalars(rows.order_by(CatalogueEntry.position, CatalogueEntry.id)))


def catalogue(organization: Organization, today: date) -> list[str]:
    """Each business with conditions, materials, steps, limit, place and phone (F3.3.2)."""
    return [
        _joined(
            entry.name,
            _named("条件", entry.conditions),
            _named("材料", entry.materials),
            _named("步骤", entry.steps),
            f"时限：{_limit(entry)}",
            _named("办理地点", entry.place),
            _named("电话", entry.phone),
        )
        for entry in _entries(organization)
    ]


def _limit(entry: CatalogueEntry) -> str:
    if entry.limit_amount is None:
        return "即时办理"
    basis = f"（{entry.limit_basis}）" if entry.limit_basis else ""
    return f"{entry.limit_amount}{LIMIT_UNITS.get(entry.limit_unit, '')}内{basis}"


def fees(organization: Organization, today: date) -> list[str]:
    """Each business with its fee and the basis of the fee."""
    return [
        _joined(f"{entry.name}：{entry.fee or '不收费'}", _named("依据", entry.fee_basis))
        for entry in _entries(organization)
    ]


def systems(organization: Organization, today: date, only: str = "") -> list[str]:
    """Written systems in force today, the latest version of each, and those that will come into force.

    `only` is the code of the one system that a duty is about: 用户投诉处理公开制度 for a company under Q.
    """
    rows = select(WrittenSystem).where(
        WrittenSystem.organization_id == organization.id,
        (WrittenSystem.repealed_on.is_(None)) | (WrittenSystem.repealed_on > today),
    )
    rows = rows.where(WrittenSystem.code == only) if only else rows
    found = list(db.session.scalars(rows.order_by(WrittenSystem.effective_on, WrittenSystem.number)))
    latest = {row.code: row for row in found if row.effective_on <= today}
    shown = [row for row in found if row.effective_on > today or latest.get(row.code) is row]
    return [
        _joined(f"《{row.title}》", f"{date_words(row.effective_on)}起施行", _named("制定", row.adopted))
        for row in sorted(shown, key=lambda row: (row.code, row.effective_on))
    ]


def commitments(organization: Organization, today: date) -> list[str]:
    """Each promise with its measure and its source."""
    rows = select(Commitment).where(Commitment.organization_id == organization.id, Commitment.active)
    return [
        _joined(f"{row.name}：{_measure(row)}", _named("来源", row.source))
        for row in db.session.scalars(rows.order_by(Commitment.id))
    ]


def _measure(row: Commitment) -> str:
    amount = f"{row.amount}{LIMIT_UNITS.get(row.unit, '')}"
    return f"{amount}以内" if row.sense == "within" else f"至少提前{amount}"


_TAKERS: dict[str, Callable[[Organization, date], list[str]]] = {
    "outlets": outlets,
    "hours": hours,
    "hotlines": hotlines,
    "catalogue": catalogue,
    "fees": fees,
    "systems": systems,
    "commitments": commitments,
}
