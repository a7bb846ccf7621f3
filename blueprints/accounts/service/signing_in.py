"""Sign-in with lockout, server-side sessions, passwords."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import joinedload
from werkzeug.security import check_password_hash, generate_password_hash

from blueprints.accounts.models import LoginSession, LoginThrottle, User
from core import audit
from core.db import db
from core.locks import lock_name
from core.privacy import mask_name
from domain.errors import InvalidInput

MAX_FAILURES = 5
LOCK = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
SEEN_STEP = timedelta(minutes=1)
REFUSED = "用户名或密码不正确；连续输错 5 次将锁定 15 分钟。"
HASH_METHOD = "scrypt:32768:8:1"
NOBODY = f"{HASH_METHOD}$nobodynobodynobo${'0' * 128}"


@dataclass(frozen=True)
class PasswordPolicy:
    """Settings of the deployment: minimum length, and days until a password expires (0 = never)."""

    min_length: int = 10
    max_age_days: int = 180


def hash_password(password: str) -> str:
    """scrypt hash with its own salt."""
    return generate_password_hash(password, method=HASH_METHOD)


def check_policy(password: str, login: str, policy: PasswordPolicy) -> None:
    """Refuse weak passwords. Errors: InvalidInput with what is missing."""
    kinds = sum(
        any(test(c) for c in password)
        for test in (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
    )
    if len(password) < policy.min_length:
        raise InvalidInput(f"密码至少 {policy.min_length} 位。", "password")
    if kinds < 3:
        raise InvalidInput("密码须含大写、小写字母、数字、符号中的三种。", "password")
    if login.lower() in password.lower():
        raise InvalidInput("密码不能包含用户名。", "password")


def _throttle(login: str, now: datetime) -> LoginThrottle:
    row = db.session.get(LoginThrottle, login, with_for_update=True)
    if row is None:
        row = LoginThrottle(login=login, failures=0, last_failure_at=now)
        db.session.add(row)
    if row.locked_until is not None and row.locked_until <= now:
        row.failures, row.locked_until = 0, None
    return row


def _count_failure(throttle: LoginThrottle, now: datetime) -> None:
    if throttle.locked_until is not None:
        return
    throttle.failures += 1
    throttle.last_failure_at = now
    if throttle.failures >= MAX_FAILURES:
        throttle.locked_until = now + LOCK


def forgive(login: str) -> None:
    """Lift the lock of a login name and forget its failures."""
    row = db.session.get(LoginThrottle, login)
    if row is not None:
        row.failures, row.locked_until = 0, None


def sign_in(login: str, password: str, *, address: str, now: datetime) -> str | None:
    """Token of a new session, or None. The answer and the work are the same for unknown names,
    wrong passwords and locked accounts."""
    name = login.strip().lower()[:64]
    lock_name(f"sign-in:{name}")
    throttle = _throttle(name, now)
    user = db.session.scalar(select(User).where(User.login == name))
    right = check_password_hash(user.password_hash if user else NOBODY, password[:256])
    subject = audit.Subject("user", user.id if user else None, name if user else mask_name(name))
    if throttle.locked_until is not None or not right or user is None or not user.enabled:
        _count_failure(throttle, now)
        audit.record("account.sign_in_refused", subject=subject, by=user or audit.SYSTEM, now=now)
        return None
    throttle.failures = 0
    token = secrets.token_urlsafe(32)
    db.session.add(
        LoginSession(
            token_hash=_hash(token), user_id=user.id, created_at=now, seen_at=now, address=address[:64]
        )
    )
    audit.record("account.sign_in", subject=subject, by=user, now=now)
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# The person comes with organization, department and roles, in one statement.
OPENED = (
    select(LoginSession)
    .where(LoginSession.token_hash == bindparam("token_hash"))
    .options(joinedload(LoginSession.user).joinedload(User.grants))
)


def session_of(token: str, now: datetime) -> LoginSession | None:
    """The open session of a token, unless it sat idle for 30 minutes or its person was disabled."""
    row = db.session.scalars(OPENED, {"token_hash": _hash(token)}).unique().one_or_none()
    if row is None or row.ended_at is not None or row.seen_at + IDLE < now or not row.user.enabled:
        return None
    return row


def sign_out(*, by: User, now: datetime) -> None:
    """End every session of this person, on all their machines."""
    end_sessions(by, now)
    audit.record("account.sign_out", subject=audit.Subject("user", by.id, by.login), by=by, now=now)


def replace_session(token: str, now: datetime) -> None:
    """End the session that a browser held until somebody signed in on it again."""
    mine = update(LoginSession).where(
        LoginSession.token_hash == _hash(token), LoginSession.ended_at.is_(None)
    )
    db.session.execute(mine.values(ended_at=now))


def end_sessions(user: User, now: datetime) -> None:
    """End every session of a person."""
    mine = update(LoginSession).where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
    db.session.execute(mine.values(ended_at=now))


def password_due(user: User, policy: PasswordPolicy, now: datetime) -> bool:
    """True when the person must choose a new password before anything else."""
    if user.must_change_password or user.password_changed_at is None:
        return True
    age = timedelta(days=policy.max_age_days)
    return bool(policy.max_age_days) and user.password_changed_at + age < now


def change_password(user: User, old: str, new: str, *, policy: PasswordPolicy, now: datetime) -> None:
    """The person's own change; ends all sessions. Errors: InvalidInput."""
    if not check_password_hash(user.password_hash, old[:256]):
        raise InvalidInput("原密码不正确。", "old")
    if check_password_hash(user.password_hash, new[:256]):
        raise InvalidInput("新密码不能与原密码相同。", "password")
    check_policy(new, user.login, policy)
    user.password_hash = hash_password(new)
    user.password_changed_at = now
    user.must_change_password = False
    end_sessions(user, now)
    audit.record(
        "account.password_changed", subject=audit.Subject("user", user.id, user.login), by=user, now=now
    )
