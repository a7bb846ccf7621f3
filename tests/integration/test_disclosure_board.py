"""The matrix, the list of one enterprise, the figures, the queue, duties that are added, claims."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, select

from blueprints.disclosure.models import AddedDuty, DutyClaim
from blueprints.disclosure.queries import board, duties_for, row_for, waiting
from blueprints.disclosure.service import drafting, updating
from blueprints.disclosure.service import duties as service
from blueprints.disclosure.views.board_page import PARTS, part_of
from blueprints.rulebook.service import change_setting
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from core.inbox import Notification
from domain.errors import InvalidInput, RuleViolation
from domain.standing import Standing
from tests.factories.disclosure import Column, fill_register
from tests.factories.world import World

MOST_STATEMENTS = 8
CONTENT = {
    "class_": 5, "item": "示例增加事项", "contains": ["示例内容"], "frequency": "month", "within": 10,
    "channels": ["online"], "source": "示例文件",
}  # fmt: skip


@pytest.fixture
def column(app: Flask) -> Column:
    """The gas company, disclosing since June."""
    fill_register()
    found = Column()
    found.profile()
    return found


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SELECTs that run inside."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def standing_of(column: Column, duty: str) -> Standing:
    return row_for(column.organization, clock.today(), load_calendar()).cells[duty].state


@pytest.mark.rule("F3.3.1", "F3.3.2", "F3.3.3", "F3.3.4", "F3.3.5")
def test_the_matrix_says_in_words_how_each_enterprise_stands(column: Column, world: World) -> None:
    column.published("prices")
    column.check(column.published("outlets"), ["示例缺陷"])
    html = world.client("jxw-supervisor").get("/disclosure").get_data(as_text=True)
    for words in ("现行有效", "有缺陷", "逾期", "未公开", "无此事项", "已逾期104天", "10-26到期"):
        assert words in html, words
    assert "供排水公司" not in html
    assert 'class="board-corner"' in html


def test_the_matrix_asks_the_database_the_same_for_few_and_for_many(column: Column, world: World) -> None:
    column.published("prices")
    places = [world.org(code) for code in ("gd", "rq")]
    today = clock.today()
    db.session.rollback()
    with statements() as seen:
        board(places, today, load_calendar())
    few = len(seen)
    for duty in ("laws", "outlets", "phones", "systems"):
        column.published(duty)
    column.published("gas_quality", period="2026-09")
    places = [world.org(code) for code in ("gd", "rq")]
    db.session.rollback()
    with statements() as seen:
        board(places, today, load_calendar())
    # two organizations are read anew because the session was ended
    assert len(seen) <= MOST_STATEMENTS + 2
    assert len(seen) == few


def test_each_word_of_the_matrix(column: Column) -> None:
    assert standing_of(column, "gas_safety") is Standing.MISSING
    assert standing_of(column, "laws") is Standing.OVERDUE
    version_id = column.published("laws")
    assert standing_of(column, "laws") is Standing.CURRENT
    column.check(version_id, ["示例缺陷"])
    assert standing_of(column, "laws") is Standing.DEFICIENT
    column.published("laws")
    assert standing_of(column, "laws") is Standing.TO_CHECK
    item, by = column.item("laws"), column.by("discloser")
    with transaction():
        updating.declare_change(item, "示例", date(2026, 9, 11), by=by, now=clock.now())
    assert standing_of(column, "laws") is Standing.SOON


def test_every_number_has_its_list(column: Column, world: World) -> None:
    column.published("prices")
    column.published("gas_quality", period="2026-09")
    row = row_for(column.organization, clock.today(), load_calendar())
    assert (len(row.complete), len(row.applicable)) == (2, 12)
    late = [cell.held.duty.code for cell, one in row.fallen_due if not one.in_time]
    assert late.count("gas_quality") == 4
    client, own = world.client("jxw-inspector"), column.organization.id
    for part in PARTS:
        html = client.get(f"/disclosure/enterprises/{own}/figures?part={part}").get_data(as_text=True)
        assert html.count("<tr>") - (1 if part_of(row, part) else 0) == len(part_of(row, part)), part
        assert "完整率＝" in html


def test_the_own_list_is_ordered_by_what_is_due_with_the_next_step(column: Column, world: World) -> None:
    column.published("phones")
    column.check(column.published("outlets"), ["示例缺陷"])
    html = world.client("rq-discloser").get("/disclosure").get_data(as_text=True)
    order = re.findall(r'<tr id="(\w+)">', html)
    assert order.index("laws") < order.index("outlets") < order.index("phones")
    assert ">改正</a>" in html
    assert ">起草</a>" in html
    assert "剩 10 个工作日" in html


def test_the_beginning_is_set_by_the_enterprise_and_only_moves_back(column: Column, world: World) -> None:
    client = world.client("rq-discloser")
    answer = client.submit("/disclosure/profile", {"since": "2026-07-01", "version": "1", "phone": "023-1"})
    assert answer.status_code == 422
    assert "只能提前" in answer.get_data(as_text=True)
    answer = client.submit("/disclosure/profile", {"since": "2026-05-01", "version": "1", "phone": "023-1"})
    assert answer.status_code == 303
    assert row_for(column.organization, clock.today(), load_calendar()).since == date(2026, 5, 1)
    html = world.client("gd-discloser").get("/disclosure").get_data(as_text=True)
    assert "还没有填写从哪一天起按制度公开" in html


def test_a_regulator_adds_a_duty_for_its_own_sectors_and_ends_it(column: Column, world: World) -> None:
    client = world.client("jxw-supervisor")
    fields = {"class_": "5", "item": "示例增加事项", "contains": "甲\n乙", "frequency": "month", "within": "10",
              "channels": ["online"], "source": "示例文件", "since": "2026-09-01", "sectors": ["gas"]}  # fmt: skip
    assert client.submit("/disclosure/duties/new", fields).status_code == 303
    row = db.session.scalars(select(AddedDuty)).one()
    today = clock.today()
    assert row.code in {d.code for d in duties_for(world.org("rq"), on=today)}
    assert row.code not in {d.code for d in duties_for(world.org("gd"), on=today)}
    assert row.code not in {d.code for d in duties_for(world.org("rq"), on=date(2026, 8, 31))}
    html = world.client("rq-discloser").get("/disclosure/duties").get_data(as_text=True)
    assert "主管部门增加" in html
    assert "示例增加事项" in html
    assert client.submit("/disclosure/duties/new", fields | {"sectors": ["water"]}).status_code == 422
    assert client.submit("/disclosure/duties/new", fields | {"within": "29"}).status_code == 422
    end = f"/disclosure/added-duties/{row.id}/end"
    assert world.client("swj-leader").get(end).status_code == 404
    assert client.submit(end, {"ended_on": "2026-08-31", "reason": "示例"}).status_code == 422
    assert client.submit(end, {"ended_on": "2026-10-12", "reason": "文件废止"}).status_code == 303
    assert row.code not in {d.code for d in duties_for(world.org("rq"), on=today)}


def test_a_foreign_sector_is_refused_with_its_clause(column: Column) -> None:
    regulator, by = column.world.org("jxw"), column.by("jxw-supervisor")
    with pytest.raises(RuleViolation) as refused:
        service.add_duty(regulator, CONTENT | {"sectors": ["water"]}, clock.today(), by=by, now=clock.now())
    assert refused.value.clause == "F1"
    with pytest.raises(InvalidInput, match="写明理由"):
        service.add_duty(regulator, CONTENT | {"local": True}, clock.today(), by=by, now=clock.now())


def test_not_applicable_is_asked_agreed_and_ended(column: Column, world: World) -> None:
    drafter, supervisor = world.client("rq-discloser"), world.client("jxw-supervisor")
    ask = "/disclosure/duties/gas_safety/claim"
    assert drafter.submit(ask, {"reason": ""}).status_code == 422
    assert drafter.submit(ask, {"reason": "只有门站，没有入户管道"}).status_code == 303
    assert drafter.submit(ask, {"reason": "再来一次"}).status_code == 409
    row = db.session.scalars(select(DutyClaim)).one()
    assert standing_of(column, "gas_safety") is not Standing.NOT_APPLICABLE
    decide = f"/disclosure/claims/{row.id}/decide"
    assert world.client("swj-leader").get(decide).status_code == 404
    assert drafter.get(decide).status_code == 403
    assert supervisor.submit(decide, {"result": "refused", "answer": ""}).status_code == 422
    assert supervisor.submit(decide, {"result": "agreed", "answer": "情况属实"}).status_code == 303
    assert standing_of(column, "gas_safety") is Standing.NOT_APPLICABLE
    user = column.by("discloser").id
    told = list(db.session.scalars(select(Notification.text).where(Notification.user_id == user)))
    assert any("同意“安全用气常识和入户安检安排”不适用" in text for text in told)
    assert supervisor.submit(decide, {"result": "refused", "answer": "反悔"}).status_code == 409
    refused = drafter.submit("/disclosure/duties/gas_safety/write", {"title": "示例", "period": "2026-H2"})
    assert refused.status_code == 409
    assert drafter.submit(f"/disclosure/claims/{row.id}/end", {"reason": "新建了入户管道"}).status_code == 303
    assert standing_of(column, "gas_safety") is Standing.MISSING


def test_the_queue_says_why_and_the_random_order_can_be_repeated(
    column: Column, world: World, moment: datetime
) -> None:
    column.check(column.published("laws"), ["示例缺陷"])
    with clock.frozen(moment + timedelta(days=1)):
        column.published("laws")
        column.check(column.published("prices"))
        column.published("phones")
        client = world.client("jxw-inspector")
        html = client.get("/disclosure/check-queue").get_data(as_text=True)
        order = [
            html.index(words) for words in ("缺陷已改正，等待复核", "从未核查，已公开", "距上次核查 0 天")
        ]
        assert order == sorted(order)
        assert "以前核查发现过 1 次缺陷" in html
        first = client.get("/disclosure/check-queue?by=random&seed=甲").get_data(as_text=True)
        again = client.get("/disclosure/check-queue?by=random&seed=甲").get_data(as_text=True)
        assert "种子：甲" in first
        odd = client.get("/disclosure/check-queue?by=random&seed=%27%3Brm").get_data(as_text=True)
        assert "种子：rm。" in odd
        links = re.findall(r"/disclosure/versions/\d+", first)
        assert links == re.findall(r"/disclosure/versions/\d+", again)
        assert len(set(links)) == 3


def test_what_waits_for_whom(column: Column) -> None:
    submitted, approved = column.draft("overview"), column.draft("obligations")
    for version_id in (submitted, approved):
        column.submit(version_id)
    column.approve(approved)
    column.check(column.published("laws"), ["示例缺陷"])
    today = clock.today()
    mine = waiting(column.by("discloser"), today)
    assert mine[0].tone == "overdue"
    assert {w.kind for w in mine} == {"owed", "publish"}
    assert any("缺陷改正" in w.text for w in mine)
    assert [w.kind for w in waiting(column.by("leader"), today) if w.kind == "approve"] == ["approve"]
    assert waiting(column.by("handler"), today) == []
    own_draft, leader = column.draft("systems"), column.by("leader")
    with transaction():
        values = {"title": "示例", "body": "示例"}
        drafting.edit(column.version(own_draft), values, by=leader, now=clock.now())
    column.submit(own_draft)
    assert [w.kind for w in waiting(column.by("leader"), today) if w.kind == "approve"] == ["approve"]
    assert waiting(column.world.user("gd-handler"), today) == []
    column.published("laws")
    own, by = column.organization, column.by("discloser")
    with transaction():
        service.claim(own, "gas_safety", "示例理由", by=by, now=clock.now())
    assert {w.kind for w in waiting(column.by("jxw-supervisor"), today)} == {"recheck", "claim"}
    assert {w.kind for w in waiting(column.by("jxw-inspector"), today)} == {"recheck"}
    assert waiting(column.by("swj-supervisor"), today) == []


def test_the_limit_for_a_correction_is_a_local_setting_of_the_regulator(column: Column, world: World) -> None:
    version_id, client = column.published("laws"), world.client("jxw-leader")
    path = f"/disclosure/versions/{version_id}/check"
    assert 'value="10"' in client.get(path).get_data(as_text=True)
    own, by = world.org("jxw"), world.user("jxw-leader")
    with transaction():
        change_setting(
            own, "fuling", "disclosure_correction_workdays", 5, reason="示例理由", by=by, now=clock.now(),
            seen=None,
        )  # fmt: skip
    assert 'value="5"' in client.get(path).get_data(as_text=True)
    assert updating.correction_workdays(world.org("rq")) == 5
    assert updating.correction_workdays(world.org("gs")) == 10
