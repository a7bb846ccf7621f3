"""What the books share: who writes in them, a book as a file, how they are printed."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import Any

from flask import Response, send_file, url_for

from blueprints.notices.routes.desk import me
from blueprints.notices.service.engine import record_export
from core import clock, sheets
from core.authz import Permission

SHEET: dict[str, Any] = {"body_class": "register-sheet", "stylesheet": "css/notices.css", "printable": True}


def writes() -> bool:
    """Whether this person makes entries."""
    return Permission.NOTICE_ISSUE in me().permissions


def list_actions(endpoint: str, label: str, file: str, filters: dict[str, str]) -> list[dict[str, Any]]:
    """A new entry, and the book as a file."""
    values: dict[str, Any] = dict(filters)
    export: dict[str, Any] = {"label": "导出 xlsx", "url": url_for(file, **values), "icon": "download"}
    new = {"label": label, "url": url_for(endpoint), "icon": "plus-lg", "primary": True}
    return [new, export] if writes() else [export]


def workbook(title: str, heads: Sequence[str], rows: list[list[str]], filters: dict[str, str]) -> Response:
    """A book as xlsx; every export stands in the audit log."""
    record_export(me(), filters, "xlsx", len(rows), now=clock.now(), title=title)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    sheets.write_workbook(file, title, heads, rows, wide="事由")
    file.seek(0)
    name = f"{title}-{clock.to_local(clock.now()):%Y%m%d-%H%M}.xlsx"
    answer = send_file(file, mimetype=sheets.XLSX, as_attachment=True, download_name=name)
    answer.call_on_close(file.close)
    return answer
