"""Outlets: list, record, form, state, pictures."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, url_for

from blueprints.accounts.queries_reach import enterprises
from blueprints.registry.forms.outlets import (
    OUTLET_GROUPS,
    PHOTOS,
    SPANS,
    OutletForm,
    PhotoForm,
    StateForm,
    outlet_form,
)
from blueprints.registry.models import Outlet, OutletPhoto
from blueprints.registry.queries import outlets as queries
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
from blueprints.registry.service import outlet_days
from blueprints.registry.service import outlets as service
from blueprints.registry.views import outlet_pages as pages
from core import clock
from core.authz import Permission, requires
from core.files import send_stored
from core.screens import asked, cell, form_flow, form_screen, list_screen, record_screen, submitted
from core.submissions import once
from domain.errors import RuleViolation

CRUMB = [{"label": "服务网点", "url": "/outlets"}]
OUTLET = "/outlets/<int(max=2147483647):outlet_id>"


def crumbs(outlet: Outlet) -> list[dict[str, str]]:
    """服务网点 / 东城营业厅"""
    return [*CRUMB, {"label": outlet.name, "url": url_for("registry.outlet", outlet_id=outlet.id)}]


@blueprint.get("/outlets")
@requires(Permission.REGISTRY_READ)
def outlets() -> Response:
    """Outlets with today's hours (F3.1.1, F3.1.2)."""
    filters, by = asked(queries.FILTERS), me()
    found = queries.outlets(chosen_enterprises(), filters)
    today = clock.today()
    expected = {outlet.id: outlet_days.expected(outlet, today) for outlet in found}
    several = len(enterprises(by)) > 1
    actions: list[dict[str, Any]] = [
        {"label": "覆盖情况", "url": url_for("registry.coverage"), "icon": "map"}
    ]
    actions.append({"label": "开门记录", "url": url_for("registry.opening_day"), "icon": "door-open"})
    if Permission.REGISTRY_EDIT in by.permissions:
        new = {"label": "新增网点", "url": url_for("registry.new_outlet"), "icon": "plus-lg", "primary": True}
        actions.insert(0, new)
    return list_screen(
        "服务网点", ["网点", "地址", "营业时间", "电话", ("街道", "num"), "状态"],
        pages.list_rows(found, expected, several), endpoint="registry.outlets", filters=filters,
        clause="F3.1.1",
        controls=[
            *enterprise_control(),
            {"name": "q", "label": "名称、地址"},
            {"name": "kind", "label": "类型", "options": list(queries.OUTLET_KINDS.items())},
            {"name": "state", "label": "状态", "options": list(queries.OUTLET_STATES.items())},
        ],
        actions=actions, empty="还没有登记服务网点。",
        hint="供应区域内至少要有一个服务网点，或者委托银行等代办。",
    )  # fmt: skip


def _form_page(outlet: Outlet | None, **screen: Any) -> Response:
    title = "新增网点" if outlet is None else "修改网点"
    back = url_for("registry.outlets") if outlet is None else url_for("registry.outlet", outlet_id=outlet.id)
    trail = CRUMB if outlet is None else crumbs(outlet)
    return form_screen(title, groups=OUTLET_GROUPS, cancel_url=back, breadcrumb=trail, spans=SPANS, **screen)


@blueprint.route("/outlets/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_outlet() -> Response:
    """A new outlet."""
    organization_id, form = own_organization(), outlet_form(None, queries.areas())

    def act() -> str:
        made = service.create(organization_id, form.details(), by=me(), now=clock.now())
        return url_for("registry.outlet", outlet_id=made.id)

    return submitted(form, lambda **screen: _form_page(None, **screen), act, done="网点已登记。")


@blueprint.route(f"{OUTLET}/edit", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def edit_outlet(outlet_id: int) -> Response:
    """Change an outlet, its hours and streets; what loses coverage is said before it is saved."""
    found = own_or_404(Outlet, outlet_id)
    form: OutletForm = outlet_form(found, queries.areas())

    def act() -> str:
        details, sure = form.details(), bool(form.confirmed.data)
        changes = service.update(found, details, confirmed=sure, by=me(), now=clock.now())
        flash("已保存。" if changes else "内容没有变化。", "success" if changes else "info")
        return url_for("registry.outlet", outlet_id=found.id)

    return submitted(form, lambda **screen: _form_page(found, **screen), act, done="", row=found)


@blueprint.get(OUTLET)
@requires(Permission.REGISTRY_READ)
def outlet(outlet_id: int) -> Response:
    """One outlet: facts, deviations, closures, self-checks, pictures, history."""
    found, today = row_or_404(Outlet, outlet_id), clock.today()
    by = me()
    own = found.organization_id == by.organization_id
    edits, logs = (own and p in by.permissions for p in (Permission.REGISTRY_EDIT, Permission.REGISTRY_LOG))
    year = (today.replace(month=1, day=1), today.replace(month=12, day=31))
    closures = queries.closures_of([found.id], *year).get(found.id, [])
    return record_screen(
        found.name, pages.facts(found), breadcrumb=CRUMB, history=history(found),
        badge=(queries.OUTLET_STATES[found.state], queries.STATE_TONES[found.state]),
        notices=pages.notices(found, today, closures), actions=_actions(found, edits, logs),
        panels=[
            {
                "title": "本年停业安排", "clause": "F3.1.2", "rows": pages.closure_rows(closures),
                "columns": ["日期", "原因", "公告", "公告日期"], "empty": "本年没有停业安排。",
                "actions": _link(logs, "登记停业", "registry.new_closure", found),
            },
            {
                "title": "安全整洁自查", "clause": "F3.1.2",
                "columns": ["日期", "安全", "整洁", "问题", "整改"],
                "rows": pages.check_rows(queries.checks_of(found.id), logs), "empty": "还没有自查记录。",
                "actions": _link(logs, "登记自查", "registry.new_check", found),
            },
            {
                "title": "照片", "columns": ["照片", "说明", "校验值", "上传"], "rows": _photo_rows(found),
                "empty": "还没有照片。", "actions": _link(edits, "上传照片", "registry.new_photo", found),
            },
        ],
    )  # fmt: skip


def _actions(found: Outlet, edits: bool, logs: bool) -> list[dict[str, Any]]:
    here: dict[str, Any] = {"outlet_id": found.id}
    actions: list[dict[str, Any]] = []
    if logs:
        record = {"label": "登记开门关门", "url": url_for("registry.record_opening", **here), "primary": True}
        actions.append(record)
    actions.append({"label": "开门记录", "url": url_for("registry.opening_month", **here)})
    if edits:
        actions.append({"label": "修改", "url": url_for("registry.edit_outlet", **here)})
        actions.append({"label": "停业、撤销", "url": url_for("registry.outlet_state", **here)})
    return actions


def _link(shown: bool, label: str, endpoint: str, found: Outlet) -> list[dict[str, str]]:
    return [{"label": label, "url": url_for(endpoint, outlet_id=found.id)}] if shown else []


def _photo_rows(found: Outlet) -> list[list[Any]]:
    return [
        [
            cell(
                photo.name, url=url_for("registry.photo", photo_id=photo.id), note=PHOTOS.get(photo.shows, "")
            ),
            photo.caption or "—",
            f"…{photo.file.sha256[-12:]}",
            f"{photo.by} {clock.to_local(photo.at):%Y-%m-%d}",
        ]
        for photo in queries.photos_of(found.id)
    ]


@blueprint.route(f"{OUTLET}/state", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def outlet_state(outlet_id: int) -> Response:
    """Suspend, close or open again; the streets that lose their outlet are named before saving (F3.1.1)."""
    found, form = own_or_404(Outlet, outlet_id), StateForm()
    names = {"open": "恢复营业", "suspended": "暂停营业", "closed": "撤销网点"}
    form.state.choices = [(code, name) for code, name in names.items() if code != found.state]
    told = "" if found.state != "open" else service.loss_words(*service.lost_by(found, None, clock.today()))
    groups = [("办理", "F3.1.1", ("state", "reason", *(["confirmed"] if told else [])))]

    def screen(*, refusal: RuleViolation | None = None, **rest: Any) -> Response:
        return form_screen(
            "停业、撤销", groups=groups, cancel_url=url_for("registry.outlet", outlet_id=found.id),
            breadcrumb=crumbs(found), warning="" if refusal else told, refusal=refusal, submit="办理", **rest,
        )  # fmt: skip

    def act() -> str:
        sure = bool(form.confirmed.data)
        service.close(found, form.state.data, form.reason.data, confirmed=sure, by=me(), now=clock.now())
        return url_for("registry.outlet", outlet_id=found.id)

    return submitted(form, screen, act, done="网点状态已更新。")


@blueprint.route(f"{OUTLET}/photos/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_photo(outlet_id: int) -> Response:
    """Upload a picture of the outlet."""
    found, form = own_or_404(Outlet, outlet_id), PhotoForm()
    back = url_for("registry.outlet", outlet_id=found.id)

    def act() -> str:
        service.add_photo(found, form.file.data, form.shows.data, form.caption.data, by=me(), now=clock.now())
        return back

    groups = [("照片", "F3.1.1", ("file", "shows", "caption"))]
    trail = crumbs(found)
    return form_flow("上传照片", form, groups, act, back=back, done="照片已上传。", breadcrumb=trail)


@blueprint.get("/outlet-photos/<int(max=2147483647):photo_id>")
@requires(Permission.REGISTRY_READ)
def photo(photo_id: int) -> Response:
    """A picture as a file."""
    found = row_or_404(OutletPhoto, photo_id)
    if found.file is None:
        abort(404)
    return send_stored(found.file, found.name)
