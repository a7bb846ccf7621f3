"""Sheets of staff: what comes in, what is refused by row and column, mended rows, the background, the
command."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.registry.models import Certificate, Staff
from blueprints.registry.routes import staffing_import as routes
from core.audit import AuditEntry
from core.db import db
from core.jobs import Job, run_next
from tests.factories.registry_people import People, staff_of
from tests.factories.spreadsheets import xlsx
from tests.factories.world import World

NAMES = ("姓名", "工号", "岗位", "班组", "电话", "证书编号", "发证单位", "有效期起", "有效期止")


def row(n: int, **changed: Any) -> list[Any]:
    """A good row."""
    values = {
        "姓名": f"员工{n}", "工号": f"B{n:05d}", "岗位": "维修人员", "班组": "抢修一班", "电话": "13800000001",
        "证书编号": f"证{n:06d}", "发证单位": "示例省燃气协会", "有效期起": date(2025, 1, 1), "有效期止": "2028-12-31",
    }  # fmt: skip
    return list((values | changed).values())


def upload(client: Any, path: Path) -> Any:
    """Send a sheet; the answer leads to its preview."""
    file = (io.BytesIO(path.read_bytes()), path.name)
    return client.submit("/staff/import", {"file": file}, content_type="multipart/form-data")


def stored() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Staff.badge).order_by(Staff.id)))


def test_a_sheet_is_looked_at_before_it_is_taken_in(world: World, tmp_path: Path) -> None:
    client = world.client("rq-discloser")
    answer = upload(client, xlsx(tmp_path / "员工.xlsx", [row(1), row(2)], NAMES))
    assert answer.status_code == 303
    preview = answer.headers["Location"]
    html = client.get(preview).get_data(as_text=True)
    assert "导入 2 人" in html
    assert "138****0001" in html
    assert "13800000001" not in html
    assert stored() == []
    assert client.submit(f"{preview}/confirm", {"on_error": "reject-file"}).status_code == 303
    assert stored() == ["B00001", "B00002"]
    held = db.session.scalars(select(Certificate).order_by(Certificate.id)).all()
    assert [(c.number, c.valid_until) for c in held] == [
        ("证000001", date(2028, 12, 31)),
        ("证000002", date(2028, 12, 31)),
    ]
    assert db.session.scalars(select(Staff.valid_until)).first() == date(2028, 12, 31)
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "registry.staff_import")).one()
    assert json.loads(entry.changes)["imported"] == [None, 2]
    assert "新增 2 人" in client.get(preview).get_data(as_text=True)


@pytest.mark.parametrize(
    ("changed", "column", "message"),
    [
        ({"姓名": ""}, "姓名", "没有填写"),
        ({"姓名": "名" * 65}, "姓名", "最多 64 个字"),
        ({"工号": ""}, "工号", "没有填写"),
        ({"工号": 12345678901234567}, "工号", "末尾几位已丢失"),
        ({"岗位": "总经理"}, "岗位", "不是岗位名称"),
        ({"电话": "13x"}, "电话", "不是有效的电话号码"),
        ({"证书编号": ""}, "证书编号", "但没有证书编号"),
        ({"发证单位": ""}, "发证单位", "这一列也要填写"),
        ({"有效期止": "农历八月十五"}, "有效期止", "请写公历日期"),
        ({"有效期止": "2026-02-30"}, "有效期止", "请写公历日期"),
        ({"有效期止": "2024-12-31"}, "有效期止", "早于有效期起"),
        ({"有效期起": "1899-12-31"}, "有效期起", "2000 年至 2099 年"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(
    app: Flask, world: World, tmp_path: Path, changed: dict[str, Any], column: str, message: str
) -> None:
    path = xlsx(tmp_path / "a.xlsx", [row(1), row(2, **changed)], NAMES)
    result = app.test_cli_runner().invoke(
        args=["registry", "import-staff", str(path), "--org", "rq", "--dry-run", "--json"]
    )
    assert result.exit_code == 1, result.output
    told = json.loads(result.output.splitlines()[-1])["rejected"]
    assert told[0]["row"] == 3
    assert told[0]["column"] == column
    assert message in told[0]["message"]


def test_the_number_of_another_person_is_refused_in_the_file_and_against_the_store(
    app: Flask, world: World, tmp_path: Path
) -> None:
    People("gd").staff("D1", number="证000002")
    path = xlsx(
        tmp_path / "a.xlsx", [row(1), row(2), row(3, 证书编号="证000001"), row(4, 工号="B00001")], NAMES
    )
    result = app.test_cli_runner().invoke(
        args=["registry", "import-staff", str(path), "--org", "rq", "--json"]
    )
    told = json.loads(result.output.splitlines()[-1])
    assert told["imported"] == 0
    assert [(p["row"], p["column"]) for p in told["rejected"]] == [
        (3, "证书编号"),
        (4, "证书编号"),
        (5, "工号"),
    ]
    assert "另一名员工" in told["rejected"][0]["message"]
    assert "与第 2 行的证书编号相同" in told["rejected"][1]["message"]
    assert stored() == ["D1"]


def test_good_rows_come_in_and_the_others_come_back_to_be_mended(world: World, tmp_path: Path) -> None:
    client = world.client("rq-discloser")
    path = xlsx(tmp_path / "员工.xlsx", [row(1), row(2, 岗位="不知道"), row(3)], NAMES)
    preview = upload(client, path).headers["Location"]
    assert "不是岗位名称" in client.get(preview).get_data(as_text=True)
    client.submit(f"{preview}/confirm", {"on_error": "reject-row"})
    assert stored() == ["B00001", "B00003"]
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{preview}/rejects.xlsx").get_data()))
    rows = [list(line) for line in book.active.iter_rows(values_only=True)]
    assert rows[0][-1] == "错误说明"
    assert rows[1][:3] == ["员工2", "B00002", "不知道"]
    assert "不是岗位名称" in rows[1][-1]
    rows[1][2] = "维修人员"
    mended = xlsx(tmp_path / "改.xlsx", rows[1:], rows[0])
    preview = upload(client, mended).headers["Location"]
    client.submit(f"{preview}/confirm", {"on_error": "reject-file"})
    assert stored() == ["B00001", "B00003", "B00002"]


def test_one_bad_row_keeps_everything_out_when_that_is_wanted(world: World, tmp_path: Path) -> None:
    client = world.client("rq-discloser")
    preview = upload(client, xlsx(tmp_path / "a.xlsx", [row(1), row(2, 姓名="")], NAMES)).headers["Location"]
    client.submit(f"{preview}/confirm", {"on_error": "reject-file"})
    assert stored() == []
    assert "整个文件没有导入" in client.get(preview).get_data(as_text=True)


def test_an_export_comes_in_again_unchanged_and_changed_rows_change_people(
    world: World, tmp_path: Path
) -> None:
    staff_id = People().staff("R1", name="示例员工甲")
    client = world.client("rq-discloser")
    path = tmp_path / "出.xlsx"
    path.write_bytes(client.get("/staff/export.xlsx").get_data())
    preview = upload(client, path).headers["Location"]
    assert "内容也一样" in client.get(preview).get_data(as_text=True)
    sheet = openpyxl.load_workbook(path)
    sheet.active["D2"] = "抢修九班"
    sheet.save(path)
    preview = upload(client, path).headers["Location"]
    client.submit(f"{preview}/confirm", {"on_error": "reject-file"})
    assert staff_of(staff_id).team == "抢修九班"
    assert len(staff_of(staff_id).certificates) == 1


def test_columns_that_are_not_there_change_nothing(world: World, tmp_path: Path) -> None:
    staff_id = People().staff("R1", name="示例员工甲")
    client = world.client("rq-discloser")
    few = xlsx(tmp_path / "a.xlsx", [["示例员工甲", "R1", "抄表员"]], ("姓名", "工号", "岗位"))
    preview = upload(client, few).headers["Location"]
    client.submit(f"{preview}/confirm", {"on_error": "reject-file"})
    person = staff_of(staff_id)
    assert (person.post, person.phone, person.team) == ("meter", "13800000101", "抢修一班")
    assert person.valid_until == date(2027, 12, 31)


def test_a_large_sheet_is_taken_in_in_the_background(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "IN_BACKGROUND", 2)
    client = world.client("rq-discloser")
    path = xlsx(tmp_path / "a.xlsx", [row(n) for n in range(3)] + [row(9, 姓名="")], NAMES)
    preview = upload(client, path).headers["Location"]
    answer = client.submit(f"{preview}/confirm", {"on_error": "reject-row"})
    assert answer.headers["Location"].startswith("/jobs/")
    assert stored() == []
    while run_next():
        pass
    assert len(stored()) == 3
    job = db.session.scalars(select(Job).where(Job.kind == "staff_import")).one()
    assert job.message == "新增 3 人，更新 0 人，退回 1 行。"
    assert client.get(preview).status_code == 200
    assert client.get(f"{preview}/rejects.xlsx").status_code == 200


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.xlsx", b"", "请选择文件"),
        ("a.xlsx", b"PK\x03\x04rubbish", "损坏"),
        ("a.csv", "甲,乙\n1,2\n".encode(), "缺少必需的列"),
        ("a.csv", "姓名,工号\n员工,1\n".encode(), "缺少必需的列：岗位"),
        ("a.csv", "姓名,工号,岗位\n".encode(), "没有数据行"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(
    world: World, tmp_path: Path, name: str, data: bytes, told: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    answer = upload(world.client("rq-discloser"), path)
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert told in html or "文件是空的" in html, html[html.find("error-summary") :][:500]


def test_an_upload_is_found_by_who_sent_it_only(world: World, tmp_path: Path) -> None:
    preview = upload(world.client("rq-discloser"), xlsx(tmp_path / "a.xlsx", [row(1)], NAMES)).headers[
        "Location"
    ]
    assert world.client("rq-leader").get(preview).status_code == 404
    assert world.client("gd-discloser").get(preview).status_code == 404
    assert world.client("jxw-leader").get(preview).status_code == 403


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere.csv", "--org", "rq"], "文件打不开"), (["a.csv", "--org", "nobody"], "没有代号"),
        (["a.csv", "--org", "jxw"], "没有代号"), (["a.csv", "--org", "rq", "--by", "rq-handler"], "不是"),
    ],
)  # fmt: skip
def test_wrong_use_of_the_command_ends_with_two_and_a_sentence(
    app: Flask, world: World, tmp_path: Path, arguments: list[str], told: str
) -> None:
    (tmp_path / "a.csv").write_text("姓名,工号,岗位\n甲,1,客服\n", "utf-8")
    file = str(tmp_path / arguments[0])
    result = app.test_cli_runner().invoke(args=["registry", "import-staff", file, *arguments[1:]])
    assert result.exit_code == 2
    assert told in result.output
    assert "Traceback" not in result.output


def test_ten_thousand_rows_store_everybody_once(app: Flask, world: World, tmp_path: Path) -> None:
    lines = ["姓名,工号,岗位,证书编号,发证单位,有效期起,有效期止"]
    lines += [f"员工{n},B{n:05d},客服,证{n:06d},示例协会,2025-01-01,2028-01-01" for n in range(10_000)]
    lines[77] = lines[77].replace("客服", "?")
    path = tmp_path / "many.csv"
    path.write_text("\n".join(lines), "utf-8")
    result = app.test_cli_runner().invoke(
        args=["registry", "import-staff", str(path), "--org", "rq", "--on-error", "reject-row", "--json"]
    )
    assert result.exit_code == 1
    assert json.loads(result.output.splitlines()[-1])["imported"] == 9999
    counted = db.session.execute(select(func.count(Staff.id), func.count(Staff.valid_until.distinct()))).one()
    assert tuple(counted) == (9999, 1)
    assert db.session.scalar(select(func.count(Certificate.id))) == 9999


def test_a_renewal_under_the_same_number_and_a_new_certificate_move_the_end(
    app: Flask, world: World, tmp_path: Path
) -> None:
    desk = People()
    first, second = desk.staff("R1", name="甲", number="证1"), desk.staff("R2", name="乙", number="证2")
    rows = [
        row(1, 姓名="甲", 工号="R1", 证书编号="证1", 有效期止="2030-01-01"),
        row(2, 姓名="乙", 工号="R2", 证书编号="证3", 有效期止="2026-12-31"),
    ]
    path = xlsx(tmp_path / "a.xlsx", rows, NAMES)
    result = app.test_cli_runner().invoke(
        args=["registry", "import-staff", str(path), "--org", "rq", "--json"]
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.output.splitlines()[-1])
    assert (told["added"], told["changed"]) == (0, 2)
    assert staff_of(first).valid_until == date(2030, 1, 1)
    assert [c.number for c in staff_of(first).certificates] == ["证1"]
    assert staff_of(second).valid_until == date(2027, 12, 31)  # the older one lasts longer
    assert len(staff_of(second).certificates) == 2
    assert staff_of(first).version > 1
