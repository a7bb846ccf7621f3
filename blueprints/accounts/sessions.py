"""Ties server-side sessions to flask-login: who is signed in, last seen, forced password change."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, current_app, flash, g, request, session, url_for
from flask_login import LoginManager, current_user, login_user
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from blueprints.accounts.models import LoginSession, User
from blueprints.accounts.service import delegations, signing_in
from core import clock
from core.db import db, side_transaction
from core.htmx import is_htmx, redirect_to

TOKEN = "token"  # noqa: S105


def policy() -> signing_in.PasswordPolicy:
    """Password settings of this deployment."""
    config = current_app.config
    return signing_in.PasswordPolicy(config["PASSWORD_MIN_LENGTH"], config["PASSWORD_MAX_AGE_DAYS"])


def me() -> User:
    """The person who is signed in, as a plain row; only for routes that require a permission."""
    person: User = current_user._get_current_object()
    return person


def start_session(user: User, token: str) -> None:
    """A new browser session: nothing of the one before it is kept."""
    session.clear()
    session[TOKEN] = token
    login_user(user)


def _load(_user_id: str) -> User | None:
    opened = signing_in.session_of(session.get(TOKEN, ""), clock.now())
    if opened is None:
        return None
    g.login_session_id = opened.id
    if clock.now() - opened.seen_at > signing_in.SEEN_STEP:
        _saw(opened.id)
    user = opened.user
    if user.acting_until is not None and user.acting_until > clock.now():
        delegations.lend(user, clock.now())
    return user


def _saw(session_id: int) -> None:
    """Move the last-seen mark in a short transaction of its own; reading goes on where nothing can be
    written (a full disk)."""
    seen = update(LoginSession).where(LoginSession.id == session_id).values(seen_at=clock.now())
    if request.method in ("GET", "HEAD", "OPTIONS"):
        try:
            with side_transaction() as own:
                own.execute(seen)
        except OperationalError as error:
            current_app.logger.warning("没有记下最近使用时间：%s", error.orig)
    else:
        db.session.execute(seen)


def _unauthorized() -> Response:
    if session.pop(TOKEN, None):
        flash("登录已超时，或者已在别处退出；请登录后继续。没有提交的内容保存在本机浏览器里。", "warning")
    return redirect_to(url_for("accounts.sign_in", next=_wanted()), saved=False)


def _wanted() -> str | None:
    """The page to come back to: the one asked for, or for a form or fragment the page it stands on."""
    if request.method == "GET" and not is_htmx():
        return local_path(request.script_root + request.full_path.rstrip("?"))
    return local_path(request.referrer or "", own_host=request.host)


def local_path(address: str, own_host: str = "") -> str | None:
    """`address` as a path on this site (with its query), or None when it leads anywhere else."""
    if len(address) > 2000 or "\\" in address or not address.isprintable():
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    ours = parts.scheme in ("http", "https") if own_host else not parts.scheme
    if not ours or parts.netloc != own_host or not parts.path.startswith("/") or parts.path.startswith("//"):
        return None
    return parts.path + (f"?{parts.query}" if parts.query else "")


def init_sessions(app: Flask) -> None:
    """Install the loader and the gate for passwords that must be changed first."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)
    manager.unauthorized_handler(_unauthorized)

    @app.before_request
    def password_first() -> Response | None:
        own = ("accounts.password", "accounts.sign_out", "accounts.sign_in")
        free = (*own, "htmx_local", "icons", "healthz")
        if request.endpoint is None or request.endpoint in free or request.endpoint.endswith("static"):
            return None
        if current_user.is_authenticated and signing_in.password_due(current_user, policy(), clock.now()):
            return redirect_to(url_for("accounts.password"), saved=False)
        return None
