"""Requests for service: first receiver, limit, end, refusal with its reason (F3.4.2)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.models import User
from blueprints.accounts.queries import people_with_role
from blueprints.registry.forms.services import FinishForm, HandOverForm, RefuseForm, RequestForm
from blueprints.registry.models import CatalogueEntry, ServiceRequest
from blueprints.registry.queries import services as queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import (
    chosen_enterprises,
    enterprise_control,
    history,
    me,
    own_or_404,
    own_organization,
    row_or_404,
)
from blueprints.registry.service import requests as service
from core import clock
from core.authz import Permission, Role, requires
from core.calendar_store import load_calendar
from core.db import db
from core.forms import select_choices
from core.privacy import mask_name, mask_phone
from core.screens import asked, cell, chip_cell, form_flow, list_screen, place, record_screen
from core.submissions import once
from core.wording import due_chip, moment_words

CRUMB = [{"label": "服务请求", "url": "/requests"}]
REQUEST = "/requests/<int(max=2147483647):request_id>"
VALUES = ("kind", "content", "user_name", "user_phone", "received_at")
FILTERS = ("state", "kind", "late", "q", "enterprise")
CLAUSE = "F3.4.2"


@blueprint.get("/requests")
@requires(Permission.REGISTRY_READ)
def requests() -> Response:
    """Requests with their limits, the newest first."""
    filters, now, calendar = asked(FILTERS), clock.now(), load_calendar()
    ids = chosen_enterprises()
    page = queries.requests_page(ids, filters, after=place("after"), before=place("before"))
    rows = [
        [
            cell(row.number, url=url_for("registry.request", request_id=row.id), note=_entry_words(row)),
            cell(row.content[:40], note=mask_name(row.user_name)),
            cell(moment_words(row.received_at), note=f"首问：{row.first_receiver.name}"),
            _due(row, now, calendar),
            _state(row),
        ]
        for row in page.rows
    ]
    new = {"label": "登记服务请求", "url": url_for("registry.new_request"), "primary": True}
    return list_screen(
        "服务请求", ["编号", "用户的要求", "收到", "时限", "状态"], rows, endpoint="registry.requests",
        filters=filters, before=page.before, after=page.after, clause=CLAUSE, empty="还没有登记服务请求。",
        controls=[
            *enterprise_control(),
            {"name": "state", "label": "状态", "options": list(queries.REQUEST_STATES.items())},
            {"name": "kind", "label": "类型", "options": list(queries.REQUEST_KINDS.items())},
            {"name": "late", "label": "时限", "options": [("1", "超时办结")]},
            {"name": "q", "label": "编号"},
        ],
        actions=[new] if Permission.REGISTRY_LOG in me().permissions else [],
    )  # fmt: skip


def _entry_words(row: ServiceRequest) -> str:
    return row.entry.name if row.entry else queries.REQUEST_KINDS[row.kind]


def _due(row: ServiceRequest, now: Any, calendar: Any) -> Any:
    if row.state != "open" or row.due_at is None:
        return "—"
    return chip_cell(due_chip(row.due_on, row.due_at, False, now=now, calendar=calendar))


def _state(row: ServiceRequest) -> dict[str, Any]:
    if row.late:
        return cell("超时办结", tone="overdue")
    return cell(queries.REQUEST_STATES[row.state], tone=queries.REQUEST_TONES[row.state])


@blueprint.route("/requests/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def new_request() -> Response:
    """Enter a request; the person who does is its first receiver."""
    organization_id = own_organization()
    form = RequestForm(data={"received_at": clock.now(), "entry_id": request.args.get("entry", "")})
    form.entry_id.choices = select_choices(
        [(str(row.id), row.name) for row in queries.entries([organization_id])], "目录里没有的"
    )

    def act() -> str:
        chosen = form.entry_id.data
        entry = db.session.get(CatalogueEntry, int(chosen)) if chosen else None
        values = {name: form[name].data for name in VALUES}
        made = service.register(
            organization_id, values, entry, by=me(), now=clock.now(), calendar=load_calendar()
        )
        return url_for("registry.request", request_id=made.id)

    groups = [("服务请求", CLAUSE, ("kind", "entry_id", *VALUES[1:]))]
    intro = "首问负责：由您登记的请求，由您负责到底或者转给同事办理。"
    return form_flow(
        "登记服务请求", form, groups, act, back=url_for("registry.requests"), done="已登记，时限开始计算。",
        breadcrumb=CRUMB, intro=intro, spans={"user_name": 6, "user_phone": 6},
    )  # fmt: skip


@blueprint.get(REQUEST, endpoint="request")
@requires(Permission.REGISTRY_READ)
def one_request(request_id: int) -> Response:
    """One request with its limit and what can be done next."""
    found, by = row_or_404(ServiceRequest, request_id), me()
    own = found.organization_id == by.organization_id
    may = own and Permission.REGISTRY_LOG in by.permissions and found.state == "open"
    actions: list[dict[str, Any]] = [
        {"label": "办结", "url": url_for("registry.finish_request", request_id=found.id), "primary": True},
        {"label": "不能受理", "url": url_for("registry.refuse_request", request_id=found.id)},
        {"label": "转给同事", "url": url_for("registry.hand_over_request", request_id=found.id)},
    ]
    return record_screen(
        found.number, _facts(found, own), breadcrumb=CRUMB, history=history(found), clause=CLAUSE,
        badge=(queries.REQUEST_STATES[found.state], queries.REQUEST_TONES[found.state]),
        actions=actions if may else [], notices=_notices(found),
    )  # fmt: skip


def _notices(found: ServiceRequest) -> list[dict[str, Any]]:
    if found.late:
        return [{"text": "办结时已超过时限。", "tone": "danger", "clause": CLAUSE}]
    if found.state != "open" or found.due_at is None:
        return []
    chip = due_chip(found.due_on, found.due_at, False, now=clock.now(), calendar=load_calendar())
    tone = {"overdue": "danger", "soon": "soon"}.get(chip["tone"], "info")
    return [{"text": f"办理时限：{chip['text']}", "tone": tone, "clause": CLAUSE}]


def _facts(found: ServiceRequest, own: bool) -> list[dict[str, Any]]:
    name = found.user_name if own else mask_name(found.user_name)
    phone = found.user_phone if own else mask_phone(found.user_phone)
    facts: list[dict[str, Any]] = [
        {"label": "类型", "value": queries.REQUEST_KINDS[found.kind]},
        {"label": "业务", "value": found.entry.name if found.entry else "目录里没有的"},
        {"label": "用户的要求", "value": found.content, "wide": True},
        {"label": "用户", "value": name},
        {"label": "电话", "value": phone},
        {"label": "收到", "value": moment_words(found.received_at)},
        {"label": "首问责任人", "value": found.first_receiver.name, "clause": CLAUSE},
        {"label": "办理人", "value": found.handler.name if found.handler else ""},
    ]
    if found.state == "done":
        facts.append({"label": "办理结果", "value": found.outcome, "wide": True})
    if found.state == "refused" and found.told_at:
        told = f"{moment_words(found.told_at)} {found.told_how}"
        facts.append({"label": "不能受理的原因", "value": found.refusal, "wide": True, "clause": CLAUSE})
        facts.append({"label": "已告知用户", "value": told, "wide": True})
    return facts


def _step(
    title: str, form: Any, found: ServiceRequest, fields: tuple[str, ...], act: Any, done: str
) -> Response:
    back = url_for("registry.request", request_id=found.id)
    trail = [*CRUMB, {"label": found.number, "url": back}]

    def go() -> str:
        act()
        return back

    return form_flow(title, form, [(title, CLAUSE, fields)], go, back=back, done=done, breadcrumb=trail)


@blueprint.route(f"{REQUEST}/finish", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def finish_request(request_id: int) -> Response:
    """End a request."""
    found, form = own_or_404(ServiceRequest, request_id), FinishForm()

    def act() -> None:
        service.finish(found, form.outcome.data, by=me(), now=clock.now())

    return _step("办结", form, found, ("outcome",), act, "已办结。")


@blueprint.route(f"{REQUEST}/refuse", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def refuse_request(request_id: int) -> Response:
    """Out of scope: the reason was told to the user (F3.4.2)."""
    found, form = own_or_404(ServiceRequest, request_id), RefuseForm()

    def act() -> None:
        told_at, told_how = form.told_at.data, form.told_how.data
        service.refuse(found, form.reason.data, told_at=told_at, told_how=told_how, by=me(), now=clock.now())

    fields = ("reason", "told_at", "told_how")
    return _step("不能受理", form, found, fields, act, "已登记不能受理及告知情况。")


def _colleagues(organization_id: int) -> list[User]:
    return people_with_role(organization_id, Role.DISPATCHER, Role.HANDLER, Role.ENTERPRISE_LEADER)


@blueprint.route(f"{REQUEST}/hand-over", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def hand_over_request(request_id: int) -> Response:
    """Give a request to a colleague; the first receiver follows it up."""
    found, form = own_or_404(ServiceRequest, request_id), HandOverForm()
    people = {str(user.id): user for user in _colleagues(found.organization_id)}
    form.handler_id.choices = select_choices([(key, user.name) for key, user in people.items()])

    def act() -> None:
        handler = people.get(form.handler_id.data)
        if handler is None:
            abort(404)
        service.hand_over(found, handler, by=me(), now=clock.now())

    return _step("转给同事", form, found, ("handler_id",), act, "已转给同事办理，首问责任人不变。")
