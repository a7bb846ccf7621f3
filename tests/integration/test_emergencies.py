"""报险: one tap makes case, clock, alarm and messages; taking over stops the clock; urging; tenancy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.complaints.models import Case
from blueprints.hotline.models import EmergencyAlarm
from blueprints.hotline.safety import SCRIPTS
from blueprints.hotline.service import emergencies as service
from blueprints.knowledge.models import KnowledgeItem
from blueprints.rulebook.service import change_setting
from core import clock, clocks
from core.db import db, transaction
from core.inbox import Notification
from tests.factories.cases import Desk
from tests.factories.duty import shift
from tests.factories.emergencies import alarm
from tests.factories.world import World


@contextmanager
def later(minutes: float) -> Iterator[None]:
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        yield


def tap(world: World, who: str = "rq-dispatcher", kind: str = "leak", **more: Any) -> EmergencyAlarm:
    answer = world.client(who).submit("/emergency", {"kind": kind, **more})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
    return stored(int(answer.headers["Location"].rsplit("/", 1)[1]))


def stored(alarm_id: int) -> EmergencyAlarm:
    db.session.rollback()
    return db.session.get_one(EmergencyAlarm, alarm_id)


def told(login: str) -> list[str]:
    user = World().user(login).id
    rows = select(Notification.text).where(Notification.user_id == user, Notification.text.contains("报险"))
    return list(db.session.scalars(rows.order_by(Notification.id)))


def takeover(found: EmergencyAlarm) -> clocks.Clock:
    return next(c for c in clocks.of_subject("case", found.case_id) if c.obligation == "takeover")


def test_one_tap_makes_case_clock_alarm_and_messages(world: World) -> None:
    shift("rq", 8, 20, "handler", "handler2")
    found = tap(world)
    case = found.case
    assert (found.state, found.kind, case.emergency, case.urgent, case.anonymous) == (
        "raised", "leak", "leak", True, True,
    )  # fmt: skip
    assert (case.state, case.type, case.number[:1]) == ("registered", "help_request", "气")
    minute = takeover(found)
    assert (minute.amount, minute.unit, minute.source, minute.clause) == (5, "minute", "local", "")
    assert minute.due_at == clock.now() + timedelta(minutes=5)
    assert case.due_at == minute.due_at
    assert [(one["name"], one["as"]) for one in found.told] == [
        (world.user("rq-handler").name, "duty"), (world.user("rq-handler2").name, "duty"),
        (world.user("rq-leader").name, "leader"),
    ]  # fmt: skip
    for login in ("rq-handler", "rq-handler2", "rq-leader"):
        assert len(told(login)) == 1, login
    assert told("rq-dispatcher") == []


def test_with_nobody_on_duty_everybody_is_alarmed_and_the_page_says_so(world: World) -> None:
    found = tap(world, "gs-handler", "burst")
    assert {one["as"] for one in found.told} == {"all"}
    assert len(told("gs-dispatcher")) == len(told("gs-leader")) == 1
    page = world.client("gs-dispatcher").get(f"/emergencies/{found.id}").get_data(as_text=True)
    assert "现在没有排值班，已通知全部调度员和领导" in page
    assert found.case.type == "complaint"


def test_somebody_on_duty_whose_account_is_closed_is_passed_over(world: World) -> None:
    shift("rq", 8, 20, "handler", leader="handler")
    with transaction():
        world.user("rq-handler").active = False
    found = tap(world)
    assert {one["as"] for one in found.told} == {"all"}


def test_a_regulator_taps_enterprise_and_kind_and_the_enterprise_has_the_case_at_once(world: World) -> None:
    clerk = world.client("jxw-inspector")
    page = clerk.get("/emergency").get_data(as_text=True)
    assert "燃气公司" in page
    assert "供排水" not in page
    gas = world.org("rq").id
    second = clerk.get(f"/emergency?enterprise={gas}").get_data(as_text=True)
    assert second.index("漏气") < second.index("触电")
    found = tap(world, "jxw-inspector", "leak", enterprise=str(gas))
    assert found.case.regulator_id == world.org("jxw").id
    assert found.case.handed_over
    assert world.client("rq-dispatcher").get(f"/cases/{found.case_id}").status_code == 200
    refused = world.client("jxw-inspector").submit(f"/emergencies/{found.id}/take", {}, follow_redirects=True)
    assert "接手的人要是企业的人员" in refused.get_data(as_text=True)
    foreign = world.client("jxw-clerk").submit(
        "/emergency", {"kind": "burst", "enterprise": str(world.org("gs").id)}
    )
    assert foreign.status_code == 404


def test_nothing_stands_in_the_way_of_the_tap(world: World, app: Flask) -> None:
    """No channel in force, twice the same, a kind that is unknown."""
    with transaction():
        owner, by = world.org("jxw"), world.user("jxw-leader")
    for code in (
        "oral",
        "power_hotline",
        "gas_hotline",
        "regulator_hotline",
        "enterprise_hotline",
        "hotline_12345",
    ):
        with transaction():
            owner, by = world.org("jxw"), world.user("jxw-leader")
            change_setting(
                owner, "fuling", f"channel:{code}", {"active": False}, reason="停用", by=by, now=clock.now()
            )
    first, second = tap(world), tap(world)
    assert first.id != second.id
    odd = world.client("rq-dispatcher").submit("/emergency", {"kind": "fire"}, follow_redirects=True)
    assert "请点选险情的种类" in odd.get_data(as_text=True)
    db.session.rollback()
    assert db.session.scalar(select(func.count(Case.id))) == 2


def test_the_same_key_twice_makes_one_alarm(world: World) -> None:
    client = world.client("rq-dispatcher")
    form = {"kind": "leak", "submission_key": "a-key-of-this-form"}
    one, two = client.submit("/emergency", form), client.submit("/emergency", form)
    assert one.headers["Location"] == two.headers["Location"]


def test_taking_over_stops_the_clock_and_the_rest_is_recorded(world: World) -> None:
    shift("rq", 8, 20, "handler")
    found = tap(world)
    handler = world.client("rq-handler")
    with later(4):
        refused = handler.submit(f"/emergencies/{found.id}/arrive", {}, follow_redirects=True)
        assert "还没有人接手" in refused.get_data(as_text=True)
        assert handler.submit(f"/emergencies/{found.id}/take", {}).status_code == 303
    assert (stored(found.id).taken_name, takeover(found).state) == (world.user("rq-handler").name, "met")
    assert stored(found.id).case.due_name != "险情接手"
    again = world.client("rq-leader").submit(f"/emergencies/{found.id}/take", {}, follow_redirects=True)
    assert "已接手" in again.get_data(as_text=True)
    with later(20):
        handler.submit(f"/emergencies/{found.id}/arrive", {})
    empty = handler.submit(f"/emergencies/{found.id}/end", {"how": "ended"}, follow_redirects=True)
    assert "请写明处置结果" in empty.get_data(as_text=True)
    with later(45):
        handler.submit(f"/emergencies/{found.id}/end", {"how": "ended", "result": "更换阀门，已恢复供气"})
    ended = stored(found.id)
    assert (ended.state, ended.result) == ("ended", "更换阀门，已恢复供气")
    assert ended.arrived_at == clock.now() + timedelta(minutes=20)
    texts = [step.facts.get("text", "") for step in ended.case.steps if step.action == "note"]
    assert [text[:6] for text in texts] == ["险情由燃气公", "抢险人员到达", "险情处置结束"]
    page = world.client("rq-dispatcher").get(f"/cases/{ended.case_id}").get_data(as_text=True)
    assert "用时 4 分钟" in page


def test_somebody_else_takes_over_by_name_and_phone(world: World) -> None:
    found = tap(world)
    form = {"taken_name": "示例抢修队长", "taken_phone": "000-80000066"}
    world.client("rq-dispatcher").submit(f"/emergencies/{found.id}/take", form)
    taken = stored(found.id)
    assert (taken.taken_by_id, taken.taken_name, taken.taken_phone) == (None, "示例抢修队长", "000-80000066")


def test_a_false_alarm_needs_a_word_and_ends_the_clock(world: World) -> None:
    found = tap(world)
    client = world.client("rq-dispatcher")
    client.submit(f"/emergencies/{found.id}/end", {"how": "false", "result": ""})
    assert stored(found.id).state == "raised"
    client.submit(f"/emergencies/{found.id}/end", {"how": "false", "result": "邻居家炒菜的气味"})
    assert stored(found.id).state == "false"
    assert takeover(found).state == "void"


def test_not_taken_over_in_time_is_urged_and_shown_red(app: Flask, world: World) -> None:
    shift("rq", 8, 20, "handler")
    shift("jxw", 8, 20, "clerk")
    found = tap(world)
    run = app.test_cli_runner()

    def urge() -> int:
        answer = run.invoke(args=["emergencies", "urge", "--json"])
        return int(json.loads(answer.output.splitlines()[-1])["urged"])

    with later(4.9):
        assert urge() == 0
    with later(5):
        assert [urge(), urge()] == [1, 0]
    assert [len(told(who)) for who in ("rq-handler", "rq-leader", "jxw-clerk", "jxw-leader")] == [1, 2, 0, 0]
    with later(10):
        assert urge() == 1
        page = world.client("jxw-clerk").get("/emergencies").get_data(as_text=True)
    assert [len(told(who)) for who in ("rq-handler", "rq-leader", "jxw-clerk", "jxw-leader")] == [1, 3, 1, 1]
    assert "已过 10 分钟" in page
    assert "已催 2 次" in page
    assert "超时 1 起" in page
    with later(12):
        world.client("rq-handler").submit(f"/emergencies/{found.id}/take", {})
        assert urge() == 0
    assert takeover(found).state == "late"


def test_minutes_are_a_local_setting(world: World) -> None:
    with transaction():
        owner, by = world.org("jxw"), world.user("jxw-leader")
        owner, by = db.session.merge(owner), db.session.merge(by)
        change_setting(
            owner, "fuling", "emergency_takeover_minutes", 3, reason="要求更快", by=by, now=clock.now()
        )
    assert takeover(tap(world)).amount == 3


def test_what_is_known_later_is_kept_piece_by_piece(world: World) -> None:
    found = tap(world)
    client = world.client("rq-dispatcher")
    assert found.case.content == "险情：漏气。一键报险，情况待补充。"
    path = f"/emergencies/{found.id}/details"
    quiet = client.submit(path, {"place": "示例路3号", "old-place": ""}, headers={"X-Autosave": "1"})
    assert quiet.status_code == 204
    client.submit(path, {"phone": "13800000003", "old-phone": "", "place": "", "old-place": ""})
    case = stored(found.id).case
    assert (case.place, case.anonymous, case.complainants[0].phone) == ("示例路3号", False, "13800000003")
    client.submit(path, {"name": "示例用户丙", "old-name": "", "words": "楼道里有气味", "old-words": ""})
    case = stored(found.id).case
    assert (case.complainants[0].name, case.content) == ("示例用户丙", "楼道里有气味")
    assert len(case.complainants) == 1
    long = client.submit(
        path, {"phone": "1" * 40, "old-phone": "13800000003", "words": "留住我", "old-words": ""}
    )
    assert long.status_code == 409
    assert "留住我" in long.get_data(as_text=True)
    page = client.get(f"/emergencies/{found.id}").get_data(as_text=True)
    assert "13800000003" in page
    client.submit(f"/emergencies/{found.id}/end", {"how": "false", "result": "没有漏气"})
    after = client.get(f"/emergencies/{found.id}").get_data(as_text=True)
    assert "13800000003" not in after


def test_the_case_goes_on_as_an_ordinary_one_and_asks_what_is_missing(world: World, desk: Desk) -> None:
    found = tap(world)
    desk.do(found.case_id, "accept", "rq-dispatcher", nature="internal", notice_way="电话")
    assert desk.case(found.case_id).state == "accepted"


def test_scripts_are_built_in_until_one_is_published(world: World) -> None:
    found = tap(world)
    client = world.client("rq-dispatcher")
    assert SCRIPTS["leak"][0] in client.get(f"/emergencies/{found.id}").get_data(as_text=True)
    for code, text, published in (
        ("jxw", "主管部门的口径", 1),
        ("rq", "还没有公布", 0),
        ("gd", "别家的口径", 1),
    ):
        with transaction() as session:
            owner = world.org(code)
            row = KnowledgeItem(
                organization_id=owner.id, kind="safety", title="漏气", emergency="leak", text=text
            )
            row.published = published
            session.add(row)
    page = client.get(f"/emergencies/{found.id}").get_data(as_text=True)
    assert SCRIPTS["leak"][0] in page  # the regulator has nothing to do with a case of the enterprise's own


def test_the_repair_number_stands_large(world: World) -> None:
    with transaction():
        place = world.org("rq")
        place.hotline, place.repair_phone = "000-80000012", "000-80000912"
    found = tap(world)
    page = world.client("rq-dispatcher").get(f"/emergencies/{found.id}").get_data(as_text=True)
    assert '<p class="alarm-number">000-80000912</p>' in page


def test_strangers_see_and_do_nothing(world: World) -> None:
    found = alarm()
    for login in ("gd-dispatcher", "swj-clerk", "gs-leader"):
        client = world.client(login)
        assert client.get(f"/emergencies/{found}").status_code == 404
        assert client.submit(f"/emergencies/{found}/take", {}).status_code == 404
        assert f"/emergencies/{found}" not in client.get("/emergencies").get_data(as_text=True)
    watching = world.client("jxw-supervisor")
    assert watching.get(f"/emergencies/{found}").status_code == 200
    answer = watching.submit(f"/emergencies/{found}/take", {"taken_name": "某人"}, follow_redirects=True)
    assert "由企业处置" in answer.get_data(as_text=True)
    assert stored(found).state == "raised"


def test_figures_count_what_was_taken_over_in_time(world: World) -> None:
    first, second = alarm(), alarm()
    alarm()
    client = world.client("rq-dispatcher")
    with later(3):
        client.submit(f"/emergencies/{first}/take", {})
    with later(8):
        client.submit(f"/emergencies/{second}/take", {})
        page = client.get("/emergencies").get_data(as_text=True)
    assert "共 3 起，按时接手 1 起（33.3%），超时 2 起，现在等人接手 1 起" in page


@pytest.mark.parametrize(
    "path", ["/emergency", "/emergencies", "/bench", "/bench/duty", "/cases/new", "/duty/roster"]
)
def test_pages_open_for_everybody_who_works_on_cases(world: World, path: str) -> None:
    alarm()
    for login in ("rq-dispatcher", "jxw-clerk"):
        assert world.client(login).get(path).status_code == 200


def test_the_same_on_both_databases(each_app: Flask, each_world: World) -> None:
    shift("rq", 8, 20, "handler")
    first, second = alarm(), alarm("jxw-leader")
    with later(6):
        with transaction():
            assert service.urge_all(clock.now()) == 2
        client = each_world.client("rq-handler")
        client.submit(f"/emergencies/{first}/take", {})
        page = client.get("/emergencies").get_data(as_text=True)
    assert "共 2 起，按时接手 0 起（0.0%），超时 2 起，现在等人接手 1 起" in page
    assert stored(second).urged == 1
