"""The page of one notice, its pages as pictures, its files."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

from flask import Response, abort, current_app, send_file, url_for

from blueprints.notices.models import Notice
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import (
    NOTICE,
    SERVICE,
    draft_pictures,
    me,
    notice_or_404,
    own_or_404,
    pictures_of,
    service_or_404,
)
from blueprints.notices.service import options
from blueprints.notices.service.composing import document
from blueprints.notices.service.printing import INTERRUPTED, PrintFailed, draw, stored
from blueprints.notices.service.proving import proof_of
from blueprints.notices.views import notice_page
from blueprints.notices.views.register_page import state_view
from blueprints.notices.workflow import State
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.files import StoredFile, send_stored
from core.htmx import render
from domain.documents import Document, Watermark, document_of
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind


def page_context(found: Notice) -> dict[str, Any]:
    """What the page of a notice shows, also where a form opened on it."""
    by, now, calendar = me(), clock.now(), load_calendar()
    about = kind(found.kind)
    own = found.organization_id == by.organization_id
    return {
        "notice": found,
        "about": about,
        "own": own,
        "state": state_view(found),
        "actions": notice_page.actions(found, options(found, by)),
        "facts": notice_page.facts(found),
        "ground": notice_page.ground(found),
        "people": notice_page.people(found) if own else [],
        "trust": notice_page.trust(found),
        "services": notice_page.services(found, by, now=now, calendar=calendar),
        "timeline": notice_page.timeline(found, by),
        "trouble": trouble(found) if own else "",
        "file_url": url_for("notices.file", notice_id=found.id) if stored_file(found) else None,
        "preview_url": url_for("notices.preview", notice_id=found.id),
        "paper_url": url_for("notices.paper", notice_id=found.id) if found.signed_at else None,
        "breadcrumb": [
            {"label": "文书", "url": url_for("notices.notices")},
            {"label": found.label, "url": url_for("notices.notice", notice_id=found.id)},
        ],
    }


@blueprint.get(NOTICE)
@requires(Permission.NOTICE_READ)
def notice(notice_id: int) -> Response:
    """One notice: next step, facts, addressees, pages, history."""
    return render("notices/notice.html", **page_context(notice_or_404(notice_id)))


def trouble(found: Notice) -> str:
    """Why there is no printed file though the notice has its number; empty otherwise."""
    if found.state == State.NUMBERED or (found.voided_at and found.print_error):
        return found.print_error or INTERRUPTED
    return ""


def stored_file(found: Notice) -> StoredFile | None:
    """The printed bytes that are given out: the issued ones, or the copy that says 作废."""
    return found.void_pdf if found.voided_at else found.pdf


@blueprint.get(f"{NOTICE}/file.pdf")
@requires(Permission.NOTICE_READ)
def file(notice_id: int) -> Response:
    """The printed notice; of a void one the copy that says so."""
    found = notice_or_404(notice_id)
    kept = stored_file(found)
    if kept is None:
        abort(404)
    stored(kept.sha256)
    mark = "（作废）" if found.voided_at else ""
    return send_stored(kept, f"{found.number_text or kind(found.kind).name}{mark}.pdf")


@blueprint.get(f"{NOTICE}/preview")
@requires(Permission.NOTICE_READ)
def preview(notice_id: int) -> Response:
    """The pages as pictures: of the stored bytes, or of the draft as it is saved."""
    found = notice_or_404(notice_id)
    pictures, problem = pages_of(found)
    return render(
        "notices/preview.html", "pages", notice=found, pictures=pictures, problem=problem,
        breadcrumb=[
            {"label": "文书", "url": url_for("notices.notices")},
            {"label": found.label, "url": url_for("notices.notice", notice_id=found.id)},
            {"label": "预览", "url": url_for("notices.preview", notice_id=found.id)},
        ],
    )  # fmt: skip


def pages_of(found: Notice) -> tuple[list[str], str]:
    """(pictures, what stands in the way)."""
    kept = stored_file(found)
    try:
        if kept is not None:
            return pictures_of(stored(kept.sha256)), ""
        return draft_pictures(_unprinted(found)), ""
    except (InvalidInput, RuleViolation) as refused:
        return [], refused.message
    except (PrintFailed, OSError) as failure:
        current_app.logger.warning("no preview of notice %s: %s", found.id, failure)
        return [], f"现在不能预览：{failure}"


def _unprinted(found: Notice) -> Document:
    """What was frozen without being printed, or the draft as it stands; never without its mark."""
    if found.content is None:
        return document(found, watermark=Watermark.DRAFT)
    mark = Watermark.VOID if found.voided_at else Watermark.DRAFT
    return replace(document_of(dict(found.content)), watermark=mark)


@blueprint.get(f"{SERVICE}/proof.pdf")
@requires(Permission.NOTICE_READ)
def proof(notice_id: int, service_id: int) -> Response:
    """送达回证 of one addressee, to be signed on paper or kept with what is recorded."""
    found = own_or_404(notice_id)
    try:
        printed = draw(proof_of(found, service_or_404(found, service_id)))
    except (PrintFailed, OSError) as failure:
        raise RuleViolation(f"现在印不出送达回证：{failure}", None, "请稍后再试。") from failure
    return _pdf(printed.pdf, f"送达回证-{found.label}.pdf")


def _pdf(data: bytes, name: str) -> Response:
    answer = send_file(io.BytesIO(data), mimetype="application/pdf", as_attachment=True, download_name=name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.get(f"{SERVICE}/receipt")
@requires(Permission.NOTICE_READ)
def receipt(notice_id: int, service_id: int) -> Response:
    """The scanned receipt of one addressee."""
    found = own_or_404(notice_id)
    row = service_or_404(found, service_id)
    if row.receipt is None:
        abort(404)
    return send_stored(row.receipt, row.receipt_name or "送达回证")
