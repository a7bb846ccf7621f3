"""How the databases answer: no list, search, count or page of a case walks through a whole big table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, text

from blueprints.complaints.queries_list import SORTS
from core.db import db
from tests.factories.world import World

BIG = (
    "case", "case_access", "case_search", "case_step", "complainant", "clock", "assignment", "audit_entry", "notification",
)  # fmt: skip
FILTERS = (
    "state=open", "state=ended", "state=investigating", "type=inquiry", "category=quality", "channel=hotline_12345",
    "level=1", "enterprise=4", "department=1", "due=overdue", "due=today", "due=soon", "due=provisional",
    "received_from=2026-09-01", "received_to=2026-03-01", "received_from=2026-09-01&received_to=2026-09-05",
    "group=todo", "group=soon", "group=overdue", "group=sent_back", "group=talks", "group=provisional",
    "group=proposed", "state=archived&category=charging", "category=quality&channel=gas_hotline&type=complaint",
    "state=open&due=overdue&level=2", "department=1&state=open", "state=registered&received_from=2026-10-01",
)  # fmt: skip
SEARCHES = (
    "停电", "停", "停电通知", "𬭸", "etc", "1", "2026-000123", "赵示例", "zhao", "139", "停电 抢修", "停电&state=open", "139&category=quality",
    "停电&department=1",
)  # fmt: skip
PAGES = (
    "/bench",
    "/notifications",
    "/cases/export",
    "/cases/export.csv?state=investigating",
    "/cases/surges",
)
PEOPLE = ("jxw-clerk", "jxw-inspector", "rq-dispatcher", "rq-handler", "gs-leader")
Statement = tuple[str, Any]


def addresses() -> Iterator[str]:
    """Every order, filter, search and page."""
    orders = [f"{sign}{name}" for name in SORTS for sign in ("", "-")]
    yield from (f"/cases?sort={order}" for order in orders)
    yield from (f"/cases?{asked}" for asked in FILTERS)
    yield from (
        f"/cases?{asked}&sort={order}" for asked in ("state=open", "category=quality") for order in orders
    )
    yield from (f"/cases?q={query}" for query in SEARCHES)
    yield from PAGES


@contextmanager
def recorded() -> Iterator[dict[str, Statement]]:
    """The statements that run inside, each kind once, with their parameters."""
    seen: dict[str, Statement] = {}

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.setdefault(re.sub(r"_\d+", "", statement), (statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def asked_by(app: Flask, world: World, login: str) -> dict[str, Statement]:
    """The statements behind everything that a person may open, the neighbouring pages of each list included."""
    client = world.client(login, app)
    mine = client.get("/cases").get_data(as_text=True)
    case = re.search(r'href="/cases/(\d+)"', mine)
    assert case
    tails = ("", "/alike", "/do/note", "/data.json")
    with recorded() as seen:
        for path in (*addresses(), *(f"/cases/{case[1]}{tail}" for tail in tails)):
            answer = client.get(path)
            assert answer.status_code in (200, 403, 409), path
            html = answer.get_data(as_text=True)
            for rel in ("next", "prev"):
                found = re.search(rf'href="([^"]+)" rel="{rel}"', html)
                if found:
                    html = client.get(found[1].replace("&amp;", "&")).get_data(as_text=True)
    assert len(seen) > 40
    return seen


@pytest.fixture(scope="module")
def statements(many_database: Flask) -> dict[str, Statement]:
    """All of them, of everybody."""
    from core import clock
    from tests.conftest import MONDAY

    found: dict[str, Statement] = {}
    with clock.frozen(MONDAY), many_database.app_context():
        for login in PEOPLE:
            found |= asked_by(many_database, World(), login)
        db.session.remove()
    return found


# ---- SQLite ----------------------------------------------------------------------------------------------------

END = "FROM audit_entry ORDER BY audit_entry.seq DESC\n LIMIT"
WALK = re.compile(rf"SCAN ({'|'.join(BIG)})(_\d+)?\b")
MATCH = re.compile(r"SCAN case_search VIRTUAL TABLE INDEX \d+:M\d")


def walks(connection: Connection, statement: Statement) -> list[str]:
    """Lines of SQLite's plan that read a big table, or an index of it, from end to end, or search the text
    anew for each row of another table (`=M`)."""
    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1])
    lines = [row[3] for row in plan]
    return [line for line in lines if WALK.match(line) and not MATCH.match(line)]


def on_sqlite(connection: Connection, statements: Iterable[Statement]) -> dict[str, list[str]]:
    """Whatever is known of the tables. The end of the audit log is its last row, found without an index."""
    found = {statement[0]: walks(connection, statement) for statement in statements}
    return {statement: lines for statement, lines in found.items() if lines and END not in statement}


# ---- PostgreSQL ------------------------------------------------------------------------------------------------


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All nodes of a plan."""
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


def sequential(connection: Connection, statement: Statement) -> list[str]:
    """What PostgreSQL would read from end to end: big tables in nodes of a Seq Scan."""
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement[0]}", statement[1]).scalar_one()
    found = [n for n in nodes(plan[0]["Plan"]) if n["Node Type"] == "Seq Scan" and n["Relation Name"] in BIG]
    return [f"{n['Relation Name']} {n.get('Filter', '')} rows={n['Plan Rows']}" for n in found]


def on_postgresql(statements: Iterable[Statement]) -> dict[str, list[str]]:
    """Once the server knows the tables, as it does within a minute of any change."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        found = {statement[0]: sequential(connection, statement) for statement in statements}
    return {statement: tables for statement, tables in found.items() if tables}


def test_no_statement_walks_a_big_table(many: Flask, statements: dict[str, Statement]) -> None:
    if db.engine.dialect.name == "postgresql":
        bad = on_postgresql(statements.values())
    else:
        with db.engine.connect() as connection:
            bad = on_sqlite(connection, statements.values())
            connection.execute(text("ANALYZE"))
            bad |= on_sqlite(connection, statements.values())
            connection.rollback()
    assert not bad, "\n\n".join(f"{what}\n{statement}" for statement, what in bad.items())[:20_000]
    print(f"\n{db.engine.dialect.name}: {len(statements)} different statements, none reads a big table whole")
