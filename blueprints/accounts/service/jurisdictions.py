"""管辖: which regulator supervises a sector in an area."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from blueprints.accounts.models import SECTORS, Jurisdiction, Organization
from core import audit
from core.db import db
from core.locks import lock_name
from domain.errors import InvalidInput

LOCK = "accounts:jurisdictions"
LONGEST_AREA, LONGEST_BASIS = 64, 300
EVERYWHERE = "其他各处"


def words_of(row: Jurisdiction) -> str:
    """供气 · 示例镇"""
    return f"{SECTORS.get(row.sector, row.sector)} · {row.area or EVERYWHERE}"


def _subject(row: Jurisdiction) -> audit.Subject:
    return audit.Subject("jurisdiction", row.id, words_of(row))


def _renew(*organization_ids: int) -> None:
    """Whoever remembers who supervises whom looks again: by the versions of organizations."""
    mine = Organization.id.in_(organization_ids)
    db.session.execute(update(Organization).where(mine).values(version=Organization.version + 1))


def set_regulator(
    regulator: Organization | None, sector: str, area: str, basis: str, *, by: audit.Actor, now: datetime
) -> Jurisdiction:
    """Say who supervises a sector in an area (empty: everywhere else); the same place again replaces it.

    Errors: InvalidInput for a regulator that does not supervise the sector or is not active.
    """
    area, basis, setter = " ".join(area.split()), basis.strip(), by.audit_name
    if sector not in SECTORS:
        raise InvalidInput("请选择行业。", "sector")
    if len(area) > LONGEST_AREA or len(basis) > LONGEST_BASIS:
        raise InvalidInput(f"片区不超过 {LONGEST_AREA} 个字，依据不超过 {LONGEST_BASIS} 个字。", "area")
    if regulator is None or not regulator.is_regulator or not regulator.active:
        raise InvalidInput("请选择一家启用的主管部门。", "regulator_id")
    if sector not in regulator.sectors:
        raise InvalidInput(f"{regulator.name}不主管{SECTORS[sector]}，请先在单位资料里加上。", "regulator_id")
    lock_name(LOCK)
    same = (Jurisdiction.sector == sector, Jurisdiction.area == area)
    row = db.session.scalar(select(Jurisdiction).where(*same))
    before = row.regulator.name if row else None
    touched = {regulator.id, row.regulator_id if row else regulator.id}
    if row is None:
        row = Jurisdiction(sector=sector, area=area)
        db.session.add(row)
    row.regulator_id, row.basis, row.set_by, row.set_at = regulator.id, basis, setter, now
    db.session.flush()
    changes = {"regulator": [before, regulator.name]}
    audit.record("jurisdiction.set", subject=_subject(row), by=by, now=now, changes=changes)
    _renew(*touched)
    return row


def drop(row: Jurisdiction, *, by: audit.Actor, now: datetime) -> None:
    """The place goes back to whoever supervises the rest of the sector."""
    changes = {"regulator": [row.regulator.name, None]}
    audit.record("jurisdiction.dropped", subject=_subject(row), by=by, now=now, changes=changes)
    regulator_id = row.regulator_id
    db.session.delete(row)
    db.session.flush()
    _renew(regulator_id)
