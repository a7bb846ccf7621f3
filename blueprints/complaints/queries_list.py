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
from blueprints.complaints.queries import LIST_COLUMNS, PAGE, SORTS, ListRow
from core.db import db
from domain.workdays import Calendar

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
    total = select(func.count()).select_from(Case).where(*met).scalar_subquery()
    wanted = select(*LIST_COLUMNS, total.label("total")).where(*met).order_by(*_order(sort))
    found = [dict(r) for r in db.session.execute(wanted.offset(offset).limit(PAGE)).mappings()]
    counted = found[0]["total"] if found else _count(met) if offset else 0
    places = select(Organization.id, Organization.name, Organization.kind, Organization.sectors)
    organizations = db.session.execute(places.order_by(Organization.id)).all()
    names = {o[0]: o[1] for o in organizations}
    rows = [_row(values, names) for values in found]
    mine = set(by.organization.sectors) if by.organization and by.organization.is_regulator else set()
    offered = {str(o[0]): o[1] for o in organizations if o[2] == "enterprise" and mine & set(o[3])}
    return ListPage(rows, counted, offered if len(offered) > 1 else {})


def _count(met: list[ColumnElement[bool]]) -> int:
    return db.session.scalar(select(func.count()).select_from(Case).where(*met)) or 0


def _row(values: dict[str, object], names: Mapping[int, str]) -> ListRow:
    kept = {name: value for name, value in values.items() if name not in ("total", "enterprise_id")}
    return ListRow(enterprise=names[values["enterprise_id"]], **kept)  # type: ignore[index, arg-type]


def _order(sort: str) -> list[UnaryExpression[Any]]:
    name = sort.lstrip("-")
    if name not in SORTS:
        return [Case.received_at.desc(), Case.id.desc()]
    column = SORTS[name]
    order = column.desc() if sort.startswith("-") else column.asc()
    last = [Case.due_at.is_(None).asc()] if name == "due" else []
    return [*last, order, Case.id.desc()]
