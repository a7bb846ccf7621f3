"""One step for many cases that were ticked in the list; each is recorded, or refused, on its own."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, request, url_for

from blueprints.complaints import queries, queries_case
from blueprints.complaints.forms import ActionForm, Desk
from blueprints.complaints.forms.bulk import bulk_form
from blueprints.complaints.models import Case
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.service.linking import perform_each
from blueprints.complaints.views.bulk import bulk_steps
from blueprints.complaints.workflow import STATE_NAMES
from blueprints.rulebook.service import pinned
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.rulesets import Ruleset

MOST = 500


def _ticked() -> list[int]:
    given = request.values.getlist("id")[:MOST]
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) < 10]


@blueprint.route("/cases/bulk", methods=["GET", "POST"])
@requires(Permission.CASE_ACT)
@once
def bulk() -> Response:
    """The form of the step with the ticked cases (GET), or the step for each of them (POST)."""
    action, ids = request.values.get("action", ""), _ticked()
    if action not in bulk_steps(me()):
        abort(404)
    if not ids:
        flash("请先在清单里勾选诉求件。", "warning")
        return redirect_to(url_for("complaints.cases", select=1), saved=False)
    cases = queries.cases_by_ids(ids, me())
    first = queries_case.case_for(cases[0].id, me()) if cases else None
    if first is None:
        abort(404)
    rules = pinned(first.ruleset_version_id)
    if not rules.has_action(action):
        abort(404)
    form = bulk_form(action, Desk(first, me(), rules, clock.now()))
    if request.method == "POST" and form.validate():
        return _carried_out(action, [case.id for case in cases], form, rules)
    return _page(action, cases, form, rules, 422 if request.method == "POST" else 200)


def _page(action: str, cases: list[Case], form: ActionForm, rules: Ruleset, status: int) -> Response:
    row = rules.action(action)
    return render(
        "complaints/bulk.html",
        status=status,
        action=action,
        name=row.name,
        clause=row.clause,
        local=row.reason if row.local else None,
        form=form,
        groups=form.laid_out(rules),
        cases=[(c.id, c.number, c.title, STATE_NAMES[c.state]) for c in cases],
        breadcrumb=_crumbs(row.name),
    )


def _carried_out(action: str, ids: list[int], form: ActionForm, rules: Ruleset) -> Response:
    values: dict[str, Any] = form.values()
    with transaction():
        cases = queries.cases_by_ids(ids, me())
        results = perform_each(cases, action, values, by=me(), now=clock.now(), calendar=load_calendar())
        remember(url_for("complaints.cases"))
    name = rules.action(action).name
    return render(
        "complaints/bulk_results.html",
        action=name,
        results=results,
        done=sum(r.done for r in results),
        back={"label": "回到清单", "url": url_for("complaints.cases")},
        breadcrumb=_crumbs(name),
    )


def _crumbs(name: str) -> list[dict[str, str]]:
    return [{"label": "诉求件", "url": url_for("complaints.cases")}, {"label": f"批量{name}"}]
