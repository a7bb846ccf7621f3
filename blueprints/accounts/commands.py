"""Command line: the first administrators, a lost administrator's password, the check of the audit chain."""

from __future__ import annotations

import json
import sys

import click
from flask.cli import AppGroup
from sqlalchemy import inspect, select

from blueprints.accounts.models import User
from blueprints.accounts.service import administrators, people
from blueprints.accounts.sessions import policy
from core import audit as audit_log
from core import clock
from core.authz import ROLE_NAMES
from core.db import db, transaction
from domain.errors import RuleViolation

users = AppGroup("users", help="账号。")
audit = AppGroup("audit", help="审计日志。")


def _refuse(message: str, code: int) -> None:
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
            return
        password = people.renew_password(user, policy=policy(), by=audit_log.SYSTEM, now=clock.now())
    click.echo(f"{user.login}\t{password}")
    click.echo("密码只显示这一次，下次登录须修改；原有登录已全部退出。", err=True)


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def verify(as_json: bool) -> None:
    """从头核对审计日志的哈希链；不完整时退出码为 1。"""
    _need_tables()
    result = audit_log.verify()
    sentence = (
        f"审计日志完整：共 {result.rows} 条。"
        if result.holds
        else f"审计日志不完整：第 {result.first_bad} 条起对不上。"
    )
    if as_json:
        click.echo(sentence, err=True)
        click.echo(json.dumps({"rows": result.rows, "holds": result.holds, "first_bad": result.first_bad}))
    else:
        click.echo(sentence)
    sys.exit(0 if result.holds else 1)
