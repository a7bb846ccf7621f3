"""Public pages and their export: exactly what is published, hotlines first, nothing private, no broken link."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.disclosure.service import deciding, drafting
from blueprints.notices.models import Notice
from blueprints.registry.models import Outlet, Staff
from blueprints.registry.service import outlet_days
from core import clock
from core.db import db, transaction
from tests.factories.cases import Desk
from tests.factories.disclosure import Column, fill_register
from tests.factories.filled import fill
from tests.factories.world import World

LINK = re.compile(r'\b(?:href|src|action)="([^"]*)"')


@pytest.fixture
def column(world: World) -> Column:
    fill_register()
    column = Column()
    column.profile()
    return column


@pytest.fixture
def visitor(app: Flask) -> FlaskClient:
    return app.test_client()


def page(visitor: FlaskClient, path: str, status: int = 200) -> str:
    answer = visitor.get(path)
    assert answer.status_code == status, path
    return answer.get_data(as_text=True)


@pytest.mark.rule("F1")
def test_the_regulators_hotline_stands_first_on_every_public_page(
    column: Column, visitor: FlaskClient
) -> None:
    column.published("prices")
    for path in ("/public/", "/public/e/rq/", "/public/e/rq/prices/", "/public/notices/"):
        html = page(visitor, path)
        assert html.index("023-12345000") < html.index("<main")
        assert "示例区经济信息委" in html


@pytest.mark.rule("F3.3.4", "F3.4")
def test_outlets_and_phones_are_those_that_were_published(column: Column, visitor: FlaskClient) -> None:
    empty = page(visitor, "/public/e/rq/")
    assert "网点和营业时间尚未公开" in empty
    assert "服务电话尚未公开" in empty
    column.published("outlets")
    column.published("phones")
    html = page(visitor, "/public/e/rq/")
    assert "今日营业 08:30—12:00、14:00—17:30" in html
    assert "000-10000002" in html
    with transaction():
        outlet = db.session.scalars(select(Outlet)).one()
        outlet.address = "示例路99号新址"
    assert "示例路99号新址" not in page(visitor, "/public/e/rq/")


@pytest.mark.rule("F3.3.4", "F3.1.2")
def test_a_closure_that_was_published_shows_on_its_day(column: Column, visitor: FlaskClient) -> None:
    today = clock.today()
    by_id = column.by("discloser").id
    with transaction() as session:
        outlet = db.session.scalars(select(Outlet)).one()
        outlet_days.add_closure(
            outlet, today, today, reason="配电检修", announcement="营业厅张贴", announced_on=today,
            by=session.get_one(User, by_id), now=clock.now(),
        )  # fmt: skip
    column.published("outlets")
    assert "今日不营业（配电检修）" in page(visitor, "/public/e/rq/")
    with clock.frozen(clock.now() + timedelta(days=1)):
        assert "今日营业 08:30—12:00、14:00—17:30" in page(visitor, "/public/e/rq/")


@pytest.mark.rule("F3.3.1", "F3.3.5")
def test_only_the_version_that_stands_is_public(column: Column, visitor: FlaskClient) -> None:
    column.published("laws", title="执行的法规", body="第一版正文")
    draft = column.draft("laws", title="执行的法规（修订）", body="第二版正文")
    assert "第一版正文" in page(visitor, "/public/e/rq/laws/")
    assert "第二版正文" not in page(visitor, "/public/e/rq/laws/")
    column.submit(draft)
    column.approve(draft)
    assert "第二版正文" not in page(visitor, "/public/e/rq/laws/")
    column.publish(draft)
    html = page(visitor, "/public/e/rq/laws/")
    assert "第二版正文" in html
    assert "第一版正文" not in html
    assert "以前的版本" in html
    by = column.by("leader")
    with transaction():
        deciding.withdraw(column.version(draft), "内容有误需要撤下", by=by, now=clock.now())
    page(visitor, "/public/e/rq/laws/", 404)
    assert "执行的法规" not in page(visitor, "/public/e/rq/")


def test_files_of_drafts_are_not_public(column: Column, visitor: FlaskClient) -> None:
    version = column.draft("laws")
    by = column.by("discloser")
    with transaction():
        file_id = drafting.add_file(column.version(version), "清单.txt", b"list", by=by, now=clock.now()).id
    path = f"/public/e/rq/files/{file_id}"
    assert visitor.get(path).status_code == 404
    column.submit(version)
    column.approve(version)
    column.publish(version)
    answer = visitor.get(path)
    assert (answer.status_code, answer.data) == (200, b"list")
    assert visitor.get(f"/public/e/gd/files/{file_id}").status_code == 404


@pytest.mark.parametrize(
    ("words", "found"), [("居民开户", True), ("居民 身份证", True), ("没有这样的字", False), ("%", False)]
)
def test_search_without_scripts(column: Column, visitor: FlaskClient, words: str, found: bool) -> None:
    column.published("processes")
    html = page(visitor, f"/public/?q={words.replace('%', '%25')}")
    assert ("/public/e/rq/processes/" in html) is found
    assert ("没有找到" in html) is not found


@pytest.mark.parametrize(
    "path", ["/public/e/nobody/", "/public/e/jxw/", "/public/e/rq/laws/", "/public/e/rq/files/99999"]
)
def test_what_is_not_there_is_404(column: Column, visitor: FlaskClient, path: str) -> None:
    page(visitor, path, 404)


def export(app: Flask, folder: Path) -> None:
    result = app.test_cli_runner().invoke(args=["portal", "export", str(folder)])
    assert result.exit_code == 0, result.output


def links(folder: Path) -> list[tuple[Path, Path]]:
    """(page, the file that its link means) of every link in the export."""
    found = []
    for path in folder.rglob("*.html"):
        for address in LINK.findall(path.read_text("utf-8")):
            parts = urlsplit(address)
            if parts.scheme or not parts.path:
                continue
            assert not parts.path.startswith("/"), f"{path}: {address}"
            found.append((path, (path.parent / unquote(parts.path)).resolve()))
    return found


@pytest.mark.rule("F3.3")
def test_the_export_has_no_broken_link_and_holds_exactly_the_published_versions(
    app: Flask, column: Column, tmp_path: Path
) -> None:
    by = column.by("discloser")
    version = column.draft("laws", body="现行的正文")
    with transaction():
        drafting.add_file(column.version(version), "附件 一.txt", b"list", by=by, now=clock.now())
    column.submit(version)
    column.approve(version)
    column.publish(version)
    column.published("outlets")
    column.draft("prices", body="还没有公开的价格")
    folder = tmp_path / "public"
    export(app, folder)
    every = links(folder)
    assert len(every) > 20
    assert [str(pair) for pair in every if not pair[1].is_file()] == []
    assert all(target.is_relative_to(folder.resolve()) for _, target in every)
    text = "".join(path.read_text("utf-8") for path in folder.rglob("*.html"))
    assert "现行的正文" in text
    assert "还没有公开的价格" not in text
    assert "导出于 2026年10月12日 09:30" in text
    assert [path.read_bytes() for path in (folder / "e/rq/files").iterdir()] == [b"list"]
    index = (folder / "search-index.js").read_text("utf-8")
    assert '"url": "e/rq/laws/index.html"' in index


def test_nothing_private_leaves_the_house(app: Flask, desk: Desk, tmp_path: Path) -> None:
    fill(desk)
    folder = tmp_path / "public"
    export(app, folder)
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).decode(
        "utf-8", "ignore"
    )
    assert "示例燃气公司" in everything
    names = set(db.session.scalars(select(User.name))) | set(db.session.scalars(select(User.login)))
    names |= set(db.session.scalars(select(Staff.name))) | {
        "示例用户甲",
        "13800001234",
        "138****1234",
        "csrf",
    }
    assert [name for name in names if name in everything] == []


def test_an_earlier_export_is_replaced_and_other_folders_are_refused(
    app: Flask, column: Column, tmp_path: Path
) -> None:
    folder = tmp_path / "public"
    export(app, folder)
    (folder / "old.html").write_text("old", "utf-8")
    column.published("laws")
    export(app, folder)
    assert not (folder / "old.html").exists()
    assert (folder / "e/rq/laws/index.html").is_file()
    other = tmp_path / "mine"
    other.mkdir()
    (other / "keep.txt").write_text("mine", "utf-8")
    result = app.test_cli_runner().invoke(args=["portal", "export", str(other)])
    assert result.exit_code == 2
    assert "别的文件" in result.output
    assert (other / "keep.txt").read_text("utf-8") == "mine"


def test_the_export_lists_issued_notices_with_their_digests(app: Flask, desk: Desk, tmp_path: Path) -> None:
    filled = fill(desk)
    export(app, tmp_path / "public")
    html = (tmp_path / "public/notices/index.html").read_text("utf-8")
    notice = db.session.get_one(Notice, filled.notice_id)
    assert notice.number_text in html
    assert f'data-digest="{notice.pdf_sha256}"' in html
    assert len(notice.pdf_sha256 or "") == len(hashlib.sha256().hexdigest())
    assert "示例＊＊公司" in html


def test_the_day_is_that_of_the_reader(column: Column, visitor: FlaskClient) -> None:
    column.published("outlets")
    saturday = datetime(2026, 10, 17, 10, 0, tzinfo=clock.SHANGHAI)
    with clock.frozen(saturday):
        html = page(visitor, "/public/e/rq/")
    assert "2026年10月17日 星期六" in html
    assert "今日营业 08:30—12:00、14:00—17:30" in html
