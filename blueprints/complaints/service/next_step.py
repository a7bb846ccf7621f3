"""What a case waits for and for whom: kept on the case for lists, and told to the people concerned."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select

from blueprints.accounts.models import RoleGrant, User
from blueprints.complaints import facts
from blueprints.complaints.guards import Attempt, refusal
from blueprints.complaints.models import Case
from blueprints.complaints.people import discreet
from blueprints.complaints.relations import enterprise_ids, owner_id, relayed
from blueprints.complaints.workflow import REMEDIES, Row, Side, main_rows, rows_of
from core import clock, clocks
from core.authz import Role
from core.db import db
from core.inbox import tell
from domain.rulesets import Ruleset

SUBJECT = "case"


def case_path(case: Case) -> str:
    """The page of a case."""
    return f"/cases/{case.id}"


def next_row(case: Case, ruleset: Ruleset) -> Row | None:
    """The table row that the case waits for: the main one, or the step that has to come before it."""
    for row in main_rows(case.flow, case.state):
        if not facts.holds(row.when, case):
            continue
        if row.action == "callback" and not facts.callback_due(case, ruleset):
            continue
        return _before(row, case, ruleset) or row
    return None


def _before(row: Row, case: Case, ruleset: Ruleset) -> Row | None:
    """The step without which `row` would be refused, where it is one that can be taken now."""
    attempt = Attempt(case, {}, None, ruleset, clock.now())
    for guard in row.guards:
        if guard not in REMEDIES or refusal(guard, attempt) is None:
            continue
        for remedy in rows_of(case.flow, case.state, REMEDIES[guard]):
            if facts.holds(remedy.when, case):
                return remedy
    return None


def next_organization(case: Case, row: Row) -> int:
    """Whose work list the next step belongs to."""
    match row.actor.side:
        case Side.RECEIVER:
            return case.receiving_org_id
        case Side.REGULATOR | Side.OWNER:
            return owner_id(case)
        case Side.REPLIER if relayed(case) or (case.nature == "industry" and case.handed_over):
            return owner_id(case)
    main = [a for a in case.open_assignments if a.kind == "main"]
    waiting = _waiting(case, row) if main and row.actor.side is not Side.REPLIER else []
    if waiting or main:
        return int((waiting or main)[0].organization_id)
    return case.enterprise_id if case.enterprise_id in enterprise_ids(case) else owner_id(case)


def _waiting(case: Case, row: Row) -> list[Any]:
    """Of several enterprises those that have not yet done their part, the main ones first."""
    if not facts.joint(case):
        return []
    units = sorted(case.open_assignments, key=lambda a: (a.kind != "main", a.id))
    if row.action == "assign":
        return [a for a in units if a.department_id is None]
    return [a for a in units if a.state != "verified"]


def assign(case: Case, **values: Any) -> None:
    """Set what differs: a case to which nothing is assigned is passed over when the rest is stored."""
    for name, value in values.items():
        if getattr(case, name) != value:
            setattr(case, name, value)


def refresh_due(case: Case) -> None:
    """Repeat the strictest open clock on the case."""
    running = clocks.open_of(SUBJECT, case.id)
    strictest = running[0] if running else None
    assign(
        case,
        due_on=strictest.due_on if strictest else None,
        due_at=strictest.due_at if strictest else None,
        due_name=strictest.name if strictest else "",
        due_provisional=bool(strictest and strictest.provisional),
    )


def refresh_next(case: Case, ruleset: Ruleset, *, by: User | None, now: datetime) -> None:
    """Renew the next step and the due day; tell the people whose turn it has become."""
    before = (case.next_action, case.next_org_id)
    row = set_next(case, ruleset)
    refresh_due(case)
    if row is not None and (case.next_action, case.next_org_id) != before:
        tell_next(case, row, ruleset, by=by, now=now)


def set_next(case: Case, ruleset: Ruleset) -> Row | None:
    """Repeat on the case what it waits for and for whom; returns that row of the table."""
    row = next_row(case, ruleset)
    assign(
        case,
        next_action=row.action if row else "",
        next_org_id=next_organization(case, row) if row else None,
    )
    return row


def tell_next(case: Case, row: Row, ruleset: Ruleset, *, by: User | None, now: datetime) -> None:
    """Tell the people whose turn it has become."""
    action = ruleset.action(row.action)
    people = set(responsible_people(case, row)) - ({by.id} if by else set())
    text = f"{case.number}《{discreet(case.title, case)[:40]}》待您办理：{action.name}。"
    tell(people, text, link=case_path(case), now=now, clause=action.clause or "")


_TAKERS = (
    select(User.id, User.department_id, RoleGrant.role)
    .join(RoleGrant, RoleGrant.user_id == User.id)
    .where(
        User.active,
        User.organization_id == bindparam("place"),
        RoleGrant.role.in_(bindparam("roles", expanding=True)),
    )
)


def responsible_people(case: Case, row: Row) -> list[int]:
    """Ids of the people who may take the next step; handlers only of the responsible departments."""
    units = {a.department_id for a in case.open_assignments if a.department_id is not None}
    wanted = {"place": case.next_org_id, "roles": [r.value for r in row.takers]}
    people = db.session.connection().execute(_TAKERS, wanted).all()
    return [p.id for p in people if p.role != Role.HANDLER.value or p.department_id in units]


def refresh_merged(case: Case, ruleset: Ruleset, *, by: User, now: datetime) -> None:
    """Each person of a case merged into this one still gets an answer: offer it once this one is answered."""
    for child in db.session.scalars(select(Case).where(Case.merged_into_id == case.id)):
        refresh_next(child, ruleset, by=by, now=now)
