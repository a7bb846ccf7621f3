"""Command line: `calendar due`, `calendar import`, `rules check`."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, NoReturn

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.rulebook.service import check_files
from blueprints.rulebook.service.texts import rules_folder
from core import audit, clock
from core.calendar_store import CalendarRevision, import_year, load_calendar, packaged_calendar
from core.db import db, transaction
from domain.deadlines import Deadline, Unit, due
from domain.errors import InvalidInput
from domain.workdays import Calendar

MAX_FILE_BYTES = 1_000_000
NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"

calendar = AppGroup("calendar", help="工作日历：推算到期日，录入放假安排。")
rules = AppGroup("rules", help="制度文件。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


def _say(data: dict[str, Any], lines: list[str], as_json: bool) -> None:
    """The JSON document as the last line of stdout, or the same for people."""
    if as_json:
        click.echo(json.dumps(data, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


@calendar.command("due", context_settings={"ignore_unknown_options": True})
@click.argument("received", metavar="DATE")
@click.argument("amount", metavar="N")
@click.option("--unit", default="workday", metavar="workday|day", help="工作日或者自然日。")
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def due_command(received: str, amount: str, unit: str, as_json: bool) -> None:
    """从收到日期 DATE 起 N 个工作日（或自然日）的到期日，逐日说明。"""
    if unit not in (Unit.WORKDAY, Unit.DAY):
        _wrong("--unit 只能是 workday（工作日）或者 day（自然日）。")
    try:
        day, number = _day(received), _whole(amount)
        deadline = due(day, number, Unit(unit), _calendar_at_hand())
    except InvalidInput as error:
        _wrong(error.message)
    except OperationalError:
        _wrong(NO_DATABASE)
    _say(deadline.as_json(), _deadline_lines(deadline), as_json)


def _calendar_at_hand() -> Calendar:
    """The stored calendar; before the first `db upgrade` nothing can have been imported yet."""
    if inspect(db.engine).has_table(CalendarRevision.__tablename__):
        return load_calendar()
    return packaged_calendar()


def _day(text: str) -> date:
    try:
        if len(text) != len("2026-09-30"):
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"日期“{text[:40]}”的写法不对，请按“2026-09-30”的样子填写。", "received") from None


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput(f"数目“{text[:40]}”应当是正整数。", "amount")
    return int(text)


def _deadline_lines(deadline: Deadline) -> list[str]:
    unit = "个工作日" if deadline.unit is Unit.WORKDAY else "日"
    firm = "（暂定）" if deadline.provisional else ""
    lines = [f"收到 {deadline.received}，{deadline.amount}{unit}：{deadline.due}{firm} 到期"]
    lines += [f"  第{number}日 {day}" for number, day in enumerate(deadline.counted, start=1)]
    lines += [f"  不计 {day.date} {day.why}" for day in deadline.skipped]
    if deadline.missing_years:
        years = "、".join(f"{year}年" for year in deadline.missing_years)
        lines.append(f"  {years}的放假安排还没有录入，日期可能变化")
    return lines


@calendar.command("import")
@click.argument("file", metavar="FILE")
@click.option("--source", metavar="TEXT", default="", help="依据，例如国务院办公厅通知的文号（必填）。")
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
def import_command(file: str, source: str, as_json: bool) -> None:
    """录入一年的放假安排 FILE（JSON），重算未完成的时限。"""
    try:
        data = _read_json(Path(file))
        with transaction():
            done = import_year(data, source=source, by=audit.SYSTEM, now=clock.now())
    except InvalidInput as error:
        _wrong(f"没有录入：{error.message}")
    except (OperationalError, ProgrammingError):
        _wrong(f"没有录入：{NO_DATABASE}")
    lines = [f"已录入{done.year}年放假安排，共{done.days}天，{len(done.changed)}件的时限有变化。"]
    lines += [f"  {moved['case']}  {moved['old']} → {moved['new']}" for moved in done.changed]
    _say({"year": done.year, "days": done.days, "changed": done.changed}, lines, as_json)


def _read_json(path: Path) -> object:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InvalidInput("文件太大，不像是一年的放假安排。")
        return json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, InvalidInput):
            raise
        what = "打不开" if isinstance(error, OSError) else "不是 JSON 文件"
        raise InvalidInput(f"{path.name} {what}。") from error


@rules.command("check")
def check_command() -> None:
    """检查 rulesets/ 里的制度文件；有问题时说明文件、行号和原因，退出码 1。"""
    rulesets, laws, problems = check_files(rules_folder(current_app))
    for problem in problems:
        click.echo(problem, err=True)
    for ruleset in rulesets:
        click.echo(f"《{ruleset.title}》{ruleset.version}：{len(ruleset.clauses)}条，{ruleset.digest[:12]}")
    click.echo(f"法规时限：{len(laws)}项")
    raise SystemExit(1 if problems else 0)
