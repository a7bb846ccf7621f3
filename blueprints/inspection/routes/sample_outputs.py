"""What leaves a sample: the printed record, the draw as data, the spreadsheet as it came in."""

from __future__ import annotations

from flask import Response

from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.printing import drawn_data, printed
from blueprints.inspection.routes.samples import CLAUSE, SAMPLE, own_or_404
from blueprints.inspection.views.printed import sample_paper
from core import files
from core.authz import Permission, requires
from domain.errors import RuleViolation


@blueprint.get(f"{SAMPLE}/record.pdf")
@requires(Permission.DRAW_READ)
def print_sample(sample_id: int) -> Response:
    """抽样记录表, to be signed."""
    paper = sample_paper(own_or_404(sample_id))
    return printed(paper, f"抽样记录表{paper.number}")


@blueprint.get(f"{SAMPLE}/export.json")
@requires(Permission.DRAW_READ)
def export_sample(sample_id: int) -> Response:
    """The draw as data, for `draws verify`; what is not opened yet is not in it."""
    found = own_or_404(sample_id)
    return drawn_data(found.record, f"sample-{found.id}")


@blueprint.get(f"{SAMPLE}/sheet")
@requires(Permission.DRAW_READ)
def sample_spreadsheet(sample_id: int) -> Response:
    """The spreadsheet as the enterprise handed it over."""
    found = own_or_404(sample_id)
    if found.sheet_file is None:
        raise RuleViolation("这次抽样的名单不是来自表格。", CLAUSE, "名单来自系统里的记录，请看抽样页面。")
    return files.send_stored(found.sheet_file, found.sheet_name)
