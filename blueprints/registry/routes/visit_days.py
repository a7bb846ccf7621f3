"""A team's week, and the sheet of a day on paper."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, request, url_for

from blueprints.registry.forms.visit_days import SheetForm
from blueprints.registry.queries import staff as staff_queries
from blueprints.registry.queries import visits as queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import me, own_organization
from blueprints.registry.views import visit_pages as pages
from core import audit, clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import render
from core.wording import WEEKDAYS, date_words

EARLIEST, LATEST = date(2000, 1, 10), date(2999, 12, 1)
CRUMB = [{"label": "上门服务", "url": "/visits"}]


def day_asked() -> date:
    """The day of the address, today where it names none."""
    found = queries.day_of(request.args.get("day", ""))
    return found if found is not None and EARLIEST <= found <= LATEST else clock.today()


def team_asked(teams: list[str]) -> str:
    """The team of the address, else the first."""
    asked = request.args.get("team", "")
    return asked if asked in teams else (teams[0] if teams else "")


@blueprint.get("/visits/week")
@requires(Permission.REGISTRY_LOG)
def visit_week() -> Response:
    """The week of a team: people by days."""
    organization_id = own_organization()
    teams = queries.teams([organization_id])
    team, days = team_asked(teams), pages.week_of(day_asked())
    people = [p for p in staff_queries.at_work(organization_id) if p.team == team]
    since, until = clock.local_midnight(days[0]), clock.end_of_day(days[-1])
    found = queries.between(organization_id, since, until, team=team)

    def at(day: date) -> str:
        return url_for("registry.visit_week", team=team or None, day=day.isoformat())

    return render(
        "registry/visit_week.html", team=team, teams=teams, rows=pages.grid(found, people, days),
        heads=[f"周{WEEKDAYS[d.weekday()]} {d.month}月{d.day}日" for d in days], today=clock.today(),
        days=days, previous_url=at(days[0] - timedelta(days=7)), next_url=at(days[0] + timedelta(days=7)),
        day=days[0].isoformat(), breadcrumb=[*CRUMB, {"label": "班组日程"}],
        span=f"{date_words(days[0])}至{date_words(days[-1])}",
    )  # fmt: skip


@blueprint.route("/visits/sheet", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
def visit_sheet() -> Response:
    """Choose a day and a team; the sheet shows users in full, so each printing goes to the log."""
    organization_id = own_organization()
    teams = queries.teams([organization_id])
    form = SheetForm(data={"day": day_asked(), "team": team_asked(teams)})
    form.team.choices = [("", "所有班组"), *((name, name) for name in teams)]
    crumb = [*CRUMB, {"label": "打印当日单"}]
    if request.method != "POST":
        return render("registry/visit_sheet_ask.html", form=form, breadcrumb=crumb)
    if not form.validate() or form.day.data is None:
        return render("registry/visit_sheet_ask.html", status=422, form=form, breadcrumb=crumb)
    day, team = form.day.data, form.team.data or ""
    since, until = clock.local_midnight(day), clock.end_of_day(day)
    found = queries.between(organization_id, since, until, team=team, states=queries.OPEN_STATES)
    with transaction():
        label = f"{day.isoformat()} {team or '所有班组'}"
        subject = audit.Subject("day_sheet", None, label)
        facts = {"visits": [None, len(found)]}
        audit.record("registry.visit_sheet", subject=subject, by=me(), changes=facts, now=clock.now())
    organization = me().organization
    return render(
        "registry/visit_sheet.html", rows=pages.sheet_rows(found), day=date_words(day),
        team=team or "所有班组", organization=organization.name if organization else "", printed_by=me().name,
        breadcrumb=crumb, weekday=f"周{WEEKDAYS[day.weekday()]}",
    )  # fmt: skip
