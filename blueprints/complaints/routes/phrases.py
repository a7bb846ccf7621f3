"""Templates beside a step, searched while the text is being written."""

from __future__ import annotations

from flask import Response, request, url_for

from blueprints.complaints.forms import ACTION_FORMS
from blueprints.complaints.forms.phrases import QUERY, PhrasedForm
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import CASE, case_or_404, me
from blueprints.complaints.views.phrases import ASKED_LONGEST, phrases_panel
from blueprints.rulebook.service import pinned
from core import clock
from core.authz import Permission, requires
from core.htmx import render

PHRASED = frozenset(name for name, form in ACTION_FORMS.items() if issubclass(form, PhrasedForm))


@blueprint.get(f"{CASE}/phrases")
@requires(Permission.KNOWLEDGE_READ)
def phrases(case_id: int) -> Response:
    """The list beside the text (htmx); without scripts a page on which one is chosen."""
    found = case_or_404(case_id)
    rules = pinned(found.ruleset_version_id)
    asked = request.args.get("action", "")
    action = asked if asked in PHRASED and rules.has_action(asked) else "reply"
    query = request.args.get(QUERY, "").strip()[:ASKED_LONGEST]
    panel = phrases_panel(found, me(), rules, action, query if query.isprintable() else "", clock.now())
    return render(
        "complaints/phrases.html", block="phrases", phrases=panel, number=found.number,
        form_url=url_for("complaints.act", case_id=found.id, action=action),
        case_url=url_for("complaints.case", case_id=found.id),
    )  # fmt: skip
