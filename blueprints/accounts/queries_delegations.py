"""Delegations of an organization."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased, joinedload

from blueprints.accounts.models import Delegation, User
from core.authz import Permission
from core.db import db

PAGE = 50
STATES = {"now": "生效中", "coming": "未到时间", "over": "已结束"}


def delegations(by: User, state: str, now: datetime, *, before: int = 0) -> list[Delegation]:
    """Delegations in reach, the newest first, up to one more than a page: everybody's for administrators,
    those of the organization for account managers, else those that name the person."""
    principal = aliased(User)
    rows = select(Delegation).join(principal, principal.id == Delegation.principal_id)
    if Permission.ORGANIZATION_MANAGE not in by.permissions:
        rows = rows.where(principal.organization_id == by.organization_id)
    if not by.permissions & {Permission.ORGANIZATION_MANAGE, Permission.STAFF_MANAGE}:
        rows = rows.where(or_(Delegation.principal_id == by.id, Delegation.delegate_id == by.id))
    running = Delegation.ended_at.is_(None) & (Delegation.ends_at > now)
    if state == "now":
        rows = rows.where(running, Delegation.begins_at <= now)
    elif state == "coming":
        rows = rows.where(running, Delegation.begins_at > now)
    elif state == "over":
        rows = rows.where(~running)
    if before:
        rows = rows.where(Delegation.id < before)
    rows = rows.options(joinedload(Delegation.principal), joinedload(Delegation.delegate))
    return list(db.session.scalars(rows.order_by(Delegation.id.desc()).limit(PAGE + 1)))


def delegation_or_none(delegation_id: int, by: User) -> Delegation | None:
    """A delegation in reach, or None."""
    row = db.session.get(Delegation, delegation_id)
    if row is None or Permission.ORGANIZATION_MANAGE in by.permissions:
        return row
    if by.id in (row.principal_id, row.delegate_id):
        return row
    manages = Permission.STAFF_MANAGE in by.permissions
    return row if manages and row.principal.organization_id == by.organization_id else None


def colleagues(organization_id: int | None) -> list[User]:
    """Active accounts of an organization, by name."""
    rows = select(User).where(User.organization_id == organization_id, User.active)
    return list(db.session.scalars(rows.order_by(User.name, User.id)))
