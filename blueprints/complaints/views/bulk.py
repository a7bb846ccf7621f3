"""Steps that can be taken for many cases at once, and the cases that were ticked for one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.models import Case
from blueprints.complaints.service import foreseen
from blueprints.complaints.views.words import words_for
from blueprints.complaints.workflow import OVERLAYS, STATE_NAMES, actions_of_roles
from core.authz import Permission

STEPS = ("urge", "progress_notice", "note", "dispatch", "assign", "attach_incident", "close", "archive")
FINAL = frozenset({"close", "archive"})
EXPORT = "export"


def bulk_steps(by: User) -> dict[str, str]:
    """Steps that this person can take for many cases: code -> name. Which of the cases are ready for one is
    found out case by case."""
    beside = {o.action for o in OVERLAYS if any(actor.roles & by.roles for actor in o.actor)}
    mine, names = beside | actions_of_roles(by.roles), words_for(by).actions
    steps = {action: names[action] for action in STEPS if action in mine and action in names}
    return steps | ({EXPORT: "导出所选"} if Permission.CASE_EXPORT in by.permissions else {})


def ticked_cases(
    cases: Iterable[Case], action: str, case_start: str, *, by: User, now: datetime
) -> list[dict[str, Any]]:
    """The cases as the page of a bulk step shows them; `refused` says why a case cannot take the step now."""
    return [
        {
            "id": case.id,
            "url": f"{case_start}{case.id}",
            "number": case.number,
            "title": case.title,
            "state": STATE_NAMES[case.state],
            "refused": foreseen(case, action, by=by, now=now),
        }
        for case in cases
    ]
