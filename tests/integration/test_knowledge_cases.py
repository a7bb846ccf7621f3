"""Templates beside a reply: filled, inserted, counted when the reply is stored; a reply proposed as template."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.complaints.models import Case
from blueprints.complaints.service.intake import Person
from blueprints.complaints.views.phrases import called
from blueprints.knowledge.models import KnowledgeItem, KnowledgeUse, KnowledgeVersion
from core import clock
from core.clock import to_local
from core.db import db, transaction
from tests.factories.cases import Desk
from tests.factories.world import World
from tests.integration.test_case_pages import statements
from tests.integration.test_knowledge import published, rows, text

FILLED = "已经核实，我们已经补发通知并改进告知办法。"


@pytest.fixture
def verified(desk: Desk) -> int:
    """A case of the gas company that waits for its reply."""
    case = desk.handed_over("rq")
    desk.verified(case, "rq", service_class="")
    desk.rectified(case, "rq")
    return case


def hidden(page: str, name: str) -> str:
    found = re.search(rf'<input type="hidden" name="{name}" value="([^"]*)"', page)
    assert found, name
    return html.unescape(found[1])


def typed(page: str) -> str:
    """What stands in the text of the form."""
    found = re.search(r'<textarea[^>]*name="text"[^>]*>(.*?)</textarea>', page, re.S)
    assert found, page[:3000]
    return html.unescape(found[1]).strip()


def filled_in(client: FlaskClient, path: str, **fields: str) -> dict[str, str]:
    page = text(client.get(path))
    moment = to_local(clock.now()).strftime("%Y-%m-%dT%H:%M")
    given = {name: hidden(page, name) for name in ("version", "seen", "wordings")}
    return given | {"way": "电话", "told_at": moment, "text": typed(page)} | fields


def test_a_template_is_offered_filled_and_counted_once_the_reply_is_stored(
    verified: int, world: World
) -> None:
    item, version = published(world)
    handler = world.client("rq-handler")
    path = f"/cases/{verified}/do/reply"
    page = text(handler.get(path))
    number = db.session.get_one(Case, verified).number
    assert "常用口径" in page
    assert f"用户，您好：您反映的“停供没有提前告知”（{number}）" in html.unescape(page)
    assert "示例燃气公司，2026年10月12日" in html.unescape(page)
    assert f'data-version="{version}"' in page
    chosen = text(handler.get(f"{path}?template={item}"))
    assert typed(chosen).endswith("2026年10月12日。")
    assert hidden(chosen, "wordings") == str(version)
    given = filled_in(handler, f"{path}?template={item}")
    assert handler.submit(path, given | {"way": ""}).status_code in (409, 422)
    assert rows(KnowledgeUse) == []
    assert handler.submit(path, given).status_code == 303
    uses = rows(KnowledgeUse)
    assert [(use.version_id, use.subject_type, use.subject_id) for use in uses] == [
        (version, "case", verified)
    ]
    assert rows(KnowledgeItem)[0].uses == 1
    assert "wordings" not in db.session.get_one(Case, verified).steps[-1].facts
    page = text(handler.get(f"/knowledge/{item}"))
    assert "用过 1 次" in page
    assert "2026年10月" in page


def test_without_scripts_the_form_comes_back_with_the_template_and_what_was_typed(
    verified: int, world: World
) -> None:
    item, version = published(world)
    handler = world.client("rq-handler")
    path = f"/cases/{verified}/do/reply"
    given = filled_in(handler, path, text="我先写的一句。", way="短信") | {"template": str(item)}
    answer = handler.submit(path, given)
    assert answer.status_code == 200
    page = text(answer)
    assert typed(page).startswith("我先写的一句。\n用户，您好")
    assert hidden(page, "wordings") == str(version)
    assert re.search(r'<option selected value="短信"', page)
    assert db.session.get_one(Case, verified).completed_at is None
    found = text(
        handler.submit(path, filled_in(handler, path, text="还在写") | {"find": "1", "phrase": "查无此词"})
    )
    assert typed(found) == "还在写"
    assert "没有找到，换个词再找" in found


def test_what_was_written_anew_or_belongs_to_others_is_not_counted(verified: int, world: World) -> None:
    _, version = published(world)
    _, foreign = published(world, "gd-handler", "gd-leader", text="我们已经核对了三个月的抄表记录。")
    handler = world.client("rq-handler")
    path = f"/cases/{verified}/do/reply"
    other = {
        "text": "经核实情况属实，我们已经核对了三个月的抄表记录，感谢监督。",
        "wordings": f"{version} {foreign} x -1 99999",
    }
    assert handler.submit(path, filled_in(handler, path) | other).status_code == 303
    assert rows(KnowledgeUse) == []
    assert [item.uses for item in rows(KnowledgeItem)] == [0, 0]


def test_the_list_is_searched_beside_the_text(verified: int, world: World) -> None:
    published(world)
    published(world, title="费用核对", category="charging", text="我们已经核对抄表记录。")
    handler = world.client("rq-handler")
    page = text(handler.get(f"/cases/{verified}/phrases?action=reply", headers={"HX-Request": "true"}))
    assert "停供告知" in page
    assert "费用核对" not in page
    page = text(handler.get(f"/cases/{verified}/phrases?phrase=抄表", headers={"HX-Request": "true"}))
    assert "费用核对" in page
    assert "<html" not in page
    assert "回到" in text(handler.get(f"/cases/{verified}/phrases"))


def test_a_confidential_complainant_is_never_spoken_to_by_name(desk: Desk, world: World) -> None:
    named = desk.register("jxw-clerk", "rq", people=(Person("欧阳小明", "13800000009", "示例路9号"),))
    secret = desk.register(
        "jxw-clerk", "rq", people=(Person("王小明", "13800000008", "示例路8号"),), confidential=True,
        title="王小明举报抄表作假", content="王小明说抄表员没有上门，数字是编的，要求查清楚。",
    )  # fmt: skip
    clerk = world.user("jxw-clerk")
    assert called(db.session.get_one(Case, named), clerk) == "欧阳先生／女士"
    assert called(db.session.get_one(Case, secret), clerk) == "用户"
    published(world, "jxw-clerk", "jxw-supervisor", text="{诉求人称呼}，您反映的“{标题}”已经收到。")
    page = text(world.client("jxw-clerk").get(f"/cases/{secret}/phrases"))
    assert "王小明" not in page
    assert "用户，您反映的" in html.unescape(page)


def test_scripts_are_at_hand_while_a_call_is_registered(app: Flask, world: World) -> None:
    leader, dispatcher = ("rq-dispatcher", "rq-leader"), world.client("rq-dispatcher")
    published(
        world, *leader, kind="script", title="费用来电", category="charging", clause="", text="请报户号。"
    )
    published(
        world, *leader, kind="script", title="停气来电", category="quality", clause="", text="请报地址。"
    )
    published(
        world, *leader, kind="safety", title="燃气泄漏", category="", emergency="leak", clause="",
        text="请马上离开，到室外空旷的地方。",
    )  # fmt: skip
    page = text(dispatcher.get("/cases/new"))
    assert page.index("漏气：燃气泄漏") < page.index("<summary>费用来电")
    assert "停气来电" in page
    page = text(dispatcher.get("/cases/new/scripts?category=charging", headers={"HX-Request": "true"}))
    assert "燃气泄漏" in page
    assert "费用来电" in page
    assert "停气来电" not in page
    assert "<html" not in page
    assert "燃气泄漏" not in text(world.client("gd-dispatcher").get("/cases/new"))


def test_a_good_reply_is_proposed_as_template_without_anything_of_the_case(
    verified: int, desk: Desk, world: World
) -> None:
    handler, path = world.client("rq-handler"), f"/cases/{verified}/propose-template"
    assert "还没有答复" in text(handler.get(path))
    assert "提为模板" not in text(handler.get(f"/cases/{verified}"))
    number = desk.case(verified).number
    said = f"示例用户甲，您好：{number}已核实，{desk.case(verified).title}属实，我们已逐户补发通知并向您致歉。有事打 138-0000-0001，示例路1号可上门。"
    desk.reply(verified, "rq-handler", text=said)
    assert "提为模板" in text(handler.get(f"/cases/{verified}"))
    offered = typed(text(handler.get(path)))
    assert (
        offered
        == "{诉求人称呼}，您好：{编号}已核实，{标题}属实，我们已逐户补发通知并向您致歉。有事打 （略），（略）可上门。"
    )
    fields = {
        "title": "补发通知",
        "category": "service",
        "clause": "F5.2",
        "text": offered,
        "reason": "写得清楚",
    }
    for left, words in (
        ("示例用户甲您好，已补发通知。", "诉求人的称呼"),
        ("已补发通知，打 13800000001。", "诉求人的称呼、电话"),
        (f"{number}已补发通知。", "本件的编号"),
        ("已补发通知，打 139 1234 5678。", "像电话、户号的数字"),
        ("户号 20261234567 已处理。", "像电话、户号的数字"),
    ):
        refused = handler.submit(path, fields | {"text": left})
        assert refused.status_code == 422, left
        assert words in text(refused), left
    assert rows(KnowledgeVersion) == []
    assert handler.submit(path, fields).status_code == 303
    version = rows(KnowledgeVersion)[0]
    assert (version.state, version.subject_type, version.subject_id) == ("proposed", "case", verified)
    assert version.item.sectors == ["gas"]
    page = text(world.client("rq-leader").get(f"/knowledge/{version.item_id}"))
    assert f"由 {number} 的答复提出" in page


def test_the_share_of_satisfied_callbacks_stands_on_the_template(
    verified: int, desk: Desk, world: World
) -> None:
    item, _ = published(world)
    handler = world.client("rq-handler")
    path = f"/cases/{verified}/do/reply"
    assert handler.submit(path, filled_in(handler, f"{path}?template={item}")).status_code == 303
    assert "还没有回访" in text(handler.get(f"/knowledge/{item}"))
    world.fresh()
    with transaction() as session:
        session.get_one(Case, verified).satisfied = "fair"
    page = text(handler.get(f"/knowledge/{item}"))
    assert "回访 1 件，满意 1 件" in page
    assert "经办人" not in page.split('id="uses"')[1].split("</section>")[0]


def test_a_handler_who_may_not_know_the_person_proposes_nothing(desk: Desk, world: World) -> None:
    case = desk.handed_over("rq", confidential=True)
    answer = world.client("rq-handler").get(f"/cases/{case}/propose-template")
    assert answer.status_code == 409
    assert "对您保密" in text(answer)


def test_no_page_asks_more_the_more_there_is(verified: int, world: World) -> None:
    handler = world.client("rq-handler")
    item, _version = published(world)
    path = f"/cases/{verified}/do/reply"
    assert handler.submit(path, filled_in(handler, f"{path}?template={item}")).status_code == 303
    paths = ("/knowledge", f"/knowledge/{item}", f"/cases/{verified}/phrases", f"/cases/{verified}/do/note")
    few = {path: len(asked_by(handler, path)) for path in paths}
    for number in range(12):
        published(world, title=f"停供告知之{number}")
        published(world, "rq-handler2", kind="script", title=f"口径{number}", text="您好，请讲。")
    more = {path: len(asked_by(handler, path)) for path in paths}
    assert more == few
    assert more["/knowledge"] <= 4
    assert more[f"/knowledge/{item}"] <= 6


def asked_by(client: FlaskClient, path: str) -> list[str]:
    """The statements of a page, but for who is signed in."""
    client.get(path)  # what stays in memory is read once
    db.session.remove()
    with statements() as seen:
        assert client.get(path).status_code == 200
    return [one for one in seen if one != "BEGIN" and "FROM login_session" not in one]
