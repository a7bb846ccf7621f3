"""The case list: filters, order and page all in the URL."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.complaints import queries_list, queries_rates
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.views import lists, rates_words
from blueprints.complaints.views.bulk import bulk_steps
from core import clock, saved_views
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render

LONGEST_PICK = 5500


def filters_of_url() -> dict[str, Any]:
    """The filters that are set; unknown names and empty values are left out."""
    longest = {"only": LONGEST_PICK}
    asked = {name: request.args.get(name, "").strip() for name in queries_list.FILTERS}
    given = {name: value[: longest.get(name, 100)] for name, value in asked.items()}
    if not all(value.isprintable() for value in given.values()):
        abort(400)
    return {name: value for name, value in given.items() if value}


def sort_of_url() -> str:
    """The order that the URL asks for; empty for the usual one and for what is no order."""
    sort = request.args.get("sort", "")[:20]
    return sort if sort.lstrip("-") in queries_list.SORTS and not sort.startswith("--") else ""


@blueprint.get("/cases")
@requires(Permission.CASE_READ)
def cases() -> Response:
    """Visible cases, fifty a page; pages follow each other by key, the last costs what the first does."""
    now, calendar, filters, by = clock.now(), load_calendar(), filters_of_url(), me()
    sort, place = sort_of_url(), {name: request.args.get(name, "") for name in ("after", "before")}
    page = queries_list.list_page(by, filters, now=now, calendar=calendar, sort=sort, **place)
    order: dict[str, Any] = {"sort": sort} if sort else {}
    steps = bulk_steps(by)
    picking = "select" in request.args and bool(steps)
    choices = lists.filter_choices(by, queries_list.enterprises_of(by))
    meant = choices | rates_words.choices(by, filters) if filters.keys() & queries_rates.FILTERS else choices

    def at(select: bool = picking, **place: str | None) -> str:
        more: dict[str, Any] = {**order, **place, "select": 1 if select else None}
        return url_for("complaints.cases", **filters, **more)

    return render(
        "complaints/cases.html",
        rows=lists.printed_rows(page.rows, by, now=now, calendar=calendar),
        total=lists.total_words(page),
        filters=filters,
        values=dict.fromkeys(queries_list.FILTERS, "") | filters,
        export_url=url_for("complaints.export_page", **filters, **order),
        choices=choices,
        selects=lists.filter_selects(filters, choices),
        chips=lists.filter_chips(filters, meant),
        tabs=lists.tab_views(filters, saved_views.views_of(by.id, "complaints.cases"), sort),
        views_url=url_for("complaints.views", **filters, **order),
        heads=lists.sort_heads(filters, sort, places=lists.shows_places(by)),
        places=lists.shows_places(by),
        case_start=lists.case_url_start(),
        sort=sort,
        prev_url=at(before=page.before) if page.before else None,
        next_url=at(after=page.after) if page.after else None,
        first_url=at() if page.before else None,
        picking=picking,
        steps=steps,
        pick_url=at(select=not picking, **{n: v or None for n, v in place.items()}) if steps else None,
        may_register=Permission.CASE_REGISTER in by.permissions,
        may_export=Permission.CASE_EXPORT in by.permissions,
    )
