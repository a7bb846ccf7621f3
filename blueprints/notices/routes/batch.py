"""Many notices at once: signed, numbered and printed one after the other; one file for the printer."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, flash, request, send_file, url_for

from blueprints.notices import queries
from blueprints.notices.jobs import BATCH
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import me, site
from blueprints.notices.routes.notice import stored_file
from blueprints.notices.service import batching
from blueprints.notices.service.batching import AT_ONCE, MOST, STEPS
from blueprints.notices.service.engine import record_print
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.jobs import enqueue
from core.submissions import once, remember


def _ticked() -> list[int]:
    """Ids as they were sent; what no row can have is left out."""
    given = dict.fromkeys(request.values.getlist("id"))
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) < 10]


def _back(message: str) -> Response:
    flash(message, "warning")
    return redirect_to(url_for("notices.notices"), saved=False)


@blueprint.post("/notices/batch")
@requires(Permission.NOTICE_SIGN, Permission.NOTICE_ISSUE)
@once
def batch() -> Response:
    """Sign or number each ticked notice, a few at once, many in the background; what is refused says why."""
    step, ids = request.form.get("step", ""), _ticked()
    if step not in STEPS:
        return _back("请选择要办的步骤。")
    if not ids or len(ids) > MOST:
        return _back(f"请勾选 1 到 {MOST} 份文书。")
    by_id, address = me().id, site()
    known = sorted(row.id for row in queries.by_ids(ids, me()))
    if len(known) > AT_ONCE:
        return _in_background(step, known, address)
    taken = [batching.take(notice_id, step, by_id=by_id, site=address) for notice_id in known]
    done: Any = [one.id for one in taken if not one.refused]
    return render(
        "notices/batch.html", step=STEPS[step], results=[one.as_row() for one in taken], done=len(done),
        print_url=url_for("notices.print_many", id=done, copies="all") if step == "issue" and done else None,
        next_url=url_for("notices.notices", state={"sign": "signed", "issue": "issued"}[step]),
        breadcrumb=[{"label": "文书", "url": url_for("notices.notices")}, {"label": f"批量{STEPS[step]}"}],
    )  # fmt: skip


def _in_background(step: str, ids: list[int], address: str) -> Response:
    title, arguments = f"批量{STEPS[step]} {len(ids)} 份文书", {"step": step, "ids": ids, "site": address}
    with transaction():
        job = enqueue(BATCH, title, arguments, user_id=me().id, now=clock.now())
        target = url_for("home.job", job_id=job.id)
        remember(target)
    return redirect_to(target)


@blueprint.get("/notices/print.pdf")
@requires(Permission.NOTICE_READ)
def print_many() -> Response:
    """The printed files of the ticked notices in one, by number, ready for both sides of the paper."""
    ids = _ticked()
    if not ids or len(ids) > AT_ONCE:
        return _back(f"请勾选 1 到 {AT_ONCE} 份已经印制的文书。")
    found = [row for row in queries.by_ids(ids, me()) if stored_file(row) is not None]
    if not found:
        return _back("勾选的文书都还没有印制。")
    whole = batching.printed_together(found, copies=request.args.get("copies") == "all")
    record_print(me(), [row.number_text for row in found], now=clock.now())
    name = f"文书-{clock.to_local(clock.now()):%Y%m%d-%H%M}.pdf"
    return send_file(io.BytesIO(whole), mimetype="application/pdf", as_attachment=True, download_name=name)
