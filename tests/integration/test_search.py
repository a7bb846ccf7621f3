"""Search finds what a plain scan of the same rows finds, on both databases, and nothing that is not one's own."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.complaints import queries_list
from core import clock
from core.calendar_store import load_calendar
from core.db import db
from tests.factories.many import RARE
from tests.factories.world import World
from tests.plain_cases import Scan

TEXTS = (
    "停电", "停电通知", "停", RARE, f"{RARE}街道", f"{RARE}街道电", "E停电5", "e停", "停电5", "etc", "ETC", "tc", "LPG", "1", "12", "2",
    "2026", "026", "380v", "Ａ１２", "ｅｔｃ", "ｗｉｆｉ", "々", "没有提前告知停", "抢修 停电", "停电，抢修", "示例街3", "电诉2026-0000", "wifi表 停",
    "抄表收费阶梯气价", "的", "电压不稳", "不存在的词组", "zzz", "𬭸𬭸",
)  # fmt: skip
NAMES = (
    "赵示例", "赵", "示例", "单试验", "zhao", "zhaoshili", "zsl", "zs", "shanshi", "danshi", "zeng", "ceng", "ZHAOSHI", "ｚｈａｏ", "Shi Li", "shi", "li",
    "o'shi", "example", "139", "1390000", "13900", "9", "示例路12号", "示例路 139", "赵示例 139", "0000", "曾",
)  # fmt: skip
PEOPLE = (
    "jxw-clerk", "jxw-inspector", "swj-clerk", "rq-dispatcher", "rq-handler", "rq-handler2", "gs-leader",
    "gs-handler", "gd-dispatcher", "rq-discloser", "sysadmin",
)  # fmt: skip


def found(by: User, query: str, **filters: str) -> list[int]:
    """What the list shows, all of it, in its order."""
    now, calendar = clock.now(), load_calendar()
    asked = {"q": query, **filters}
    parts = queries_list.portions(by, asked, now=now, calendar=calendar)
    return [i for ids in parts for i in db.session.scalars(select(ids.c.case_id).order_by(ids.c.place))]


@pytest.mark.parametrize("login", PEOPLE)
def test_everybody_finds_what_a_scan_of_their_cases_finds(many_world: World, scan: Scan, login: str) -> None:
    by = many_world.user(login)
    hits = 0
    for query in (*TEXTS, *NAMES):
        ids = found(by, query)
        assert ids == sorted(scan.finds(by, query), reverse=True), query
        hits += len(ids)
    searches = len(TEXTS) + len(NAMES)
    print(f"\n{login}: {searches} searches over {len(scan.rows)} cases, {hits} hits, the same as a scan")


def test_the_searches_are_worth_making(many_world: World, scan: Scan) -> None:
    clerk = many_world.user("jxw-clerk")
    nothing = [query for query in (*TEXTS, *NAMES) if not scan.finds(clerk, query)]
    assert nothing == ["tc", "026", "不存在的词组", "zzz"]
    assert all(len(scan.seen(many_world.user(login))) > 500 for login in PEOPLE[:8])
    assert all(not scan.seen(many_world.user(login)) for login in PEOPLE[8:])


def test_a_search_and_filters_narrow_each_other(many_world: World, scan: Scan) -> None:
    for login in ("jxw-clerk", "rq-handler"):
        by = many_world.user(login)
        wanted = {i for i in scan.finds(by, "停电") if scan.rows[i].case.category == "quality"}
        assert set(found(by, "停电", category="quality")) == wanted
        assert wanted


def test_the_page_shows_the_hits_and_how_many(many: Flask, many_world: World, scan: Scan) -> None:
    by = many_world.user("rq-dispatcher")
    wanted = sorted(scan.finds(by, "停电通知"), reverse=True)
    html = many_world.client("rq-dispatcher", many).get("/cases?q=停电通知").get_data(as_text=True)
    shown = [int(i) for i in re.findall(r'<td[^>]*><a href="/cases/(\d+)"', html)]
    assert shown == wanted[:50]
    assert f"共 {len(wanted)} 件" in html


# ---- who complained --------------------------------------------------------------------------------------------


def named(scan: Scan, ids: set[int]) -> set[int]:
    """Those of the cases whose text repeats the name or the phone of somebody."""
    rows = (scan.rows[i] for i in ids)
    return {r.case.id for r in rows if any(p.name and p.name in r.case.content for p in r.people)}


def test_nobody_without_the_permission_finds_a_person(many_world: World, scan: Scan) -> None:
    inspector = many_world.user("jxw-inspector")
    repeated = named(scan, scan.seen(inspector))
    assert len(repeated) > 500
    for i in sorted(repeated)[:40]:
        person = scan.rows[i].people[0]
        for query in (person.name, person.phone, person.phone[:7]):
            assert i not in found(inspector, query), query
    clerk = many_world.user("jxw-clerk")
    own = {i for i in repeated if scan.rows[i].case.regulator_id == clerk.organization_id}
    for i in sorted(own)[:40]:
        assert i in found(clerk, scan.rows[i].people[0].phone)


@pytest.mark.rule("Q2")
def test_nobody_finds_a_confidential_report_by_who_made_it(many_world: World, scan: Scan) -> None:
    reports = {i: row for i, row in scan.rows.items() if row.case.confidential and row.people}
    assert len(reports) > 100
    for login in ("swj-clerk", "gs-dispatcher", "gs-handler"):
        by = many_world.user(login)
        for i, row in sorted(reports.items())[:15]:
            for query in (row.people[0].name, row.people[0].phone):
                assert i not in found(by, query)
    clerk = many_world.user("swj-clerk")
    assert set(found(clerk, "停")) & reports.keys()


def test_a_regulator_that_only_sampled_a_case_does_not_find_it_by_name(many_world: World, scan: Scan) -> None:
    clerk, dispatcher = many_world.user("jxw-clerk"), many_world.user("rq-dispatcher")
    sampled = [i for i in sorted(scan.seen(clerk)) if scan.rows[i].sampled_by and scan.rows[i].people]
    assert len(sampled) > 100
    for i in sampled[:40]:
        phone = scan.rows[i].people[0].phone
        assert i not in found(clerk, phone)
        assert i in found(dispatcher, phone)
        assert i in found(clerk, scan.rows[i].case.number)
