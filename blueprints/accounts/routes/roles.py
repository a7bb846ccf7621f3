"""Roles, for the security administrator."""

from __future__ import annotations

from flask import Response, abort, flash, url_for

from blueprints.accounts import queries
from blueprints.accounts.forms import RolesForm, role_choices, show_refusal
from blueprints.accounts.models import User
from blueprints.accounts.routes import blueprint
from blueprints.accounts.routes.listing import people_listing
from blueprints.accounts.service import roles as service
from blueprints.accounts.sessions import me
from core import clock
from core.authz import ROLE_NAMES, Permission, Role, requires
from core.db import transaction
from core.htmx import redirect_to, render
from domain.errors import RuleViolation


def _shown(user: User) -> str:
    return ",".join(sorted(role.value for role in user.roles))


def roles_form(user: User, fresh: bool = False) -> RolesForm:
    """Ticks for the roles that suit this person, and for those held although they do not suit.

    `fresh` ignores what was posted (the form stands beside another one on its page).
    """
    held = [role.value for role in user.roles]
    source = {"formdata": None} if fresh else {}
    form = RolesForm(
        id_prefix="grant-", seen=_shown(user), data={"roles": held, "seen": _shown(user)}, **source
    )
    offered = set(service.fitting_roles(user)) | user.roles
    form.roles.choices = role_choices(role for role in Role if role in offered)
    return form


def apply_roles(user: User, form: RolesForm) -> int:
    """Store the ticks; returns the HTTP status, with the reason in the form unless it is 200."""
    if not form.validate():
        return 422
    wanted = frozenset(Role(value) for value in form.roles.data or [])
    if form.seen.data != _shown(user) and wanted != user.roles:
        form.seen.data = _shown(user)
        names = "、".join(service.role_names(user.roles)) or "没有角色"
        form.form_errors.append(f"别人刚刚调整过：现在是{names}。请核对勾选后再保存一次。")
        return 409
    try:
        with transaction():
            changed = service.set_roles(user, wanted, by=me(), now=clock.now())
    except RuleViolation as refusal:
        return show_refusal(form, refusal)
    flash("角色已调整，立即生效。" if changed else "角色没有变化。", "success" if changed else "info")
    return 200


@blueprint.get("/roles")
@requires(Permission.ROLE_GRANT)
def roles() -> Response:
    """All people with their roles, and who the three administrators are."""
    holders: dict[Role, list[User]] = {
        role: [user for user in queries.administrators() if role in user.roles]
        for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)
    }
    named = [(ROLE_NAMES[role], people) for role, people in holders.items()]
    return render("accounts/roles.html", holders=named, **people_listing("accounts.roles"))


@blueprint.route("/roles/<int(max=2147483647):user_id>", methods=["GET", "POST"])
@requires(Permission.ROLE_GRANT)
def person_roles(user_id: int) -> Response:
    """Grant and revoke the roles of one person."""
    user = queries.manageable_user(user_id, me())
    if user is None:
        abort(404)
    form = roles_form(user)
    status = 200
    if form.is_submitted():
        status = apply_roles(user, form)
        if status == 200:
            return redirect_to(url_for("accounts.roles"))
    crumbs = [{"label": "角色授权", "url": url_for("accounts.roles")}, {"label": user.name}]
    granted = {grant.role: (clock.to_local(grant.granted_at), grant.granted_by) for grant in user.grants}
    return render(
        "accounts/person_roles.html",
        status=status,
        person=user,
        form=form,
        is_me=user.id == me().id,
        history=[
            {
                "label": ROLE_NAMES[role],
                "value": f"{granted[role.value][0]:%Y年%m月%d日}，由{granted[role.value][1]}授予",
            }
            for role in Role
            if role.value in granted
        ],
        breadcrumb=crumbs,
    )
