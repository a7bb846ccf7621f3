"""One page of the case list with its total, in two statements whatever the number of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, UnaryExpression, func, select

from blueprints.accounts.models import Organization, User
from blueprints.complaints import queries
from blueprints.complaints.models import Case
from blueprints.complaints.queries import LIST_COLUMNS, SORTS, ListRow
from core.db import db
from domain.workdays import Calendar

PAGE = queries.PAGE
FILTERS = (*(name for name in queries.FILTERS if name != "group"), "group")


@dataclass(frozen=True)
class ListPage:
    """Rows of one page, how many fit in all, and the enterprises to choose from (id -> name)."""

    rows: list[ListRow]
    total: int
    enterprises: dict[str, str]


def conditions(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar
) -> list[ColumnElement[bool]]:
    """Everything that a row must meet to be in the list, visibility included."""
    met = [queries.visible(by), *queries.filter_conditions(filters, now=now, calendar=calendar)]
    group = filters.get("group", "")
    if group:
        groups = queries.bench_conditions(by, now=now, calendar=calendar)
        if group in groups:
            met.append(groups[group])
    return met


def list_page(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar,
    sort: str = "", offset: int = 0,
) -> ListPage:  # fmt: skip
    """One page of visible cases. The due order puts cases without a limit last."""
    met = conditions(by, filters, now=now, calendar=calendar)
    total = select(func.count()).select_from(Case).where(*met).correlate(None).scalar_subquery()
    columns = [c for c in LIST_COLUMNS if c is not Case.enterprise_id]
    place = func.coalesce(func.nullif(Organization.short_name, ""), Organization.name)
    wanted = (
        select(*columns, place.label("enterprise"), total.label("total"))
        .join(Organization, Organization.id == Case.enterprise_id)
        .where(*met)
        .order_by(*order_of(sort))
    )
    found = [dict(r) for r in db.session.execute(wanted.offset(offset).limit(PAGE)).mappings()]
    counted = found[0]["total"] if found else count_of(met) if offset else 0
    rows = [ListRow(**{k: v for k, v in values.items() if k != "total"}) for values in found]
    return ListPage(rows, counted, _enterprises(by))


def _enterprises(by: User) -> dict[str, str]:
    """What a regulator with several enterprises can choose from."""
    if by.organization is None or not by.organization.is_regulator:
        return {}
    mine = set(by.organization.sectors)
    places = select(Organization.id, Organization.name, Organization.sectors)
    rows = db.session.execute(places.where(Organization.kind == "enterprise").order_by(Organization.id))
    offered = {str(r[0]): r[1] for r in rows if mine & set(r[2])}
    return offered if len(offered) > 1 else {}


def count_of(met: list[ColumnElement[bool]]) -> int:
    """How many cases meet all of this."""
    return db.session.scalar(select(func.count()).select_from(Case).where(*met)) or 0


def order_of(sort: str) -> list[UnaryExpression[Any]]:
    """The order that a URL asks for, the newest receipt first otherwise."""
    name = sort.lstrip("-")
    if name not in SORTS:
        return [Case.received_at.desc(), Case.id.desc()]
    column = SORTS[name]
    order = column.desc() if sort.startswith("-") else column.asc()
    last = [Case.due_at.is_(None).asc()] if name == "due" else []
    return [*last, order, Case.id.desc()]
