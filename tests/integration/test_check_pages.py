"""Pages of on-site checks: small for tablets, nothing personal in what is kept, forms without scripts, signing."""

from __future__ import annotations

import base64
import io
import re

import pytest
from flask import Flask
from sqlalchemy import event

from blueprints.inspection.service import entries, signing
from core.db import db
from tests.factories.checks import TEAM, Inspected, picture
from tests.factories.plans import Planned
from tests.page_client import CheckingClient

MOST_BYTES = 100 * 1024
MOST_STATEMENTS = 6
LINKED = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css)\?[^"]*)"')


@pytest.fixture
def one(app: Flask) -> Inspected:
    """Checks of the regulator."""
    return Inspected()


def text(client: CheckingClient, path: str, status: int = 200) -> str:
    """A page."""
    answer = client.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


@pytest.mark.rule("F6.2b")
def test_the_tablet_page_is_small(one: Inspected) -> None:
    check_id = one.complete()
    client = one.world.client(TEAM[0])
    html = text(client, f"/checks/{check_id}/tablet")
    files = [client.get(path.replace("&amp;", "&")).data for path in LINKED.findall(html)]
    assert len(files) == 8
    size = len(html.encode()) + sum(map(len, files))
    assert size <= MOST_BYTES, size
    print(f"\ntablet page: {size} bytes of HTML, CSS and scripts")


@pytest.mark.rule("F6.2b")
def test_what_a_tablet_keeps_says_nothing_about_anybody(one: Inspected, app: Flask) -> None:
    one.complete()
    client = app.test_client()
    shell = text(client, "/checks/shell")
    for said in ("示例", "区经济信息委", "JXW", "csrf"):
        assert said not in shell, said
    worker = client.get("/checks/worker.js")
    assert worker.mimetype == "text/javascript"
    kept = re.search(r"const FILES = (\[.*?\]);", worker.get_data(as_text=True))
    assert kept is not None
    assert '"/checks/shell"' in kept[1]
    assert set(LINKED.findall(shell)) <= set(re.findall(r'"([^"]+)"', kept[1]))


@pytest.mark.rule("F6.2b")
def test_from_the_plan_to_the_first_answer_by_forms(one: Inspected) -> None:
    target, client = Planned().ready_target(None), one.world.client(TEAM[0])
    answer = client.submit(f"/plan-targets/{target}/check")
    assert answer.headers["Location"] == "/checks/1/declare"
    refused = client.submit("/checks/1/items/S01", {"answer": "ok"})
    assert (refused.status_code, "请先声明" in refused.get_data(as_text=True)) == (409, True)
    assert client.submit("/checks/1/declare", {"interest": "some"}).status_code == 422
    assert client.submit("/checks/1/declare", {"interest": "none"}).headers["Location"] == "/checks/1/tablet"
    assert client.submit("/checks/1/items/S01", {"answer": "ok"}).status_code == 303
    assert client.submit("/checks/1/items/S02", {"answer": "na"}).status_code == 422
    assert client.submit("/checks/1/items/X99", {"answer": "ok"}).status_code == 404
    page = text(client, "/checks/1/tablet")
    assert "S02　准时开门" in page
    again = client.submit(f"/plan-targets/{target}/check")
    assert again.headers["Location"].endswith(str(target))


@pytest.mark.rule("F6.2b")
def test_every_kind_of_item_by_its_form(one: Inspected) -> None:
    check_id = one.declared()
    client = one.world.client(TEAM[0])
    given = {
        "S01": {"answer": "given", "count_0": "1", "note": "被树遮挡"}, "S02": {"answer": "given", "value": "1.5", "reason": "台面杂乱"},
        "S03": {"answer": "given", "value": "缺项"}, "P01": {"answer": "given", "value": "96.5", "number": "20次"},
        "P02": {"answer": "ok"}, "P03": {"answer": "given", "count_0": "1"}, "G01": {"answer": "given"},
    }  # fmt: skip
    for item, form in given.items():
        assert client.submit(f"/checks/{check_id}/items/{item}", form).status_code == 303, item
    _, state = entries.standing_of(one.row(check_id))
    assert {code: answers[""]["value"] for code, answers in state.answers.items()} == {
        "S01": {"标志不明显": 1}, "S02": {"deduction": "1.5", "reason": "台面杂乱"}, "S03": "缺项", "P01": "96.5",
        "P02": {"座位": 1, "老花镜": 1}, "P03": {"一项": 1}, "G01": False,
    }  # fmt: skip
    for item, form in (("S02", {"answer": "given", "value": "9", "reason": "x"}), ("P01", {"answer": "given", "value": "高"}), ("S01", {"answer": "given"})):
        assert client.submit(f"/checks/{check_id}/items/{item}", form).status_code == 422, item


@pytest.mark.rule("F6.2b")
def test_the_visit_and_counters_by_forms(one: Inspected) -> None:
    check_id = one.declared()
    client = one.world.client(TEAM[0])
    visit = {
        "arrived": "2026-10-12T09:05", "present_name": "示例负责人", "present_post": "主任", "outcome": "closed",
        "outcome_reason": "门已上锁", "photo": (io.BytesIO(picture()), "门.jpg"), "ended": "2026-10-12T09:20",
    }  # fmt: skip
    assert client.submit(f"/checks/{check_id}/visit", visit).status_code == 303
    assert client.submit(f"/checks/{check_id}/instances", {"kind": "柜台", "name": " 1号  窗口 "}).status_code == 303
    _, state = entries.standing_of(one.row(check_id))
    assert state.facts["@outcome"] == {"value": "closed", "note": "门已上锁"}
    assert state.facts["@arrived"] == {"value": "2026-10-12T09:05"}
    assert state.instances == {"柜台": ("1号 窗口",)}
    assert client.submit(f"/checks/{check_id}/instances", {"kind": "窗口", "name": "1"}).status_code == 422
    assert 'value="2026-10-12T09:05"' in text(client, f"/checks/{check_id}/visit")


def test_without_scripts_a_contradiction_is_shown_and_decided(one: Inspected) -> None:
    check_id = one.declared()
    one.answer(check_id, "S03", {"value": "齐全"}, base="")
    one.answer(check_id, "S03", {"value": "没有"}, base="", login=TEAM[1])
    client = one.world.client(TEAM[0])
    page = text(client, f"/checks/{check_id}/tablet?item=S03")
    assert "两位检查人员的答案不同" in page
    decided = {"answer": "given", "value": "缺项", "decides": "1"}
    assert client.submit(f"/checks/{check_id}/items/S03", decided).status_code == 303
    _, state = entries.standing_of(one.row(check_id))
    assert (state.conflicts, state.answers["S03"][""]) == ((), {"value": "缺项"})


@pytest.mark.rule("F6.2b")
def test_signing_by_drawn_pictures_and_what_is_refused(one: Inspected) -> None:
    check_id = one.complete()
    client = one.world.client(TEAM[0])
    assert "内容齐全" in text(client, f"/checks/{check_id}/sign")
    assert client.submit(f"/checks/{check_id}/sign/begin").status_code == 303
    assert one.row(check_id).state == "signing"
    drawn = "data:image/png;base64," + base64.b64encode(picture("PNG", (300, 100))).decode()
    blank = "data:image/png;base64," + base64.b64encode(picture("PNG", (300, 100), ink="white")).decode()
    for odd in ("", blank, "data:text/html;base64,AAAA", "data:image/png;base64,!!!", "data:image/png;base64,AAAA"):
        assert client.submit(f"/checks/{check_id}/sign/mine", {"drawn": odd}).status_code == 422, odd[:40]
    assert client.submit(f"/checks/{check_id}/sign/mine", {"drawn": drawn}).status_code == 303
    assert client.submit(f"/checks/{check_id}/sign/mine", {"drawn": drawn}).status_code == 409
    clerk = one.world.client("jxw-clerk")
    assert clerk.submit(f"/checks/{check_id}/sign/mine", {"drawn": drawn}).status_code == 409
    refusal = {"reason": "不同意扣分", "witness": "示例见证人", "witness_post": "社区网格员", "drawn": drawn}
    assert client.submit(f"/checks/{check_id}/sign/refused", refusal | {"witness": ""}).status_code == 422
    assert client.submit(f"/checks/{check_id}/sign/refused", refusal).status_code == 303
    assert one.row(check_id).state == "signing"
    assert one.world.client(TEAM[1]).submit(f"/checks/{check_id}/sign/mine", {"drawn": drawn}).status_code == 303
    assert one.row(check_id).state == "signed"
    page = text(client, f"/checks/{check_id}")
    assert "没有签字：不同意扣分" in page


def test_lists_are_filtered_and_strangers_see_nothing(one: Inspected) -> None:
    open_id, signed = one.declared(), one.signed()
    numbers = {row: one.row(row).number for row in (open_id, signed)}
    client = one.world.client(TEAM[0])
    page = text(client, "/checks?state=open")
    assert (numbers[open_id] in page, numbers[signed] in page) == (True, False)
    company = one.world.org("gd").id
    assert numbers[open_id] not in text(client, f"/checks?enterprise={company}")
    assert numbers[open_id] in text(client, "/checks?mine=1")
    assert numbers[open_id] not in text(one.world.client("jxw-leader"), "/checks?mine=1")
    assert numbers[open_id] not in text(one.world.client("swj-leader"), "/checks")
    assert one.world.client("rq-leader").get("/checks").status_code == 403


def test_the_list_asks_little_however_long_it_is(one: Inspected) -> None:
    client = one.world.client(TEAM[0])
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _k, statement, *_: asked.append(statement))
    counts = []
    for _ in range(2):
        one.opened()
        one.opened()
        text(client, "/checks")
        asked.clear()
        text(client, "/checks")
        counts.append(len([statement for statement in asked if statement != "BEGIN"]))
    assert counts[0] == counts[1] <= MOST_STATEMENTS, counts


def test_a_record_whose_bytes_were_not_made_can_be_made_again(one: Inspected) -> None:
    check_id = one.signed()
    client = one.world.client(TEAM[0])
    assert "印制笔录" in text(client, f"/checks/{check_id}")
    assert client.submit(f"/checks/{check_id}/record").status_code == 303
    assert one.row(check_id).record_file is not None


def test_what_no_font_has_does_not_stop_the_record(one: Inspected) -> None:
    check_id = one.declared()
    one.answer(check_id, "S01", {"value": {}, "note": "很好👍【检查对象】{we}\n第二行"})
    one.complete(check_id)
    one.answer(check_id, "S01", {"value": {}, "note": "很好👍【检查对象】{we}\n第二行𬭸"})
    one.do(signing.begin, check_id)
    answer = one.world.client(TEAM[0]).get(f"/checks/{check_id}/record.pdf")
    assert (answer.status_code, answer.data[:5]) == (200, b"%PDF-")
