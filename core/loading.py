"""Several lists of rows in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, select, union_all
from sqlalchemy.orm import lazyload

from core.db import Base, db

Wanted = tuple[type[Base], ColumnElement[bool]]


def load_together(*wanted: Wanted) -> list[list[Any]]:
    """For each (model, condition) the rows that meet it, by primary key, whatever their number, in one
    statement: its rows are those of all lists one below the other, not their product. A model may be named
    once. Relationships of what is found are read when they are asked for."""
    parts = union_all(*(select(literal(n).label("n")) for n in range(len(wanted)))).subquery("part")
    statement = select(parts.c.n, *(model for model, _ in wanted)).select_from(parts)
    for number, (model, condition) in enumerate(wanted):
        statement = statement.outerjoin(model, and_(parts.c.n == number, condition))
    keys = [key for model, _ in wanted for key in model.__mapper__.primary_key]
    found: list[list[Any]] = [[] for _ in wanted]
    others = [getattr(model, prop.key) for model, _ in wanted for prop in model.__mapper__.relationships]
    rows: Sequence[Any] = db.session.execute(
        statement.order_by(parts.c.n, *keys).options(*map(lazyload, others))
    ).all()
    for row in rows:
        entity = row[row[0] + 1]
        if entity is not None:
            found[row[0]].append(entity)
    return found
