"""Command line: `notices kinds`, `notices sample`, `notices verify`, `notices register`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.notices import queries
from blueprints.notices.models import Notice
from blueprints.notices.service import printing, verifying
from blueprints.notices.workflow import State
from core.clock import local_date
from domain.documents import FORM_NAMES, Form
from domain.errors import InvalidInput
from domain.notice_kinds import kind, kinds
from domain.notice_samples import sample

NO_DATABASE = "数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。"

notices = AppGroup("notices", help="公文、文书。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message, err=True)
    raise SystemExit(2)


@notices.command("kinds")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def kinds_command(as_json: bool) -> None:
    """列出文书种类和格式。"""
    if as_json:
        rows = [
            {"kind": k.code, "name": k.name, "forms": [f.value for f in k.forms], "default": k.form.value}
            for k in kinds()
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for k in kinds():
        click.echo(f"{k.code}\t{k.name}\t{'、'.join(f'{f.value}（{FORM_NAMES[f]}）' for f in k.forms)}")


@notices.command("sample")
@click.argument("code", metavar="KIND")
@click.argument("out", metavar="OUT.pdf")
@click.option("--form", "form", metavar="F", default="", help="redhead、letter、enforcement 或 table。")
@click.option("--plain", is_flag=True, help="不加“样式”水印。")
def sample_command(code: str, out: str, form: str, plain: bool) -> None:
    """用内置的示例内容印一份 KIND，写到 OUT.pdf。"""
    try:
        about = kind(code)
    except KeyError:
        _wrong(f"没有名为“{code[:40]}”的文书；可用的有：{'、'.join(k.code for k in kinds())}。")
    if form and form not in {f.value for f in about.forms}:
        _wrong(f"{about.name}没有“{form[:20]}”格式；可用的有：{'、'.join(f.value for f in about.forms)}。")
    try:
        printed = printing.draw(sample(code, Form(form) if form else None, plain=plain))
        Path(out).write_bytes(printed.pdf)
    except InvalidInput as refused:
        _wrong(refused.message)
    except printing.PrintFailed as failure:
        _wrong(str(failure))
    except OSError as error:
        _wrong(f"写不了文件 {error.filename or out}，请检查路径、权限和磁盘空间。")
    click.echo(f"{about.name}，{printed.pages} 页，已写入 {out}。")


@notices.command("verify")
@click.argument("file", metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def verify_command(file: str, as_json: bool) -> None:
    """核对 FILE 是不是本系统印制的文书；真实有效的退出码为 0，其他为 1。"""
    path = Path(file)
    try:
        if path.stat().st_size > printing.LARGEST:
            _wrong("文件太大，不会是本系统印制的文书。")
        found = verifying.by_content(path.read_bytes())
    except OSError:
        _wrong(f"读不了文件 {file}，请检查路径和权限。")
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    told = (found.number, found.organ, found.issued_on, found.signature)
    about = "，".join(part for part in told if part)
    click.echo(f"{found.words}{'：' + about if about else ''}。", err=as_json)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    raise SystemExit(0 if found.status == verifying.GENUINE else 1)


@notices.command("register")
@click.option("--year", type=int, required=True, metavar="Y", help="哪一年的发文登记。")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def register_command(year: int, as_json: bool) -> None:
    """列出一年的发文登记，作废的也在内。"""
    if not 1900 <= year <= 2999:
        _wrong("年份请写 1900 到 2999。")
    try:
        rows = [register_row(notice) for notice in queries.every_numbered(year)]
    except (OperationalError, ProgrammingError):
        _wrong(NO_DATABASE)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['number_text']}\t{row['name']}\t{row['title']}\t{row['status_name']}")


STATUS = {State.VOID: ("void", "作废"), State.NUMBERED: ("numbered", "已编号未成文")}


def register_row(notice: Notice) -> dict[str, Any]:
    """One line of the register as data."""
    status, words = STATUS.get(State(notice.state), ("issued", "有效"))
    served = [service.served_at for service in notice.services]
    return {
        "series": notice.series,
        "year": notice.year,
        "number": notice.number,
        "number_text": notice.number_text,
        "kind": notice.kind,
        "name": kind(notice.kind).name,
        "title": notice.plain_title,
        "status": status,
        "status_name": words,
        "state": notice.state,
        "organ": notice.organization.name,
        "date": local_date(notice.issued_at).isoformat() if notice.issued_at else None,
        "sha256": notice.pdf_sha256,
        "served": sum(moment is not None for moment in served),
        "addressees": len(served),
    }
