"""The list of notices and the register of a year (发文登记): filters in the URL, print, files."""

from __future__ import annotations

import tempfile
from typing import Any
from urllib.parse import quote

from flask import Response, abort, request, send_file, stream_with_context, url_for

from blueprints.notices import queries
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import me
from blueprints.notices.service.engine import record_export
from blueprints.notices.views import register_page
from core import clock, sheets
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render

LONGEST = 100


def filters_of_url() -> dict[str, Any]:
    """The filters that are set; unknown names and empty values are left out."""
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in queries.FILTERS}
    if not all(value.isprintable() for value in asked.values()):
        abort(400)
    return {name: value for name, value in asked.items() if value}


def _place(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


@blueprint.get("/notices")
@requires(Permission.NOTICE_READ)
def notices() -> Response:
    """Notices of the own organization and those received, the newest first."""
    now, by, filters = clock.now(), me(), filters_of_url()
    page = queries.list_page(by, filters, now=now, after=_place("after"), before=_place("before"))
    meant = register_page.choices(by, queries.series_of(by))
    batch = {"to_sign": "sign", "signed": "issue"}.get(filters.get("state", ""))
    needed = {"sign": Permission.NOTICE_SIGN, "issue": Permission.NOTICE_ISSUE}.get(batch or "")

    def at(**place: Any) -> str:
        return url_for("notices.notices", **(filters | place))

    return render(
        "notices/notices.html",
        rows=register_page.list_rows(page.rows, by, now=now, calendar=load_calendar()),
        filters=filters,
        values=dict.fromkeys(queries.FILTERS, "") | filters,
        choices=meant,
        chips=register_page.chips(filters, meant, "notices.notices"),
        tabs=register_page.tabs(filters, by),
        prev_url=at(before=page.before) if page.before else None,
        next_url=at(after=page.after) if page.after else None,
        may_draft=Permission.NOTICE_DRAFT in by.permissions,
        regulator=bool(by.organization and by.organization.is_regulator),
        batch=batch if needed and needed in by.permissions else None,
    )


@blueprint.get("/notices/register")
@requires(Permission.NOTICE_READ)
def register_of_year() -> Response:
    """发文登记 of the own organization: every number in its order, voids included."""
    now, by, filters, offset = clock.now(), me(), filters_of_url(), _place("offset")
    rows = queries.register_page(by, filters, now=now, offset=offset)
    size, meant = queries.REGISTER_PAGE, register_page.choices(by, queries.series_of(by))

    def at(place: int | None) -> str:
        return url_for("notices.register_of_year", **(filters | {"offset": place or None}))

    return render(
        "notices/register.html",
        rows=register_page.list_rows(rows[:size], by, now=now, calendar=load_calendar()),
        filters=filters,
        values=dict.fromkeys(queries.FILTERS, "") | filters,
        choices=meant,
        chips=register_page.chips(filters, meant, "notices.register_of_year"),
        stats=register_page.stats(queries.standing(by, filters, now=now), filters),
        prev_url=at(max(0, offset - size)) if offset else None,
        next_url=at(offset + size) if len(rows) > size else None,
        export={s: url_for("notices.register_file", **(filters | {"suffix": s})) for s in ("xlsx", "csv")},
        organ=by.organization.name if by.organization else "",
    )


@blueprint.get("/notices/register.<any(xlsx,csv):suffix>")
@requires(Permission.NOTICE_READ)
def register_file(suffix: str) -> Response:
    """The register with these filters as a file; every export stands in the audit log."""
    now, by, filters = clock.now(), me(), filters_of_url()
    rows = register_page.file_rows(queries.register_all(by, filters, now=now))
    record_export(by, filters, suffix, len(rows), now=now)
    name = f"发文登记-{clock.to_local(now):%Y%m%d-%H%M}.{suffix}"
    if suffix == "csv":
        pieces = sheets.csv_pieces(register_page.HEADERS, rows)
        answer = Response(stream_with_context(pieces), mimetype="text/csv")
        named = {"filename": "register.csv", "filename*": f"UTF-8''{quote(name)}"}
        answer.headers.set("Content-Disposition", "attachment", **named)
        return answer
    file = tempfile.TemporaryFile()  # noqa: SIM115
    sheets.write_workbook(file, "发文登记", register_page.HEADERS, rows)
    file.seek(0)
    answer = send_file(file, mimetype=sheets.XLSX, as_attachment=True, download_name=name)
    answer.call_on_close(file.close)
    return answer
