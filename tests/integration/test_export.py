"""The case list as a file: exactly its rows, masked, escaped, audited, readable by another import."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from blueprints.complaints.service import exporting, importing
from blueprints.complaints.service.intake import Person
from core import clock
from core.audit import AuditEntry
from core.db import db
from tests.factories.cases import Desk
from tests.factories.world import World

DANGER = "=cmd|'/C calc'!A0"
QUERIES = ("", "?due=overdue", "?q=停供", "?state=registered&sort=due", "?group=todo")


@pytest.fixture
def cases(desk: Desk) -> dict[str, int]:
    """A few cases of the gas and the power company, one with a dangerous text."""
    return {
        "gas": desk.register("jxw-clerk", "rq", people=(Person("=示例用户甲", "13800000001"),)),
        "power": desk.register("jxw-clerk", "gd", title=DANGER, content="@SUM(1)，示例用户甲来电"),
        "own": desk.register("rq-dispatcher", "rq", channel="gas_hotline", title="企业自己收到的"),
        "late": desk.register("jxw-clerk", "rq", received_at=clock.now() - timedelta(days=20),
                              late_entry_reason="系统故障", urgent=True),
    }  # fmt: skip


def rows(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    """The csv as dictionaries."""
    answer = client.get(f"/cases/export.csv{query}")
    assert answer.status_code == 200
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def sheet(client: FlaskClient, query: str = "") -> list[list[str | None]]:
    """The xlsx as rows of texts."""
    answer = client.get(f"/cases/export.xlsx{query}")
    assert answer.status_code == 200
    return [[c.value for c in row] for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active]


@pytest.mark.parametrize("query", QUERIES)
def test_exactly_the_rows_of_the_list(world: World, desk: Desk, cases: dict[str, int], query: str) -> None:
    clerk = world.client("jxw-clerk")
    listed = clerk.get(f"/cases{query}").get_data(as_text=True)
    numbers = [row["诉求件编号"] for row in rows(clerk, query)]
    places = [listed.find(f">{number}</a>") for number in numbers]
    assert all(place > 0 for place in places)
    assert places == sorted(places)
    assert listed.count('href="/cases/') - listed.count('href="/cases/import') >= len(numbers)
    assert [row[1] for row in sheet(clerk, query)[1:]] == numbers
    assert desk.case(cases["own"]).number not in numbers


def test_persons_are_masked_and_formulas_are_text(world: World, cases: dict[str, int]) -> None:
    clerk = world.client("jxw-clerk")
    found = {row["诉求件编号"]: row for row in rows(clerk)}
    text = str(found)
    assert "13800000001" not in text
    assert "138****0001" in text
    power = next(row for row in found.values() if row["承办单位"] == "示例供电公司")
    assert power["工单标题"].startswith("'=cmd")
    assert power["诉求内容"].startswith("'@SUM(1)，示****来电")
    assert any(row["求助人员"].startswith("'=") for row in found.values())
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/cases/export.xlsx").data))
    assert all(cell.data_type in ("s", "n") for row in book.active for cell in row)


def test_persons_in_full_need_a_reason_that_is_kept(world: World, cases: dict[str, int]) -> None:
    clerk = world.client("jxw-clerk")
    for reason in ("", "短", " 太 短 "):
        answer = clerk.get("/cases/export.csv", query_string={"reveal": "1", "reason": reason})
        assert answer.status_code == 422
        assert "理由" in answer.get_data(as_text=True)
    answer = clerk.get("/cases/export.csv", query_string={"reveal": "1", "reason": "移交区平台回访"})
    assert "13800000001" in answer.data.decode()
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "case.export")).all()
    assert [json.loads(entry.changes)["rows"][1] for entry in entries] == [3]
    assert json.loads(entries[0].changes)["reason"] == [None, "移交区平台回访"]


def test_a_role_that_may_not_reveal_gets_masks(world: World, cases: dict[str, int]) -> None:
    assert "13800000001" not in str(rows(world.client("jxw-leader")))


def test_every_export_stands_in_the_audit_log(world: World, cases: dict[str, int]) -> None:
    rows(world.client("jxw-clerk"), "?q=停供")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "case.export")).one()
    assert json.loads(entry.changes)["filters"] == [None, {"q": "停供"}]


def test_an_enterprise_exports_its_own(world: World, desk: Desk, cases: dict[str, int]) -> None:
    assert [row["诉求件编号"] for row in rows(world.client("rq-dispatcher"))] == [
        desk.case(cases["own"]).number
    ]
    assert rows(world.client("gd-dispatcher")) == []
    assert len(sheet(world.client("gd-dispatcher"))) == 1


@pytest.mark.rule("Q2")
def test_who_reported_stays_hidden(world: World, desk: Desk) -> None:
    case = desk.register("gs-dispatcher", "gs", type="report", channel="department_phone")
    desk.do(case, "accept", "gs-dispatcher", notice_way="电话")
    desk.do(case, "dispatch", "gs-dispatcher", units=desk.department("gs"), requirement="请核实")
    (row,) = rows(world.client("gs-leader"))
    assert (row["求助人员"], row["求助号码"]) == ("", "")


@pytest.mark.parametrize("login", ["jxw-inspector", "rq-handler", "rq-discloser", "sysadmin"])
def test_who_may_not_export(world: World, login: str) -> None:
    client = world.client(login)
    assert {client.get(f"/cases/export{end}").status_code for end in ("", ".csv", ".xlsx")} == {403}
    assert client.get("/cases/export.pdf").status_code == 404


def test_the_page_says_what_will_be_in_the_file(world: World, cases: dict[str, int]) -> None:
    page = world.client("jxw-clerk").get("/cases/export?state=registered&sort=due").get_data(as_text=True)
    assert "共 3 件" in page
    assert 'name="state" value="registered"' in page
    assert 'name="sort" value="due"' in page


def test_rows_are_read_in_portions(
    world: World, cases: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "FETCH", 2)
    assert len(rows(world.client("jxw-clerk"))) == 3


def test_an_exported_file_can_be_imported_elsewhere(
    world: World, cases: dict[str, int], tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(world.client("jxw-clerk").get("/cases/export.xlsx?q=停供").data)
    receiver = world.org("rq")
    with clock.frozen(clock.now() + timedelta(days=1)):
        found = importing.understand(path, "a.xlsx", receiver, remembered=None, now=clock.now())
    assert (found.columns.unknown, found.problems) == ((), [])
    assert [draft.intake.enterprise.code for draft in found.drafts] == ["rq"] * len(found.drafts)
    assert {draft.intake.urgent for draft in found.drafts} == {True, False}
    assert all(draft.intake.people[0].phone == "" for draft in found.drafts)


def test_one_case_as_data(app, world, desk):
    case_id = desk.register(
        "jxw-clerk", "rq", people=(Person("示例用户甲", "13800000001"),), content="示例用户甲来电说漏气"
    )
    clerk, number = world.client("jxw-clerk"), desk.case(case_id).number
    answer = clerk.get(f"/cases/{case_id}/data.json")
    data = answer.get_json()
    assert (data["number"], data["state"]["name"], data["level"]["value"]) == (number, "待受理", 2)
    assert data["limits"][0]["clause"] or data["limits"][0]["basis"]
    assert data["steps"][0]["action"]["code"] == "register"
    assert "示例用户甲" not in answer.get_data(as_text=True)
    assert "13800000001" not in answer.get_data(as_text=True)
    assert clerk.get(f"/cases/{case_id}/data.json?reveal=1&reason=短").status_code == 422
    full = clerk.get(f"/cases/{case_id}/data.json?reveal=1&reason=移交另一系统继续办理").get_json()
    assert full["complainants"]["rows"][0]["phone"] == "13800000001"
    db.session.remove()
    told = [
        e.changes for e in db.session.scalars(select(AuditEntry).where(AuditEntry.action == "case.export"))
    ]
    assert len(told) == 2
    assert "移交另一系统继续办理" in told[-1]
    assert world.client("gd-dispatcher").get(f"/cases/{case_id}/data.json").status_code == 404
