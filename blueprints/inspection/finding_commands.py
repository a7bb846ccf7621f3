"""Command line: `findings urge`, the daily reminders of rectification (F5.3)."""

from __future__ import annotations

import json
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.inspection.service.rectif_urging import urge_all
from core import clock
from core.calendar_store import load_calendar
from core.db import transaction

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"

findings = AppGroup("findings", help="检查发现的问题。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


@findings.command("urge")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def urge(as_json: bool) -> None:
    """催办整改：到期前两个工作日、逾期当天、以后每五个工作日一次，级别逐步升高；宜每天执行，重复执行无妨。"""
    try:
        with transaction():
            told = urge_all(clock.today(), now=clock.now(), calendar=load_calendar())
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    click.echo(f"已催办 {told} 份通知书的整改。", err=as_json)
    if as_json:
        click.echo(json.dumps({"urged": told}))
