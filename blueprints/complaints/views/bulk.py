"""Steps that can be taken for many cases at once."""

from __future__ import annotations

from blueprints.accounts.models import User
from blueprints.complaints.views.words import words_for
from blueprints.complaints.workflow import OVERLAYS, actions_of_roles
from core.authz import Permission

STEPS = ("urge", "progress_notice", "note", "dispatch", "assign", "close", "archive")


def bulk_steps(by: User) -> dict[str, str]:
    """Steps that this person can take for many cases: code -> name. Which of the cases are ready for one is
    found out case by case."""
    if Permission.CASE_ACT not in by.permissions:
        return {}
    beside = {o.action for o in OVERLAYS if any(actor.roles & by.roles for actor in o.actor)}
    mine, names = beside | actions_of_roles(by.roles), words_for(by).actions
    return {action: names[action] for action in STEPS if action in mine and action in names}
