"""Cases that somebody investigates, handed to a successor when the account is closed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.accounts.service.holdings import Holding, Keeper, Transition
from blueprints.complaints.models import Assignment, Case
from blueprints.complaints.service.engine import Act, store
from blueprints.complaints.service.next_step import case_path
from blueprints.complaints.workflow import OPEN, State
from blueprints.rulebook.service import pinned
from core.authz import ROLE_PERMISSIONS, Permission
from core.calendar_store import load_calendar
from core.db import db
from core.wording import day_words
from domain.errors import InvalidInput

WORKING = ("assigned", "investigating", "verified", "returned")


def investigations(user: User) -> list[Holding]:
    """Open cases that this person investigates: number and limit only, as account managers read no cases."""
    rows = (
        select(Assignment, Case).join(Case, Case.id == Assignment.case_id)
        .where(Assignment.investigator_id == user.id, Assignment.state.in_(WORKING))
        .where(Case.state.in_([state.value for state in OPEN])).order_by(Case.due_at, Case.id)
    )  # fmt: skip
    return [
        Holding(
            "investigation", unit.id, case.number, case_path(case),
            day_words(case.due_on) if case.due_on else "",
        )
        for unit, case in db.session.execute(rows)
    ]  # fmt: skip


def give(ids: Sequence[int], change: Transition) -> None:
    """The successor becomes the investigator; each case records it. Errors: InvalidInput."""
    successor, calendar = change.successor, load_calendar()
    if not any(Permission.CASE_ACT in ROLE_PERMISSIONS[role] for role in successor.own_roles):
        raise InvalidInput(f"{successor.name}的角色不办理诉求件，不能接手。", "everything")
    for unit in db.session.scalars(select(Assignment).where(Assignment.id.in_(ids)).order_by(Assignment.id)):
        unit.investigator_id = unit.responsible_id = successor.id
        ruleset = pinned(unit.case.ruleset_version_id)
        act = Act(unit.case, "note", {}, change.by, change.now, calendar, ruleset)
        act.assignment_id = unit.id
        act.record(text=f"调查人由{change.leaving.name}改为{successor.name}（离岗交接：{change.reason}）。")
        store(act, State(unit.case.state))


KEEPER = Keeper("investigation", "调查中的诉求件", investigations, give)
