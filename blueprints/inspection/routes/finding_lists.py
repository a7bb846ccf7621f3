"""Findings: the list with its filters, its export, statistics (F5.3)."""

from __future__ import annotations

import io
from typing import Any

from flask import Response, request, send_file, stream_with_context, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.queries import finding_statistics as statistics
from blueprints.inspection.queries import findings as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import is_regulator
from blueprints.inspection.views import finding_page as pages
from blueprints.inspection.workflow import BASIS_KINDS, FINDING_NAMES, SEVERITIES, SOURCES
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render
from core.screens import asked, list_screen, place
from core.sheets import XLSX, csv_pieces, write_workbook

CLAUSE = "F5.3"
MOST_EXPORTED = 200_000
HEADS = ["问题", "条款", "依据种类", "严重程度", "状态", "整改期限", "发现日期"]
HINT = "现场检查签字后、原始记录抽查有结论后，可以把不符合的项目登记为问题。"


@blueprint.get("/findings")
@requires(Permission.FINDING_READ)
def findings() -> Response:
    """Findings in reach, the newest first."""
    by, now, filters, regulator = me(), clock.now(), asked(queries.FILTERS), is_regulator()
    rows, before, after = queries.page(filters, by, now=now, after=place("after"), before=place("before"))
    heads = [HEADS[0], "企业", *HEADS[1:]] if regulator else HEADS
    body = pages.printed_lines(rows, regulator=regulator, now=now, calendar=load_calendar())
    intro = "" if regulator else "这里是送达本单位的通知书里的问题。"
    return list_screen(
        "检查发现的问题", heads, rows, body=body, table_class="stack finding-list",
        endpoint="inspection.findings", filters=filters,
        controls=_controls(filters, regulator), before=before, after=after, clause=CLAUSE,
        empty="还没有检查发现的问题。",
        hint=HINT if regulator else "通知书送达以后，里面的问题列在这里，逐项报送整改情况。",
        actions=_actions(filters, regulator), intro=intro,
    )  # fmt: skip


def _controls(filters: dict[str, str], regulator: bool) -> list[dict[str, Any]]:
    """The filters; outlets are offered of one enterprise, for those of all would be hundreds of one name."""
    places = queries.places_of(me())
    controls: list[dict[str, Any]] = [
        {"name": "state", "label": "状态", "options": list(FINDING_NAMES.items())},
        {"name": "severity", "label": "严重程度", "options": list(SEVERITIES.items())},
        {"name": "basis", "label": "依据", "options": list(BASIS_KINDS.items())},
        {"name": "source", "label": "来源", "options": list(SOURCES.items())},
        {"name": "overdue", "label": "逾期", "options": [("yes", "逾期未报")]},
        {"name": "repeat", "label": "重复", "options": [("yes", "重复发生")]},
        {"name": "clause", "label": "条款或者依据"}, {"name": "number", "label": "编号"},
        {"name": "from", "label": "自", "type": "date"}, {"name": "to", "label": "至", "type": "date"},
    ]  # fmt: skip
    if regulator:
        options = [(code, name) for _, code, name in places]
        controls.insert(1, {"name": "enterprise", "label": "企业", "options": options})
    chosen = [id for id, code, _ in places if filters.get("enterprise") == code]
    if not chosen and (len(places) == 1 or "outlet" in filters):
        chosen = [id for id, _, _ in places]
    if chosen and (outlets := queries.outlets_of(chosen)):
        controls.insert(2, {"name": "outlet", "label": "网点", "options": outlets})
    return controls


def _actions(filters: dict[str, str], regulator: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if regulator and Permission.FINDING_EDIT in me().permissions:
        new, draft = url_for("inspection.new_finding"), url_for("inspection.new_rectification")
        found = [
            {"label": "登记问题", "url": new, "icon": "plus-lg", "primary": True},
            {"label": "拟制通知书", "url": draft, "icon": "file-earmark-text"},
        ]
    out = url_for("inspection.export_findings", **({"suffix": "xlsx"} | dict[str, Any](filters)))
    return [
        *found, {"label": "统计", "url": url_for("inspection.finding_statistics"), "icon": "bar-chart"},
        {"label": "导出", "url": out, "icon": "download"},
    ]  # fmt: skip


@blueprint.get("/findings/export.<any(xlsx, csv):suffix>")
@requires(Permission.FINDING_READ)
def export_findings(suffix: str) -> Response:
    """Exactly what the list shows, as a file."""
    filters, today = asked(queries.FILTERS), clock.today()
    found = queries.exported(filters, me(), now=clock.now(), most=MOST_EXPORTED)
    rows = (pages.exported(row) for row in found)
    if suffix == "xlsx":
        book = io.BytesIO()
        write_workbook(book, "检查发现的问题", pages.HEADERS, rows, wide="事实")
        book.seek(0)
        name = f"检查发现的问题-{today:%Y%m%d}.xlsx"
        return send_file(book, mimetype=XLSX, as_attachment=True, download_name=name)
    pieces = stream_with_context(csv_pieces(pages.HEADERS, rows))
    response = Response(pieces, mimetype="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"findings-{today:%Y%m%d}.csv")
    return response


@blueprint.get("/findings/statistics")
@requires(Permission.FINDING_READ)
def finding_statistics() -> Response:
    """By clause, enterprise and outlet; repeats; days to close; definitions beside the numbers."""
    since, until = statistics.period(
        request.args.get("from", "")[:10], request.args.get("to", "")[:10], clock.today()
    )
    found = statistics.gathered(me(), since, until, now=clock.now(), calendar=load_calendar())
    return render(
        "inspection/finding_statistics.html", found=found, since=since, until=until,
        regulator=is_regulator(), span={"from": since.isoformat(), "to": until.isoformat()},
        breadcrumb=[{"label": "检查发现的问题", "url": url_for("inspection.findings")}, {"label": "统计"}],
    )  # fmt: skip
