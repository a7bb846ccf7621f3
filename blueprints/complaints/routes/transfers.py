"""移送: what was sent to other authorities, and what still has no receipt."""

from __future__ import annotations

from flask import Response

from blueprints.complaints import queries_transfers as queries
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.service.transferring import STATES
from blueprints.complaints.views import shared_page
from core.authz import Permission, requires
from core.screens import asked, list_screen, place

INTRO = "移送给其他单位的件：等回执的先催，对方退回或本单位收回的接着办。移送用件的页面上的“移送”。"


@blueprint.get("/transfers")
@requires(Permission.CASE_READ)
def transfers() -> Response:
    """All transfers of the own organization, newest first."""
    by, filters = me(), asked(("state",))
    found = queries.transfers_page(by, filters, before=place("after"))
    rows = found[: queries.PAGE]
    options = tuple((code, name) for code, name in STATES.items() if code != "ended")
    return list_screen(
        "移送件", ["诉求件", "移送到", "移送时间", "状态", "回执"],
        [shared_page.transfer_cells(row) for row in rows], endpoint="complaints.transfers", filters=filters,
        controls=[{"name": "state", "label": "状态", "options": options}],
        after=rows[-1][0].id if len(found) > len(rows) else None, intro=INTRO,
        empty="没有移送的件。不归本单位管的件，在它的页面上移送。",
    )  # fmt: skip
