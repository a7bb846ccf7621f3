"""Command line: `complaints import`, `complaints anonymise`."""

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
from blueprints.complaints.service import importing, retention
from blueprints.complaints.service.importing.mappings import mapping_named, mappings_of
from core import clock
from core.authz import Permission, Role
from core.calendar_store import load_calendar
from core.db import transaction
from domain.errors import InvalidInput, RuleViolation

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"
SHOWN = 20

complaints = AppGroup("complaints", help="诉求件。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


@complaints.command("import")
@click.argument("file", metavar="FILE")
@click.option("--org", "code", metavar="CODE", required=True, help="接收工单的单位代号。")
@click.option("--by", "login", metavar="LOGIN", default="", help="经办账号；不写则用该单位的第一个受理员。")
@click.option("--mapping", "mapping", metavar="NAME", default="", help="已保存的列名对应。")
@click.option("--dry-run", is_flag=True, help="只检查，不导入。")
@click.option(
    "--on-error", type=click.Choice([choice.value for choice in importing.OnError]),
    default=importing.OnError.REJECT_FILE.value, show_default=True,
    help="有不合格的行时：整个文件不导入，或者只退回这些行。",
)  # fmt: skip
@click.option("--rejects", metavar="OUT.xlsx", default="", help="把不合格的行写成 xlsx，改好后可再导入。")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def import_command(
    file: str, code: str, login: str, mapping: str, dry_run: bool, on_error: str, rejects: str, as_json: bool
) -> None:
    """导入一份工单表格 FILE（xlsx、xls、csv）；有不合格或冲突的行时退出码为 1，读不了为 2。"""
    path, wanted = Path(file), importing.OnError(on_error)
    try:
        receiver = _receiver(code)
        by = _person(receiver, login)
        remembered = _remembered(receiver, mapping)
        found = importing.understand(path, path.name, receiver, remembered=remembered, now=clock.now())
        if found.columns.missing:
            raise InvalidInput(_missing(found))
        outcome = _carry_out(found, receiver, by, wanted, dry_run)
        refused = outcome.refused
        if rejects and refused:
            importing.write_rejects(path, Path(rejects), refused, remembered)
    except (InvalidInput, RuleViolation) as error:
        _wrong(error.message)
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    except OSError as error:
        _wrong(f"写不了文件 {error.filename or rejects}，请检查路径、权限和磁盘空间。")
    _report(found, outcome, dry_run=dry_run, rejects=rejects, as_json=as_json)
    raise SystemExit(0 if outcome.faultless else 1)


@complaints.command("anonymise")
@click.option("--before", required=True, help="YYYY-MM-DD：在这一天之前结案的归档件")
def anonymise(before: str) -> None:
    """把超过期限的归档件匿名化（永久保管的除外）。"""
    try:
        day = date.fromisoformat(before)
    except ValueError as error:
        raise click.UsageError("日期请写成 YYYY-MM-DD。") from error
    total = 0
    while True:
        with transaction():
            done = retention.run(clock.local_midnight(day), now=clock.now())
        total += done
        if not done:
            break
    if not retention.sweep():
        click.echo("有人正在读取，数据库日志没有清空；稍后再执行一次。", err=True)
    click.echo(f"已匿名 {total} 件。")


def _receiver(code: str) -> Organization:
    receiver = organization_by_code(code.strip())
    if receiver is None or not receiver.active:
        raise InvalidInput(f"没有代号为“{code[:40]}”的单位，或者它已停用。")
    return receiver


def _person(receiver: Organization, login: str) -> User:
    """Who takes the rows in: the account named, else the first clerk or dispatcher of the organization."""
    clerks = people_with_role(receiver.id, Role.REGULATOR_CLERK, Role.DISPATCHER)
    able = [person for person in clerks if Permission.CASE_IMPORT in person.permissions]
    if login:
        able = [person for person in able if person.login == login.strip().lower()]
        if not able:
            raise InvalidInput(f"“{login[:40]}”不是“{receiver.name}”里可以导入工单的账号。")
    if not able:
        raise InvalidInput(f"“{receiver.name}”还没有受理员（调度员）账号，无法登记首问责任人。")
    return able[0]


def _remembered(receiver: Organization, name: str) -> dict[str, str] | None:
    if not name:
        return None
    row = mapping_named(receiver, name)
    if row is None:
        known = "、".join(mapping.name for mapping in mappings_of(receiver)) or "无"
        raise InvalidInput(f"“{receiver.name}”没有名为“{name[:40]}”的列名对应（已有：{known}）。")
    return dict(row.columns)


def _missing(found: importing.Understood) -> str:
    names, columns = "、".join(found.columns.missing), "、".join(found.columns.names[:12])
    return f"表格缺少必需的列：{names}（现有：{columns}）；可在网页上指明是哪一列，保存后用 --mapping 导入。"


def _carry_out(
    found: importing.Understood, receiver: Organization, by: User, on_error: importing.OnError, dry_run: bool
) -> importing.Outcome:
    if dry_run:
        return importing.foresee(found, receiver, on_error)
    with transaction():
        return importing.carry_out(found, by=by, on_error=on_error, now=clock.now(), calendar=load_calendar())


def _report(
    found: importing.Understood, outcome: importing.Outcome, *, dry_run: bool, rejects: str, as_json: bool
) -> None:
    """For people on stderr (or stdout without --json), the JSON as the last line of stdout."""
    bad = len({problem.line for problem in outcome.rejected})
    verb = "可以导入" if dry_run else "导入"
    sheet = f"工作表“{found.sheet}”，" if found.sheet else ""
    lines = [
        f"《{found.name}》{sheet}列名在第 {found.line} 行，共 {outcome.rows} 行：{verb} "
        f"{outcome.imported} 行，并入重办 {outcome.redispatched} 行，重复 {len(outcome.duplicates)} 行，"
        f"冲突 {len(outcome.conflicts)} 行，不合格 {bad} 行。"
    ]
    lines += found.notes
    if outcome.blocked:
        lines.append("有不合格或冲突的行，按 reject-file 整个文件没有导入；改好后重新导入，或用 reject-row。")
    lines += [f"  第 {p.line} 行 {p.column}：{p.message}" for p in outcome.refused[:SHOWN]]
    if len(outcome.refused) > SHOWN:
        lines.append(f"  …… 另有 {len(outcome.refused) - SHOWN} 处，见退回的表格或 JSON。")
    if rejects and outcome.refused:
        lines.append(f"不合格的行已写入 {rejects}，改好后可再导入。")
    for line in lines:
        click.echo(line, err=as_json)
    if as_json:
        click.echo(json.dumps(outcome.as_json(), ensure_ascii=False))
