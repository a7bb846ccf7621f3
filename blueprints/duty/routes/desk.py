"""What the pages of duty share: the own organization, which roster is asked for, days of the address."""

from __future__ import annotations

from datetime import date

from flask import abort, request

from blueprints.accounts.models import Organization, User
from blueprints.accounts.sessions import me
from blueprints.duty import queries
from core import clock
from core.authz import Permission
from domain.errors import InvalidInput
from domain.workdays import check_day

__all__ = ["ID", "day_asked", "edits", "me", "own_organization", "roster_asked"]

ID = "int(max=2147483647)"


def own_organization() -> Organization:
    """The organization of the person; 404 for the administrators, who have none."""
    organization = me().organization
    if organization is None:
        abort(404)
    return organization


def roster_asked(by: User) -> tuple[Organization, list[Organization]]:
    """(the organization whose roster is asked for, all in reach); the own one unless told otherwise."""
    found = queries.rosters_of(by)
    if not found:
        abort(404)
    asked = request.args.get("organization", "")
    return next((o for o in found if o.code == asked), found[0]), found


def edits(by: User) -> bool:
    """Whether this person keeps the roster of the own organization."""
    return Permission.SHIFT_EDIT in by.permissions


def day_asked() -> date:
    """The day of the address (`day`), today where there is none that can be meant."""
    text = request.args.get("day", "")
    try:
        day = date.fromisoformat(text) if len(text) == 10 else clock.today()
        check_day(day, "day")
    except (ValueError, InvalidInput):
        return clock.today()
    return day if 1901 <= day.year <= 2998 else clock.today()
