"""Outlets (F3.1.1, F3.1.2): hours, coverage said before it is lost, closures as deviations, opening log."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.registry.events import RegistryChanged
from blueprints.registry.models import OpeningLog, Outlet
from blueprints.registry.queries import outlets as queries
from blueprints.registry.service import outlet_days
from blueprints.registry.service import outlets as service
from core import clock
from core.db import db, transaction
from core.events import subscribe
from domain.errors import InvalidInput, RuleViolation
from tests.factories.registry_service import FACTS, WEEK, fill_service
from tests.factories.world import World

NEW = {
    "name": "西城营业厅", "kind": "own", "address": "示例路2号", "every_day": "08:30-12:00 14:00-17:30",
    "streets": ["3"], "signage": "1",
}  # fmt: skip


@pytest.fixture
def rows(world: World) -> dict[str, int]:
    return fill_service()


def keeper(world: World) -> User:
    return world.user("rq-discloser")


def outlet_of(rows: dict[str, int]) -> Outlet:
    return db.session.get_one(Outlet, rows["outlet_id"])


@pytest.mark.rule("F3.1.1")
def test_an_outlet_is_registered_with_hours_and_streets(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-discloser")
    answer = client.submit("/outlets/new", NEW)
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "每天 08:30-12:00 14:00-17:30" in page
    assert "𬭸䶮镇" in page
    assert "新增网点" in page  # its history


@pytest.mark.rule("F3.1.1")
def test_streets_that_lose_their_outlet_are_named_before_saving(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-discloser")
    path = f"/outlets/{rows['outlet_id']}/state"
    shown = client.get(path).get_data(as_text=True)
    assert "东街街道、西街街道将没有服务网点" in shown
    assert "一个网点也没有" in shown
    closing = {"state": "closed", "reason": "房屋租期届满"}
    refused = client.submit(path, closing)
    assert refused.status_code == 409
    assert "F3.1.1" in refused.get_data(as_text=True)
    assert "房屋租期届满" in refused.get_data(as_text=True)
    world.fresh()
    assert outlet_of(rows).state == "open"
    assert client.submit(path, closing | {"confirmed": "1"}).status_code == 303
    world.fresh()
    assert outlet_of(rows).state == "closed"
    assert "没有有效的服务网点" in client.get("/coverage").get_data(as_text=True)


@pytest.mark.rule("F3.1.1")
def test_taking_a_street_away_says_so_before_saving(world: World, rows: dict[str, int]) -> None:
    by, outlet = keeper(world), outlet_of(rows)
    kept = frozenset({outlet.areas[0].area_id})
    details = service.Details(FACTS, WEEK, kept)
    with pytest.raises(RuleViolation, match="西街街道将没有服务网点") as refused, transaction():
        service.update(outlet, details, confirmed=False, by=by, now=clock.now())
    assert refused.value.clause == "F3.1.1"
    with transaction():
        changes = service.update(outlet_of(rows), details, confirmed=True, by=keeper(world), now=clock.now())
    assert changes["streets"][1] == ["东街街道"]


@pytest.mark.rule("F3.1.1")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"agent": ""}, "agent"),
        ({"agreement_until": None}, "agreement_until"),
        ({"agreement_until": date(2025, 1, 1)}, "agreement_until"),
        ({"agreement_until": date(2026, 10, 11), "agreement_from": date(2026, 1, 1)}, "agreement_until"),
    ],
)
def test_an_agent_needs_a_running_agreement(world: World, rows, changed, field) -> None:
    facts = FACTS | {"name": "银行代办点", "kind": "agent", "agent": "示例银行", "agreement": "协-1"}
    facts |= {"agreement_from": date(2026, 1, 1), "agreement_until": date(2027, 1, 1)} | changed
    details = service.Details(facts, WEEK, frozenset())
    with pytest.raises(InvalidInput) as refused, transaction():
        service.create(world.org("rq").id, details, by=keeper(world), now=clock.now())
    assert refused.value.field == field


@pytest.mark.rule("F3.1.2")
def test_hours_that_overlap_are_refused_at_their_field_and_nothing_is_lost(world: World, rows) -> None:
    client = world.client("rq-discloser")
    wrong = NEW | {"every_day": "", "hours_2": "08:30-12:00 11:00-17:30", "transport": "公交2路到终点"}
    answer = client.submit("/outlets/new", wrong)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "重叠" in page
    assert "公交2路到终点" in page
    assert "08:30-12:00 11:00-17:30" in page


@pytest.mark.rule("F3.1.2")
def test_a_closure_needs_its_reason_and_shows_as_a_deviation(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-dispatcher")
    path = f"/outlets/{rows['outlet_id']}"
    closing = {"first_day": "2026-10-20", "last_day": "2026-10-21", "reason": ""}
    assert client.submit(f"{path}/closures/new", closing).status_code == 422
    assert (
        client.submit(f"{path}/closures/new", closing | {"reason": "配电改造，整楼停电"}).status_code == 303
    )
    page = client.get(path).get_data(as_text=True)
    assert "10月20日（周二）至10月21日（周三）不营业" in page
    assert "尚未公告" in page
    overlapping = closing | {"first_day": "2026-10-21", "last_day": "", "reason": "又停一天啊"}
    assert client.submit(f"{path}/closures/new", overlapping).status_code == 422


@pytest.mark.rule("F3.1.2")
def test_late_and_missed_openings_are_red(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-dispatcher")
    page = client.get(f"/outlets/{rows['outlet_id']}/opening").get_data(as_text=True)
    assert "迟开 15 分钟" in page
    assert "未登记" in page
    assert "is-overdue" in page
    day = client.get("/opening?day=2026-10-11").get_data(as_text=True)
    assert "东城营业厅" in day
    assert "未登记" in day


@pytest.mark.rule("F3.1.2")
def test_a_time_of_the_log_is_corrected_only_with_a_reason(world: World, rows: dict[str, int]) -> None:
    day = clock.today()
    with pytest.raises(RuleViolation, match="更正要写明原因"), transaction():
        outlet_days.record_opening(
            outlet_of(rows), day, 510, None, remark="", by=keeper(world), now=clock.now()
        )
    with pytest.raises(InvalidInput, match="还没有到"), transaction():
        outlet_days.record_opening(
            outlet_of(rows), day, None, 1050, remark="", by=keeper(world), now=clock.now()
        )
    with transaction():
        outlet_days.record_opening(
            outlet_of(rows), day, 510, None, remark="昨天误填了", by=keeper(world), now=clock.now()
        )
    log = db.session.scalars(select(OpeningLog)).one()
    assert log.late_minutes == 0
    assert log.opened_at == datetime(2026, 10, 12, 0, 30, tzinfo=UTC)


def test_what_citizens_read_is_announced(app, world: World, rows: dict[str, int]) -> None:
    heard: list[RegistryChanged] = []
    subscribe(RegistryChanged, heard.append)
    week = WEEK | {6: ((540, 720),)}
    with transaction():
        details = service.Details(FACTS, week, frozenset(a.area_id for a in outlet_of(rows).areas))
        service.update(outlet_of(rows), details, confirmed=False, by=keeper(world), now=clock.now())
    assert [event.topic for event in heard] == ["hours"]
    with transaction():
        facts = FACTS | {"signage_note": "新换门头"}
        details = service.Details(facts, week, frozenset(a.area_id for a in outlet_of(rows).areas))
        service.update(outlet_of(rows), details, confirmed=False, by=keeper(world), now=clock.now())
    assert len(heard) == 1


def test_two_people_editing_one_outlet(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-discloser")
    path = f"/outlets/{rows['outlet_id']}/edit"
    both = ["1", "2"]
    first = NEW | {
        "name": "东城营业厅",
        "version": str(outlet_of(rows).version),
        "streets": both,
        "phone": "1",
    }
    assert client.submit(path, first).status_code == 303
    second = client.submit(path, first | {"phone": "2"})
    assert second.status_code == 409
    assert "刚刚改过" in second.get_data(as_text=True)


def test_a_self_check_names_what_it_found_until_it_is_mended(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-dispatcher")
    assert "登记整改" in client.get(f"/outlets/{rows['outlet_id']}").get_data(as_text=True)
    path = f"/outlet-checks/{rows['check_id']}/mended"
    assert client.submit(path, {"mended_on": "2026-10-11"}).status_code == 422
    assert client.submit(path, {"mended_on": "2026-10-12"}).status_code == 303
    assert "10月12日（周一）已整改" in client.get(f"/outlets/{rows['outlet_id']}").get_data(as_text=True)


def test_a_regulator_reads_and_does_not_write(world: World, rows: dict[str, int]) -> None:
    clerk = world.client("jxw-clerk")
    path = f"/outlets/{rows['outlet_id']}"
    assert clerk.get(path).status_code == 200
    assert clerk.get(f"{path}/edit").status_code == 403
    assert "示例燃气公司" in clerk.get("/coverage").get_data(as_text=True)
    assert "示例燃气公司" not in world.client("swj-clerk").get("/coverage").get_data(as_text=True)


def test_a_place_name_of_33_characters_with_rare_ones(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-discloser")
    name = "㙟𬭸䶮" + "很" * 27 + "长镇"
    assert len(name) == 32
    assert client.submit("/areas", {"district": "示例区", "names": f"{name}街,500102"}).status_code == 303
    assert f"{name}街" in client.get("/supply-area").get_data(as_text=True)
    too_long = client.submit("/areas", {"district": "示例区", "names": "好街\n" + "长" * 65})
    assert too_long.status_code == 422
    assert "第 2 行" in too_long.get_data(as_text=True)


def test_a_lunar_date_is_told_apart(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-dispatcher")
    lunar = {"first_day": "农历八月十五", "reason": "中秋停业一天"}
    answer = client.submit(f"/outlets/{rows['outlet_id']}/closures/new", lunar)
    assert answer.status_code == 422
    assert "请填公历日期" in answer.get_data(as_text=True)
    assert "农历八月十五" in answer.get_data(as_text=True)


def test_an_agreement_that_ends_soon_is_shown_with_what_it_uncovers(world: World, rows) -> None:
    today = clock.today()
    facts = FACTS | {"name": "银行代办点", "kind": "agent", "agent": "示例银行", "agreement": "协-1"}
    facts |= {"agreement_from": today, "agreement_until": today + timedelta(days=30)}
    third = queries.supply_of(world.org("rq").id)[2].id
    with transaction():
        service.create(
            world.org("rq").id,
            service.Details(facts, WEEK, frozenset({third})),
            by=keeper(world),
            now=clock.now(),
        )
    page = world.client("jxw-clerk").get("/coverage").get_data(as_text=True)
    assert "2026年11月11日到期，届时会有 1 个街道、乡镇没有网点" in page
