"""Pages of clauses, local settings, channels and law limits: what is shown, who may edit, what is refused."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from blueprints.rulebook import queries
from blueprints.rulebook.service import base_ruleset, ruleset_codes, ruleset_for
from core.db import db
from tests.factories.world import World

REASON = "经理办公会2026年第4次会议决定。"
TALKS = "/settings/qitaihe/gs/talks_before_shelving"


def text_of(client: FlaskClient, path: str, status: int = 200) -> str:
    """The words of a page."""
    answer = client.get(path)
    assert answer.status_code == status, path
    return plain(answer.get_data(as_text=True))


def plain(markup: str) -> str:
    """Markup without tags and line breaks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def hidden(client: FlaskClient, path: str, name: str) -> str:
    """The value of a hidden input of the page's last form."""
    found = re.findall(rf'name="{name}" value="([^"]*)"', client.get(path).get_data(as_text=True))
    assert found
    return str(found[-1])


def newest(world: World, key: str, owner: str = "gs", code: str = "qitaihe") -> Any:
    """The stored value of a key."""
    row = queries.newest_settings(world.org(owner).id, code).get(key)
    return row.value if row else None


@pytest.mark.parametrize("login", ["rq-handler", "gs-leader", "jxw-clerk", "sysadmin", "gs-discloser"])
def test_everybody_with_the_permission_reads_every_clause(world: World, login: str) -> None:
    client = world.client(login)
    assert "征求意见稿" in text_of(client, "/rules")
    for code in ruleset_codes():
        ruleset = base_ruleset(code)
        words = text_of(client, f"/rules/{code}")
        assert all(re.sub(r"\s+", " ", clause.text) in words for clause in ruleset.clauses)
        assert ("征求意见稿" in words.replace(ruleset.title, "")) == (code == "fuling")


@pytest.mark.parametrize("login", ["gs-accounts", "secadmin", "auditadmin"])
def test_others_do_not(world: World, login: str) -> None:
    client = world.client(login)
    for path in ("/rules", "/clauses/F5.2", "/settings", "/channels", "/law-limits", "/calendar"):
        assert client.get(path).status_code == 403


def test_strangers_sign_in_first(world: World, app: Any) -> None:
    for path in ("/rules", "/settings", "/calendar", TALKS):
        answer = app.test_client().get(path)
        assert (answer.status_code, "/sign-in" in answer.location) == (303, True)


def test_each_clause_has_a_page_with_what_rests_on_it(world: World) -> None:
    client = world.client("rq-leader")
    for code in ruleset_codes():
        for clause in base_ruleset(code).clauses:
            assert re.sub(r"\s+", " ", clause.text) in text_of(client, f"/clauses/{clause.id}")
    page = client.get("/clauses/F5.2").get_data(as_text=True)
    assert "data-peek-content" in page
    assert "征求意见稿" in plain(page).replace(base_ruleset("fuling").title, "")
    water = text_of(client, "/clauses/Q5")
    assert "5个工作日，从收到起算" in water
    assert "条款写明" in water
    for unknown in ("F99", "x", "F5.2%00", "%ED%A0%80", "F" * 3000):
        assert client.get(f"/clauses/{unknown}").status_code == 404


def test_what_the_rule_leaves_open_is_never_shown_as_its_words(world: World) -> None:
    page = text_of(world.client("gs-handler"), "/clauses/Q2")
    row = page[page.index("时限 受理") :]
    assert "1个工作日，从收到起算" in row
    assert row.index("本单位设定") < row.index("步骤")
    assert "本单位定为收到后一个工作日" in row


def test_the_hotline_stands_with_its_remark(world: World) -> None:
    page = text_of(world.client("jxw-leader"), "/channels")
    assert "95598" in page
    assert "95588" in page


def test_a_leader_sets_a_value_with_a_reason(world: World) -> None:
    client = world.client("gs-leader")
    answer = client.submit(TALKS, {"setting": "3", "reason": REASON, "seen": hidden(client, TALKS, "seen")})
    assert (answer.status_code, newest(world, "talks_before_shelving")) == (303, 3)
    page = text_of(client, "/settings")
    assert REASON in page
    assert "供排水公司分管经理 2026-10-12 09:30" in page
    assert REASON in text_of(client, "/settings/history")
    assert REASON in text_of(client, TALKS)
    assert REASON in text_of(client, "/clauses/Q6.2")
    assert ruleset_for(world.org("gs")).number("talks_before_shelving") == 3


@pytest.mark.parametrize(
    ("key", "data", "value"),
    [
        ("callback_required", {"setting": "no"}, False),
        ("significant_definition", {"setting": "停水超过24小时。"}, "停水超过24小时。"),
        ("closing_right_level_3", {"setting": "leader"}, "leader"),
        ("limit:callback", {"amount": "3", "unit": "day"}, {"amount": 3, "unit": "day"}),
        (
            "channel:hotline_12345",
            {"name": "12345便民热线", "remark": "", "active": "y"},
            {"name": "12345便民热线", "remark": None, "active": True},
        ),
    ],
)
def test_each_kind_of_value_has_its_form(world: World, key: str, data: dict[str, str], value: object) -> None:
    client = world.client("gs-leader")
    path = f"/settings/qitaihe/gs/{key}"
    assert client.get(path).status_code == 200
    answer = client.submit(path, {**data, "reason": REASON, "seen": "0"})
    assert (answer.status_code, newest(world, key)) == (303, value)


def test_nothing_typed_is_lost_when_a_value_is_refused(world: World) -> None:
    client = world.client("gs-leader")
    for data in ({"setting": "三"}, {"setting": "0"}, {"setting": "2"}, {"setting": "9" * 30}, {}):
        answer = client.submit(TALKS, {**data, "reason": REASON})
        assert answer.status_code == 422
        assert REASON in answer.get_data(as_text=True)
    assert client.submit(TALKS, {"setting": "3", "reason": " "}).status_code == 422
    assert newest(world, "talks_before_shelving") is None


@pytest.mark.rule("Q5")
def test_what_the_rule_states_is_refused_with_its_clause(world: World) -> None:
    client = world.client("gs-leader")
    path = "/settings/qitaihe/gs/limit:completion"
    assert "自己写明的" in text_of(client, path)
    answer = client.submit(path, {"amount": "9", "unit": "workday", "reason": REASON})
    assert answer.status_code == 409
    assert "Q5" in plain(answer.get_data(as_text=True))
    assert newest(world, "limit:completion") is None
    assert "修改“办结”" not in client.get("/settings").get_data(as_text=True)


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("gd-leader", "/settings/fuling/jxw/limit:completion", 403),
        ("rq-leader", "/settings/fuling/jxw/callback_required", 403),
        ("gd-leader", TALKS, 404),
        ("jxw-leader", TALKS, 404),
        ("swj-leader", TALKS, 403),
        ("swj-leader", "/settings/fuling/jxw/callback_required", 404),
        ("gs-dispatcher", TALKS, 403),
        ("sysadmin", TALKS, 403),
        ("gs-leader", "/settings/fuling/gs/callback_required", 404),
        ("gs-leader", "/settings/qitaihe/gs/no_such", 404),
        ("gs-leader", "/settings/nix/gs/callback_required", 404),
    ],
)
def test_nobody_sets_the_values_of_another(world: World, login: str, path: str, status: int) -> None:
    client = world.client(login)
    assert client.get(path).status_code == status
    data = {"setting": "7", "amount": "7", "unit": "workday", "reason": REASON}
    assert client.submit(path, data).status_code == status
    for owner, code in (("jxw", "fuling"), ("gs", "qitaihe"), ("gs", "fuling")):
        assert queries.newest_settings(world.org(owner).id, code) == {}


def test_scopes_of_others_are_not_found(world: World) -> None:
    client = world.client("rq-leader")
    for path in ("/settings", "/channels", "/settings/history"):
        assert client.get(f"{path}?scope=fuling/jxw").status_code == 200
        for foreign in ("qitaihe/gs", "fuling/rq", "fuling/swj", "x", "/", "fuling/jxw/1"):
            assert client.get(path, query_string={"scope": foreign}).status_code == 404
    assert client.get("/rules/qitaihe?owner=gs").status_code == 404
    assert client.get("/rules/fuling?owner=jxw").status_code == 200


def test_a_reader_sees_who_is_responsible_but_no_links_to_edit(world: World) -> None:
    page = world.client("gd-leader").get("/settings").get_data(as_text=True)
    assert "示例区经济信息委" in plain(page)
    assert "/settings/fuling/jxw/" not in page
    assert "没有与您有关的设定" in text_of(world.client("sysadmin"), "/settings")


def test_a_second_editor_sees_both_values_and_keeps_the_text(world: World) -> None:
    first, second = world.client("gs-leader"), world.client("gs-leader")
    seen = hidden(first, TALKS, "seen")
    assert first.submit(TALKS, {"setting": "3", "reason": REASON, "seen": seen}).status_code == 303
    answer = second.submit(TALKS, {"setting": "5", "reason": "另一个理由。", "seen": seen})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert REASON in plain(page)
    assert "另一个理由。" in page
    assert newest(world, "talks_before_shelving") == 3
    now_seen = re.findall(r'name="seen" value="(\d+)"', page)[-1]
    again = second.submit(TALKS, {"setting": "5", "reason": "另一个理由。", "seen": now_seen})
    assert (again.status_code, newest(world, "talks_before_shelving")) == (303, 5)


def test_a_form_sent_twice_is_kept_once(world: World) -> None:
    client = world.client("gs-leader")
    data = {"setting": "3", "reason": REASON, "seen": "0", "submission_key": "a" * 32}
    assert client.submit(TALKS, data).status_code == 303
    assert client.submit(TALKS, data).status_code == 303
    assert len(queries.setting_rows(world.org("gs").id, "qitaihe")) == 1


def test_a_regulator_adopts_edits_and_shelves_law_limits(world: World) -> None:
    client = world.client("jxw-leader")
    assert "重庆市天然气管理条例" in text_of(client, "/law-limits")
    answer = client.submit("/law-limits/adopt", {"codes": ["urban_gas_29"]})
    assert answer.status_code == 303
    row = queries.law_limits(world.org("jxw").id)[0]
    path = f"/law-limits/{row.id}"
    facts = {"law": row.law, "article": row.article, "text": row.text, "sectors": ["gas"], "unit": "workday"}
    edited = {**facts, "amount": "12", "complex_amount": "20"}
    assert client.submit(path, {**edited, "version": hidden(client, path, "version")}).status_code == 303
    assert "12个工作日，情况复杂的20个工作日" in text_of(world.client("rq-handler"), "/law-limits")
    stale = client.submit(path, {**edited, "amount": "14", "version": "1"})
    assert (stale.status_code, "14" in stale.get_data(as_text=True)) == (409, True)
    assert client.submit(path, {**edited, "amount": "12", "complex_amount": "3"}).status_code in (409, 422)
    assert client.submit(f"{path}/active", {"version": "1"}).status_code == 409
    assert client.submit(f"{path}/active", {"version": "2"}).status_code == 303
    assert "已停用" in text_of(client, "/law-limits")
    new = {**facts, "law": "示例条例", "amount": "10", "unit": "day"}
    assert client.submit("/law-limits/new", new).status_code == 303
    assert client.submit("/law-limits/new", {**new, "sectors": ["water"]}).status_code == 422
    assert client.submit("/law-limits/adopt", {}).status_code == 422


def test_law_limits_belong_to_their_regulator(world: World) -> None:
    world.client("jxw-leader").submit("/law-limits/adopt", {"codes": ["urban_gas_29"]})
    row_id = queries.law_limits(world.org("jxw").id)[0].id
    for login, status in (("swj-leader", 404), ("rq-leader", 404), ("jxw-clerk", 403), ("sysadmin", 403)):
        client = world.client(login)
        assert client.get(f"/law-limits/{row_id}").status_code == status
        assert client.submit(f"/law-limits/{row_id}/active", {"version": "1"}).status_code == status
    adopted = {"codes": ["urban_gas_29"]}
    assert world.client("rq-leader").submit("/law-limits/new", {}).status_code == 403
    assert world.client("rq-leader").submit("/law-limits/adopt", adopted).status_code == 403
    assert world.client("swj-leader").submit("/law-limits/adopt", adopted).status_code == 422
    assert world.client("jxw-leader").get("/law-limits/99999999999").status_code == 404
    db.session.rollback()
    assert [row.active for row in queries.law_limits(world.org("jxw").id)] == [True]
    assert "城镇燃气管理条例" not in text_of(world.client("gs-handler"), "/law-limits")
