"""Staff: list, record, form, leaving and coming back, export of exactly what is listed (F3.2.1)."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, send_file, stream_with_context, url_for

from blueprints.registry.forms.staff import STAFF_GROUPS, STAFF_SPANS, LeaveForm, StaffForm
from blueprints.registry.models import Staff
from blueprints.registry.queries import staff as queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import (
    chosen_enterprises,
    enterprise_control,
    history,
    in_reach,
    me,
    own_or_404,
    own_organization,
    row_or_404,
)
from blueprints.registry.service import staff as service
from blueprints.registry.views import staff_pages as pages
from blueprints.registry.views.staff_export import HEADERS, export_rows
from core import clock
from core.authz import Permission, requires
from core.forms import the
from core.screens import asked, form_flow, list_screen, places, pressed, record_screen
from core.sheets import XLSX, csv_pieces, write_workbook
from core.submissions import once

STAFF = "/staff/<int(max=2147483647):staff_id>"
CRUMB = [{"label": "员工持证", "url": "/staff"}]


def crumbs(person: Staff) -> list[dict[str, str]]:
    """员工持证 / 示例员工甲"""
    return [*CRUMB, {"label": person.name, "url": url_for("registry.staff", staff_id=person.id)}]


@blueprint.get("/staff")
@requires(Permission.REGISTRY_READ)
def staff_list() -> Response:
    """People who face users, with the end of their certificates; what ends soon has its own tabs."""
    filters, today, chosen = asked(queries.FILTERS), clock.today(), chosen_enterprises()
    page = queries.staff_page(chosen, filters, today=today, after=places("after"), before=places("before"))
    outlets = [(str(row.id), row.name) for row in queries.outlets_of(chosen)]
    return list_screen(
        "员工持证", ["姓名", "工号", "岗位", "班组", "网点", "电话", "上岗证"],
        pages.list_rows(page.rows, today, len(in_reach()) > 1), endpoint="registry.staff_list",
        filters=filters, clause="F3.2.1", before=page.before, after=page.after,
        tabs=pages.tabs(queries.counts(chosen, today), filters.get("state", "")),
        controls=[
            *enterprise_control(), {"name": "q", "label": "姓名、工号"},
            {"name": "post", "label": "岗位", "options": list(queries.POSTS.items())},
            {"name": "outlet", "label": "网点", "options": outlets},
            {"name": "state", "label": "上岗证", "options": list(queries.STATES.items())},
        ],
        actions=_list_actions(filters), empty="还没有登记员工。",
        hint="直接面对用户的员工都要登记：窗口、客服、抄表、施工、维修。可以用表格批量导入。",
    )  # fmt: skip


def _list_actions(filters: dict[str, Any]) -> list[dict[str, Any]]:
    actions: list[dict[str, Any]] = []
    if Permission.REGISTRY_EDIT in me().permissions:
        actions = [
            {"label": "登记员工", "url": url_for("registry.new_staff"), "icon": "plus-lg", "primary": True},
            {
                "label": "批量导入",
                "url": url_for("registry.import_staff"),
                "icon": "file-earmark-arrow-up",
            },
        ]
    out = url_for("registry.export_staff", suffix="xlsx", **filters)
    return [*actions, {"label": "导出", "url": out, "icon": "download"}]


@blueprint.get("/staff/export.<any(xlsx, csv):suffix>")
@requires(Permission.REGISTRY_READ)
def export_staff(suffix: str) -> Response:
    """Exactly what the list shows, as a file; phones in full only for the own enterprise."""
    filters, today, by = asked(queries.FILTERS), clock.today(), me()
    rows = export_rows(queries.all_staff(chosen_enterprises(), filters, today=today), by, today)
    name = f"员工持证-{today:%Y%m%d}.{suffix}"
    if suffix == "xlsx":
        book = io.BytesIO()
        write_workbook(book, "员工持证", HEADERS, rows)
        book.seek(0)
        return send_file(book, mimetype=XLSX, as_attachment=True, download_name=name)
    pieces = stream_with_context(csv_pieces(HEADERS, rows))
    response = Response(pieces, mimetype="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"staff-{today:%Y%m%d}.csv")
    return response


@blueprint.route("/staff/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_staff() -> Response:
    """A new person."""
    organization_id, form = own_organization(), StaffForm()
    form.offer(queries.outlets_of([organization_id]))

    def act() -> str:
        made = service.create(organization_id, form.values(), by=me(), now=clock.now())
        return url_for("registry.staff", staff_id=made.id)

    return form_flow(
        "登记员工", form, STAFF_GROUPS, act, back=url_for("registry.staff_list"), breadcrumb=CRUMB,
        done="员工已登记，请接着登记上岗证。", spans=STAFF_SPANS,
    )  # fmt: skip


@blueprint.route(f"{STAFF}/edit", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def edit_staff(staff_id: int) -> Response:
    """Change a person's facts."""
    found = own_or_404(Staff, staff_id)
    form, back = StaffForm(obj=found), url_for("registry.staff", staff_id=found.id)
    form.offer(queries.outlets_of([found.organization_id]))

    def act() -> str:
        service.change(found, form.values(), by=me(), now=clock.now())
        return back

    return form_flow(
        "修改员工", form, STAFF_GROUPS, act, back=back, done="已保存。", row=found, breadcrumb=crumbs(found),
        spans=STAFF_SPANS,
    )  # fmt: skip


@blueprint.get(STAFF)
@requires(Permission.REGISTRY_READ)
def staff(staff_id: int) -> Response:
    """One person: certificates, trainings, tests, visits and shifts to come, history."""
    found, today, by = row_or_404(Staff, staff_id), clock.today(), me()
    edits = found.organization_id == by.organization_id and Permission.REGISTRY_EDIT in by.permissions
    state = pages.end_cell(found, today)
    return record_screen(
        found.name, pages.facts(found, by), breadcrumb=CRUMB, badge=(state["text"], state["tone"]),
        notices=pages.notices(found, today), actions=_actions(found) if edits else [],
        panels=_panels(found, edits), history=history(found),
    )  # fmt: skip


def _panels(found: Staff, edits: bool) -> list[dict[str, Any]]:
    today, now = clock.today(), clock.now()
    return [
        {
            "title": "上岗证", "clause": "F3.2.1",
            "columns": ["证书", "发证单位", "有效期", "状态", "附件", "办理"],
            "rows": pages.certificate_rows(found.certificates, today, edits), "empty": "还没有登记上岗证。",
            "actions": _link(edits and found.active, "登记上岗证", "registry.new_certificate", found),
        },
        {
            "title": "培训", "clause": "F3.2.1",
            "columns": ["日期", "内容", ("学时", "num"), "培训单位", "结果"],
            "rows": pages.training_rows(queries.trainings_of(found.id)), "empty": "还没有培训记录。",
            "actions": _link(edits, "登记培训", "registry.new_training", found),
        },
        {
            "title": "业务知识考核", "clause": "F3.2.2",
            "columns": ["日期", "内容", ("得分", "num"), ("合格线", "num"), "结果"],
            "rows": pages.test_rows(queries.tests_of(found.id)), "empty": "还没有考核记录。",
            "actions": _link(edits, "登记考核", "registry.new_test", found),
        },
        {
            "title": "待上门", "clause": "F3.2.4", "columns": ["编号", "预约时段", "事项", "持证"],
            "rows": pages.visit_rows(queries.coming_visits(found.id, now), found),
            "empty": "没有待上门的预约。",
        },
        {
            "title": "窗口班次", "clause": "F3.2.1", "columns": ["日期", "时间", "网点", "持证"],
            "rows": pages.shift_rows(queries.coming_shifts(found.id, today), found),
            "empty": "没有排定的班次。",
        },
    ]  # fmt: skip


def _link(shown: bool, label: str, endpoint: str, found: Staff) -> list[dict[str, str]]:
    return [{"label": label, "url": url_for(endpoint, staff_id=found.id)}] if shown else []


def _actions(found: Staff) -> list[dict[str, Any]]:
    here: dict[str, Any] = {"staff_id": found.id}
    if not found.active:
        back = {"label": "恢复在岗", "url": url_for("registry.staff_return", **here), "post": True}
        return [back | {"confirm": f"{found.name}恢复在岗？"}]
    return [
        {"label": "登记上岗证", "url": url_for("registry.new_certificate", **here), "primary": True},
        {"label": "修改", "url": url_for("registry.edit_staff", **here)},
        {"label": "离岗", "url": url_for("registry.staff_leave", **here)},
    ]


@blueprint.route(f"{STAFF}/leave", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def staff_leave(staff_id: int) -> Response:
    """The person no longer faces users."""
    found = own_or_404(Staff, staff_id)
    form, back = LeaveForm(data={"left_on": clock.today()}), url_for("registry.staff", staff_id=found.id)

    def act() -> str:
        service.leave(found, the(form.left_on.data), by=me(), now=clock.now())
        return back

    groups = [("离岗", "F3.2.1", ("left_on",))]
    return form_flow(
        f"{found.name}离岗", form, groups, act, back=back, done="已登记离岗。", breadcrumb=crumbs(found)
    )


@blueprint.post(f"{STAFF}/return")
@requires(Permission.REGISTRY_EDIT)
@once
def staff_return(staff_id: int) -> Response:
    """The person is at work again."""
    found = own_or_404(Staff, staff_id)
    back = url_for("registry.staff", staff_id=found.id)
    return pressed(lambda: service.come_back(found, by=me(), now=clock.now()), back, "已恢复在岗。")
