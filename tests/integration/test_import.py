"""Taking in 12345 spreadsheets through the services: what a row becomes, repeats, conflicts, invariants."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from bench.make_12345 import make, mend
from blueprints.accounts.models import User
from blueprints.complaints import service
from blueprints.complaints.models import Case, CaseStep
from blueprints.complaints.service import importing
from blueprints.complaints.service.importing import OnError, Outcome
from blueprints.complaints.service.intake import Intake, Person, register
from core import clock, clocks
from core.audit import AuditEntry, verify
from core.calendar_store import load_calendar
from core.db import db, transaction
from core.inbox import Notification
from core.sequences import NumberSeries
from tests.factories.cases import at
from tests.factories.spreadsheets import NAMES, good_row, xlsx
from tests.factories.world import World


def take_in(
    path: Path, login: str = "jxw-clerk", on_error: OnError = OnError.REJECT_ROW, **remembered: str
) -> Outcome:
    """Import a file as this person."""
    world = World()
    receiver = world.user(login).organization
    found = importing.understand(path, path.name, receiver, remembered=remembered or None, now=clock.now())
    with transaction():
        by = world.user(login)
        return importing.carry_out(found, by=by, on_error=on_error, now=clock.now(), calendar=load_calendar())


def one(tmp_path: Path, login: str = "jxw-clerk", **changed: Any) -> Outcome:
    """Import a single row with these cells changed."""
    return take_in(xlsx(tmp_path / "eins.xlsx", [good_row("A1", **changed)]), login)


def the_case() -> Case:
    """The only imported case."""
    db.session.rollback()
    return db.session.scalars(select(Case).where(Case.origin_number.is_not(None))).one()


def message(outcome: Outcome) -> str:
    """The only problem of an import that took nothing in."""
    assert outcome.imported == 0
    (problem,) = outcome.refused
    return f"{problem.column}：{problem.message}"


# ---- what a row becomes


@pytest.mark.rule("F3.4.2", "Q5")
def test_a_row_becomes_a_registered_case(world: World, tmp_path: Path) -> None:
    assert one(tmp_path).imported == 1
    case = the_case()
    assert (case.state, case.type, case.channel, case.level) == (
        "registered", "complaint", "hotline_12345", 2,
    )  # fmt: skip
    assert case.enterprise.code == "rq"
    assert case.first_receiver.login == "jxw-clerk"
    assert case.received_at == at("2026-10-10 09:00")
    assert case.late_entry_reason == "12345工单批量导入"
    assert (case.origin_source, case.origin_number, case.origin_round) == ("12345", "A1", 1)
    assert [(p.name, p.phone) for p in case.complainants] == [("示例用户甲", "13800000001")]
    assert all(c.started_at == case.received_at for c in clocks.of_subject("case", case.id))


@pytest.mark.rule("Q5")
def test_an_import_is_a_registration(each_app: Flask, tmp_path: Path) -> None:
    world = World()
    with transaction():
        enterprise = world.org("rq")
        by = db.session.scalars(select(User).where(User.login == "jxw-clerk")).one()
        intake = Intake(
            enterprise=enterprise, type="complaint", channel="hotline_12345", category="service",
            title="停气没有提前告知", content="停气没有提前告知，编号 A1。",
            received_at=at("2026-10-10 09:00"), late_entry_reason="12345工单批量导入",
            people=(Person("示例用户甲", "13800000001"),),
        )  # fmt: skip
        by_hand = register(intake, by=by, now=clock.now(), calendar=load_calendar()).id
    assert one(tmp_path).imported == 1
    one_by_one, imported = db.session.get_one(Case, by_hand), the_case()
    own = {"id", "number", "version", "origin_source", "origin_number", "origin_digest", "origin_data"}
    assert differing(one_by_one, imported) <= own
    for kind in ("steps", "complainants"):
        pairs = zip(getattr(one_by_one, kind), getattr(imported, kind), strict=True)
        assert all(differing(a, b) <= {"id", "case_id"} for a, b in pairs)
    running = zip(clocks.of_subject("case", by_hand), clocks.of_subject("case", imported.id), strict=True)
    assert all(differing(a, b) <= {"id", "subject_id"} for a, b in running)
    assert int(imported.number[-6:]) == int(one_by_one.number[-6:]) + 1


def differing(one_row: Any, other: Any) -> set[str]:
    """Names of the columns in which two rows differ."""
    return {c.key for c in one_row.__table__.columns if getattr(one_row, c.key) != getattr(other, c.key)}


@pytest.mark.rule("F5.2")
def test_the_senders_answer_is_kept_and_never_counts_as_ours(world: World, tmp_path: Path) -> None:
    names = [*NAMES, "答复意见", "答复时间", "区交办办结期限", "市交办办结期限", "求助人员证件"]
    row = [*good_row("A1"), "您反映的问题已经解决", "2026-10-11", "2026年10月20日", 46321.0, "x"]
    assert take_in(xlsx(tmp_path / "a.xlsx", [row], names)).imported == 1
    case = the_case()
    assert case.origin_data["reply"] == {"text": "您反映的问题已经解决", "at": "2026-10-11"}
    assert case.origin_data["limits"] == {
        "city": "2026-10-26T00:00+08:00",
        "district": "2026-10-20T00:00+08:00",
    }
    assert (case.state, case.completed_at) == ("registered", None)
    assert [step.action for step in case.steps] == ["register"]
    kept = str(case.origin_data)
    assert "示例用户甲" not in kept
    assert "13800000001" not in kept


def test_an_imported_case_can_be_worked_on(world: World, tmp_path: Path) -> None:
    one(tmp_path)
    case_id = the_case().id
    with transaction():
        by = world.user("jxw-clerk")
        case = db.session.get_one(Case, case_id)
        data = {"nature": "internal", "first_contact": "希望尽快恢复"}
        service.perform(case, "accept", data, by=by, now=clock.now(), calendar=load_calendar())
    assert the_case().state == "accepted"


@pytest.mark.parametrize(
    ("word", "type_rq", "type_gs"),
    [
        ("投诉", "complaint", "complaint"),
        ("咨询类", "inquiry", "inquiry"),
        ("求助", "help_request", "complaint"),
        ("求决", "help_request", "complaint"),
        ("建议", "suggestion", "suggestion"),
        ("举报", "complaint", "report"),
        ("感谢", "suggestion", "suggestion"),
        ("-", "complaint", "complaint"),
    ],
)
def test_types_by_the_ruleset(world: World, tmp_path: Path, word: str, type_rq: str, type_gs: str) -> None:
    one(tmp_path, 诉求类型=word)
    assert the_case().type == type_rq
    with transaction():
        the_case().origin_number = None
    take_in(xlsx(tmp_path / "b.xlsx", [good_row("B1", 诉求类型=word, 承办单位="")]), "gs-dispatcher")
    case = the_case()
    assert (case.type, case.confidential) == (type_gs, type_gs == "report")


@pytest.mark.parametrize(
    ("unit", "content", "code"),
    [
        ("示例燃气公司", "停电", "rq"),
        ("燃气公司", "停电", "rq"),
        ("RQ", "停电", "rq"),
        ("区经信局>示例燃气公司", "停电", "rq"),
        ("示例供电公司（客服中心）", "停气", "gd"),
        ("", "小区停气三天了", "rq"),
        ("-", "电表走得太快", "gd"),
        ("示例区经济信息委", "天然气费算错了", "rq"),
    ],
)
def test_the_enterprise_by_name_or_by_the_text(
    world: World, tmp_path: Path, unit: str, content: str, code: str
) -> None:
    one(tmp_path, 承办单位=unit, 诉求内容=content, 工单标题="")
    assert the_case().enterprise.code == code


def test_anonymous_people(world: World, tmp_path: Path) -> None:
    one(tmp_path, 求助人员="匿名", 求助号码="-")
    assert (the_case().anonymous, the_case().complainants) == (True, [])


# ---- what cannot be taken in


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"区交办时间": "2026年13月40日"}, "区交办时间：“2026年13月40日”不是能识别的时间"),
        ({"区交办时间": "2026-10-12 09:31"}, "区交办时间：“2026-10-12 09:31”晚于现在"),
        ({"区交办时间": "-"}, "区交办时间：没有时间"),
        ({"诉求内容": " \u200b", "工单标题": "-"}, "诉求内容：没有诉求内容"),
        ({"诉求内容": "停气" * 10_001}, "诉求内容：内容超过"),
        ({"求助号码": "1380000"}, "求助号码：“1380000”不是有效的电话号码"),
        ({"求助人员": "甲" * 65}, "求助人员：超过 64 个字"),
        ({"诉求类型": "天气"}, "诉求类型：不认识“天气”"),
        ({"承办单位": "某某热力公司"}, "承办单位：“某某热力公司”不是本单位监管的经营单位"),
        ({"承办单位": "示例供排水公司"}, "承办单位：“示例供排水公司”不是本单位监管的经营单位"),
        ({"承办单位": "示例燃气公司、示例供电公司"}, "承办单位：“示例燃气公司、示例供电公司”对应几家单位"),
        ({"承办单位": "", "诉求内容": "又停电又停气", "工单标题": ""}, "内容提到供电、供气"),
        ({"承办单位": "", "诉求内容": "路灯坏了", "工单标题": ""}, "看不出属于哪个行业"),
        ({"承办单位": "", "诉求内容": "自来水发黄", "工单标题": ""}, "没有对应的"),
    ],
)
def test_each_bad_cell_has_its_message(
    world: World, tmp_path: Path, changed: dict[str, str], told: str
) -> None:
    assert told in message(one(tmp_path, **changed))


def test_every_problem_of_a_row_is_told(world: World, tmp_path: Path) -> None:
    row = good_row(" ", 区交办时间="明天", 求助号码="abc", 诉求类型="天气", 承办单位="别家")
    outcome = take_in(xlsx(tmp_path / "a.xlsx", [row]))
    assert [p.column for p in outcome.rejected] == [
        "工单编号", "区交办时间", "求助号码", "诉求类型", "承办单位",
    ]  # fmt: skip
    assert {p.line for p in outcome.rejected} == {2}


# ---- whose cases


def test_an_enterprise_imports_for_itself_only(world: World, tmp_path: Path) -> None:
    rows = [
        good_row("A1"),
        good_row("A2", 承办单位="示例供电公司"),
        good_row("A3", 承办单位="-"),
        good_row("A4", 承办单位="营业厅"),
    ]
    outcome = take_in(xlsx(tmp_path / "a.xlsx", rows), "rq-dispatcher")
    assert (outcome.imported, [p.line for p in outcome.rejected]) == (3, [3])
    assert "只能导入本单位的工单" in outcome.rejected[0].message
    assert {c.enterprise.code for c in db.session.scalars(select(Case))} == {"rq"}
    assert {c.regulator_id for c in db.session.scalars(select(Case))} == {None}


def test_two_organizations_may_hold_the_same_number(world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1")])
    assert take_in(path, "rq-dispatcher").imported == 1
    assert take_in(path, "jxw-clerk").imported == 1
    assert take_in(path, "jxw-clerk").duplicates == ["A1"]


# ---- repeats and conflicts


def test_repeats_and_conflicts_in_a_file_and_against_the_database(world: World, tmp_path: Path) -> None:
    rows = [
        good_row("A1"),
        good_row("A1", 区交办时间="2026年10月10日 9时", 求助号码="138 0000 0001"),
        good_row("A1", 诉求内容="完全不同的内容，燃气费"),
        good_row("A2"),
    ]
    first = take_in(xlsx(tmp_path / "a.xlsx", rows))
    assert (first.imported, first.duplicates, first.conflicts) == (2, ["A1"], ["A1"])
    assert "与第 2 行编号相同" in first.refused[0].message
    again = take_in(xlsx(tmp_path / "b.xlsx", [good_row("A2"), good_row("A2", 求助人员="示例用户乙")]))
    assert (again.imported, again.duplicates, again.conflicts) == (0, ["A2"], ["A2"])
    assert "已登记为 气诉2026-000002" in again.refused[0].message


def test_a_changed_status_is_no_conflict(world: World, tmp_path: Path) -> None:
    for status in ("待签收", "办理中"):
        outcome = take_in(xlsx(tmp_path / "a.xlsx", [[*good_row("A1"), status]], [*NAMES, "工单状态"]))
    assert (outcome.imported, outcome.duplicates, outcome.conflicts) == (0, ["A1"], [])


def test_a_file_without_times_is_received_now_and_known_again(world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["A1", "停气", "停气三天了"]], ["工单编号", "诉求标题", "市民诉求"])
    assert take_in(path).imported == 1
    assert the_case().received_at == clock.now()
    with clock.frozen(at("2026-10-20 10:00")):
        assert take_in(path).duplicates == ["A1"]


def test_messages_of_a_board_come_from_another_source(world: World, tmp_path: Path) -> None:
    names = ["留言编号", "留言用户", "留言主题", "留言时间", "留言详情", "答复意见", "答复时间"]
    row = [123.0, "示例用户甲", "停气", "2026/10/10 8:00:00", "停气三天了", "网友:您好!留言已收悉", "-"]
    assert take_in(xlsx(tmp_path / "a.xlsx", [row], names)).imported == 1
    case = the_case()
    assert (case.origin_source, case.origin_number, case.channel) == ("留言", "123", "online")
    assert case.complainants[0].name == "示例用户甲"


# ---- the whole file


def test_one_bad_row_keeps_the_whole_file_out_if_so_wished(world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1"), good_row("A2", 求助号码="abc")])
    blocked = take_in(path, on_error=OnError.REJECT_FILE)
    assert (blocked.blocked, blocked.imported) == (True, 0)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0
    assert db.session.scalar(select(func.count()).select_from(NumberSeries)) == 0
    assert take_in(path, on_error=OnError.REJECT_ROW).imported == 1


def test_every_kind_of_dirt_comes_out_as_expected(world: World, tmp_path: Path) -> None:
    expected = make(tmp_path / "a.xlsx", rows=400, seed=7)
    outcome = take_in(tmp_path / "a.xlsx")
    assert (outcome.rows, outcome.imported) == (expected.rows, expected.imported)
    assert Counter(outcome.duplicates) == Counter(expected.duplicates)
    assert Counter(outcome.conflicts) == Counter(expected.conflicts)
    told = {(p.line, p.column) for p in outcome.rejected}
    assert set(expected.rejected) <= told
    assert {line for line, _ in told} == {line for line, _ in expected.rejected}
    again = take_in(tmp_path / "a.xlsx")
    assert (again.imported, len(again.duplicates)) == (0, expected.imported + len(expected.duplicates))


def test_mended_rejects_bring_in_the_rest(world: World, tmp_path: Path) -> None:
    make(tmp_path / "a.xlsx", rows=400, seed=7)
    first = take_in(tmp_path / "a.xlsx")
    lines = {problem.line for problem in first.refused}
    assert importing.write_rejects(tmp_path / "a.xlsx", tmp_path / "r.xlsx", first.refused) == len(lines)
    unmended = take_in(tmp_path / "r.xlsx")
    assert (unmended.imported, unmended.rows) == (0, len(lines))
    assert mend(tmp_path / "r.xlsx", tmp_path / "m.xlsx") == len(lines)
    mended = take_in(tmp_path / "m.xlsx")
    assert (mended.imported, mended.refused) == (len(lines), [])
    assert take_in(tmp_path / "m.xlsx").imported == 0


def test_a_batch_is_one_audit_row_one_step_a_case_and_one_notice_a_person(
    world: World, tmp_path: Path
) -> None:
    expected = make(tmp_path / "a.xlsx", rows=60, seed=3)
    rows = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    take_in(tmp_path / "a.xlsx", "rq-dispatcher")
    take_in(tmp_path / "a.xlsx")
    db.session.rollback()
    entries = list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq).offset(rows)))
    assert [entry.action for entry in entries] == ["case.import", "case.import"]
    assert '"sha256"' in entries[0].changes
    assert verify().holds
    cases = db.session.scalar(select(func.count()).select_from(Case)) or 0
    assert db.session.scalar(select(func.count()).select_from(CaseStep)) == cases > expected.imported
    told = Counter(db.session.scalars(select(Notification.user_id)))
    assert all(count == 1 for count in told.values())
    numbers = sorted(db.session.scalars(select(Case.number).where(Case.number.like("气诉%"))))
    assert [int(number[-6:]) for number in numbers] == list(range(1, len(numbers) + 1))


def test_a_failure_halfway_leaves_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(rows: list[dict[str, Any]]) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(clocks, "start_many", fail)
    with pytest.raises(OSError, match="no space"):
        one(tmp_path)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0
    monkeypatch.undo()
    assert one(tmp_path).imported == 1
    assert the_case().number == "气诉2026-000001"
