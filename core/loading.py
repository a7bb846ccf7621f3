"""Several lists of rows in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, literal, select, union_all
from sqlalchemy.orm import lazyload

from core.db import Base, db


class Together:
    """Lists of rows that are read in one statement, whatever their number.

    Each is (model, condition with bound parameters); a model may be named once. The rows of the statement are
    those of all lists one below the other, not their product. It is made once and kept: build it where a
    module is loaded. Relationships of what is found are read when they are asked for.
    """

    def __init__(self, *wanted: tuple[type[Base], ColumnElement[bool]]) -> None:
        models = [model for model, _ in wanted]
        parts = union_all(*(select(literal(n).label("n")) for n in range(len(wanted)))).subquery("part")
        statement = select(parts.c.n, *models).select_from(parts)
        for number, (model, condition) in enumerate(wanted):
            statement = statement.outerjoin(model, and_(parts.c.n == number, condition))
        keys = [key for model in models for key in model.__mapper__.primary_key]
        self._size = len(models)
        self._statement = statement.order_by(parts.c.n, *keys).options(lazyload("*"))

    def read(self, **values: Any) -> list[list[Any]]:
        """The lists, each by primary key. `values` are those of the bound parameters; a set of ids may be
        empty (it is asked for as an id that nobody has: an empty IN makes SQLite walk the table)."""
        asked = {k: list(v) or [0] if isinstance(v, (set, list)) else v for k, v in values.items()}
        found: list[list[Any]] = [[] for _ in range(self._size)]
        for row in db.session.execute(self._statement, asked):
            entity = row[row[0] + 1]
            if entity is not None:
                found[row[0]].append(entity)
        return found
