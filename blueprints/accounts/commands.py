"""Command line: the first administrators, a lost administrator's password, the check of the audit chain."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy import inspect, select

from blueprints.accounts.models import User
from blueprints.accounts.service import administrators, people
from blueprints.accounts.sessions import policy
from core import anchors, clock
from core import audit as audit_log
from core.authz import ROLE_NAMES
from core.backup import reading
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation

users = AppGroup("users", help="账号。")
audit = AppGroup("audit", help="审计日志。")


def _refuse(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


def _need_tables() -> None:
    if not inspect(db.engine).has_table("audit_entry"):
        _refuse("数据库还没有建好：请先运行 ./run flask db upgrade。", 2)


@users.command("create-admin")
def create_admin() -> None:
    """新建系统、安全、审计管理员各一个，显示一次性密码。"""
    _need_tables()
    try:
        with transaction():
            made = administrators.create_administrators(policy=policy(), now=clock.now())
    except RuleViolation as refusal:
        _refuse(refusal.message, 1)
    for user, password in made:
        names = "、".join(ROLE_NAMES[role] for role in user.roles)
        click.echo(f"{user.login}\t{password}\t{names}")
    click.echo("以上密码只显示这一次，首次登录须修改。", err=True)


@users.command("reset-password")
@click.argument("login")
def reset_password(login: str) -> None:
    """给一个账号（三员忘记密码时）换一次性密码。"""
    _need_tables()
    with transaction():
        user = db.session.scalar(select(User).where(User.login == login.strip().lower()))
        if user is None:
            _refuse(f"没有用户名为 {login} 的账号。", 1)
        password = people.renew_password(user, policy=policy(), by=audit_log.SYSTEM, now=clock.now())
    click.echo(f"{user.login}\t{password}")
    click.echo("密码只显示这一次，下次登录须修改；原有登录已全部退出。", err=True)


@audit.command("verify")
@click.option(
    "--anchor", "files", metavar="FILE", multiple=True, type=click.Path(path_type=Path),
    help="另存的锚点文件或备份，可以写几个；有它才看得出末尾被删或整条链被重写。",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def verify(files: tuple[Path, ...], as_json: bool) -> None:
    """从头核对审计日志的哈希链；不完整时退出码为 1。"""
    _need_tables()
    result = audit_log.verify([anchor for file in files for anchor in _anchors_in(file)])
    sentence = (
        f"审计日志完整：共 {result.rows} 条。"
        if result.holds
        else f"审计日志不完整：第 {result.first_bad} 条起对不上：{result.why}。"
    )
    if as_json:
        click.echo(sentence, err=True)
        click.echo(json.dumps({"rows": result.rows, "holds": result.holds, "first_bad": result.first_bad}))
    else:
        click.echo(sentence)
    sys.exit(0 if result.holds else 1)


def _anchors_in(file: Path) -> list[audit_log.Anchor]:
    """The anchors of a file, or of a backup; what cannot be read is one sentence, and exit code 2."""
    try:
        if not zipfile.is_zipfile(file):
            return anchors.read(file)
        with reading(file) as reader:
            return [reader.manifest.audit]
    except InvalidInput as error:
        _refuse(error.message, 2)
    except OSError as error:
        _refuse(f"读不了锚点文件 {file}：{error.strerror}。", 2)


@audit.command("anchor")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def anchor_command(out: Path, as_json: bool) -> None:
    """把审计日志现在的末条记到文件 OUT 的末尾；先用 OUT 里已有的锚点核对，对不上时不记，退出码为 1。

    OUT 要放在数据库管理员改不到的地方。
    """
    _need_tables()
    now = clock.now()
    end = audit_log.tip(now)
    result = audit_log.verify([*(_anchors_in(out) if out.exists() else []), end])
    if not result.holds:
        _refuse(f"审计日志不完整，没有记锚点：第 {result.first_bad} 条起对不上：{result.why}。", 1)
    try:
        anchors.append(out, end)
    except OSError as error:
        _refuse(f"写不了锚点文件 {out}：{error.strerror}。", 2)
    click.echo(f"已记下第 {end.seq} 条：{end.digest}", err=as_json)
    if as_json:
        click.echo(json.dumps(anchors.as_json(end)))
