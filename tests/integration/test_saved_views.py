"""Saved views of the case list: a person's own names for filters and order."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from core import clock, saved_views
from core.db import db, transaction


def save(client: FlaskClient, query: str, name: str) -> str:
    """Save the list behind `query`; where it led to, or the page that refused."""
    page = client.get(f"/cases/views?{query}").get_data(as_text=True)
    kept = re.search(r'name="query"[^>]*value="([^"]*)"', page).group(1).replace("&amp;", "&")
    answer = client.submit("/cases/views", {"name": name, "query": kept})
    return answer.headers.get("Location") or answer.get_data(as_text=True)


def test_a_list_is_saved_shown_as_tab_and_removed(each_app, each_world):
    client = each_world.client("jxw-clerk", each_app)
    assert "存为常用清单" not in client.get("/cases").get_data(as_text=True)
    assert "存为常用清单" in client.get("/cases?state=open&sort=due").get_data(as_text=True)
    assert save(client, "state=open&sort=due&nonsense=1", "在办按时限") == "/cases?state=open&sort=due"
    listed = client.get("/cases?state=open&sort=due").get_data(as_text=True)
    assert re.search(r'aria-current="page"[^>]*>在办按时限|在办按时限', listed)
    saved = saved_views.views_of(each_world.user("jxw-clerk").id, "complaints.cases")
    assert [(v.name, v.query) for v in saved] == [("在办按时限", "state=open&sort=due")]
    assert "不超过" in save(client, "state=open", " " * 3) or "请填写" in save(client, "state=open", " " * 3)
    gone = client.submit(f"/cases/views/{saved[0].id}/remove", {})
    assert gone.status_code == 303
    assert "在办按时限" not in client.get("/cases").get_data(as_text=True)


def test_nobody_removes_or_sees_anothers_list(app, world):
    mine = world.user("jxw-clerk").id
    with transaction():
        kept = saved_views.save(mine, "complaints.cases", "我的", "state=open", now=clock.now()).id
    other = world.client("rq-dispatcher")
    assert "我的</a>" not in other.get("/cases").get_data(as_text=True)
    assert other.submit(f"/cases/views/{kept}/remove", {}).status_code == 404
    db.session.remove()
    assert len(saved_views.views_of(mine, "complaints.cases")) == 1


def test_only_what_the_list_knows_is_kept(app, world):
    client = world.client("jxw-clerk")
    assert client.submit("/cases/views", {"name": "x", "query": "next=//example.org"}).status_code == 400
    for number in range(saved_views.MOST):
        save(client, f"state=open&q={number}", f"第{number}个")
    assert "最多" in save(client, "state=ended", "多一个")
