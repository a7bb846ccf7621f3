"""打印排队: issued notices that wait for the printer, printed together, marked, cancelled."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, abort, flash, request, send_file, url_for

from blueprints.notices import queries, queries_paper
from blueprints.notices.forms_paper import CancelPrintForm, PrintForm
from blueprints.notices.models import PrintJob
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import NOTICE, me, own_or_404
from blueprints.notices.routes.paper import back_to, crumbs
from blueprints.notices.service import print_queue as service
from blueprints.notices.service.engine import record_print
from blueprints.notices.service.paper import copies_of
from blueprints.notices.views import paper_page
from core import clock
from core.authz import Permission, requires
from core.htmx import redirect_to, render
from core.screens import form_flow, place, pressed, table_body
from core.submissions import once

HEADS = [("文书", ""), ("份数", "num"), ("页数", "num"), ("排队", ""), ("状态", ""), ("打印", "")]


@blueprint.route(f"{NOTICE}/print-job", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def queue_print(notice_id: int) -> Response:
    """Put an issued notice in the queue, as many copies as were prepared."""
    found, back = own_or_404(notice_id), back_to(notice_id)
    form = PrintForm(data={"copies": min(50, sum(row.copies for row in copies_of(notice_id)) or 1)})

    def act() -> str:
        notice, count = queries.locked(notice_id), form.copies.data or 1
        service.add(notice, count, form.remark.data or "", by=me(), now=clock.now())
        return back

    groups = [("打印", "", ("copies", "remark"))]
    return form_flow(
        "排队打印", form, groups, act, back=back, done="已排队等待打印。", breadcrumb=crumbs(found)
    )


@blueprint.get("/print-queue")
@requires(Permission.NOTICE_READ)
def print_queue() -> Response:
    """What waits, or what was printed or cancelled (`state`)."""
    by, state = me(), request.args.get("state", "")
    state = state if state in service.STATES else service.QUEUED
    write = Permission.NOTICE_ISSUE in by.permissions
    jobs, more = _listed(state)
    batch = service.next_batch(jobs) if state == service.QUEUED else []
    at = {name: url_for("notices.print_queue", state=name) for name in service.STATES}
    return render(
        "notices/print_queue.html",
        rows=jobs,
        heads=HEADS,
        write=write,
        batch=batch,
        body=table_body(HEADS, paper_page.job_rows(jobs, write)),
        copies=sum(job.copies for job in batch),
        tabs=[
            {"label": words, "url": at[name], "active": name == state}
            for name, words in service.STATES.items()
        ],
        file_url=url_for("notices.print_queue_file", id=[job.id for job in batch]) if batch else None,
        empty={"queued": "没有等待打印的文书。"}.get(state, "还没有记录。"),
        next_url=url_for("notices.print_queue", state=state, before=jobs[-1].id) if more else None,
        most=service.AT_ONCE,
        waiting=len(jobs) if state == service.QUEUED else 0,
    )


def _listed(state: str) -> tuple[list[PrintJob], bool]:
    if state == service.QUEUED:
        return service.waiting(me().organization_id or 0)[: queries_paper.PAGE], False
    return queries_paper.print_jobs(me(), state, place("before"))


def _ids(given: Any) -> list[int]:
    """Ids as they were sent; what no row can have is left out."""
    return [int(text) for text in given if text.isascii() and text.isdecimal() and len(text) < 10]


@blueprint.get("/print-queue/print.pdf")
@requires(Permission.NOTICE_ISSUE)
def print_queue_file() -> Response:
    """The waiting notices in one PDF with all their copies; they wait until they are marked."""
    ids = _ids(request.args.getlist("id"))
    jobs = service.next_batch(service.waiting(me().organization_id or 0, ids or None))
    if not jobs:
        flash("没有等待打印的文书。", "warning")
        return redirect_to(url_for("notices.print_queue"), saved=False)
    whole = service.together(jobs)
    record_print(me(), [job.notice.number_text or job.notice.label for job in jobs], now=clock.now())
    name = f"打印排队-{clock.to_local(clock.now()):%Y%m%d-%H%M}.pdf"
    return send_file(io.BytesIO(whole), mimetype="application/pdf", as_attachment=True, download_name=name)


@blueprint.post("/print-queue/printed")
@requires(Permission.NOTICE_ISSUE)
@once
def mark_printed() -> Response:
    """Those that were shown lie on paper now."""
    ids = _ids(request.form.getlist("id"))

    def act() -> None:
        service.mark_printed(service.waiting(me().organization_id or 0, ids), by=me(), now=clock.now())

    return pressed(act, url_for("notices.print_queue"), "已登记打印。")


@blueprint.route("/print-queue/<int(max=2147483647):print_job_id>/cancel", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def cancel_print(print_job_id: int) -> Response:
    """Out of the queue, with the reason."""
    job = queries_paper.own_row(PrintJob, print_job_id, me())
    if job is None:
        abort(404)
    form, back = CancelPrintForm(), url_for("notices.print_queue")

    def act() -> str:
        service.cancel(job, form.reason.data or "", by=me(), now=clock.now())
        return back

    where = [{"label": "打印排队", "url": back}]
    return form_flow(
        f"取消打印 {job.notice.label}",
        form,
        [("取消", "", ("reason",))],
        act,
        back=back,
        done="已取消。",
        breadcrumb=where,
    )
