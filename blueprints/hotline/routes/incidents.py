"""停供事件: the list, a new one, its page."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries_reach import enterprises
from blueprints.accounts.sessions import me
from blueprints.hotline.forms.incidents import KINDS, IncidentForm
from blueprints.hotline.models import Incident
from blueprints.hotline.queries import incidents as queries
from blueprints.hotline.routes import blueprint
from blueprints.hotline.service import incidents as service
from blueprints.hotline.service.incident_calls import attach_many
from blueprints.hotline.views import incident_pages as pages
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.forms import select_choices
from core.htmx import render
from core.screens import asked, form_flow, list_screen, place
from core.submissions import once

P = Permission
INCIDENT = "/incidents/<int(max=2147483647):incident_id>"
FILTERS = ("state", "kind", "enterprise", "mine")
OWNERS = (("own", "本单位建立的"), ("others", "其他单位建立的"))


def incident_or_404(incident_id: int) -> Incident:
    """An incident that this person may see; a foreign one does not exist."""
    found = queries.incident_or_none(incident_id, me())
    if found is None:
        abort(404)
    return found


def kept_or_404(incident_id: int) -> Incident:
    """An incident that this person's organization keeps."""
    found = incident_or_404(incident_id)
    if not service.works_on(found, me()):
        abort(404)
    return found


def page_of(incident: Incident) -> str:
    """Its address."""
    return url_for("hotline.incident", incident_id=incident.id)


@blueprint.get("/incidents")
@requires(P.INCIDENT_READ)
def incidents() -> Response:
    """Incidents of the own enterprise or of those supervised, the newest first."""
    filters, places = asked(FILTERS), enterprises(me())
    found, before, after = queries.listing(me(), filters, before=place("before"), after=place("after"))
    controls: list[dict[str, Any]] = [
        {"name": "state", "label": "状态", "options": [(k, v[0]) for k, v in pages.STATES.items()]},
        {"name": "kind", "label": "种类", "options": list(KINDS.items())},
        {"name": "mine", "label": "谁建立的", "options": OWNERS},
    ]
    if len(places) > 1:
        options = pages.organization_options(places)
        controls.append({"name": "enterprise", "label": "单位", "options": options})
    new = {
        "label": "新建停供事件",
        "url": url_for("hotline.new_incident"),
        "primary": True,
        "icon": "plus-lg",
    }
    return list_screen(
        "停供事件", pages.HEADS, pages.list_rows(found), endpoint="hotline.incidents", filters=filters,
        controls=controls, before=before, after=after, empty="还没有停供事件。",
        hint="停电、停气、停水引起大量来电时建一个停供事件：来电一键并入，进展统一告知，恢复后一并结案。",
        actions=[new] if P.INCIDENT_EDIT in me().permissions else [],
    )  # fmt: skip


def _ticked() -> str:
    given = [text for text in request.args.getlist("id") if text.isascii() and text.isdecimal()]
    return "~".join(text for text in given[:500] if len(text) < 10)


def _new_form(places: list[Organization]) -> IncidentForm:
    """As sent, or with what the page that led here knows."""
    known = {
        "began_at": clock.now(), "announced_at": None, "cases": _ticked(),
        "place": request.args.get("place", "")[:200], "enterprise": request.args.get("enterprise", "")[:9],
    }  # fmt: skip
    form = IncidentForm(data=known if request.method != "POST" else None)
    form.enterprise.choices = select_choices((row.id, row.name) for row in places)
    if len(places) == 1:
        del form.enterprise
        hours, source = service.promised_hours(places[0])
        form.announced_at.description = f"计划停供才填；须提前 {hours} 小时（{source}），不足的写明原因。"
    form.areas.choices = queries.areas_of([row.id for row in places])
    if not form.areas.choices:
        del form.areas
    return form


@blueprint.route("/incidents/new", methods=["GET", "POST"])
@requires(P.INCIDENT_EDIT)
@once
def new_incident() -> Response:
    """A new incident; ticked cases that led here are attached at once."""
    places = enterprises(me())
    form = _new_form(places)

    def act() -> str:
        return page_of(_begun(form, places))

    names = ("enterprise", "kind", "title", "areas", "place", "began_at", "estimated_at", "cause")
    groups = [
        ("停了哪里，为什么", "", names), ("怎么对用户说", "", ("script",)),
        ("计划停供", "", ("announced_at", "late_reason")),
    ]  # fmt: skip
    count = len(form.case_ids())
    return form_flow(
        "新建停供事件", form, groups, act, back=url_for("hotline.incidents"), submit="建立",
        done="停供事件已建立，话术待批准。", breadcrumb=pages.crumbs(),
        intro=f"勾选的 {count} 件诉求件建立后一并并入。" if count else "",
        spans={"began_at": 6, "estimated_at": 6, "announced_at": 6, "late_reason": 6},
    )  # fmt: skip


def _begun(form: IncidentForm, places: list[Organization]) -> Incident:
    wanted = form.enterprise.data if "enterprise" in form else places[0].id
    enterprise = next((row for row in places if row.id == wanted), None)
    if enterprise is None:
        abort(404)
    chosen = dict(form.areas.choices) if "areas" in form else {}
    areas = [chosen[key] for key in (form.areas.data or [])] if "areas" in form else []
    areas += [part.strip() for part in (form.place.data or "").split("、") if part.strip()]
    given = service.Given(
        form.kind.data, form.title.data or "", areas, form.began_at.data, form.script.data or "",
        form.estimated_at.data, form.cause.data or "", form.announced_at.data, form.late_reason.data or "",
    )  # fmt: skip
    now = clock.now()
    made = service.begin(enterprise, given, by=me(), now=now)
    if ids := form.case_ids():
        attach_many(made, ids, by=me(), now=now, calendar=load_calendar())
    return made


def _actions(found: Incident) -> list[dict[str, Any]]:
    """What this person may do with it now, the next step first."""
    by, waits = me(), service.waiting(found)
    values: dict[str, Any] = {"incident_id": found.id}
    open_now, edits = found.state in service.OPEN_STATES, service.may_edit(found, by)
    approves = P.INCIDENT_APPROVE in by.permissions and service.works_on(found, by)
    actions: list[dict[str, Any]] = []
    if open_now and waits and approves:
        url = url_for("hotline.decide_incident_update", incident_update_id=waits.id, **values)
        actions.append({"label": "审批更新", "url": url, "primary": True})
    if found.state == "announced" and edits:
        actions.append(
            {"label": "已开始停供", "url": url_for("hotline.start_incident", **values), "post": True}
        )
        actions.append({"label": "取消", "url": url_for("hotline.cancel_incident", **values)})
    if open_now and edits and not waits:
        actions.append({"label": "更新进展", "url": url_for("hotline.new_incident_update", **values)})
        if found.state == "open":
            actions.append({"label": "已恢复供应", "url": url_for("hotline.restored", **values)})
    if found.state == "closing" and approves:
        actions.append({"label": "继续结案", "url": url_for("hotline.go_on_closing", **values), "post": True})
    actions.append({"label": "待告知", "url": url_for("hotline.incident_tellings", **values)})
    return actions


@blueprint.get(INCIDENT)
@requires(P.INCIDENT_READ)
def incident(incident_id: int) -> Response:
    """The script in use, large; what comes next; updates, calls by hour, calls, what was left open."""
    found = incident_or_404(incident_id)
    figures = queries.figures(found)
    calls, _, more = queries.calls(found, me(), limit=queries.SHOWN)
    left = found.state in ("closing", "closed")
    return render(
        "hotline/incident.html", title=found.title, incident=found, badge=pages.STATES[found.state],
        late=service.notice_late(found), waits=service.waiting(found), actions=_actions(found),
        facts=pages.facts(found, figures.hours), script=found.script or "", hours=pages.bars(figures.hours),
        updates=pages.update_rows(found, figures.tellings), update_heads=pages.UPDATE_HEADS,
        calls=pages.call_rows(calls), call_heads=pages.CALL_HEADS,
        calls_url=url_for("hotline.incident_calls", incident_id=found.id) if calls else None, more=more,
        left_url=url_for("hotline.incident_calls", incident_id=found.id, left="yes") if left else None,
        breadcrumb=[*pages.crumbs(), {"label": found.number}],
    )  # fmt: skip
