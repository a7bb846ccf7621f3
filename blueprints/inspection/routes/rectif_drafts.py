"""Notices drafted from chosen findings, and the second notice after a recheck that failed (F5.3, F7.3)."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for

from blueprints.accounts.queries import organization_by_code
from blueprints.accounts.sessions import me
from blueprints.inspection.forms.findings import NoticeForm
from blueprints.inspection.models import Finding, Rectification
from blueprints.inspection.queries import findings as queries
from blueprints.inspection.queries import rectifications
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.rectifications import crumbs, rectification_or_404
from blueprints.inspection.service import rectifying as service
from blueprints.inspection.workflow import BASIS_KINDS, NOTICE_KINDS
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import cell, list_screen, submitted
from core.submissions import once

CLAUSE = "F5.3"
DEMANDS = "请你单位立即停止上述行为，查明原因，落实责任，按期改正，并防止再次发生。"
CONSEQUENCE = "逾期不整改或者整改不到位的，将依法移送有权机关处理。"
HOPES = "请逐项分析原因，明确责任人和完成日期，完善制度，防止同类问题再次发生。"


def _defaults() -> dict[str, Any]:
    by = me()
    last = rectifications.last_values(by.organization_id or 0, NOTICE_KINDS["order"])
    return {
        "demands": DEMANDS, "consequence": CONSEQUENCE, "hopes": HOPES,
        "reconsideration": last.get("reconsideration_body", ""), "court": last.get("litigation_court", ""),
        "contact": by.name, "phone": by.organization.hotline if by.organization else "",
        "address": last.get("contact_address", ""),
    }  # fmt: skip


@blueprint.route("/rectifications/new", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def new_rectification() -> Response:
    """Choose the findings of one enterprise; statute is ordered, the rest is asked for."""
    code = request.args.get("enterprise", "")[:40]
    enterprise = organization_by_code(code) if code.isprintable() else None
    own = me().organization_id or 0
    if enterprise is None:
        return _enterprises(own)
    rows = queries.to_notice(own, enterprise.id)
    data = _defaults() | {"findings": [one.id for one in rows]}
    form = NoticeForm(data=data)
    form.findings.choices = [(one.id, one.title) for one in rows]

    def act() -> str:
        chosen = [one for one in rows if one.id in set(form.findings.data or ())]
        made = service.draft(chosen, form.asked(), by=me(), now=clock.now())
        if len(made) == 1:
            return f"/notices/{made[0].notice_id}"
        return url_for("inspection.rectifications", enterprise=enterprise.code, state="drafted")

    def shown(**what: Any) -> Response:
        return _form(rows, enterprise.name, "拟制通知书", url_for("inspection.findings"), **what)

    return submitted(form, shown, act, done="通知书已拟稿，请核对后送核稿、签发、编号、送达。")


def _enterprises(organization_id: int) -> Response:
    """Enterprises with findings that wait for a notice."""
    found = [
        [cell(one.name, url=url_for("inspection.new_rectification", enterprise=one.code)), str(count)]
        for one, count in queries.awaiting_notice(organization_id)
    ]
    return list_screen(
        "拟制通知书", ["企业", ("待发通知的问题", "num")], found, endpoint="inspection.new_rectification",
        empty="没有待发通知的问题。", hint="登记问题以后，在这里选择企业和问题拟制通知书。", clause=CLAUSE,
        intro="一份通知书只发给一家企业，请先选择企业。",
    )  # fmt: skip


def _form(
    rows: list[Finding], enterprise: str, title: str, back: str, *, form: NoticeForm, status: int = 200,
    **what: Any,
) -> Response:  # fmt: skip
    return render(
        "inspection/rectif_new.html", status=status, form=form, rows=rows, enterprise=enterprise,
        title=title, back=back, refusal=what.get("refusal"), conflict=what.get("conflict"),
        bases=BASIS_KINDS, breadcrumb=[*crumbs(), {"label": title}],
        kinds=any(one.basis_kind == "statute" for one in rows),
        others=any(one.basis_kind != "statute" for one in rows),
    )  # fmt: skip


@blueprint.route("/rectifications/<int(max=2147483647):rectification_id>/second", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def second_rectification(rectification_id: int) -> Response:
    """第二次通知书 for what is not put right."""
    row = rectification_or_404(rectification_id)
    rows = [one for one in row.findings if one.state not in ("closed", "withdrawn")]
    form = NoticeForm(data=_defaults() | {"kind": row.kind})
    del form.findings
    del form.kind

    def act() -> str:
        made = service.second(row, _asked(form, row), by=me(), now=clock.now())
        return f"/notices/{made.notice_id}"

    def shown(**what: Any) -> Response:
        back = url_for("inspection.rectification", rectification_id=row.id)
        return _form(rows, row.enterprise.name, "拟制第二次通知书", back, **what)

    return submitted(form, shown, act, done="第二次通知书已拟稿。")


def _asked(form: NoticeForm, row: Rectification) -> service.Asked:
    return service.Asked(
        kind=row.kind, order_days=form.order_days.data or 15, request_days=form.request_days.data or 10,
        demands=form.demands.data, consequence=form.consequence.data, hopes=form.hopes.data,
        reconsideration=form.reconsideration.data, court=form.court.data, contact=form.contact.data,
        phone=form.phone.data, address=form.address.data,
    )  # fmt: skip
