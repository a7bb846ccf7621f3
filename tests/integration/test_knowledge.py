"""知识库: wordings are proposed, published by somebody else, found, used, and never changed afterwards."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from blueprints.accounts.models import RoleGrant
from blueprints.knowledge.models import KnowledgeItem, KnowledgeVersion
from core.authz import Role
from core.db import db, transaction
from core.inbox import Notification
from tests.factories.world import World

TEXT = "{诉求人称呼}，您好：您反映的“{标题}”（{编号}）已经核实，我们已经补发通知并改进告知办法。{答复单位}，{日期}。"
FIELDS = {
    "kind": "reply", "title": "停供告知：已核实", "category": "service", "emergency": "", "clause": "F5.2", "text": TEXT,
}  # fmt: skip


def text(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def rows(model: type) -> list:
    db.session.rollback()
    return list(db.session.scalars(select(model).order_by(model.id)))


def proposed(client: FlaskClient, **fields: str) -> tuple[int, int]:
    """(item, version) of a new item."""
    answer = client.submit("/knowledge/new", FIELDS | fields)
    assert answer.status_code == 303, text(answer)[:3000]
    version = rows(KnowledgeVersion)[-1]
    return version.item_id, version.id


def published(world: World, who: str = "rq-handler", by: str = "rq-leader", **fields: str) -> tuple[int, int]:
    item, version = proposed(world.client(who), **fields)
    answer = world.client(by).submit(f"/knowledge/versions/{version}/decide", {"decision": "publish"})
    assert answer.status_code == 303, text(answer)[:3000]
    return item, version


def test_a_wording_is_proposed_published_replaced_and_compared(app: Flask, world: World) -> None:
    handler, leader = world.client("rq-handler"), world.client("rq-leader")
    item, first = proposed(handler)
    assert "停供告知" not in text(handler.get("/knowledge"))
    assert "停供告知" in text(leader.get("/knowledge?state=waiting"))
    told = [row for row in rows(Notification) if row.link == f"/knowledge/versions/{first}/decide"]
    assert [row.user_id for row in told] == [world.user("rq-leader").id]
    page = text(leader.get(f"/knowledge/versions/{first}/decide"))
    assert "补发通知" in page
    assert leader.submit(f"/knowledge/versions/{first}/decide", {"decision": "publish"}).status_code == 303
    assert "停供告知" in text(handler.get("/knowledge"))
    again = {"text": TEXT.replace("补发通知", "逐户补发通知"), "reason": "写得更清楚"}
    assert handler.submit(f"/knowledge/{item}/propose", again).status_code == 303
    second = rows(KnowledgeVersion)[-1]
    assert rows(KnowledgeItem)[0].text == TEXT
    waiting = handler.submit(f"/knowledge/{item}/propose", again | {"text": "又一稿"})
    assert waiting.status_code == 409
    assert "已经有一稿在等审定" in text(waiting)
    page = text(leader.get(f"/knowledge/versions/{second.id}/decide"))
    assert "<ins>逐户</ins>" in page
    assert (
        leader.submit(f"/knowledge/versions/{second.id}/decide", {"decision": "publish"}).status_code == 303
    )
    states = [(version.number, version.state, version.text) for version in rows(KnowledgeVersion)]
    assert states == [(1, "replaced", TEXT), (2, "published", again["text"])]
    assert rows(KnowledgeItem)[0].text == again["text"]
    assert "<ins>逐户</ins>" in text(handler.get(f"/knowledge/{item}/compare"))
    assert "提出模板或口径" in text(handler.get(f"/knowledge/{item}"))


def test_nobody_publishes_the_own_proposal_unless_alone(app: Flask, world: World) -> None:
    with transaction() as session:
        grant = RoleGrant(role=Role.ENTERPRISE_LEADER.value, granted_by="安全管理员甲")
        grant.user_id, grant.granted_at = (
            world.user("rq-dispatcher").id,
            world.user("rq-dispatcher").created_at,
        )
        session.add(grant)
    dispatcher = world.client("rq-dispatcher")
    _, version = proposed(dispatcher)
    path = f"/knowledge/versions/{version}/decide"
    refused = dispatcher.submit(path, {"decision": "publish", "remark": "自己提的自己发"})
    assert refused.status_code == 409
    assert "自己提的，不能由您发布" in text(refused)
    with transaction():
        db.session.get_one(type(world.user("rq-leader")), world.user("rq-leader").id).active = False
    bare = dispatcher.submit(path, {"decision": "publish"})
    assert bare.status_code == 422
    assert "请写明理由" in text(bare)
    assert dispatcher.submit(path, {"decision": "publish", "remark": "本单位只有一人审定"}).status_code == 303
    assert rows(KnowledgeVersion)[-1].state == "published"
    late = dispatcher.submit(path, {"decision": "reject", "remark": "再来一次试试"})
    assert late.status_code == 409
    assert "已经审定过" in text(late)


def test_what_is_turned_down_needs_a_reason(app: Flask, world: World) -> None:
    _, version = proposed(world.client("rq-handler"))
    leader = world.client("rq-leader")
    path = f"/knowledge/versions/{version}/decide"
    assert leader.submit(path, {"decision": "reject", "remark": "不"}).status_code == 422
    assert leader.submit(path, {"decision": "reject", "remark": "口气太生硬，请重写"}).status_code == 303
    assert rows(KnowledgeVersion)[-1].state == "rejected"
    assert rows(KnowledgeItem)[-1].published == 0
    mine = [row.text for row in rows(Notification) if row.user_id == world.user("rq-handler").id]
    assert any("口气太生硬" in words for words in mine)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": "{姓名}您好"}, "没有“{姓名}”这个占位"),
        ({"kind": "script", "text": "{编号}"}, "照着念"),
        ({"kind": "safety"}, "哪种险情"),
        ({"emergency": "leak"}, "只有安全提示"),
        ({"clause": "F99"}, "没有这一条"),
        ({"text": " "}, "请填写"),
        ({"title": ""}, "请填写"),
        ({"category": "weather"}, "请从列出的选项中选择"),
    ],
)
def test_bad_input_is_refused_with_what_was_typed(
    app: Flask, world: World, fields: dict[str, str], words: str
) -> None:
    answer = world.client("rq-handler").submit("/knowledge/new", FIELDS | fields)
    assert answer.status_code == 422
    assert words in text(answer).replace("&#34;", '"')
    assert rows(KnowledgeItem) == []


def test_enterprises_see_their_regulators_items_in_use_and_nobody_elses(app: Flask, world: World) -> None:
    shared, _ = published(world, "jxw-clerk", "jxw-supervisor", title="主管部门的口径")
    waiting, _ = proposed(world.client("jxw-clerk"), title="主管部门还没发布的")
    own, _ = published(world, title="燃气公司的口径")
    gas, power, water = (world.client(name) for name in ("rq-handler", "gd-handler", "gs-handler"))
    page = text(gas.get("/knowledge"))
    assert "主管部门的口径" in page
    assert "燃气公司的口径" in page
    assert "燃气公司的口径" not in text(power.get("/knowledge"))
    assert "主管部门的口径" in text(power.get("/knowledge"))
    assert "口径</a>" not in text(water.get("/knowledge"))
    assert "燃气公司的口径" not in text(world.client("jxw-leader").get("/knowledge"))
    assert gas.get(f"/knowledge/{shared}").status_code == 200
    assert gas.get(f"/knowledge/{waiting}").status_code == 404
    assert (
        gas.submit(f"/knowledge/{shared}/propose", {"text": "改别人的", "reason": "试试"}).status_code == 404
    )
    assert power.get(f"/knowledge/{own}").status_code == 404
    assert world.client("gd-leader").submit(f"/knowledge/{own}/active").status_code == 404
    assert "示例区经济信息委" in text(gas.get(f"/knowledge/{shared}"))
    assert "受理员" not in text(gas.get(f"/knowledge/{shared}"))


def test_search_filters_and_order(app: Flask, world: World) -> None:
    first, _ = published(world, title="停气通知", text="我们已经补发停气通知。")
    published(
        world, title="费用核对", category="charging", clause="", text="我们已经核对抄表记录。"
    )
    world.fresh()
    with transaction() as session:
        session.get_one(KnowledgeItem, first).uses = 7
    client = world.client("rq-dispatcher")
    page = text(client.get("/knowledge"))
    assert page.index("停气通知") < page.index("费用核对")
    for query, there, gone in (
        ("q=抄表", "费用核对</a>", "停气通知</a>"),
        ("category=charging", "费用核对</a>", "停气通知</a>"),
        ("clause=F5.2", "停气通知</a>", "费用核对</a>"),
        ("q=不存在的词", "没有符合", "停气通知</a>"),
        ("q=。", "没有符合", "停气通知</a>"),
    ):
        page = text(client.get(f"/knowledge?{query}"))
        assert there in page, query
        assert gone not in page, query


def test_an_item_is_retired_and_taken_up_again(app: Flask, world: World) -> None:
    item, _ = published(world)
    leader = world.client("rq-leader")
    assert leader.submit(f"/knowledge/{item}/active").status_code == 303
    assert "停供告知" not in text(leader.get("/knowledge"))
    assert "停供告知" in text(leader.get("/knowledge?state=retired"))
    assert leader.submit(f"/knowledge/{item}/active").status_code == 303
    assert "停供告知" in text(leader.get("/knowledge"))
    assert world.client("rq-handler").submit(f"/knowledge/{item}/active").status_code == 403
    row = rows(KnowledgeItem)[0]
    changed = {
        "title": "停供告知",
        "category": "quality",
        "emergency": "",
        "clause": "F5.2",
        "version": str(row.version),
    }
    assert leader.submit(f"/knowledge/{item}/edit", changed).status_code == 303
    assert rows(KnowledgeItem)[0].category == "quality"
    assert leader.submit(f"/knowledge/{item}/edit", changed).status_code == 409


def test_what_comes_with_the_product_is_loaded_once_by_command(app: Flask, world: World) -> None:
    run = app.test_cli_runner().invoke
    first = run(args=["knowledge", "load", "--organization", "rq", "--json"])
    assert first.exit_code == 0, first.output
    loaded = json.loads(first.output.splitlines()[-1])["loaded"]
    assert loaded >= 12
    again = run(args=["knowledge", "load", "--organization", "rq", "--json"])
    assert json.loads(again.output.splitlines()[-1])["loaded"] == 0
    items = rows(KnowledgeItem)
    assert len(items) == loaded
    assert {item.emergency for item in items if item.kind == "safety"} == {"leak", "burst", "other"}
    assert {item.clause[:1] for item in items if item.kind == "reply"} == {"F"}
    assert all(item.published == 1 and item.active for item in items)
    page = text(world.client("rq-handler").get(f"/knowledge/{items[0].id}"))
    assert "随系统提供" in page
    assert "燃气泄漏" in text(world.client("rq-handler").get("/knowledge?q=抢修电话&kind=safety"))
    world.fresh()
    assert run(args=["knowledge", "load", "--organization", "gs"]).exit_code == 0
    water = [item for item in rows(KnowledgeItem) if item.organization_id == world.org("gs").id]
    assert {item.clause[:1] for item in water if item.kind == "reply"} == {"Q"}
    unknown = run(args=["knowledge", "load", "--organization", "nobody"])
    assert unknown.exit_code == 2
    assert "没有代号为“nobody”的单位" in unknown.output


def test_both_databases_search_filter_count_and_keep(each_app: Flask) -> None:
    world = World()
    run = each_app.test_cli_runner().invoke
    assert run(args=["knowledge", "load", "--organization", "rq"]).exit_code == 0
    item, _ = published(world)
    client = world.client("rq-handler")
    for path, words in (
        ("/knowledge?q=抄表", "费用核对"),
        ("/knowledge?sector=gas&kind=safety", "燃气泄漏"),
        (f"/knowledge/{item}", "用过 0 次"),
        ("/knowledge?after=0.9", "停"),
    ):
        assert words in text(client.get(path)), path
