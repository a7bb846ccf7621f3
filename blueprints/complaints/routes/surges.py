"""Surges of like cases: pointed out, listed, answered in bulk, each case recorded on its own."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.complaints import queries
from blueprints.complaints.forms.intake import enterprises_for
from blueprints.complaints.forms.ledger import BulkAnswerForm
from blueprints.complaints.queries import ListRow, Surge
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.service.linking import BulkResult, perform_each
from blueprints.complaints.views.lists import case_url_start, row_views
from blueprints.complaints.views.surges_page import surge_rows
from blueprints.complaints.views.words import words_for
from blueprints.rulebook.service import ruleset_for
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import render
from core.submissions import once, remember

BULK = {"reply": "答复", "progress_notice": "告知进展"}
MOST = 500


def _found() -> list[tuple[Surge, int]]:
    """Surges by the settings of each enterprise concerned: how many like cases in how many days."""
    settings: dict[tuple[int, int], set[int]] = {}
    for enterprise in enterprises_for(me()):
        rules = ruleset_for(enterprise)
        key = (rules.number("surge_days"), rules.number("surge_count"))
        settings.setdefault(key, set()).add(enterprise.id)
    return [
        (surge, days)
        for (days, at_least), ids in settings.items()
        for surge in queries.surges(me(), now=clock.now(), days=days, at_least=at_least)
        if surge.enterprise_id in ids
    ]


def _asked() -> tuple[Surge, int] | None:
    """The surge that the address names, if it is one of this person's."""
    wanted = tuple(request.values.get(name, "")[:200] for name in ("enterprise", "place", "category"))
    if not any(wanted):
        return None
    for surge, days in _found():
        if (str(surge.enterprise_id), surge.place, surge.category) == wanted:
            return surge, days
    abort(404)


def _rows(asked: tuple[Surge, int]) -> list[ListRow]:
    return queries.surge_cases(me(), asked[0], now=clock.now(), days=asked[1])


@blueprint.get("/cases/surges")
@requires(Permission.CASE_ACT)
def surges() -> Response:
    """All surges; with one chosen, its cases and the form that answers them together."""
    asked = _asked()
    form = BulkAnswerForm(formdata=None)
    form.told_at.data = clock.now()
    return _page(asked, form)


def _page(asked: tuple[Surge, int] | None, form: BulkAnswerForm, status: int = 200) -> Response:
    cases: list[dict[str, Any]] = []
    chosen = None
    if asked is not None:
        cases = row_views(_rows(asked), me(), now=clock.now(), calendar=load_calendar())
        chosen = surge_rows([asked], words_for(me()))[0]
        form.enterprise.data, form.place.data = str(asked[0].enterprise_id), asked[0].place
        form.category.data = asked[0].category
    ticked = set(form.id.data or []) if form.is_submitted() else {c["id"] for c in cases}
    return render(
        "complaints/surges.html",
        status=status,
        rows=surge_rows(_found(), words_for(me())) if asked is None else [],
        chosen=chosen,
        cases=cases,
        form=form,
        ticked=ticked,
        breadcrumb=_crumbs(chosen),
    )


def _crumbs(chosen: dict[str, Any] | None) -> list[dict[str, str]]:
    top = {"label": "集中诉求", "url": url_for("complaints.surges")}
    if chosen is None:
        return [{"label": "集中诉求"}]
    return [top, {"label": f"{chosen['place']} · {chosen['category']}"}]


@blueprint.post("/cases/surges/answer")
@requires(Permission.CASE_ACT)
@once
def answer_surge() -> Response:
    """The same reply or progress notice for every ticked case; a refusal leaves that case as it was."""
    asked = _asked()
    if asked is None:
        abort(404)
    form = BulkAnswerForm()
    action = request.form.get("action", "")
    if action not in BULK:
        abort(400)
    ids = [i for i in form.id.data or [] if i is not None][:MOST]
    if not ids:
        form.id.errors = [*form.id.errors, "请至少勾选一件。"]
    if not form.validate() or not ids:
        if not ids:
            form.form_errors.append("请至少勾选一件诉求件。")
        return _page(asked, form, 422)
    return _answered(action, ids, form)


def _answered(action: str, ids: list[int], form: BulkAnswerForm) -> Response:
    now, data = clock.now(), {"text": form.text.data, "way": form.way.data, "told_at": form.told_at.data}
    with transaction():
        cases = queries.cases_by_ids(ids, me())
        results: list[BulkResult] = perform_each(
            cases, action, data | {"promises": []}, by=me(), now=now, calendar=load_calendar()
        )
        remember(url_for("complaints.surges"))
    return render(
        "complaints/bulk_results.html",
        action=BULK[action],
        results=results,
        done=sum(r.done for r in results),
        case_start=case_url_start(),
        back={"label": "回到集中诉求", "url": url_for("complaints.surges")},
        breadcrumb=[
            {"label": "集中诉求", "url": url_for("complaints.surges")},
            {"label": f"批量{BULK[action]}"},
        ],
    )
