"""`fonts check`: which files print the faces of official documents, and what is said when one is missing."""

from __future__ import annotations

import json

import pytest

from core import fonts
from core.pdf import faces
from core.pdf.faces import Face


@pytest.fixture
def cli(app):
    return app.test_cli_runner()


def test_every_face_has_a_font_here(cli):
    result = cli.invoke(args=["fonts", "check", "--json"])
    found = json.loads(result.stdout.splitlines()[-1])
    assert result.exit_code == 0
    assert found["holds"]
    assert [face["name"] for face in found["faces"]] == ["小标宋", "仿宋", "楷体", "黑体", "宋体"]
    assert all(face["path"].startswith("/") for face in found["faces"])


def test_official_fonts_come_first(monkeypatch):
    known = {"仿宋_GB2312": Face("仿宋_GB2312", "/fonts/fs.ttf", 0), "FandolFang": Face("FandolFang", "/f.otf", 0)}
    for module in (fonts, faces):
        monkeypatch.setattr(module, "installed", lambda: known)
    rows = {row.role: row for row in fonts.report()}
    assert (rows["fs"].family, rows["fs"].standing) == ("仿宋_GB2312", "official")
    assert rows["kt"].standing == "missing"


def test_what_is_missing_is_said(cli, monkeypatch):
    for module in (fonts, faces):
        monkeypatch.setattr(module, "installed", dict)
    monkeypatch.setattr(fonts, "missing_libraries", lambda: ["libharfbuzz-subset0"])
    result = cli.invoke(args=["fonts", "check"])
    assert result.exit_code == 1
    assert "小标宋：—（没有可用的字体）" in result.output
    assert "缺少系统组件：libharfbuzz-subset0，请执行一次 ./run 安装。" in result.output
