"""Command line: `legal load`, the sources that come with the product."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.rulebook.service.legal_register import built_in, load_sources
from core import audit, clock
from core.db import transaction

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"

legal = AppGroup("legal", help="依据登记。")


@legal.command("load")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def load_command(as_json: bool) -> None:
    """载入内置的依据清单；登记过、修改过的不动，可以重复执行。"""
    try:
        with transaction():
            loaded = load_sources(by=audit.SYSTEM, now=clock.now())
    except (OperationalError, ProgrammingError):
        click.echo(NO_DATABASE, err=True)
        raise SystemExit(2) from None
    version = built_in().version
    if as_json:
        click.echo(json.dumps({"version": version, "loaded": loaded}))
    else:
        click.echo(f"依据登记：内置清单 {version}，载入 {loaded} 项。")
