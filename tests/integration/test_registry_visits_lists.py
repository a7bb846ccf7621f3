"""Lists of visits, a team's week, the sheet of a day: tabs, filters, pages, masks, few statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from blueprints.registry.models import Staff, Visit
from core import clock
from core.audit import AuditEntry
from core.db import db, transaction
from tests.factories.registry_people import USER, People, at, slot, visit_of
from tests.factories.world import World

TODAY = date(2026, 10, 12)  # a Monday; it is 09:30


@pytest.fixture
def people(world: World) -> People:
    return People()


@pytest.fixture
def visit(people: People) -> int:
    """Today from 14:00 to 16:00."""
    return people.visit(people.staff())


def test_tabs_and_filters(world: World, people: People, visit: int) -> None:
    staff_id = db.session.scalars(select(Staff.id)).one()
    tomorrow = people.visit(staff_id, when=slot(date(2026, 10, 13)), purpose="入户安检")
    client = world.client("rq-dispatcher")

    def numbers(query: str) -> list[str]:
        return re.findall(
            r'href="/visits/\d+">(上门-2026-\d{6})<', client.get(f"/visits?{query}").get_data(as_text=True)
        )

    first, second = visit_of(visit).number, visit_of(tomorrow).number
    assert numbers("") == [first]
    assert numbers("tab=pending") == [first, second]
    assert numbers("tab=all") == [second, first]
    assert numbers("tab=breach") == []
    assert numbers("from=2026-10-13") == [second]
    assert numbers("to=2026-10-12") == [first]
    assert numbers("team=抢修一班") == [second, first]
    assert numbers(f"staff={staff_id}&tab=all") == [second, first]
    assert numbers(f"number={first}") == [first]
    assert numbers("from=yesterday&tab=all") == [second, first]
    with clock.frozen(at(TODAY, 18)):
        client = world.client("rq-dispatcher")
        assert "时段已过，没有登记到达" in client.get("/visits").get_data(as_text=True)


def test_users_are_masked_in_lists_and_for_regulators(world: World, visit: int) -> None:
    for login in ("rq-dispatcher", "jxw-clerk"):
        listed = world.client(login).get("/visits").get_data(as_text=True)
        assert "13800001234" not in listed
        assert "示例用户甲" not in listed
    shown = world.client("jxw-clerk").get(f"/visits/{visit}").get_data(as_text=True)
    for personal in USER.values():
        assert personal not in shown
    assert "登记到达" not in shown
    own = world.client("rq-handler").get(f"/visits/{visit}").get_data(as_text=True)
    assert all(personal in own for personal in USER.values())


def test_what_is_personal_is_sealed_in_the_log(visit: int) -> None:
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "visit")).all()
    assert rows[0].personal
    assert all(value not in row.changes + row.subject_label for row in rows for value in USER.values())


@pytest.mark.rule("F3.2.4")
def test_the_week_of_a_team_and_the_sheet_of_a_day(world: World, people: People, visit: int) -> None:
    client = world.client("rq-dispatcher")
    week = client.get("/visits/week").get_data(as_text=True)
    assert "14:00-16:00" in week
    assert "周一 10月12日" in week
    assert "示例员工甲" in week
    assert "14:00-16:00" not in client.get("/visits/week?day=2026-10-19").get_data(as_text=True)
    before = db.session.scalar(select(func.count(AuditEntry.seq)))
    assert "示例用户甲" not in client.get("/visits/sheet").get_data(as_text=True)
    sheet = client.submit("/visits/sheet", {"day": "2026-10-12", "team": "抢修一班"}).get_data(as_text=True)
    for words in (*USER.values(), "14:00-16:00", "更换燃气表", "用户签字", "示例员工甲（R001）"):
        assert words in sheet
    db.session.rollback()
    rows = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq)).all()[before:]
    assert [row.action for row in rows if row.action.startswith("registry")] == ["registry.visit_sheet"]
    assert world.client("jxw-leader").get("/visits/sheet").status_code == 403


def many(organization_id: int, by: int, count: int) -> None:
    """Visits in slots of which several begin together, some of them breaches."""
    base = at(date(2026, 1, 5), 8)
    with transaction() as session:
        session.add_all(
            Visit(
                organization_id=organization_id, number=f"M{n}", purpose="安检", team=f"班{n % 3}",
                slot_from=base + timedelta(hours=n // 4), slot_until=base + timedelta(hours=n // 4 + 1),
                agreed_how="phone", agreed_at=base, agreed_by_id=by, user_name="示例用户乙",
                user_address="某处", state="done", breach=n % 5 == 0, breach_reason="迟到 3 分钟" if n % 5 == 0 else "",
            )
            for n in range(count)
        )  # fmt: skip


@pytest.mark.parametrize("login", ["rq-dispatcher", "jxw-clerk"])
@pytest.mark.parametrize("query", ["tab=all", "tab=breach", "team=班1"])
def test_every_visit_is_on_exactly_one_page_both_ways(
    world: World, people: People, login: str, query: str
) -> None:
    by = people.by().id
    many(people.organization_id, by, 130)
    many(world.org("gd").id, by, 60)
    client = world.client(login)

    def walk(path: str, rel: str) -> tuple[list[list[str]], str]:
        pages: list[list[str]] = []
        while len(pages) < 20:
            html = client.get(path).get_data(as_text=True)
            pages.append(re.findall(r'href="/visits/(\d+)"', html))
            found = re.search(rf'href="([^"]+)" rel="{rel}"', html)
            if not found:
                return pages, path
            path = found[1].replace("&amp;", "&")
        raise AssertionError(f"no end: {path}")

    forward, last = walk(f"/visits?{query}", "next")
    back, _ = walk(last, "prev")
    ids = [n for page in forward for n in page]
    assert len(ids) == len(set(ids))
    assert sorted(ids) == sorted(n for page in back for n in page)
    wanted = select(Visit).order_by(Visit.slot_from.desc(), Visit.id.desc())
    if login == "rq-dispatcher":
        wanted = wanted.where(Visit.organization_id == world.org("rq").id)
    if "breach" in query:
        wanted = wanted.where(Visit.breach)
    if "team" in query:
        wanted = wanted.where(Visit.team == "班1")
    assert ids == [str(row.id) for row in db.session.scalars(wanted)]


@contextmanager
def recorded() -> Iterator[list[tuple[str, Any]]]:
    """The statements that run inside, with their parameters."""
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        seen.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


QUERIES = (
    "", "tab=pending", "tab=breach", "tab=all", "tab=done", "team=班1", "from=2026-01-06", "to=2026-01-09",
    "staff=1&tab=all", "state=missed", "number=M7", "tab=done&team=班2&from=2026-01-06",
)  # fmt: skip


@pytest.mark.parametrize("login", ["rq-dispatcher", "jxw-clerk"])
def test_lists_take_few_statements_and_walk_through_no_table(
    app: Flask, world: World, people: People, login: str
) -> None:
    many(people.organization_id, people.by().id, 120)
    people.visit(people.staff())
    client = world.client(login)
    for query in QUERIES:
        client.get(f"/visits?{query}")
        with recorded() as seen:
            assert client.get(f"/visits?{query}").status_code == 200
        own = [
            s for s, _ in seen if re.search(r"FROM \(?(SELECT.*)?\s*(visit|staff|organization)\b", s, re.S)
        ]
        assert len(own) <= 6, "\n".join(s[:200] for s in own)
        with db.engine.connect() as connection:
            for statement, parameters in seen:
                if "FROM visit" in statement:
                    plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                    assert not [row[3] for row in plan if re.match(r"SCAN visit(_staff)?(_\d+)?\b", row[3])]


def test_odd_keys_of_paging_are_the_first_page(world: World, visit: int) -> None:
    client = world.client("rq-dispatcher")
    for key in ("1.2.3", "x.y", "99999999999.1", "1", "-1.5"):
        assert client.get(f"/visits?tab=all&after={key}").status_code == 200
