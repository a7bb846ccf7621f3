"""What the routes of disclosure share: who is signed in, a record or 404, its history in words."""

from __future__ import annotations

from typing import Any

from flask import abort, url_for

from blueprints.accounts import queries_reach as reach
from blueprints.accounts.models import Organization
from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history, own_or_404, row_or_404
from blueprints.disclosure.models import DisclosureItem, DisclosureVersion
from blueprints.disclosure.queries.duties import Held, held_or_none
from core.db import db

__all__ = [
    "DUTY",
    "ENTERPRISE",
    "ID",
    "ITEM",
    "VERSION",
    "crumbs",
    "enterprise_or_404",
    "held_or_404",
    "history",
    "is_regulator",
    "me",
    "organization_of",
    "own_enterprise",
    "own_or_404",
    "own_regulator",
    "row_or_404",
]

ID = "int(max=2147483647)"
ITEM = f"/disclosure/items/<{ID}:item_id>"
VERSION = f"/disclosure/versions/<{ID}:version_id>"
ENTERPRISE = f"/disclosure/enterprises/<{ID}:organization_id>"
DUTY = "/disclosure/duties/<duty_code>"


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
