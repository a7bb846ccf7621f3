"""What the routes of notices share: who is signed in, the notice or 404, pages as pictures."""

from __future__ import annotations

import base64

from flask import abort, current_app, request

from blueprints.accounts.sessions import me
from blueprints.notices import queries
from blueprints.notices.models import Notice, NoticeService
from blueprints.notices.service import printing
from domain.documents import Document

NOTICE = "/notices/<int(max=2147483647):notice_id>"
SERVICE = f"{NOTICE}/services/<int(max=2147483647):service_id>"
MOST_PICTURES = 20


def notice_or_404(notice_id: int) -> Notice:
    """A visible notice; a foreign one does not exist."""
    found = queries.notice_for(notice_id, me())
    if found is None:
        abort(404)
    return found


def own_or_404(notice_id: int) -> Notice:
    """A notice of the own organization; one that was only received is not worked on."""
    found = notice_or_404(notice_id)
    if found.organization_id != me().organization_id:
        abort(404)
    return found


def service_or_404(notice: Notice, service_id: int) -> NoticeService:
    """One addressee of the notice."""
    found = queries.service_of(notice, service_id)
    if found is None:
        abort(404)
    return found


def site() -> str:
    """The address of this deployment, as it is printed in QR codes."""
    return str(current_app.config.get("PUBLIC_URL") or request.url_root).rstrip("/")


def pictures_of(pdf: bytes) -> list[str]:
    """The first pages as addresses of pictures that stand in the page itself."""
    pages = printing.pictures_of(pdf)[:MOST_PICTURES]
    return ["data:image/png;base64," + base64.b64encode(page).decode() for page in pages]


def draft_pictures(document: Document) -> list[str]:
    """The pages of a document that is not stored. Errors: PrintFailed, OSError."""
    return pictures_of(printing.draw(document).pdf)
