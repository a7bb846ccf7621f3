"""The case list: filters, order and page all in the URL."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_login import current_user

from blueprints.complaints import queries_list
from blueprints.complaints.routes import blueprint
from blueprints.complaints.views import lists
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render

LAST_OFFSET = 1_000_000


def filters_of_url() -> dict[str, Any]:
    """The filters that are set; unknown names and empty values are left out."""
    given = {name: request.args.get(name, "").strip()[:100] for name in queries_list.FILTERS}
    if not all(value.isprintable() for value in given.values()):
        abort(400)
    return {name: value for name, value in given.items() if value}


def _offset() -> int:
    text = request.args.get("offset", "")
    return min(int(text), LAST_OFFSET) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@blueprint.get("/cases")
@requires(Permission.CASE_READ)
def cases() -> Response:
    """Visible cases, fifty a page."""
    now, calendar, filters, offset = clock.now(), load_calendar(), filters_of_url(), _offset()
    sort = request.args.get("sort", "")[:20]
    page = queries_list.list_page(current_user, filters, now=now, calendar=calendar, sort=sort, offset=offset)
    places = current_user.organization is not None and current_user.organization.is_regulator
    order: dict[str, Any] = {"sort": sort} if sort else {}
    choices = lists.filter_choices(current_user, page.enterprises)
    size = queries_list.PAGE

    def at(place: int) -> str:
        return url_for("complaints.cases", **filters, **order, offset=place or None)

    return render(
        "complaints/cases.html",
        rows=lists.row_views(page.rows, current_user, now=now, calendar=calendar),
        total=page.total,
        filters=filters,
        values={name: filters.get(name, "") for name in queries_list.FILTERS},
        export_url=url_for("complaints.export_page", **filters, **order),
        choices=choices,
        chips=lists.filter_chips(filters, choices),
        tabs=lists.tab_views(filters),
        heads=lists.sort_heads(filters, sort, places=places),
        places=places,
        sort=sort,
        prev_url=at(max(0, offset - size)) if offset else None,
        next_url=at(offset + size) if offset + size < page.total else None,
        summary=f"第 {offset + 1}–{offset + len(page.rows)} 件，共 {page.total} 件" if page.rows else None,
        may_register=Permission.CASE_REGISTER in current_user.permissions,
        may_export=Permission.CASE_EXPORT in current_user.permissions,
    )
