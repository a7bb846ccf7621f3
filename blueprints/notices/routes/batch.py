"""Many notices at once: signed, numbered and printed one after the other; one file for the printer."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, flash, request, send_file, url_for

from blueprints.notices import queries, service
from blueprints.notices.models import Notice
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import me, site, stored_bytes
from blueprints.notices.routes.notice import stored_file
from blueprints.notices.service import printing
from blueprints.notices.service.engine import record_print
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind

MOST = 20
STEPS = {"sign": "签发", "issue": "编号印制"}


def _ticked() -> list[int]:
    """Ids as they were sent; what no row can have is left out."""
    given = dict.fromkeys(request.values.getlist("id"))
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) < 10]


def _back(message: str) -> Response:
    flash(message, "warning")
    return redirect_to(url_for("notices.notices"), saved=False)


@blueprint.post("/notices/batch")
@requires(Permission.NOTICE_SIGN, Permission.NOTICE_ISSUE)
def batch() -> Response:
    """Sign or number each ticked notice in a transaction of its own; what is refused says why."""
    step, ids = request.form.get("step", ""), _ticked()
    if step not in STEPS:
        return _back("请选择要办的步骤。")
    if not ids or len(ids) > MOST:
        return _back(f"请勾选 1 到 {MOST} 份文书。")
    known = [row.id for row in queries.by_ids(ids, me())]
    results = [_one(notice_id, step) for notice_id in sorted(known)]
    done: Any = [r["id"] for r in results if not r["refused"]]
    return render(
        "notices/batch.html", step=STEPS[step], results=results, done=len(done),
        print_url=url_for("notices.print_many", id=done, copies="all") if step == "issue" and done else None,
        next_url=url_for("notices.notices", state={"sign": "signed", "issue": "issued"}[step]),
        breadcrumb=[{"label": "文书", "url": url_for("notices.notices")}, {"label": f"批量{STEPS[step]}"}],
    )  # fmt: skip


def _one(notice_id: int, step: str) -> dict[str, Any]:
    """One notice: (id, label, why it was refused or not printed)."""
    waiting: printing.Printing | None = None
    label, refused = str(notice_id), ""
    try:
        with transaction():
            held = queries.locked(notice_id)
            label = held.label
            if step == "sign":
                service.sign(held, by=me(), now=clock.now())
            else:
                waiting = service.issue(held, site=site(), by=me(), now=clock.now())
            label = held.label
    except (InvalidInput, RuleViolation) as refusal:
        refused = refusal.message
    if waiting is not None:
        refused = service.print_out(waiting, by=me(), now=clock.now()).error
    return {"id": notice_id, "label": label, "refused": refused,
            "url": url_for("notices.notice", notice_id=notice_id)}  # fmt: skip


def _copies(row: Notice) -> list[bytes]:
    """The printed bytes once, or as often as the kind has copies (送达、存档) when they are asked for."""
    kept = stored_file(row)
    times = max(1, len(kind(row.kind).copies)) if request.args.get("copies") == "all" else 1
    return [stored_bytes(kept.sha256)] * times if kept else []


@blueprint.get("/notices/print.pdf")
@requires(Permission.NOTICE_READ)
def print_many() -> Response:
    """The printed files of the ticked notices in one, by number, ready for both sides of the paper."""
    ids = _ticked()
    if not ids or len(ids) > MOST:
        return _back(f"请勾选 1 到 {MOST} 份已经印制的文书。")
    found = [row for row in queries.by_ids(ids, me()) if stored_file(row) is not None]
    if not found:
        return _back("勾选的文书都还没有印制。")
    whole = printing.merged([part for row in found for part in _copies(row)], duplex=True)
    record_print(me(), [row.number_text for row in found], now=clock.now())
    name = f"文书-{clock.to_local(clock.now()):%Y%m%d-%H%M}.pdf"
    return send_file(io.BytesIO(whole), mimetype="application/pdf", as_attachment=True, download_name=name)
