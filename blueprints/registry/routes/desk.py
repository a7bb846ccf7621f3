"""What the routes of the register share: who is signed in, a record or 404, its history in words."""

from __future__ import annotations

from typing import Any

from flask import abort, g, request

from blueprints.accounts import queries_reach as reach
from blueprints.accounts.models import Organization
from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history as history_of
from blueprints.accounts.sessions_reach import own_or_404, row_or_404

__all__ = [
    "ID",
    "chosen_enterprises",
    "enterprise_control",
    "history",
    "in_reach",
    "me",
    "own_or_404",
    "own_organization",
    "row_or_404",
]

ID = "int(max=2147483647)"


def own_organization() -> int:
    """The enterprise for which this person writes; 404 for a regulator."""
    by = me()
    if by.organization is None or by.organization.is_regulator or by.organization_id is None:
        abort(404)
    return by.organization_id


def in_reach() -> list[Organization]:
    """The enterprises whose records this person may see, looked up once a request."""
    if "in_reach" not in g:
        g.in_reach = reach.enterprises(me())
    found: list[Organization] = g.in_reach
    return found


def chosen_enterprises() -> list[int]:
    """Ids of the enterprises a list shows: all in reach, or the one asked for in the URL (`enterprise`)."""
    known = {organization.code: organization.id for organization in in_reach()}
    asked = request.args.get("enterprise", "")
    return [known[asked]] if asked in known else list(known.values())


def enterprise_control() -> list[dict[str, Any]]:
    """The filter by enterprise, for those who see several."""
    found = in_reach()
    options = [(organization.code, organization.name) for organization in found]
    return [{"name": "enterprise", "label": "企业", "options": options}] if len(found) > 1 else []


def history(row: Any) -> list[dict[str, Any]]:
    """The entries of the log about a record, as the record screen shows them."""
    return history_of(row.__tablename__, row.id)
