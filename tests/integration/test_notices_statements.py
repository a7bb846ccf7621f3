"""How much the pages of notices ask of the database: the same for few rows and for many, and never a whole table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, insert, select, text

from blueprints.notices.models import Notice, NoticeService
from core import clock
from core.db import db, transaction
from tests.factories.notices import Office

MOST = 6
Statement = tuple[str, Any]


@contextmanager
def recorded() -> Iterator[list[Statement]]:
    """The reading statements that run inside, without those of signing in."""
    seen: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")) and "FROM login_session" not in statement:
            seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def asked(client: FlaskClient, path: str) -> list[Statement]:
    db.session.remove()
    with recorded() as seen:
        answer = client.get(path)
    assert answer.status_code == 200, path
    return seen


def copies(notice_id: int, count: int) -> None:
    """So many more notices like this one, with numbers of their own and an addressee each."""
    row = dict(db.session.execute(select(Notice.__table__).where(Notice.id == notice_id)).mappings().one())
    rows = []
    for n in range(count):
        own = {
            "id": 1000 + n,
            "number": 1000 + n,
            "code": f"COPY{n}",
            "number_text": f"涪经信督〔2026〕{1000 + n}号",
        }
        rows.append(row | own)
    with transaction() as session:
        session.execute(insert(Notice), rows)
        served = {"position": 1, "addressee": "示例燃气公司", "due_at": clock.now(), "due_on": clock.today()}
        session.execute(insert(NoticeService), [{"notice_id": 1000 + n} | served for n in range(count)])


PAGES = (
    "/notices", "/notices?mine=1", "/notices?service=overdue", "/notices?state=issued&kind=supervision",
    "/notices?q=督办", "/notices/register", "/notices/register?year=2026&series=涪经信督",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_lists_ask_the_same_for_many_rows(each_office: Office, path: str) -> None:
    office = each_office
    notice_id = office.issued()
    client = office.world.client("jxw-clerk")
    client.get(path)
    few = asked(client, path)
    copies(notice_id, 120)
    many = asked(client, path)
    assert len(few) <= len(many) <= MOST, [s for s, _ in many]


def test_a_notice_with_many_addressees_asks_the_same(office: Office) -> None:
    one = office.issued()
    many = office.issued(addressees=[f"示例单位{n}" for n in range(30)])
    client = office.world.client("jxw-clerk")
    for notice_id in (one, many):
        office.serve(notice_id)
    client.get(f"/notices/{one}")
    few, more = asked(client, f"/notices/{one}"), asked(client, f"/notices/{many}")
    assert len(few) == len(more) <= MOST, [s for s, _ in more]


def test_no_page_walks_through_all_notices(app: Flask, office: Office) -> None:
    """SQLite plans of what an enterprise and a stranger ask, and of the steps of a notice."""
    notice_id = office.issued()
    office.sent(notice_id)
    copies(notice_id, 300)
    with db.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    found = office.notice(notice_id)
    paths = {
        "rq-leader": ("/notices", "/notices?mine=1", f"/notices/{notice_id}"),
        "jxw-clerk": (f"/notices/{notice_id}",),
    }
    plans = []
    for login, addresses in paths.items():
        client = office.world.client(login)
        for path in addresses:
            plans += [(path, *s) for s in asked(client, path)]
    stranger = app.test_client()
    plans += [("/v", *s) for s in asked(stranger, f"/v/{found.code}")]
    bad = []
    for path, statement, parameters in plans:
        for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
            if re.match(r"SCAN (notice|notice_step|notice_service)( |$)", row[3]) and "INDEX" not in row[3]:
                bad.append((path, row[3], statement[:200]))
    assert bad == []
