"""Sign in, sign out, the person's own password."""

from __future__ import annotations

from flask import Response, flash, request, session, url_for
from flask_login import current_user
from werkzeug.urls import iri_to_uri

from blueprints.accounts.forms import PasswordForm, SignInForm, show_refusal
from blueprints.accounts.routes import blueprint
from blueprints.accounts.service import signing_in
from blueprints.accounts.sessions import TOKEN, local_path, me, policy, start_session
from core import clock
from core.authz import Permission, public, requires
from core.db import transaction
from core.htmx import redirect_to, render
from domain.errors import InvalidInput


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Response:
    """The door. Afterwards: `next`, if it is a page of this site, else the front page."""
    form = SignInForm()
    wanted = local_path(request.values.get("next", "")) or ""
    target = iri_to_uri(wanted or f"{request.script_root}/")
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect_to(target, saved=False)
        return render("accounts/sign_in.html", form=form, wanted=wanted)
    if form.validate() and _opened(form.login.data, form.password.data):
        return redirect_to(target, saved=False)
    return render("accounts/sign_in.html", status=422, form=form, wanted=wanted)


def _opened(login: str, password: str) -> bool:
    with transaction():
        token = signing_in.sign_in(login, password, address=request.remote_addr or "", now=clock.now())
        if token and session.get(TOKEN):
            signing_in.replace_session(session[TOKEN], clock.now())
    opened = signing_in.session_of(token, clock.now()) if token else None
    if opened is None or token is None:
        flash(signing_in.REFUSED, "danger")
        return False
    start_session(opened.user, token)
    return True


@blueprint.post("/sign-out")
@requires(Permission.SELF)
def sign_out() -> Response:
    """Leave, on every machine."""
    with transaction():
        signing_in.sign_out(by=me(), now=clock.now())
    session.clear()
    flash("已退出登录。在其他电脑上的登录也已一并退出。", "success")
    return redirect_to(url_for("accounts.sign_in"), saved=False)


@blueprint.route("/password", methods=["GET", "POST"])
@requires(Permission.SELF)
def password() -> Response:
    """Change the own password; at the first sign-in and when it is too old nothing else opens before."""
    form = PasswordForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    signing_in.change_password(
                        me(), form.old.data, form.password.data, policy=policy(), now=clock.now()
                    )
            except InvalidInput as refusal:
                status = show_refusal(form, refusal)
            else:
                session.clear()
                flash("密码已修改，请用新密码登录。", "success")
                return redirect_to(url_for("accounts.sign_in"), saved=False)
    forced = signing_in.password_due(me(), policy(), clock.now())
    return render(
        "accounts/password.html",
        status=status,
        form=form,
        forced=forced,
        layout="layouts/plain.html" if forced else "layouts/app.html",
        policy=policy(),
        login=me().login,
    )
