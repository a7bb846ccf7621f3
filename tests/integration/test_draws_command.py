"""`draws verify` on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app import create_app
from domain.draws import to_json
from tests.factories.draws import vector_draw


@pytest.mark.rule("F6.1")
def test_the_command_works_without_a_database(tmp_path: Path) -> None:
    app = create_app(
        {"SECRET_KEY": "x", "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://nobody@127.0.0.1:1/x"}
    )
    runner = app.test_cli_runner()
    good, bad, odd = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "odd.json"
    good.write_text(to_json(vector_draw()), encoding="utf-8")
    changed = json.loads(to_json(vector_draw())) | {"entropy": "SSQ2024101:03,07,12,18,25,31+08"}
    bad.write_text(json.dumps(changed), encoding="utf-8")
    odd.write_bytes(b"\x00\xff")
    found = runner.invoke(args=["draws", "verify", str(good), "--json"])
    assert (found.exit_code, json.loads(found.stdout)) == (0, {"holds": True, "first_difference": None})
    found = runner.invoke(args=["draws", "verify", str(bad), "--json"])
    answer = json.loads(found.stdout)
    assert (found.exit_code, answer["holds"]) == (1, False)
    assert answer["first_difference"].startswith("种子应为")
    for path in (odd, tmp_path, tmp_path / "none.json"):
        found = runner.invoke(args=["draws", "verify", str(path), "--json"])
        assert (found.exit_code, found.stdout) == (2, "")
        assert "Traceback" not in found.stderr
        assert found.stderr.endswith("。\n")
