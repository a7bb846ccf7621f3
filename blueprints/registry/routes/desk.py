"""What the routes of the register share: who is signed in, a record or 404, its history in words."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import abort, g, request
from flask_login import current_user

from blueprints.accounts.models import Organization, User
from blueprints.accounts.service.audit_words import action_name, changes_of
from blueprints.registry.queries import reach
from core.db import Base
from core.wording import moment_words

ID = "int(max=2147483647)"
Row = TypeVar("Row", bound=Base)


def me() -> User:
    """The person who is signed in, as a plain row."""
    person: User = current_user._get_current_object()
    return person


def row_or_404(model: type[Row], row_id: int) -> Row:
    """A record that this person may see; a foreign one does not exist."""
    found = reach.row_or_none(model, row_id, me())
    if found is None:
        abort(404)
    return found


def own_or_404(model: type[Row], row_id: int) -> Row:
    """A record of the own enterprise; a regulator reads and does not write."""
    found = reach.own_or_none(model, row_id, me())
    if found is None:
        abort(404)
    return found


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
    return [
        {
            "what": action_name(entry.action),
            "who": "、".join(part for part in (entry.actor_name, entry.organization) if part),
            "when": moment_words(entry.at),
            "changes": changes_of(entry.changes),
        }
        for entry in reach.history_of(row.__tablename__, row.id)
    ]
