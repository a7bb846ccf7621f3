"""Written systems with their versions, commitments with records against them (F3.3.3, F3.4.2)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries_reach import enterprises
from blueprints.registry.forms.services import CommitmentForm, CommitmentRecordForm, RepealForm, SystemForm
from blueprints.registry.models import Commitment, WrittenSystem
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
from blueprints.registry.service import promises as service
from blueprints.registry.views import promise_pages as pages
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.files import send_stored
from core.screens import asked, cell, form_flow, list_screen, record_screen
from core.submissions import once
from core.wording import moment_words
from domain.commitments import duration_words, promise_words
from domain.written_systems import BY_CODE

SYSTEMS = [{"label": "管理制度", "url": "/systems"}]
PROMISES = [{"label": "服务承诺", "url": "/commitments"}]
VERSION_HEADS = ("版本", "施行日期", "印发", "登记")
FIELDS = ("name", "sense", "amount", "unit", "source", "active")


def _shown() -> Organization:
    """The enterprise whose systems are shown: the own one, or the one asked for, or the first."""
    found = enterprises(me())
    asked_for = request.args.get("enterprise", "")
    chosen = next((row for row in found if row.code == asked_for), found[0] if found else None)
    if chosen is None:
        abort(404)
    return chosen


@blueprint.get("/systems")
@requires(Permission.REGISTRY_READ)
def systems() -> Response:
    """The systems that the rules ask for; the missing ones are red."""
    shown, by = _shown(), me()
    may_edit = Permission.REGISTRY_EDIT in by.permissions and shown.id == by.organization_id
    rows = pages.system_rows(shown, queries.systems_of(shown.id), clock.today(), may_edit)
    several = enterprise_control()
    return list_screen(
        f"管理制度：{shown.name}" if several else "管理制度",
        ["制度", "依据", "现行版本", "施行日期", "状态"], rows,
        endpoint="registry.systems", filters=asked(("enterprise",)), controls=several, clause="F3.3.3",
        empty="没有要求的制度。",
    )  # fmt: skip


@blueprint.route("/systems/<system_code>/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_system(system_code: str) -> Response:
    """A new version of a written system."""
    organization_id = own_organization()
    if system_code not in BY_CODE:
        abort(404)
    system = BY_CODE[system_code]
    form = SystemForm(data={"title": system.name, "effective_on": clock.today()})

    def act() -> str:
        made = service.add_version(
            organization_id, system_code, title=form.title.data, body=form.body.data, upload=form.file.data,
            effective_on=form.effective_on.data, adopted=form.adopted.data, by=me(), now=clock.now(),
        )  # fmt: skip
        return url_for("registry.system", system_id=made.id)

    groups = [("新版本", system.clause, ("title", "effective_on", "adopted", "body", "file"))]
    return form_flow(
        f"登记{system.name}", form, groups, act, back=url_for("registry.systems"), done="制度已登记。",
        breadcrumb=SYSTEMS, spans={"effective_on": 6, "adopted": 6},
    )  # fmt: skip


@blueprint.get("/systems/<int(max=2147483647):system_id>")
@requires(Permission.REGISTRY_READ)
def system(system_id: int) -> Response:
    """One version with its text, and the other versions."""
    found, by = row_or_404(WrittenSystem, system_id), me()
    named = BY_CODE[found.code]
    others = [row for row in queries.systems_of(found.organization_id) if row.code == found.code]
    own = found.organization_id == by.organization_id and Permission.REGISTRY_EDIT in by.permissions
    actions = []
    if own:
        new = url_for("registry.new_system", system_code=found.code)
        actions.append({"label": "登记新版本", "url": new, "primary": True})
        if others[0].id == found.id and found.repealed_on is None:
            actions.append({"label": "废止", "url": url_for("registry.repeal_system", system_id=found.id)})
    if found.file_id:
        url = url_for("registry.system_file", system_id=found.id)
        actions.append({"label": "下载文件", "url": url, "icon": "download"})
    panels: list[dict[str, Any]] = [
        {"title": "全文", "text": found.body or f"见文件：{found.file_name}"},
        {"title": "各个版本", "columns": VERSION_HEADS, "rows": pages.version_rows(others)},
    ]
    return record_screen(
        f"{named.name}（第{found.number}版）", pages.system_facts(found), panels=panels, breadcrumb=SYSTEMS,
        history=history(found), clause=named.clause, actions=actions,
    )  # fmt: skip


@blueprint.get("/systems/<int(max=2147483647):system_id>/file")
@requires(Permission.REGISTRY_READ)
def system_file(system_id: int) -> Response:
    """The file of a version."""
    found = row_or_404(WrittenSystem, system_id)
    if found.file is None:
        abort(404)
    return send_stored(found.file, found.file_name)


@blueprint.route("/systems/<int(max=2147483647):system_id>/repeal", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def repeal_system(system_id: int) -> Response:
    """The last version ends."""
    found, form = own_or_404(WrittenSystem, system_id), RepealForm()
    back = url_for("registry.system", system_id=found.id)

    def act() -> str:
        service.repeal(found, form.repealed_on.data, by=me(), now=clock.now())
        return back

    named = BY_CODE[found.code]
    groups = [("废止", named.clause, ("repealed_on",))]
    trail = [*SYSTEMS, {"label": named.name, "url": back}]
    return form_flow("废止制度", form, groups, act, back=back, done="已登记废止。", breadcrumb=trail)


@blueprint.get("/commitments")
@requires(Permission.REGISTRY_READ)
def commitments() -> Response:
    """Promises with how often they were kept."""
    by, filters, ids = me(), asked(("enterprise",)), chosen_enterprises()
    found = queries.commitments(ids)
    tally, names = queries.records_kept(row.id for row in found), queries.organizations(ids)
    rows = [
        [
            cell(
                row.name, url=url_for("registry.commitment", commitment_id=row.id),
                note=names[row.organization_id].name if len(ids) > 1 else "",
            ),
            promise_words(row.sense, row.amount, row.unit),
            row.source,
            pages.kept_cell(tally.get(row.id)),
            cell("执行中", tone="done") if row.active else cell("停止", tone="stopped"),
        ]
        for row in found
    ]  # fmt: skip
    new = {"label": "新增承诺", "url": url_for("registry.new_commitment"), "primary": True, "icon": "plus-lg"}
    return list_screen(
        "服务承诺", ["承诺事项", "承诺值", "来源", "兑现情况", "状态"], rows, endpoint="registry.commitments",
        filters=filters, controls=enterprise_control(), clause="F3.3.3", empty="还没有登记服务承诺。",
        actions=[new] if Permission.REGISTRY_EDIT in by.permissions else [],
    )  # fmt: skip


def _saved(form: CommitmentForm, found: Commitment | None, organization_id: int) -> str:
    values = {name: form[name].data for name in FIELDS}
    made = service.save_commitment(organization_id, found, values, by=me(), now=clock.now())
    return url_for("registry.commitment", commitment_id=made.id)


@blueprint.route("/commitments/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def new_commitment() -> Response:
    """A new promise."""
    organization_id, form = own_organization(), CommitmentForm()
    return form_flow(
        "新增承诺", form, [("承诺", "F3.3.3", FIELDS)], lambda: _saved(form, None, organization_id),
        back=url_for("registry.commitments"), done="承诺已登记。", breadcrumb=PROMISES,
        spans={"amount": 6, "unit": 6},
    )  # fmt: skip


@blueprint.route("/commitments/<int(max=2147483647):commitment_id>/edit", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
@once
def edit_commitment(commitment_id: int) -> Response:
    """Change a promise."""
    found = own_or_404(Commitment, commitment_id)
    form, back = CommitmentForm(obj=found), url_for("registry.commitment", commitment_id=found.id)
    return form_flow(
        "修改承诺", form, [("承诺", "F3.3.3", FIELDS)], lambda: _saved(form, found, found.organization_id),
        back=back, row=found, done="已保存。", breadcrumb=[*PROMISES, {"label": found.name, "url": back}],
        spans={"amount": 6, "unit": 6},
    )  # fmt: skip


@blueprint.get("/commitments/<int(max=2147483647):commitment_id>")
@requires(Permission.REGISTRY_READ)
def commitment(commitment_id: int) -> Response:
    """One promise with the records against it."""
    found, by = row_or_404(Commitment, commitment_id), me()
    own = found.organization_id == by.organization_id
    actions: list[dict[str, Any]] = []
    if own and Permission.REGISTRY_LOG in by.permissions:
        url = url_for("registry.new_record", commitment_id=found.id)
        actions.append({"label": "登记一次", "url": url, "primary": True})
    if own and Permission.REGISTRY_EDIT in by.permissions:
        actions.append({"label": "修改", "url": url_for("registry.edit_commitment", commitment_id=found.id)})
    rows = [
        [
            cell(moment_words(row.began_at), note=row.by),
            moment_words(row.done_at) if row.done_at else "—",
            duration_words(row.measured) if row.measured is not None else "—",
            pages.kept_state(row.kept),
            cell(row.place or "—", note=row.remark),
        ]
        for row in queries.records_of(found.id)
    ]
    words = promise_words(found.sense, found.amount, found.unit)
    facts: list[dict[str, Any]] = [
        {"label": "承诺值", "value": words, "clause": "F3.4.2"},
        {"label": "来源", "value": found.source},
        {"label": "兑现", "value": pages.kept_words(queries.records_kept([found.id]).get(found.id))},
    ]
    columns = ["开始", "完成", "用时", "结果", "地点或事项"]
    panels = [{"title": "兑现记录", "columns": columns, "rows": rows, "empty": "还没有记录。"}]
    return record_screen(
        found.name, facts, panels=panels, breadcrumb=PROMISES, history=history(found), actions=actions
    )


@blueprint.route("/commitments/<int(max=2147483647):commitment_id>/records/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def new_record(commitment_id: int) -> Response:
    """One event measured against a promise."""
    found, form = own_or_404(Commitment, commitment_id), CommitmentRecordForm()
    back = url_for("registry.commitment", commitment_id=found.id)

    def act() -> str:
        service.add_record(
            found, form.began_at.data, form.done_at.data, place=form.place.data, remark=form.remark.data,
            by=me(), now=clock.now(), calendar=load_calendar(),
        )  # fmt: skip
        return back

    words = "开始时间填停供等事件的开始，完成时间填通知的时间。" if found.sense == "ahead" else ""
    return form_flow(
        "登记一次", form, [("记录", "F3.4.2", ("began_at", "done_at", "place", "remark"))], act, back=back,
        done="已登记。", breadcrumb=[*PROMISES, {"label": found.name, "url": back}], intro=words,
    )  # fmt: skip
