"""The floor for the list of visits: the floor of the cases with one table more, an index for each list,
keyset paging, and the names of those who go in a second query."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, render_template, request
from flask_login import login_required
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    select,
    tuple_,
)

from bench import floor

PAGE = floor.PAGE
STATES = {
    "agreed": "待上门",
    "arrived": "已到达",
    "done": "已完成",
    "cancelled": "已取消",
    "missed": "未上门",
}
VISIT = Table(
    "floor_visit", floor.db.metadata,
    Column("id", Integer, primary_key=True), Column("number", String(32)), Column("purpose", String(200)),
    Column("team", String(64)), Column("user_name", String(64)), Column("user_phone", String(32)),
    Column("user_address", String(200)), Column("slot_from", DateTime(timezone=True)),
    Column("state", String(16)), Column("breach", Boolean), Column("breach_reason", String(300)),
    Index("ix_floor_visit_slot", "slot_from", "id"),
    Index("ix_floor_visit_state", "state", "slot_from", "id"),
    Index("ix_floor_visit_team", "team", "slot_from", "id"),
    Index("ix_floor_visit_breach", "breach", "slot_from", "id"),
)  # fmt: skip
STAFF = Table(
    "floor_visit_staff", floor.db.metadata,
    Column("id", Integer, primary_key=True), Column("visit_id", ForeignKey("floor_visit.id"), index=True),
    Column("name", String(64)),
)  # fmt: skip


def create_app() -> Flask:
    """The floor's application with the list of visits."""
    app = floor.create_app()
    app.jinja_env.globals["visit_states"] = STATES
    app.add_url_rule("/visits", view_func=visits)
    return app


@login_required
def visits() -> Any:
    """Fifty rows: today's, all, breaches, of a state, a team, since a day, or after a row."""
    given = {name: request.args.get(name, "") for name in ("tab", "state", "team", "from", "after")}
    upwards = given["tab"] in ("", "today", "pending") and not (given["team"] or given["from"])
    order = (VISIT.c.slot_from, VISIT.c.id) if upwards else (VISIT.c.slot_from.desc(), VISIT.c.id.desc())
    wanted = _narrowed(select(VISIT).order_by(*order).limit(PAGE + 1), given, upwards)
    if given["after"]:
        moment, _, number = given["after"].partition("~")
        last = (datetime.fromisoformat(moment).replace(tzinfo=UTC), int(number))
        here = tuple_(VISIT.c.slot_from, VISIT.c.id)
        wanted = wanted.where(here > tuple_(*last) if upwards else here < tuple_(*last))
    rows = floor.db.session.execute(wanted).all()
    last_row = rows[PAGE - 1] if len(rows) > PAGE else None
    after = f"{last_row.slot_from.replace(tzinfo=None).isoformat()}~{last_row.id}" if last_row else None
    people: dict[int, list[str]] = {}
    names = select(STAFF.c.visit_id, STAFF.c.name).where(STAFF.c.visit_id.in_([r.id for r in rows]))
    for visit_id, name in floor.db.session.execute(names):
        people.setdefault(visit_id, []).append(name)
    return render_template("visits.html", rows=rows[:PAGE], given=given, after=after, people=people)


def _narrowed(wanted: Any, given: dict[str, str], upwards: bool) -> Any:
    if given["tab"] in ("", "today") and upwards:
        local = (datetime.now(UTC) + floor.EAST).replace(hour=0, minute=0, second=0, microsecond=0)
        begin = local - floor.EAST
        wanted = wanted.where(VISIT.c.slot_from >= begin, VISIT.c.slot_from < begin + timedelta(days=1))
    if given["tab"] == "pending":
        wanted = wanted.where(VISIT.c.state == "agreed")
    if given["tab"] == "breach":
        wanted = wanted.where(VISIT.c.breach.is_(True))
    for name in ("state", "team"):
        if given[name]:
            wanted = wanted.where(VISIT.c[name] == given[name])
    if given["from"]:
        since = datetime.fromisoformat(given["from"]).replace(tzinfo=UTC) - floor.EAST
        wanted = wanted.where(VISIT.c.slot_from >= since)
    return wanted
