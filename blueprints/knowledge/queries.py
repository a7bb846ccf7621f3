"""Which templates and scripts a person may see, those that fit a matter, and how often they were used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, false, func, or_, select
from sqlalchemy.orm import joinedload

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import people_with_role, regulator_of
from blueprints.knowledge.models import (
    PROPOSED,
    KnowledgeItem,
    KnowledgeUse,
    KnowledgeVersion,
    found_in_knowledge,
)
from blueprints.rulebook.service import remembered
from core.authz import ROLE_PERMISSIONS, Permission
from core.db import db

PAGE = 50
AT_HAND = 8
MOST_SCRIPTS = 40
Item = KnowledgeItem
_IN_USE = (
    KnowledgeVersion,
    and_(KnowledgeVersion.item_id == Item.id, KnowledgeVersion.number == Item.published),
)


@dataclass(frozen=True)
class Uses:
    """How often an item was used: by version id, and in each of the months asked for."""

    by_version: dict[int, int] = field(default_factory=dict)
    by_month: list[int] = field(default_factory=list)


def sources_of(organization: Organization | None) -> list[int]:
    """Whose items an organization uses: its own first, then those of the regulators of its sectors."""
    if organization is None:
        return []
    if organization.is_regulator:
        return [organization.id]
    key = ("knowledge", organization.id, tuple(organization.sectors))
    return remembered(key, lambda: _sources(organization))


def _sources(organization: Organization) -> list[int]:
    above = (regulator_of(sector) for sector in organization.sectors)
    return list(dict.fromkeys([organization.id, *(one.id for one in above if one is not None)]))


def _readable(by: User, sources: Sequence[int]) -> ColumnElement[bool]:
    """The own items; of others those in use."""
    if not sources:
        return false()
    others = and_(Item.organization_id.in_(sources), Item.published > 0, Item.active)
    return or_(Item.organization_id == by.organization_id, others)


def item_or_none(item_id: int, by: User) -> KnowledgeItem | None:
    """One item with its versions and who wrote them, in one statement, or None."""
    people = (KnowledgeVersion.proposed_by, KnowledgeVersion.decided_by)
    rows = select(Item).where(Item.id == item_id)
    loaded = rows.options(
        joinedload(Item.organization),
        joinedload(Item.versions).options(*(joinedload(who).raiseload(User.grants) for who in people)),
    )
    found = db.session.scalars(loaded).unique().first()
    if found is None or found.organization_id == by.organization_id:
        return found
    others = found.published and found.active and found.organization_id in sources_of(by.organization)
    return found if others else None


def version_or_none(version_id: int, by: User) -> KnowledgeVersion | None:
    """One wording of the own organization with its item, or None."""
    rows = (
        select(KnowledgeVersion)
        .join(Item)
        .where(KnowledgeVersion.id == version_id, Item.organization_id == by.organization_id)
    )
    return db.session.scalar(rows.options(joinedload(KnowledgeVersion.item).selectinload(Item.versions)))


def publishers(organization_id: int | None) -> list[User]:
    """Who decides on wordings in an organization."""
    wanted = Permission.KNOWLEDGE_PUBLISH
    roles = [role for role, held in ROLE_PERMISSIONS.items() if wanted in held]
    return people_with_role(organization_id, *roles)


def _searched(text: str) -> ColumnElement[bool] | None:
    """Found by its words, as cases are; None where nothing is asked, no row where it could not be found."""
    if not text.strip():
        return None
    asked = found_in_knowledge.asked(text, "text")
    if not asked:
        return false()
    key, matching = found_in_knowledge.matching("text", asked)
    return Item.id.in_(select(key).where(matching))


def for_sector(sectors: Iterable[str]) -> ColumnElement[bool]:
    """Items for any of these sectors, and those for every sector."""
    plain = cast(Item.sectors, String)
    return or_(plain == "[]", *(plain.like(f'%"{sector}"%') for sector in sectors))


def _state(name: str) -> ColumnElement[bool]:
    waiting = Item.versions.any(KnowledgeVersion.state == PROPOSED)
    return {
        "waiting": waiting,
        "retired": ~Item.active,
    }.get(name, and_(Item.active, Item.published > 0))


def listing(
    by: User, filters: Mapping[str, str], state: str, *, before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
) -> tuple[list[Any], str | None, str | None]:  # fmt: skip
    """Up to 50 items as columns, the most used first, with the keys of the pages before and after."""
    columns = (
        Item.id, Item.title, Item.kind, Item.category, Item.emergency, Item.sectors, Item.clause, Item.uses,
        Item.published, Item.active, Item.organization_id, Organization.name.label("owner"),
    )  # fmt: skip
    rows = select(*columns).join(Organization, Organization.id == Item.organization_id)
    rows = rows.where(_readable(by, sources_of(by.organization)), _state(state), *_filtered(filters))
    if before:
        back = or_(Item.uses > before[0], and_(Item.uses == before[0], Item.id > before[1]))
        ordered = rows.where(back).order_by(Item.uses, Item.id).limit(PAGE + 1)
        found = list(db.session.execute(ordered))
        more, found = len(found) > PAGE, found[:PAGE][::-1]
        return found, (_key(found[0]) if more else None), (_key(found[-1]) if found else None)
    if after:
        rows = rows.where(or_(Item.uses < after[0], and_(Item.uses == after[0], Item.id < after[1])))
    found = list(db.session.execute(rows.order_by(Item.uses.desc(), Item.id.desc()).limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    return found, (_key(found[0]) if after and found else None), (_key(found[-1]) if more else None)


def _key(row: Any) -> str:
    return f"{row.uses}.{row.id}"


def _filtered(filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    met: list[ColumnElement[bool]] = [
        getattr(Item, name) == filters[name]
        for name in ("kind", "category", "emergency", "clause")
        if name in filters
    ]
    if "sector" in filters:
        met.append(for_sector([filters["sector"]]))
    searched = _searched(filters.get("q", ""))
    return met if searched is None else [*met, searched]


def _in_use(organization: Organization, kinds: Sequence[str], sectors: Iterable[str]) -> Any:
    """Statement of the published items of these kinds that an organization has at hand for these sectors."""
    return select(Item).where(
        Item.organization_id.in_(sources_of(organization)), Item.kind.in_(kinds), Item.published > 0,
        Item.active, for_sector(sectors),
    )  # fmt: skip


def replies_at_hand(
    organization: Organization, sectors: Iterable[str], *, category: str, clauses: Iterable[str],
    query: str = "",
) -> list[tuple[KnowledgeItem, int]]:  # fmt: skip
    """Reply templates for a matter with the ids of their versions, those that fit it best and are used most
    first; those for all kinds of matters where something is searched for."""
    rows = _in_use(organization, ("reply",), sectors).join(*_IN_USE).add_columns(KnowledgeVersion.id)
    searched = _searched(query)
    rows = rows.where(or_(Item.category == category, Item.category == "") if searched is None else searched)
    fits = case((Item.clause.in_(list(clauses)), 0), else_=1)
    near = case((Item.category == category, 0), else_=1)
    ordered = rows.order_by(near, fits, Item.uses.desc(), Item.id)
    found = [(item, version) for item, version in db.session.execute(ordered.limit(2 * AT_HAND))]
    kept = _once([item for item, _ in found], organization)
    return [pair for pair in found if pair[0] in kept][:AT_HAND]


def reply_or_none(item_id: int, by: User) -> tuple[KnowledgeItem, int] | None:
    """One reply template in use with the id of its version, or None."""
    rows = select(Item, KnowledgeVersion.id).join(*_IN_USE)
    mine = Item.organization_id.in_(sources_of(by.organization))
    rows = rows.where(Item.id == item_id, Item.kind == "reply", Item.active, mine)
    found = db.session.execute(rows).first()
    return (found[0], found[1]) if found is not None else None


def scripts_at_hand(
    organization: Organization, sectors: Iterable[str], *, category: str = ""
) -> list[KnowledgeItem]:
    """What is read out on the telephone: safety scripts first, then those of the category (all, where none
    is chosen yet)."""
    rows = _in_use(organization, ("safety", "script"), sectors)
    if category:
        rows = rows.where(or_(Item.kind == "safety", Item.category.in_((category, ""))))
    ordered = rows.order_by(Item.kind, Item.uses.desc(), Item.id)  # safety stands before script
    return _once(list(db.session.scalars(ordered.limit(MOST_SCRIPTS))), organization)


def _once(items: list[KnowledgeItem], organization: Organization) -> list[KnowledgeItem]:
    """Without those of a regulator that stand under the same name among the own."""
    own = {(item.kind, item.title) for item in items if item.organization_id == organization.id}
    return [i for i in items if i.organization_id == organization.id or (i.kind, i.title) not in own]


def uses_of(item: KnowledgeItem, months: Sequence[tuple[datetime, datetime]]) -> Uses:
    """How often it was used, by version and in each month [from, to)."""
    used = KnowledgeUse.used_at
    columns = [func.count().filter(and_(used >= start, used < end)) for start, end in months]
    rows = (
        select(KnowledgeUse.version_id, func.count(), *columns)
        .where(KnowledgeUse.version_id.in_([version.id for version in item.versions]))
        .group_by(KnowledgeUse.version_id)
    )
    found = [tuple(row) for row in db.session.execute(rows)]
    return Uses(
        {row[0]: row[1] for row in found},
        [sum(row[2 + n] for row in found) for n in range(len(months))],
    )
