"""The bulletin of July 2012 (12398) rebuilt from 3,194 cases: equal in every cell, on the page, in the files, on
the command line; its channels and types are data of a rules file."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select, update

from blueprints.complaints.models import Case
from blueprints.complaints.service.bulk import Registrar
from blueprints.complaints.service.intake import Intake, Person
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from tests.conftest import make_app
from tests.factories.cases import at
from tests.factories.world import World, build_world
from tests.integration.test_rates_pages import grid, links, total
from tests.postgres import PostgresServer
from tests.rule_data import ROOT, source

PUBLISHED = json.loads((ROOT / "tests" / "data" / "published_statistics_2012-07.json").read_text("utf-8"))[0]
CHANNELS = {f"bulletin_{n}": name for n, name in enumerate(PUBLISHED["matrix"])}
COLUMNS = {"投诉": "complaint", "举报": "report", "咨询": "inquiry", "其它": "help_request"}
NOW = at("2012-08-18 10:00")
JULY = "from=2012-07-01&to=2012-07-31"
LOCAL = 'local = true\nreason = "照通报统计。"'


def blocks(text: str, table: str) -> list[str]:
    """The rows of one table of a rules file, as they are written."""
    return re.findall(rf"^\[\[{table}\]\]\n(?:[^\n]+\n)+", text, re.M)


def bulletin_rules() -> str:
    """The rules of a district whose channels and columns are those of the bulletin."""
    text = source("fuling")
    rows = [
        f'[[channels]]\ncode = "{code}"\nname = "{name}"\nmedium = "phone"\n{LOCAL}\n'
        for code, name in CHANNELS.items()
    ]
    rows.append(
        f'[[types]]\ncode = "report"\nname = "举报"\nflow = "complaint"\nconfidential = true\n{LOCAL}\n'
    )
    for name, code in COLUMNS.items():
        types = f'"{code}", "suggestion"' if name == "其它" else f'"{code}"'
        rows.append(f'[[cross_columns]]\ncode = "{code}"\nname = "{name}"\ntypes = [{types}]\n{LOCAL}\n')
    for table in ("channels", "cross_columns"):
        for block in blocks(text, table):
            text = text.replace(block, "")
    totals = "\n".join(blocks(text, "cross_totals"))
    text = text.replace(
        "\n".join(blocks(text, "cross_totals")), totals.replace('["complaint"]', '["complaint", "report"]')
    )
    return text + "\n" + "\n".join(rows)


@pytest.fixture(params=["sqlite", "postgresql"])
def bulletin(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application under those rules, with the cases of July 2012, on both databases."""
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "fuling.toml").write_text(bulletin_rules(), "utf-8")
    for name in ("qitaihe.toml", "laws.toml"):
        (folder / name).write_text((ROOT / "rulesets" / name).read_text("utf-8"), "utf-8")
    uri = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        uri = server.fresh_database()
    with clock.frozen(NOW):
        app = make_app(tmp_path, uri, RULESETS_DIR=str(folder))
        with app.app_context():
            db.create_all()
            build_world()
            register_july(World())
            yield app
            db.session.remove()
            db.engine.dispose()


def register_july(world: World) -> None:
    """Every case of the bulletin through the registrar of imports; 242 of the 320 complaints and reports closed."""
    kinds = list(COLUMNS.values())
    cells = [
        (channel, kind)
        for channel, row in zip(CHANNELS, PUBLISHED["matrix"].values(), strict=True)
        for kind, number in zip(kinds, row, strict=True)
        for _ in range(number)
    ]
    with transaction():
        gas, clerk = world.org("rq"), world.user("jxw-clerk")
        registrar = Registrar(clerk, clock.now(), load_calendar())
        first = at("2012-07-01 00:00")
        intakes = [
            Intake(
                enterprise=gas, type=kind, channel=channel, category="service", title="据通报补登",
                content=f"据2012年7月通报补登的第 {n} 件。", received_at=first + timedelta(minutes=13 * n),
                people=(Person("示例用户甲", "13800000001"),), late_entry_reason="据通报补登",
            )
            for n, (channel, kind) in enumerate(cells)
        ]  # fmt: skip
        for start in range(0, len(intakes), 500):
            registrar.register(intakes[start : start + 500])
    with transaction() as session:
        mine = Case.type.in_(["complaint", "report"])
        session.execute(update(Case).where(mine).values(accepted_at=NOW))
        closed = session.scalars(
            select(Case.id).where(mine).order_by(Case.id).limit(PUBLISHED["closed"])
        ).all()
        session.execute(update(Case).where(Case.id.in_(closed)).values(completed_at=NOW))


def published() -> list[list[str]]:
    """The bulletin as rows of texts: head, a row a channel, totals; shares where the source still has them."""
    rows = [["渠道", *COLUMNS, "合计"]]
    for (name, cells), row_total in zip(PUBLISHED["matrix"].items(), PUBLISHED["row_totals"], strict=True):
        rows.append([name, *map(str, cells), str(row_total)])
    rows.append(["合计", *map(str, PUBLISHED["col_totals"]), str(PUBLISHED["total"])])
    rows.append(["占比%", *(f"{share:.2f}" for share in PUBLISHED["pct_by_type"][:3])])
    return rows


def compare(found: list[list[str]]) -> None:
    """Every cell of the bulletin stands in the table."""
    wanted = published()
    assert len(found) == len(wanted) == 11
    for row, cells in zip(found, wanted, strict=True):
        assert row[: len(cells)] == cells
    assert found[-1][4] == "13.24"  # cut off in the source


@pytest.mark.rule("Q2")
def test_the_bulletin_in_every_cell_on_the_page_in_the_files_and_on_the_command_line(bulletin: Flask) -> None:
    client = World().client("jxw-leader", bulletin)
    html = client.get(f"/rates?{JULY}").get_data(as_text=True)
    compare(grid(html, "各渠道、各类型"))
    accepted, closed = (f"{PUBLISHED[name]:.2f}" for name in ("accepted_pct", "closed_pct_of_accepted"))
    plain = re.sub(r"<[^>]+>", "", html)
    assert f"受理（投诉、举报）{PUBLISHED['accepted']} 件，占收到总数的 {accepted}%" in plain
    assert f"办结（投诉、举报）{PUBLISHED['closed']} 件，占受理的 {closed}%" in plain

    answer = client.get(f"/rates/export.xlsx?{JULY}")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.data))["渠道和类型"]
    rows = [
        ["" if v is None else v if isinstance(v, str) else f"{v:.0f}" for v in row] for row in sheet.values
    ]
    compare(rows[:-2])
    assert [(row[1], row[-1]) for row in rows[-2:]] == [("320", accepted), ("242", closed)]

    text = client.get(f"/rates/export.csv?{JULY}").data.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(text, newline="")))
    start = table.index(["渠道和类型"]) + 1
    compare(table[start : start + 11])

    told = stats(bulletin)
    cross = told["cross"]
    assert told["received"] == cross["total"] == PUBLISHED["total"]
    assert dict(zip(cross["channels"], cross["cells"], strict=True)) == PUBLISHED["matrix"]
    assert (cross["row_totals"], cross["col_totals"]) == (PUBLISHED["row_totals"], PUBLISHED["col_totals"])
    assert cross["types"] == PUBLISHED["cols"]
    assert cross["col_percent"] == ["9.17", "0.85", "76.74", "13.24"]
    assert [(s["count"], s["percent"]) for s in cross["sums"]] == [(320, accepted), (242, closed)]
    check_lists(client, html)


def stats(app: Flask) -> Any:
    """The JSON of `complaints stats` for the month."""
    arguments = ["complaints", "stats", "--from", "2012-07-01", "--to", "2012-07-31", "--json"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout.strip().splitlines()[-1])


def check_lists(client: Any, html: str) -> None:
    """Each number of the table opens the list of that very count, thousands included."""
    crossed = {url: number for number, url in links(html) if "rate=cross" in url}
    assert {3194, 2424, 2451, 423, 320, 242, 1} <= set(crossed.values())
    for url, number in crossed.items():
        assert total(client, url) == number, url
