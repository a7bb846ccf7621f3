"""`complaints import`: JSON, exit codes, the file of rejects, one sentence for what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.complaints.models import Case
from blueprints.complaints.service.importing import mappings
from core import clock
from core.db import db, transaction
from tests.conftest import make_app
from tests.factories.spreadsheets import bomb, good_row, text, xls, xlsx
from tests.factories.world import World


def run(app: Flask, *arguments: object) -> tuple[int, Any, str]:
    """(exit code, the JSON on the last line of stdout or None, stderr) of `complaints import …`."""
    result = app.test_cli_runner().invoke(args=["complaints", "import", *map(str, arguments), "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.stderr
    db.session.rollback()
    lines = result.stdout.strip().splitlines()
    assert len(lines) <= 1, lines
    return result.exit_code, json.loads(lines[0]) if lines else None, result.stderr


def count() -> int:
    """Stored cases."""
    return db.session.scalar(select(func.count()).select_from(Case)) or 0


def test_a_good_file(app: Flask, world: World, tmp_path: Path) -> None:
    code, told, _ = run(app, xlsx(tmp_path / "a.xlsx", [good_row("A1"), good_row("A2")]), "--org", "jxw")
    assert (code, told) == (
        0,
        {"rows": 2, "imported": 2, "redispatched": 0, "duplicates": [], "conflicts": [], "rejected": []},
    )
    case = db.session.scalars(select(Case)).first()
    assert case is not None
    assert case.first_receiver.login == "jxw-clerk"


@pytest.mark.parametrize("kind", ["xls", "utf-8", "utf-8-sig", "gb18030"])
def test_every_format(app: Flask, world: World, tmp_path: Path, kind: str) -> None:
    rows = [good_row("A1"), good_row("A2", 承办单位="燃气公司")]
    path = xls(tmp_path / "a.xls", rows) if kind == "xls" else text(tmp_path / "a.csv", rows, kind)
    code, told, _ = run(app, path, "--org", "rq")
    assert (code, told["imported"]) == (0, 2)


def test_rejects_are_told_by_row_and_column_and_written(app: Flask, world: World, tmp_path: Path) -> None:
    rows = [good_row("A1"), good_row("A2", 区交办时间="明天"), good_row("A1", 诉求内容="别的事，停气")]
    path, rejects = xlsx(tmp_path / "a.xlsx", rows), tmp_path / "r.xlsx"
    code, told, stderr = run(app, path, "--org", "jxw", "--on-error", "reject-row", "--rejects", rejects)
    assert (code, told["rows"], told["imported"], told["conflicts"]) == (1, 3, 1, ["A1"])
    (rejected,) = told["rejected"]
    assert (rejected["row"], rejected["column"]) == (3, "区交办时间")
    assert "2026-10-12 09:30" in rejected["message"]
    assert "第 3 行 区交办时间" in stderr
    sheet = openpyxl.load_workbook(rejects).active
    written = [[cell.value for cell in row] for row in sheet]
    assert written[0][-1] == "错误说明"
    assert [row[0] for row in written[1:]] == ["A2", "A1"]
    assert "区交办时间：" in written[1][-1]
    assert "编号相同" in written[2][-1]


def test_a_bad_row_keeps_the_file_out_unless_told_otherwise(app: Flask, world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1"), good_row("A2", 求助号码="abc")])
    code, told, stderr = run(app, path, "--org", "jxw")
    assert (code, told["imported"], count()) == (1, 0, 0)
    assert "整个文件没有导入" in stderr


def test_a_dry_run_changes_nothing(app: Flask, world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1"), good_row("A1")])
    code, told, _ = run(app, path, "--org", "jxw", "--dry-run")
    assert (code, told["imported"], told["duplicates"], count()) == (0, 1, ["A1"], 0)


def test_the_same_file_again_imports_nothing(app: Flask, world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1"), good_row("A2")])
    run(app, path, "--org", "jxw")
    code, told, _ = run(app, path, "--org", "jxw")
    assert (code, told["imported"], told["duplicates"], count()) == (0, 0, ["A1", "A2"], 2)


def test_who_takes_the_rows_in(app: Flask, world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1")])
    for login in ("jxw-leader", "gd-dispatcher", "nobody", "sysadmin"):
        code, told, stderr = run(app, path, "--org", "jxw", "--by", login)
        assert (code, told, count()) == (2, None, 0)
        assert login in stderr
    assert run(app, path, "--org", "jxw", "--by", "JXW-clerk")[0] == 0


def test_remembered_columns_by_name(app: Flask, world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["A1", "停气三天"]], ["单号", "情况"])
    code, _, stderr = run(app, path, "--org", "rq")
    assert code == 2
    assert "缺少必需的列：工单编号、诉求内容（现有：单号、情况）" in stderr
    with transaction():
        by = world.user("rq-dispatcher")
        told = {"单号": "number", "情况": "content"}
        assert by.organization is not None
        mappings.remember(by.organization, "街道平台", told, by=by, now=clock.now())
    assert run(app, path, "--org", "jxw", "--mapping", "街道平台")[0] == 2
    code, told, _ = run(app, path, "--org", "rq", "--mapping", "街道平台")
    assert (code, told["imported"]) == (0, 1)


def test_what_cannot_be_read_is_one_sentence(app: Flask, world: World, tmp_path: Path) -> None:
    good = xlsx(tmp_path / "a.xlsx", [good_row("A1")])
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    headers = xlsx(tmp_path / "nur.xlsx", [])
    wrong: list[tuple[object, ...]] = [
        (tmp_path / "fehlt.xlsx", "--org", "jxw"),
        (tmp_path, "--org", "jxw"),
        (tmp_path / "x.xlsx", "--org", "jxw"),
        (bomb(tmp_path / "b.xlsx"), "--org", "jxw"),
        (headers, "--org", "jxw"),
        (good, "--org", "nirgends"),
        (good, "--org", "jxw", "--mapping", "fehlt"),
    ]
    for arguments in wrong:
        code, told, stderr = run(app, *arguments)
        assert (code, told) == (2, None), arguments
        assert len(stderr.strip().splitlines()) == 1, stderr
    assert run(app, good, "--org", "jxw", "--on-error", "vielleicht")[0] == 2
    assert run(app, good)[0] == 2


def test_a_path_that_cannot_be_written(app: Flask, world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1", 求助号码="abc")])
    code, _, stderr = run(app, path, "--org", "jxw", "--rejects", tmp_path / "fehlt" / "r.xlsx")
    assert code == 2
    assert "写不了" in stderr


def test_without_a_database(tmp_path: Path) -> None:
    empty = make_app(tmp_path)
    with empty.app_context():
        code, told, stderr = run(empty, xlsx(tmp_path / "a.xlsx", [good_row("A1")]), "--org", "jxw")
        db.engine.dispose()
    assert (code, told) == (2, None)
    assert "db upgrade" in stderr
