"""The cases behind one number of the statistics: a page of them, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from blueprints.complaints.models import Case
from blueprints.complaints.queries import ListRow, read_rows
from core.db import db

PAGE = 50


def page_of(scope: Sequence[ColumnElement[bool]], offset: int) -> tuple[list[ListRow], int]:
    """(rows from `offset` on, the newest receipt first; the number of all)."""
    order = (Case.received_at.desc(), Case.id.desc())
    ids = select(Case.id.label("case_id")).where(*scope).order_by(*order).offset(offset).limit(PAGE)
    rows = [row for _, row in read_rows(ids.subquery(), order)]
    return rows, db.session.scalar(select(func.count()).select_from(Case).where(*scope)) or 0
