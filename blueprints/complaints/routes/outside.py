"""来件派单: every round that the own organization received, signing for them, the file of results (回填)."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, flash, send_file, url_for

from blueprints.accounts.models import User
from blueprints.complaints import queries_outside as queries
from blueprints.complaints.forms.outside import ExportFillForm, SignAllForm
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.service import rounds
from blueprints.complaints.views import outside_page as page
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.screens import asked, form_flow, form_screen, list_screen, place
from core.sheets import XLSX, write_workbook
from core.submissions import once

CRUMB = [{"label": "来件派单", "url": "/outside"}]
INTRO = "12345 等单位派来的每一轮派单：签收、两级时限、向来件单位的申请和回填。同一编号的几轮是同一件。"


def _actions(by: User) -> list[dict[str, Any]]:
    offered = [
        ("导出回填", "complaints.outside_export", "file-earmark-arrow-down", Permission.CASE_EXPORT, True),
        ("全部签收", "complaints.outside_sign_all", "check2-all", Permission.CASE_IMPORT, False),
        ("类型对应", "complaints.outside_types", "arrow-left-right", Permission.CASE_IMPORT, False),
    ]
    return [
        {"label": label, "url": url_for(endpoint), "icon": icon, "primary": primary}
        for label, endpoint, icon, needed, primary in offered
        if needed in by.permissions
    ]


@blueprint.get("/outside")
@requires(Permission.CASE_READ)
def outside() -> Response:
    """Rounds of the own organization, newest first."""
    by, filters = me(), asked(("state", "number"))
    now, calendar, hours = clock.now(), load_calendar(), rounds.sign_hours_of(by.organization)
    found = queries.rounds_page(by, filters, before=place("after"))
    rows = found[: queries.PAGE]
    controls: list[dict[str, Any]] = [
        {"name": "state", "label": "状态", "options": tuple(queries.STATES.items())},
        {"name": "number", "label": "来件编号"},
    ]
    return list_screen(
        "来件派单", page.HEADS,
        [page.list_cells(row, hours=hours, now=now, calendar=calendar) for row in rows],
        endpoint="complaints.outside", filters=filters, controls=controls,
        after=rows[-1][0].id if len(found) > len(rows) else None, intro=INTRO, actions=_actions(by),
        empty="还没有 12345 等单位派来的件。", hint="派单表格用“批量导入”登记。",
    )  # fmt: skip


@blueprint.route("/outside/sign", methods=["GET", "POST"])
@requires(Permission.CASE_IMPORT)
@once
def outside_sign_all() -> Response:
    """Sign for every round that waits."""
    by, back = me(), url_for("complaints.outside")
    waiting = queries.unsigned_cases(by, rounds.MOST_SIGNED)

    def act() -> str:
        count = rounds.sign_all(waiting, by=by, now=clock.now(), calendar=load_calendar())
        flash(f"已签收 {count} 件。", "success")
        return back

    intro = f"有 {len(waiting)} 件等待签收。逐件核对过再一起签收；每一件的办理经过都会记下由您签收。"
    return form_flow(
        "全部签收", SignAllForm(), [("", "", ("remark",))], act, back=back, done="", submit="全部签收",
        breadcrumb=CRUMB, intro=intro,
    )  # fmt: skip


@blueprint.route("/outside/export", methods=["GET", "POST"])
@requires(Permission.CASE_EXPORT)
def outside_export() -> Response:
    """The file that goes back into the sender's system; what is in it is marked as handed out."""
    by, form, back = me(), ExportFillForm(), url_for("complaints.outside")
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            filters = {"state": "unexported"} if form.what.data == "unexported" else {"state": "filled"}
            with transaction():
                found = queries.rounds_to_export(by, filters)
                rows = [page.export_row(*row) for row in found]
                rounds.mark_exported([row[0] for row in found], by=by, now=clock.now())
            if rows:
                return _workbook(rows)
            form.what.errors = ["没有可以导出的回填：还没有回填，或者都已导出过。"]
    shown = "、".join(page.EXPORT_NAMES)
    return form_screen(
        "导出回填", form, [("", "", ("what",))], cancel_url=back, submit="导出", status=status,
        breadcrumb=CRUMB, intro=f"导出的列：{shown}。导出后记下导出时间。",
    )  # fmt: skip


def _workbook(rows: list[list[str]]) -> Response:
    book = io.BytesIO()
    write_workbook(book, "回填", page.EXPORT_NAMES, rows, wide="办理结果")
    book.seek(0)
    name = f"12345回填-{clock.today():%Y%m%d}.xlsx"
    return send_file(book, mimetype=XLSX, as_attachment=True, download_name=name)
