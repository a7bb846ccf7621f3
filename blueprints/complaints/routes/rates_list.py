"""The list of cases behind a number of the statistics."""

from __future__ import annotations

from flask import Response, abort, request, url_for

from blueprints.complaints import queries_list, queries_rates, queries_rates_list
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me
from blueprints.complaints.views import lists, rates_words
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render

LAST_OFFSET = 1_000_000
LABELS = lists.FILTER_LABELS | rates_words.FILTER_LABELS


@blueprint.get("/rates/cases")
@requires(Permission.CASE_READ)
def rate_cases() -> Response:
    """Exactly the cases that a number counts, fifty a page; the filters are those of the case list."""
    given = {name: request.args.get(name, "").strip()[:100] for name in LABELS}
    if not all(value.isprintable() for value in given.values()):
        abort(400)
    filters = {name: value for name, value in given.items() if value}
    now, calendar, offset = clock.now(), load_calendar(), _offset()
    scope = queries_list.conditions(me(), filters, now=now, calendar=calendar)
    scope += queries_rates.filter_conditions(filters, now=now)
    rows, total = queries_rates_list.page_of(scope, offset)
    choices = lists.filter_choices(me(), queries_list.enterprises_of(me())) | rates_words.choices(
        me(), filters
    )
    size = queries_rates_list.PAGE

    def at(place: int) -> str:
        return url_for("complaints.rate_cases", **filters, offset=place or None)  # type: ignore[arg-type]

    return render(
        "complaints/rates_cases.html",
        rows=lists.row_views(rows, me(), now=now, calendar=calendar),
        total=f"{total} 件",
        chips=[(LABELS[name], choices.get(name, {}).get(value, value)) for name, value in filters.items()],
        prev_url=at(max(0, offset - size)) if offset else None,
        next_url=at(offset + size) if offset + size < total else None,
        summary=f"第 {offset + 1}–{offset + len(rows)} 件，共 {total} 件" if rows else None,
        breadcrumb=[{"label": "统计", "url": url_for("complaints.rates")}, {"label": "清单"}],
    )


def _offset() -> int:
    text = request.args.get("offset", "")
    return min(int(text), LAST_OFFSET) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
