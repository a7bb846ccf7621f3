"""值班表: shifts one by one and by a pattern, gaps and overlaps, who is on duty, who may look and write."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.duty import queries
from blueprints.duty.models import DutyShift
from core import clock
from core.db import db
from tests.factories.duty import shift
from tests.factories.world import World


@pytest.fixture
def names(world: World) -> dict[str, str]:
    """Names of the people of the gas company as a roster writes them."""
    return {
        login: world.user(f"rq-{login}").name for login in ("dispatcher", "handler", "handler2", "leader")
    }


def stored(code: str) -> list[DutyShift]:
    db.session.rollback()
    rows = select(DutyShift).where(DutyShift.organization_id == World().org(code).id)
    return list(db.session.scalars(rows.order_by(DutyShift.begins_at)))


def pattern(names: dict[str, str], **other: str) -> dict[str, str]:
    groups = f"{names['dispatcher']}\n{names['handler']}、{names['handler2']}"
    return {
        "since": "2026-10-12", "until": "2026-10-18", "which": "all",
        "kinds": "白班 08:00-20:00\n夜班 20:00-08:00", "groups": groups, "leaders": names["leader"], **other,
    }  # fmt: skip


def test_a_pattern_makes_shifts_that_can_be_changed_one_by_one(world: World, names: dict[str, str]) -> None:
    dispatcher = world.client("rq-dispatcher")
    answer = dispatcher.submit("/duty/shifts/pattern", pattern(names))
    assert answer.status_code == 303
    made = stored("rq")
    assert [s.name for s in made[:3]] == ["白班", "夜班", "白班"]
    assert len(made) == 14
    assert [[p.user.name for p in s.people] for s in made[:2]] == [
        [names["dispatcher"]], [names["handler"], names["handler2"]],
    ]  # fmt: skip
    page = dispatcher.get("/duty/roster").get_data(as_text=True)
    assert names["handler2"] in page
    assert "没有人值班" in page
    again = dispatcher.submit("/duty/shifts/pattern", pattern(names, until="2026-10-19"))
    assert again.status_code == 303
    assert len(stored("rq")) == 16
    one = stored("rq")[3]
    form = {
        "version": str(one.version), "name": "夜班", "begins_at": "2026-10-13T20:00",
        "ends_at": "2026-10-14T08:30", "leader_id": str(one.leader_id),
        "people": str(world.user("rq-handler").id), "phones": f"{names['handler']} 139-0000",
    }  # fmt: skip
    assert dispatcher.submit(f"/duty/shifts/{one.id}/edit", form).status_code == 303
    changed = stored("rq")[3]
    assert [(p.user.name, p.phone) for p in changed.people] == [(names["handler"], "139-0000")]
    assert "两个班重叠" in dispatcher.get("/duty/roster").get_data(as_text=True)
    stale = dispatcher.submit(f"/duty/shifts/{one.id}/edit", form)
    assert stale.status_code == 409


def test_a_pattern_over_the_workdays_leaves_holidays_out(world: World, names: dict[str, str]) -> None:
    dispatcher = world.client("rq-dispatcher")
    holidays = {
        "since": "2026-09-28",
        "until": "2026-10-10",
        "which": "workdays",
        "kinds": "行政班 08:30-17:30",
    }
    assert dispatcher.submit("/duty/shifts/pattern", pattern(names, **holidays)).status_code == 303
    days = [clock.local_date(s.begins_at).isoformat()[5:] for s in stored("rq")]
    assert days == ["09-28", "09-29", "09-30", "10-08", "10-09", "10-10"]
    page = dispatcher.get("/duty/roster?view=month&day=2026-10-08").get_data(as_text=True)
    assert "国庆节" in page
    assert "调休上班" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("groups", "没有这个人", "本单位没有叫“没有这个人”的人员"),
        ("kinds", "白班", "例如：白班 08:00-20:00"),
        ("kinds", "白班 8:00-25:00", "一天只有 24 小时"),
        ("until", "2027-10-12", "一次最多排 92 天"),
        ("until", "2026-10-11", "结束的日期要晚于开始的日期"),
        ("leaders", "无名氏", "本单位没有叫“无名氏”的人员"),
    ],
)
def test_a_pattern_that_cannot_be_meant_is_refused_at_its_field(
    world: World, names: dict[str, str], field: str, value: str, words: str
) -> None:
    answer = world.client("rq-dispatcher").submit("/duty/shifts/pattern", pattern(names, **{field: value}))
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert stored("rq") == []


def test_one_shift_by_itself(world: World) -> None:
    dispatcher = world.client("rq-dispatcher")
    given = {
        "name": "白班", "begins_at": "2026-10-12T08:00", "ends_at": "2026-10-12T20:00",
        "leader_id": str(world.user("rq-leader").id), "people": str(world.user("rq-handler").id),
    }  # fmt: skip
    for field, value, words in (
        ("ends_at", "2026-10-12T07:00", "下班时间要晚于上班时间"),
        ("leader_id", str(world.user("gd-leader").id), "请选择"),
        ("people", str(world.user("gd-handler").id), "有的选项不在"),
    ):
        answer = dispatcher.submit("/duty/shifts/new", given | {field: value})
        assert answer.status_code == 422, (field, words)
    assert dispatcher.submit("/duty/shifts/new", given).status_code == 303
    twice = dispatcher.submit("/duty/shifts/new", given)
    assert twice.status_code == 422
    assert "已经有一个班开始" in twice.get_data(as_text=True)
    row = stored("rq")[0]
    refused = dispatcher.submit(f"/duty/shifts/{row.id}/remove", {}, follow_redirects=True)
    assert "已经开始的班要留在值班表里" in refused.get_data(as_text=True)
    assert len(stored("rq")) == 1


def test_who_is_on_duty(app: Flask, world: World) -> None:
    shift("rq", 8, 20, "handler", "dispatcher")
    organization = world.org("rq").id
    found = queries.on_duty(organization, clock.now())
    assert found is not None
    assert len(found.people) == 2
    assert queries.on_duty(organization, clock.now() + timedelta(hours=10, minutes=29)) is not None
    assert queries.on_duty(organization, clock.now() + timedelta(hours=10, minutes=30)) is None
    assert queries.on_duty(world.org("gd").id, clock.now()) is None
    assert "带班" in queries.on_duty_words(organization, clock.now())
    assert queries.on_duty_words(world.org("gd").id, clock.now()) == "现在没有排值班"


def test_a_regulator_sees_the_leaders_on_duty_of_its_enterprises_and_changes_nothing(world: World) -> None:
    row = shift("rq", 8, 20, "handler")
    leader, handler = world.user("rq-leader").name, world.user("rq-handler").name
    clerk = world.client("jxw-clerk")
    page = clerk.get("/duty/roster?organization=rq").get_data(as_text=True)
    assert leader in page
    assert handler not in page
    assert "000-80000099" not in page
    assert clerk.get(f"/duty/shifts/{row}/edit").status_code == 404
    foreign = world.client("swj-clerk").get("/duty/roster?organization=rq").get_data(as_text=True)
    assert leader not in foreign
    assert world.client("gd-dispatcher").get(f"/duty/shifts/{row}/edit").status_code == 404
    assert world.client("rq-handler").get("/duty/shifts/new").status_code == 403
