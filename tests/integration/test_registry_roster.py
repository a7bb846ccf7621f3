"""Window shifts (F3.2.1): certified on that day, one place at a time, the week of an outlet."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from blueprints.registry.models import RosterShift
from core import clock
from core.db import db
from tests.factories.registry_people import People, at, shift_of, slot, staff_of
from tests.factories.world import World


@pytest.fixture
def people(world: World) -> People:
    return People()


def form(people: People, staff_id: int, **changed: Any) -> dict[str, Any]:
    """The form of a shift."""
    told = {"outlet_id": people.outlet(), "staff_id": staff_id, "day": "2026-10-13", "days": "1"}
    return told | {"starts": "08:30", "ends": "12:00"} | changed


@pytest.mark.rule("F3.2.1")
def test_a_certified_person_is_put_at_a_window(world: World, people: People) -> None:
    staff_id = people.staff()
    client = world.client("rq-dispatcher")
    answer = client.submit("/roster/new", form(people, staff_id, days="5"))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    html = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert html.count("08:30-12:00</div>") == 5
    assert "示例员工甲" in html


@pytest.mark.rule("F3.2.1")
def test_somebody_without_a_certificate_on_that_day_is_refused(world: World, people: People) -> None:
    staff_id = people.staff(until=date(2026, 10, 14))
    client = world.client("rq-dispatcher")
    answer = client.submit("/roster/new", form(people, staff_id, days="5"))
    html = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "〔F3.2.1〕" in html
    assert "2026年10月15日没有有效的上岗证，不能安排窗口值班" in html
    db.session.rollback()
    assert db.session.scalar(select(RosterShift.id)) is None  # not half a week
    assert client.submit("/roster/new", form(people, staff_id)).status_code == 303


def test_overlapping_shifts_and_visits_are_refused(world: World, people: People) -> None:
    staff_id = people.staff()
    people.shift(staff_id, date(2026, 10, 13))
    client = world.client("rq-dispatcher")
    answer = client.submit("/roster/new", form(people, staff_id, starts="11:59", ends="14:00"))
    assert answer.status_code == 409
    assert "时间重叠" in answer.get_data(as_text=True)
    assert (
        client.submit("/roster/new", form(people, staff_id, starts="12:00", ends="14:00")).status_code == 303
    )
    people.visit(staff_id, when=slot(date(2026, 10, 14), 9))
    answer = client.submit("/roster/new", form(people, staff_id, day="2026-10-14"))
    assert answer.status_code == 409
    assert "已约定上门" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ends": "08:30"}, "下班时间应当晚于上班时间"), ({"day": "2026-10-11"}, "只能排今天和以后的班"),
        ({"staff_id": ""}, "请选择"), ({"starts": "8点半"}, "08:30"), ({"day": "2026-02-30"}, "日期格式不对"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_by_field(
    world: World, people: People, changed: dict[str, Any], told: str
) -> None:
    staff_id = people.staff()
    answer = world.client("rq-dispatcher").submit("/roster/new", form(people, staff_id) | changed)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


def test_a_shift_is_taken_back_until_its_day_is_over(world: World, people: People) -> None:
    first = people.shift(people.staff(), date(2026, 10, 13))
    with clock.frozen(at(date(2026, 10, 14), 9)):
        client = world.client("rq-dispatcher")
        answer = client.submit(f"/roster/{first}/remove")
        assert "已经过去的班次不能撤销" in client.get(answer.headers["Location"]).get_data(as_text=True)
        assert shift_of(first) is not None
    client = world.client("rq-dispatcher")
    assert client.submit(f"/roster/{first}/remove").status_code == 303
    assert shift_of(first) is None


@pytest.mark.rule("F3.2.1")
def test_a_shift_whose_certificate_was_revoked_shows_red(world: World, people: People) -> None:
    staff_id = people.staff()
    people.shift(staff_id, date(2026, 10, 13))
    client = world.client("rq-discloser")
    number = staff_of(staff_id).certificates[0].id
    client.submit(f"/certificates/{number}/revoke", {"revoked_on": "2026-10-12", "reason": "吊销"})
    assert "当日无有效证书" in client.get("/roster?day=2026-10-13").get_data(as_text=True)
    assert "撤销" not in world.client("jxw-clerk").get("/roster?day=2026-10-13").get_data(as_text=True)
