"""Public pages, without signing in."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for

from blueprints.inspection.queries.checklists import published_lists
from blueprints.inspection.queries.draws import draw_numbered, public_draws
from blueprints.inspection.service import drawing
from blueprints.inspection.views import checklist_page, draw_page
from blueprints.portal import queries, views
from blueprints.portal.exporting import EXPORTING
from core import clock
from core.authz import public
from core.files import send_stored
from core.wording import date_words, file_size

blueprint = Blueprint("portal", __name__)


def _page(template: str, status: int = 200, **context: Any) -> Response:
    exported = clock.to_local(clock.now()) if request.environ.get(EXPORTING) else None
    context |= {"exported": exported, "date_words": date_words, "regulators": queries.regulators()}
    return make_response(render_template(template, **context), status)


def _company_or_404(code: str) -> queries.Company:
    found = queries.company(code)
    if found is None:
        abort(404)
    return found


@blueprint.get("/public/")
@public
def home() -> Response:
    """The regulators' hotlines first (F1), the enterprises, and a search over what is published."""
    companies = queries.companies()
    words = request.args.get("q", "").strip()[: views.LONGEST_QUERY]
    words = words if words.isprintable() else ""
    return _page(
        "portal/home.html", companies=[(one, views.sector_words(one)) for one in companies], words=words,
        found=views.found_in(companies, words),
    )  # fmt: skip


@blueprint.get("/public/search-index.js")
@public
def search_index() -> Response:
    """Everything that is published as a list for the search in the browser."""
    rows = [
        {
            "company": one.organization.name,
            "title": item.title,
            "text": views.text_of(item),
            "url": url_for("portal.item", company_code=one.organization.code, duty_code=item.duty.code),
        }
        for one in queries.companies()
        for item in one.items
    ]
    answer = make_response(f"window.publishedItems = {json.dumps(rows, ensure_ascii=False)};\n")
    answer.mimetype = "text/javascript"
    return answer


@blueprint.get("/public/e/<company_code>/")
@public
def enterprise(company_code: str) -> Response:
    """One enterprise: phones, the regulator's number, outlets with today's hours, five classes."""
    found = _company_or_404(company_code)
    today = clock.today()
    return _page(
        "portal/enterprise.html", company=found, sector=views.sector_words(found),
        classes=views.classes(found),
        outlets=views.outlets(found.items, today), phones=views.phones(found.items),
        today=views.weekday_words(today), over=queries.regulators_over(found.organization),
    )  # fmt: skip


@blueprint.get("/public/e/<company_code>/<duty_code>/")
@public
def item(company_code: str, duty_code: str) -> Response:
    """One published item as it stands today."""
    found = _company_or_404(company_code)
    one = next((row for row in found.items if row.duty.code == duty_code), None)
    if one is None:
        abort(404)
    return _page(
        "portal/item.html", company=found, item=one, sections=views.sections(one), file_size=file_size,
        places=views.place_words(one),
    )  # fmt: skip


@blueprint.get("/public/e/<company_code>/files/<int(max=2147483647):public_file_id>")
@public
def file(company_code: str, public_file_id: int) -> Response:
    """An attachment of a version that stands published."""
    found = queries.public_file(company_code, public_file_id)
    if found is None:
        abort(404)
    return send_stored(found.file, found.name)


@blueprint.get("/public/notices/")
@public
def notices() -> Response:
    """The digests of issued notices; a file can be checked in the browser without sending it."""
    return _page("portal/notices.html", rows=queries.issued_notices())


@blueprint.get("/public/draws/")
@public
def draws() -> Response:
    """All numbered draws; void ones stay listed."""
    rows = [(row, drawing.STATES[row.state]) for row in public_draws()]
    return _page("portal/draws.html", rows=rows)


@blueprint.get("/public/draws/<draw_number>/")
@public
def draw(draw_number: str) -> Response:
    """One draw: digest and commitment from the freeze on, everything once it is done."""
    found = draw_numbered(draw_number)
    if found is None:
        abort(404)
    made = drawing.export(found)
    done, labels = made.is_drawn, draw_page.labels_of(found, public=True)
    return _page(
        "portal/draw.html", draw=found, made=made, state=drawing.STATES[found.state],
        facts=draw_page.facts(found, public=True), committed=draw_page.commitments(made),
        opened=draw_page.opened(made) if done else [], taken=draw_page.taken(labels, made) if done else [],
        tables=draw_page.tickets(labels, made) if done else [],
        excluded=draw_page.exclusions(labels, made) if done else [],
    )  # fmt: skip


@blueprint.get("/public/draws/<draw_number>/<draw_file>.json")
@public
def draw_export(draw_number: str, draw_file: str) -> Response:
    """A draw that was done as data, for whoever wants to recompute it; before that its frame stays closed."""
    found = draw_numbered(draw_number)
    if found is None or draw_file != draw_number or not drawing.export(found).is_drawn:
        abort(404)
    answer = make_response(found.record)
    answer.mimetype = "application/json"
    return answer


@blueprint.get("/public/inspection-list/")
@public
def inspection_list() -> Response:
    """检查事项清单: what is inspected and on what it rests, from the checklists in force (F6.2b)."""
    rows = checklist_page.public_rows(published_lists())
    return _page("portal/inspection_list.html", rows=rows, clauses=views.clause_texts())
