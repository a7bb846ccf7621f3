"""Saved views of the case list: a person's own names for filters and order."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import clock, saved_views
from core.db import db, transaction
from tests.factories.world import World

PAGE = "complaints.cases"


def save(client: FlaskClient, query: str, name: str) -> str:
    """Save the list behind `query`; where it led to, or the page that refused."""
    page = client.get(f"/cases/views?{query}").get_data(as_text=True)
    kept = re.search(r'name="query"[^>]*value="([^"]*)"', page).group(1).replace("&amp;", "&")
    answer = client.submit("/cases/views", {"name": name, "query": kept})
    return answer.headers.get("Location") or answer.get_data(as_text=True)


def tabs(client: FlaskClient, address: str = "/cases") -> list[tuple[str, bool]]:
    """(label, whether it is the present one) of the tabs after the usual ones."""
    html = client.get(address).get_data(as_text=True)
    bar = re.search(r'<nav class="tabs" aria-label="常用清单">.*?</nav>', html, re.S).group(0)
    return [
        (label, bool(now))
        for now, label in re.findall(r"<a href=\"[^\"]*\"( aria-current[^>]*)?>([^<]+)", bar)
    ][6:]


def stored(login: str) -> list[saved_views.View]:
    db.session.remove()
    return saved_views.views_of(World().user(login).id, PAGE)


@pytest.fixture
def three(app: Flask, world: World) -> list[int]:
    """Ids of three saved lists of a clerk: 甲, 乙, 丙."""
    with transaction():
        clerk = world.user("jxw-clerk").id
        queries = (("甲", "state=open"), ("乙", "level=1"), ("丙", "q=%E5%81%9C%E6%B0%94&sort=due"))
        return [saved_views.save(clerk, PAGE, name, query, now=clock.now()).id for name, query in queries]


def test_a_list_is_saved_shown_as_tab_and_removed(each_app: Flask, each_world: World) -> None:
    client = each_world.client("jxw-clerk", each_app)
    assert "存为常用清单" not in client.get("/cases").get_data(as_text=True)
    assert "存为常用清单" in client.get("/cases?state=open&sort=due").get_data(as_text=True)
    assert save(client, "state=open&sort=due&nonsense=1", "在办按时限") == "/cases?state=open&sort=due"
    assert [(v.name, v.query) for v in stored("jxw-clerk")] == [("在办按时限", "state=open&sort=due")]
    assert tabs(client) == [("在办按时限", False)]
    for same in (
        "state=open&sort=due",
        "sort=due&state=open&level=&q=",
        "state=open&sort=due&before=1~2&select=1",
    ):
        assert tabs(client, f"/cases?{same}") == [("在办按时限", True)]
    assert tabs(client, "/cases?state=open") == [("在办按时限", False)]
    assert client.submit(f"/cases/views/{stored('jxw-clerk')[0].id}/remove", {}).status_code == 303
    assert tabs(client) == []


def test_the_same_name_is_given_anew_and_the_same_form_counts_once(app: Flask, world: World) -> None:
    client = world.client("jxw-clerk")
    save(client, "state=open", "我的")
    assert save(client, "q=停气&sort=-level", "我的") == "/cases?q=%E5%81%9C%E6%B0%94&sort=-level"
    assert [(v.name, v.query) for v in stored("jxw-clerk")] == [("我的", "q=%E5%81%9C%E6%B0%94&sort=-level")]
    form = {"name": "又一个", "query": "level=1", "submission_key": "f" * 32}
    assert [client.submit("/cases/views", form).status_code for _ in range(2)] == [303, 303]
    assert len(stored("jxw-clerk")) == 2


def test_the_page_says_in_words_what_each_list_asks(three: list[int], world: World) -> None:
    html = world.client("jxw-clerk").get("/cases/views").get_data(as_text=True)
    assert re.findall(r'<td data-label="条件">([^<]*)</td>', html) == [
        "状态：全部在办",
        "级别：一级",
        "搜索：停气，按时限排序",
    ]
    assert "按编号倒序" in world.client("jxw-clerk").get("/cases/views?sort=-number").get_data(as_text=True)


def test_lists_are_put_in_order(three: list[int], world: World) -> None:
    client = world.client("jxw-clerk")

    def order() -> str:
        return "".join(label for label, _ in tabs(client))

    assert order() == "甲乙丙"
    assert client.submit(f"/cases/views/{three[2]}/up", {}).status_code == 303
    assert order() == "甲丙乙"
    client.submit(f"/cases/views/{three[0]}/down", {})
    assert order() == "丙甲乙"
    client.submit(f"/cases/views/{three[2]}/up", {})
    client.submit(f"/cases/views/{three[1]}/down", {})
    assert order() == "丙甲乙"
    save(client, "level=2", "丁")
    assert order() == "丙甲乙丁"
    key = {"submission_key": "a" * 32}
    client.submit(f"/cases/views/{three[1]}/up", key)
    client.submit(f"/cases/views/{three[1]}/up", key)
    assert order() == "丙乙甲丁"
    assert client.submit(f"/cases/views/{three[1]}/sideways", {}).status_code == 404


def test_a_list_gets_another_name(three: list[int], world: World) -> None:
    client = world.client("jxw-clerk")
    form = client.get(f"/cases/views/{three[1]}/rename").get_data(as_text=True)
    assert re.search(r'name="name"[^>]*value="乙"', form)
    assert client.submit(f"/cases/views/{three[1]}/rename", {"name": " 一级  投诉 "}).status_code == 303
    assert [label for label, _ in tabs(client)] == ["甲", "一级 投诉", "丙"]
    for name, why in (("丙", "已有名为“丙”的常用清单"), ("", "请填写"), ("长" * 21, "20")):
        answer = client.submit(f"/cases/views/{three[1]}/rename", {"name": name})
        assert answer.status_code == 422
        html = answer.get_data(as_text=True)
        assert why in html
        assert re.search(rf'name="name"[^>]*value="{name}"', html)
    assert [view.name for view in stored("jxw-clerk")] == ["甲", "一级 投诉", "丙"]


@pytest.mark.parametrize("tail", ["rename", "up", "down", "remove"])
def test_another_persons_list_does_not_exist(three: list[int], world: World, tail: str) -> None:
    other = world.client("rq-dispatcher")
    assert tabs(other) == []
    before = stored("jxw-clerk")
    assert other.submit(f"/cases/views/{three[0]}/{tail}", {"name": "抢来的"}).status_code == 404
    assert other.get(f"/cases/views/{three[0]}/rename").status_code == 404
    assert stored("jxw-clerk") == before


def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(app: Flask, world: World) -> None:
    client = world.client("jxw-clerk")
    for name, why in ((" " * 3, "请填写"), ("长" * 21, "20")):
        answer = client.submit("/cases/views", {"name": name, "query": "state=open&q=%E7%94%B5"})
        html = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert why in html
        assert re.search(rf'name="name"[^>]*value="{name.strip()}"', html)
        assert re.search(r'name="query"[^>]*value="state=open&amp;q=%E7%94%B5"', html)
        assert "状态：全部在办" in html
    for number in range(saved_views.MOST):
        save(client, f"state=open&q={number}", f"第{number}个")
    assert "常用清单最多 12 个" in save(client, "state=ended", "多一个")
    assert "条件太长" in save(
        client, "&".join(f"{n}={'电' * 90}" for n in ("q", "type", "category", "channel")), "第1个"
    )
    assert len(stored("jxw-clerk")) == saved_views.MOST
    assert save(client, f"q={'停' * 60}", "第1个").startswith("/cases?q=%E5%81%9C")


@pytest.mark.parametrize("query", ["next=//example.org", "state=open&page=3", "q=停气", "state=open&%61=1"])
def test_only_what_the_list_knows_is_kept(app: Flask, world: World, query: str) -> None:
    client = world.client("jxw-clerk")
    assert client.submit("/cases/views", {"name": "x", "query": query}).status_code == 400
    assert stored("jxw-clerk") == []
