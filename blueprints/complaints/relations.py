"""Whose case it is: how a person's organization and department relate to a case. Pure."""

from __future__ import annotations

from typing import Any

from blueprints.complaints.workflow import Actor, Side
from domain.roles import Role

UNIT_WIDE = frozenset({Role.DISPATCHER, Role.ENTERPRISE_LEADER})


def owner_id(case: Any) -> int:
    """The organization that calls back, closes and archives: the regulator where it has the case."""
    return int(case.regulator_id or case.receiving_org_id)


def relayed(case: Any) -> bool:
    """A confidential case that a regulator received: nobody of the enterprise knows the person, so that what
    the two have to say to each other goes through the regulator."""
    return bool(case.confidential and case.regulator_id and case.regulator_id == case.receiving_org_id)


def enterprise_ids(case: Any) -> set[int]:
    """Enterprises that the case has reached: by assignment, or because they received it themselves."""
    reached = {a.organization_id for a in case.open_assignments}
    return reached | ({case.enterprise_id} if case.receiving_org_id == case.enterprise_id else set())


def in_unit(case: Any, person: Any) -> bool:
    """The person belongs to a responsible unit: its department, or the enterprise's dispatch and leaders."""
    for assignment in case.open_assignments:
        if assignment.organization_id != person.organization_id:
            continue
        if person.roles & UNIT_WIDE or assignment.investigator_id == person.id:
            return True
        if assignment.department_id is not None and assignment.department_id == person.department_id:
            return True
    return case.receiving_org_id == person.organization_id and bool(person.roles & UNIT_WIDE)


def on_side(side: Side, case: Any, person: Any) -> bool:
    """Whether the person stands on this side of the case."""
    mine = person.organization_id
    match side:
        case Side.RECEIVER:
            return bool(case.receiving_org_id == mine)
        case Side.REGULATOR:
            return bool(case.regulator_id is not None and case.regulator_id == mine)
        case Side.ENTERPRISE:
            return mine in enterprise_ids(case)
        case Side.UNIT:
            return in_unit(case, person)
        case Side.OWNER:
            return owner_id(case) == mine
        case Side.REPLIER:
            return mine == owner_id(case) or (mine in enterprise_ids(case) and not relayed(case))
        case Side.OVERSEER:
            return case.regulator_id is None and mine not in (None, case.enterprise_id)
        case Side.SENDER:
            return any(t.organization_id == mine and t.to_organization_id for t in case.transfers[-1:])
    return False


def may_act(actor: Actor, case: Any, person: Any) -> bool:
    """The person stands on the side and holds one of the roles."""
    return bool(person.roles & actor.roles) and on_side(actor.side, case, person)
