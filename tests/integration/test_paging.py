"""Pages by key: walking them forward and back shows each case once, in one order, whatever the keys are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from blueprints.accounts.models import User
from blueprints.complaints import queries_list
from blueprints.complaints.queries_list import PAGE, SORTS, ListPage
from blueprints.complaints.states import ENDED
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from tests.factories.cases import Desk
from tests.factories.world import World
from tests.plain_cases import Plain, Scan, access_rows

SHAPES = {"type": ("complaint", "inquiry"), "category": ("quality", "service")}
ORDERS = [f"{sign}{name}" for name in SORTS for sign in ("", "-")]


def page(by: User, filters: dict[str, str], sort: str, **place: str) -> ListPage:
    now, calendar = clock.now(), load_calendar()
    return queries_list.list_page(by, filters, now=now, calendar=calendar, sort=sort, **place)


def forward(by: User, filters: dict[str, str], sort: str) -> Iterator[ListPage]:
    """All pages, from the first to the last."""
    shown = page(by, filters, sort)
    yield shown
    while shown.after:
        shown = page(by, filters, sort, after=shown.after)
        yield shown


def backward(by: User, filters: dict[str, str], sort: str, last: ListPage) -> Iterator[ListPage]:
    """From the last page to the first."""
    shown = last
    while shown.before:
        shown = page(by, filters, sort, before=shown.before)
        yield shown


def ids(pages: list[ListPage]) -> list[int]:
    return [row.id for shown in pages for row in shown.rows]


def key(sort: str, row: Plain) -> tuple[Any, ...]:
    """What a case is sorted by."""
    name, line = sort.lstrip("-"), next(iter(access_rows(row)))
    return {
        "number": (line[1],), "received": (line[3], line[1]), "level": (line[10], line[3], line[1]),
        "due": (line[5], line[4], line[1]),
    }[name]  # fmt: skip


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize(("login", "filters"), [("rq-handler", {}), ("gs-leader", {"type": "complaint"})])
def test_each_case_stands_once_on_the_way_there_and_back(
    many_world: World, scan: Scan, login: str, filters: dict[str, str], sort: str
) -> None:
    by = many_world.user(login)
    mine = [scan.rows[i] for i in scan.seen(by)]
    mine = [row for row in mine if all(getattr(row.case, name) == value for name, value in filters.items())]
    down = sort.startswith("-") and sort != "-due"
    wanted = [row.case.id for row in sorted(mine, key=lambda row: key(sort, row), reverse=down)]
    assert len({key(sort, row)[:-1] for row in mine}) < len(mine)
    there = list(forward(by, filters, sort))
    assert ids(there) == wanted
    assert all(len(shown.rows) == PAGE for shown in there[:-1])
    back = list(backward(by, filters, sort, there[-1]))
    assert [ids([shown]) for shown in reversed(back)] == [ids([shown]) for shown in there[:-1]]
    assert (back[-1].before, back[-1].after is not None, there[-1].after) == (None, True, None)


def test_one_statement_for_many_values_does_not_mix_them(many_world: World, scan: Scan) -> None:
    people = [many_world.user(login) for login in ("rq-handler", "gs-leader", "jxw-clerk")]
    asked = [(name, value) for name, values in SHAPES.items() for value in values]
    for by in [*people, people[0]]:
        for name, value in asked:
            mine = {i for i in scan.seen(by) if getattr(scan.rows[i].case, name) == value}
            shown = set(ids(list(forward(by, {name: value}, ""))))
            assert shown == mine, (by.login, name, value)


def test_pages_of_a_search(many_world: World, scan: Scan) -> None:
    by = many_world.user("rq-handler")
    for query in ("停电", "139", "示例"):
        for sort in ("", "number"):
            wanted = sorted(scan.finds(by, query), reverse=sort == "")
            there = list(forward(by, {"q": query}, sort))
            assert ids(there) == wanted
            back = list(backward(by, {"q": query}, sort, there[-1]))
            assert ids(back[::-1]) == wanted[: len(back) * PAGE]


def test_links_lead_through_the_pages(many: Flask, many_world: World, scan: Scan) -> None:
    client, address, seen = many_world.client("gs-handler", many), "/cases?sort=due&state=ended", []
    while address:
        html = client.get(address).get_data(as_text=True)
        seen += [int(i) for i in re.findall(r'href="/cases/(\d+)">', html)]
        found = re.search(r'href="([^"]+)" rel="next"', html)
        address = found[1].replace("&amp;", "&") if found else ""
    by = many_world.user("gs-handler")
    ended = {state.value for state in ENDED}
    assert len(seen) == len(set(seen))
    assert set(seen) == {i for i in scan.seen(by) if scan.rows[i].case.state in ended}


ODD = (
    "",
    "x",
    "~",
    "1",
    "2026-01-01~1",
    "~".join("1" * 9),
    "9" * 40,
    "2026-10-01T00:00:00+00:00~99999999999",
    "é~1",
    "nan~2",
)


@pytest.mark.parametrize("place", ODD)
def test_a_place_that_means_nothing_is_the_beginning(many_world: World, place: str) -> None:
    by = many_world.user("rq-handler")
    first = ids([page(by, {}, "level")])
    assert ids([page(by, {}, "level", after=place)]) == first
    assert ids([page(by, {}, "level", before=place)]) == first


def test_a_place_stays_one_when_its_case_is_gone(each_app: Flask, each_world: World) -> None:
    desk = Desk()
    made = [desk.register("rq-dispatcher", "rq", channel="gas_hotline") for _ in range(PAGE + 12)]
    by = each_world.user("rq-dispatcher")
    first = page(by, {"state": "registered"}, "number")
    gone = first.rows[-1].id
    desk.do(gone, "decline", "rq-dispatcher", reason="不属于供气服务范围", **desk.told())
    by = each_world.user("rq-dispatcher")
    second = page(by, {"state": "registered"}, "number", after=first.after or "")
    assert ids([second]) == made[PAGE:]
    assert second.before is not None


def test_no_limit_sorts_last_by_urgency(each_app: Flask, each_world: World) -> None:
    desk = Desk()
    running, ended = (desk.register("rq-dispatcher", "rq", channel="gas_hotline") for _ in range(2))
    with transaction():
        desk.case(ended).due_at = None
    db.session.remove()
    by = each_world.user("rq-dispatcher")
    assert ids([page(by, {}, "due")]) == [running, ended]
