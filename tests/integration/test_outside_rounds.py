"""Rounds of one outside number: the same file imported in three rounds, sign-for, requests, fill-back, lists."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.complaints.models import Case, OutsideDispatch
from blueprints.complaints.service.importing import Outcome
from blueprints.complaints.service.importing.drafts import round_of
from core import clock, clocks
from core.clocks import ClockChange
from core.db import db
from domain.errors import InvalidInput, RuleViolation
from tests.factories.cases import SUBSTANTIAL, Desk, at
from tests.factories.spreadsheets import NAMES, good_row, xlsx
from tests.integration.test_import import take_in
from tests.integration.test_notices_statements import asked

ROUND_NAMES = (*NAMES, "派单轮次", "区交办办结期限", "市交办办结期限")
ROWS = 30


def row(number: str, round_: Any = 1, district: str = "2026-10-20", city: str = "2026-10-26", **changed: Any) -> list[Any]:
    """A row with its round and both limits."""
    return [*good_row(number, **changed), round_, district, city]


def first(path: Path, *rows: list[Any]) -> Outcome:
    return take_in(xlsx(path, rows, ROUND_NAMES))


def case_of(number: str) -> Case:
    """The one case of an outside number."""
    db.session.rollback()
    return db.session.scalars(select(Case).where(Case.origin_number == number)).one()


def running(case: Case) -> dict[str, str]:
    """Obligation -> due day of the sender's limits that run."""
    found = clocks.open_of("case", case.id)
    return {c.obligation: c.due_on.isoformat() for c in found if c.obligation in ("city", "district")}


def told(outcome: Outcome) -> tuple[int, int, int, int]:
    return (outcome.imported, outcome.redispatched, len(outcome.duplicates), len(outcome.conflicts))


def test_the_same_file_in_three_rounds(each_app: Flask, tmp_path: Path) -> None:
    numbers = [f"B{n:03d}" for n in range(ROWS)]
    one = first(tmp_path / "1.xlsx", *(row(n) for n in numbers))
    again = first(tmp_path / "2.xlsx", *(row(n) for n in numbers))
    mixed = [row(n, 2, "2026-10-30", "2026-11-05") if place % 3 == 0 else row(n) for place, n in enumerate(numbers)]
    third = first(tmp_path / "3.xlsx", *mixed)
    print(f"\n{each_app.config['SQLALCHEMY_DATABASE_URI'].split(':')[0]}: rounds 1, again, 3rd file (imported, joined, "
          f"duplicates, conflicts): {told(one)}, {told(again)}, {told(third)}")  # fmt: skip
    assert told(one) == (ROWS, 0, 0, 0)
    assert told(again) == (0, 0, ROWS, 0)
    assert told(third) == (0, ROWS // 3, ROWS - ROWS // 3, 0)
    assert db.session.scalar(select(func.count()).select_from(Case)) == ROWS
    assert db.session.scalar(select(func.count()).select_from(OutsideDispatch)) == ROWS + ROWS // 3
    joined, alone = case_of("B000"), case_of("B001")
    assert [d.round for d in joined.dispatches] == [1, 2]
    assert running(joined) == {"district": "2026-10-30", "city": "2026-11-05"}
    assert running(alone) == {"district": "2026-10-20", "city": "2026-10-26"}
    assert joined.state == "registered"
    assert told(first(tmp_path / "4.xlsx", *mixed)) == (0, 0, ROWS, 0)


def test_the_senders_limits_are_clocks_whose_strictest_counts(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1", district="2026-10-13 17:00", city="2026-10-26"))
    case = case_of("A1")
    district = next(c for c in clocks.open_of("case", case.id) if c.obligation == "district")
    assert (district.due_at, district.source) == (at("2026-10-13 17:00"), "order")
    city = next(c for c in clocks.open_of("case", case.id) if c.obligation == "city")
    assert city.due_at == at("2026-10-27 00:00")
    strictest = clocks.open_of("case", case.id)[0]
    assert (case.due_at, case.due_name) == (strictest.due_at, strictest.name)
    client = desk.world.client("jxw-clerk")
    assert "来件单位派单时写明的时限" in client.get(f"/cases/{case.id}/why/{district.id}").get_data(as_text=True)


def closed(desk: Desk, number: str) -> Case:
    """The case declined and archived, the shortest way to its end."""
    case = case_of(number)
    desk.do(case.id, "decline", "jxw-clerk", reason="不属于供气服务", told_how="电话", told_at=clock.now())
    return desk.do(case.id, "archive", "jxw-clerk", retention="10年")


def test_an_ended_case_is_worked_on_again(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1"), row("A2"))
    archived = closed(desk, "A1")
    assert (archived.state, bool(running(archived))) == ("archived", True)
    assert told(first(tmp_path / "2.xlsx", row("A1", "第二次", "2026-10-28"))) == (0, 1, 0, 0)
    again = case_of("A1")
    assert (again.state, again.reopened, again.archived_at, again.next_action) == ("registered", 1, None, "accept")
    assert running(again)["district"] == "2026-10-28"
    assert [s.action for s in again.steps][-1] == "redispatch"


def test_an_answered_case_owes_another_answer(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1", 诉求类型="咨询"))
    case = case_of("A1").id
    desk.do(case, "answer_now", "jxw-clerk", text=SUBSTANTIAL, **desk.told())
    filled = desk.do(case, "fill_back", "jxw-clerk", text=SUBSTANTIAL)
    assert (filled.dispatches[0].state, running(filled)) == ("filled_back", {})
    first(tmp_path / "2.xlsx", row("A1", 2, 诉求类型="咨询"))
    again = case_of("A1")
    assert (again.state, again.completed_at) == ("accepted", None)
    with pytest.raises(RuleViolation, match="还没有答复诉求人"):
        desk.do(case, "fill_back", "jxw-clerk", text=SUBSTANTIAL)


def test_a_lower_round_that_comes_later_is_only_recorded(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1", 2, "2026-10-30"))
    closed(desk, "A1")
    assert told(first(tmp_path / "2.xlsx", row("A1", 1))) == (0, 1, 0, 0)
    case = case_of("A1")
    assert (case.state, case.origin_round, [d.round for d in case.dispatches]) == ("archived", 2, [1, 2])
    assert running(case)["district"] == "2026-10-30"


def test_rounds_of_one_file_and_what_is_still_a_conflict(desk: Desk, tmp_path: Path) -> None:
    both = first(tmp_path / "1.xlsx", row("A1", 1), row("A1", 2, 诉求内容="又停气了，请重办。"))
    assert told(both) == (1, 1, 0, 0)
    assert case_of("A1").steps[-1].facts["text"] == "又停气了，请重办。"
    other = first(tmp_path / "2.xlsx", row("A1", 2, 诉求内容="另一番话。"), row("A2", "很多次"))
    assert told(other) == (0, 0, 0, 1)
    messages = [f"{p.column}：{p.message}" for p in other.refused]
    assert "第 2 轮" in messages[0]
    assert messages[1].startswith("派单轮次：看不出“很多次”是第几轮")


@pytest.mark.parametrize(
    ("word", "redone", "number"),
    [("", False, 1), ("-", False, 1), ("无", False, 1), ("2", False, 2), ("第三轮", False, 3), ("2.0", False, 2),
     ("第２次", False, 2), ("是", True, 2), ("否", True, 1), ("0", True, 1), ("2", True, 3)],
)  # fmt: skip
def test_words_for_rounds(word: str, redone: bool, number: int) -> None:
    assert round_of(word, redone=redone) == number


@pytest.mark.parametrize("word", ["0", "100", "多次", "-1", "1.5"])
def test_no_rounds(word: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        round_of(word, redone=False)


def test_an_extension_granted_outside_moves_the_clock(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1"))
    case = case_of("A1").id
    signed = desk.do(case, "outside_sign", "jxw-clerk").dispatches[0]
    assert (signed.state, signed.signed_at) == ("signed", clock.now())
    desk.do(case, "outside_ask", "jxw-clerk", kind="extension", reason="需要开挖检测", asked_until=date(2026, 11, 2))
    with pytest.raises(InvalidInput, match="等来件单位答复"):
        desk.do(case, "outside_ask", "jxw-clerk", kind="return", reason="不归我们管理")
    assert running(case_of("A1"))["district"] == "2026-10-20"
    answer = {"decision": "granted", "decided_on": clock.today(), "new_due_on": date(2026, 11, 2), "levels": ["district"]}
    desk.do(case, "outside_decide", "jxw-clerk", **answer)
    assert running(case_of("A1")) == {"district": "2026-11-02", "city": "2026-10-26"}
    moved = db.session.scalars(select(ClockChange)).one()
    assert (moved.old_due_on, moved.new_due_on) == (date(2026, 10, 20), date(2026, 11, 2))
    assert "来件单位同意延期" in moved.reason


def test_a_return_granted_outside_ends_the_case_with_us(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1"))
    case = case_of("A1").id
    desk.do(case, "outside_ask", "jxw-clerk", kind="return", reason="属于市级供气单位")
    refused = desk.do(case, "outside_decide", "jxw-clerk", decision="refused", decided_on=clock.today())
    assert (refused.state, refused.dispatches[0].state) == ("registered", "received")
    desk.do(case, "outside_ask", "jxw-clerk", kind="return", reason="属于市级供气单位")
    granted = desk.do(case, "outside_decide", "jxw-clerk", decision="granted", decided_on=clock.today())
    assert (granted.state, granted.ended_how, granted.dispatches[0].state) == ("withdrawn", "returned", "returned")
    assert (running(granted), granted.due_at, granted.next_action) == ({}, None, "archive")


def test_a_fill_back_names_none_of_us_and_is_exported_once(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1", 诉求类型="咨询"))
    case = case_of("A1").id
    clerk = desk.world.user("jxw-clerk").name
    text = f"经{clerk}核实，您反映的情况已经处理完毕，恢复供气。"
    desk.do(case, "answer_now", "jxw-clerk", text=text, **desk.told())
    with pytest.raises(InvalidInput, match="姓名"):
        desk.do(case, "fill_back", "jxw-clerk", text=text)
    client = desk.world.client("jxw-clerk")
    form = client.get(f"/cases/{case}/do/fill_back").get_data(as_text=True)
    assert "经工作人员核实，您反映的情况已经处理完毕" in form
    desk.do(case, "fill_back", "jxw-clerk", text=text.replace(clerk, "我委"))
    answer = client.submit("/outside/export", {"what": "unexported"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    lines = [[c or "" for c in line] for line in sheet.iter_rows(values_only=True)]
    assert lines[0] == ["工单编号", "派单轮次", "工单状态", "办理结果", "承办单位", "办结时间"]
    assert lines[1][:2] == ["A1", "1"]
    assert lines[1][3].startswith("经我委核实")
    assert case_of("A1").dispatches[0].exported_at == clock.now()
    again = client.submit("/outside/export", {"what": "unexported"})
    assert (again.status_code, "没有可以导出的回填" in again.get_data(as_text=True)) == (422, True)


def test_the_list_of_rounds_and_signing_for_all(desk: Desk, tmp_path: Path) -> None:
    first(tmp_path / "1.xlsx", row("A1"), row("A2"), row("A3"))
    client = desk.world.client("jxw-clerk")
    page = client.get("/outside?state=unsigned").get_data(as_text=True)
    assert page.count("未签收") >= 3
    assert client.submit("/outside/sign", {"remark": ""}).status_code == 303
    assert "没有符合这些条件" in client.get("/outside?state=unsigned").get_data(as_text=True)
    assert ">A2<" in client.get("/outside?state=unfilled&number=A2").get_data(as_text=True)
    stranger = desk.world.client("swj-clerk").get("/outside").get_data(as_text=True)
    assert ">A1<" not in stranger
    assert clock.now() - case_of("A1").dispatches[0].signed_at < timedelta(seconds=1)


def test_the_senders_words_are_asked_before_the_built_in_ones(desk: Desk, tmp_path: Path) -> None:
    client = desk.world.client("jxw-clerk")
    odd = first(tmp_path / "1.xlsx", row("A1", 诉求类型="非紧急类"))
    assert told(odd) == (0, 0, 0, 0)
    sent = {"source": "12345", "word": "非紧急类", "type": "inquiry", "category": "charging"}
    assert client.submit("/outside/types/new", sent).status_code == 303
    assert told(first(tmp_path / "2.xlsx", row("A1", 诉求类型="非紧急类"))) == (1, 0, 0, 0)
    case = case_of("A1")
    assert (case.type, case.category) == ("inquiry", "charging")
    assert "非紧急类" in client.get("/outside/types").get_data(as_text=True)
    assert "非紧急类" not in desk.world.client("swj-clerk").get("/outside/types").get_data(as_text=True)


def test_lists_ask_as_much_for_many_rows_as_for_few(desk: Desk, tmp_path: Path) -> None:
    client = desk.world.client("jxw-clerk")
    first(tmp_path / "1.xlsx", row("A1"))
    moved = case_of("A1").id
    paths = ("/outside", "/outside?state=unsigned", "/transfers", "/outside/types", f"/cases/{moved}")
    for path in paths:
        asked(client, path)
    few = {path: len(asked(client, path)) for path in paths}
    first(tmp_path / "2.xlsx", *(row(f"B{n:03d}") for n in range(60)))
    for n in range(2, 6):
        desk.do(moved, "redispatch", "jxw-clerk", round=n, city_due=clock.now() + timedelta(days=9))
    many = {path: len(asked(client, path)) for path in paths}
    page = client.get("/outside").get_data()
    print(f"\nstatements: {many}, a page of rounds {len(page) // 1024} KB")
    assert few == many
    assert max(many.values()) <= 6
    assert len(page) <= 30 * 1024
