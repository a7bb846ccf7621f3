"""复查: planned, recorded, its opinion drafted; what the leader decides where rectification failed (F5.3)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.rectif import (
    EscalateForm,
    RecheckPlanForm,
    recheck_form,
    seen_of,
)
from blueprints.inspection.models import Recheck
from blueprints.inspection.queries import draws
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.rectifications import ONE, crumbs, rectification_or_404, url_of
from blueprints.inspection.service import rechecks as service
from blueprints.inspection.views import rectif_page
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import form_flow, pressed, submitted
from core.submissions import once

CLAUSE = "F5.3"
RECHECK = "/rechecks/<int(max=2147483647):recheck_id>"


def _recheck_or_404(recheck_id: int) -> Recheck:
    found = queries.recheck_or_none(recheck_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.route(f"{ONE}/rechecks/new", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def plan_recheck(rectification_id: int) -> Response:
    """The day and two inspectors."""
    row, form = rectification_or_404(rectification_id), RecheckPlanForm()
    held = draws.certified(row.organization_id, clock.today())
    form.offer([(one.user_id, f"{one.user.name}（{one.number}）") for one in held])

    def act() -> str:
        made = service.plan(row, form.planned_on.data, form.chosen(), by=me(), now=clock.now())
        return url_for("inspection.recheck", recheck_id=made.id)

    return form_flow(
        "安排复查", form, [("复查", CLAUSE, ("planned_on", "first", "second"))], act, back=url_of(row),
        breadcrumb=crumbs(row), done="复查已安排，企业已收到通知。",
        intro="" if len(held) > 1 else "有有效执法证的人员不足两名，请先在“执法证”登记。",
    )  # fmt: skip


@blueprint.route(RECHECK, methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def recheck(recheck_id: int) -> Response:
    """What is not put right yet, one after the other; what was seen of it."""
    made = _recheck_or_404(recheck_id)
    row = made.rectification
    open_ = made.notice_id is None and row.state == "recheck"
    findings = service.left(row) if open_ else []
    form = recheck_form(findings, made.results)
    if not form.is_submitted():
        form["done_on"].data = made.done_on or clock.today()

    def act() -> str:
        seen = seen_of(form, findings)
        service.record(made, form["done_on"].data, seen, by=me(), now=clock.now())
        return url_of(row)

    def shown(**what: Any) -> Response:
        blocks = rectif_page.finding_blocks(row, regulator=True)
        return render(
            "inspection/recheck.html", status=what.get("status", 200), made=made, row=row, open=open_,
            blocks=[b for b in blocks if b["finding"] in findings or str(b["finding"].id) in made.results],
            form=what["form"], refusal=what.get("refusal"), conflict=what.get("conflict"), back=url_of(row),
            verdicts=rectif_page.VERDICTS, breadcrumb=[*crumbs(row), {"label": "复查"}],
        )  # fmt: skip

    return submitted(form, shown, act, done="复查结果已登记，可以拟制复查意见书。")


@blueprint.post(f"{RECHECK}/opinion")
@requires(Permission.FINDING_EDIT)
@once
def recheck_opinion(recheck_id: int) -> Response:
    """Draft the 复查意见书."""
    made = _recheck_or_404(recheck_id)
    back = url_of(made.rectification)

    def act() -> None:
        service.opinion(made, by=me(), now=clock.now())

    return pressed(act, back, "复查意见书已拟稿，请送核稿、签发、编号、送达；送达后已整改的问题自动销号。")


@blueprint.route(f"{ONE}/escalate", methods=["GET", "POST"])
@requires(Permission.FINDING_ESCALATE)
@once
def escalate_rectification(rectification_id: int) -> Response:
    """The leader's decision."""
    row, form = rectification_or_404(rectification_id), EscalateForm()

    def act() -> str:
        service.escalate(row, form.kind.data, form.reason.data, form.basis.data, by=me(), now=clock.now())
        return url_of(row)

    return form_flow(
        "升级处理", form, [("决定", "F7.3", ("kind", "reason", "basis"))], act, back=url_of(row),
        submit="决定", breadcrumb=crumbs(row), done="决定已记下，企业已收到通知。",
        intro="只有违反法律法规的问题可以移送处罚；移送材料按文书链列出。",
    )  # fmt: skip
