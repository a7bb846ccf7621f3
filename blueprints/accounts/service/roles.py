"""Who holds which role: the security administrator's office, and inside an enterprise the account manager's.

The three administrators (三员) watch each other: nobody holds two of these roles, or one beside other work.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from blueprints.accounts.models import KINDS, RoleGrant, User
from core import audit
from core.authz import ADMIN_ROLES, ENTERPRISE_ROLES, REGULATOR_ROLES, ROLE_NAMES, Permission, Role
from core.db import db
from core.locks import lock_name
from domain.errors import RuleViolation

LOCK = "accounts:roles"


def fitting_roles(user: User) -> list[Role]:
    """Roles that suit the kind of organization of a person: administrators belong to none."""
    if user.organization is None:
        fitting = ADMIN_ROLES
    else:
        fitting = REGULATOR_ROLES if user.organization.is_regulator else ENTERPRISE_ROLES
    return [role for role in Role if role in fitting]


def role_names(roles: frozenset[Role]) -> list[str]:
    """Chinese names in the order of `Role`."""
    return [ROLE_NAMES[role] for role in Role if role in roles]


def check_separation(user: User, wanted: frozenset[Role]) -> None:
    """三员分立, and each role in its kind of organization. Errors: RuleViolation."""
    if wanted & ADMIN_ROLES and len(wanted) > 1:
        raise RuleViolation(
            "三员分立：系统管理员、安全管理员、审计管理员只能任其一，也不能兼任其他角色。",
            next_step="请为每个角色使用不同的人员账号。",
        )
    strangers = wanted - set(fitting_roles(user))
    if strangers:
        place = "不属于任何单位的账号" if user.organization is None else KINDS[user.organization.kind]
        names = "、".join(role_names(frozenset(strangers)))
        raise RuleViolation(f"{place}不能任“{names}”。", next_step="请选择与所在单位相符的角色。")


def _check_office(user: User, by: User) -> None:
    if by.id == user.id:
        raise RuleViolation("不能调整自己的角色。", next_step="请由另一位有权的人员办理。")
    if Permission.ROLE_GRANT in by.permissions:
        return
    own = by.organization_id is not None and by.organization_id == user.organization_id
    if not own or Permission.STAFF_MANAGE not in by.permissions:
        raise RuleViolation("您不能调整这个账号的角色。", next_step="角色由安全管理员授予。")


def _keep_one_holder(user: User, lost: frozenset[Role]) -> None:
    for role in lost & ADMIN_ROLES:
        others = (
            select(RoleGrant.id)
            .join(User, User.id == RoleGrant.user_id)
            .where(RoleGrant.role == role.value, User.id != user.id, User.active)
        )
        if not db.session.scalar(select(exists(others))):
            raise RuleViolation(
                f"“{ROLE_NAMES[role]}”至少要有一人，不能收回最后一个。",
                next_step="请先把这个角色授予另一个启用中的账号。",
            )


def set_roles(user: User, wanted: frozenset[Role], *, by: User, now: datetime) -> bool:
    """Grant and revoke until the person holds exactly `wanted`; False when nothing changed.

    Errors: RuleViolation when somebody changes the own roles, reaches beyond the office, mixes 三员 roles,
    gives a role that does not fit the organization or takes the last holder of a 三员 role away.
    """
    lock_name(LOCK)
    db.session.refresh(user, ["grants", "active"])
    before = user.roles
    if wanted == before:
        return False
    _check_office(user, by)
    check_separation(user, wanted)
    if wanted - before and not user.active:
        raise RuleViolation("账号已停用，不能授予角色。", next_step="请先启用账号。")
    _keep_one_holder(user, before - wanted)
    user.grants = [g for g in user.grants if Role(g.role) in wanted] + [
        RoleGrant(role=role.value, granted_at=now, granted_by=by.name)
        for role in Role
        if role in wanted - before
    ]
    audit.record(
        "role.changed",
        subject=audit.Subject("user", user.id, user.login),
        by=by,
        now=now,
        changes={"roles": [role_names(before), role_names(wanted)]},
    )
    return True
