"""What an enterprise answers, and what the regulator says to it: measures, objections, more time (F5.3)."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.findings import uploads
from blueprints.inspection.forms.rectif import (
    ExtensionForm,
    ObjectionForm,
    PleaForm,
    done_of,
    judge_form,
    judged_of,
    measures_form,
)
from blueprints.inspection.models import Rectification
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.findings import FINDING, finding_or_404
from blueprints.inspection.routes.rectifications import ONE, crumbs, rectification_or_404, url_of
from blueprints.inspection.service import rectif_answers as service
from blueprints.inspection.service.rectif_events import owed
from blueprints.inspection.views import finding_page, rectif_page
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render
from core.screens import form_flow, submitted
from core.submissions import once

CLAUSE = "F5.3"


@blueprint.route(f"{ONE}/measures", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
@once
def rectification_measures(rectification_id: int) -> Response:
    """What was done about each finding: kept as a draft, or handed in all together."""
    row = rectification_or_404(rectification_id)
    findings = owed(row)
    form = measures_form(findings)
    send = bool(request.form.get("send"))

    def act() -> str:
        service.keep(row, done_of(form, findings), by=me(), now=clock.now())
        if send:
            service.submit(row, by=me(), now=clock.now())
            return url_of(row)
        return f"{url_of(row)}/measures"

    def shown(**what: Any) -> Response:
        return _measures(row, **what)

    done = "整改情况已报送，等待审核。" if send else "草稿已保存，还没有报送。"
    return submitted(form, shown, act, done=done)


def _measures(row: Rectification, *, form: Any, status: int = 200, **what: Any) -> Response:
    findings = owed(row)
    drafts = {one.id: service.draft_of(one) for one in findings}
    kept = {
        one.id: [finding_page.card(file) for file in service.proofs(draft)] if draft else []
        for one in findings
        for draft in (drafts[one.id],)
    }
    returned = {
        one.id: next((m.verdict_words for m in reversed(one.measures) if m.verdict == "returned"), "")
        for one in findings
    }
    return render(
        "inspection/rectif_measures.html", status=status, row=row, findings=findings, form=form, kept=kept,
        returned=returned, refusal=what.get("refusal"), conflict=what.get("conflict"),
        chip=rectif_page.chip(row, now=clock.now(), calendar=load_calendar()),
        breadcrumb=[*crumbs(row), {"label": "整改情况"}], back=url_of(row),
    )  # fmt: skip


@blueprint.route(f"{ONE}/judge", methods=["GET", "POST"])
@requires(Permission.FINDING_DECIDE)
@once
def judge_rectification(rectification_id: int) -> Response:
    """Accept or return each measure."""
    row = rectification_or_404(rectification_id)
    findings = service.waiting(row)
    form = judge_form(findings)

    def act() -> str:
        days = form["days"].data or service.USUAL_RETURN_DAYS
        service.judge(row, judged_of(form, findings), days, by=me(), now=clock.now())
        return url_of(row)

    def shown(**what: Any) -> Response:
        blocks = [b for b in rectif_page.finding_blocks(row, regulator=True) if b["finding"] in findings]
        return render(
            "inspection/rectif_judge.html", status=what.get("status", 200), row=row, blocks=blocks,
            form=what["form"], refusal=what.get("refusal"), conflict=what.get("conflict"), back=url_of(row),
            breadcrumb=[*crumbs(row), {"label": "审核整改情况"}],
        )  # fmt: skip

    return submitted(form, shown, act, done="审核意见已记下，企业已收到通知。")


@blueprint.route(f"{FINDING}/objection", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
@once
def object_finding(finding_id: int) -> Response:
    """陈述申辩 to one finding."""
    row, form = finding_or_404(finding_id), ObjectionForm()
    if row.rectification is None:
        abort(404)
    back = url_of(row.rectification)

    def act() -> str:
        given = uploads(form.files)
        service.objecting(row, form.reason.data, given, by=me(), now=clock.now())
        return back

    return form_flow(
        "陈述申辩", form, [("陈述申辩", CLAUSE, ("reason", "files"))], act, back=back, submit="提出",
        breadcrumb=crumbs(row.rectification), intro=f"{row.number}　{row.title}",
        done="陈述申辩已提出，主管部门答复后会通知您；整改期限照常计算。",
    )  # fmt: skip


@blueprint.route(f"{ONE}/extension", methods=["GET", "POST"])
@requires(Permission.FINDING_ANSWER)
@once
def extend_rectification(rectification_id: int) -> Response:
    """Ask for more workdays."""
    row, form = rectification_or_404(rectification_id), ExtensionForm()

    def act() -> str:
        service.ask_time(row, form.days.data, form.reason.data, by=me(), now=clock.now())
        return url_of(row)

    return form_flow(
        "申请延期", form, [("延期", CLAUSE, ("days", "reason"))], act, back=url_of(row), submit="提出申请",
        breadcrumb=crumbs(row), done="延期申请已提出；答复以前，原来的期限照常计算。",
    )  # fmt: skip


@blueprint.route("/pleas/<int(max=2147483647):plea_id>", methods=["GET", "POST"])
@requires(Permission.FINDING_DECIDE)
@once
def decide_plea(plea_id: int) -> Response:
    """Answer an objection or a request for more time."""
    plea = queries.plea_or_none(plea_id, me())
    if plea is None:
        abort(404)
    row = plea.rectification
    form = PleaForm(data={"days": plea.days or None})
    names = ("decision", "days", "words") if plea.kind == "extension" else ("decision", "words")
    if plea.kind != "extension":
        del form.days

    def act() -> str:
        days = form.days.data if plea.kind == "extension" else None
        service.decide(plea, form.decision.data, form.words.data, days, by=me(), now=clock.now())
        return url_of(row)

    about = f"{plea.finding.number}　{plea.finding.title}" if plea.finding else f"延长 {plea.days} 个工作日"
    return form_flow(
        f"答复{service.PLEAS[plea.kind]}", form, [("答复", CLAUSE, names)], act, back=url_of(row),
        submit="答复", breadcrumb=crumbs(row), intro=f"{row.enterprise.name}：{about}。理由：{plea.reason}",
        done="已答复，企业已收到通知。",
    )  # fmt: skip
