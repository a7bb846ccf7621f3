"""Home visits (F3.2.3, F3.2.4): agreed before, certified people, on time, changed with consent or a breach."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.registry.models import Staff, Visit
from blueprints.registry.service import visit_steps as steps
from core import clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.factories.registry_people import USER, People, at, slot, visit_of
from tests.factories.registry_service import fill_service
from tests.factories.world import World

TODAY = date(2026, 10, 12)  # a Monday; it is 09:30
NEW = {
    "purpose": "更换燃气表", "day": "2026-10-13", "starts": "09:00", "ends": "11:00", "agreed_how": "phone",
    "agreed_at": "2026-10-12T09:00", **USER,
}  # fmt: skip


@pytest.fixture
def people(world: World) -> People:
    return People()


def form(*staff_ids: int, **changed: Any) -> dict[str, Any]:
    """The form of a new visit."""
    return NEW | {"people": [str(n) for n in staff_ids]} | changed


def refused(answer: Any, clause: str | None, *words: str) -> str:
    """A page that refuses with these words and the clause."""
    html = answer.get_data(as_text=True)
    assert answer.status_code == (409 if clause else 422), html[:300]
    for word in words:
        assert word in html
    if clause:
        assert f"〔{clause}〕" in html
    return html


@pytest.mark.rule("F3.2.3", "F3.2.4")
def test_a_visit_is_agreed_with_a_number_of_the_enterprise(world: World, people: People) -> None:
    staff_id = people.staff()
    client = world.client("rq-dispatcher")
    answer = client.submit("/visits/new", form(staff_id))
    assert answer.status_code == 303, answer.get_data(as_text=True)
    html = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "上门-2026-000001" in html
    assert "10月13日（周二） 09:00-11:00" in html
    assert "13800001234" in html
    other = People("gd")
    assert visit_of(other.visit(other.staff())).number == "上门-2026-000001"
    assert visit_of(people.visit(staff_id)).number == "上门-2026-000002"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"day": "2026-10-11"}, "预约时段已经过去"), ({"starts": "11:00"}, "结束时间应当晚于开始时间"),
        ({"starts": "25:00"}, "一天只有 24 小时"), ({"starts": "早上"}, "08:30"), ({"user_name": ""}, "请填写这一项"),
        ({"purpose": ""}, "写明上门事项"), ({"people": []}, "请至少选择一名上门人员"),
        ({"user_phone": "不告诉你"}, "请填写电话号码"), ({"day": "农历九月初三"}, "公历日期"),
        ({"agreed_at": "2026-10-12T10:00"}, "约定的时间不能晚于现在"), ({"ends": "23:30"}, "最长 12 小时"),
        ({"people": ["999999"]}, "请从列出的选项中选择"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_said_by_field_and_kept(
    world: World, people: People, changed: dict[str, Any], told: str
) -> None:
    staff_id = people.staff()
    html = refused(world.client("rq-dispatcher").submit("/visits/new", form(staff_id) | changed), None, told)
    assert USER["user_address"] in html
    assert db.session.scalar(select(Visit.id)) is None


@pytest.mark.rule("F3.2.3")
def test_a_visit_without_prior_agreement_is_refused(world: World, people: People) -> None:
    staff_id = people.staff()
    late = form(staff_id, agreed_at="2026-10-13T09:00")
    refused(world.client("rq-dispatcher").submit("/visits/new", late), "F3.2.3", "上门服务需提前与用户预约")


@pytest.mark.rule("F3.2.1")
@pytest.mark.parametrize("until", [None, date(2026, 10, 12)])
def test_an_uncertified_person_cannot_be_assigned(world: World, people: People, until: date | None) -> None:
    facts: dict[str, Any] = {"number": None} if until is None else {"until": until}
    staff_id = people.staff(**facts)
    answer = world.client("rq-dispatcher").submit("/visits/new", form(staff_id))
    html = refused(answer, "F3.2.1", "没有有效的上岗证", "示例员工甲")
    assert USER["user_address"] in html  # nothing typed is lost
    other = people.staff("R9", name="示例员工乙")
    visit = people.visit(other, when=slot(date(2026, 10, 13)))
    answer = world.client("rq-dispatcher").submit(f"/visits/{visit}/people", {"people": [str(staff_id)]})
    refused(answer, "F3.2.1", "没有有效的上岗证")


@pytest.mark.rule("F3.2.4")
def test_nobody_is_sent_to_two_places_at_once(world: World, people: People) -> None:
    staff_id = people.staff()
    people.visit(staff_id, when=slot(date(2026, 10, 13), 10))
    client = world.client("rq-dispatcher")
    refused(client.submit("/visits/new", form(staff_id)), "F3.2.4", "时段重叠", "上门-2026-000001")
    assert client.submit("/visits/new", form(staff_id, ends="10:00")).status_code == 303
    people.shift(staff_id, date(2026, 10, 14))
    refused(client.submit("/visits/new", form(staff_id, day="2026-10-14")), "F3.2.4", "窗口班次")


# ---- what becomes of it ------------------------------------------------------------------------------------


@pytest.fixture
def visit(people: People) -> int:
    """Today from 14:00 to 16:00."""
    return people.visit(people.staff())


@pytest.fixture
def later(app: Flask) -> Callable[..., Any]:
    """Hold the clock at an hour of today."""
    return lambda hour, minute=0: clock.frozen(at(TODAY, hour, minute))


@pytest.mark.rule("F3.2.4")
@pytest.mark.parametrize(
    ("arrived", "late"),
    [((13, 50), 0), ((14, 0), 0), ((16, 0), 0), ((16, 1), 1), ((17, 30), 90)],
)
def test_arrival_after_the_slot_is_late_and_a_breach(
    world: World, visit: int, later: Any, arrived: tuple[int, int], late: int
) -> None:
    with later(18):
        path = f"/visits/{visit}/arrive"
        client = world.client("rq-handler")
        answer = client.submit(path, {"at": f"2026-10-12T{arrived[0]:02d}:{arrived[1]:02d}"})
        assert answer.status_code == 303
        found = visit_of(visit)
        assert (found.state, found.late_minutes, found.breach) == ("arrived", late, late > 0)
        assert found.breach_reason == (f"迟到 {late} 分钟" if late else "")


@pytest.mark.rule("F3.2.4")
def test_minutes_that_have_begun_count() -> None:
    until = at(TODAY, 16)
    assert steps.late_minutes(until + timedelta(seconds=1), until) == 1
    assert steps.late_minutes(until, until) == 0


def test_a_visit_from_arrival_to_rating(world: World, visit: int, later: Any) -> None:
    with later(17):
        client = world.client("rq-handler")
        refused(
            client.submit(f"/visits/{visit}/end", {"at": "2026-10-12T15:00", "outcome": "换好了"}),
            "F3.2.4",
            "待上门",
        )
        client.submit(f"/visits/{visit}/arrive", {"at": "2026-10-12T14:05"})
        refused(
            client.submit(f"/visits/{visit}/end", {"at": "2026-10-12T14:00", "outcome": "好"}),
            None,
            "不能早于到达时间",
        )
        refused(
            client.submit(f"/visits/{visit}/end", {"at": "2026-10-12T18:00", "outcome": "好"}),
            None,
            "不能晚于现在",
        )
        assert (
            client.submit(f"/visits/{visit}/end", {"at": "2026-10-12T15:00", "outcome": "换好了"}).status_code
            == 303
        )
        refused(client.submit(f"/visits/{visit}/rate", {"rating": "6"}), None, "选项")
        assert (
            client.submit(f"/visits/{visit}/rate", {"rating": "5", "rating_note": "准时"}).status_code == 303
        )
        assert client.submit(f"/visits/{visit}/rate", {"rating": "1"}).status_code == 409
    found = visit_of(visit)
    assert (found.state, found.rating, found.breach) == ("done", 5, False)


def move(day: str = "2026-10-13", **changed: Any) -> dict[str, str]:
    """The form of another slot."""
    told = {"day": day, "starts": "09:00", "ends": "11:00", "side": "enterprise", "reason": "抢修任务"}
    return told | changed


CONSENT = {"consent_at": "2026-10-12T09:20", "consent_how": "电话通话"}


@pytest.mark.rule("F3.2.4")
def test_a_change_without_consent_is_announced_as_a_breach_and_stored_as_one(
    world: World, visit: int
) -> None:
    client = world.client("rq-dispatcher")
    html = refused(client.submit(f"/visits/{visit}/move", move()), "F3.2.4", "没有取得用户同意", "记为违约")
    assert 'name="insist"' in html
    assert visit_of(visit).slot_from == at(TODAY, 14)  # not saved
    assert client.submit(f"/visits/{visit}/move", move(insist="1")).status_code == 303
    found = visit_of(visit)
    assert found.slot_from == at(date(2026, 10, 13), 9)
    assert found.breach
    assert found.changes[0].breach
    for login in ("rq-leader", "jxw-inspector"):
        listed = world.client(login).get("/visits/breaches").get_data(as_text=True)
        assert found.number in listed
        assert "企业更改上门时间，没有取得用户同意" in listed
    assert "违约" in client.get(f"/visits/{visit}").get_data(as_text=True)


@pytest.mark.rule("F3.2.4")
def test_a_change_with_consent_before_the_slot_is_no_breach(world: World, visit: int) -> None:
    client = world.client("rq-dispatcher")
    assert client.submit(f"/visits/{visit}/move", move(**CONSENT)).status_code == 303
    found = visit_of(visit)
    assert not found.breach
    assert found.changes[0].consent_how == "电话通话"
    assert found.number not in world.client("jxw-inspector").get("/visits/breaches").get_data(as_text=True)


@pytest.mark.rule("F3.2.4")
def test_the_users_wish_is_no_breach(world: World, visit: int) -> None:
    client = world.client("rq-dispatcher")
    assert client.submit(f"/visits/{visit}/move", move(side="user", reason="用户临时有事")).status_code == 303
    assert (
        client.submit(f"/visits/{visit}/cancel", {"side": "user", "reason": "用户不用了"}).status_code == 303
    )
    found = visit_of(visit)
    assert (found.state, found.breach) == ("cancelled", False)


@pytest.mark.rule("F3.2.4")
@pytest.mark.parametrize(
    ("hour", "consent", "why"),
    [
        (13, "2026-10-12T13:00", ""), (15, "2026-10-12T14:00", "原时段开始后才取得用户同意"),
        (15, "2026-10-12T13:30", "没有在原时段开始前登记"), (13, "", "没有取得用户同意"),
    ],
)  # fmt: skip
def test_consent_counts_when_it_is_recorded_before_the_old_slot(
    world: World, visit: int, later: Any, hour: int, consent: str, why: str
) -> None:
    told = {
        "side": "enterprise",
        "reason": "人手不够",
        "consent_at": consent,
        "consent_how": "电话" if consent else "",
    }
    with later(hour):
        client = world.client("rq-dispatcher")
        answer = client.submit(f"/visits/{visit}/cancel", told)
        if not why:
            assert answer.status_code == 303
            assert not visit_of(visit).breach
            return
        refused(answer, "F3.2.4", why)
        assert client.submit(f"/visits/{visit}/cancel", told | {"insist": "1"}).status_code == 303
        assert visit_of(visit).breach_reason == f"企业取消上门，{'用户同意' if '登记' in why else ''}{why}"


def test_a_change_obeys_the_rules_of_a_new_visit(world: World, people: People, visit: int) -> None:
    client = world.client("rq-dispatcher")
    refused(client.submit(f"/visits/{visit}/move", move("2026-10-11", **CONSENT)), None, "已经过去")
    refused(
        client.submit(f"/visits/{visit}/move", move("2028-01-03", **CONSENT)), "F3.2.1", "没有有效的上岗证"
    )
    same = move("2026-10-12", starts="14:00", ends="16:00", **CONSENT)
    refused(client.submit(f"/visits/{visit}/move", same), None, "和原来的一样")
    half = move(consent_at="2026-10-12T09:00")
    refused(client.submit(f"/visits/{visit}/move", half), None, "怎样表示同意")
    ahead = move(consent_at="2026-10-12T12:00", consent_how="电话")
    refused(client.submit(f"/visits/{visit}/move", ahead), None, "不能晚于现在")


@pytest.mark.rule("F3.2.4")
def test_a_no_show_is_a_breach_and_only_after_the_slot(world: World, visit: int, later: Any) -> None:
    client = world.client("rq-dispatcher")
    refused(client.submit(f"/visits/{visit}/missed", {"reason": "忘记了"}), "F3.2.4", "时段还没有结束")
    with later(16, 1):
        client = world.client("rq-dispatcher")
        assert client.submit(f"/visits/{visit}/missed", {"reason": "忘记了"}).status_code == 303
    found = visit_of(visit)
    assert (found.state, found.breach, found.breach_reason) == ("missed", True, "企业未按约上门")


@pytest.mark.rule("F3.2.4")
@pytest.mark.parametrize(("minute", "breach"), [(0, False), (30, True)])
def test_a_user_who_is_not_at_home_is_no_breach_unless_the_staff_came_late(
    world: World, visit: int, later: Any, minute: int, breach: bool
) -> None:
    with later(17):
        client = world.client("rq-handler")
        early = {"at": "2026-10-12T13:00", "note": "敲门无人"}
        refused(client.submit(f"/visits/{visit}/absent", early), None, "还没有到约定的时段")
        told = {"at": f"2026-10-12T16:{minute:02d}", "note": "敲门、电话无人应答"}
        assert client.submit(f"/visits/{visit}/absent", told).status_code == 303
    found = visit_of(visit)
    assert (found.state, found.breach) == ("cancelled", breach)


def test_other_people_can_be_sent(world: World, people: People, visit: int) -> None:
    other = people.staff("R9", name="示例员工乙", team="抢修二班")
    client = world.client("rq-dispatcher")
    assert client.submit(f"/visits/{visit}/people", {"people": [str(other)]}).status_code == 303
    found = visit_of(visit)
    assert [link.staff.name for link in found.staff] == ["示例员工乙"]
    assert found.team == "抢修二班"


def test_services_refuse_what_forms_would_not_send(people: People, visit: int) -> None:
    with pytest.raises(InvalidInput), transaction() as session:
        steps.arrive(
            session.get_one(Visit, visit),
            datetime(2026, 10, 1, tzinfo=clock.SHANGHAI),
            by=people.by(),
            now=clock.now(),
        )
    with pytest.raises(RuleViolation), transaction() as session:
        steps.rate(session.get_one(Visit, visit), 5, "", by=people.by(), now=clock.now())


def test_the_purpose_can_come_from_the_catalogue(world: World, people: People) -> None:
    entry = fill_service()["entry_id"]
    staff_id = people.staff()
    told = form(staff_id, entry_id=str(entry), purpose="")
    assert world.client("rq-dispatcher").submit("/visits/new", told).status_code == 303
    found = db.session.scalars(select(Visit)).one()
    assert (found.purpose, found.entry_id) == ("居民开户", entry)


def test_where_there_are_very_many_people_a_team_is_chosen_first(world: World, people: People) -> None:
    organization_id = people.organization_id
    with transaction() as session:
        session.add_all(
            Staff(
                organization_id=organization_id, name=f"员工{n}", badge=f"M{n}", post="meter",
                team=f"抄表{n % 2}班", created_at=clock.now(),
            )
            for n in range(70)
        )  # fmt: skip
    staff_id = people.staff()
    client = world.client("rq-dispatcher")
    html = client.get("/visits/new").get_data(as_text=True)
    assert html.count('name="people"') == 60
    assert "请先选择班组" in html
    html = client.get("/visits/new?team=抄表1班").get_data(as_text=True)
    assert html.count('name="people"') == 35
    assert client.submit("/visits/new", form(staff_id)).status_code == 303  # anybody may be sent
