"""授权和AB角: one person does for another what a lent role allows, from one moment to another, under the own
name; a lent role is never lent on, and administrators' roles are not lent at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from blueprints.accounts.models import Delegation, User
from core import audit
from core.authz import ADMIN_ROLES, ROLE_NAMES, Permission, Role
from core.clock import to_local
from core.db import db
from core.inbox import tell
from domain.errors import InvalidInput, RuleViolation

KINDS = {"ab": "AB角顶岗", "delegation": "专项授权"}
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Terms:
    """What is lent, from when up to when, and on which ground."""

    kind: str
    roles: Sequence[Role]
    begins_at: datetime
    ends_at: datetime
    reason: str
    document: str = ""


def subject_of(user: User) -> audit.Subject:
    """How the audit log names an account."""
    return audit.Subject("user", user.id, user.login)


def lend(user: User, now: datetime) -> None:
    """Put the roles that are lent to this person at the moment on the person: only such as the principal
    still holds, and nothing of a principal whose account is closed."""
    rows = select(Delegation).where(
        Delegation.delegate_id == user.id, Delegation.ended_at.is_(None),
        Delegation.begins_at <= now, Delegation.ends_at > now,
    )  # fmt: skip
    lent: dict[Role, str] = {}
    for row in db.session.scalars(rows.order_by(Delegation.id)):
        principal = row.principal
        if principal.enabled and principal.organization_id == user.organization_id:
            held = principal.own_roles
            lent |= {Role(role): principal.name for role in row.roles if Role(role) in held}
    own = user.own_roles
    user.__dict__["lent_roles"] = {role: name for role, name in lent.items() if role not in own}


def lendable(user: User) -> list[Role]:
    """Roles that this person may lend."""
    return [role for role in Role if role in user.own_roles - ADMIN_ROLES]


def words_of(roles: Sequence[str]) -> str:
    """受理员、督办员"""
    return "、".join(ROLE_NAMES[role] for role in Role if role in roles)


def _require_reach(principal: User, by: User) -> None:
    if by.id == principal.id and Permission.DELEGATE in by.permissions:
        return
    if Permission.ORGANIZATION_MANAGE in by.permissions:
        return
    if by.organization_id != principal.organization_id or Permission.STAFF_MANAGE not in by.permissions:
        why = "只能授出自己的角色；替别人登记授权由账号管理员办理。"
        raise RuleViolation(why, None, "请联系账号管理员。")


def _check(principal: User, delegate: User, terms: Terms, now: datetime) -> None:
    if delegate.id == principal.id:
        raise InvalidInput("被授权人不能是授权人自己。", "delegate_id")
    if delegate.organization_id != principal.organization_id or not delegate.enabled:
        raise InvalidInput("请选择本单位在用的账号。", "delegate_id")
    if delegate.roles & ADMIN_ROLES:
        raise InvalidInput("三员不接受业务授权（三员分立）。", "delegate_id")
    unknown = [role for role in terms.roles if role not in lendable(principal)]
    if unknown or not terms.roles:
        raise InvalidInput("请选择授权人自己持有的角色；别人授给的不能再授出。", "roles")
    if terms.ends_at <= terms.begins_at or terms.ends_at <= now:
        raise InvalidInput("结束时间要晚于开始时间和现在。", "ends_at")
    if terms.ends_at - terms.begins_at > LONGEST:
        raise InvalidInput("一次授权最长一年，到期可以再办。", "ends_at")
    if terms.kind not in KINDS:
        raise InvalidInput("请选择类别。", "kind")


def make(principal: User, delegate: User, terms: Terms, *, by: User, now: datetime) -> Delegation:
    """Lend roles. Errors: InvalidInput, RuleViolation."""
    _require_reach(principal, by)
    _check(principal, delegate, terms, now)
    row = Delegation(
        principal_id=principal.id, delegate_id=delegate.id, kind=terms.kind,
        roles=[role.value for role in terms.roles], begins_at=terms.begins_at, ends_at=terms.ends_at,
        reason=terms.reason, document=terms.document, made_by_id=by.id, made_at=now,
    )  # fmt: skip
    db.session.add(row)
    delegate.acting_until = max(terms.ends_at, delegate.acting_until or terms.ends_at)
    db.session.flush()
    span = f"{to_local(terms.begins_at):%Y-%m-%d %H:%M}至{to_local(terms.ends_at):%Y-%m-%d %H:%M}"
    changes = {"delegate": [None, delegate.name], "roles": [None, words_of(row.roles)], "span": [None, span]}
    changes |= {"reason": [None, terms.reason]}
    audit.record("account.delegated", subject=subject_of(principal), by=by, now=now, changes=changes)
    text = f"{principal.name}授权您以“{words_of(row.roles)}”办理，{span}。以您本人名义办理，记录上注明受权。"
    tell([delegate.id], text, link="/delegations", now=now)
    return row


def end(row: Delegation, *, by: User, now: datetime) -> None:
    """End a delegation before its day: the principal, the delegate or an account manager may.

    Errors: RuleViolation.
    """
    if by.id != row.delegate_id:
        _require_reach(row.principal, by)
    if row.ended_at is not None or row.ends_at <= now:
        raise RuleViolation("这项授权已经结束。", None, "不用再办。")
    row.ended_at, row.ended_by = now, by.name
    changes = {"delegate": [row.delegate.name, None], "roles": [words_of(row.roles), None]}
    subject = subject_of(row.principal)
    audit.record("account.delegation_ended", subject=subject, by=by, now=now, changes=changes)
    others = {row.principal_id, row.delegate_id} - {by.id}
    text = f"{row.principal.name}给{row.delegate.name}的授权已经提前结束。"
    tell(sorted(others), text, link="/delegations", now=now)


def end_all(user: User, *, by: User, now: datetime) -> int:
    """End everything that this person lent or was lent (the account is being closed)."""
    mine = select(Delegation).where(
        (Delegation.principal_id == user.id) | (Delegation.delegate_id == user.id),
        Delegation.ended_at.is_(None), Delegation.ends_at > now,
    )  # fmt: skip
    rows = list(db.session.scalars(mine))
    for row in rows:
        row.ended_at, row.ended_by = now, by.name
    return len(rows)


def set_substitute(user: User, substitute: User | None, *, by: User, now: datetime) -> bool:
    """Name the B role of a person: who stands in when an AB delegation is made. Errors: InvalidInput."""
    _require_reach(user, by)
    fits = substitute is None or (substitute.id != user.id and substitute.enabled)
    if not fits or (substitute is not None and substitute.organization_id != user.organization_id):
        raise InvalidInput("B角请选择本单位另一位在用的人员。", "substitute_id")
    old = db.session.get(User, user.substitute_id) if user.substitute_id else None
    if old is substitute:
        return False
    user.substitute_id = substitute.id if substitute else None
    changes = {"substitute": [old.name if old else None, substitute.name if substitute else None]}
    audit.record("account.changed", subject=subject_of(user), by=by, now=now, changes=changes)
    return True
