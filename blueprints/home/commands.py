"""Command line: `demo load`."""

from __future__ import annotations

import json
import sys
import time
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy import inspect

from blueprints.home.demo.load import DEFAULT, MOST, load
from blueprints.home.demo.people import anybody_there
from core import clock
from core.authz import ROLE_NAMES
from core.db import db
from domain.errors import InvalidInput

NO_DATABASE = "数据库还没有建好：请先运行 ./run flask db upgrade。"
OCCUPIED = "系统里已经有单位，没有装入演示数据；演示数据只能装进空的系统。"
WARNING = "演示账号共用一个密码，首次登录不要求修改，仅供试用，请勿用于正式环境。"


demo = AppGroup("demo", help="演示数据。")


@demo.command("load")
@click.option("--cases", metavar="N", default=str(DEFAULT), show_default=True, help="件数，最多一百万。")
@click.option(
    "--seed", metavar="S", default="1", show_default=True, help="种子：种子和时间相同，内容就相同。"
)
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def load_command(cases: str, seed: str, as_json: bool) -> None:
    """装入虚构的主管部门、企业、账号和近一年的诉求件；已有单位时不装。"""
    number = _whole(cases, "--cases", MOST)
    start = _whole(seed, "--seed", 2**31)
    if not inspect(db.engine).has_table("audit_entry"):
        _refuse(NO_DATABASE, 2)
    if anybody_there():
        _refuse(OCCUPIED, 1)
    began = time.monotonic()
    try:
        made = load(number, start, clock.now(), lambda words: click.echo(words, err=True))
    except InvalidInput as error:
        _refuse(f"没有装入：{error.message}", 1)
    seconds = time.monotonic() - began
    click.echo(f"已装入 {made.cases} 件，用时 {seconds:.0f} 秒。{WARNING}", err=True)
    rows = [{"name": a.login, "role": a.role.value, "password": a.password} for a in made.accounts]
    if as_json:
        click.echo(json.dumps({"accounts": rows, "cases": made.cases}, ensure_ascii=False))
        return
    for account in made.accounts:
        click.echo(f"{account.login}\t{account.password}\t{account.person}（{ROLE_NAMES[account.role]}）")


def _whole(text: str, name: str, most: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > most:
        _refuse(f"{name} 应当是 0 到 {most} 的整数。", 2)
    return int(text)


def _refuse(message: str, code: int) -> NoReturn:
    """One sentence on stderr."""
    click.echo(message, err=True)
    sys.exit(code)
