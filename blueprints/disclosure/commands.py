"""Command line: `disclosure dues`, every due day of an enterprise's duties in a year."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.accounts.queries import organization_by_code
from blueprints.disclosure.queries.duties import all_held, clause_for, held_by
from core.calendar_store import load_calendar
from domain.duties import dues_of_year

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"
FIRST_YEAR, LAST_YEAR = 2004, 2999

disclosure = AppGroup("disclosure", help="信息公开。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


def _dues(code: str, year: int) -> list[dict[str, Any]]:
    organization = organization_by_code(code)
    if organization is None or organization.is_regulator:
        _wrong(f"没有代号为“{code[:40]}”的经营单位。")
    calendar = load_calendar()
    found = []
    for held in held_by(organization, all_held(), on=date(year, 12, 31)):
        duty = held.duty
        days = [{"about": d.about, "due": d.due.isoformat()} for d in dues_of_year(duty, year, calendar)]
        clause = clause_for(duty, organization)
        head = {"duty": duty.code, "item": duty.item, "limit": duty.limit_words, "clause": clause}
        found.append(head | {"source": duty.source, "dues": days})
    return found


@disclosure.command("dues")
@click.option("--org", "code", metavar="CODE", required=True, help="经营单位的代号。")
@click.option("--year", type=click.IntRange(FIRST_YEAR, LAST_YEAR), required=True, help="年份。")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def dues_command(code: str, year: int, as_json: bool) -> None:
    """列出一个经营单位全部公开事项在 YEAR 年的到期日（随变更公开的，列出每月1日变更的到期日）。"""
    try:
        rows = _dues(code, year)
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    if as_json:
        click.echo(json.dumps({"org": code, "year": year, "duties": rows}, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['item']}（{row['limit']}）{'〔' + row['clause'] + '〕' if row['clause'] else ''}")
        for day in row["dues"]:
            click.echo(f"  {day['due']}  {day['about']}")
