"""Command line: `registry import-staff`, `registry alerts`, `registry forget`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import organization_by_code, people_with_role
from blueprints.registry.service import staffing_import as importing
from blueprints.registry.service.staff_alerts import alert_expiring
from blueprints.registry.service.visits_forgetting import Forgotten, run, sweep
from core import clock
from core.authz import Permission, Role
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"
SHOWN = 20

registry = AppGroup("registry", help="服务登记。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


@registry.command("import-staff")
@click.argument("file", metavar="FILE")
@click.option("--org", "code", metavar="CODE", required=True, help="员工所在单位的代号。")
@click.option(
    "--by", "login", metavar="LOGIN", default="", help="经办账号；不写则用该单位的第一个信息公开员。"
)
@click.option("--dry-run", is_flag=True, help="只检查，不导入。")
@click.option(
    "--on-error", type=click.Choice([choice.value for choice in importing.OnError]),
    default=importing.OnError.REJECT_FILE.value, show_default=True,
    help="有不合格的行时：整个文件不导入，或者只退回这些行。",
)  # fmt: skip
@click.option("--rejects", metavar="OUT.xlsx", default="", help="把不合格的行写成 xlsx，改好后可再导入。")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def import_command(
    file: str, code: str, login: str, dry_run: bool, on_error: str, rejects: str, as_json: bool
) -> None:
    """导入一份员工表格 FILE（xlsx、xls、csv）；有不合格的行时退出码为 1，读不了为 2。"""
    path, wanted = Path(file), importing.OnError(on_error)
    try:
        enterprise = _enterprise(code)
        by = _person(enterprise, login)
        found = importing.understand(path, path.name, enterprise.id, today=clock.today())
        if found.missing:
            raise InvalidInput(f"表格缺少必需的列：{'、'.join(found.missing)}。")
        if dry_run:
            outcome = importing.foresee(found, enterprise.id, wanted)
        else:
            db.session.rollback()  # what was read so far is old by now
            with transaction():
                outcome = importing.carry_out(found, enterprise.id, by=by, on_error=wanted, now=clock.now())
        if rejects and outcome.rejected:
            importing.write_rejects(path, Path(rejects), outcome.rejected)
    except (InvalidInput, RuleViolation) as error:
        _wrong(error.message)
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    except OSError as error:
        _wrong(f"写不了文件 {error.filename or rejects}，请检查路径、权限和磁盘空间。")
    _report(found, outcome, dry_run=dry_run, rejects=rejects, as_json=as_json)
    raise SystemExit(1 if outcome.rejected else 0)


@registry.command("alerts")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def alerts(as_json: bool) -> None:
    """提醒 60 天、30 天内到期和已经到期的上岗证；每份证书每一档只提醒一次，宜每天执行。"""
    try:
        with transaction():
            told = alert_expiring(clock.today(), now=clock.now())
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    click.echo(f"已提醒 {told} 份上岗证。", err=as_json)
    if as_json:
        click.echo(json.dumps({"told": told}))


@registry.command("forget")
@click.option("--before", required=True, metavar="DATE", help="YYYY-MM-DD：在这一天之前结束的记录")
def forget(before: str) -> None:
    """把超过保存期限的上门服务、帮办代办和服务请求匿名化。"""
    try:
        day = date.fromisoformat(before)
    except ValueError as error:
        raise click.UsageError("日期请写成 YYYY-MM-DD。") from error
    if day > clock.today():
        raise click.UsageError("日期不能晚于今天。")
    total = Forgotten()
    try:
        while True:
            with transaction():
                done = run(clock.local_midnight(day), now=clock.now())
            total += done
            if not done:
                break
        swept = sweep()
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    if not swept:
        click.echo("有人正在读取，数据库日志没有清空；稍后再执行一次。", err=True)
    click.echo(
        f"已匿名：上门 {total.visits} 次，帮办代办 {total.assisted} 件，服务请求 {total.requests} 件。"
    )


def _enterprise(code: str) -> Organization:
    found = organization_by_code(code.strip())
    if found is None or not found.active or found.is_regulator:
        raise InvalidInput(f"没有代号为“{code[:40]}”的经营单位，或者它已停用。")
    return found


def _person(enterprise: Organization, login: str) -> User:
    """Who takes the rows in: the account named, else the first discloser or leader of the enterprise."""
    people = people_with_role(enterprise.id, Role.DISCLOSER, Role.ENTERPRISE_LEADER)
    able = [person for person in people if Permission.REGISTRY_EDIT in person.permissions]
    if login:
        able = [person for person in able if person.login == login.strip().lower()]
        if not able:
            raise InvalidInput(f"“{login[:40]}”不是“{enterprise.name}”里可以登记员工的账号。")
    if not able:
        raise InvalidInput(f"“{enterprise.name}”还没有信息公开员或分管领导账号，无法登记经办人。")
    return able[0]


def _report(
    found: importing.Understood, outcome: importing.Outcome, *, dry_run: bool, rejects: str, as_json: bool
) -> None:
    """For people on stderr (or stdout without --json), the JSON as the last line of stdout."""
    verb = "可以新增" if dry_run else "新增"
    lines = [
        f"《{found.name}》列名在第 {found.line} 行，共 {outcome.rows} 行：{verb} {outcome.added} 人，"
        f"更新 {outcome.changed} 人，没有变化 {outcome.same} 人，不合格 {outcome.rejected_lines} 行。"
    ]
    if found.columns.unknown:
        lines.append(f"不认识的列没有读取：{'、'.join(found.columns.unknown)}。")
    if outcome.blocked:
        lines.append("有不合格的行，按 reject-file 整个文件没有导入；改好后重新导入，或用 reject-row。")
    lines += [f"  第 {p.line} 行 {p.column}：{p.message}" for p in outcome.rejected[:SHOWN]]
    if len(outcome.rejected) > SHOWN:
        lines.append(f"  …… 另有 {len(outcome.rejected) - SHOWN} 处，见退回的表格或 JSON。")
    if rejects and outcome.rejected:
        lines.append(f"不合格的行已写入 {rejects}，改好后可再导入。")
    for line in lines:
        click.echo(line, err=as_json)
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
