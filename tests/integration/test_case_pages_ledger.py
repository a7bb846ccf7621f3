"""Ledgers from submission to sampling and take-up; surges answered together."""

from __future__ import annotations

import hashlib
import json
from datetime import date

import pytest
from sqlalchemy import select

from blueprints.accounts.models import Organization
from blueprints.complaints.models import Case, CaseStep, Ledger, LedgerRow
from blueprints.complaints.service.intake import Person
from blueprints.complaints.service.ledger import finished_periods, period_of
from core import clock
from core.audit import AuditEntry
from core.db import db, transaction
from tests.browserless import form_values, taken
from tests.factories.cases import Desk, at
from tests.integration.test_case_pages import page


def ledgers() -> list[Ledger]:
    db.session.rollback()
    return list(db.session.scalars(select(Ledger).order_by(Ledger.id)))


def rows(ledger_id: int) -> list[LedgerRow]:
    db.session.rollback()
    mine = select(LedgerRow).where(LedgerRow.ledger_id == ledger_id).order_by(LedgerRow.id)
    return list(db.session.scalars(mine))


def september(desk, **fields) -> int:
    """A case that the gas company's own hotline received in September."""
    with clock.frozen(at("2026-09-15 10:00")):
        return desk.register("rq-dispatcher", "rq", channel="gas_hotline", **fields)


def submitted(world, period: str = "2026-09") -> int:
    answer = world.client("rq-dispatcher").submit("/ledgers", {"period": period})
    assert answer.status_code == 303
    return int(answer.headers["Location"].rpartition("/")[2])


def test_periods():
    assert [p.code for p in finished_periods(date(2026, 1, 31), "month", 2)] == ["2025-12", "2025-11"]
    quarters = finished_periods(date(2026, 10, 1), "quarter", 2)
    assert [p.name for p in quarters] == ["2026年第3季度", "2026年第2季度"]
    leap = period_of(date(2028, 2, 29), "month")
    assert (leap.starts_on, leap.ends_on, leap.name) == (date(2028, 2, 1), date(2028, 2, 29), "2028年2月")
    assert period_of(date(2026, 12, 31), "quarter").ends_on == date(2026, 12, 31)


@pytest.mark.rule("F5.2")
def test_the_ledger_tells_own_cases_without_the_people(app, world, desk):
    own = september(desk, title="示例用户甲家的热水器")
    with clock.frozen(at("2026-09-16 10:00")):
        desk.handed_over("rq")
    desk.register("rq-dispatcher", "rq", channel="gas_hotline")
    client = world.client("rq-dispatcher")
    text = page(client, "/ledgers")
    assert "每月向示例区经济信息委报送一次台账" in text
    assert "本单位设定" in text
    ledger = db.session.get(Ledger, submitted(world))
    (row,) = rows(ledger.id)
    assert row.case_id == own
    assert row.facts["number"] == desk.case(own).number
    told = json.dumps([r.facts for r in rows(ledger.id)], ensure_ascii=False)
    assert "示例用户" not in told
    assert "热水器" not in told
    canonical = json.dumps([row.facts], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert ledgers()[0].digest == hashlib.sha256(canonical.encode()).hexdigest()
    shown = page(world.client("jxw-supervisor"), f"/ledgers/{ledger.id}")
    assert row.facts["number"] in shown
    assert f"/cases/{own}" not in shown


@pytest.mark.rule("F5.2")
def test_sampling_opens_a_case_for_reading_and_taking_up(app, world, desk):
    case, other = september(desk), september(desk, title="另一件")
    ledger = submitted(world)
    first = rows(ledger)[0]
    supervisor = world.client("jxw-supervisor")
    assert supervisor.get(f"/cases/{case}").status_code == 404
    reasons = ({"id": first.id, "reason": ""}, {"id": first.id, "reason": "抽查"}, {"reason": "每月抽查一件"})
    for data in reasons:
        assert supervisor.submit(f"/ledgers/{ledger}/sample", data).status_code == 422
    sent = {"id": first.id, "reason": "每月随机抽查"}
    assert supervisor.submit(f"/ledgers/{ledger}/sample", sent).status_code == 303
    after = rows(ledger)
    assert [r.sampled_at is not None for r in after] == [True, False]
    assert after[0].sampled_by_id == world.user("jxw-supervisor").id
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "ledger.sample")).one()
    assert "每月随机抽查" in entry.changes
    text = page(supervisor, f"/cases/{case}")
    assert "这是从台账抽查的件，只能查看" in text
    assert "示****" not in text
    assert "138****0001" not in text
    assert supervisor.get(f"/cases/{other}").status_code == 404
    assert supervisor.get(f"/cases/{case}/do/note").status_code == 409
    assert supervisor.submit(f"/cases/{case}/reveal", {"reason": "想联系诉求人"}).status_code == 409
    assert page(world.client("jxw-inspector"), f"/cases/{case}").count("/do/") == 0
    taken(supervisor, case, "take_up", reason="反映集中，提级办理")
    assert (desk.case(case).regulator_id, desk.case(case).handed_over) == (world.org("jxw").id, True)


@pytest.mark.rule("F5.2")
def test_a_period_is_submitted_once_and_late_entries_come_with_the_next(app, world, desk):
    september(desk)
    submitted(world)
    client = world.client("rq-dispatcher")
    twice = client.submit("/ledgers", {"period": "2026-09"})
    assert twice.status_code == 409
    assert "〔F5.2〕" in twice.get_data(as_text=True)
    late = desk.register(
        "rq-dispatcher", "rq", channel="gas_hotline", received_at=at("2026-09-20 09:00"),
        late_entry_reason="纸面记录补登",
    )  # fmt: skip
    with clock.frozen(at("2026-11-02 09:00")):
        october = submitted(world, "2026-10")
        told = rows(october)
        assert [r.case_id for r in told] == [late]
        assert told[0].facts["late_entry"] is True
        assert "补登" in page(world.client("jxw-clerk"), f"/ledgers/{october}")


@pytest.mark.parametrize("period", ["2026-10", "2027-01", "2020-01", "2026-13", "nonsense", ""])
def test_only_finished_periods_are_submitted(app, world, desk, period):
    assert world.client("rq-dispatcher").submit("/ledgers", {"period": period}).status_code == 422
    assert ledgers() == []


def test_ledgers_of_others_do_not_exist(app, world, desk):
    september(desk)
    ledger = submitted(world)
    (row,) = rows(ledger)
    for who in ("gd-dispatcher", "gs-leader", "swj-supervisor"):
        client = world.client(who)
        assert client.get(f"/ledgers/{ledger}").status_code == 404
        sent = {"id": row.id, "reason": "每月随机抽查"}
        assert client.submit(f"/ledgers/{ledger}/sample", sent).status_code == 404
        assert desk.case(row.case_id).number not in page(client, "/ledgers")
    sent = {"id": row.id, "reason": "自己抽查自己的"}
    assert world.client("rq-dispatcher").submit(f"/ledgers/{ledger}/sample", sent).status_code == 409
    assert rows(ledger)[0].sampled_at is None
    assert world.client("rq-handler").get("/ledgers").status_code == 403
    assert world.client("jxw-clerk").submit("/ledgers", {"period": "2026-09"}).status_code == 403


def test_rows_of_another_ledger_cannot_be_sampled(app, world, desk):
    september(desk)
    with clock.frozen(at("2026-09-15 10:00")):
        desk.register("gs-dispatcher", "gs", channel="department_phone")
    answer = world.client("gs-dispatcher").submit("/ledgers", {"period": "2026-09"})
    water = int(answer.headers["Location"].rpartition("/")[2])
    gas = submitted(world)
    stolen = {"id": rows(water)[0].id, "reason": "每月随机抽查"}
    assert world.client("jxw-supervisor").submit(f"/ledgers/{gas}/sample", stolen).status_code == 422
    assert rows(water)[0].sampled_at is None


def test_without_a_regulator_the_page_explains(app, world, desk):
    with transaction():
        water = db.session.scalars(select(Organization).where(Organization.code == "swj")).one()
        water.active = False
    client = world.client("gs-dispatcher")
    assert "本平台没有登记本行业的主管部门，不需要报送台账" in page(client, "/ledgers")
    assert client.submit("/ledgers", {"period": "2026-09"}).status_code == 409


# ---- surges ------------------------------------------------------------------------------------------------


def surge(desk, number: int = 6) -> list[int]:
    """Inquiries from one place about one thing, so that each can be answered at once."""
    people = [Person(f"示例用户{i}", f"1380000000{i}") for i in range(number)]
    return [
        desk.register(
            "jxw-clerk", "rq", title=f"第{i}位来电", place="示例路", category="quality", people=(person,)
        )
        for i, person in enumerate(people)
    ]  # fmt: skip


def test_surges_are_pointed_out_and_answered_together(app, world, desk):
    cases = surge(desk)
    clerk = world.client("jxw-clerk")
    text = page(clerk, "/cases/surges")
    assert "示例路" in text
    address = f"/cases/surges?enterprise={world.org('rq').id}&place=示例路&category=quality"
    _, values = form_values(page(clerk, address), "surge-form")
    assert sorted(map(int, values["id"])) == cases
    said = {"text": "示例路停气因管道抢修，预计今晚恢复。", "way": "短信", "action": "progress_notice"}
    sent = {**values, **said}
    result = clerk.post("/cases/surges/answer", data={**sent, "id": [str(i) for i in cases[:5]]})
    assert "5 件中办了 5 件" in result.get_data(as_text=True)
    db.session.rollback()
    told = db.session.scalars(select(CaseStep.case_id).where(CaseStep.action == "progress_notice"))
    assert sorted(told) == cases[:5]
    again = clerk.post("/cases/surges/answer", data={**sent, "id": [str(i) for i in cases[:5]]})
    assert again.status_code == 303
    refused = clerk.post("/cases/surges/answer", data={
        **sent, "id": [str(i) for i in cases], "action": "reply", "submission_key": "another-key-0001",
    })  # fmt: skip
    text = refused.get_data(as_text=True)
    assert "6 件中办了 0 件" in text
    assert "还不能“答复投诉人”" in text


def test_bulk_answers_reach_only_visible_cases(app, world, desk):
    surge(desk)
    foreign = desk.own_water()
    clerk = world.client("jxw-clerk")
    address = f"/cases/surges?enterprise={world.org('rq').id}&place=示例路&category=quality"
    _, values = form_values(page(clerk, address), "surge-form")
    sent = {**values, "text": "抢修中。", "way": "短信", "action": "progress_notice", "id": [str(foreign)]}
    assert "0 件中办了 0 件" in clerk.post("/cases/surges/answer", data=sent).get_data(as_text=True)
    empty = {name: value for name, value in sent.items() if name != "id"}
    empty["submission_key"] = "key-000000002"
    refused = clerk.post("/cases/surges/answer", data=empty)
    assert refused.status_code == 422
    assert "抢修中。" in refused.get_data(as_text=True)
    assert "progress_notice" not in [s.action for s in db.session.get(Case, foreign).steps[2:]]
    assert world.client("gs-dispatcher").get(address).status_code == 404


@pytest.mark.postgres
def test_lists_surges_and_ledgers_on_both_databases(each_app, each_world):
    desk = Desk()
    surge(desk)
    september(desk)
    clerk = each_world.client("jxw-clerk")
    assert "共 6 件" in page(clerk, "/cases?sort=due&state=open&group=soon")
    assert "示例路" in page(clerk, "/cases/surges")
    assert "共 1 件" in page(each_world.client("jxw-supervisor"), f"/ledgers/{submitted(each_world)}")
