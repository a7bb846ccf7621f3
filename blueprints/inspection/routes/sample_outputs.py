"""What leaves a sample: the printed sheet, the draw as data, the spreadsheet as it came in."""

from __future__ import annotations

from flask import Response, make_response

from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.samples import CLAUSE, SAMPLE, crumbs, own_or_404
from blueprints.inspection.service import sampling as service
from blueprints.inspection.service import working
from blueprints.inspection.views import sample_page as pages
from core import files
from core.authz import Permission, requires
from core.htmx import render
from domain.errors import InvalidInput, RuleViolation


@blueprint.get(f"{SAMPLE}/print")
@requires(Permission.DRAW_READ)
def print_sample(sample_id: int) -> Response:
    """抽样记录表, to be printed by the browser."""
    found = own_or_404(sample_id)
    made = service.export(found) if found.record else None
    return render(
        "inspection/sample_sheet.html", sample=found, made=made, facts=pages.facts(found),
        papers=pages.papers(found), results=pages.results(found), caution=pages.caution(found),
        failures=pages.failures(found), counts=working.counts(found), breadcrumb=crumbs(found),
    )  # fmt: skip


@blueprint.get(f"{SAMPLE}/export.json")
@requires(Permission.DRAW_READ)
def export_sample(sample_id: int) -> Response:
    """The draw as data, for `draws verify`; what is not opened yet is not in it."""
    found = own_or_404(sample_id)
    if not found.record:
        raise InvalidInput("没有抽取记录可以导出。")
    answer = make_response(found.record)
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="sample-{found.id}.json"'
    return answer


@blueprint.get(f"{SAMPLE}/sheet")
@requires(Permission.DRAW_READ)
def sample_spreadsheet(sample_id: int) -> Response:
    """The spreadsheet as the enterprise handed it over."""
    found = own_or_404(sample_id)
    if found.sheet_file is None:
        raise RuleViolation("这次抽样的名单不是来自表格。", CLAUSE)
    return files.send_stored(found.sheet_file, found.sheet_name)
