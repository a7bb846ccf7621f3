"""Accounts of people: create, change, disable, enable, give a new one-time password."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import Department, Organization, User
from blueprints.accounts.service.delegations import end_all, subject_of
from blueprints.accounts.service.holdings import holdings_of
from blueprints.accounts.service.roles import LOCK
from blueprints.accounts.service.signing_in import PasswordPolicy, end_sessions, forgive, hash_password
from core import audit
from core.authz import ADMIN_ROLES, ENTERPRISE_ROLES, Permission
from core.db import db
from core.locks import lock_name
from domain.errors import InvalidInput, RuleViolation

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,47}")
PHONE = re.compile(r"\+?[0-9][0-9 -]{3,30}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PERSONAL = ("phone", "email")
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_ALPHABET = _LETTERS + _LETTERS.upper().replace("O", "") + "23456789"


@dataclass(frozen=True)
class Details:
    """What an account says about its person."""

    name: str
    phone: str = ""
    email: str = ""
    department_id: int | None = None


def one_time_password(policy: PasswordPolicy) -> str:
    """Random groups of four without look-alike letters (at least 75 bits), good enough for the policy."""
    groups = max(4, -(-(policy.min_length + 1) // 5))
    while True:
        text = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(groups))
        if all(any(test(c) for c in text) for test in (str.islower, str.isupper, str.isdigit)):
            return text


def login_name(typed: str, organization: Organization | None) -> str:
    """The whole login name: people of an organization carry its code in front, so that names of one
    organization never meet those of another. Errors: InvalidInput."""
    name = typed.strip().lower()
    if organization is not None and not name.startswith(f"{organization.code}-"):
        name = f"{organization.code}-{name}"
    if not LOGIN.fullmatch(name):
        raise InvalidInput("用户名只能用小写字母、数字、点、下划线和短横，以字母开头，最多 48 位。", "login")
    if organization is None and "-" in name:
        raise InvalidInput("不属于单位的账号，用户名不能含短横。", "login")
    return name


def _check(details: Details, organization_id: int | None) -> None:
    if not details.name:
        raise InvalidInput("请填写姓名。", "name")
    if details.phone and not PHONE.fullmatch(details.phone):
        raise InvalidInput("电话只能是数字、空格和短横，例如 023-72220000。", "phone")
    if details.email and not EMAIL.fullmatch(details.email):
        raise InvalidInput("电子邮箱格式不对，例如 name@example.com。", "email")
    if details.department_id is not None:
        department = db.session.get(Department, details.department_id)
        if department is None or department.organization_id != organization_id or not department.active:
            raise InvalidInput("请选择本单位的部门。", "department_id")


def _check_office(by: User, organization_id: int | None) -> None:
    """The system administrator looks after everybody, an account manager after the own enterprise."""
    if Permission.ORGANIZATION_MANAGE in by.permissions:
        return
    own = by.organization_id is not None and by.organization_id == organization_id
    if not own or Permission.STAFF_MANAGE not in by.permissions:
        raise RuleViolation("您只能管理本单位的账号。")


def _check_reach(user: User, by: User) -> None:
    _check_office(by, user.organization_id)
    if by.id == user.id:
        raise RuleViolation("不能对自己的账号做这一步。", next_step="修改自己的密码请用“修改密码”。")
    if user.roles & ADMIN_ROLES:
        raise RuleViolation(
            "三员分立：不能停用三员账号，也不能重置其密码。",
            next_step="人员更换请先由安全管理员收回角色；忘记密码请由服务器运维人员用命令行重置。",
        )
    if Permission.ORGANIZATION_MANAGE not in by.permissions and not user.roles <= ENTERPRISE_ROLES:
        raise RuleViolation("这个账号不归本单位的账号管理员管理。")


def _department_name(department_id: int | None) -> str:
    department = db.session.get(Department, department_id) if department_id is not None else None
    return department.name if department else ""


def create(
    login: str,
    details: Details,
    organization: Organization | None,
    *,
    policy: PasswordPolicy,
    by: User,
    now: datetime,
) -> tuple[User, str]:
    """A new account without roles, and its one-time password. Errors: InvalidInput, RuleViolation."""
    _check_office(by, organization.id if organization else None)
    if organization is not None and not organization.active:
        raise InvalidInput("这个单位已停用，不能新建账号。", "organization_id")
    name = login_name(login, organization)
    _check(details, organization.id if organization else None)
    lock_name(f"login:{name}")
    if db.session.scalar(select(User.id).where(User.login == name)) is not None:
        raise InvalidInput(f"用户名 {name} 已经有人使用。", "login")
    user, password = store(name, details, organization, policy=policy, now=now)
    audit.record(
        "account.created",
        subject=subject_of(user),
        by=by,
        now=now,
        changes={
            "name": [None, user.name],
            "organization": [None, organization.name if organization else ""],
            "department": [None, _department_name(details.department_id)],
        },
        personal={field: [None, getattr(user, field)] for field in PERSONAL if getattr(user, field)},
    )
    return user, password


def store(
    login: str, details: Details, organization: Organization | None, *, policy: PasswordPolicy, now: datetime
) -> tuple[User, str]:
    """Add the row of an account and choose its one-time password."""
    password = one_time_password(policy)
    user = User(
        login=login,
        name=details.name,
        phone=details.phone,
        email=details.email,
        organization=organization,
        department_id=details.department_id,
        password_hash=hash_password(password),
        must_change_password=True,
        created_at=now,
    )
    db.session.add(user)
    db.session.flush()
    return user, password


def update(user: User, details: Details, *, by: User, now: datetime) -> bool:
    """Change what the account says; False when nothing differs. Errors: InvalidInput, RuleViolation."""
    _check_office(by, user.organization_id)
    if details.department_id != user.department_id:
        _check(details, user.organization_id)
    else:
        _check(Details(details.name, details.phone, details.email), user.organization_id)
    changes: dict[str, Any] = {}
    if details.name != user.name:
        changes["name"] = [user.name, details.name]
    if details.department_id != user.department_id:
        changes["department"] = [
            _department_name(user.department_id),
            _department_name(details.department_id),
        ]
    personal = {
        field: [getattr(user, field), getattr(details, field)]
        for field in PERSONAL
        if getattr(user, field) != getattr(details, field)
    }
    if not changes and not personal:
        return False
    user.name, user.phone, user.email = details.name, details.phone, details.email
    user.department_id = details.department_id
    _record("account.changed", user, by, now, changes, personal)
    return True


def _record(
    action: str,
    user: User,
    by: audit.Actor,
    now: datetime,
    changes: Mapping[str, Any],
    personal: Mapping[str, Any] | None = None,
) -> None:
    audit.record(action, subject=subject_of(user), by=by, now=now, changes=changes, personal=personal)


def disable(user: User, *, by: User, now: datetime) -> None:
    """Close an account at once: all its sessions end. Its history stays.

    Errors: RuleViolation, also while the person still has something in hand: everything open needs a
    successor first.
    """
    lock_name(LOCK)
    db.session.refresh(user, ["grants", "active"])
    _check_reach(user, by)
    if not user.active:
        return
    if left := len(holdings_of(user)):
        why = f"{user.name}手里还有 {left} 件没有办完，不能直接停用。"
        raise RuleViolation(why, None, "请先为每一件指定接手人（离岗交接）。")
    end_all(user, by=by, now=now)
    user.active = False
    end_sessions(user, now)
    _record("account.disabled", user, by, now, {"active": [True, False]})


def enable(user: User, *, by: User, now: datetime) -> None:
    """Open a disabled account again, with the roles and the password it had. Errors: RuleViolation."""
    _check_reach(user, by)
    if user.active:
        return
    user.active = True
    _record("account.enabled", user, by, now, {"active": [False, True]})


def reset_password(user: User, *, policy: PasswordPolicy, by: User, now: datetime) -> str:
    """A new one-time password; all sessions end and a lock is lifted. Errors: RuleViolation."""
    _check_reach(user, by)
    return renew_password(user, policy=policy, by=by, now=now)


def renew_password(user: User, *, policy: PasswordPolicy, by: audit.Actor, now: datetime) -> str:
    """As `reset_password`, for whoever runs the server: without a look at the office."""
    password = one_time_password(policy)
    user.password_hash = hash_password(password)
    user.password_changed_at = None
    user.must_change_password = True
    end_sessions(user, now)
    forgive(user.login)
    _record("account.password_reset", user, by, now, {})
    return password
