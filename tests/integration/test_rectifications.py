"""From service to the end: limits, measures, returns, pleas, rechecks, escalation, reminders (F5.3, F7.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.inspection.models import Escalation, Plea, Recheck, Rectification
from blueprints.inspection.service import rechecks, rectif_answers, rectif_urging, rectifying
from blueprints.inspection.service.rectif_answers import Done
from core import clock, clocks
from core.calendar_store import load_calendar, set_override
from core.db import db, transaction
from core.inbox import Notification
from domain.errors import InvalidInput, RuleViolation
from tests.factories.findings import VALUES, Rectifying, proof


@pytest.fixture
def one(app: Flask) -> Rectifying:
    """The regulator of the gas company."""
    return Rectifying()


def texts(one: Rectifying, login: str) -> list[str]:
    """What a person was told."""
    user_id = one.world.user(login).id
    rows = select(Notification.text).where(Notification.user_id == user_id).order_by(Notification.id)
    return list(db.session.scalars(rows))


def states(one: Rectifying, rectification_id: int) -> list[str]:
    """States of the rectification and of its findings."""
    row = one.row(rectification_id)
    return [row.state, *(finding.state for finding in row.findings)]


def submitted(one: Rectifying, rectification_id: int) -> None:
    """The handler hands in what is kept."""
    with transaction() as session:
        row, by = session.get_one(Rectification, rectification_id), one._in(session, "rq-handler")
        rectif_answers.submit(row, by=by, now=clock.now())


def planned(one: Rectifying, rectification_id: int, people: list[int]) -> None:
    """The inspector sets a recheck for today."""
    with transaction() as session:
        row, by = session.get_one(Rectification, rectification_id), one._in(session, "jxw-inspector")
        rechecks.plan(row, clock.today(), people, by=by, now=clock.now())


@pytest.mark.rule("F5.3")
def test_the_limit_runs_in_workdays_from_service_and_the_enterprise_is_told(one: Rectifying) -> None:
    made = one.drafted([one.free()], order_days=5)[0]
    assert states(one, made) == ["drafted", "open"]
    one.serve_notice(one.row(made).notice_id)
    row = one.row(made)
    assert states(one, made) == ["served", "noticed"]
    assert (row.served_on, row.due_on) == (date(2026, 10, 12), date(2026, 10, 19))
    clock_ = clocks.open_of("rectification", made)[0]
    assert (clock_.obligation, clock_.amount, clock_.clause) == ("rectify", 5, "F5.3")
    assert any("请在2026年10月19日前完成整改" in text for text in texts(one, "rq-handler"))


@pytest.mark.rule("F5.3")
def test_a_change_of_the_calendar_moves_the_day(one: Rectifying) -> None:
    made = one.served(order_days=5)
    with transaction() as session:
        by = one._in(session, "sysadmin")
        set_override(date(2026, 10, 16), off=True, name="示例停工", source="示例文件", by=by, now=clock.now())
    assert one.row(made).due_on == date(2026, 10, 20)


@pytest.mark.rule("F5.3")
def test_the_whole_way_returned_once_then_accepted_rechecked_and_closed(one: Rectifying) -> None:
    made = one.served([one.free(), one.free(title="抢修人员没有持证上岗")])
    one.answer(made, send=False)
    assert states(one, made) == ["served", "noticed", "noticed"]
    assert rectif_answers.draft_of(one.row(made).findings[0]) is not None
    one.answer(made)
    assert states(one, made) == ["answered", "answered", "answered"]
    assert not clocks.open_of("rectification", made)
    one.judge(made, "returned", "没有附公告的样张", days=3)
    assert states(one, made) == ["served", "returned", "returned"]
    assert one.row(made).due_on == date(2026, 10, 15)
    one.answer(made, text="补交公告样张和调度记录")
    one.judge(made)
    assert states(one, made) == ["answered", "recheck", "recheck"]
    assert one.row(made).notice.services[0].answered_at is not None
    first, second = (finding.id for finding in one.row(made).findings)
    one.rechecked(made, {first: "fixed", second: "partly"})
    assert states(one, made) == ["recheck", "closed", "recheck"]
    again = one.planned(made)
    assert [finding.id for finding in rechecks.left(one.row(made))] == [second]
    one.seen(again)
    notice = one.office.notice(one.opinion(again))
    assert notice.values["recheck_conclusion"] == "已完成整改"
    assert [line[1] for line in notice.values["recheck_items"]] == ["抢修人员没有持证上岗"]
    one.serve_notice(notice.id)
    assert states(one, made) == ["closed", "closed", "closed"]
    assert one.row(made).closed_at is not None


@pytest.mark.rule("F5.3")
def test_measures_need_words_a_day_and_proof_and_drafts_are_kept(one: Rectifying) -> None:
    made = one.served()
    finding = one.row(made).findings[0].id
    for done, field in (
        (Done("", None), "text"), (Done("已经整改", None), "done_on"),
        (Done("已经整改", clock.today()), "file"),
    ):  # fmt: skip
        with transaction() as session:
            row, by = session.get_one(Rectification, made), one._in(session, "rq-handler")
            rectif_answers.keep(row, {finding: done}, by=by, now=clock.now())
        with pytest.raises(InvalidInput) as refused:
            submitted(one, made)
        assert refused.value.field == f"{field}_{finding}"
    draft = rectif_answers.draft_of(one.finding(finding))
    assert draft is not None
    assert draft.text == "已经整改"


@pytest.mark.rule("F5.3")
def test_an_extension_moves_the_limit_and_that_of_the_notice(one: Rectifying) -> None:
    made = one.served(order_days=5)
    with transaction() as session:
        row, by = session.get_one(Rectification, made), one._in(session, "rq-leader")
        plea = rectif_answers.ask_time(row, 5, "需要外购设备", by=by, now=clock.now()).id
        with pytest.raises(RuleViolation, match="在等答复"):
            rectif_answers.ask_time(row, 5, "再要几天时间", by=by, now=clock.now())
    with transaction() as session:
        by = one._in(session, "jxw-supervisor")
        rectif_answers.decide(session.get_one(Plea, plea), "accepted", "理由成立", 3, by=by, now=clock.now())
    row = one.row(made)
    assert row.due_on == date(2026, 10, 22) == row.notice.services[0].due_on
    assert any("同意延期" in text for text in texts(one, "rq-handler"))
    with clock.frozen(clock.now() + timedelta(days=30)), pytest.raises(RuleViolation, match="期限已过"):
        rectif_answers.ask_time(one.row(made), 5, "又要几天时间", by=one.by("rq-leader"), now=clock.now())


@pytest.mark.rule("F5.3")
def test_an_accepted_objection_withdraws_the_finding(one: Rectifying) -> None:
    made = one.served([one.free(), one.free(title="第二个问题要整改")])
    finding = one.row(made).findings[0].id
    with transaction() as session:
        row, by = session.get_one(Rectification, made), one._in(session, "rq-handler")
        plea = rectif_answers.objecting(row.findings[0], "当天已经公告", [proof()], by=by, now=clock.now()).id
    with transaction() as session:
        by = one._in(session, "jxw-supervisor")
        rectif_answers.decide(session.get_one(Plea, plea), "accepted", "材料属实", by=by, now=clock.now())
    assert states(one, made) == ["served", "withdrawn", "noticed"]
    assert "材料属实" in one.finding(finding).closed_reason
    with pytest.raises(RuleViolation, match="已经答复"):
        rectif_answers.decide(
            db.session.get_one(Plea, plea), "refused", "再想一想", by=one.by("jxw-leader"), now=clock.now()
        )


@pytest.mark.rule("F5.3")
def test_a_voided_notice_opens_its_findings_again(one: Rectifying) -> None:
    made = one.served()
    finding = one.row(made).findings[0].id
    from tests.factories.notices import empty_sheets

    with empty_sheets():
        one.office.void(one.row(made).notice_id)
    assert (one.finding(finding).state, one.finding(finding).rectification_id) == ("open", None)
    assert one.row(made).state == "void"
    assert not clocks.open_of("rectification", made)
    assert one.served([finding])


@pytest.mark.rule("F7.3")
def test_only_the_leader_escalates_and_only_statute_is_referred(one: Rectifying) -> None:
    made = one.served([one.free("promise")])
    with pytest.raises(RuleViolation, match="还没有到"):
        one.escalate(made, "talk")
    with clock.frozen(clock.now() + timedelta(days=40)):
        with pytest.raises(RuleViolation) as refused:
            one.escalate(made, "referral")
        assert refused.value.clause == "F7.3"
        with pytest.raises(RuleViolation, match="主管部门领导"):
            one.escalate(made, "talk", "jxw-supervisor")
        one.escalate(made, "talk")
    assert states(one, made) == ["escalated", "escalated"]


@pytest.mark.rule("F5.3")
def test_the_second_notice_takes_what_is_left_and_links_the_first(one: Rectifying) -> None:
    made = one.served([one.free(), one.free(title="抢修人员没有持证上岗")])
    one.answer(made)
    one.judge(made)
    first, second = (finding.id for finding in one.row(made).findings)
    with pytest.raises(RuleViolation, match="不能“升级处理”"):
        one.escalate(made, "second")
    one.rechecked(made, {first: "fixed", second: "failed"})
    one.escalate(made, "second")
    with transaction() as session:
        row, by = session.get_one(Rectification, made), one._in(session, "jxw-inspector")
        following = rectifying.second(row, VALUES, by=by, now=clock.now()).id
    row = one.row(following)
    assert (row.round, row.previous_id, [f.id for f in row.findings]) == (2, made, [second])
    assert "没有整改到位" in row.notice.values["breach_facts"]
    assert db.session.scalars(select(Escalation.notice_id)).one() == row.notice_id
    one.serve_notice(row.notice_id)
    assert states(one, following) == ["served", "noticed"]
    assert one.finding(first).state == "closed"


@pytest.mark.rule("F5.3")
def test_a_second_notice_that_was_given_up_leaves_the_finding_with_the_first(one: Rectifying) -> None:
    made = one.served()
    with clock.frozen(clock.now() + timedelta(days=40)):
        one.escalate(made, "second")
        with transaction() as session:
            row, by = session.get_one(Rectification, made), one._in(session, "jxw-inspector")
            following = rectifying.second(row, VALUES, by=by, now=clock.now()).id
        one.office.act(one.row(following).notice_id, "discard", "jxw-inspector", "事实没有查清，撤稿")
    assert one.row(made).findings[0].state == "recheck"
    assert db.session.scalars(select(Escalation.notice_id)).one() is None


@pytest.mark.rule("F6.2b")
def test_a_recheck_needs_two_inspectors_with_certificates(one: Rectifying) -> None:
    made = one.served()
    with transaction() as session:
        row, by = session.get_one(Rectification, made), one._in(session, "jxw-inspector")
        with pytest.raises(RuleViolation, match="期限还没有到"):
            rechecks.plan(row, clock.today(), [by.id], by=by, now=clock.now())
    one.answer(made)
    one.judge(made)
    people = one.certified()
    stranger = one.world.user("jxw-leader").id
    for chosen, what in (([people[0]], InvalidInput), ([people[0], stranger], RuleViolation)):
        with pytest.raises(what):
            planned(one, made, chosen)
    gone = people[0]
    with transaction() as session:
        session.get_one(User, gone).active = False
    with pytest.raises(RuleViolation, match="没有有效的执法证"):
        planned(one, made, people[:2])
    assert db.session.scalar(select(Recheck.id)) is None


def urged(on: date) -> int:
    """The daily reminders of a day, in the morning."""
    with clock.frozen(clock.local_midnight(on) + timedelta(hours=8)), transaction():
        return rectif_urging.urge_all(clock.today(), now=clock.now(), calendar=load_calendar())


@pytest.mark.rule("F5.3")
def test_reminders_rise_and_come_once_a_day(one: Rectifying) -> None:
    made = one.served(order_days=5)
    days = [
        date(2026, 10, 14),
        date(2026, 10, 15),
        date(2026, 10, 15),
        date(2026, 10, 16),
        date(2026, 10, 19),
    ]
    assert [urged(day) for day in days] == [0, 1, 0, 0, 0]
    late = [date(2026, 10, 20), date(2026, 10, 21), date(2026, 10, 27), date(2026, 10, 28), date(2026, 11, 3)]
    assert [urged(day) for day in late] == [1, 0, 1, 0, 1]
    row = one.row(made)
    assert (row.urged, row.level, row.findings[0].level) == (4, 3, 3)
    assert len([t for t in texts(one, "rq-handler") if "整改" in t and "没有报送" in t]) == 4
    assert len([t for t in texts(one, "rq-leader") if "没有报送" in t]) == 2
    assert len([t for t in texts(one, "jxw-leader") if "没有报送" in t]) == 1


def test_the_command_of_reminders(app: Flask, one: Rectifying) -> None:
    one.served(order_days=2)
    done = app.test_cli_runner().invoke(args=["findings", "urge", "--json"])
    assert done.exit_code == 0
    assert '{"urged": 1}' in done.output
    done = app.test_cli_runner().invoke(args=["findings", "urge", "--json"])
    assert '{"urged": 0}' in done.output
