"""One step for many cases that were ticked in the list; each is recorded, or refused, on its own."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, request, url_for

from blueprints.complaints import queries, queries_case
from blueprints.complaints.forms import ActionForm, Desk
from blueprints.complaints.forms.bulk import bulk_form, values_of
from blueprints.complaints.models import Case
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me, show_refusal
from blueprints.complaints.service.linking import BulkResult, perform_each
from blueprints.complaints.views.bulk import EXPORT, FINAL, bulk_steps, ticked_cases
from blueprints.complaints.views.lists import case_url_start
from blueprints.rulebook.service import pinned
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation
from domain.rulesets import Ruleset

MOST = 500


def _ticked() -> list[int]:
    """Ids as they were sent; what no row can have is left out."""
    given = dict.fromkeys(request.values.getlist("id"))
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) < 10]


def _list() -> str:
    """The address of the list where the cases were ticked."""
    start, asked = url_for("complaints.cases"), request.values.get("back", "")[:2000]
    return asked if asked.startswith(f"{start}?") and asked.isprintable() else start


def _to_list(message: str) -> Response:
    flash(message, "warning")
    mark = "&" if "?" in _list() else "?"
    return redirect_to(f"{_list()}{mark}select=1", saved=False)


@blueprint.route("/cases/bulk", methods=["GET", "POST"])
@requires(Permission.CASE_ACT)
@once
def bulk() -> Response:
    """The form of the step with the ticked cases (GET), or the step for each of them (POST)."""
    action, ids = request.values.get("action", ""), _ticked()
    if action not in bulk_steps(me()):
        abort(404)
    if not ids:
        return _to_list("请先在清单里勾选诉求件。")
    if len(ids) > MOST:
        return _to_list(f"一次最多 {MOST} 件，请分几次办理。")
    cases = queries.cases_by_ids(ids, me())
    if action == EXPORT and cases:
        only = "~".join(str(case.id) for case in cases)
        return redirect_to(url_for("complaints.export_page", only=only), saved=False)
    rules = next((r for r in map(_rules_of, cases) if r.has_action(action)), None)
    first = queries_case.case_for(cases[0].id, me()) if cases else None
    if rules is None or first is None:
        abort(404)
    form = bulk_form(action, Desk(first, me(), rules, clock.now()))
    if request.method == "POST" and form.validate():
        results = _carried_out(action, [case.id for case in cases], form)
        refusal = next((r.refusal for r in results if r.refusal), None)
        if refusal is None or any(r.done for r in results):
            return _told(action, results, rules)
        status = show_refusal(form, refusal)
        return _page(action, queries.cases_by_ids(ids, me()), form, rules, status, refusal)
    return _page(action, cases, form, rules, 422 if request.method == "POST" else 200)


def _rules_of(case: Case) -> Ruleset:
    return pinned(case.ruleset_version_id)


def _page(
    action: str, cases: list[Case], form: ActionForm, rules: Ruleset, status: int,
    refusal: RuleViolation | InvalidInput | None = None,
) -> Response:  # fmt: skip
    row = rules.action(action)
    ticked = ticked_cases(cases, action, case_url_start(), by=me(), now=clock.now())
    return render(
        "complaints/bulk.html",
        status=status,
        action=action,
        name=row.name,
        clause=row.clause,
        local=row.reason if row.local else None,
        final=action in FINAL,
        violated=refusal if isinstance(refusal, RuleViolation) else None,
        form=form,
        groups=form.laid_out(rules),
        ready=[case for case in ticked if case["refused"] is None],
        refused=[case for case in ticked if case["refused"] is not None],
        back=_list(),
        breadcrumb=_crumbs(row.name),
    )


def _carried_out(action: str, ids: list[int], form: ActionForm) -> list[BulkResult]:
    now = clock.now()
    with transaction():
        by = me()
        values = values_of(form, action, lambda case: Desk(case, by, _rules_of(case), now))
        cases = queries.cases_by_ids(ids, by)
        results = perform_each(cases, action, values, by=by, now=now, calendar=load_calendar())
        if any(result.done for result in results):
            remember(url_for("complaints.cases"))
    return results


def _told(action: str, results: list[BulkResult], rules: Ruleset) -> Response:
    name = rules.action(action).name
    failed: Any = [r.case_id for r in results if not r.done]
    again = url_for("complaints.bulk", action=action, id=failed, back=_list())
    return render(
        "complaints/bulk_results.html",
        action=name,
        results=results,
        done=sum(r.done for r in results),
        case_start=case_url_start(),
        again=again if failed else None,
        back={"label": "回到清单", "url": _list()},
        breadcrumb=_crumbs(name),
    )


def _crumbs(name: str) -> list[dict[str, str]]:
    return [{"label": "诉求件", "url": _list()}, {"label": f"批量{name}"}]
