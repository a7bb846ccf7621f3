"""Whose cases: the scopes of a person, and the condition that every query on cases carries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, exists, select

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, CaseAccess
from core.db import db
from domain.roles import Permission, Role

WIDE = frozenset({Role.DISPATCHER, Role.ENTERPRISE_LEADER})
NOBODY = 0


def organization_scope(organization_id: Any) -> Any:
    """The scope of everybody in an organization who sees all its cases (an id or an SQL expression)."""
    return organization_id * 4


def department_scope(department_id: Any) -> Any:
    """The scope of the handlers of a department."""
    return department_id * 4 + 1


def person_scope(user_id: Any) -> Any:
    """The scope of one person: cases that name the person as investigator."""
    return user_id * 4 + 2


def scopes_of(by: User) -> list[int]:
    """The scopes whose cases a person sees; empty for people who do not read cases.

    A regulator's people and an enterprise's dispatchers and leaders see all cases of their organization,
    handlers those of their department and those they investigate.
    """
    if by.organization is None or Permission.CASE_READ not in by.permissions:
        return []
    if by.organization.is_regulator or by.roles & WIDE:
        return [organization_scope(by.organization.id)]
    own = [department_scope(by.department_id)] if by.department_id is not None else []
    return [*own, person_scope(by.id)]


def visible(by: User) -> ColumnElement[bool]:
    """Cases that a person may see at all."""
    return visible_in(scopes_of(by))


def visible_in(scopes: Any) -> ColumnElement[bool]:
    """Cases that these scopes see (a list, or a bound parameter for one)."""
    return exists().where(CaseAccess.case_id == Case.id, CaseAccess.scope.in_(scopes))


def may_see(case_id: int, by: User) -> bool:
    """Whether the person sees this case."""
    seen = select(CaseAccess.case_id).where(
        CaseAccess.case_id == case_id, CaseAccess.scope.in_(scopes_of(by))
    )
    return db.session.scalar(seen.limit(1)) is not None
