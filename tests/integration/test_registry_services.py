"""Catalogue, hotlines, requests, written systems, commitments (F3.3.2, F3.3.3, F3.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from blueprints.registry.events import RegistryChanged
from blueprints.registry.models import CatalogueEntry, Commitment, ServiceRequest
from blueprints.registry.service import catalogue, promises, requests
from core import clock, clocks
from core.calendar_store import load_calendar
from core.db import db, transaction
from core.events import subscribe
from domain.errors import InvalidInput, RuleViolation
from tests.factories.registry_service import ENTRY, fill_service
from tests.factories.world import World


@pytest.fixture
def rows(world: World) -> dict[str, int]:
    return fill_service()


def request_of(rows: dict[str, int]) -> ServiceRequest:
    return db.session.get_one(ServiceRequest, rows["request_id"])


@pytest.mark.rule("F3.4.1", "F3.3.2")
@pytest.mark.parametrize("words", ["开户", "房产", "勘查 通气", "2.04"])
def test_one_search_answers_everything_a_caller_asks(world: World, rows: dict[str, int], words: str) -> None:
    page = world.client("rq-dispatcher").get(f"/catalogue?q={words}").get_data(as_text=True)
    for told in (
        "居民开户",
        "5个工作日",
        "公司服务承诺第二条",
        "2.04元/立方米",
        "示例价〔2026〕1号",
        "现场勘查",
        "各营业厅",
    ):
        assert told in page
    assert "000-10000002" in page


@pytest.mark.rule("F3.4.1")
def test_the_search_of_a_stranger_finds_nothing(world: World, rows: dict[str, int]) -> None:
    assert "居民开户" not in world.client("gd-dispatcher").get("/catalogue?q=开户").get_data(as_text=True)
    assert "没有找到" in world.client("rq-dispatcher").get("/catalogue?q=没有这项").get_data(as_text=True)


@pytest.mark.rule("F3.3.2", "F3.3.5")
def test_a_changed_price_and_a_changed_process_are_announced_apart(world: World, rows) -> None:
    heard: list[RegistryChanged] = []
    subscribe(RegistryChanged, heard.append)

    def change(**values: Any) -> list[str]:
        heard.clear()
        with transaction():
            entry = db.session.get_one(CatalogueEntry, rows["entry_id"])
            kept = {name: getattr(entry, name) for name in ENTRY}
            by = world.user("rq-discloser")
            entry = db.session.get_one(CatalogueEntry, rows["entry_id"])
            catalogue.save_entry(entry.organization_id, entry, kept | values, by=by, now=clock.now())
        return [event.topic for event in heard]

    assert change(fee="2.10元/立方米") == ["fees"]
    assert heard[0].since == clock.today()
    assert change(steps="申请\n通气") == ["catalogue"]
    assert change(fee="2.20元/立方米", materials="无") == ["catalogue", "fees"]
    assert change() == []
    page = world.client("rq-dispatcher").get("/catalogue?q=勘查").get_data(as_text=True)
    assert "没有找到" in page  # the index follows the change


@pytest.mark.rule("F3.3.2")
def test_a_limit_names_what_it_rests_on(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-discloser")
    entry = {"name": "过户", "conditions": "双方同意", "steps": "申请", "position": "2", "limit_amount": "3"}
    entry |= {"limit_unit": "workday", "limit_source": "promise"}
    answer = client.submit("/catalogue/new", entry)
    assert answer.status_code == 422
    assert "请写明时限依据的条款或承诺" in answer.get_data(as_text=True)
    assert "双方同意" in answer.get_data(as_text=True)


@pytest.mark.rule("F3.4.2")
def test_the_first_receiver_and_the_limit_of_a_request(world: World, rows: dict[str, int]) -> None:
    found = request_of(rows)
    assert found.first_receiver.login == "rq-discloser"
    assert found.due_on.isoformat() == "2026-10-19"
    started = clocks.of_subject("service_request", found.id)[0]
    assert (started.clause, started.basis) == ("F3.4.2", "公司服务承诺第二条")
    with transaction():
        colleague = world.user("rq-handler")
        requests.hand_over(request_of(rows), colleague, by=world.user("rq-discloser"), now=clock.now())
    assert request_of(rows).first_receiver.login == "rq-discloser"
    assert request_of(rows).handler.login == "rq-handler"


@pytest.mark.rule("F3.4.2")
def test_late_is_computed(world: World, rows: dict[str, int]) -> None:
    later = clock.now() + timedelta(days=9)
    with clock.frozen(later), transaction():
        requests.finish(request_of(rows), "已通气", by=world.user("rq-handler"), now=clock.now())
    assert request_of(rows).late
    assert clocks.of_subject("service_request", rows["request_id"])[0].state == "late"
    assert "超时办结" in world.client("rq-handler").get("/requests?late=1").get_data(as_text=True)


@pytest.mark.rule("F3.4.2")
def test_a_refusal_needs_a_reason_that_the_user_was_told(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-dispatcher")
    path = f"/requests/{rows['request_id']}/refuse"
    answer = client.submit(path, {"reason": "不属于供气范围，请向物业报修"})
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "请先把原因告知用户" in page
    assert "F3.4.2" in page
    assert "不属于供气范围，请向物业报修" in page
    told = {"reason": "不属于供气范围，请向物业报修", "told_at": "2026-10-12T09:30", "told_how": "电话"}
    assert client.submit(path, told).status_code == 303
    world.fresh()
    assert request_of(rows).state == "refused"
    assert client.submit(path, told).status_code == 409


@pytest.mark.rule("F3.4")
def test_a_hotline_with_its_test_calls(world: World, rows: dict[str, int]) -> None:
    path = f"/hotlines/{rows['hotline_id']}"
    clerk = world.client("jxw-inspector")
    silent = {"called_at": "2026-10-12T09:00", "answered": "0"}
    assert clerk.submit(f"{path}/calls/new", silent).status_code == 422
    assert clerk.submit(f"{path}/calls/new", silent | {"remark": "响铃无人接"}).status_code == 303
    assert "2 次，接通 1 次" in clerk.get("/hotlines").get_data(as_text=True)
    page = world.client("rq-leader").get(path).get_data(as_text=True)
    assert "未接通" in page
    assert "响铃无人接" in page
    twin = {"number": "000-10000002", "name": "又一个", "kind": "service", "hours": "24小时"}
    assert world.client("rq-discloser").submit("/hotlines/new", twin).status_code == 422


@pytest.mark.rule("F3.3.3", "F3.4.2")
def test_missing_systems_are_shown(world: World, rows: dict[str, int]) -> None:
    page = world.client("rq-discloser").get("/systems").get_data(as_text=True)
    assert page.count("缺少") == 7
    assert "首问负责制" in page
    water = world.client("gs-discloser").get("/systems").get_data(as_text=True)
    assert "用户投诉处理公开制度" in water
    assert water.count("缺少") == 1


@pytest.mark.rule("F3.3.3")
def test_a_new_version_begins_after_the_one_before(world: World, rows: dict[str, int]) -> None:
    client = world.client("rq-discloser")
    path = "/systems/service/new"
    early = {"title": "服务管理制度", "effective_on": "2025-12-31", "body": "第一条 修订。"}
    assert client.submit(path, early).status_code == 422
    assert client.submit(path, early | {"effective_on": "2026-10-01"}).status_code == 303
    assert "第2版" in client.get("/systems").get_data(as_text=True)
    assert client.submit(path, early | {"effective_on": "2026-11-01", "body": ""}).status_code == 422


@pytest.mark.rule("F3.4.2")
def test_records_against_a_commitment(world: World, rows: dict[str, int]) -> None:
    with transaction():
        row = db.session.get_one(Commitment, rows["commitment_id"])
        by = world.user("rq-handler")
        row = db.session.get_one(Commitment, rows["commitment_id"])
        began = clock.now() - timedelta(hours=2)
        late = promises.add_record(
            row, began, began + timedelta(minutes=50), place="西街", remark="", by=by, now=clock.now(),
            calendar=load_calendar(),
        )  # fmt: skip
        assert (late.measured, late.kept) == (50, False)
    page = world.client("rq-leader").get(f"/commitments/{rows['commitment_id']}").get_data(as_text=True)
    assert "50分钟" in page
    assert "未兑现" in page
    assert "2 次，兑现 0 次" in page


def test_what_cannot_be(world: World, rows: dict[str, int]) -> None:
    by, now = world.user("rq-handler"), clock.now()
    with pytest.raises(InvalidInput, match="还没有到"):
        requests.register(
            world.org("rq").id,
            {"kind": "help", "content": "求助", "user_name": "", "user_phone": "", "received_at": now + timedelta(1)},
            None, by=by, now=now, calendar=load_calendar(),
        )  # fmt: skip
    with pytest.raises(RuleViolation):
        requests.refuse(request_of(rows), "", told_at=None, told_how="", by=by, now=now)


def test_names_of_users_are_masked_for_the_regulator(world: World, rows: dict[str, int]) -> None:
    path = f"/requests/{rows['request_id']}"
    assert "示例用户甲" in world.client("rq-dispatcher").get(path).get_data(as_text=True)
    shown = world.client("jxw-clerk").get(path).get_data(as_text=True)
    assert "示例用户甲" not in shown
    assert "13800001234" not in shown
