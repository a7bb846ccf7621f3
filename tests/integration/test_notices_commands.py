"""Command line of official notices: JSON, exit codes, one sentence where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Flask

from blueprints.notices.commands import notices
from core.files import path_of
from domain.notice_kinds import kinds
from tests.factories.notices import Office, QuickPrinter


def run(app: Flask, *arguments: str) -> tuple[int, str, str]:
    """(exit code, stdout, stderr)."""
    result = app.test_cli_runner().invoke(notices, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result.exit_code, result.stdout, result.stderr


def last_json(out: str) -> Any:
    return json.loads(out.strip().splitlines()[-1])


def test_kinds(app: Flask) -> None:
    code, out, _ = run(app, "kinds", "--json")
    rows = last_json(out)
    assert code == 0
    assert [row["kind"] for row in rows] == [k.code for k in kinds()]
    supervision = next(row for row in rows if row["kind"] == "supervision")
    assert supervision["name"] == "督办通知"
    assert supervision["default"] == supervision["forms"][0] == "redhead"
    assert "督办通知" in run(app, "kinds")[1]


def test_sample(app: Flask, printer: QuickPrinter, tmp_path: Path) -> None:
    out = tmp_path / "out.pdf"
    for about in kinds():
        for form in about.forms:
            code, said, _ = run(app, "sample", about.code, str(out), "--form", form.value)
            assert (code, out.read_bytes()[:5]) == (0, b"%PDF-"), said
            assert (printer.printed[-1].form, printer.printed[-1].watermark) == (form, "样式")
    assert run(app, "sample", "supervision", str(out), "--plain")[0] == 0
    assert printer.printed[-1].watermark == ""
    for wrong in (("nothing", str(out)), ("reply", str(out), "--form", "redhead"),
                  ("reply", str(tmp_path / "no" / "where.pdf"))):  # fmt: skip
        code, said, told = run(app, "sample", *wrong)
        assert (code, said, told.count("\n")) == (2, "", 1), told
    printer.broken = "印制进程忙。"
    assert run(app, "sample", "reply", str(out))[::2] == (2, "印制进程忙。\n")


def test_verify(app: Flask, office: Office, tmp_path: Path) -> None:
    good, bad = office.issued(), office.issued()
    office.void(bad)
    notice, void = office.notice(good), office.notice(bad)
    assert notice.pdf_sha256
    assert void.pdf_sha256
    code, out, _ = run(app, "verify", str(path_of(notice.pdf_sha256)), "--json")
    assert (code, last_json(out)) == (0, {
        "status": "genuine", "number": "涪经信督〔2026〕1号", "date": "2026年10月12日",
        "organ": "示例区经济信息委", "sha256": notice.pdf_sha256,
    })  # fmt: skip
    code, out, _ = run(app, "verify", str(path_of(void.pdf_sha256)), "--json")
    assert (code, last_json(out)["status"]) == (1, "void")
    other = tmp_path / "other.pdf"
    other.write_bytes(b"%PDF-1.7 other")
    code, out, _ = run(app, "verify", str(other), "--json")
    assert (code, last_json(out)["status"], last_json(out)["number"]) == (1, "unknown", "")
    for missing in (tmp_path / "nothing.pdf", tmp_path):
        code, out, told = run(app, "verify", str(missing))
        assert (code, out, told.count("\n")) == (2, "", 1)


def test_register(app: Flask, office: Office, printer: QuickPrinter) -> None:
    office.served()
    office.void(office.issued())
    printer.broken = "印制失败。"
    office.issue(office.signed())
    code, out, _ = run(app, "register", "--year", "2026", "--json")
    rows = last_json(out)
    assert code == 0
    assert [(row["series"], row["number"], row["status"]) for row in rows] == [
        ("涪经信督", 1, "issued"), ("涪经信督", 2, "void"), ("涪经信督", 3, "numbered"),
    ]  # fmt: skip
    assert rows[0] | {"kind": "supervision", "served": 1, "addressees": 1} == rows[0]
    assert "〔2026〕2号" in run(app, "register", "--year", "2026")[1]
    assert last_json(run(app, "register", "--year", "2025", "--json")[1]) == []
    assert run(app, "register", "--year", "1")[0] == 2
