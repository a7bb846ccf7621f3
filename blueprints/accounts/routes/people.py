"""Accounts of people, for the system administrator and for account managers of enterprises."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, abort, flash, request, url_for
from wtforms import SelectChoice

from blueprints.accounts import queries
from blueprints.accounts.forms import PersonForm, RolesForm, id_or_none, role_choices, show_refusal
from blueprints.accounts.models import Organization, User
from blueprints.accounts.routes import blueprint
from blueprints.accounts.routes.listing import everywhere, people_listing
from blueprints.accounts.routes.roles import apply_roles, roles_form
from blueprints.accounts.service import people as service
from blueprints.accounts.service.holdings import holdings_of
from blueprints.accounts.service.roles import set_roles
from blueprints.accounts.sessions import me, policy
from core import clock
from core.authz import ADMIN_ROLES, ENTERPRISE_ROLES, ROLE_NAMES, Permission, Role, requires
from core.db import transaction
from core.forms import select_choices
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation

LABELS = {"name": "姓名", "department_id": "部门", "phone": "办公电话", "email": "电子邮箱"}


def person_or_404(user_id: int) -> User:
    """An account in reach of the person at the page."""
    user = queries.manageable_user(user_id, me())
    if user is None:
        abort(404)
    return user


@blueprint.get("/people")
@requires(Permission.STAFF_MANAGE)
def people() -> Response:
    """The accounts in reach."""
    listing = people_listing("accounts.people")
    seen = queries.last_sign_ins([user.id for user in listing["page"].rows])
    stamps = {user_id: clock.to_local(at).strftime("%Y-%m-%d %H:%M") for user_id, at in seen.items()}
    return render("accounts/people.html", stamps=stamps, **listing)


def _department_choices(organization: Organization | None, current: int | None = None) -> list[Any]:
    if organization is None:
        return select_choices([], "不属于部门")
    rows = [(d.id, d.name) for d in organization.departments if d.active or d.id == current]
    return select_choices(rows, "不属于部门")


def _new_person_form() -> PersonForm:
    """The system administrator chooses the organization and gives no roles; the account manager gives
    roles inside the own enterprise."""
    form = PersonForm(organization_id=id_or_none(_digits(request.args.get("organization"))))
    if Permission.ORGANIZATION_MANAGE not in me().permissions:
        form.department_id.choices = _department_choices(me().organization)
        form.roles.choices = role_choices(r for r in Role if r in ENTERPRISE_ROLES)
        del form.organization_id
        return form
    organizations = [o for o in queries.organizations() if o.active]
    form.organization_id.choices = select_choices(
        [(o.id, f"{o.name}（{o.code}-）") for o in organizations], "不属于单位（三员账号）"
    )
    form.department_id.choices = [
        SelectChoice("", "不属于部门"),
        *(
            SelectChoice(d.id, d.name, optgroup=o.name)
            for o in organizations
            for d in o.departments
            if d.active
        ),
    ]
    del form.roles
    return form


def _digits(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"[0-9]{1,9}", text) else None


def _details(form: PersonForm) -> service.Details:
    return service.Details(
        form.name.data, form.phone.data or "", form.email.data or "", form.department_id.data
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
@once
def new_person() -> Response:
    """A new account; its one-time password is shown in the answer and nowhere else."""
    form = _new_person_form()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                return _created(form)
            except (InvalidInput, RuleViolation) as refusal:
                status = show_refusal(form, refusal)
    crumbs = [{"label": "人员账号", "url": url_for("accounts.people")}, {"label": "新建账号"}]
    own = me().organization
    return render("accounts/person_new.html", status=status, form=form, breadcrumb=crumbs, own=own)


def _created(form: PersonForm) -> Response:
    organization = me().organization
    if "organization_id" in form:
        chosen = form.organization_id.data
        organization = queries.organization_or_none(chosen) if chosen is not None else None
    with transaction():
        user, password = service.create(
            form.login.data, _details(form), organization, policy=policy(), by=me(), now=clock.now()
        )
        if "roles" in form and form.roles.data:
            set_roles(user, frozenset(Role(r) for r in form.roles.data), by=me(), now=clock.now())
        remember(url_for("accounts.person", user_id=user.id))
    return _password_page(user, password, "账号已建立")


def _password_page(user: User, password: str, heading: str) -> Response:
    crumbs = [{"label": "人员账号", "url": url_for("accounts.people")}, {"label": heading}]
    page: dict[str, Any] = {"person": user, "password": password, "heading": heading, "breadcrumb": crumbs}
    return render("accounts/one_time_password.html", **page)


@blueprint.route("/people/<int(max=2147483647):user_id>", methods=["GET", "POST"])
@requires(Permission.STAFF_MANAGE)
def person(user_id: int) -> Response:
    """One account: what it says, its roles, its state."""
    user = person_or_404(user_id)
    form = PersonForm(obj=user)
    del form.login, form.organization_id, form.roles
    form.department_id.choices = _department_choices(user.organization, user.department_id)
    if not form.is_submitted():
        return _person_page(user, form)
    if not form.validate():
        return _person_page(user, form, 422)
    if form.version.data != str(user.version) and (differences := _differences(user, form)):
        form.version.data = str(user.version)
        return _person_page(user, form, 409, differences)
    try:
        with transaction():
            changed = service.update(user, _details(form), by=me(), now=clock.now())
    except (InvalidInput, RuleViolation) as refusal:
        return _person_page(person_or_404(user_id), form, show_refusal(form, refusal))
    flash("已保存。" if changed else "内容没有变化。", "success" if changed else "info")
    return redirect_to(url_for("accounts.person", user_id=user_id))


def _differences(user: User, form: PersonForm) -> list[dict[str, str]]:
    names = dict(form.department_id.choices)
    rows = []
    for field, label in LABELS.items():
        yours, theirs = form[field].data, getattr(user, field)
        if (yours or "") != (theirs or ""):
            if field == "department_id":
                yours, theirs = names.get(yours or "", ""), names.get(theirs or "", "")
            rows.append({"label": label, "yours": yours or "（空）", "theirs": theirs or "（空）"})
    return rows


def _person_page(
    user: User,
    form: PersonForm,
    status: int = 200,
    differences: list[dict[str, str]] | None = None,
    granting: RolesForm | None = None,
) -> Response:
    if granting is None and not everywhere() and user.id != me().id:
        granting = roles_form(user, fresh=True)
    seen = queries.last_sign_ins([user.id]).get(user.id)
    return render(
        "accounts/person.html",
        status=status,
        person=user,
        form=form,
        granting=granting,
        differences=differences,
        role_names=[ROLE_NAMES[role] for role in Role if role in user.roles],
        stamps={
            "created": clock.to_local(user.created_at).strftime("%Y年%m月%d日"),
            "seen": clock.to_local(seen).strftime("%Y-%m-%d %H:%M") if seen else None,
        },
        is_me=user.id == me().id,
        substitute=queries.user_or_none(user.substitute_id),
        protected=bool(user.roles & ADMIN_ROLES),
        breadcrumb=[{"label": "人员账号", "url": url_for("accounts.people")}, {"label": user.name}],
    )


@blueprint.post("/people/<int(max=2147483647):user_id>/roles")
@requires(Permission.STAFF_MANAGE)
def person_enterprise_roles(user_id: int) -> Response:
    """The account manager grants and revokes roles inside the own enterprise."""
    user = person_or_404(user_id)
    granting = roles_form(user)
    status = apply_roles(user, granting)
    if status == 200:
        return redirect_to(url_for("accounts.person", user_id=user_id))
    user = person_or_404(user_id)
    form = PersonForm(formdata=None, obj=user)
    del form.login, form.organization_id, form.roles
    form.department_id.choices = _department_choices(user.organization, user.department_id)
    return _person_page(user, form, status, granting=granting)


@blueprint.post("/people/<int(max=2147483647):user_id>/disable")
@requires(Permission.STAFF_MANAGE)
def disable_person(user_id: int) -> Response:
    """Close an account at once."""
    user = person_or_404(user_id)
    if user.active and holdings_of(user):
        return redirect_to(url_for("duty.leaving", user_id=user_id), saved=False)
    with transaction():
        service.disable(user, by=me(), now=clock.now())
    flash(f"{user.name}的账号已停用，正在使用的登录已全部退出。", "success")
    return redirect_to(url_for("accounts.person", user_id=user_id))


@blueprint.post("/people/<int(max=2147483647):user_id>/enable")
@requires(Permission.STAFF_MANAGE)
def enable_person(user_id: int) -> Response:
    """Open a disabled account again."""
    user = person_or_404(user_id)
    with transaction():
        service.enable(user, by=me(), now=clock.now())
    flash(f"{user.name}的账号已启用。", "success")
    return redirect_to(url_for("accounts.person", user_id=user_id))


@blueprint.post("/people/<int(max=2147483647):user_id>/reset-password")
@requires(Permission.STAFF_MANAGE)
@once
def reset_password(user_id: int) -> Response:
    """A new one-time password, shown in the answer and nowhere else."""
    user = person_or_404(user_id)
    with transaction():
        password = service.reset_password(user, policy=policy(), by=me(), now=clock.now())
        remember(url_for("accounts.person", user_id=user_id))
    return _password_page(user, password, "密码已重置")
