"""Regulators, enterprises and their departments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from blueprints.accounts import queries
from blueprints.accounts.events import OrganizationChanged
from blueprints.accounts.models import SECTORS, Department, LoginSession, Organization, User
from core import audit
from core.db import db
from core.events import publish
from core.locks import lock_name
from domain.errors import InvalidInput, RuleViolation

CODE = re.compile(r"[a-z][a-z0-9]{1,15}")
LOCK = "accounts:organizations"


@dataclass(frozen=True)
class Details:
    """What is known about an organization; `ruleset_code` is empty for a regulator."""

    name: str
    short_name: str = ""
    sectors: tuple[str, ...] = ()
    ruleset_code: str = ""
    hotline: str = ""
    repair_phone: str = ""
    area: str = ""
    active: bool = True


def _subject(organization: Organization) -> audit.Subject:
    return audit.Subject("organization", organization.id, organization.name)


def _check_sectors(kind: str, details: Details, own_id: int | None) -> None:
    if not details.sectors or set(details.sectors) - SECTORS.keys():
        raise InvalidInput("请选择行业。", "sectors")
    if kind == "enterprise":
        if len(details.sectors) != 1:
            raise InvalidInput("一个经营单位只属于一个行业。", "sectors")
        return
    if not details.active:
        return
    for sector in details.sectors:
        holder = queries.regulator_of(sector)
        if holder is not None and holder.id != own_id and not details.area:
            raise InvalidInput(f"{SECTORS[sector]}已由{holder.name}主管。", "sectors")


def _check_ruleset(kind: str, details: Details, choices: list[queries.RulesetChoice]) -> None:
    if kind == "regulator":
        if details.ruleset_code:
            raise InvalidInput("主管部门不选用制度；每个经营单位各选一个。", "ruleset_code")
        return
    chosen = next((c for c in choices if c.code == details.ruleset_code), None)
    if chosen is None:
        raise InvalidInput("请选择这个单位执行的制度。", "ruleset_code")
    if not set(details.sectors) <= set(chosen.sectors):
        names = "、".join(SECTORS[s] for s in chosen.sectors if s in SECTORS)
        raise InvalidInput(f"这个制度只适用于{names}。", "ruleset_code")


def _check(
    kind: str, details: Details, choices: list[queries.RulesetChoice], organization: Organization | None
) -> None:
    own_id = organization.id if organization else None
    if not details.name:
        raise InvalidInput("请填写单位全称。", "name")
    twin = db.session.scalar(select(Organization.id).where(Organization.name == details.name))
    if twin is not None and twin != own_id:
        raise InvalidInput("已经有同名的单位。", "name")
    _check_ruleset(kind, details, choices)
    _check_sectors(kind, details, own_id)


def create(
    kind: str,
    code: str,
    details: Details,
    *,
    choices: list[queries.RulesetChoice],
    by: audit.Actor,
    now: datetime,
) -> Organization:
    """A new regulator or enterprise. `choices` are the rulesets of this deployment. Errors: InvalidInput."""
    if kind not in ("regulator", "enterprise"):
        raise InvalidInput("请选择单位类别。", "kind")
    if not CODE.fullmatch(code):
        raise InvalidInput("代号用 2 至 16 位小写字母和数字，以字母开头。", "code")
    lock_name(LOCK)
    if queries.organization_by_code(code) is not None:
        raise InvalidInput("这个代号已经使用。", "code")
    _check(kind, details, choices, None)
    organization = Organization(kind=kind, code=code, **_columns(details))
    db.session.add(organization)
    db.session.flush()
    shown = {"kind": kind, "code": code, **_columns(details)}
    changes = {field: [None, value] for field, value in shown.items()}
    audit.record("organization.created", subject=_subject(organization), by=by, now=now, changes=changes)
    return organization


def _columns(details: Details) -> dict[str, Any]:
    return {
        "name": details.name,
        "short_name": details.short_name,
        "sectors": [sector for sector in SECTORS if sector in details.sectors],
        "ruleset_code": details.ruleset_code,
        "hotline": details.hotline,
        "repair_phone": details.repair_phone,
        "area": details.area,
        "active": details.active,
    }


def update(
    organization: Organization,
    details: Details,
    *,
    choices: list[queries.RulesetChoice],
    by: audit.Actor,
    now: datetime,
) -> bool:
    """Change an organization; its kind and code stay. When it is closed, the sessions of its people end.

    False when nothing differs. Errors: InvalidInput.
    """
    lock_name(LOCK)
    _check(organization.kind, details, choices, organization)
    changes = {
        field: [getattr(organization, field), value]
        for field, value in _columns(details).items()
        if getattr(organization, field) != value
    }
    if not changes:
        return False
    for field, (_, value) in changes.items():
        setattr(organization, field, value)
    if "active" in changes and not details.active:
        _end_sessions_of(organization, now)
    audit.record("organization.changed", subject=_subject(organization), by=by, now=now, changes=changes)
    publish(OrganizationChanged(organization, frozenset(changes), by, now))
    return True


def _end_sessions_of(organization: Organization, now: datetime) -> None:
    people = select(User.id).where(User.organization_id == organization.id)
    still_open = select(LoginSession).where(LoginSession.user_id.in_(people), LoginSession.ended_at.is_(None))
    for opened in db.session.scalars(still_open):
        opened.ended_at = now


def _check_department_name(organization_id: int, name: str, own_id: int | None = None) -> None:
    if not name:
        raise InvalidInput("请填写部门名称。", "name")
    twin = select(Department.id).where(Department.organization_id == organization_id, Department.name == name)
    found = db.session.scalar(twin)
    if found is not None and found != own_id:
        raise InvalidInput("本单位已经有这个部门。", "name")


def add_department(organization: Organization, name: str, *, by: audit.Actor, now: datetime) -> Department:
    """A new department. Errors: InvalidInput for an empty or used name."""
    lock_name(LOCK)
    _check_department_name(organization.id, name)
    department = Department(organization_id=organization.id, name=name)
    db.session.add(department)
    db.session.flush()
    _record_department("department.created", organization, department, by, now, {"name": [None, name]})
    return department


def update_department(
    department: Department, name: str, active: bool, *, by: audit.Actor, now: datetime
) -> bool:
    """Rename a department, close it or open it again; False when nothing differs.

    Errors: InvalidInput for the name, RuleViolation when people with open accounts still belong to it.
    """
    lock_name(LOCK)
    _check_department_name(department.organization_id, name, department.id)
    changes: dict[str, Any] = {}
    if name != department.name:
        changes["name"] = [department.name, name]
    if active != department.active:
        changes["active"] = [department.active, active]
    if not changes:
        return False
    if department.active and not active:
        _refuse_while_peopled(department)
    department.name, department.active = name, active
    _record_department("department.changed", department.organization, department, by, now, changes)
    return True


def _refuse_while_peopled(department: Department) -> None:
    inside = select(func.count()).select_from(User).where(User.department_id == department.id, User.active)
    if people := db.session.scalar(inside):
        raise RuleViolation(
            f"还有 {people} 人属于“{department.name}”，不能停用。", next_step="请先把他们调到别的部门。"
        )


def _record_department(
    action: str,
    organization: Organization,
    department: Department,
    by: audit.Actor,
    now: datetime,
    changes: dict[str, Any],
) -> None:
    label = f"{organization.name} {department.name}"[:128]
    subject = audit.Subject("department", department.id, label)
    audit.record(action, subject=subject, by=by, now=now, changes=changes)
