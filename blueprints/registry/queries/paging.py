"""Pages of the long lists of the register: 50 rows by an order and the id, over the enterprises in reach.

Each enterprise gives its own first rows from its own index; what is then merged is short, however long the
lists are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.interfaces import ORMOption

from core.db import UTCDateTime, db

PAGE = 50
Row = TypeVar("Row")
Key = tuple[int, int]


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of a list with the keys of its neighbours (None: there is none)."""

    rows: list[Row]
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class Order:
    """What a list is ordered by before the id (None: by the id alone), and whether the newest comes first."""

    column: InstrumentedAttribute[Any] | None = None
    newest: bool = False

    def number(self, row: Any) -> int:
        """The value of a row as a whole number, for the address."""
        value = getattr(row, self.column.key) if self.column is not None else 0
        if isinstance(value, datetime):
            return int(value.timestamp())
        return value.toordinal() if isinstance(value, date) else 0

    def value(self, number: int) -> datetime | date | None:
        """The value behind such a number; None where it is none."""
        if self.column is None:
            return None
        try:
            if isinstance(self.column.type, UTCDateTime):
                return datetime.fromtimestamp(number, UTC)
            return date.fromordinal(number)
        except (ValueError, OverflowError, OSError):
            return None


def page_of(
    model: Any, organization_ids: Sequence[int], where: Sequence[ColumnElement[bool]], order: Order, *,
    after: Key | None = None, before: Key | None = None, load: Sequence[ORMOption] = (),
    columns: Sequence[Any] = (),
) -> Page[Any]:  # fmt: skip
    """Up to 50 rows, in one statement: of the model, or of these columns (the order's and the id among
    them)."""
    backwards = before is not None and after is None
    mark = before if backwards else after
    beyond = _beyond(model, order, mark, order.newest != backwards)
    rows = _rows(model, organization_ids, [*where, *beyond], columns)
    wanted = rows(order, order.newest != backwards, PAGE + 1)
    found = list(db.session.execute(wanted) if columns else db.session.scalars(wanted.options(*load)))
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    earlier, later = (more, bool(found)) if backwards else (mark is not None, more)
    keys = [f"{order.number(row)}.{row.id}" for row in found]
    return Page(found, keys[0] if keys and earlier else None, keys[-1] if keys and later else None)


def _beyond(model: Any, order: Order, mark: Key | None, descending: bool) -> list[ColumnElement[bool]]:
    if mark is None:
        return []
    if order.column is None:
        return [model.id < mark[1] if descending else model.id > mark[1]]
    value = order.value(mark[0])
    if value is None:
        return []
    here = tuple_(order.column, model.id)
    there = tuple_(literal(value, order.column.type), literal(mark[1]))
    return [here < there if descending else here > there]


def _sorted(model: Any, rows: Select[Any], order: Order, descending: bool) -> Select[Any]:
    columns = [model.id] if order.column is None else [order.column, model.id]
    return rows.order_by(*(column.desc() if descending else column for column in columns))


def _rows(
    model: Any,
    organization_ids: Sequence[int],
    where: Sequence[ColumnElement[bool]],
    columns: Sequence[Any],
) -> Any:
    wanted: Select[Any] = select(*columns) if columns else select(model)

    def built(order: Order, descending: bool, most: int) -> Select[Any]:
        def own(organization_id: int) -> Select[Any]:
            rows = select(model.id).where(model.organization_id == organization_id, *where)
            return _sorted(model, rows, order, descending).limit(most)

        if len(organization_ids) == 1:
            rows = wanted.where(model.organization_id == organization_ids[0], *where)
        elif organization_ids:
            parts = [select(own(one).subquery().c.id) for one in organization_ids]
            rows = wanted.where(model.id.in_(select(union_all(*parts).subquery().c.id)))
        else:
            rows = wanted.where(model.id == 0)
        return _sorted(model, rows, order, descending).limit(most)

    return built
