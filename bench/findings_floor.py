"""The floor for the list of findings and its statistics: the floor of the cases with one flat table more, an
index for each list, keyset paging."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask, render_template, request
from flask_login import login_required
from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table, case, func, select

from bench import floor

PAGE = floor.PAGE
STATES = {
    "open": "待发通知", "noticed": "待整改", "answered": "已报整改", "recheck": "待复查", "closed": "已销号",
    "escalated": "已升级处理",
}  # fmt: skip
FINDING = Table(
    "floor_finding", floor.db.metadata,
    Column("id", Integer, primary_key=True), Column("number", String(32)), Column("title", String(200)),
    Column("clause", String(16)), Column("basis_kind", String(8)), Column("severity", String(8)),
    Column("state", String(16)), Column("found_on", Date), Column("repeat_of_id", Integer),
    Column("enterprise", String(128)), Column("outlet", String(64)), Column("due_on", Date),
    Column("late", Boolean), Column("closed_on", Date),
    Index("ix_floor_finding_state", "state", "id"), Index("ix_floor_finding_clause", "clause", "id"),
    Index("ix_floor_finding_enterprise", "enterprise", "id"),
    Index("ix_floor_finding_found", "found_on", "id"),
)  # fmt: skip
ENTERPRISES = {"rq": "示例燃气公司", "gd": "示例供电公司", "gs": "示例供水公司"}


def create_app() -> Flask:
    """The floor's application with the list of findings and its statistics."""
    app = floor.create_app()
    app.jinja_env.globals["finding_states"] = STATES
    app.add_url_rule("/findings", view_func=findings)
    app.add_url_rule("/findings/statistics", view_func=statistics)
    return app


@login_required
def findings() -> Any:
    """Fifty rows by a filter, the newest first, or after a row."""
    names = ("state", "clause", "severity", "enterprise", "overdue", "repeat", "from", "after")
    given = {name: request.args.get(name, "") for name in names}
    wanted = select(FINDING).order_by(FINDING.c.id.desc()).limit(PAGE + 1)
    for name in ("state", "clause", "severity"):
        if given[name]:
            wanted = wanted.where(FINDING.c[name] == given[name])
    if given["enterprise"]:
        wanted = wanted.where(FINDING.c.enterprise == ENTERPRISES[given["enterprise"]])
    if given["overdue"]:
        wanted = wanted.where(FINDING.c.late.is_(True), FINDING.c.state.in_(("noticed", "returned")))
    if given["repeat"]:
        wanted = wanted.where(FINDING.c.repeat_of_id.is_not(None))
    if given["from"]:
        wanted = wanted.where(FINDING.c.found_on >= date.fromisoformat(given["from"]))
    if given["after"]:
        wanted = wanted.where(FINDING.c.id < int(given["after"]))
    rows = floor.db.session.execute(wanted).all()
    after = rows[PAGE - 1].id if len(rows) > PAGE else None
    return render_template("findings.html", rows=rows[:PAGE], given=given, after=after)


@login_required
def statistics() -> Any:
    """Counts by clause, enterprise and outlet, and the mean of days to close."""
    tables = []
    for name in ("clause", "enterprise", "outlet"):
        column = FINDING.c[name]
        rows = select(
            column, func.count(), func.sum(case((FINDING.c.state != "closed", 1), else_=0)),
            func.sum(case((FINDING.c.late.is_(True), 1), else_=0)),
            func.sum(case((FINDING.c.repeat_of_id.is_not(None), 1), else_=0)),
        )  # fmt: skip
        since, until = (date.fromisoformat(request.args[name]) for name in ("from", "to"))
        rows = rows.where(FINDING.c.found_on >= since, FINDING.c.found_on <= until)
        tables.append((name, floor.db.session.execute(rows.group_by(column)).all()))
    return render_template("finding_statistics.html", tables=tables)
