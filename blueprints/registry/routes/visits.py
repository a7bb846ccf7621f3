"""Home visits: list, breaches, agreeing one, its page (F3.2.3, F3.2.4)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from blueprints.registry.forms.visits import VISIT_GROUPS, VISIT_SPANS, VisitForm
from blueprints.registry.models import Staff, Visit
from blueprints.registry.queries import staff as staff_queries
from blueprints.registry.queries import visits as queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import (
    chosen_enterprises,
    enterprise_control,
    history,
    in_reach,
    me,
    own_organization,
    row_or_404,
)
from blueprints.registry.service import visits as service
from blueprints.registry.service.qualifying import certified_on
from blueprints.registry.views import visit_pages as pages
from core import clock
from core.authz import Permission, requires
from core.screens import asked, form_flow, list_screen, places, record_screen
from core.submissions import once

VISIT = "/visits/<int(max=2147483647):visit_id>"
CRUMB = [{"label": "上门服务", "url": "/visits"}]
MOST_OFFERED = 60


def crumbs(visit: Visit) -> list[dict[str, str]]:
    """上门服务 / 上门-2026-000001"""
    return [*CRUMB, {"label": visit.number, "url": url_for("registry.visit", visit_id=visit.id)}]


@blueprint.get("/visits")
@requires(Permission.REGISTRY_READ)
def visits() -> Response:
    """Visits: today, still to come, breaches, done, or whatever is asked for."""
    filters, by, today, chosen = asked(queries.FILTERS), me(), clock.today(), chosen_enterprises()
    page = queries.visits_page(chosen, filters, today=today, after=places("after"), before=places("before"))
    teams = [(name, name) for name in queries.teams(chosen)]
    tab, names = queries.tab_of(filters), queries.names_of([row.id for row in page.rows])
    empty = {"today": "今天没有上门预约。", "pending": "没有待上门的预约。", "breach": "没有违约的上门。"}
    return list_screen(
        "上门服务", pages.LIST_HEADS, pages.list_rows(page.rows, names, by, clock.now(), places_in_reach()),
        endpoint="registry.visits", clause="F3.2.4", before=page.before, after=page.after,
        filters={name: value for name, value in filters.items() if name != "tab"},
        url_values={"tab": tab} if tab != "today" else {},
        tabs=pages.tabs(tab, queries.counts(chosen, today), filters.get("enterprise", "")),
        controls=[
            *enterprise_control(), {"name": "from", "label": "从", "type": "date"},
            {"name": "to", "label": "到", "type": "date"},
            {"name": "state", "label": "状态", "options": list(queries.STATES.items())},
            {"name": "team", "label": "班组", "options": teams}, {"name": "number", "label": "编号"},
        ],
        actions=_list_actions(), empty=empty.get(tab, "还没有上门服务。"),
        hint="上门服务要提前与用户约定时段；不得迟到，更改和取消要先取得用户同意。",
    )  # fmt: skip


def places_in_reach() -> dict[int, str]:
    """The enterprises of a list by id."""
    return {organization.id: organization.name for organization in in_reach()}


def _list_actions() -> list[dict[str, Any]]:
    by = me()
    found: list[dict[str, Any]] = []
    if Permission.REGISTRY_LOG in by.permissions:
        found = [
            {"label": "预约上门", "url": url_for("registry.new_visit"), "icon": "plus-lg", "primary": True},
            {"label": "班组日程", "url": url_for("registry.visit_week"), "icon": "calendar3"},
            {"label": "打印当日单", "url": url_for("registry.visit_sheet"), "icon": "printer"},
        ]
    return [*found, {"label": "违约清单", "url": url_for("registry.breaches"), "icon": "exclamation-octagon"}]


@blueprint.get("/visits/breaches")
@requires(Permission.REGISTRY_READ)
def breaches() -> Response:
    """Visits by which F3.2.4 was broken, with the reason."""
    filters, today = asked(("from", "to", "team", "enterprise")), clock.today()
    wanted = {**filters, "tab": "breach"}
    chosen = chosen_enterprises()
    page = queries.visits_page(chosen, wanted, today=today, after=places("after"), before=places("before"))
    names = queries.names_of([row.id for row in page.rows])
    teams = [(name, name) for name in queries.teams(chosen)]
    return list_screen(
        "上门违约清单", pages.BREACH_HEADS, pages.breach_rows(page.rows, names, places_in_reach()),
        endpoint="registry.breaches", filters=filters, clause="F3.2.4",
        breadcrumb=[*CRUMB, {"label": "违约清单"}],
        before=page.before, after=page.after, empty="没有违约的上门。",
        intro="迟到、未按约上门，以及没有在原时段开始前取得用户同意的更改和取消。",
        controls=[
            *enterprise_control(), {"name": "from", "label": "从", "type": "date"},
            {"name": "to", "label": "到", "type": "date"},
            {"name": "team", "label": "班组", "options": teams},
        ],
    )  # fmt: skip


@blueprint.route("/visits/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def new_visit() -> Response:
    """A visit that was agreed with the user."""
    organization_id = own_organization()
    people, entries = staff_queries.at_work(organization_id), queries.entries_of(organization_id)
    form = VisitForm(data={"agreed_at": clock.now(), "day": clock.today()})
    shown, intro, tabs = offered(people, "registry.new_visit")
    form.offer(entries, shown)

    def act() -> str:
        told = form.agreement(entries, people)
        made = service.agree(organization_id, told, by=me(), now=clock.now())
        return url_for("registry.visit", visit_id=made.id)

    return form_flow(
        "预约上门", form, VISIT_GROUPS, act, back=url_for("registry.visits"), done="上门已预约。",
        breadcrumb=CRUMB, spans=VISIT_SPANS, intro=intro, tabs=tabs,
    )  # fmt: skip


def offered(people: list[Staff], endpoint: str, **here: Any) -> tuple[list[Staff], str, list[dict[str, Any]]]:
    """(people to choose from, how to see others, a tab for each team): everybody, or the team of the address
    where there are very many. What is sent may name anybody at work."""
    team, teams = request.args.get("team", ""), sorted({person.team for person in people if person.team})
    if request.method == "POST" or len(people) <= MOST_OFFERED:
        return people, "", []
    tabs = [
        {"label": name, "url": url_for(endpoint, team=name, **here), "active": name == team} for name in teams
    ]
    if team in teams:
        return [person for person in people if person.team == team], f"下面只列出{team}的人员。", tabs
    return people[:MOST_OFFERED], f"员工较多，只列出前 {MOST_OFFERED} 名；请先选择班组。", tabs


@blueprint.get(VISIT)
@requires(Permission.REGISTRY_READ)
def visit(visit_id: int) -> Response:
    """One visit: what was agreed, what became of it, what to do next."""
    found, by, now = row_or_404(Visit, visit_id), me(), clock.now()
    acts = pages.own(found, by) and Permission.REGISTRY_LOG in by.permissions
    day = clock.local_date(found.slot_from)
    unfit = [link.staff for link in found.staff if not certified_on(link.staff_id, day)]
    return record_screen(
        found.number, pages.facts(found, by), breadcrumb=CRUMB, history=history(found),
        badge=(queries.STATES[found.state], queries.STATE_TONES[found.state]),
        notices=pages.notices(found, now, unfit), actions=pages.actions(found, now) if acts else [],
        panels=[
            {
                "title": "时段的变化", "clause": "F3.2.4", "rows": pages.change_rows(found.changes),
                "columns": ["变化", "谁提出", "原时段", "新时段", "原因", "用户同意", "结论"],
                "empty": "时段没有变过。",
            }
        ],
    )  # fmt: skip
