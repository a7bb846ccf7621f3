"""One step on a notice: its form in place, the step itself, and every way in which it can be refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from blueprints.notices import queries, service
from blueprints.notices.forms import StepForm, show_refusal
from blueprints.notices.models import Notice
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import NOTICE, me, notice_or_404, site
from blueprints.notices.routes.notice import page_context
from blueprints.notices.service import Printing
from blueprints.notices.service.engine import standing_refusal
from blueprints.notices.workflow import ACTION_NAMES
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation

ACTS = (
    Permission.NOTICE_DRAFT, Permission.NOTICE_REVIEW, Permission.NOTICE_LEGAL, Permission.NOTICE_SIGN,
    Permission.NOTICE_ISSUE, Permission.NOTICE_SERVE, Permission.NOTICE_RECEIVE,
)  # fmt: skip
Verb = Callable[[Notice, str, dict[str, Any]], Printing | None]
PLAIN = ("submit", "withdraw", "archive", "sign_receipt")
REMARKED = ("review", "legal_review", "sign", "send_back", "discard")
ASKS_WHY = frozenset({"send_back", "discard", "void"})
QUESTIONS = {
    "issue": "编号后内容固定，不能再修改。",
    "void": "作废后文号保留，不再使用；已经送达的，请另行告知受送达人。",
    "discard": "撤稿后不能恢复，办理记录保留。",
    "sign_receipt": "签收时间记入送达回证。",
}


def _perform(found: Notice, action: str, remark: str) -> Printing | None:
    act: dict[str, Any] = {"by": me(), "now": clock.now()}
    if action in PLAIN:
        getattr(service, action)(found, **act)
        return None
    if action in REMARKED:
        getattr(service, action)(found, remark, **act)
        return None
    if action == "issue":
        return service.issue(found, site=site(), **act)
    if action == "retry":
        return service.again(found, **act)
    return service.void(found, remark, **act)


@blueprint.route(f"{NOTICE}/do/<any({','.join((*PLAIN, *REMARKED, 'issue', 'retry', 'void'))}):verb>",
                 methods=["GET", "POST"])  # fmt: skip
@requires(*ACTS)
@once
def act(notice_id: int, verb: str) -> Response:
    """The form of a step (GET), or the step (POST). A refusal keeps what was typed."""
    found = notice_or_404(notice_id)
    if found.organization_id != me().organization_id and verb != "sign_receipt":
        abort(404)
    form = StepForm()
    if request.method != "POST":
        return _opened(found, verb, form)
    if not form.validate():
        return _opened(found, verb, form, 422)
    target, label = url_for("notices.notice", notice_id=found.id), found.label
    try:
        with transaction():
            held = queries.locked(notice_id)
            printing = _perform(held, verb, form.remark.data or "")
            label = held.label
            remember(target)
    except (InvalidInput, RuleViolation) as refusal:
        return _opened(notice_or_404(notice_id), verb, form, show_refusal(form, refusal))
    except StaleDataError:
        form.form_errors.append("别人刚刚办理了这份文书，请看过最新情况再办。")
        return _opened(notice_or_404(notice_id), verb, form, 409)
    _tell(label, verb, printing)
    return redirect_to(target)


def _tell(label: str, step: str, printing: Printing | None) -> None:
    """Print what was numbered, outside of the transaction, and say how it went."""
    result = service.print_out(printing, by=me(), now=clock.now()) if printing else None
    if result is not None and result.error:
        flash(f"{label}：编号和内容已经保存，但是文件没有印制成功。{result.error}", "danger")
    else:
        flash(f"{label}：{ACTION_NAMES[step]}，已记录。", "success")


def _opened(found: Notice, step: str, form: StepForm, status: int = 200) -> Response:
    """The notice with the form of the step on top; or why there is none."""
    refused = standing_refusal(found, step, by=me()) if status == 200 else None
    opened = {
        "title": ACTION_NAMES[step],
        "url": url_for("notices.act", notice_id=found.id, verb=step),
        "form": form,
        "asks_why": step in ASKS_WHY,
        "remarked": step in REMARKED or step == "void",
        "question": QUESTIONS.get(step),
        "refused": refused,
    }
    return render(
        "notices/notice.html", "action_panel", status=409 if refused else status, opened=opened,
        **page_context(found),
    )  # fmt: skip
