"""The calendar's pages: a year at a glance, provisional years, importing with a preview, single days."""

from __future__ import annotations

import html
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from blueprints.rulebook.queries import calendar_banner, deadlines_to_move
from blueprints.rulebook.service.year_view import year_view
from core import audit, clock
from core.calendar_store import (
    import_year,
    load_calendar,
    overrides,
    preview_year,
    published_years,
    remove_override,
    set_override,
)
from core.db import db, transaction
from domain.errors import InvalidInput
from tests.factories.cases import Desk, at
from tests.factories.world import World

INVENTED = Path(__file__).resolve().parents[1] / "data" / "holiday-2027-invented.json"
EMPTY = INVENTED.parent / "holiday-cn" / "2027.json"
SOURCE = "国办发明电〔2026〕示例号"
DAY = {"day": "2026-10-15", "off": "off", "name": "抗洪抢险停工", "source": "示例政办〔2026〕9号"}


def words(answer: Any) -> str:
    """The text of a page."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


@pytest.fixture
def admin(world: World) -> FlaskClient:
    """The system administrator's browser."""
    return world.client("sysadmin")


def upload(client: FlaskClient, content: bytes, source: str = SOURCE) -> Any:
    """Send a year's file to the preview."""
    data = {"file": (io.BytesIO(content), "2027.json"), "source": source}
    return client.submit("/calendar/import", data, content_type="multipart/form-data")


def confirm(client: FlaskClient, preview: Any) -> Any:
    """Send back what the preview showed."""
    page = preview.get_data(as_text=True)
    fields = {name: re.findall(rf'name="{name}" value="([^"]*)"', page)[-1] for name in ("payload", "source")}
    return client.submit("/calendar/import/confirm", {k: html.unescape(v) for k, v in fields.items()})


def test_a_year_shows_each_holiday_and_make_up_day_by_name(world: World) -> None:
    page = words(world.client("gs-handler").get("/calendar"))
    assert "2026年工作日历" in page
    for line in ("休 1—7日 国庆节", "班 10日 国庆节", "休 1—3日 元旦", "班 4日 元旦", "休 25—27日 中秋"):
        assert line in page
    assert "国务院办公厅" in page
    assert "12月25日至31日可能随2027年的放假安排变化" in page


def test_the_sums_of_a_year_are_right(app: Flask) -> None:
    view = year_view(load_calendar(), 2026, clock.today())
    calendar = load_calendar()
    days = [date.fromordinal(n) for n in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert view.workdays == sum(calendar.status(day).working for day in days) == 248
    assert (view.holidays, view.make_up) == (33, 6)
    squares = [cell for month in view.months for week in month.weeks for cell in week if cell]
    assert len(squares) == 365
    assert sum("is-provisional" in cell.css for cell in squares) == 7


def test_an_unpublished_year_says_so_clearly(world: World) -> None:
    page = words(world.client("rq-leader").get("/calendar/2027"))
    assert "2027年的放假安排还没有录入" in page
    assert "暂定" in page
    assert "录入年度安排" not in page


@pytest.mark.parametrize("year", ["1900", "2003", "2027", "2999"])
def test_any_year_opens(world: World, year: str) -> None:
    assert world.client("gs-handler").get(f"/calendar/{year}").status_code == 200


@pytest.mark.parametrize("year", ["1899", "3000", "0", "99999999999999999999", "-1", "x"])
def test_what_is_no_year_is_not_found(world: World, year: str) -> None:
    assert world.client("gs-handler").get(f"/calendar/{year}").status_code == 404


def test_the_banner_reminds_from_november_on(app: Flask) -> None:
    with app.test_request_context():
        assert calendar_banner(date(2026, 10, 31)) is None
        banner = calendar_banner(date(2026, 11, 1))
        assert banner is not None
        assert "2027年" in banner["text"]
        assert "暂定" in banner["text"]
        assert banner["url"] == "/calendar/2027"
        late = calendar_banner(date(2027, 3, 1))
        assert late is not None
        assert "今年" in late["text"]
        with transaction():
            import_year(json.loads(INVENTED.read_text()), source=SOURCE, by=audit.SYSTEM, now=clock.now())
        assert calendar_banner(date(2026, 11, 1)) is None


def test_a_due_day_is_explained_day_by_day(world: World) -> None:
    client = world.client("gs-handler")
    page = words(client.get("/calendar/due?received=2026-09-30&amount=5&unit=workday"))
    assert "2026年10月13日（周二）" in page
    assert "10-10 周六 第 3 日" in page
    assert "10-01 周四 不计 国庆节" in page
    assert "暂定" in words(client.get("/calendar/due?received=2026-12-28&amount=5"))
    for bad in (
        "received=x&amount=5",
        "received=2026-09-30&amount=0",
        "amount=5",
        "received=2026-09-30&amount=5&unit=hour",
        "received=2999-12-31&amount=5&unit=day",
        "received=2026-09-30&amount=" + "9" * 40,
    ):
        assert client.get(f"/calendar/due?{bad}").status_code == 422
    assert client.get("/calendar/due").status_code == 200


def test_a_year_is_looked_at_before_it_is_taken_in(desk: Desk, world: World) -> None:
    with clock.frozen(at("2026-12-28 10:00")):
        case = desk.case(desk.own_water())
        admin = world.client("sysadmin")
        preview = upload(admin, INVENTED.read_bytes())
        page = words(preview)
        assert preview.status_code == 200
        assert "01-04 周一 上班 · 工作日（推算） 休息 · 元旦 改为休息" in page
        assert re.search(r"时限 [1-9]\d* 项没有办完的时限会改期", page)
        db.session.rollback()
        assert 2027 not in published_years()
        answer = confirm(admin, preview)
        assert (answer.status_code, answer.location) == (303, "/calendar/2027")
        db.session.rollback()
        assert 2027 in published_years()
        moved = desk.case(case.id)
        assert (moved.due_on, moved.due_provisional) == (date(2027, 1, 6), False)
        shown = words(admin.get("/calendar/2027"))
    assert SOURCE in shown
    assert "系统管理员甲" in shown
    assert "还没有录入" not in shown


def test_the_preview_counts_exactly_what_will_move(desk: Desk) -> None:
    with clock.frozen(at("2026-12-28 10:00")):
        desk.own_water()
        desk.handed_over("rq")
        data = json.loads(INVENTED.read_text())
        expected = deadlines_to_move(preview_year(data).calendar)
        with transaction():
            changed = import_year(data, source=SOURCE, by=audit.SYSTEM, now=clock.now()).changed
        assert len(changed) == expected > 0
        assert deadlines_to_move(load_calendar()) == 0


@pytest.mark.parametrize("content", [EMPTY.read_bytes(), b"", b"{", b"\xff", b"[" * 50_000])
def test_a_file_that_cannot_be_trusted_is_refused_at_the_field(admin: FlaskClient, content: bytes) -> None:
    answer = upload(admin, content)
    assert answer.status_code == 422
    assert SOURCE in answer.get_data(as_text=True)


def test_a_file_that_is_too_big_is_not_read(admin: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blueprints.rulebook.routes.calendar_changes.MAX_BYTES", 500)
    assert "文件太大" in words(upload(admin, INVENTED.read_bytes()))


def test_the_source_is_asked_for(admin: FlaskClient) -> None:
    assert upload(admin, INVENTED.read_bytes(), "  ").status_code == 422
    assert admin.submit("/calendar/import", {"source": SOURCE}).status_code == 422
    assert admin.submit("/calendar/import/confirm", {"payload": "{", "source": SOURCE}).status_code == 422
    assert admin.submit("/calendar/import/confirm", {}).status_code == 400
    assert 2027 not in published_years()


def test_a_single_day_moves_open_cases_and_can_be_taken_back(desk: Desk, admin: FlaskClient) -> None:
    case_id = desk.own_water()
    assert admin.submit("/calendar/days", DAY).status_code == 303
    assert desk.case(case_id).due_on == date(2026, 10, 20)
    page = words(admin.get("/calendar/days"))
    assert DAY["source"] in page
    assert "休 15日 抗洪抢险停工" in words(admin.get("/calendar"))
    path = "/calendar/days/2026-10-15/remove"
    assert admin.get(path).status_code == 200
    assert admin.submit(path, {"reason": ""}).status_code == 422
    assert admin.submit(path, {"reason": "洪水已退，通知撤销。"}).status_code == 303
    assert desk.case(case_id).due_on == date(2026, 10, 19)
    assert admin.get(path).status_code == 404
    assert audit.verify().holds


@pytest.mark.parametrize(
    "change",
    [
        {"day": "2026-13-01"}, {"day": ""}, {"off": ""}, {"name": " "}, {"source": ""}, {"name": "长" * 51},
        {"day": "2026-10-17"}, {"day": "2026-10-14", "off": "work"},
    ],
)  # fmt: skip
def test_single_days_that_cannot_be_meant_are_refused(admin: FlaskClient, change: dict[str, str]) -> None:
    answer = admin.submit("/calendar/days", {**DAY, **change})
    assert answer.status_code == 422
    assert overrides() == ()


def test_a_single_day_wins_over_the_file_of_its_year(world: World) -> None:
    by, now = world.user("sysadmin"), clock.now()
    data = json.loads(INVENTED.read_text())
    with transaction():
        set_override(date(2027, 1, 4), off=False, name="照常上班", source="示例", by=by, now=now)
        assert [d.isoformat() for d in preview_year(data).overruled] == ["2027-01-04"]
        import_year(data, source=SOURCE, by=by, now=now)
    assert load_calendar().status(date(2027, 1, 4)).working
    with transaction():
        remove_override(date(2027, 1, 4), reason="示例", by=world.user("sysadmin"), now=now)
    assert not load_calendar().status(date(2027, 1, 4)).working
    with pytest.raises(InvalidInput), transaction():
        remove_override(date(2027, 1, 4), reason="示例", by=world.user("sysadmin"), now=now)


def test_a_change_that_is_rolled_back_is_forgotten(each_world: World) -> None:
    def change_and_fail() -> None:
        by = each_world.user("sysadmin")
        set_override(date(2026, 10, 15), off=True, name="停工", source="示例", by=by, now=clock.now())
        assert not load_calendar().is_working(date(2026, 10, 15))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        change_and_fail()
    assert load_calendar().is_working(date(2026, 10, 15))
    with transaction():
        by = each_world.user("sysadmin")
        set_override(date(2026, 10, 15), off=True, name="停工", source="示例", by=by, now=clock.now())
    assert not load_calendar().is_working(date(2026, 10, 15))


@pytest.mark.parametrize("login", ["jxw-leader", "gs-leader", "secadmin"])
def test_only_the_system_administrator_changes_the_calendar(world: World, login: str) -> None:
    client = world.client(login)
    for path in ("/calendar/import", "/calendar/days"):
        assert client.get(path).status_code == 403
    for path in ("/calendar/import", "/calendar/import/confirm", "/calendar/days/2026-10-15/remove"):
        assert client.submit(path, DAY).status_code == 403
    assert overrides() == ()
