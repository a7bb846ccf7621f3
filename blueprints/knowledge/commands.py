"""Command line: `knowledge load`, the templates and scripts that come with the product."""

from __future__ import annotations

import json
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.accounts.queries import organization_by_code
from blueprints.knowledge.service.loading import load_for
from core import audit, clock
from core.db import transaction

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"

knowledge = AppGroup("knowledge", help="知识库。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


@knowledge.command("load")
@click.option("--organization", "code", metavar="CODE", required=True, help="单位的代号。")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def load_command(code: str, as_json: bool) -> None:
    """载入随系统提供的答复模板、热线口径和安全提示；已经有的（同种类、同名称）不动，可以重复执行。"""
    try:
        with transaction():
            organization = organization_by_code(code)
            if organization is None:
                _wrong(f"没有代号为“{code[:40]}”的单位。")
            loaded = load_for(organization, by=audit.SYSTEM, now=clock.now())
            name = organization.name
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    click.echo(f"{name}：载入 {loaded} 条。", err=as_json)
    if as_json:
        click.echo(json.dumps({"organization": code, "loaded": loaded}))
