"""What the routes of disclosure share: who is signed in, a record or 404, its history in words."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import abort, url_for
from flask_login import current_user

from blueprints.accounts.models import Organization, User
from blueprints.accounts.service.audit_words import action_name, changes_of
from blueprints.disclosure.models import DisclosureItem, DisclosureVersion
from blueprints.disclosure.queries.duties import Held, held_or_none
from blueprints.registry.queries import reach
from core.db import Base, db
from core.wording import moment_words

ID = "int(max=2147483647)"
ITEM = f"/disclosure/items/<{ID}:item_id>"
VERSION = f"/disclosure/versions/<{ID}:version_id>"
ENTERPRISE = f"/disclosure/enterprises/<{ID}:organization_id>"
DUTY = "/disclosure/duties/<duty_code>"
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


def enterprise_or_404(organization_id: int) -> Organization:
    """An enterprise in reach."""
    found = next((one for one in reach.enterprises(me()) if one.id == organization_id), None)
    if found is None:
        abort(404)
    return found


def own_enterprise() -> Organization:
    """The enterprise for which this person writes; 404 for a regulator."""
    own = me().organization
    if own is None or own.is_regulator:
        abort(404)
    return own


def own_regulator() -> Organization:
    """The regulator for which this person writes; 404 for an enterprise."""
    own = me().organization
    if own is None or not own.is_regulator:
        abort(404)
    return own


def held_or_404(code: str) -> Held:
    """A duty by its code."""
    found = held_or_none(code) if code.isprintable() and len(code) <= 32 else None
    if found is None:
        abort(404)
    return found


def is_regulator() -> bool:
    """Whether a regulator is looking."""
    own = me().organization
    return bool(own and own.is_regulator)


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


def crumbs(
    item: DisclosureItem | None = None, version: DisclosureVersion | None = None
) -> list[dict[str, str]]:
    """信息公开 / the item / the version."""
    found = [{"label": "信息公开", "url": url_for("disclosure.overview")}]
    if item is not None:
        held = held_or_none(item.duty)
        label = held.duty.item if held else item.duty
        found.append({"label": label, "url": url_for("disclosure.item", item_id=item.id)})
    if version is not None:
        url = url_for("disclosure.version", version_id=version.id)
        found.append({"label": f"第{version.number}版", "url": url})
    return found


def organization_of(row: Any) -> Organization:
    """The enterprise of a record."""
    return db.session.get_one(Organization, row.organization_id)
