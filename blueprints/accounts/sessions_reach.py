"""What the person who is signed in reaches of the records of enterprises: the row or 404, its history."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import abort

from blueprints.accounts import queries_reach as reach
from blueprints.accounts.service.audit_words import action_name, changes_of
from blueprints.accounts.sessions import me
from core.db import Base
from core.wording import moment_words

Row = TypeVar("Row", bound=Base)


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


def history(table: str, row_id: int) -> list[dict[str, Any]]:
    """The entries of the log about a record, as the record screen shows them."""
    return [
        {
            "what": action_name(entry.action),
            "who": "、".join(part for part in (entry.actor_name, entry.organization) if part),
            "when": moment_words(entry.at),
            "changes": changes_of(entry.changes),
        }
        for entry in reach.history_of(table, row_id)
    ]
