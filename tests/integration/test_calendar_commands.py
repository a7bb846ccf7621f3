"""`calendar due`, `calendar import`, `rules check`: the JSON, the exit codes, one sentence for bad input."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from core import clock
from core.calendar_store import load_calendar, published_years
from core.db import db
from tests.conftest import make_app
from tests.factories.cases import Desk, at

DATA = Path(__file__).resolve().parents[1] / "data"
INVENTED = DATA / "holiday-2027-invented.json"
EMPTY = DATA / "holiday-cn" / "2027.json"
VECTORS = list(csv.DictReader((DATA / "workdays_5.csv").read_text(encoding="utf-8-sig").splitlines()))


def run(app: Flask, *arguments: str) -> Result:
    """The command line, as `./run flask …` calls it; no traceback whatever happens."""
    result = app.test_cli_runner().invoke(args=list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    db.session.rollback()
    return result


def answer(result: Result) -> dict[str, Any]:
    """The JSON document on the last line of stdout."""
    assert result.exit_code == 0, result.stderr
    parsed: dict[str, Any] = json.loads(result.stdout.strip().splitlines()[-1])
    return parsed


@pytest.mark.rule("Q5")
@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["受理日"])
def test_each_row_of_the_vectors(app: Flask, row: dict[str, str]) -> None:
    got = answer(run(app, "calendar", "due", row["受理日"], "5", "--json"))
    expected = next(value for name, value in row.items() if name.startswith("应办结日"))
    assert (got["received"], got["n"], len(got["counted"])) == (row["受理日"], 5, 5)
    if expected.startswith("暂定"):
        assert (got["provisional"], got["missing_years"]) == (True, [2027])
    else:
        assert got["due"] == expected
        assert [day[5:] for day in got["counted"]] == row["计入的5天"].split()


@pytest.mark.rule("Q5")
def test_the_json_says_each_day_counted_and_each_day_skipped(app: Flask) -> None:
    got = answer(run(app, "calendar", "due", "2026-09-30", "5", "--json"))
    assert list(got) == ["received", "n", "due", "counted", "skipped", "provisional", "missing_years"]
    assert got["due"] == "2026-10-13"
    assert got["counted"] == ["2026-10-08", "2026-10-09", "2026-10-10", "2026-10-12", "2026-10-13"]
    assert got["skipped"][0] == {"date": "2026-10-01", "why": "国庆节"}
    assert (got["provisional"], got["missing_years"]) == (False, [])


def test_an_unpublished_year_is_provisional_and_named(app: Flask) -> None:
    got = answer(run(app, "calendar", "due", "2026-12-28", "5", "--json"))
    assert (got["due"], got["provisional"], got["missing_years"]) == ("2027-01-05", True, [2027])
    late = answer(run(app, "calendar", "due", "2026-12-24", "1", "--json"))
    assert (late["due"], late["provisional"]) == ("2026-12-25", True)
    assert answer(run(app, "calendar", "due", "2026-12-17", "5", "--json"))["provisional"] is False
    words = run(app, "calendar", "due", "2026-12-28", "5").stdout
    assert "暂定" in words
    assert "2027年" in words


def test_calendar_days_all_count(app: Flask) -> None:
    got = answer(run(app, "calendar", "due", "2026-09-30", "30", "--unit", "day", "--json"))
    assert (got["due"], got["skipped"], got["provisional"]) == ("2026-10-30", [], False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("2026-02-30", "5"), ("30.9.2026", "5"), ("20260930", "5"), ("", "5"), ("2026-09-30", "0"),
        ("2026-09-30", "-1"), ("2026-09-30", "五"), ("2026-09-30", "3661"), ("2026-09-30", "9" * 40),
        ("1899-12-31", "5"), ("2999-12-31", "5"), ("2026-09-30", "5", "--unit", "hour"), ("2026-09-30",),
    ],
)  # fmt: skip
def test_wrong_use_is_one_sentence_and_exit_2(app: Flask, arguments: tuple[str, ...]) -> None:
    result = run(app, "calendar", "due", *arguments, "--json")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.strip()
    assert "Traceback" not in result.stderr


def test_an_invented_year_turns_dates_firm_and_lists_the_cases_that_moved(desk: Desk, app: Flask) -> None:
    with clock.frozen(at("2026-12-28 10:00")):
        case = desk.case(desk.own_water())
        got = answer(run(app, "calendar", "import", str(INVENTED), "--source", "示例号通知", "--json"))
    assert (got["year"], got["days"]) == (2027, 21)
    assert {"case": case.number, "old": "2027-01-05", "new": "2027-01-06"} in got["changed"]
    assert {tuple(moved) for moved in got["changed"]} == {("case", "old", "new")}
    due = answer(run(app, "calendar", "due", "2026-12-28", "5", "--json"))
    assert (due["due"], due["provisional"], due["missing_years"]) == ("2027-01-06", False, [])
    assert not load_calendar().status(date(2026, 12, 31)).provisional


def test_importing_again_replaces_the_year(desk: Desk, app: Flask, tmp_path: Path) -> None:
    case = desk.case(desk.own_water())
    year = json.loads((DATA / "holiday-cn" / "2026.json").read_text("utf-8"))
    year["days"].append({"name": "示例节", "date": "2026-10-14", "isOffDay": True})
    file = tmp_path / "2026.json"
    file.write_text(json.dumps(year, ensure_ascii=False), "utf-8-sig")
    got = answer(run(app, "calendar", "import", str(file), "--source", "示例通知", "--json"))
    assert {"case": case.number, "old": "2026-10-19", "new": "2026-10-20"} in got["changed"]
    assert desk.case(case.id).due_on == date(2026, 10, 20)
    again = run(app, "calendar", "import", str(DATA / "holiday-cn" / "2026.json"), "--source", "原通知")
    assert case.number in again.stdout
    assert desk.case(case.id).due_on == date(2026, 10, 19)


@pytest.mark.parametrize(
    ("content", "source"),
    [
        (EMPTY.read_bytes(), "通知"),
        (INVENTED.read_bytes(), ""),
        (INVENTED.read_bytes(), " \t"),
        (INVENTED.read_bytes(), "长" * 201),
        (b"", "通知"),
        (b"{", "通知"),
        (b"[" * 100_000, "通知"),
        (b"\xff\xfe\x00", "通知"),
        (b'{"year": 2027, "days": [{"name": "x", "date": "2028-01-01", "isOffDay": true}]}', "通知"),
        (b'{"year": 1' + b"0" * 5000 + b', "days": []}', "通知"),
        (b" " * 1_000_001, "通知"),
    ],
)
def test_a_file_that_cannot_be_trusted_changes_nothing(
    app: Flask, tmp_path: Path, content: bytes, source: str
) -> None:
    file = tmp_path / "year.json"
    file.write_bytes(content)
    result = run(app, "calendar", "import", str(file), "--source", source, "--json")
    assert result.exit_code == 2
    assert result.stderr.startswith("没有录入：")
    assert result.stdout == ""
    assert 2027 not in published_years()


def test_missing_files_and_folders_are_one_sentence(app: Flask, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path):
        result = run(app, "calendar", "import", str(path), "--source", "通知")
        assert (result.exit_code, len(result.stderr.strip().splitlines())) == (2, 1)


def test_before_the_first_upgrade_the_packaged_years_are_known(moment: object, tmp_path: Path) -> None:
    app = make_app(tmp_path)
    with app.app_context():
        assert answer(run(app, "calendar", "due", "2026-09-30", "5", "--json"))["due"] == "2026-10-13"
        result = run(app, "calendar", "import", str(INVENTED), "--source", "通知")
        assert result.exit_code == 2
        assert "db upgrade" in result.stderr
        db.engine.dispose()


def test_rules_check_accepts_what_is_shipped(app: Flask) -> None:
    result = run(app, "rules", "check")
    assert result.exit_code == 0
    assert "征求意见稿" in result.stdout


def test_rules_check_names_file_line_and_reason(app: Flask, tmp_path: Path) -> None:
    for name in ("fuling.toml", "qitaihe.toml", "laws.toml"):
        text = (Path(app.root_path) / "rulesets" / name).read_text("utf-8")
        (tmp_path / name).write_text(text, "utf-8")
    text = (tmp_path / "qitaihe.toml").read_text("utf-8")
    line = text[: text.index('\nkind = "bool"')].count("\n") + 2
    (tmp_path / "qitaihe.toml").write_text(text.replace('kind = "bool"', 'kind = "bolt"', 1), "utf-8")
    (tmp_path / "laws.toml").write_bytes(b"\xff\xfe")
    app.config["RULESETS_DIR"] = str(tmp_path)
    result = run(app, "rules", "check")
    assert result.exit_code == 1
    assert f"qitaihe.toml 第{line}行：" in result.stderr
    assert "bolt" in result.stderr
    assert "laws.toml" in result.stderr
