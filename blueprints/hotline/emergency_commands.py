"""Command line: `emergencies urge`, for every minute."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.hotline.service.emergencies import urge_all
from core import clock
from core.db import transaction

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"

emergencies = AppGroup("emergencies", help="险情。")


@emergencies.command("urge")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def urge(as_json: bool) -> None:
    """催接手：报险后超过时限还没有人接手的，催带班领导；第二次起催全部领导和主管部门值班人员。宜每分钟执行，重复执行无妨。"""
    try:
        with transaction():
            told = urge_all(clock.now())
    except (OperationalError, ProgrammingError):
        click.echo(NO_DATABASE, err=True)
        raise SystemExit(2) from None
    click.echo(f"已催办 {told} 起险情。", err=as_json)
    if as_json:
        click.echo(json.dumps({"urged": told}))
