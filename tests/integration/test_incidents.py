"""停供事件: opened, approved, told, closed; each attached case with its own record; rates apart."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event, func, select

from blueprints.complaints import queries_rates
from blueprints.complaints.models import Case, CaseAccess, CaseStep
from blueprints.complaints.service import rating
from blueprints.complaints.service.incident_closing import Batch
from blueprints.complaints.workflow import ENDED
from blueprints.duty.models import DutyShift
from blueprints.hotline.models import IncidentCall, IncidentTelling
from blueprints.hotline.service import incident_calls, incident_closing, incident_tellings
from blueprints.hotline.service.incidents import notice_late
from blueprints.registry.models import Commitment
from core import audit, clock
from core.audit import AuditEntry
from core.calendar_store import load_calendar
from core.clocks import of_subject
from core.db import db, transaction
from core.jobs import run_next
from domain.errors import InvalidInput, RuleViolation
from tests.factories.incidents import Control


@pytest.fixture
def control(each_app):
    return Control()


@pytest.fixture
def desk(each_app):
    from tests.factories.cases import Desk

    return Desk()


def calls(desk, number=3, **fields):
    return [
        desk.register("rq-dispatcher", "rq", channel="gas_hotline", title=f"没有气 {n}", **fields) for n in range(number)
    ]


def tellings(case_id):
    rows = select(IncidentTelling).where(IncidentTelling.case_id == case_id).order_by(IncidentTelling.id)
    return [row.state for row in db.session.scalars(rows)]


def test_nobody_approves_the_own_draft_while_somebody_else_could(control):
    made = control.open("rq-leader", approved=False)
    with transaction() as session:
        other = control.world.user("rq-dispatcher")
        from blueprints.accounts.models import RoleGrant
        session.add(RoleGrant(user_id=other.id, role="enterprise_leader", granted_at=clock.now(), granted_by="甲"))
    with pytest.raises(RuleViolation, match="自己起草的不能自己批准"):
        control.decide(made, "rq-leader", remark="没有别人可以批准")
    control.decide(made, "rq-dispatcher")
    assert control.incident(made).script


def test_alone_on_duty_the_own_draft_is_approved_with_a_reason_that_is_shown(control, each_world):
    made = control.open("rq-leader", approved=False)
    with pytest.raises(InvalidInput, match="写明理由"):
        control.decide(made, "rq-leader")
    control.decide(made, "rq-leader", remark="夜间只有我一人值班")
    page = each_world.client("rq-dispatcher").get(f"/incidents/{made}").get_data(as_text=True)
    assert "本人起草、本人批准：夜间只有我一人值班" in page


def test_who_is_not_on_duty_does_not_count_as_somebody_else(control):
    made = control.open("jxw-supervisor", approved=False)
    with pytest.raises(RuleViolation, match="经济信息委分管主任"):
        control.decide(made, "jxw-supervisor", remark="夜间只有我一人值班")
    with transaction() as session:
        org, mine = control.world.org("jxw").id, control.world.user("jxw-supervisor").id
        begins = clock.now() - timedelta(hours=1)
        shift = DutyShift(organization_id=org, name="夜班", begins_at=begins, ends_at=begins + timedelta(hours=8))
        shift.leader_id, shift.made_by_id, shift.made_at = mine, mine, begins
        session.add(shift)
    control.decide(made, "jxw-supervisor", remark="夜间只有我一人值班")


def test_a_planned_one_told_too_late_asks_for_a_reason_and_is_marked(control, each_world):
    planned = {"kind": "planned", "began_at": clock.now() + timedelta(hours=10), "announced_at": clock.now(), "estimated_at": None}
    with pytest.raises(InvalidInput, match="不足 24 小时") as refused:
        control.open(**planned)
    assert refused.value.field == "late_reason"
    made = control.open(**planned, late_reason="阀门突然损坏须检修")
    found = control.incident(made)
    assert (found.state, found.notice_hours, notice_late(found)) == ("announced", 24, True)
    assert "告知晚了" in each_world.client("rq-dispatcher").get(f"/incidents/{made}").get_data(as_text=True)


def test_the_notice_of_a_commitment_goes_before_the_setting(control):
    with transaction() as session:
        row = Commitment(organization_id=control.world.org("rq").id, name="计划停气提前告知", sense="ahead", amount=3)
        row.unit, row.source, row.created_at = "day", "服务承诺", clock.now()
        session.add(row)
    soon = clock.now() + timedelta(hours=48)
    with pytest.raises(InvalidInput, match="不足 72 小时"):
        control.open(kind="planned", began_at=soon, announced_at=clock.now(), estimated_at=None)


def test_a_call_is_attached_told_each_update_and_later_callers_get_the_current_one(control, desk):
    made = control.open()
    first, second, silent = *calls(desk, 2), desk.register("rq-dispatcher", "rq", people=(), anonymous=True)
    desk.do(first, "attach_incident", "rq-dispatcher", incident=made, told=True)
    desk.do(silent, "attach_incident", "rq-dispatcher", incident=made)
    assert (tellings(first), tellings(silent)) == (["told"], ["unreachable"])
    control.draft(made)
    assert tellings(first) == ["told"]
    control.decide(made, "rq-leader")
    desk.do(second, "attach_incident", "rq-dispatcher", incident=made)
    assert (tellings(first), tellings(second)) == (["told", "prepared"], ["prepared"])
    found = control.incident(made)
    assert (found.calls, len(found.updates)) == (3, 2)
    with transaction():
        by = control.world.user("rq-dispatcher")
        assert incident_tellings.mark_told(control.incident(made), None, by=by, now=clock.now()) == 2
    assert tellings(first) == ["told", "told"]


def test_a_call_leaves_again_for_a_reason(control, desk):
    made, (case,) = control.open(), calls(desk, 1)
    desk.do(case, "attach_incident", "rq-dispatcher", incident=made)
    with pytest.raises(RuleViolation, match="已经并入"):
        desk.do(case, "attach_incident", "rq-dispatcher", incident=made)
    with pytest.raises(InvalidInput):
        desk.do(case, "detach_incident", "rq-dispatcher", reason="")
    desk.do(case, "detach_incident", "rq-dispatcher", reason="是另一处漏气")
    assert (control.incident(made).calls, desk.case(case).incident_id, tellings(case)) == (0, None, [])
    desk.do(case, "attach_incident", "rq-dispatcher", incident=made)
    assert tellings(case) == ["prepared"]


def test_an_incident_of_another_enterprise_or_an_ended_one_takes_no_calls(control, desk):
    foreign = control.open("gd-dispatcher", "gd")
    (case,) = calls(desk, 1)
    with pytest.raises(InvalidInput, match="在开的停供事件"):
        desk.do(case, "attach_incident", "rq-dispatcher", incident=foreign)
    own = control.open()
    control.restored(own)
    with pytest.raises(InvalidInput, match="在开的停供事件"):
        desk.do(case, "attach_incident", "rq-dispatcher", incident=own)


def test_closing_closes_each_call_with_its_own_record_and_leaves_what_names_more(control, desk):
    made, ids = control.open(), calls(desk, 4)
    significant = desk.register("rq-dispatcher", "rq", significant=True)
    assert control.attach(made, [*ids, significant]) == 5
    with transaction():
        by = control.world.user("rq-dispatcher")
        incident_calls.set_apart(desk.case(ids[3]), "要求赔偿冰箱损失", by=by, now=clock.now())
    control.restored(made)
    assert control.incident(made).state == "closing"
    assert run_next()
    found = control.incident(made)
    assert (found.state, found.closed_cases) == ("closed", 3)
    for case_id in ids[:3]:
        case = desk.case(case_id)
        assert (case.state, case.ended_how, case.next_action) == ("closed", "incident", "archive")
        step = case.steps[-1]
        assert step.action == "close_by_incident"
        assert (step.state_before, step.state_after) == ("registered", "closed")
        assert step.facts["incident"] == found.number
        assert step.facts["text"] == found.closing_text
        assert {c.state for c in of_subject("case", case_id) if c.obligation != "archive"} == {"void"}
        entries = select(func.count()).where(AuditEntry.action == "case.close_by_incident", AuditEntry.subject_id == case_id)
        assert db.session.scalar(entries) == 1
    assert desk.case(ids[3]).state == "registered"
    assert desk.case(significant).state == "registered"
    page = desk.world.client("rq-dispatcher").get(f"/incidents/{made}/calls?left=yes").get_data(as_text=True)
    assert "另行办理：要求赔偿冰箱损失" in page
    assert "重大事项" in page
    assert audit.verify().holds


def test_the_bulk_writer_leaves_what_a_step_leaves(control, desk):
    """The same case closed by `perform` and by the batch: alike in every column."""
    made, (one, many) = control.open(), calls(desk, 2)
    control.attach(made, [one])
    desk.do(many, "attach_incident", "rq-dispatcher", incident=made)
    facts = {"incident": "停RQ2026-001", "restored_at": "今天", "text": "已恢复"}
    desk.do(one, "close_by_incident", "rq-dispatcher", **facts)
    with transaction():
        Batch(desk.world.user("rq-dispatcher"), clock.now(), load_calendar()).close([many], facts)
    left_out = {"id", "number", "title", "version"}
    rows = [
        {k: v for k, v in db.session.execute(select(Case.__table__).where(Case.id == i)).mappings().one().items() if k not in left_out}
        for i in (one, many)
    ]
    assert rows[0] == rows[1]
    steps = [
        [(s.action, s.name, s.state_before, s.state_after, s.actor_name, s.actor_unit, s.actor_role) for s in desk.case(i).steps]
        for i in (one, many)
    ]
    assert steps[0] == steps[1]
    clocks = [[(c.obligation, c.state, c.due_on, c.name) for c in of_subject("case", i)] for i in (one, many)]
    assert clocks[0] == clocks[1]
    access = [
        [tuple(v for k, v in row.items() if k != "case_id") for row in db.session.execute(select(CaseAccess.__table__).where(CaseAccess.case_id == i)).mappings()]
        for i in (one, many)
    ]
    assert access[0] == access[1]
    assert audit.verify().holds


def test_a_closing_that_died_goes_on_and_doing_it_twice_changes_nothing(control, desk, monkeypatch):
    monkeypatch.setattr(incident_closing, "BATCH", 2)
    made, ids = control.open(), calls(desk, 5)
    control.attach(made, ids)
    control.restored(made)
    calendar, by = load_calendar(), control.world.user("rq-leader").id
    assert incident_closing.close_batch(made, by, calendar) == 2  # and here the process dies
    assert run_next()
    steps = select(func.count()).select_from(CaseStep).where(CaseStep.action == "close_by_incident")
    assert (control.incident(made).closed_cases, db.session.scalar(steps)) == (5, 5)
    assert incident_closing.close_batch(made, by, calendar) == 0
    assert db.session.scalar(steps) == 5


def test_calls_of_incidents_are_counted_apart_without_another_statement(control, desk):
    made, ids = control.open(), calls(desk, 3)
    period = rating.Period(date(2026, 1, 1), date(2026, 12, 31))
    by = desk.world.user("rq-dispatcher")

    def measured():
        seen = []

        def keep(*args):
            seen.append(args[2])

        event.listen(db.engine, "before_cursor_execute", keep)
        scope = rating.scope_of(by, period, now=clock.now(), calendar=load_calendar())
        found = rating.statistics(scope, period, queries_rates.Split.TYPE, [], now=clock.now())
        event.remove(db.engine, "before_cursor_execute", keep)
        return found.whole, len(seen)

    before, statements = measured()
    assert before.rates["acceptance"].of("incident") == 0
    control.attach(made, ids[:2])
    by = desk.world.user("rq-dispatcher")
    after, again = measured()
    rate = after.rates["acceptance"]
    assert (rate.of("incident"), rate.of("open_not_due"), again) == (2, 1, statements)
    page = desk.world.client("rq-dispatcher").get("/rates?from=2026-01-01&to=2026-12-31").get_data(as_text=True)
    assert "停供事件来电" in page
    listed = desk.world.client("rq-dispatcher").get("/cases?rate=acceptance&part=excluded-incident").get_data(as_text=True)
    assert "没有气 0" in listed
    assert "没有气 2" not in listed


def test_registering_and_attaching_in_one_step(control, each_world):
    made = control.open()
    client = each_world.client("rq-dispatcher")
    page = client.get("/cases/new").get_data(as_text=True)
    assert "登记并并入" in page
    assert "请关闭燃气阀门" in page
    form = {
        "name": "示例用户丁", "phone": "13800000009", "content": "家里没有气了", "type": "complaint",
        "category": "service", "channel": "gas_hotline", "received_at": "2026-10-12T09:20", "incident": str(made),
    }  # fmt: skip
    answer = client.submit("/cases/new", form)
    assert answer.status_code == 303
    case_id = int(answer.headers["Location"].rsplit("/", 1)[1])
    case = db.session.get_one(Case, case_id)
    assert (case.incident_id, [s.action for s in case.steps], tellings(case_id)) == (
        made, ["register", "attach_incident"], ["told"],
    )  # fmt: skip
    panel = client.get(f"/cases/{case_id}/incident").get_data(as_text=True)
    assert "已告知" in panel


def test_pages_and_tenancy(control, desk):
    made, (case,) = control.open(), calls(desk, 1)
    client = desk.world.client("rq-dispatcher")
    panel = client.get(f"/cases/{case}/incident").get_data(as_text=True)
    assert "data-key-incident" in panel
    assert client.submit(f"/cases/{case}/incident", {"incident": str(made)}).status_code == 303
    assert desk.case(case).incident_id == made
    page = client.get(f"/incidents/{made}/tellings").get_data(as_text=True)
    assert "138****0001" in page
    row = db.session.scalar(select(IncidentTelling.id).where(IncidentTelling.case_id == case))
    client.submit(f"/incidents/{made}/tellings", {"id": str(row)})
    desk.world.fresh()
    assert tellings(case) == ["told"]
    assert client.get(f"/incidents/{made}/tellings.xlsx").status_code == 200
    assert client.get(f"/incidents/{made}/tellings.xlsx?reveal=1&reason=x").status_code == 422
    for who, status in (("jxw-clerk", 200), ("gd-dispatcher", 404), ("swj-clerk", 404)):
        assert desk.world.client(who).get(f"/incidents/{made}").status_code == status
    assert "示例片区抢修停气" not in desk.world.client("gd-dispatcher").get("/incidents").get_data(as_text=True)
    assert "示例片区抢修停气" in desk.world.client("jxw-clerk").get("/incidents").get_data(as_text=True)
    assert desk.case(case).state not in ENDED
    assert db.session.scalar(select(func.count()).select_from(IncidentCall)) == 1


def test_a_ledger_tells_which_calls_were_of_an_incident(control, desk):
    from blueprints.complaints.service.ledger import row_facts

    made, (case,) = control.open(), calls(desk, 1)
    assert row_facts(desk.case(case), date(2026, 10, 1))["state"] == "待受理"
    control.attach(made, [case])
    assert row_facts(desk.case(case), date(2026, 10, 1))["state"] == "待受理（停供事件）"


def test_pages_take_six_statements_however_many_calls_there_are(control, desk):
    made, (first, *more) = control.open(), calls(desk, 6)
    client = desk.world.client("rq-dispatcher")
    paths = (
        "/incidents", f"/incidents/{made}", f"/incidents/{made}/calls", f"/incidents/{made}/tellings",
        f"/cases/{first}/incident", "/incidents/new",
    )  # fmt: skip

    def statements(path):
        seen = []

        def keep(*args):
            seen.append(args[2])

        client.get(path)
        event.listen(db.engine, "before_cursor_execute", keep)
        assert client.get(path).status_code == 200
        event.remove(db.engine, "before_cursor_execute", keep)
        return [s for s in seen if s.startswith(("SELECT", "WITH", "(SELECT"))]

    control.attach(made, [first])
    one = {path: len(statements(path)) for path in paths}
    control.attach(made, more)
    assert {path: len(statements(path)) for path in paths} == one
    assert max(one.values()) <= 6, one


def test_ticked_cases_are_attached_from_the_list_and_from_a_surge(control, desk):
    made, (first, second, third) = control.open(), calls(desk, 3)
    client = desk.world.client("rq-dispatcher")
    page = client.get(f"/cases/bulk?action=attach_incident&id={first}&id={second}").get_data(as_text=True)
    assert "示例片区抢修停气" in page
    ticked = {"action": "attach_incident", "id": [str(first), str(second)], "incident": str(made)}
    assert client.submit("/cases/bulk", ticked).status_code == 200
    assert [desk.case(i).incident_id for i in (first, second, third)] == [made, made, None]
    form = client.get(f"/incidents/new?id={third}&place=示例小区").get_data(as_text=True)
    assert "勾选的 1 件诉求件" in form
    given = {
        "kind": "sudden", "title": "示例小区停气", "place": "示例小区", "began_at": "2026-10-12T09:00",
        "script": "正在抢修，请稍候。", "cases": str(third),
    }  # fmt: skip
    answer = client.submit("/incidents/new", given)
    assert answer.status_code == 303
    assert desk.case(third).incident_id == int(answer.headers["Location"].rsplit("/", 1)[1])


def test_a_regulator_opens_one_for_an_enterprise_it_supervises_and_reads_its_own(control, desk):
    made = control.open("jxw-clerk", "rq")
    assert control.incident(made).organization_id == desk.world.org("jxw").id
    for who, status in (("rq-dispatcher", 200), ("gd-dispatcher", 404), ("jxw-inspector", 200)):
        assert desk.world.client(who).get(f"/incidents/{made}").status_code == status
    own = control.open()
    clerk = desk.world.client("jxw-supervisor")
    assert clerk.get(f"/incidents/{own}/updates/new").status_code == 404
    assert clerk.get(f"/incidents/{made}/updates/new").status_code == 200


def test_a_planned_one_starts_or_is_cancelled_and_a_closing_can_be_asked_for_again(control, desk):
    planned = {"kind": "planned", "began_at": clock.now() + timedelta(hours=30), "announced_at": clock.now()}
    first, second = (control.open(**planned, estimated_at=None) for _ in range(2))
    client = desk.world.client("rq-leader")
    client.submit(f"/incidents/{first}/start")
    client.submit(f"/incidents/{second}/cancel", {"reason": "检修改期，另行通知"})
    assert (control.incident(first).state, control.incident(second).state) == ("open", "cancelled")
    sudden, (case,) = control.open(), calls(desk, 1)
    control.attach(sudden, [case])
    control.restored(sudden)
    answer = client.submit(f"/incidents/{sudden}/closing")
    assert "/jobs/" in answer.headers["Location"]
    while run_next():
        pass
    assert (control.incident(sudden).state, control.incident(sudden).closed_cases) == ("closed", 1)
