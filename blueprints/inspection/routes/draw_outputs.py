"""What leaves a draw: the printed record, and the draw as data."""

from __future__ import annotations

from flask import Response

from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.draws import DRAW, own_or_404
from blueprints.inspection.routes.printing import drawn_data, printed
from blueprints.inspection.views.printed import draw_paper
from core.authz import Permission, requires


@blueprint.get(f"{DRAW}/record.pdf")
@requires(Permission.DRAW_READ)
def print_draw(draw_id: int) -> Response:
    """随机抽取记录, to be signed by the witnesses."""
    paper = draw_paper(own_or_404(draw_id))
    return printed(paper, f"随机抽取记录{paper.number}")


@blueprint.get(f"{DRAW}/export.json")
@requires(Permission.DRAW_READ)
def export_draw(draw_id: int) -> Response:
    """The draw as data, for `draws verify`."""
    found = own_or_404(draw_id)
    return drawn_data(found.record, found.number or "")
