"""Hotlines and test calls (F3.4)."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for

from blueprints.accounts.queries_reach import enterprises
from blueprints.registry.forms.services import HotlineForm, TestCallForm
from blueprints.registry.models import Hotline, TestCall
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
from blueprints.registry.service import catalogue as service
from core import clock
from core.authz import Permission, requires
from core.screens import asked, cell, form_flow, list_screen, record_screen
from core.submissions import once
from core.wording import moment_words

CRUMB = [{"label": "服务热线", "url": "/hotlines"}]
FIELDS = ("number", "name", "kind", "hours", "handles", "active")
GROUPS = (("热线", "F3.4", FIELDS),)
HOTLINE = "/hotlines/<int(max=2147483647):hotline_id>"


@blueprint.get("/hotlines")
@requires(Permission.REGISTRY_READ)
def hotlines() -> Response:
    """Telephone numbers with what test calls found."""
    by, filters = me(), asked(("enterprise",))
    found = queries.hotlines(chosen_enterprises())
    tried, several = queries.calls_answered(row.id for row in found), len(enterprises(by)) > 1
    rows: list[list[Any]] = []
    for row in found:
        good, total = tried.get(row.id, (0, 0))
        rows.append(
            [
                cell(row.number, url=url_for("registry.hotline", hotline_id=row.id), note=row.name),
                queries.HOTLINE_KINDS[row.kind],
                row.hours,
                row.handles or "—",
                f"{total} 次，接通 {good} 次" if total else "没有拨测",
                cell("公布", tone="done") if row.active else cell("停用", tone="stopped"),
            ]
        )
        if several:
            rows[-1][1] = cell(rows[-1][1], note=row.organization.name)
    new = {"label": "新增号码", "url": url_for("registry.new_hotline"), "icon": "plus-lg", "primary": True}
    return list_screen(
        "服务热线", ["号码", "用途", "服务时间", "受理内容", "拨测", "状态"], rows,
        endpoint="registry.hotlines",
        filters=filters, controls=enterprise_control(), clause="F3.4", empty="还没有登记服务热线。",
        actions=[new] if Permission.REGISTRY_EDIT in by.permissions else [],
        hint="客户服务热线应当公开，接受用户咨询、求助和投诉。",
    )  # fmt: skip


@blueprint.get(HOTLINE)
@requires(Permission.REGISTRY_READ)
def hotline(hotline_id: int) -> Response:
    """One number with its test calls."""
    found, by = row_or_404(Hotline, hotline_id), me()
    own = found.organization_id == by.organization_id
    here = found.id
    actions: list[dict[str, Any]] = []
    if Permission.REGISTRY_CHECK in by.permissions or (own and Permission.REGISTRY_LOG in by.permissions):
        url = url_for("registry.new_call", hotline_id=here)
        actions.append({"label": "登记拨测", "url": url, "primary": True})
    if own and Permission.REGISTRY_EDIT in by.permissions:
        actions.append({"label": "修改", "url": url_for("registry.edit_hotline", hotline_id=here)})
    facts = [
        {"label": "名称", "value": found.name},
        {"label": "用途", "value": queries.HOTLINE_KINDS[found.kind]},
        {"label": "服务时间", "value": found.hours},
        {"label": "受理内容", "value": found.handles},
    ]
    panel = {
        "title": "拨测记录", "clause": "F3.4.1", "columns": ["时间", "接通", "等待", "一站式解答", "情况"],
        "rows": [_call_row(call) for call in queries.test_calls(here)], "empty": "还没有拨测记录。",
    }  # fmt: skip
    return record_screen(
        found.number, facts, panels=[panel], breadcrumb=CRUMB, history=history(found), actions=actions,
        badge=("公布", "done") if found.active else ("停用", "stopped"),
    )  # fmt: skip


def _call_row(call: TestCall) -> list[Any]:
    told = {True: cell("都答清楚", tone="done"), False: cell("没有答清楚", tone="overdue")}
    return [
        cell(moment_words(call.called_at), note=call.by),
        cell("接通", tone="done") if call.answered else cell("未接通", tone="overdue"),
        f"{call.wait_seconds} 秒" if call.wait_seconds is not None else "—",
        told[call.one_stop] if call.one_stop is not None else "—",
        call.remark or "—",
    ]


def _saved(form: HotlineForm, found: Hotline | None, organization_id: int) -> str:
    values = {name: form[name].data for name in FIELDS}
    made = service.save_hotline(organization_id, found, values, by=me(), now=clock.now())
    return url_for("registry.hotline", hotline_id=made.id)


@blueprint.route("/hotlines/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_hotline() -> Response:
    """A new number."""
    organization_id, form = own_organization(), HotlineForm()
    return form_flow(
        "新增号码", form, GROUPS, lambda: _saved(form, None, organization_id),
        back=url_for("registry.hotlines"),
        done="号码已登记。", breadcrumb=CRUMB,
    )  # fmt: skip


@blueprint.route(f"{HOTLINE}/edit", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def edit_hotline(hotline_id: int) -> Response:
    """Change a number."""
    found = own_or_404(Hotline, hotline_id)
    form, back = HotlineForm(obj=found), url_for("registry.hotline", hotline_id=found.id)
    return form_flow(
        "修改号码", form, GROUPS, lambda: _saved(form, found, found.organization_id), back=back, row=found,
        done="已保存。", breadcrumb=[*CRUMB, {"label": found.number, "url": back}],
    )  # fmt: skip


@blueprint.route(f"{HOTLINE}/calls/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG, Permission.REGISTRY_CHECK)
@once
def new_call(hotline_id: int) -> Response:
    """Enter a test call; the regulator rings too."""
    found, form = row_or_404(Hotline, hotline_id), TestCallForm(data={"called_at": clock.now()})
    back = url_for("registry.hotline", hotline_id=found.id)

    def act() -> str:
        told = {"1": True, "0": False}.get(form.one_stop.data or "")
        service.add_call(
            found, form.called_at.data, answered=form.answered.data == "1",
            wait_seconds=form.wait_seconds.data,
            one_stop=told, remark=form.remark.data, by=me(), now=clock.now(),
        )  # fmt: skip
        return back

    groups = [("拨测", "F3.4", ("called_at", "answered", "wait_seconds", "one_stop", "remark"))]
    trail = [*CRUMB, {"label": found.number, "url": back}]
    return form_flow("登记拨测", form, groups, act, back=back, done="拨测已登记。", breadcrumb=trail)
