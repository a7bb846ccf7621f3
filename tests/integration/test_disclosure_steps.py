"""The way of a version: drafted, approved by another, published with proofs, checked, corrected, withdrawn."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.disclosure.queries import items
from blueprints.disclosure.queries.queue import candidates
from blueprints.disclosure.service import deciding, drafting, publishing
from blueprints.disclosure.service.engine import admitted
from blueprints.disclosure.service.publishing import Proof, content_digest
from blueprints.disclosure.workflow import TABLE, State, row_of
from core import clock
from core.audit import AuditEntry
from core.db import db, transaction
from core.files import path_of
from core.inbox import Notification
from domain.errors import InvalidInput, RuleViolation
from tests.factories.disclosure import HOTLINE, Column, fill_register


@pytest.fixture
def column(app: Flask) -> Column:
    """The gas company, with a service register, disclosing since June."""
    fill_register()
    found = Column()
    found.profile()
    return found


def told(column: Column, login: str) -> list[str]:
    user = column.world.user(login).id
    return list(db.session.scalars(select(Notification.text).where(Notification.user_id == user)))


def in_state(column: Column, state: str, duty: str = "laws") -> int:
    """Id of a version in that state."""
    version_id = column.draft(duty)
    steps = {"draft": 0, "submitted": 1, "approved": 2}.get(state, 3)
    for step in (column.submit, column.approve, column.publish)[:steps]:
        step(version_id)
    if state == "replaced":
        column.published(duty)
    if state == "withdrawn":
        by = column.by("leader")
        with transaction():
            deciding.withdraw(column.version(version_id), "示例理由", by=by, now=clock.now())
    assert column.version(version_id).state == state
    return version_id


def take(column: Column, version_id: int, action: str) -> None:
    """Take a step by somebody who may."""
    if action in ("submit", "approve"):
        getattr(column, action)(version_id)
    elif action == "publish":
        column.publish(version_id)
    elif action in ("verify", "find_deficient"):
        column.check(version_id, ["示例缺陷"] if action == "find_deficient" else None)
    else:
        by, now = column.by("leader"), clock.now()
        with transaction():
            version = column.version(version_id)
            if action == "edit":
                drafting.edit(version, {"title": "新标题", "body": "新正文"}, by=by, now=now)
            else:
                {"send_back": deciding.send_back, "withdraw": deciding.withdraw}[action](
                    version, "示例理由", by=by, now=now
                )


ACTIONS = sorted({row.action for row in TABLE if row.permission})
DUTIES = ("laws", "obligations", "processes", "systems", "commitments", "outlets", "phones", "prices")


@pytest.mark.parametrize("state", [s.value for s in State])
def test_every_state_takes_exactly_the_steps_of_the_table(column: Column, state: str) -> None:
    assert len(ACTIONS) <= len(DUTIES)
    for action, duty in zip(ACTIONS, DUTIES, strict=False):
        version_id, row = in_state(column, state, duty), row_of(state, action)
        if row is None:
            with pytest.raises(RuleViolation):
                take(column, version_id, action)
            assert column.version(version_id).state == state, action
        else:
            take(column, version_id, action)
            assert column.version(version_id).state == (row.target.value if row.target else state), action


def test_who_drafted_does_not_approve(column: Column) -> None:
    version_id = column.draft("laws")
    leader = column.by("leader")
    with transaction():
        drafting.edit(
            column.version(version_id), {"title": "改过", "body": "示例正文"}, by=leader, now=clock.now()
        )
    column.submit(version_id)
    with pytest.raises(RuleViolation, match="起草的人不能审核"):
        column.approve(version_id)
    assert column.version(version_id).state == "submitted"


def test_sent_back_with_a_remark_it_can_be_changed_again(column: Column) -> None:
    version_id = column.draft("laws")
    column.submit(version_id)
    leader = column.by("leader")
    with pytest.raises(InvalidInput, match="退回的理由"), transaction():
        deciding.send_back(column.version(version_id), " ", by=leader, now=clock.now())
    leader = column.by("leader")
    with transaction():
        deciding.send_back(column.version(version_id), "缺少文号", by=leader, now=clock.now())
    version = column.version(version_id)
    assert (version.state, version.remark) == ("draft", "缺少文号")
    assert any("缺少文号" in text for text in told(column, "rq-discloser"))


@pytest.mark.rule("F3.3.4", "F1")
def test_register_data_are_taken_not_typed(column: Column) -> None:
    taken = column.version(column.draft("phones")).taken
    assert any("000-10000002" in line for line in taken["hotlines"])
    assert taken["hotlines"][-1] == f"监督电话：{HOTLINE}（示例区经济信息委）"
    outlet = column.version(column.draft("outlets")).taken
    assert "东城营业厅（自有网点）；地址：示例路1号" in outlet["outlets"][0]
    assert outlet["hours"][0] == "东城营业厅：每天 08:30—12:00、14:00—17:30"
    assert "2026年11月1日不营业（设备检修停业一天）" in outlet["hours"][1]


@pytest.mark.rule("F3.3.2", "F3.3.3", "F3.3.5")
def test_businesses_systems_promises_and_fees_come_from_the_register(column: Column) -> None:
    (entry,) = column.version(column.draft("processes")).taken["catalogue"]
    assert entry.startswith(
        "居民开户；条件：有合法的房产证明；材料：身份证明、房产证明；步骤：申请、现场勘查、通气"
    )
    assert "时限：5个工作日内（公司服务承诺第二条）" in entry
    (fee,) = column.version(column.draft("prices")).taken["fees"]
    assert fee == "居民开户：2.04元/立方米；依据：示例价〔2026〕1号"
    (system,) = column.version(column.draft("systems")).taken["systems"]
    assert system == "《服务管理制度》；2026年1月1日起施行；制定：示例司〔2026〕1号"
    (promise,) = column.version(column.draft("commitments")).taken["commitments"]
    assert promise == "城区抢修人员到达现场：45分钟以内；来源：公开承诺"


def test_what_changed_in_the_register_must_be_taken_anew_before_it_is_submitted(column: Column) -> None:
    version_id = column.draft("phones")
    with transaction() as session:
        column.world.org("jxw").hotline = "023-1"
        session.flush()
    with pytest.raises(RuleViolation, match="取数之后有变化"):
        column.submit(version_id)
    by = column.by("discloser")
    with transaction():
        drafting.retake(column.version(version_id), by=by, now=clock.now())
    column.submit(version_id)
    assert "023-1（" in column.version(version_id).taken["hotlines"][-1]


def test_an_empty_draft_is_not_submitted(column: Column) -> None:
    version_id = column.draft("laws", body="")
    with pytest.raises(RuleViolation, match="还没有公开的内容"):
        column.submit(version_id)


def test_two_drafts_of_one_period_are_refused(column: Column) -> None:
    column.draft("gas_quality", period="2026-09")
    column.draft("gas_quality", period="2026-08")
    with pytest.raises(RuleViolation, match="不能同时再起草"):
        column.draft("gas_quality", period="2026-09")
    with pytest.raises(InvalidInput, match="哪一期"):
        column.draft("gas_quality")


def approved(column: Column, duty: str = "prices") -> int:
    version_id = column.draft(duty)
    column.submit(version_id)
    column.approve(version_id)
    return version_id


def publish(column: Column, version_id: int, proofs: list[Proof]) -> None:
    by = column.by("discloser")
    with transaction():
        publishing.publish(column.version(version_id), proofs, by=by, now=clock.now())


@pytest.mark.rule("F3.3.5")
def test_every_channel_of_the_duty_must_be_proved(column: Column) -> None:
    version_id = approved(column)
    with pytest.raises(RuleViolation, match="营业厅公示") as refused:
        publish(column, version_id, column.proofs("prices")[:1])
    assert refused.value.clause == "F3.3.5"
    assert "建城规〔2021〕4号" in refused.value.message
    assert column.version(version_id).state == "approved"


def test_a_company_under_q_is_refused_by_the_source_alone(app: Flask) -> None:
    fill_register("gs")
    column = Column("gs", "swj")
    column.profile()
    version_id = approved(column)
    with pytest.raises(RuleViolation, match="建城规") as refused:
        publish(column, version_id, [])
    assert refused.value.clause is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"place": ""}, "place_hall"),
        ({"day": None}, "day_hall"),
        ({"day": date(2026, 10, 13)}, "day_hall"),
        ({"day": date(2026, 10, 11)}, "day_hall"),
        ({"upload": None}, "file_hall"),
        ({"upload": ("声音.mp3", b"x")}, "file_hall"),
        ({"upload": ("图.png", b"no picture")}, "file_hall"),
    ],
)
def test_a_proof_that_does_not_fit_is_refused_at_its_field(
    column: Column, wrong: dict[str, object], field: str
) -> None:
    version_id = approved(column)
    online, hall = column.proofs("prices")
    with pytest.raises(InvalidInput) as refused:
        publish(column, version_id, [online, replace(hall, **wrong)])  # type: ignore[arg-type]
    assert refused.value.field == field
    version = column.version(version_id)
    assert (version.state, version.proofs) == ("approved", [])


@pytest.mark.rule("F3.3.1")
def test_published_it_stands_with_its_digest_and_replaces_the_one_before(
    column: Column, moment: datetime
) -> None:
    first = column.published("laws", body="第一版")
    with clock.frozen(moment + timedelta(days=10)):
        second = column.published("laws", body="第二版")
    old, new = column.version(first), column.version(second)
    assert (old.state, old.ended_on) == ("replaced", date(2026, 10, 22))
    assert (new.state, new.published_on, new.item.current_id) == ("published", date(2026, 10, 22), second)
    assert new.content_sha256 == content_digest(new) != old.content_sha256
    assert new.checked == ""
    kept = new.proofs[0].file
    assert kept is not None
    assert hashlib.sha256(path_of(kept.sha256).read_bytes()).hexdigest() == kept.sha256
    item = new.item_id
    assert items.stood_on(item, date(2026, 10, 11)) is None
    for day, number in ((12, 1), (21, 1), (22, 2)):
        stood = items.stood_on(item, date(2026, 10, day))
        assert stood is not None
        assert stood.number == number, day


def test_reports_on_other_periods_stay_and_the_newest_stands(column: Column, moment: datetime) -> None:
    september = column.published("gas_quality", period="2026-09")
    with clock.frozen(moment + timedelta(days=1)):
        august = column.published("gas_quality", period="2026-08")
        again = column.published("gas_quality", period="2026-08")
    item = column.item("gas_quality")
    assert item.current_id == september
    states = {n: column.version(n).state for n in (september, august, again)}
    assert states == {september: "published", august: "replaced", again: "published"}
    stood = items.stood_on(item.id, date(2026, 10, 13))
    assert stood is not None
    assert stood.id == september
    leader = column.by("leader")
    with transaction():
        deciding.withdraw(column.version(september), "示例理由", by=leader, now=clock.now())
    assert column.item("gas_quality").current_id == again


@pytest.mark.rule("F3.3.5")
def test_a_deficient_report_is_corrected_by_a_report_on_its_own_period(
    column: Column, moment: datetime
) -> None:
    august = column.published("gas_quality", period="2026-08")
    column.check(august, ["没有热值"])
    with clock.frozen(moment + timedelta(days=1)):
        september = column.published("gas_quality", period="2026-09")
        assert column.version(september).checked == ""
        assert [u.state for u in column.updates("gas_quality")] == ["open"]
        column.check(september, ["没有压力"])
        better = column.published("gas_quality", period="2026-08")
        assert column.version(better).checked == "corrected"
        assert [(u.what, u.state) for u in column.updates("gas_quality")] == [
            ("没有压力", "open"), ("没有热值", "met"),
        ]  # fmt: skip
        waiting = candidates([column.organization], clock.today())
        assert [c.version_id for c in waiting] == [better]
        column.check(better)
    assert column.version(better).checked == "verified"


@pytest.mark.rule("F3.3.4")
def test_deficient_then_corrected_then_verified(column: Column, moment: datetime) -> None:
    first = column.published("outlets")
    column.check(first, ["没有写节假日的安排", "电话不对"], workdays=10)
    version = column.version(first)
    assert (version.checked, version.checks[0].points) == ("deficient", ["没有写节假日的安排", "电话不对"])
    (owed,) = column.updates("outlets")
    assert (owed.cause, owed.due_on, owed.state) == ("correction", date(2026, 10, 26), "open")
    assert any("没有写节假日的安排" in text for text in told(column, "rq-discloser"))
    with pytest.raises(RuleViolation, match="要等企业改正"):
        column.check(first)
    with clock.frozen(moment + timedelta(days=2)):
        second = column.published("outlets", body="节假日照常营业")
        assert column.version(second).checked == "corrected"
        (owed,) = column.updates("outlets")
        assert (owed.state, owed.version_id) == ("met", second)
        assert any("请复核" in text for text in told(column, "jxw-inspector"))
        column.check(second)
    assert column.version(second).checked == "verified"


def test_a_correction_after_its_day_is_late(column: Column, moment: datetime) -> None:
    column.check(column.published("laws"), ["示例缺陷"], workdays=1)
    with clock.frozen(moment + timedelta(days=2)):
        column.published("laws")
    assert column.updates("laws")[0].state == "late"


def test_a_deficiency_needs_points_and_a_limit(column: Column) -> None:
    version_id = column.published("laws")
    with pytest.raises(InvalidInput, match="一行一条"):
        column.check(version_id, [" "])
    with pytest.raises(InvalidInput, match="改正期限"):
        column.check(version_id, ["示例"], workdays=61)
    assert column.updates("laws") == []


def test_withdrawn_nothing_stands_and_it_is_owed_again(column: Column) -> None:
    version_id = in_state(column, "withdrawn")
    version = column.version(version_id)
    assert (version.ended_on, version.withdrawn_reason) == (date(2026, 10, 12), "示例理由")
    assert column.item("laws").current_id is None
    assert items.stood_on(version.item_id, date(2026, 10, 12)) is None


def test_every_step_is_in_the_log_of_its_item(column: Column) -> None:
    column.check(column.published("laws"))
    rows = select(AuditEntry.action).where(AuditEntry.subject_type == "disclosure_item")
    assert list(db.session.scalars(rows.order_by(AuditEntry.seq))) == [
        f"disclosure.{step}" for step in ("draft", "submit", "approve", "publish", "verify")
    ]


def test_what_was_verified_can_be_checked_again(column: Column) -> None:
    version_id = column.published("laws")
    column.check(version_id)
    page = (
        column.world.client("jxw-inspector").get(f"/disclosure/versions/{version_id}").get_data(as_text=True)
    )
    assert "再次核查" in page
    assert "下一步" not in page
    column.check(version_id, ["后来失效"])
    assert column.version(version_id).checked == "deficient"


@pytest.mark.parametrize(
    ("state", "action", "login"),
    [
        ("draft", "submit", "rq-handler"),
        ("submitted", "approve", "rq-discloser"),
        ("approved", "publish", "rq-dispatcher"),
        ("published", "withdraw", "rq-discloser"),
        ("published", "verify", "rq-leader"),
    ],
)
def test_a_step_asks_for_its_permission_below_the_pages_too(
    column: Column, state: str, action: str, login: str
) -> None:
    version_id = in_state(column, state)
    by = column.world.user(login)
    with pytest.raises(RuleViolation, match="您的岗位不能"):
        admitted(column.version(version_id), action, by)
