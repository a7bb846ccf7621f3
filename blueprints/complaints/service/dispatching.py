"""转办／分单: one assignment for each responsible unit, and the way back (退单)."""

from __future__ import annotations

from datetime import date
from typing import Any

from blueprints.accounts.models import Department, Organization
from blueprints.accounts.queries import people_with_role
from blueprints.complaints.models import Approval, Assignment
from blueprints.complaints.people import discreet
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.next_step import case_path, refresh_due
from blueprints.complaints.service.progress import record_notice
from core.authz import Role
from core.clock import local_date
from core.db import db
from core.inbox import tell
from domain.errors import InvalidInput


def _department(act: Act, unit: str) -> tuple[Organization, Department | None]:
    """`unit` is org:<id> (a regulator hands over to an enterprise) or dep:<id> (a department of the own)."""
    kind, _, raw = unit.partition(":")
    number = int(raw) if raw.isdigit() and len(raw) < 10 else 0
    if kind == "dep":
        department = db.session.get(Department, number)
        if (
            department is not None
            and department.active
            and department.organization_id == act.by.organization_id
        ):
            return department.organization, department
    elif kind == "org" and act.by.organization and act.by.organization.is_regulator:
        org = db.session.get(Organization, number)
        if org and org.kind == "enterprise" and set(org.sectors) & set(act.by.organization.sectors):
            return org, None
    raise InvalidInput("所选责任单位不存在或不归本单位转办。", "units")


def _due(act: Act) -> date | None:
    due_on: date | None = act.data.get("due_on")
    if due_on is not None and due_on < local_date(act.now):
        raise InvalidInput("要求完成日期不能早于今天。", "due_on")
    return due_on


def assign_units(act: Act, *, urgent: bool = False) -> list[Assignment]:
    """One assignment for each chosen unit, recorded and told. Errors: InvalidInput."""
    made: list[Assignment] = []
    helping = list(act.data.get("assisting") or ())
    if set(helping) & set(act.data["units"]):
        raise InvalidInput("同一家单位不能既主办又协办。", "assisting")
    for unit in (*act.data["units"], *helping):
        org, department = _department(act, unit)
        active = [a for a in act.case.open_assignments if a.organization_id == org.id]
        if any(a.department_id == (department.id if department else None) for a in active):
            raise InvalidInput(f"已转办给{department.name if department else org.name}，不必重复。", "units")
        parent = next((a for a in active if a.department_id is None), None) if department else None
        if department and parent is None:
            parent = next((p for p in act.case.assignments if p.organization_id == org.id
                           and p.department_id is None and p.state != "cancelled"), None)  # fmt: skip
        assignment = Assignment(
            case_id=act.case.id, parent_id=parent.id if parent else None, organization_id=org.id,
            department_id=department.id if department else None,
            kind=_kind(act, parent, helps=unit in helping),
            requirement=act.data["requirement"], due_on=_due(act), urgent=urgent,
            assigned_by_id=act.by.id, assigned_at=act.now, state="assigned",
        )  # fmt: skip
        assignment.organization, assignment.department = org, department
        act.case.assignments.append(assignment)
        db.session.flush()
        made.append(assignment)
        _tell_unit(act, assignment)
    act.record("requirement", "due_on", units=[a.unit_name for a in made])
    return made


def _kind(act: Act, parent: Assignment | None, *, helps: bool) -> str:
    """Main or assisting; the departments of an assisting enterprise assist."""
    if helps or (parent is not None and parent.kind == "assisting"):
        return "assisting"
    return act.data.get("kind") or "main"


def _tell_unit(act: Act, assignment: Assignment) -> None:
    if assignment.department_id is None:
        people = people_with_role(assignment.organization_id, Role.DISPATCHER)
    else:
        people = people_with_role(
            assignment.organization_id, Role.HANDLER, department_id=assignment.department_id
        )
    text = f"{act.case.number}《{discreet(act.case.title, act.case)[:40]}》已转办给{assignment.unit_name}。"
    tell([p.id for p in people], text, link=case_path(act.case), now=act.now)


@effect("dispatch")
def dispatch(act: Act) -> None:
    """One assignment for each unit; a regulator's dispatch hands the case over to the enterprise (F5.2)."""
    made = assign_units(act)
    if act.by.organization and act.by.organization.is_regulator:
        act.case.handed_over = True
        act.case.enterprise_id = made[0].organization_id if made[0].kind == "main" else act.case.enterprise_id
    record_notice(act, "progress_dispatched")


@effect("urgent_dispatch")
def urgent_dispatch(act: Act) -> None:
    """Urgent action waits for no written text and no acceptance (F4.2)."""
    assign_units(act, urgent=True)
    act.case.urgent = True
    act.record(urgent=True)
    if act.by.organization and act.by.organization.is_regulator:
        act.case.handed_over = True


@effect("assign")
def assign(act: Act) -> None:
    """分单 inside the enterprise."""
    assign_units(act)
    record_notice(act, "progress_dispatched")


def own_assignment(act: Act) -> Assignment:
    """The assignment for which this person acts. Errors: InvalidInput when there is none."""
    mine = [a for a in act.case.open_assignments if a.organization_id == act.by.organization_id]
    exact = [a for a in mine if a.department_id is not None and a.department_id == act.by.department_id]
    named = [a for a in mine if a.investigator_id == act.by.id]
    wanted: Any = act.data.get("assignment_id")
    chosen = [a for a in mine if wanted and a.id == int(wanted)]
    for group in (chosen, named, exact, mine):
        if group:
            return group[0]
    raise InvalidInput("本件还没有转办给您所在的单位，请先分单到责任部门。", "assignment_id")


@effect("return_assignment")
def return_assignment(act: Act) -> None:
    """退单: the unit asks, the dispatcher decides."""
    assignment = own_assignment(act)
    if len(str(act.data.get("reason") or "").strip()) < 5:
        raise InvalidInput("请写明退单理由（不少于 5 个字）。", "reason")
    if any(a.kind == "return" and a.state == "pending" for a in act.case.approvals):
        raise InvalidInput("已有一份退单申请在等答复。", "reason")
    act.assignment_id = assignment.id
    act.record("reason", units=[assignment.unit_name])
    act.case.approvals.append(
        Approval(
            case_id=act.case.id, assignment_id=assignment.id, kind="return", reason=act.data["reason"],
            requested_by_id=act.by.id, requested_at=act.now, state="pending",
        )
    )  # fmt: skip
    people = people_with_role(act.case.receiving_org_id, Role.DISPATCHER, Role.REGULATOR_CLERK)
    text = f"{act.case.number}：{assignment.unit_name}申请退单，请决定。"
    tell([p.id for p in people], text, link=case_path(act.case), now=act.now)


@effect("decide_return")
def decide_return(act: Act) -> None:
    """Accept the return (the assignment ends) or keep the unit at work, with a remark."""
    approval = next(a for a in act.case.approvals if a.kind == "return" and a.state == "pending")
    approve = bool(act.data.get("approve"))
    approval.state = "approved" if approve else "refused"
    approval.decided_by_id, approval.decided_at = act.by.id, act.now
    approval.remark = str(act.data.get("remark") or "")
    assignment = next(a for a in act.case.assignments if a.id == approval.assignment_id)
    act.assignment_id = assignment.id
    if approve:
        assignment.state, assignment.ended_at = "cancelled", act.now
        refresh_due(act.case)
    else:
        act.case.sent_back = True
    act.record("approve", "remark", units=[assignment.unit_name])
    text = f"{act.case.number}：退单{'已同意' if approve else '未同意，请继续办理'}。"
    tell([approval.requested_by_id], text, link=case_path(act.case), now=act.now)
