"""Command line: `draws export`, and `draws verify`, which recomputes an exported draw without a database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from blueprints.inspection.queries.draws import draw_numbered
from domain.draws import verify
from domain.errors import InvalidInput

draws = AppGroup("draws", help="随机抽取。")


def _wrong(message: str) -> NoReturn:
    """One sentence on stderr, exit 2."""
    click.echo(message.encode(errors="replace").decode(), err=True)
    raise SystemExit(2)


@draws.command("export")
@click.argument("number", metavar="NO")
@click.argument("out", metavar="OUT.json")
def export_command(number: str, out: str) -> None:
    """把编号为 NO 的抽取记录写到 OUT.json，供核验。"""
    try:
        row = draw_numbered(number)
    except (OperationalError, ProgrammingError):
        _wrong("数据库不可用，或者还没有建好（先执行 ./run flask db upgrade）。")
    if row is None:
        _wrong(f"没有编号为“{number[:40]}”的抽取。")
    try:
        Path(out).write_text(row.record, encoding="utf-8")
    except (OSError, ValueError):
        _wrong(f"写不了文件 {out[:100]}，请检查路径、权限和磁盘空间。")
    click.echo(f"{row.label}，已写入 {out}。")


@draws.command("verify")
@click.argument("file", metavar="FILE")
@click.option("--json", "as_json", is_flag=True, help="最后一行输出 JSON。")
def verify_command(file: str, as_json: bool) -> None:
    """重新计算导出的抽取记录 FILE，说明是否属实；不属实时退出码为 1。"""
    try:
        found = verify(Path(file).read_bytes())
    except (OSError, ValueError) as odd:
        about = odd.message if isinstance(odd, InvalidInput) else "文件不存在或者无法读取。"
        _wrong(f"{file[:100]}：{about}")
    words = "属实：全部票号和名次都能由导出的数据重新算出。"
    if not found.holds:
        words = f"不属实：{found.first_difference}。"
    click.echo(words, err=as_json)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    raise SystemExit(0 if found.holds else 1)
