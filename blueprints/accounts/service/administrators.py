"""The first three accounts of a deployment, made on its command line."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from blueprints.accounts.models import RoleGrant, User
from blueprints.accounts.service import people
from blueprints.accounts.service.delegations import subject_of
from blueprints.accounts.service.roles import LOCK
from blueprints.accounts.service.signing_in import PasswordPolicy
from core import audit
from core.authz import ADMIN_ROLES, ROLE_NAMES, Role
from core.db import db
from core.locks import lock_name
from domain.errors import RuleViolation

ADMINISTRATORS = {
    "sysadmin": Role.SYSTEM_ADMIN,
    "secadmin": Role.SECURITY_ADMIN,
    "auditadmin": Role.AUDIT_ADMIN,
}


def create_administrators(*, policy: PasswordPolicy, now: datetime) -> list[tuple[User, str]]:
    """One system, one security, one audit administrator with one-time passwords, and nothing else.

    Errors: RuleViolation when an administrator or one of the three login names exists already.
    """
    lock_name(LOCK)
    held = select(RoleGrant.id).where(RoleGrant.role.in_([role.value for role in ADMIN_ROLES]))
    taken = select(User.id).where(User.login.in_(ADMINISTRATORS))
    if db.session.scalar(held.limit(1)) is not None or db.session.scalar(taken.limit(1)) is not None:
        raise RuleViolation("管理员账号已经存在，没有新建任何账号。")
    made = []
    for login, role in ADMINISTRATORS.items():
        user, password = people.store(login, people.Details(ROLE_NAMES[role]), None, policy=policy, now=now)
        user.grants = [RoleGrant(role=role.value, granted_at=now, granted_by=audit.SYSTEM.audit_name)]
        audit.record(
            "account.created",
            subject=subject_of(user),
            by=audit.SYSTEM,
            now=now,
            changes={"name": [None, user.name], "roles": [[], [ROLE_NAMES[role]]]},
        )
        made.append((user, password))
    return made
