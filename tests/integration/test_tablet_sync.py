"""What tablets send: receipts, nothing doubled, contradictions shown, odd and foreign things refused."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.inspection.models import CheckEntry, CheckPhoto, SiteCheck
from blueprints.inspection.service import entries, signing
from core import clock
from core.db import db
from core.files import path_of
from domain.checklists import digest
from tests.factories.checks import ANSWERS, TEAM, Device, Inspected, picture


@pytest.fixture
def one(app: Flask) -> Inspected:
    """Checks of the regulator."""
    return Inspected()


@pytest.fixture
def check_id(one: Inspected) -> int:
    """A check that takes answers."""
    return one.declared()


def count(model: Any) -> int:
    """Rows of a table."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.rule("F6.2b")
def test_the_data_hold_what_a_tablet_needs_and_nobody_elses(one: Inspected, check_id: int) -> None:
    found = Device(check_id).data().json
    assert found["check"]["number"] == "JXW-JC2026-0001"
    assert found["user"]["name"] == "区经济信息委检查员"
    assert [item["code"] for item in found["items"]][:2] == ["S01", "S02"]
    assert found["items"][0]["full"] == {}
    assert "F3.1.2" in found["clauses"]
    assert found["csrf"]
    assert Device(check_id, "jxw-clerk").data().status_code == 409
    assert one.world.client("swj-leader").get(f"/checks/{check_id}/data.json").status_code in (403, 404)


@pytest.mark.rule("F6.2b")
def test_receipts_name_the_digest_and_nothing_is_doubled(check_id: int) -> None:
    device = Device(check_id)
    first = device.entry("S01", ANSWERS["S01"])
    second = device.entry("S01", {"value": {"标志不明显": 1}, "note": "被树遮挡𬭸"}, first["client_id"])
    answer = device.send(first, second).json
    assert [r["client_id"] for r in answer["receipts"]] == [first["client_id"], second["client_id"]]
    assert [r["sha256"] for r in answer["receipts"]] == [device.digest(first), device.digest(second)]
    again = device.send(first, second, first).json
    assert [r["sha256"] for r in again["receipts"]] == [device.digest(row) for row in (first, second, first)]
    changed = device.send(first | {"data": {"value": {"没有标志": 1}}}).json
    assert "两种内容" in changed["refused"][0]["message"]
    assert count(CheckEntry) == 2


@pytest.mark.rule("F6.2b")
def test_two_devices_merge_by_item_and_contradict_on_the_same(one: Inspected, check_id: int) -> None:
    here, there = Device(check_id), Device(check_id, TEAM[1])
    mine, theirs = here.entry("S01", {"value": {}}), there.entry("S01", {"value": {"不统一": 2}})
    assert here.send(mine, here.entry("S03", ANSWERS["S03"])).status_code == 200
    answer = there.send(theirs, there.entry("P02", ANSWERS["P02"])).json
    assert {row["item"] for row in answer["entries"]} == {"S01", "S03", "P02"}
    assert {row["by"] for row in answer["entries"]} == {"区经济信息委检查员", "区经济信息委督办员"}
    _, state = entries.standing_of(one.row(check_id))
    assert state.conflicts == (("S01", ""),)
    heads = [mine["client_id"], theirs["client_id"]]
    there.send(there.entry("S01", {"value": {"不统一": 1}}, heads[0], resolves=heads))
    _, state = entries.standing_of(one.row(check_id))
    assert (state.conflicts, state.answers["S01"][""]) == ((), {"value": {"不统一": 1}})


@pytest.mark.rule("F6.2b")
def test_after_signing_began_entries_are_refused_with_the_reason(one: Inspected, check_id: int) -> None:
    one.signing(check_id)
    device = Device(check_id)
    answer = device.send(device.entry("S01", ANSWERS["S01"]))
    assert answer.status_code == 200
    assert answer.json["receipts"] == []
    assert "已经开始签字" in answer.json["refused"][0]["message"]
    photo = device.send_photo(picture())
    assert (photo.status_code, "已经开始签字" in photo.json["message"]) == (409, True)


@pytest.mark.rule("F6.2b")
def test_nobody_signs_while_a_device_still_holds_something(one: Inspected, check_id: int) -> None:
    one.complete(check_id)
    Device(check_id, TEAM[1]).send(waiting=3)
    with pytest.raises(Exception, match=r"督办员的平板上还有 3 项没有发送"):
        one.do(signing.begin, check_id)
    Device(check_id, TEAM[1]).send(waiting=0)
    one.do(signing.begin, check_id)


@pytest.mark.rule("F6.2b")
def test_photos_are_kept_byte_for_byte(one: Inspected, check_id: int) -> None:
    device, data = Device(check_id), picture()
    wrong = device.send_photo(data, sha256="0" * 64)
    assert (wrong.status_code, "再发送一次" in wrong.json["message"]) == (422, True)
    name = "a" * 32
    answer = device.send_photo(data, client_id=name)
    assert answer.json["sha256"] == hashlib.sha256(data).hexdigest()
    assert path_of(answer.json["sha256"]).read_bytes() == data
    assert device.send_photo(data, client_id=name).json["id"] == answer.json["id"]
    assert device.send_photo(picture(), client_id=name).status_code == 422
    assert count(CheckPhoto) == 1
    assert device.send_photo(data, sha256="").status_code == 200
    shown = one.world.client("jxw-leader").get(f"/check-photos/{answer.json['id']}")
    assert (shown.data, shown.headers["X-Content-Type-Options"]) == (data, "nosniff")
    for login in ("rq-leader", "gd-leader", "swj-leader"):
        assert one.world.client(login).get(f"/check-photos/{answer.json['id']}").status_code in (403, 404)


@pytest.mark.parametrize("data", [b"", b"GIF89a...", b"\xff\xd8\xff\xe0nothing", b"<svg/>", b"\x89PNG\r\n\x1a\n0000"])
def test_what_is_no_photo_is_refused(check_id: int, data: bytes) -> None:
    answer = Device(check_id).send_photo(data)
    assert (answer.status_code, bool(answer.json["message"])) == (422, True)


@pytest.mark.rule("F6.2b")
def test_a_photo_taken_back_stays_in_the_log(one: Inspected, check_id: int) -> None:
    device = Device(check_id)
    name = device.send_photo(picture()).json["client_id"]
    device.send(device.entry("@photo", {"value": "removed"}, instance=name))
    check = one.row(check_id)
    assert check.photos[0].removed_at is not None
    assert signing.content_of(one.row(one.complete(check_id)))["photos"][0]["item"] == "S02"


@pytest.mark.rule("F6.2b")
def test_a_revoked_tablet_is_told_and_refused(one: Inspected, check_id: int) -> None:
    device = Device(check_id)
    device.send(waiting=5)
    lead = one.world.client(TEAM[1])
    page = lead.get("/tablets").get_data(as_text=True)
    assert "示例平板" in page
    tablet = 1
    assert lead.submit(f"/tablets/{tablet}/revoke", {"reason": "平板遗失在公交车上"}).status_code == 303
    for answer in (device.data(), device.send(device.entry("S01", ANSWERS["S01"])), device.send_photo(picture())):
        assert (answer.status_code, answer.json["code"]) == (403, "revoked")
        assert "已被区经济信息委督办员停用" in answer.json["message"]
    assert one.row(check_id).inspectors[0].waiting == 0
    assert Device(check_id, key="b" * 32).send().status_code == 200


@pytest.mark.rule("F6.2b")
def test_a_wrong_clock_is_noticed(check_id: int) -> None:
    device = Device(check_id)
    wrong = {"key": device.key, "label": "示例平板", "time": entries.written(clock.now() + timedelta(minutes=7))}
    assert device.send(device=wrong).json["skew"] == 420


@pytest.mark.rule("F6.2b")
def test_nobody_sends_for_somebody_else(check_id: int) -> None:
    device = Device(check_id)
    other = Device(check_id, TEAM[1]).user
    answer = device.send(device.entry("S01", ANSWERS["S01"]), user=other)
    assert (answer.status_code, "另一位检查人员" in answer.json["message"]) == (409, True)
    assert device.send_photo(picture(), user=str(other)).status_code == 409
    assert count(CheckEntry) == 0


@pytest.mark.rule("F6.2b")
def test_from_two_devices_to_the_signed_record_on_both_databases(each_app: Flask) -> None:
    one = Inspected()
    check_id = one.declared()
    here, there = Device(check_id), Device(check_id, TEAM[1])
    first = here.entry("S01", {"value": {"标志不明显": 1}, "note": "被树遮挡𬭸"})
    assert here.send(first, waiting=1).json["receipts"][0]["sha256"] == here.digest(first)
    assert here.send_photo(picture()).status_code == 200
    assert here.send(first, waiting=0).json["cursor"] == 1
    assert there.send(there.entry("S01", {"value": {}})).status_code == 200
    _, state = entries.standing_of(one.row(check_id))
    assert state.conflicts == (("S01", ""),)
    check = one.row(one.signed(check_id))
    assert (check.state, len(check.signatures)) == ("signed", 3)
    assert digest(check.content) == check.content_sha256


@pytest.mark.rule("F6.2b")
def test_two_last_signatures_at_once_still_finish(each_app: Flask) -> None:
    one = Inspected()
    check_id = one.signing()
    given = signing.Signing("示例负责人", "营业厅主任", picture("PNG"))
    one.do(signing.sign_for_enterprise, check_id, given)
    done: list[bool] = []

    def other() -> None:
        with each_app.app_context():
            done.append(Inspected().do(signing.sign, check_id, picture("PNG"), login=TEAM[1]))
            db.session.remove()

    waits = threading.Thread(target=other)

    def act(check: SiteCheck, **who: Any) -> bool:
        found = signing.sign(check, picture("PNG"), **who)
        waits.start()
        time.sleep(0.7)
        return found

    done.append(one.do(act, check_id))
    waits.join()
    assert sorted(done) == [False, True]
    assert one.row(check_id).state == "signed"


DEEP = json.loads('{"value":' * 60 + "1" + "}" * 60)
ODD_ENTRIES: list[Any] = [
    None, 1, "x", [], {}, {"client_id": 5}, {"client_id": "a" * 32},
    {"client_id": "短"}, {"item": ["S01"]}, {"item": "S01\x00"}, {"item": "X" * 33}, {"instance": "甲" * 65}, {"item": "Z99"},
    {"data": []}, {"data": "x"}, {"data": {"value": 1e400}}, {"data": {"value": 0.5}}, {"data": {"value": 10**30}}, {"data": DEEP},
    {"data": {"value": {}, "note": "\ud800"}}, {"data": {"note": "长" * 9000}}, {"data": {"value": {"标志不明显": True}}},
    {"base": 7}, {"base": "b" * 32}, {"base": None}, {"resolves": "x"}, {"resolves": ["c" * 32]}, {"resolves": [[]] * 3},
    {"resolves": ["c" * 32] * 50}, {"at": "昨天"}, {"at": "2026-02-31T00:00:00.000Z"}, {"at": "0001-01-01T00:00:00.000Z"}, {"at": None},
]  # fmt: skip


@pytest.mark.parametrize("odd", ODD_ENTRIES, ids=str)
def test_odd_entries_are_refused_one_by_one(check_id: int, odd: Any) -> None:
    device = Device(check_id)
    whole = isinstance(odd, dict) and odd and "client_id" not in odd
    row = device.entry("S01", {"value": {}}) | odd if whole else odd
    good = device.entry("S03", ANSWERS["S03"])
    answer = device.send(row, good)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert [r["client_id"] for r in answer.json["receipts"]] == [good["client_id"]]
    assert answer.json["refused"][0]["message"].endswith("。")


ODD_BODIES = (
    b"", b"null", b"[]", b"{", b'"x"', b"\xff\xfe", b'{"user":', b"[" * 100_000, b'{"a":' * 5000, b"1" * 6000, b"NaN",
    b"{" + b'"a":1,' * 3 + b'"entries":"x"}', b"x" * 1_100_000,
)  # fmt: skip


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda body: repr(body[:20]))
def test_odd_bodies_are_refused(check_id: int, body: bytes) -> None:
    device = Device(check_id)
    headers = {"X-CSRFToken": device.token, "Content-Type": "application/json"}
    answer = device.client.post(f"/checks/{check_id}/entries", data=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert "。" in answer.json["message"]


@pytest.mark.parametrize(
    "more",
    [
        {"entries": {}}, {"entries": [{}] * 201}, {"since": -1}, {"since": "x"}, {"since": True}, {"since": 2**70},
        {"waiting": -1}, {"waiting": "many"}, {"waiting": 10**9}, {"user": None}, {"user": "1"}, {"device": None}, {"device": []},
        {"device": {}}, {"device": {"key": "x"}}, {"device": {"key": "a" * 32, "label": 5}}, {"device": {"key": "a" * 32, "label": "x", "time": 5}},
    ],
    ids=str,
)  # fmt: skip
def test_odd_batches_are_refused_whole(check_id: int, more: dict[str, Any]) -> None:
    device = Device(check_id)
    answer = device.send(**more)
    assert 400 <= answer.status_code < 500, answer.json
    assert "。" in answer.json["message"]


def test_without_its_token_nothing_is_taken(check_id: int) -> None:
    device = Device(check_id)
    device.token = "x"
    assert device.send(device.entry("S01", ANSWERS["S01"])).status_code == 400
    assert count(CheckEntry) == 0


def test_another_checks_ids_give_nothing_away(one: Inspected, check_id: int) -> None:
    device = Device(check_id)
    row = device.entry("S01", ANSWERS["S01"])
    device.send(row)
    other = Device(one.declared())
    answer = other.send(row)
    assert answer.json["refused"][0]["message"] == "这个编号已经用过。"
    based = other.entry("S01", ANSWERS["S01"], row["client_id"])
    assert "还没有收到" in other.send(based).json["refused"][0]["message"]


@pytest.mark.rule("F6.2b")
@pytest.mark.parametrize("odd", ["\ud800", "\x00", "照片", 10**30, 1e308, None, [[]], {"a": {}}, True])
def test_an_odd_name_of_an_entry_is_refused_in_words(check_id: int, odd: Any) -> None:
    device = Device(check_id)
    fine = device.entry("S03", ANSWERS["S03"])
    answer = device.send(device.entry("S01", ANSWERS["S01"]) | {"client_id": odd}, fine)
    assert answer.status_code == 200
    assert [row["client_id"] for row in answer.json["receipts"]] == [fine["client_id"]]
    assert "格式不对" in answer.json["refused"][0]["message"]
