"""Documents about a case: what they are filled with, when they may be drafted, what comes back to the case."""

from __future__ import annotations

import re

import pytest

from blueprints.complaints.service import noticing
from blueprints.notices import queries
from blueprints.rulebook.service import pinned
from core import clock
from core.db import db, transaction
from domain.errors import RuleViolation
from domain.notice_kinds import kind, missing_fields
from tests.factories.cases import Desk

HTMX = {"HX-Request": "true"}


def drafted(client, case_id, code):
    answer = client.submit(f"/cases/{case_id}/papers", {"kind": code})
    assert answer.status_code == 303, answer.get_data(as_text=True)[:300]
    db.session.remove()
    return queries.of_subject("case", case_id)[-1]


@pytest.fixture
def supervised(desk):
    case = desk.handed_over()
    desk.do(case, "supervise", "jxw-supervisor", reason="逾期没有办结，请限期办理。", workdays=3)
    return case


@pytest.mark.rule("F5.1")
def test_a_supervision_notice_knows_the_order(app, world, desk, supervised):
    order = desk.case(supervised).supervision_orders[0]
    assert order.number == f"{desk.case(supervised).number}督1"
    notice = drafted(world.client("jxw-supervisor"), supervised, "supervision")
    assert [row["name"] for row in notice.addressees] == ["示例燃气公司"]
    assert notice.answer_within == 3
    assert "逾期没有办结，请限期办理。" in notice.body
    assert "第一条、第五条" in notice.body
    assert "示例用户甲" not in notice.body
    assert notice.subject_label == desk.case(supervised).number


@pytest.mark.rule("F5.1")
def test_the_order_gets_the_number_of_its_notice(each_office):
    office, desk = each_office, Desk()
    case = desk.handed_over()
    desk.do(case, "supervise", "jxw-supervisor", reason="逾期没有办结，请限期办理。", workdays=3)
    with transaction():
        by = office.world.user("jxw-clerk")
        found = desk.case(case)
        made = noticing.draft_about(found, "supervision", pinned(found.ruleset_version_id), by=by, now=clock.now())
        made.values = made.values | {"report_to": "运行调度科", "contact_phone": "023-00000000"}
        made_id = made.id
    for action, who in (("submit", "jxw-clerk"), ("review", "jxw-supervisor"), ("sign", "jxw-leader")):
        office.act(made_id, action, who)
    office.issue(made_id)
    assert desk.case(case).supervision_orders[0].number == "涪经信督〔2026〕1号"


@pytest.mark.rule("F3.4.2")
def test_declined_told_in_writing(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    desk.do(case, "decline", "jxw-clerk", reason="停车收费不属于供气服务。", **desk.told())
    notice = drafted(world.client("jxw-clerk"), case, "decline")
    assert "停车收费不属于供气服务。" in notice.body
    assert [row["name"] for row in notice.addressees] == ["示例用户甲"]


@pytest.mark.rule("F5.2")
def test_a_reply_is_written_from_what_was_found(app, world, desk):
    case = desk.handed_over()
    desk.verified(case, "rq")
    notice = drafted(world.client("jxw-clerk"), case, "reply")
    facts = next(s.facts for s in desk.case(case).steps if s.action == "verify")
    assert facts["findings"] in notice.body


def test_not_ready_is_said_with_the_reason(app, world, desk):
    case = desk.register("jxw-clerk", "rq")
    client = world.client("jxw-clerk")
    page = client.get(f"/cases/{case}/papers").get_data(as_text=True)
    assert re.search(r'<option value="reply" disabled>投诉答复书（还没有核实结论，不能答复）', page)
    answer = client.submit(f"/cases/{case}/papers", {"kind": "reply"})
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert "不能拟制投诉答复书：还没有核实结论，不能答复。" in html
    assert "〔F5.1〕" in html
    assert client.submit(f"/cases/{case}/papers", {"kind": "checklist"}).status_code == 404


def test_only_whoever_received_the_case_drafts(app, world, desk):
    case = desk.handed_over()
    assert world.client("gd-dispatcher").get(f"/cases/{case}/papers").status_code == 404
    page = world.client("rq-handler").get(f"/cases/{case}/papers", headers=HTMX).get_data(as_text=True)
    assert "<html" not in page
    assert "拟制</button>" not in page
    found = desk.case(case)
    with pytest.raises(RuleViolation, match="由受理本件的单位制发"):
        noticing.draft_about(found, "acceptance", pinned(found.ruleset_version_id), by=world.user("rq-dispatcher"), now=clock.now())


def test_an_archived_case_fills_its_dossier(app, world, desk):
    case = desk.closed()
    if desk.case(case).archived_at is None:
        desk.do(case, "archive", "jxw-clerk")
    notice = drafted(world.client("jxw-clerk"), case, "dossier")
    rows = notice.values["dossier_timeline"]
    assert [row[1] for row in rows][:2] == ["登记", "受理"]
    assert notice.values["dossier_person"] == "示例用户甲"
    told = " ".join(row[3] for row in rows)
    assert "核实结论：" in told
    assert not re.search(r"[a-z]{4,}", told), told


@pytest.mark.parametrize("code", ["acceptance", "dispatch_slip", "supplement"])
def test_what_the_system_knows_is_filled_in(app, world, desk, code):
    case = desk.handed_over()
    notice = drafted(world.client("jxw-clerk"), case, code)
    asked = {f.name for f in missing_fields(kind(code), notice.values)}
    assert asked <= {"contact_phone", "query_way", "missing_items", "missing_reason", "submit_way"}
