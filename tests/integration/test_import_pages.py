"""The import in the browser: upload, look, name columns, confirm, mend; nobody reaches another's upload."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from blueprints.complaints.models import Case, ImportMapping
from core import clock
from core.db import db
from tests.conftest import MONDAY
from tests.factories.spreadsheets import bomb, good_row, text, xlsx
from tests.factories.world import World


def upload(client: FlaskClient, path: Path, name: str = "工单.xlsx") -> str:
    """Send a file; the address of its preview."""
    with path.open("rb") as file:
        answer = client.submit(
            "/cases/import", {"file": (file, name), "mapping": ""}, content_type="multipart/form-data"
        )
    assert answer.status_code == 303, answer.get_data(as_text=True)[:3000]
    return str(answer.headers["Location"])


def count() -> int:
    """Stored cases."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Case)) or 0


def folders(app: Flask) -> list[Path]:
    """What is kept of uploads."""
    return list(Path(app.config["FILES_DIR"], "imports").glob("*/*"))


@pytest.fixture
def clerk(world: World) -> FlaskClient:
    """The regulator's clerk."""
    return world.client("jxw-clerk")


def test_from_the_upload_to_the_list(app: Flask, clerk: FlaskClient, tmp_path: Path) -> None:
    rows = [good_row("A1"), good_row("A2", 求助号码="abc"), good_row("A1")]
    where = upload(clerk, xlsx(tmp_path / "a.xlsx", rows), "../../导出 工单.xlsx")
    page = clerk.get(where).get_data(as_text=True)
    assert "“abc”不是有效的电话号码" in page
    assert "示****" in page
    assert "导入 1 行" in page
    assert count() == 0
    assert clerk.submit(f"{where}/confirm", {"on_error": "reject-row"}).status_code == 303
    page = clerk.get(where).get_data(as_text=True)
    assert "导入完成，已登记 1 件诉求" in page
    assert count() == 1
    sheet = openpyxl.load_workbook(io.BytesIO(clerk.get(f"{where}/rejects.xlsx").data)).active
    assert [row[0].value for row in sheet] == ["工单编号", "A2"]
    assert "停气没有提前告知" in clerk.get("/cases").get_data(as_text=True)
    (kept,) = folders(app)
    assert not (kept / "upload").exists()


def test_confirming_twice_imports_once(clerk: FlaskClient, tmp_path: Path) -> None:
    where = upload(clerk, xlsx(tmp_path / "a.xlsx", [good_row("A1")]))
    form = {"on_error": "reject-file", "submission_key": "0123456789abcdef"}
    for _ in range(2):
        assert clerk.submit(f"{where}/confirm", form).status_code == 303
    assert count() == 1


def test_the_whole_file_stays_out_if_so_chosen(clerk: FlaskClient, tmp_path: Path) -> None:
    where = upload(clerk, xlsx(tmp_path / "a.xlsx", [good_row("A1"), good_row("A2", 诉求类型="天气")]))
    answer = clerk.submit(f"{where}/confirm", {"on_error": "reject-file"}, follow_redirects=True)
    assert "整个文件没有导入" in answer.get_data(as_text=True)
    assert count() == 0
    clerk.submit(f"{where}/confirm", {"on_error": "reject-row"})
    assert count() == 1
    assert clerk.submit(f"{where}/confirm", {"on_error": "sonst"}).status_code in (303, 422)


def test_unknown_columns_are_named_once_and_remembered(clerk: FlaskClient, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["A1", "停气三天", "2026-10-10", "x"]], ["单号", "情况", "何时", "谁"])
    where = upload(clerk, path)
    page = clerk.get(where).get_data(as_text=True)
    assert "没有找到必需的列：工单编号、诉求内容" in page
    assert f"{where}/confirm" not in page
    assert clerk.submit(f"{where}/confirm", {"on_error": "reject-row"}).status_code == 422
    told = {"column-0": "number", "column-1": "content", "column-2": "received", "column-3": "ignore"}
    clerk.submit(f"{where}/columns", {**told, "name": "街道平台"})
    page = clerk.get(where).get_data(as_text=True)
    assert "记住的“街道平台”" in page
    assert "导入 1 行" in page
    again = clerk.get(upload(clerk, path)).get_data(as_text=True)
    assert "记住的“街道平台”" in again
    listed = clerk.get("/cases/import").get_data(as_text=True)
    assert "单号 → 工单编号" in listed
    found = re.search(r"/cases/import/mappings/\d+/drop", listed)
    assert found is not None
    assert clerk.submit(found.group()).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(ImportMapping)) == 0


def test_a_name_that_cannot_be_remembered(clerk: FlaskClient, tmp_path: Path) -> None:
    where = upload(clerk, xlsx(tmp_path / "a.xlsx", [["A1", "停气"]], ["单号", "情况"]))
    answer = clerk.submit(f"{where}/columns", {"column-0": "number", "name": "名" * 65})
    assert answer.status_code == 422
    assert clerk.submit(f"{where}/columns", {"column-0": "nonsense", "name": "甲"}).status_code == 422


def test_files_that_cannot_be_read_leave_nothing(app: Flask, clerk: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    (tmp_path / "leer.csv").write_bytes(b"")
    for path in (tmp_path / "x.xlsx", tmp_path / "leer.csv", bomb(tmp_path / "b.xlsx")):
        with path.open("rb") as file:
            answer = clerk.submit(
                "/cases/import", {"file": (file, "a.xlsx"), "mapping": ""}, content_type="multipart/form-data"
            )
        assert answer.status_code == 422
    assert folders(app) == []
    assert clerk.submit("/cases/import", {"mapping": ""}).status_code == 422


def test_an_upload_belongs_to_who_sent_it(
    world: World, clerk: FlaskClient, app: Flask, tmp_path: Path
) -> None:
    where = upload(clerk, xlsx(tmp_path / "a.xlsx", [good_row("A1"), good_row("A2", 诉求类型="天气")]))
    for login in ("swj-clerk", "rq-dispatcher", "gd-dispatcher"):
        other = world.client(login)
        for path in (where, f"{where}/rejects.xlsx"):
            assert other.get(path).status_code == 404
        for path in (f"{where}/confirm", f"{where}/columns", f"{where}/drop"):
            assert other.submit(path, {"on_error": "reject-row"}).status_code == 404
    assert count() == 0
    for odd in ("../../etc/passwd", "0" * 32, "..%2f" * 8, "A" * 32, "." * 32):
        assert clerk.get(f"/cases/import/{odd}").status_code == 404
    assert clerk.submit(f"{where}/drop").status_code == 303
    assert folders(app) == []


def test_an_enterprise_sees_only_its_own(world: World, tmp_path: Path) -> None:
    rows = [good_row("A1"), good_row("A2", 承办单位="示例供电公司")]
    dispatcher = world.client("rq-dispatcher")
    where = upload(dispatcher, text(tmp_path / "a.csv", rows, "gb18030"), "a.csv")
    page = dispatcher.get(where).get_data(as_text=True)
    assert "不是本单位；只能导入本单位的工单" in page
    dispatcher.submit(f"{where}/confirm", {"on_error": "reject-row"})
    assert count() == 1
    assert "停气没有提前告知" not in world.client("gd-dispatcher").get("/cases").get_data(as_text=True)


@pytest.mark.parametrize("login", ["jxw-leader", "jxw-inspector", "rq-handler", "rq-leader", "sysadmin"])
def test_who_may_not_import(world: World, login: str) -> None:
    assert world.client(login).get("/cases/import").status_code == 403


def test_uploads_are_forgotten_after_a_day(app: Flask, world: World, tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [good_row("A1")])
    where = upload(world.client("jxw-clerk"), path)
    with clock.frozen(MONDAY + timedelta(hours=25)):
        clerk = world.client("jxw-clerk")
        upload(clerk, path)
        assert clerk.get(where).status_code == 404
    assert len(folders(app)) == 1


def test_the_template_can_be_filled_in(clerk: FlaskClient, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/cases/import/template.xlsx").data))
    names = [cell.value for cell in book.active[1]]
    given = dict(zip(names, [""] * len(names), strict=True)) | {
        "工单编号": "A1", "诉求内容": "停气三天了", "承办单位": "示例燃气公司", "区交办时间": "2026-10-10",
    }  # fmt: skip
    where = upload(clerk, xlsx(tmp_path / "a.xlsx", [list(given.values())], names))
    clerk.submit(f"{where}/confirm", {"on_error": "reject-file"})
    assert count() == 1
