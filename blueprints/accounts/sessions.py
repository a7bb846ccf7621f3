"""Ties server-side sessions to flask-login: who is signed in, last seen, forced password change."""

from __future__ import annotations

from flask import Flask, current_app, flash, g, redirect, request, session, url_for
from flask_login import LoginManager, current_user, login_user
from sqlalchemy import update

from blueprints.accounts.models import LoginSession, User
from blueprints.accounts.service import signing_in
from core import clock
from core.db import db, side_transaction
from core.htmx import redirect_to

TOKEN = "token"


def policy() -> signing_in.PasswordPolicy:
    """Password settings of this deployment."""
    config = current_app.config
    return signing_in.PasswordPolicy(config["PASSWORD_MIN_LENGTH"], config["PASSWORD_MAX_AGE_DAYS"])


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
    return opened.user


def _saw(session_id: int) -> None:
    """Move the last-seen mark in a short transaction of its own."""
    seen = update(LoginSession).where(LoginSession.id == session_id).values(seen_at=clock.now())
    if request.method in ("GET", "HEAD", "OPTIONS"):
        with side_transaction() as own:
            own.execute(seen)
    else:
        db.session.execute(seen)


def _unauthorized() -> object:
    flash("登录已超时或尚未登录，请登录后继续；没有提交的内容保存在本机浏览器里。", "warning")
    wanted = request.full_path.rstrip("?") if request.method == "GET" else ""
    return redirect_to(url_for("accounts.sign_in", next=wanted or None), saved=False)


def init_sessions(app: Flask) -> None:
    """Install the loader and the gate for passwords that must be changed first."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)
    manager.unauthorized_handler(_unauthorized)

    @app.before_request
    def password_first() -> object:
        free = ("accounts.password", "accounts.sign_out", "accounts.sign_in", "htmx_local")
        if request.endpoint is None or request.endpoint in free or request.endpoint.endswith("static"):
            return None
        if current_user.is_authenticated and signing_in.password_due(current_user, policy(), clock.now()):
            return redirect(url_for("accounts.password"))
        return None
