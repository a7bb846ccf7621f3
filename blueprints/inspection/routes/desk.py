"""Whose desk a page stands on: the own regulator, or an enterprise that it supervises."""

from __future__ import annotations

from flask import abort

from blueprints.accounts.models import Organization
from blueprints.accounts.sessions import me


def is_regulator() -> bool:
    """Whether the person belongs to a regulator."""
    own = me().organization
    return own is not None and own.is_regulator


def own_regulator() -> Organization:
    """The own organization, which supervises; nobody else has this page."""
    own = me().organization
    if own is None or not own.is_regulator:
        abort(404)
    return own
