"""The matrix enterprise x duty, one enterprise as a list, the figures with their lists, the guide."""

from __future__ import annotations

from flask import Response, request, url_for

from blueprints.accounts import queries_reach as reach
from blueprints.accounts.models import Organization
from blueprints.disclosure.forms import ProfileForm
from blueprints.disclosure.queries.board import board, row_for
from blueprints.disclosure.queries.items import profile_of
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import (
    ENTERPRISE,
    crumbs,
    enterprise_or_404,
    is_regulator,
    me,
    own_enterprise,
)
from blueprints.disclosure.service import duties as service
from blueprints.disclosure.views import board_page
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render
from core.screens import cell, form_flow, list_screen
from core.submissions import once
from domain.standing import KIND_NAMES

P = Permission


@blueprint.get("/disclosure")
@requires(P.DISCLOSURE_READ)
def overview() -> Response:
    """A regulator sees the matrix, an enterprise its own row as a list by what is due."""
    if not is_regulator() and me().organization is not None:
        return _enterprise(own_enterprise())
    found = board(reach.enterprises(me()), clock.today(), load_calendar())
    return render("disclosure/overview.html", **board_page.matrix(found, today=clock.today()))


def _enterprise(organization: Organization) -> Response:
    calendar = load_calendar()
    row = row_for(organization, clock.today(), calendar)
    page = board_page.row_page(row, me(), now=clock.now(), calendar=calendar)
    trail = crumbs() if is_regulator() else []
    return render(
        "disclosure/enterprise.html", **page, breadcrumb=[*trail, {"label": page["title"]}] if trail else []
    )


@blueprint.get(ENTERPRISE)
@requires(P.DISCLOSURE_READ)
def enterprise(organization_id: int) -> Response:
    """One enterprise as a list by what is due."""
    return _enterprise(enterprise_or_404(organization_id))


@blueprint.get(f"{ENTERPRISE}/figures")
@requires(P.DISCLOSURE_READ)
def figures(organization_id: int) -> Response:
    """The list behind a number: applicable, complete, missing, due, in_time, late."""
    organization = enterprise_or_404(organization_id)
    row = row_for(organization, clock.today(), load_calendar())
    part = request.args.get("part", "applicable")
    part = part if part in board_page.PARTS else "applicable"
    rows = [
        [
            cell(one.held.duty.item, url=board_page.cell_url(one)),
            one.held.duty.class_name,
            cell(board_page.NAMES[one.state], tone=board_page.TONES[one.state]),
            KIND_NAMES[done.kind] if done else "",
            done.label if done else "",
            f"{done.due_on:%Y-%m-%d}" if done else "",
            (f"{done.done_on:%Y-%m-%d}" if done.done_on else "还没有公开") if done else "",
        ]
        for one, done in board_page.part_of(row, part)
    ]
    tabs = [
        {"label": name, "url": url_for("disclosure.figures", organization_id=organization.id, part=code),
         "active": code == part, "count": len(board_page.part_of(row, code))}
        for code, name in board_page.PARTS.items()
    ]  # fmt: skip
    heads = ["公开事项", "类别", "现状", "义务", "事由", "期限", "公开日期"]
    trail = [*crumbs(), {"label": organization.name,
             "url": url_for("disclosure.enterprise", organization_id=organization.id)}]  # fmt: skip
    return list_screen(
        f"{organization.short_name or organization.name}：数字后面的清单", heads, rows,
        endpoint="disclosure.figures",
        url_values={"organization_id": organization.id}, tabs=tabs, empty="没有这样的事项。",
        intro=board_page.FORMULA, breadcrumb=[*trail, {"label": "数字后面的清单"}],
    )  # fmt: skip


@blueprint.route("/disclosure/profile", methods=["GET", "POST"])
@requires(P.DISCLOSURE_EDIT)
@once
def profile() -> Response:
    """Since when the enterprise discloses, and the facts of its guide."""
    own = own_enterprise()
    row = profile_of(own.id)
    form = ProfileForm(obj=row) if row is not None else ProfileForm()
    back = url_for("disclosure.overview")

    def act() -> str:
        values = {
            field.name: field.data for field in form if field.name not in ("csrf_token", "submission_key")
        }
        service.save_profile(own, values, by=me(), now=clock.now())
        return back

    groups = [
        ("起算", "", ["since"]),
        ("信息公开指南", "", ["office", "address", "phone", "hours", "website", "applying", "withheld"]),
    ]
    return form_flow(
        "公开起始日和公开指南", form, groups, act, back=back, done="已保存。", row=row, breadcrumb=crumbs()
    )
