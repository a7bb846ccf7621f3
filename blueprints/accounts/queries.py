"""Which accounts and organizations exist, and which of them a person may see."""

from __future__ import annotations

from sqlalchemy import select

from blueprints.accounts.models import Department, Organization, RoleGrant, User
from core.authz import Permission, Role
from core.db import db


def organization_by_code(code: str) -> Organization | None:
    """An organization by its short code."""
    return db.session.scalar(select(Organization).where(Organization.code == code))


def organizations(kind: str | None = None) -> list[Organization]:
    """All organizations, regulators first."""
    rows = select(Organization).order_by(Organization.kind.desc(), Organization.id)
    return list(db.session.scalars(rows.where(Organization.kind == kind) if kind else rows))


def regulator_of(sector: str) -> Organization | None:
    """The active regulator that supervises a sector (F1), if the deployment has one."""
    for regulator in organizations("regulator"):
        if regulator.active and sector in regulator.sectors:
            return regulator
    return None


def supervised_by(regulator: Organization) -> list[Organization]:
    """Active enterprises in the sectors of a regulator (F1)."""
    mine = set(regulator.sectors)
    return [e for e in organizations("enterprise") if e.active and mine & set(e.sectors)]


def departments_of(organization_id: int) -> list[Department]:
    """Active departments of an organization."""
    rows = select(Department).where(Department.organization_id == organization_id, Department.active)
    return list(db.session.scalars(rows.order_by(Department.id)))


def people_with_role(
    organization_id: int | None, *roles: Role, department_id: int | None = None
) -> list[User]:
    """Active people of an organization (and department) who hold one of the roles."""
    rows = (
        select(User)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.active, User.organization_id == organization_id, RoleGrant.role.in_([r.value for r in roles]))
        .distinct()
        .order_by(User.id)
    )
    if department_id is not None:
        rows = rows.where(User.department_id == department_id)
    return list(db.session.scalars(rows))


def manageable_users(by: User) -> list[User]:
    """Accounts that this person may look after: all for the system and security administrators, those of
    the own organization for an account manager."""
    rows = select(User).order_by(User.organization_id, User.id)
    if by.permissions & {Permission.ORGANIZATION_MANAGE, Permission.ROLE_GRANT}:
        return list(db.session.scalars(rows))
    return list(db.session.scalars(rows.where(User.organization_id == by.organization_id)))


def manageable_user(user_id: int, by: User) -> User | None:
    """One of the accounts above, or None."""
    user = db.session.get(User, user_id)
    everyone = by.permissions & {Permission.ORGANIZATION_MANAGE, Permission.ROLE_GRANT}
    if user is None or not (everyone or (by.organization_id and user.organization_id == by.organization_id)):
        return None
    return user
