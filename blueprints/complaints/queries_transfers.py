"""Transfers of an organization: what it sent elsewhere and what was moved to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, Transfer
from blueprints.complaints.queries_access import scopes_of, visible_in
from core.db import db

PAGE = 36


def transfers_page(by: User, filters: Mapping[str, str], *, before: int = 0) -> list[tuple[Any, ...]]:
    """(transfer, case number, title, state of the case), newest first, one row more than a page."""
    mine = or_(
        Transfer.organization_id == by.organization_id, Transfer.to_organization_id == by.organization_id
    )
    wanted = (
        select(Transfer, Case.number, Case.title, Case.state)
        .join(Case, Case.id == Transfer.case_id)
        .where(mine, visible_in(scopes_of(by)))
        .order_by(Transfer.id.desc())
        .limit(PAGE + 1)
    )
    if filters.get("state"):
        wanted = wanted.where(Transfer.state == filters["state"])
    if before:
        wanted = wanted.where(Transfer.id < before)
    return [tuple(row) for row in db.session.execute(wanted)]
