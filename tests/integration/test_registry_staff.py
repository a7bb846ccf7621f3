"""Staff (F3.2.1, F3.2.2): certificates of one person each, alerts, trainings, leaving, lists and exports."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.registry.models import Certificate, Staff
from blueprints.registry.service import staff as service
from blueprints.registry.service.qualifying import certified_on, require_certified
from blueprints.registry.service.staff_alerts import alert_expiring, step_of
from core import clock
from core.audit import AuditEntry
from core.db import db, transaction
from core.inbox import Notification
from domain.errors import InvalidInput, RuleViolation
from tests.factories.registry_people import CERTIFICATE, People, slot, staff_of
from tests.factories.world import World

NEW = {
    "name": "示例员工戊", "badge": "R100", "post": "window", "team": "窗口班", "outlet_id": "", "phone": "13800000105",
    "uniform_on": "2025-03-01",
}  # fmt: skip
HELD = {
    "name": "上岗证", "number": "示证0001", "issuer": "示例省燃气协会", "valid_from": "2025-01-01",
    "valid_until": "2028-01-01",
}  # fmt: skip


@pytest.fixture
def people(world: World) -> People:
    return People()


@pytest.mark.rule("F3.2.1")
def test_a_person_is_registered_with_a_certificate_that_is_shown(world: World) -> None:
    client = world.client("rq-discloser")
    answer = client.submit("/staff/new", NEW)
    assert answer.status_code == 303
    page = answer.headers["Location"]
    assert "没有上岗证" in client.get(page).get_data(as_text=True)
    assert client.submit(f"{page}/certificates/new", HELD).status_code == 303
    shown = client.get(page).get_data(as_text=True)
    assert "示证0001" in shown
    assert "2028年1月1日" in shown
    assert "登记上岗证" in shown  # its history
    person = db.session.scalars(select(Staff).where(Staff.badge == "R100")).one()
    assert person.valid_until == date(2028, 1, 1)


def test_name_and_phone_are_sealed_in_the_log(world: World, people: People) -> None:
    staff_id = people.staff("R7", name="示例员工庚")
    rows = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_type == "staff")).all()
    assert rows
    assert all("示例员工庚" not in row.changes + row.subject_label for row in rows)
    assert any(row.personal for row in rows if row.subject_id == staff_id)


def test_a_badge_number_belongs_to_one_person_of_the_enterprise(world: World, people: People) -> None:
    people.staff("R100")
    client = world.client("rq-discloser")
    answer = client.submit("/staff/new", NEW)
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "工号“R100”已经是示例员工甲的" in html
    assert 'value="示例员工戊"' in html  # what was typed is kept
    assert world.client("gd-discloser").submit("/staff/new", NEW).status_code == 303  # elsewhere it is free


@pytest.mark.rule("F3.2.1")
def test_a_certificate_number_of_another_person_is_refused_without_naming_anybody(
    world: World, people: People
) -> None:
    People("gd").staff("D1", name="外单位员工", number="示证0001")
    staff_id = people.staff("R1", number=None)
    answer = world.client("rq-discloser").submit(f"/staff/{staff_id}/certificates/new", HELD)
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert service.OTHERS_NUMBER in html
    assert "外单位员工" not in html
    assert db.session.scalar(select(Certificate).where(Certificate.staff_id == staff_id)) is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"valid_until": "2024-01-01"}, "有效期止不能早于有效期起"),
        ({"valid_until": "二〇二八年正月初一"}, "请填公历日期"),
        ({"valid_until": "  "}, "请填写这一项"),
        ({"number": ""}, "请填写这一项"),
        ({"number": "号" * 65}, "最多填写 64 个字"),
    ],
)
def test_wrong_certificates_are_refused_by_field(
    world: World, people: People, changed: dict[str, str], told: str
) -> None:
    staff_id = people.staff("R1", number=None)
    answer = world.client("rq-discloser").submit(f"/staff/{staff_id}/certificates/new", HELD | changed)
    assert answer.status_code == 422
    assert told in answer.get_data(as_text=True)


@pytest.mark.rule("F3.2.1")
@pytest.mark.parametrize(
    ("day", "fit"),
    [
        (date(2023, 12, 31), False), (date(2024, 1, 1), True), (date(2027, 12, 31), True),
        (date(2028, 1, 1), False),
    ],
)  # fmt: skip
def test_a_certificate_holds_on_its_first_and_last_day(people: People, day: date, fit: bool) -> None:
    staff_id = people.staff()
    assert certified_on(staff_id, day) is fit
    if not fit:
        with pytest.raises(RuleViolation) as caught:
            require_certified([staff_of(staff_id)], day, "上门服务")
        assert caught.value.clause == "F3.2.1"


@pytest.mark.rule("F3.2.1")
def test_a_revoked_certificate_no_longer_holds_and_its_end_is_forgotten(world: World, people: People) -> None:
    staff_id = people.staff()
    number = staff_of(staff_id).certificates[0].id
    answer = world.client("rq-discloser").submit(
        f"/certificates/{number}/revoke", {"revoked_on": "2026-10-12", "reason": "违规被吊销"}
    )
    assert answer.status_code == 303
    person = staff_of(staff_id)
    assert person.valid_until is None
    assert not certified_on(staff_id, date(2026, 10, 12))
    assert certified_on(staff_id, date(2026, 10, 11))


def test_who_leaves_hands_over_visits_first(world: World, people: People) -> None:
    first, second = people.staff("R1"), people.staff("R2", name="示例员工乙")
    people.visit(first)
    client = world.client("rq-discloser")
    answer = client.submit(f"/staff/{first}/leave", {"left_on": "2026-10-12"})
    assert answer.status_code == 409
    assert "名下还有 1 次上门" in answer.get_data(as_text=True)
    assert client.submit(f"/staff/{second}/leave", {"left_on": "2026-10-12"}).status_code == 303
    assert not staff_of(second).active
    assert client.submit(f"/staff/{second}/return").status_code == 303
    assert staff_of(second).active


@pytest.mark.rule("F3.2.1", "F3.2.2")
def test_trainings_and_knowledge_tests_are_records(world: World, people: People) -> None:
    staff_id = people.staff()
    client = world.client("rq-leader")
    training = {
        "day": "2026-09-01",
        "subject": "入户安检规程",
        "hours": "7.5",
        "trainer": "示例培训中心",
        "result": "合格",
    }
    test = {"day": "2026-09-02", "subject": "燃气安全知识", "points": "58", "pass_mark": "60"}
    assert client.submit(f"/staff/{staff_id}/trainings/new", training).status_code == 303
    assert client.submit(f"/staff/{staff_id}/tests/new", test).status_code == 303
    html = client.get(f"/staff/{staff_id}").get_data(as_text=True)
    assert "入户安检规程" in html
    assert "7.5" in html
    assert "不合格" in html
    assert client.submit(f"/staff/{staff_id}/tests/new", test | {"points": "101"}).status_code == 422


# ---- alerts ------------------------------------------------------------------------------------------------


@pytest.mark.rule("F3.2.1")
@pytest.mark.parametrize(
    ("left", "step"), [(61, None), (60, 60), (31, 60), (30, 30), (1, 30), (0, 0), (-5, 0)]
)
def test_the_step_of_an_alert(left: int, step: int | None) -> None:
    today = date(2026, 10, 12)
    assert step_of(today + timedelta(days=left), today) == step


@pytest.mark.rule("F3.2.1")
def test_each_step_is_told_once_to_leaders_and_disclosers(world: World, people: People) -> None:
    end = date(2026, 12, 1)
    people.staff("R1", until=end)
    people.staff("R2", name="示例员工乙", until=date(2027, 12, 31))

    def run(day: date) -> int:
        with transaction():
            return alert_expiring(day, now=clock.now())

    days = [end - timedelta(days=n) for n in (61, 60, 59, 30, 29, 0, -1)]
    assert [run(day) for day in days] == [0, 1, 0, 1, 0, 1, 0]
    told = db.session.scalars(select(Notification).where(Notification.clause == "F3.2.1")).all()
    logins = {world.user("rq-leader").id, world.user("rq-discloser").id}
    assert {row.user_id for row in told} == logins
    assert len(told) == 6
    assert "60 天内到期" in told[0].text
    assert "示例员工乙" not in "".join(row.text for row in told)


def test_a_renewed_certificate_is_told_of_no_more(people: People) -> None:
    staff_id = people.staff("R1", until=date(2026, 10, 20))
    by = people.by("discloser").id
    with transaction() as session:
        person = session.get_one(Staff, staff_id)
        values = CERTIFICATE | {"number": "新证1", "valid_until": date(2029, 1, 1)}
        service.certify(
            person, values, upload=None, by=session.get_one(type(people.by()), by), now=clock.now()
        )
    with transaction():
        assert alert_expiring(date(2026, 10, 12), now=clock.now()) == 0


def test_the_command_tells(app: Flask, people: People) -> None:
    people.staff("R1", until=date(2026, 10, 30))
    result = app.test_cli_runner().invoke(args=["registry", "alerts", "--json"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == '{"told": 1}'


# ---- list and export ---------------------------------------------------------------------------------------


@pytest.fixture
def five(people: People) -> People:
    today = clock.today()
    people.staff("R1", name="长期甲")
    people.staff("R2", name="将满乙", until=today + timedelta(days=50), post="window")
    people.staff("R3", name="近期丙", until=today + timedelta(days=10))
    people.staff("R4", name="过期丁", until=today - timedelta(days=1))
    people.staff("R5", name="无证戊", number=None, team="抢修二班")
    return people


@pytest.mark.rule("F3.2.1")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "长期甲 将满乙 近期丙 过期丁 无证戊"), ("state=certified", "长期甲 将满乙 近期丙"),
        ("state=expiring", "近期丙 将满乙"), ("state=soon", "近期丙"), ("state=expired", "过期丁"),
        ("state=none", "无证戊"), ("state=left", ""), ("post=window", "将满乙"), ("q=R4", "过期丁"), ("q=期", "长期甲 近期丙 过期丁"),
        ("q=%25", ""),
    ],
)  # fmt: skip
def test_the_list_by_state(world: World, five: People, query: str, found: str) -> None:
    html = world.client("rq-discloser").get(f"/staff?{query}").get_data(as_text=True)
    names = ("长期甲", "将满乙", "近期丙", "过期丁", "无证戊")
    shown = sorted((html.index(f">{name}<"), name) for name in names if f">{name}<" in html)
    assert " ".join(name for _, name in shown) == found
    assert "60 天内到期" in html


def test_phones_are_masked_in_lists_and_for_regulators(world: World, five: People) -> None:
    for login in ("rq-discloser", "jxw-inspector"):
        assert "13800000101" not in world.client(login).get("/staff").get_data(as_text=True)
    staff_id = db.session.scalars(select(Staff.id)).first()
    assert "13800000101" in world.client("rq-discloser").get(f"/staff/{staff_id}").get_data(as_text=True)
    assert "13800000101" not in world.client("jxw-inspector").get(f"/staff/{staff_id}").get_data(as_text=True)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_the_export_holds_exactly_the_list(world: World, five: People, suffix: str, tmp_path: object) -> None:
    answer = world.client("rq-discloser").get(f"/staff/export.{suffix}?state=certified")
    assert answer.status_code == 200
    if suffix == "csv":
        rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    else:
        import openpyxl

        sheet = openpyxl.load_workbook(io.BytesIO(answer.get_data())).active
        rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[0] for row in rows[1:]] == ["长期甲", "将满乙", "近期丙"]
    assert rows[0][:3] == ["姓名", "工号", "岗位"]


def test_pages_of_fifty(world: World, people: People) -> None:
    organization_id = people.organization_id
    with transaction() as session:
        session.add_all(
            Staff(
                organization_id=organization_id, name=f"员工{n:03d}", badge=f"B{n:03d}", post="meter",
                valid_until=date(2027, 1, 1) + timedelta(days=n % 7), created_at=datetime.now(clock.SHANGHAI),
            )
            for n in range(120)
        )  # fmt: skip
    client = world.client("rq-discloser")
    seen: list[str] = []
    path: str | None = "/staff?post=meter"
    while path:
        html = client.get(path).get_data(as_text=True)
        page = [f"员工{n:03d}" for n in range(120) if f">员工{n:03d}<" in html]
        assert len(page) in (50, 20)
        seen += page
        path = (
            html.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
            if 'rel="next"' in html
            else None
        )
    assert seen == [f"员工{n:03d}" for n in range(120)]


def test_a_visit_of_somebody_whose_certificate_ends_before_shows_red(world: World, people: People) -> None:
    staff_id = people.staff("R1")
    visit = people.visit(staff_id, when=slot(date(2026, 10, 20)))
    number = staff_of(staff_id).certificates[0].id
    client = world.client("rq-discloser")
    client.submit(f"/certificates/{number}/revoke", {"revoked_on": "2026-10-12", "reason": "吊销"})
    assert "当日无有效证书，请改派" in client.get(f"/staff/{staff_id}").get_data(as_text=True)
    assert "没有有效的上岗证，请改派" in client.get(f"/visits/{visit}").get_data(as_text=True)


def test_only_those_who_keep_the_register_write(world: World, people: People) -> None:
    staff_id = people.staff()
    for login in ("rq-dispatcher", "jxw-leader"):
        client = world.client(login)
        assert client.get(f"/staff/{staff_id}").status_code == 200
        assert client.submit("/staff/new", NEW).status_code == 403
    with pytest.raises(InvalidInput), transaction():
        service.check_number("示证rq-R001", 0)
