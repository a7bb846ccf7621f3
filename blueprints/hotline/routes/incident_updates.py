"""停供事件: its updates and their approval, its start and its end."""

from __future__ import annotations

from flask import Response, abort, request, url_for

from blueprints.accounts.sessions import me
from blueprints.hotline.forms.incidents import DecideForm, RestoredForm, UpdateForm, WhyForm
from blueprints.hotline.models import Incident, IncidentUpdate
from blueprints.hotline.routes import blueprint
from blueprints.hotline.routes.incidents import INCIDENT, kept_or_404, page_of
from blueprints.hotline.service import incidents as service
from blueprints.hotline.views import incident_pages as pages
from core import clock
from core.authz import Permission, requires
from core.screens import form_flow, pressed
from core.submissions import once

P = Permission
UPDATE = f"{INCIDENT}/updates/<int(max=2147483647):incident_update_id>"


@blueprint.route(f"{INCIDENT}/updates/new", methods=["GET", "POST"])
@requires(P.INCIDENT_EDIT)
@once
def new_incident_update(incident_id: int) -> Response:
    """A new estimate, cause or script, for approval."""
    found = kept_or_404(incident_id)
    form = UpdateForm(obj=found if request.method != "POST" else None)

    def act() -> str:
        script, cause, reason = (form[name].data or "" for name in ("script", "cause", "reason"))
        given = service.Draft(script, form.estimated_at.data, cause, reason)
        service.draft(found, given, by=me(), now=clock.now())
        return page_of(found)

    groups = [("新的情况", "", ("estimated_at", "cause", "script", "reason"))]
    return form_flow(
        "更新进展", form, groups, act, back=page_of(found), done="更新已提交，待批准。", submit="提交批准",
        breadcrumb=pages.crumbs(found),
    )  # fmt: skip


@blueprint.route(f"{INCIDENT}/restored", methods=["GET", "POST"])
@requires(P.INCIDENT_EDIT)
@once
def restored(incident_id: int) -> Response:
    """Supply is back: the closing text, for approval."""
    found = kept_or_404(incident_id)
    form = RestoredForm(data={"restored_at": clock.now()} if request.method != "POST" else None)

    def act() -> str:
        given = service.Draft(form.script.data or "", restored_at=form.restored_at.data, cause=found.cause)
        service.draft(found, given, by=me(), now=clock.now())
        return page_of(found)

    return form_flow(
        "已恢复供应", form, [("恢复", "", ("restored_at", "script"))], act, back=page_of(found),
        done="恢复告知已提交，批准后各件随事件结案。", submit="提交批准", breadcrumb=pages.crumbs(found),
    )  # fmt: skip


def _update_or_404(found: Incident, update_id: int) -> IncidentUpdate:
    row = next((row for row in found.updates if row.id == update_id), None)
    if row is None:
        abort(404)
    return row


@blueprint.route(f"{UPDATE}/decide", methods=["GET", "POST"])
@requires(P.INCIDENT_APPROVE)
@once
def decide_incident_update(incident_id: int, incident_update_id: int) -> Response:
    """批准或退回: what is to be said stands above the decision."""
    found = kept_or_404(incident_id)
    row, form = _update_or_404(found, incident_update_id), DecideForm()

    def act() -> str:
        approve = form.decision.data == "approve"
        service.decide(row, approve, form.remark.data or "", by=me(), now=clock.now())
        return page_of(found)

    told = pages.telling_text(found, row)
    return form_flow(
        f"审批第 {row.number} 次更新", form, [("决定", "", ("decision", "remark"))], act, back=page_of(found),
        done="已处理。", submit="确定", breadcrumb=pages.crumbs(found), warning=f"诉求人会听到：{told}",
        intro=f"{row.drafted_by.name}起草。" if row.drafted_by_id != me().id else "这是您自己起草的。",
    )  # fmt: skip


@blueprint.post(f"{INCIDENT}/start")
@requires(P.INCIDENT_EDIT)
@once
def start_incident(incident_id: int) -> Response:
    """已开始停供."""
    found = kept_or_404(incident_id)
    back = page_of(found)
    return pressed(lambda: service.start(found, by=me(), now=clock.now()), back, "已标记为进行中。")


@blueprint.route(f"{INCIDENT}/cancel", methods=["GET", "POST"])
@requires(P.INCIDENT_EDIT)
@once
def cancel_incident(incident_id: int) -> Response:
    """取消计划停供."""
    found, form = kept_or_404(incident_id), WhyForm()

    def act() -> str:
        service.cancel(found, form.reason.data or "", by=me(), now=clock.now())
        return page_of(found)

    return form_flow(
        "取消计划停供", form, [("取消", "", ("reason",))], act, back=page_of(found), done="已取消。",
        breadcrumb=pages.crumbs(found),
    )  # fmt: skip


@blueprint.post(f"{INCIDENT}/closing")
@requires(P.INCIDENT_APPROVE)
@once
def go_on_closing(incident_id: int) -> Response:
    """继续结案: the background work again, where it did not come to its end."""
    found = kept_or_404(incident_id)

    def act() -> str:
        job = service.ask_to_close(found, by=me(), now=clock.now())
        return url_for("home.job", job_id=job.id)

    return pressed(act, page_of(found), "已开始。")
