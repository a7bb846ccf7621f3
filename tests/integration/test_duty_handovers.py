"""交接班: what is open lists itself, given by one person and confirmed by another, missing ones are shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.duty.models import ShiftHandover
from core import clock
from core.db import db
from tests.factories.cases import Desk
from tests.factories.duty import fill_duty, shift
from tests.factories.emergencies import alarm
from tests.factories.world import World
from tests.integration.test_case_pages import statements


@pytest.fixture
def shifts(world: World) -> tuple[int, int]:
    """Last night's shift has just ended... the day's runs: dispatcher gives, handler takes."""
    return shift("rq", 0, 10, "dispatcher", name="夜班"), shift("rq", 10, 20, "handler", name="白班")


def newest() -> ShiftHandover:
    db.session.rollback()
    return db.session.scalars(select(ShiftHandover).order_by(ShiftHandover.id.desc())).first()  # type: ignore[return-value]


def test_what_is_open_lists_itself_and_the_next_shift_confirms(
    world: World, desk: Desk, shifts: tuple[int, int]
) -> None:
    urgent = desk.register("rq-dispatcher", "rq", channel="gas_hotline", urgent=True, title="阀门漏水")
    plain = desk.handed_over("rq", title="抄表不准")
    alarm()
    client = world.client("rq-dispatcher")
    page = client.get(f"/duty/shifts/{shifts[0]}/handover").get_data(as_text=True)
    assert "阀门漏水" in page
    assert "抄表不准" not in page
    assert "等人接手" in page
    given = client.submit(
        f"/duty/shifts/{shifts[0]}/handover", {"remark": "备用钥匙在前台", f"note:/cases/{urgent}": "等回电"}
    )
    assert given.status_code == 303
    row = newest()
    kinds = [item["kind"] for item in row.items]
    assert kinds == ["险情、待受理", "紧急、待受理", "险情"]
    assert [i["remark"] for i in row.items if i["url"] == f"/cases/{urgent}"] == ["等回电"]
    assert plain not in [int(i["url"].rsplit("/", 1)[1]) for i in row.items]
    own = client.submit(f"/duty/handovers/{row.id}/take", {}, follow_redirects=True)
    assert "自己交的班不能自己接" in own.get_data(as_text=True)
    other = world.client("rq-handler2").submit(f"/duty/handovers/{row.id}/take", {}, follow_redirects=True)
    assert "只有下一个班的值班人员能接班" in other.get_data(as_text=True)
    assert newest().state == "given"
    taker = world.client("rq-handler")
    assert "有交班等您确认" in taker.get("/bench/duty").get_data(as_text=True)
    taker.submit(f"/duty/handovers/{row.id}/take", {})
    done = newest()
    assert (done.state, done.taken_by_id) == ("taken", world.user("rq-handler").id)
    record = taker.get(f"/duty/handovers/{row.id}").get_data(as_text=True)
    for words in (
        world.user("rq-dispatcher").name,
        world.user("rq-handler").name,
        "备用钥匙在前台",
        "等回电",
    ):
        assert words in record


def test_sent_back_with_a_reason_and_given_once_more(world: World, shifts: tuple[int, int]) -> None:
    giver, taker = world.client("rq-dispatcher"), world.client("rq-handler")
    giver.submit(f"/duty/shifts/{shifts[0]}/handover", {"remark": ""})
    first = newest().id
    assert taker.submit(f"/duty/handovers/{first}/return", {"reason": ""}).status_code == 422
    taker.submit(f"/duty/handovers/{first}/return", {"reason": "没有写清昨晚的报修"})
    assert newest().state == "returned"
    twice = taker.submit(f"/duty/handovers/{first}/take", {}, follow_redirects=True)
    assert "不能再办" in twice.get_data(as_text=True)
    assert giver.submit(f"/duty/shifts/{shifts[0]}/handover", {"remark": "补上"}).status_code == 303
    assert newest().id != first
    again = giver.submit(f"/duty/shifts/{shifts[0]}/handover", {"remark": "再来"})
    assert again.status_code == 409
    assert "这个班已经交班" in again.get_data(as_text=True)


def test_only_the_people_of_the_shift_give_it(world: World, shifts: tuple[int, int]) -> None:
    for login in ("rq-handler", "rq-handler2"):
        answer = world.client(login).submit(f"/duty/shifts/{shifts[0]}/handover", {"remark": ""})
        assert answer.status_code == 409
        assert "只有这个班的值班人员能交班" in answer.get_data(as_text=True)
    early = world.client("rq-handler").submit(f"/duty/shifts/{shifts[1]}/handover", {"remark": ""})
    assert "还没有开始" in early.get_data(as_text=True)
    assert world.client("gd-dispatcher").get(f"/duty/shifts/{shifts[0]}/handover").status_code == 404


def test_a_shift_that_ended_without_a_handover_is_shown(world: World, shifts: tuple[int, int]) -> None:
    client = world.client("rq-dispatcher")
    assert "没有交班" not in client.get("/duty/handovers").get_data(as_text=True)
    with clock.frozen(clock.now() + timedelta(minutes=40)):
        client = world.client("rq-dispatcher")
        assert "没有交班" in client.get("/duty/handovers").get_data(as_text=True)
        client.submit(f"/duty/shifts/{shifts[0]}/handover", {"remark": "晚了一点"})
        assert "没有交班" not in client.get("/duty/handovers").get_data(as_text=True)


def test_a_shift_with_a_handover_stays_on_the_roster(world: World, shifts: tuple[int, int]) -> None:
    world.client("rq-dispatcher").submit(f"/duty/shifts/{shifts[0]}/handover", {"remark": ""})
    answer = world.client("rq-dispatcher").submit(
        f"/duty/shifts/{shifts[1]}/remove", {}, follow_redirects=True
    )
    assert "已经有交接班记录的班不能撤销" in answer.get_data(as_text=True)


def test_the_items_of_a_confidential_report_name_nothing(app: Flask, world: World, desk: Desk) -> None:
    night = shift("gs", 0, 10, "dispatcher", name="夜班")
    shift("gs", 10, 20, "handler", name="白班")
    desk.register(
        "gs-dispatcher", "gs", type="report", channel="department_phone", title="举报王某", urgent=True
    )
    page = world.client("gs-dispatcher").get(f"/duty/shifts/{night}/handover").get_data(as_text=True)
    assert "保密件" in page
    assert "举报王某" not in page


def test_statements_do_not_grow_with_the_rows(app: Flask, world: World) -> None:
    """Each page of the hotline room takes six statements at most for the enterprise itself."""
    rows = fill_duty()
    raised = [alarm() for _ in range(3)]
    client = world.client("rq-dispatcher")
    for path in (
        "/bench/duty", "/duty/roster", "/duty/roster?view=month", "/duty/handovers", "/emergency", "/emergencies",
        f"/duty/handovers/{rows['handover_id']}", f"/emergencies/{raised[0]}",
    ):  # fmt: skip
        client.get(path)
        with statements() as seen:
            answer = client.get(path)
        assert answer.status_code == 200, path
        assert len([s for s in seen if not s.startswith("BEGIN")]) <= 6, (path, seen)
        assert len(answer.data) < 30_000, path
