"""The week of an outlet's window: who stands there when (F3.2.1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from blueprints.registry.forms.roster import ShiftForm
from blueprints.registry.models import Outlet, RosterShift
from blueprints.registry.queries import roster as queries
from blueprints.registry.queries import staff as staff_queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import chosen_enterprises, in_reach, me, own_or_404, own_organization
from blueprints.registry.routes.visit_days import day_asked
from blueprints.registry.service import roster as service
from blueprints.registry.service.qualifying import holds_on
from blueprints.registry.views.visit_pages import week_of
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import form_flow, pressed
from core.submissions import once
from core.wording import WEEKDAYS, date_words
from domain.opening import read_clock

CRUMB = [{"label": "窗口排班", "url": "/roster"}]


def _outlet_asked(outlets: list[Outlet]) -> Outlet | None:
    asked = request.args.get("outlet", "")
    return next((o for o in outlets if str(o.id) == asked), outlets[0] if outlets else None)


@blueprint.get("/roster")
@requires(Permission.REGISTRY_READ)
def roster() -> Response:
    """A week of one outlet; a shift on whose day the certificate no longer holds shows red."""
    outlets, days, by = staff_queries.outlets_of(chosen_enterprises()), week_of(day_asked()), me()
    outlet = _outlet_asked(outlets)
    shifts = queries.shifts_between(outlet.id, days[0], days[-1]) if outlet else []
    edits = outlet is not None and outlet.organization_id == by.organization_id
    edits = edits and Permission.REGISTRY_LOG in by.permissions

    def at(day: date) -> str | None:
        return url_for("registry.roster", outlet=outlet.id, day=day.isoformat()) if outlet else None

    several = len(in_reach()) > 1
    return render(
        "registry/roster.html", outlet=outlet, edits=edits, day=days[0].isoformat(),
        outlets=[(row.id, _outlet_label(row, several)) for row in outlets],
        columns=[_column(day, shifts, edits) for day in days],
        previous_url=at(days[0] - timedelta(days=7)), next_url=at(days[0] + timedelta(days=7)),
        span=f"{date_words(days[0])}至{date_words(days[-1])}",
    )  # fmt: skip


def _outlet_label(outlet: Outlet, several: bool) -> str:
    return (
        f"{outlet.organization.short_name or outlet.organization.name} {outlet.name}"
        if several
        else outlet.name
    )


def _column(day: date, shifts: list[RosterShift], edits: bool) -> dict[str, Any]:
    today = clock.today()
    rows = [
        {
            "time": service.span_words(row.starts, row.ends), "name": row.staff.name,
            "badge": row.staff.badge,
            "url": url_for("registry.staff", staff_id=row.staff_id),
            "fit": row.staff.active and holds_on(row.staff.certificates, day),
            "remove": url_for("registry.remove_shift", shift_id=row.id) if edits and day >= today else None,
        }
        for row in shifts
        if row.day == day
    ]  # fmt: skip
    head = f"周{WEEKDAYS[day.weekday()]} {day.month}月{day.day}日"
    return {"head": head, "day": day.isoformat(), "today": day == today, "past": day < today, "rows": rows}


@blueprint.route("/roster/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def new_shift() -> Response:
    """Put somebody at a window."""
    organization_id = own_organization()
    outlets = staff_queries.outlets_of([organization_id])
    people = staff_queries.at_work(organization_id)
    chosen = _outlet_asked(outlets)
    form = ShiftForm(data={"day": day_asked(), "outlet_id": chosen.id if chosen else None})
    form.offer(outlets, people)

    def act() -> str:
        outlet = next(row for row in outlets if row.id == form.outlet_id.data)
        person = next(row for row in people if row.id == form.staff_id.data)
        starts, ends = read_clock(form.starts.data or "", "starts"), read_clock(form.ends.data or "", "ends")
        days = form.chosen_days()
        service.add_shift(outlet, person, days, starts, ends, by=me(), now=clock.now())
        return url_for("registry.roster", outlet=outlet.id, day=days[0].isoformat())

    groups = [("班次", "F3.2.1", ("outlet_id", "staff_id", "day", "days", "starts", "ends"))]
    spans = dict.fromkeys(("outlet_id", "staff_id", "day", "days", "starts", "ends"), 6)
    return form_flow(
        "排班",
        form,
        groups,
        act,
        back=url_for("registry.roster"),
        done="已排班。",
        breadcrumb=CRUMB,
        spans=spans,
    )


@blueprint.post("/roster/<int(max=2147483647):shift_id>/remove")
@requires(Permission.REGISTRY_LOG)
@once
def remove_shift(shift_id: int) -> Response:
    """Take a shift back."""
    found = own_or_404(RosterShift, shift_id)
    back = url_for("registry.roster", outlet=found.outlet_id, day=found.day.isoformat())
    return pressed(lambda: service.remove_shift(found, by=me(), now=clock.now()), back, "班次已撤销。")
