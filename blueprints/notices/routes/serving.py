"""送达 and 回复 of one addressee."""

from __future__ import annotations

from flask import Response, flash, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from blueprints.notices import queries, service
from blueprints.notices.forms import AnswerForm, ServeForm, show_refusal
from blueprints.notices.models import Notice, NoticeService
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import SERVICE, me, own_or_404, service_or_404
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation

CHANGED = "别人刚刚办理了这份文书，请看过最新情况再登记。"


@blueprint.route(f"{SERVICE}/serve", methods=["GET", "POST"])
@requires(Permission.NOTICE_SERVE)
@once
def serve(notice_id: int, service_id: int) -> Response:
    """How one addressee was served, with the proof."""
    found = own_or_404(notice_id)
    row = service_or_404(found, service_id)
    method = "electronic" if row.organization_id else "direct"
    form = ServeForm(data={"served_at": clock.now(), "method": method})
    if request.method != "POST":
        return _serve_page(found, row, form)
    if not form.validate():
        return _serve_page(found, row, form, 422)
    target = url_for("notices.notice", notice_id=found.id)
    try:
        with transaction():
            held = queries.locked(notice_id)
            served = service_or_404(held, service_id)
            service.serve(held, served, form.values(), by=me(), now=clock.now(), calendar=load_calendar())
            remember(target)
    except (InvalidInput, RuleViolation, StaleDataError) as refusal:
        again = own_or_404(notice_id)
        return _serve_page(again, service_or_404(again, service_id), form, _refused(form, refusal))
    flash("送达已登记。", "success")
    return redirect_to(target)


def _refused(form: ServeForm | AnswerForm, refusal: InvalidInput | RuleViolation | StaleDataError) -> int:
    if isinstance(refusal, StaleDataError):
        form.form_errors.append(CHANGED)
        return 409
    return show_refusal(form, refusal)


def _serve_page(found: Notice, row: NoticeService, form: ServeForm, status: int = 200) -> Response:
    return render(
        "notices/serve.html", status=status, notice=found, service=row, form=form,
        proof_url=url_for("notices.proof", notice_id=found.id, service_id=row.id),
        breadcrumb=_crumbs(found, "登记送达"),
    )  # fmt: skip


def _crumbs(found: Notice, last: str) -> list[dict[str, str]]:
    return [
        {"label": "文书", "url": url_for("notices.notices")},
        {"label": found.label, "url": url_for("notices.notice", notice_id=found.id)},
        {"label": last},
    ]


@blueprint.route(f"{SERVICE}/answer", methods=["GET", "POST"])
@requires(Permission.NOTICE_SERVE)
@once
def answer(notice_id: int, service_id: int) -> Response:
    """The addressee's answer; its limit ends."""
    found = own_or_404(notice_id)
    row = service_or_404(found, service_id)
    form = AnswerForm(data={"answered_at": clock.now()})
    if request.method != "POST":
        return _answer_page(found, row, form)
    if not form.validate():
        return _answer_page(found, row, form, 422)
    target = url_for("notices.notice", notice_id=found.id)
    try:
        with transaction():
            held = queries.locked(notice_id)
            answered = service_or_404(held, service_id)
            service.record_answer(
                held, answered, form.answer.data, form.answered_at.data, by=me(), now=clock.now()
            )
            remember(target)
    except (InvalidInput, RuleViolation, StaleDataError) as refusal:
        again = own_or_404(notice_id)
        return _answer_page(again, service_or_404(again, service_id), form, _refused(form, refusal))
    flash("回复已登记。", "success")
    return redirect_to(target)


def _answer_page(found: Notice, row: NoticeService, form: AnswerForm, status: int = 200) -> Response:
    return render(
        "notices/answer.html", status=status, notice=found, service=row, form=form,
        breadcrumb=_crumbs(found, "登记回复"),
    )  # fmt: skip
