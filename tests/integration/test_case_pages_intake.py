"""The intake screen: both kinds of organization, what is refused, what is shown beside the form."""

from __future__ import annotations

import io
import re
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from blueprints.accounts.models import Organization
from blueprints.complaints.models import Attachment, Case, Complainant
from core.clock import to_local
from core.db import db, transaction
from tests.factories.cases import at
from tests.integration.test_case_pages import PNG, page

HTMX = {"HX-Request": "true"}


def filled(**changes: Any) -> dict[str, Any]:
    """A complete intake of the water company's dispatch centre."""
    return {
        "name": "示例用户甲",
        "phone": "13800000001",
        "content": "昨晚八点突然停水，没有提前通知。要求说明原因。",
        "place": "示例路1号",
        "type": "complaint",
        "category": "quality",
        "channel": "dispatch_center",
        "received_at": "2026-10-12T09:00",
        "first_contact": "着急，希望尽快恢复",
        **changes,
    }


def cases() -> list[Case]:
    db.session.rollback()
    return list(db.session.scalars(select(Case).order_by(Case.id)))


def checked(text: str, name: str) -> list[str]:
    """Values of the ticked radio buttons of a field."""
    found = re.findall(rf'<input[^>]*name="{name}"[^>]*>', text)
    return [re.search(r'value="([^"]*)"', box)[1] for box in found if "checked" in box]


@pytest.mark.rule("Q3", "Q4.2")
def test_enterprise_registers_for_itself_and_is_not_asked_which(app, world, desk):
    client = world.client("gs-dispatcher")
    form = page(client, "/cases/new")
    assert 'name="enterprise"' not in form
    assert checked(form, "type") == ["complaint"]
    assert 'value="dispatch_center" selected' in form or 'selected value="dispatch_center"' in form
    assert 'value="2026-10-12T09:30"' in form
    answer = client.submit("/cases/new", filled())
    (case,) = cases()
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/cases/{case.id}"
    assert (case.number, case.enterprise.code) == ("水诉2026-000001", "gs")
    assert case.title == "昨晚八点突然停水，没有提前通知"
    assert (case.level, case.first_receiver.login) == (2, "gs-dispatcher")
    assert "已登记 水诉2026-000001" in page(client, f"/cases/{case.id}")


@pytest.mark.rule("F1", "F2", "F3.4", "F4.1")
def test_regulator_chooses_among_the_enterprises_it_supervises(app, world, desk):
    client = world.client("jxw-clerk")
    form = page(client, "/cases/new")
    assert "示例供电公司" in form
    assert "示例燃气公司" in form
    assert "示例供排水公司" not in form
    types, channels = ("投诉", "咨询", "求助"), ("口头", "12345", "书面")
    categories = ("供电供气质量", "营业收费", "营业服务", "投诉处理", "其它需要服务的内容")
    assert [word for word in (*types, *categories, *channels) if word not in form] == []
    given = filled(enterprise=world.org("rq").id, channel="hotline_12345")
    assert client.submit("/cases/new", given).status_code == 303
    (case,) = cases()
    assert (case.enterprise.code, case.regulator.code, case.number) == ("rq", "jxw", "气诉2026-000001")


def test_foreign_enterprise_is_refused(app, world, desk):
    for who, code in (("jxw-clerk", "gs"), ("gs-dispatcher", "rq")):
        client = world.client(who)
        answer = client.submit("/cases/new", filled(enterprise=world.org(code).id))
        made = cases()
        assert (answer.status_code == 422) == (who == "jxw-clerk")
        assert [c.enterprise.code for c in made] == ([] if who == "jxw-clerk" else ["gs"])


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"received_at": "2026-10-12T11:00"}, "接收时间不能晚于现在"),
        ({"received_at": "2026-10-01T09:00"}, "请写明补登原因"),
        ({"received_at": "上午"}, "时间格式不对"),
        ({"content": ""}, "请填写这一项"),
        ({"name": "", "phone": ""}, "请填写诉求人姓名或电话，或勾选匿名"),
        ({"anonymous": "y"}, "匿名的请把它们清空"),
        ({"phone": "打不通"}, "电话只能写数字"),
        ({"type": "help_request"}, "请从列出的选项中选择"),
        ({"category": ""}, "请选择"),
        ({"channel": "power_hotline"}, "请从列出的选项中选择"),
        ({"headcount": "0"}, "应在 1 到 100000 之间"),
        ({"others": "只有，电话，不对"}, "一行写一位"),
    ],
)
def test_refusals_stand_at_the_field_and_keep_the_text(app, world, desk, changes, why):
    answer = world.client("gs-dispatcher").submit("/cases/new", filled(**changes))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert why in text
    assert "有几处需要修改" in text
    assert changes.get("content", "昨晚八点突然停水") in text
    assert cases() == []


def test_late_entry_with_a_reason_counts_from_the_receipt(app, world, desk):
    given = filled(received_at="2026-10-09T16:00", late_entry_reason="节后补登纸面记录")
    assert world.client("gs-dispatcher").submit("/cases/new", given).status_code == 303
    (case,) = cases()
    assert to_local(case.received_at) == at("2026-10-09 16:00")
    text = page(world.client("gs-dispatcher"), f"/cases/{case.id}")
    assert "补登：节后补登纸面记录" in text
    assert "10月15日（周四）" in text


def test_anonymous_and_group_complaints(app, world, desk):
    client = world.client("gs-dispatcher")
    client.submit("/cases/new", filled(name="", phone="", anonymous="y"))
    client.submit("/cases/new", filled(headcount="30", others="示例用户乙，13800000002\n示例用户丙"))
    nobody, group = cases()
    assert (nobody.anonymous, nobody.complainants) == (True, [])
    people = [(p.name, p.phone, p.headcount, p.representative) for p in group.complainants]
    assert people == [
        ("示例用户甲", "13800000001", 30, True), ("示例用户乙", "13800000002", 1, False),
        ("示例用户丙", "", 1, False),
    ]  # fmt: skip


def test_files_come_with_the_intake(app, world, desk):
    client = world.client("gs-dispatcher")
    good = client.submit("/cases/new", filled(files=(io.BytesIO(PNG), "水样.png")))
    assert good.status_code == 303
    bad = client.submit("/cases/new", filled(files=(io.BytesIO(b"MZ"), "程序.exe")))
    assert bad.status_code == 422
    assert "不接受这种文件" in bad.get_data(as_text=True)
    assert len(cases()) == 1
    (kept,) = db.session.scalars(select(Attachment)).all()
    assert (kept.name, kept.step_id) == ("水样.png", cases()[0].steps[0].id)


def test_double_submit_makes_one_case(app, world, desk):
    client = world.client("gs-dispatcher")
    given = filled(submission_key="0123456789abcdef")
    first, second = client.submit("/cases/new", given), client.submit("/cases/new", given)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(cases()) == 1
    assert "已经提交过" in page(client, second.headers["Location"])


@pytest.mark.parametrize("who", ["gs-handler", "gs-leader", "jxw-supervisor", "jxw-inspector", "sysadmin"])
def test_only_receivers_register(app, world, desk, who):
    client = world.client(who)
    assert client.get("/cases/new").status_code == 403
    assert client.submit("/cases/new", filled()).status_code == 403
    assert cases() == []


def test_choices_follow_the_enterprise(app, world, desk):
    with transaction():
        world.org("jxw").active = False
        db.session.flush()
        everything = db.session.scalars(select(Organization).where(Organization.code == "swj")).one()
        everything.sectors = ["power", "gas", "water"]
    client = world.client("swj-clerk")
    form = page(client, "/cases/new")
    assert "举报" in form
    assert "求助" in form
    gas = client.get(f"/cases/new/choices?enterprise={world.org('rq').id}&type=help_request", headers=HTMX)
    text = gas.get_data(as_text=True)
    assert "<html" not in text
    assert "举报" not in text
    assert checked(text, "type") == ["help_request"]
    whole = client.get(f"/cases/new/choices?enterprise={world.org('gs').id}")
    assert "<html" in whole.get_data(as_text=True)


@pytest.mark.rule("Q5")
def test_due_days_are_shown_with_their_clause(app, world, desk):
    client = world.client("gs-dispatcher")
    shown = client.get("/cases/new/limits?type=inquiry&received_at=2026-10-09T10:00", headers=HTMX)
    text = shown.get_data(as_text=True)
    assert "10月15日（周四）前" in text
    assert "〔Q5〕" in text
    odd = client.get("/cases/new/limits?type=nonsense&received_at=never", headers=HTMX)
    assert odd.status_code == 200


def test_duplicates_are_found_while_typing(app, world, desk):
    desk.register("gs-dispatcher", "gs", channel="department_phone", title="先来的一件")
    foreign = desk.register("rq-dispatcher", "rq", channel="gas_hotline", title="别家的件")
    client = world.client("gs-dispatcher")
    found = client.submit("/cases/duplicates", {"phone": "13800000001"}, headers=HTMX).get_data(as_text=True)
    assert "先来的一件" in found
    assert "同一电话" in found
    assert db.session.get(Case, foreign).number not in found
    none = client.submit("/cases/duplicates", {"phone": "13900000000"}, headers=HTMX).get_data(as_text=True)
    assert "没有发现重复" in none


def test_registering_is_one_transaction(app, world, desk):
    """A file that is refused leaves no case, no number and no complainant behind."""
    client = world.client("gs-dispatcher")
    client.submit("/cases/new", filled(files=(io.BytesIO(b""), "空.pdf")))
    assert db.session.scalar(select(func.count()).select_from(Complainant)) == 0
    client.submit("/cases/new", filled())
    assert [c.number for c in cases()] == ["水诉2026-000001"]
    assert isinstance(cases()[0].registered_at, datetime)
