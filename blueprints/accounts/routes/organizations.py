"""Regulators, enterprises and their departments, for the system administrator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, flash, url_for

from blueprints.accounts import queries
from blueprints.accounts.forms import DepartmentForm, NewDepartmentForm, OrganizationForm, show_refusal
from blueprints.accounts.models import KINDS, SECTORS, Organization
from blueprints.accounts.routes import blueprint
from blueprints.accounts.service import organizations as service
from blueprints.accounts.sessions import me
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.forms import select_choices
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation

LABELS = {
    "name": "全称",
    "short_name": "简称",
    "sectors": "行业",
    "ruleset_code": "执行制度",
    "hotline": "服务热线",
    "repair_phone": "24小时抢修电话",
    "area": "所在片区",
    "active": "启用",
}


def _choices() -> list[queries.RulesetChoice]:
    return queries.ruleset_choices(Path(current_app.root_path) / "rulesets")


def _titles() -> dict[str, str]:
    return {choice.code: choice.title for choice in _choices()}


def _organization_or_404(organization_id: int) -> Organization:
    organization = queries.organization_or_none(organization_id)
    if organization is None:
        abort(404)
    return organization


def _form(**kwargs: Any) -> OrganizationForm:
    form = OrganizationForm(**kwargs)
    form.ruleset_code.choices = select_choices(
        [(c.code, f"{c.title}（{'、'.join(SECTORS.get(s, s) for s in c.sectors)}）") for c in _choices()],
        "不选用（主管部门）",
    )
    return form


def _details(form: OrganizationForm, active: bool) -> service.Details:
    return service.Details(
        name=form.name.data,
        short_name=form.short_name.data or "",
        sectors=tuple(form.sectors.data or ()),
        ruleset_code=form.ruleset_code.data or "",
        hotline=form.hotline.data or "",
        repair_phone=form.repair_phone.data or "",
        area=" ".join((form.area.data or "").split()),
        active=active,
    )


def _crumbs(*rest: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": "机构部门", "url": url_for("accounts.organizations")}, *rest]


@blueprint.get("/organizations")
@requires(Permission.ORGANIZATION_MANAGE)
def organizations() -> Response:
    """All regulators and enterprises."""
    groups = [(name, queries.organizations(kind)) for kind, name in KINDS.items()]
    supervised = {s: queries.regulator_of(s) for s in SECTORS}
    return render(
        "accounts/organizations.html",
        groups=groups,
        titles=_titles(),
        headcounts=queries.headcounts(),
        unsupervised=[SECTORS[s] for s, regulator in supervised.items() if regulator is None],
    )


@blueprint.route("/organizations/new", methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_MANAGE)
@once
def new_organization() -> Response:
    """A new regulator or enterprise."""
    form = _form()
    del form.active
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    made = service.create(
                        form.kind.data,
                        form.code.data.lower(),
                        _details(form, True),
                        choices=_choices(),
                        by=me(),
                        now=clock.now(),
                    )
                    target = url_for("accounts.organization", organization_id=made.id)
                    remember(target)
            except InvalidInput as refusal:
                status = show_refusal(form, refusal)
            else:
                flash("单位已建立。接下来可以添加部门，再新建账号。", "success")
                return redirect_to(target)
    crumbs = _crumbs({"label": "新建单位"})
    return render("accounts/organization_new.html", status=status, form=form, breadcrumb=crumbs)


@blueprint.route("/organizations/<int(max=2147483647):organization_id>", methods=["GET", "POST"])
@requires(Permission.ORGANIZATION_MANAGE)
def organization(organization_id: int) -> Response:
    """One organization with its departments."""
    found = _organization_or_404(organization_id)
    form = _form(obj=found)
    del form.kind, form.code
    if not form.is_submitted():
        return _page(found, form)
    if not form.validate():
        return _page(found, form, 422)
    details = _details(form, form.active.data)
    if form.version.data != str(found.version) and (differences := _differences(found, details)):
        form.version.data = str(found.version)
        return _page(found, form, 409, differences=differences)
    try:
        with transaction():
            changed = service.update(found, details, choices=_choices(), by=me(), now=clock.now())
    except InvalidInput as refusal:
        return _page(found, form, show_refusal(form, refusal))
    flash("已保存。" if changed else "内容没有变化。", "success" if changed else "info")
    return redirect_to(url_for("accounts.organization", organization_id=organization_id))


def _differences(found: Organization, details: service.Details) -> list[dict[str, str]]:
    words: dict[Any, str] = {True: "是", False: "否", **SECTORS, **_titles()}
    rows = []
    for field, label in LABELS.items():
        yours, theirs = getattr(details, field), getattr(found, field)
        if field == "sectors":
            yours, theirs = "、".join(SECTORS[s] for s in yours), found.sector_names
        if yours != theirs:
            rows.append(
                {
                    "label": label,
                    "yours": words.get(yours, yours),
                    "theirs": words.get(theirs, theirs) or "（空）",
                }
            )
    return rows


def _page(
    found: Organization,
    form: OrganizationForm,
    status: int = 200,
    *,
    differences: list[dict[str, str]] | None = None,
    adding: NewDepartmentForm | None = None,
) -> Response:
    return render(
        "accounts/organization.html",
        status=status,
        organization=found,
        kind=KINDS[found.kind],
        form=form,
        differences=differences,
        adding=adding or NewDepartmentForm(formdata=None, id_prefix="department-"),
        headcount=queries.headcounts().get(found.id, 0),
        breadcrumb=_crumbs({"label": found.name}),
    )


@blueprint.post("/organizations/<int(max=2147483647):organization_id>/departments")
@requires(Permission.ORGANIZATION_MANAGE)
def new_department(organization_id: int) -> Response:
    """A new department of an organization."""
    found = _organization_or_404(organization_id)
    adding = NewDepartmentForm(id_prefix="department-")
    status = 422
    if adding.validate():
        try:
            with transaction():
                service.add_department(found, adding.name.data, by=me(), now=clock.now())
        except InvalidInput as refusal:
            status = show_refusal(adding, refusal)
        else:
            flash(f"已添加部门“{adding.name.data}”。", "success")
            return redirect_to(url_for("accounts.organization", organization_id=organization_id))
    form = _form(formdata=None, obj=found)
    del form.kind, form.code
    return _page(found, form, status, adding=adding)


@blueprint.route(
    "/organizations/<int(max=2147483647):organization_id>/departments/<int(max=2147483647):department_id>",
    methods=["GET", "POST"],
)
@requires(Permission.ORGANIZATION_MANAGE)
def department(organization_id: int, department_id: int) -> Response:
    """Rename a department, close it or open it again."""
    found = queries.department_or_none(department_id, organization_id)
    if found is None:
        abort(404)
    form = DepartmentForm(obj=found)
    back = url_for("accounts.organization", organization_id=organization_id)
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with transaction():
                    service.update_department(
                        found, form.name.data, form.active.data, by=me(), now=clock.now()
                    )
            except (InvalidInput, RuleViolation) as refusal:
                status = show_refusal(form, refusal)
            else:
                flash("已保存。", "success")
                return redirect_to(back)
    crumbs = _crumbs({"label": found.organization.name, "url": back}, {"label": found.name})
    return render("accounts/department.html", status=status, form=form, department=found, breadcrumb=crumbs)
