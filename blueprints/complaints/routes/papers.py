"""Official documents about a case: which there are, and drafting one with everything filled in."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, request, url_for

from blueprints.complaints.queries_case import CaseFile
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import CASE, file_or_404, me
from blueprints.complaints.service import noticing
from blueprints.notices import queries as notices
from blueprints.notices.workflow import STATE_NAMES, STATE_TONES
from blueprints.rulebook.service import pinned
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import RuleViolation
from domain.notice_kinds import kind


def _page(file: CaseFile, status: int = 200, refused: RuleViolation | None = None) -> Response:
    case, may_draft = file.case, Permission.NOTICE_DRAFT in me().permissions
    return render(
        "complaints/papers.html",
        block="papers",
        status=status,
        case=case,
        papers=[_row(n) for n in notices.of_subject(noticing.SUBJECT, case.id) if _visible(n)],
        offered=[(of, why) for of, why in noticing.offered(case, me())] if may_draft else [],
        refused=refused,
        breadcrumb=[
            {"label": "诉求件", "url": url_for("complaints.cases")},
            {"label": case.number, "url": url_for("complaints.case", case_id=case.id)},
            {"label": "文书"},
        ],
    )


def _visible(notice: Any) -> bool:
    return Permission.NOTICE_READ in me().permissions and notices.notice_for(notice.id, me()) is not None


def _row(notice: Any) -> dict[str, Any]:
    return {
        "url": url_for("notices.notice", notice_id=notice.id),
        "label": notice.number_text or kind(notice.kind).name,
        "name": kind(notice.kind).name,
        "state": STATE_NAMES[notice.state],
        "tone": STATE_TONES.get(notice.state, "open"),
    }


@blueprint.get(f"{CASE}/papers")
@requires(Permission.CASE_READ)
def papers(case_id: int) -> Response:
    """Documents of the case (loaded beside its page; a page of its own without scripts)."""
    return _page(file_or_404(case_id))


@blueprint.post(f"{CASE}/papers")
@requires(Permission.NOTICE_DRAFT)
@once
def draft_paper(case_id: int) -> Response:
    """Draft a document of the chosen kind; the person goes on in its editor."""
    file, code = file_or_404(case_id), request.form.get("kind", "")[:32]
    if code not in noticing.READY:
        abort(404)
    try:
        with transaction():
            rules = pinned(file.case.ruleset_version_id)
            made = noticing.draft_about(file.case, code, rules, by=me(), now=clock.now())
            target = url_for("notices.edit", notice_id=made.id)
            remember(target)
    except RuleViolation as refused:
        return _page(file_or_404(case_id), 409, refused)
    flash(f"已起草{kind(code).name}，请核对系统填入的内容。", "success")
    return redirect_to(target)
