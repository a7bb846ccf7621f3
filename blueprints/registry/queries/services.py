"""Hotlines, the catalogue, requests, written systems and commitments."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import joinedload, selectinload

from blueprints.accounts.models import Organization
from blueprints.registry.models import (
    CatalogueEntry,
    Commitment,
    CommitmentRecord,
    Hotline,
    ServiceRequest,
    TestCall,
    WrittenSystem,
)
from blueprints.registry.models.services import catalogue_search
from core.db import db
from domain.written_systems import Version

PAGE = 50
HOTLINE_KINDS = {"service": "服务热线", "complaint": "投诉电话", "repair": "抢修电话"}
REQUEST_KINDS = {"inquiry": "咨询", "help": "求助", "business": "业务申请"}
REQUEST_STATES = {"open": "办理中", "done": "已办结", "refused": "不能受理（已告知）"}
REQUEST_TONES = {"open": "open", "done": "done", "refused": "stopped"}
LIMIT_UNITS = {"workday": "个工作日", "day": "天", "hour": "小时", "minute": "分钟"}
LIMIT_SOURCES = {"promise": "企业承诺", "clause": "制度条款", "law": "法律法规"}


def limit_words(entry: CatalogueEntry) -> str:
    """5个工作日 / 当场办结"""
    if entry.limit_amount is None:
        return "当场办结"
    return f"{entry.limit_amount}{LIMIT_UNITS[entry.limit_unit]}"


def hotlines(organization_ids: Iterable[int], *, active: bool = False) -> list[Hotline]:
    """Telephone numbers of these enterprises."""
    rows = select(Hotline).where(Hotline.organization_id.in_(list(organization_ids)))
    if active:
        rows = rows.where(Hotline.active)
    rows = rows.options(selectinload(Hotline.organization))
    return list(db.session.scalars(rows.order_by(Hotline.organization_id, Hotline.id)))


def hotline_with(organization_id: int, number: str) -> Hotline | None:
    """The hotline of that number."""
    mine = select(Hotline).where(Hotline.organization_id == organization_id, Hotline.number == number)
    return db.session.scalar(mine)


def test_calls(hotline_id: int) -> list[TestCall]:
    """The last test calls of a number."""
    rows = select(TestCall).where(TestCall.hotline_id == hotline_id)
    return list(db.session.scalars(rows.order_by(TestCall.called_at.desc()).limit(50)))


def calls_answered(hotline_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """hotline -> (answered, all) of its test calls."""
    answered = func.sum(cast(TestCall.answered, Integer))
    rows = select(TestCall.hotline_id, answered, func.count()).where(
        TestCall.hotline_id.in_(list(hotline_ids))
    )
    return {
        row[0]: (int(row[1] or 0), row[2]) for row in db.session.execute(rows.group_by(TestCall.hotline_id))
    }


def entries(
    organization_ids: Iterable[int], words: str = "", *, all_of_them: bool = False
) -> list[CatalogueEntry]:
    """Entries of the catalogue in their order; with `words` only those that hold all of them."""
    rows = select(CatalogueEntry).where(CatalogueEntry.organization_id.in_(list(organization_ids)))
    if not all_of_them:
        rows = rows.where(CatalogueEntry.active)
    asked = catalogue_search.asked(words, "text") if words else ""
    if words and not asked:
        return []
    if asked:
        key, condition = catalogue_search.matching("text", asked)
        rows = rows.where(CatalogueEntry.id.in_(select(key).where(condition)))
    rows = rows.options(joinedload(CatalogueEntry.organization))
    order = (CatalogueEntry.organization_id, CatalogueEntry.position, CatalogueEntry.id)
    return list(db.session.scalars(rows.order_by(*order).limit(300)))


def entry_named(organization_id: int, name: str) -> CatalogueEntry | None:
    """The entry of that name, retired ones included."""
    mine = select(CatalogueEntry).where(CatalogueEntry.organization_id == organization_id)
    return db.session.scalar(mine.where(CatalogueEntry.name == name))


@dataclass(frozen=True)
class RequestPage:
    """Up to 50 requests, the newest first; `after` and `before` are the keys of the pages beside it."""

    rows: list[ServiceRequest]
    before: int | None
    after: int | None


def requests_page(
    organization_ids: Iterable[int], filters: dict[str, str], *, after: int = 0, before: int = 0
) -> RequestPage:
    """Requests by id, the newest first."""
    rows = select(ServiceRequest).where(ServiceRequest.organization_id.in_(list(organization_ids)))
    for name in ("state", "kind"):
        if filters.get(name):
            rows = rows.where(getattr(ServiceRequest, name) == filters[name])
    if filters.get("q"):
        rows = rows.where(ServiceRequest.number == filters["q"])
    if filters.get("late") == "1":
        rows = rows.where(ServiceRequest.late)
    key = ServiceRequest.id
    rows = rows.options(joinedload(ServiceRequest.entry), joinedload(ServiceRequest.first_receiver))
    if before:
        found = list(db.session.scalars(rows.where(key > before).order_by(key).limit(PAGE + 1)))
        more, found = len(found) > PAGE, found[:PAGE][::-1]
        return RequestPage(found, found[0].id if more and found else None, found[-1].id if found else None)
    if after:
        rows = rows.where(key < after)
    found = list(db.session.scalars(rows.order_by(key.desc()).limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    return RequestPage(found, found[0].id if after and found else None, found[-1].id if more else None)


def systems_of(organization_id: int) -> list[WrittenSystem]:
    """All versions of the written systems of an enterprise, the newest first."""
    rows = select(WrittenSystem).where(WrittenSystem.organization_id == organization_id)
    return list(db.session.scalars(rows.order_by(WrittenSystem.code, WrittenSystem.number.desc())))


def plain_versions(rows: Iterable[WrittenSystem]) -> list[Version]:
    """Versions as the rules see them."""
    return [Version(r.id, r.code, r.number, r.effective_on, r.repealed_on) for r in rows]


def commitments(organization_ids: Iterable[int], *, active: bool = False) -> list[Commitment]:
    """Commitments of these enterprises."""
    rows = select(Commitment).where(Commitment.organization_id.in_(list(organization_ids)))
    if active:
        rows = rows.where(Commitment.active)
    return list(db.session.scalars(rows.order_by(Commitment.organization_id, Commitment.id)))


def commitment_named(organization_id: int, name: str) -> Commitment | None:
    """The commitment of that name."""
    mine = select(Commitment).where(Commitment.organization_id == organization_id, Commitment.name == name)
    return db.session.scalar(mine)


def records_of(commitment_id: int) -> list[CommitmentRecord]:
    """The last records of a commitment."""
    rows = select(CommitmentRecord).where(CommitmentRecord.commitment_id == commitment_id)
    return list(db.session.scalars(rows.order_by(CommitmentRecord.began_at.desc()).limit(100)))


def records_kept(commitment_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """commitment -> (kept, all that are decided)."""
    kept = func.sum(cast(CommitmentRecord.kept, Integer))
    rows = select(CommitmentRecord.commitment_id, kept, func.count()).where(
        CommitmentRecord.commitment_id.in_(list(commitment_ids)), CommitmentRecord.kept.is_not(None)
    )
    grouped = db.session.execute(rows.group_by(CommitmentRecord.commitment_id))
    return {row[0]: (int(row[1] or 0), row[2]) for row in grouped}


def organizations(ids: Iterable[int]) -> dict[int, Organization]:
    """Organizations by id."""
    rows = db.session.scalars(select(Organization).where(Organization.id.in_(list(ids))))
    return {row.id: row for row in rows}
