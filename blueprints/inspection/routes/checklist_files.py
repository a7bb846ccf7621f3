"""What leaves and enters the library: spreadsheets, the blank checklist, previews."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from werkzeug.datastructures import FileStorage

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.checklists import ImportForm
from blueprints.inspection.queries import checklists as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.checklists import CLAUSE, CRUMB, VERSION, crumbs, version_or_404
from blueprints.inspection.routes.desk import own_regulator
from blueprints.inspection.routes.printing import printed, sent
from blueprints.inspection.service import checklist_papers as papers
from blueprints.inspection.service import checklist_sheets as sheets
from blueprints.inspection.service import checklists as service
from blueprints.inspection.views import checklist_page as pages
from core import clock
from core.authz import Permission, requires
from core.files import MAX_BYTES
from core.htmx import render
from core.screens import submitted
from core.sheets import XLSX
from core.submissions import once
from domain.checklist_sheets import BadRows
from domain.errors import InvalidInput


@blueprint.get(f"{VERSION}/blank.pdf")
@requires(Permission.CHECK_READ)
def blank_checklist(list_version_id: int) -> Response:
    """All items with empty columns, to be filled in by hand."""
    row = version_or_404(list_version_id)
    return printed(papers.blank(row), f"{row.label}（空白）")


@blueprint.get(f"{VERSION}/items.xlsx")
@requires(Permission.CHECK_READ)
def checklist_sheet(list_version_id: int) -> Response:
    """The version as a spreadsheet, which can be imported again."""
    row = version_or_404(list_version_id)
    return sent(sheets.workbook(row), XLSX, f"{row.label}.xlsx")


@blueprint.get(f"{VERSION}/preview")
@requires(Permission.CHECK_READ)
def preview_checklist(list_version_id: int) -> Response:
    """As the tablet shows it, and as it is printed."""
    row = version_or_404(list_version_id)
    made = service.content(row)
    return render(
        "inspection/checklist_preview.html", version=row, parts=pages.parts(made), sums=pages.sums(made),
        breadcrumb=[*crumbs(row), {"label": "预览"}],
    )  # fmt: skip


@blueprint.route("/checklists/import", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_EDIT)
@once
def import_checklist() -> Response:
    """A spreadsheet becomes a draft, or its bad rows are named."""
    form = ImportForm()
    rows = queries.checklists(own_regulator().id)
    form.checklist_id.choices = [("", "新检查表")] + [(str(one.id), f"{one.name}的新草稿") for one in rows]
    problems: list[str] = []

    def act() -> str:
        given = form.file.data
        if not isinstance(given, FileStorage) or not given.filename:
            raise InvalidInput("请选择文件。", "file")
        try:
            made = sheets.read(given.stream.read(MAX_BYTES + 1))
        except BadRows as bad:
            problems.extend(one.words for one in bad.problems)
            raise InvalidInput(f"表格里有 {len(problems)} 处要改，没有导入。", "file") from None
        by, now = me(), clock.now()
        parent = next((one for one in rows if str(one.id) == form.checklist_id.data), None)
        if parent is not None:
            note = f"由表格 {given.filename[-60:]} 导入"
            return pages.version_url(service.new_draft(parent, made, by=by, now=now, note=note))
        if not form.name.data:
            raise InvalidInput("请填写新检查表的名称。", "name")
        facts = {"name": form.name.data, "sector": form.sector.data, "purpose": ""}
        return pages.version_url(service.create(own_regulator(), facts, made, by=by, now=now))

    def shown(**what: Any) -> Response:
        return render(
            "inspection/checklist_import.html", status=what.get("status", 200), form=form, problems=problems,
            refusal=what.get("refusal"), clause=CLAUSE, breadcrumb=[*CRUMB, {"label": "导入表格"}],
            cancel_url=url_for("inspection.checklists"),
        )  # fmt: skip

    return submitted(form, shown, act, done="已导入为草稿，请核对。")
