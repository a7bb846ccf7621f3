"""The case list as a file: the same filters, the same order, persons masked unless a reason is given."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from flask import Response, abort, request, send_file, stream_with_context, url_for

from blueprints.complaints import queries_list
from blueprints.complaints.jobs import EXPORT
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import CASE, file_or_404, me
from blueprints.complaints.routes.listing import filters_of_url, sort_of_url
from blueprints.complaints.service import exporting
from blueprints.complaints.views import lists
from blueprints.complaints.views.case_data import case_data
from blueprints.complaints.views.export_rows import HEADERS, export_rows
from blueprints.complaints.views.people import may_reveal
from blueprints.rulebook.service import pinned
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import redirect_to, render
from core.jobs import enqueue
from core.sheets import XLSX, csv_pieces, write_workbook
from core.submissions import once, remember
from domain.errors import InvalidInput

MAX_XLSX_ROWS = 1_000_000
MANY = 20_000
SUFFIXES = ("xlsx", "csv")


def _count(filters: dict[str, Any]) -> int:
    now, calendar = clock.now(), load_calendar()
    return queries_list.count_cases(me(), filters, now=now, calendar=calendar)


@blueprint.get("/cases/export")
@requires(Permission.CASE_EXPORT)
def export_page() -> Response:
    """What will be in the file, in which form, and whether persons may be read in it."""
    return _page(filters_of_url())


def _asked(filters: dict[str, Any]) -> dict[str, Any]:
    sort = sort_of_url()
    return filters | ({"sort": sort} if sort else {})


def _page(filters: dict[str, Any], status: int = 200, error: str = "") -> Response:
    choices, count = lists.filter_choices(me(), {}), _count(filters)
    return render(
        "complaints/export.html",
        status=status,
        count=count,
        later_url=url_for("complaints.export_later", **_asked(filters)) if count > MANY else None,
        chips=lists.filter_chips(filters, choices),
        hidden=_asked(filters),
        may_reveal=Permission.PERSONAL_REVEAL in me().permissions,
        reveal=bool(request.args.get("reveal")),
        reason=request.args.get("reason", "")[: exporting.MAX_REASON] if error else "",
        error=error,
        headers=HEADERS,
        breadcrumb=[{"label": "诉求件", "url": url_for("complaints.cases", **filters)}, {"label": "导出"}],
    )


@blueprint.get("/cases/export.<any(xlsx,csv):suffix>")
@requires(Permission.CASE_EXPORT)
def export(suffix: str) -> Response:
    """Exactly the rows of the list with these filters; every export stands in the audit log."""
    filters, now, reason = filters_of_url(), clock.now(), ""
    in_full = bool(request.args.get("reveal")) and Permission.PERSONAL_REVEAL in me().permissions
    count = _count(filters)
    try:
        if in_full:
            reason = exporting.check_reason(request.args.get("reason", ""))
        if suffix == "xlsx" and count > MAX_XLSX_ROWS:
            raise InvalidInput(f"超过 {MAX_XLSX_ROWS} 行，xlsx 放不下，请导出 csv。")
    except InvalidInput as refusal:
        return _page(filters, 422, refusal.message)
    exporting.record_export(me(), filters, kind=suffix, count=count, reason=reason, now=now)
    cases = exporting.export_cases(me(), filters, now=now, calendar=load_calendar(), sort=sort_of_url())
    rows = export_rows(cases, me(), in_full=in_full)
    name = f"诉求件-{clock.to_local(now):%Y%m%d-%H%M}.{suffix}"
    return _workbook(rows, name) if suffix == "xlsx" else _text(rows, name)


@blueprint.post("/cases/export")
@requires(Permission.CASE_EXPORT)
@once
def export_later() -> Response:
    """The same file with persons masked, written in the background; its page shows how far it is."""
    filters, suffix, now = filters_of_url(), request.form.get("suffix", ""), clock.now()
    if suffix not in SUFFIXES:
        abort(404)
    count = _count(filters)
    about = {"filters": filters, "sort": sort_of_url(), "suffix": suffix}
    with transaction() as session:
        exporting.record_export(me(), filters, kind=suffix, count=count, reason="", now=now, session=session)
        made = enqueue(EXPORT, f"导出诉求件 {count} 件", about, user_id=me().id, now=now)
        target = url_for("home.job", job_id=made.id)
        remember(target)
    return redirect_to(target)


@blueprint.get(f"{CASE}/data.json")
@requires(Permission.CASE_EXPORT)
def case_json(case_id: int) -> Response:
    """One case as data for another system; `reveal` with a `reason` tells persons in full, as exports do."""
    file, now, reason = file_or_404(case_id), clock.now(), ""
    reveal = bool(request.args.get("reveal")) and may_reveal(file.case, me())
    if reveal:
        reason = exporting.check_reason(request.args.get("reason", ""))
    exporting.record_export(me(), {"case": file.case.number}, kind="json", count=1, reason=reason, now=now)
    data = case_data(file, me(), pinned(file.case.ruleset_version_id), reveal=reveal)
    answer = Response(json.dumps(data, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")
    answer.headers.set("Content-Disposition", "attachment", filename=f"case-{file.case.id}.json")
    return answer


def _workbook(rows: Iterator[list[str]], name: str) -> Response:
    """Written row by row to a nameless temporary file, which goes with the answer."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    write_workbook(file, "诉求件", HEADERS, rows, wide="诉求内容")
    file.seek(0)
    response = send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)
    response.call_on_close(file.close)
    return response


def _text(rows: Iterator[list[str]], name: str) -> Response:
    response = Response(stream_with_context(csv_pieces(HEADERS, rows)), mimetype="text/csv")
    names = {"filename": "cases.csv", "filename*": f"UTF-8''{quote(name)}"}
    response.headers.set("Content-Disposition", "attachment", **names)
    return response
