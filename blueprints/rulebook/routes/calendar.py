"""The working-day calendar for everybody: a year at a glance, and why a day is the due day."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from blueprints.accounts.sessions import me
from blueprints.rulebook import queries
from blueprints.rulebook.forms import DueForm, show_refusal
from blueprints.rulebook.routes import blueprint
from blueprints.rulebook.routes.dates import day_words, full_day, stored_time
from blueprints.rulebook.service.year_view import year_view
from core import clock
from core.authz import Permission, requires
from core.calendar_store import PACKAGED_YEARS, SINGLE, imported_years, load_calendar, overrides
from core.htmx import render
from domain.deadlines import Deadline, Unit, due
from domain.errors import InvalidInput
from domain.workdays import FIRST_YEAR, LAST_YEAR

MOST_DAYS_SHOWN = 400


def source_of(year: int) -> dict[str, str] | None:
    """Where a year's arrangement comes from, None while it is not published."""
    imported = next((row for row in imported_years() if row.year == year), None)
    if imported is not None:
        how = f"{imported.imported_by} {stored_time(imported.imported_at)} 录入，{imported.days}天"
        return {"text": imported.source, "how": how}
    if year in PACKAGED_YEARS:
        return {"text": "国务院办公厅公布的放假安排", "how": "随平台提供"}
    return None


@blueprint.get("/calendar")
@blueprint.get(f"/calendar/<int(min={FIRST_YEAR}, max={LAST_YEAR}):year>")
@requires(Permission.RULES_READ)
def calendar(year: int | None = None) -> Response:
    """A year of months, with every day off and make-up day named."""
    today = clock.today()
    year = year or today.year
    held = load_calendar()
    singles = [row for row in overrides() if row.layer == SINGLE and row.day.year == year]
    years = range(max(FIRST_YEAR, year - 2), min(LAST_YEAR, year + 2) + 1)
    return render(
        "rulebook/calendar.html",
        view=year_view(held, year, today),
        source=source_of(year),
        singles=[{"row": row, "day": day_words(row.day)} for row in singles],
        late_december=year in held.published and year + 1 not in held.published,
        years=[
            {
                "label": f"{y}年" if y in held.published else f"{y}年（暂定）",
                "url": url_for("rulebook.calendar", year=y),
                "active": y == year,
            }
            for y in years
        ],
        may_edit=Permission.CALENDAR_EDIT in me().permissions,
        missing=queries.missing_years(today),
        form=DueForm(formdata=None, data={"received": today}),
    )


@blueprint.get("/calendar/due")
@requires(Permission.RULES_READ)
def due_day() -> Response:
    """The due day of a limit, with every day counted and every day skipped."""
    form = DueForm(request.args)
    deadline = None
    status = 200
    if request.args and form.validate() and form.received.data:
        try:
            unit = Unit(form.unit.data)
            deadline = due(form.received.data, form.amount.data, unit, load_calendar())
        except InvalidInput as refusal:
            status = show_refusal(form, refusal)
    elif request.args:
        status = 422
    else:
        form.received.data = clock.today()
    crumbs = [{"label": "工作日历", "url": url_for("rulebook.calendar")}, {"label": "推算到期日"}]
    return render(
        "rulebook/due_day.html",
        status=status,
        form=form,
        result=_result(deadline) if deadline else None,
        breadcrumb=crumbs,
    )


def _result(deadline: Deadline) -> dict[str, Any]:
    counted = {day: number for number, day in enumerate(deadline.counted, start=1)}
    skipped = {day.date: day.why for day in deadline.skipped}
    receipt = {"date": day_words(deadline.received), "n": None, "kind": "receipt", "why": None}
    days: list[dict[str, Any]] = [receipt]
    for day in sorted((*counted, *skipped)):
        number = counted.get(day)
        kind = "skipped" if number is None else "due" if day == deadline.due else "counted"
        days.append({"date": day_words(day), "n": number, "kind": kind, "why": skipped.get(day)})
    return {
        "due": full_day(deadline.due),
        "received": full_day(deadline.received),
        "provisional": deadline.provisional,
        "missing": "、".join(f"{year}年" for year in deadline.missing_years),
        "days": days if len(days) <= MOST_DAYS_SHOWN else [],
        "skipped": len(skipped),
        "amount": f"{deadline.amount}{'个工作日' if deadline.unit is Unit.WORKDAY else '日（自然日）'}",
    }
