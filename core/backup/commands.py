"""Command line: `backup create`, `backup restore`, `backup verify`."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError

from core import clock
from core.backup import Manifest, NotWhole, create, reading, restore
from core.storage import is_full
from domain.errors import InvalidInput

NO_ROOM = "磁盘空间不够，没有完成；什么也没有改动。"
SHOWN = 10

backup = AppGroup("backup", help="备份与恢复。")


def _wrong(message: str, code: int = 2) -> NoReturn:
    """One sentence on stderr."""
    click.echo(message, err=True)
    sys.exit(code)


@contextmanager
def _in_words() -> Iterator[None]:
    """Whatever goes wrong becomes one sentence, and exit code 2."""
    try:
        yield
    except InvalidInput as error:
        _wrong(error.message)
    except (DBAPIError, sqlite3.Error) as error:
        cause = getattr(error, "orig", error)
        first = str(cause).strip().partition("\n")[0]
        _wrong(NO_ROOM if is_full(cause) else f"数据库不可用：{first}")
    except OSError as error:
        if is_full(error):
            _wrong(NO_ROOM)
        _wrong(f"读写不了文件 {error.filename or ''}：{error.strerror or error}")


def _lines(manifest: Manifest) -> list[str]:
    """What an archive holds, for people."""
    anchor = manifest.audit
    made = f"{clock.to_local(manifest.created_at):%Y-%m-%d %H:%M:%S}"
    lines = [
        f"时间 {made}，{manifest.kind}，版本 {manifest.revision}",
        f"数据 {len(manifest.tables)} 张表 {manifest.rows} 行，附件 {len(manifest.files)} 个",
        f"审计日志到第 {anchor.seq} 条，摘要 {anchor.digest}",
    ]
    if manifest.missing:
        few = "、".join(manifest.missing[:SHOWN])
        more = f" 等 {len(manifest.missing)} 个" if len(manifest.missing) > SHOWN else ""
        lines.append(f"附件目录里缺失或已损坏，备份里没有：{few}{more}")
    return lines


@backup.command("create")
@click.argument("out", metavar="OUT", type=click.Path(path_type=Path))
def create_command(out: Path) -> None:
    """把数据库和附件备份成一个文件 OUT，服务不用停；有附件缺失或损坏时退出码为 1。"""
    with _in_words():
        made = create(out, now=clock.now())
        click.echo(f"已备份到 {out}，{made.size} 字节，sha256 {made.sha256}")
        for line in _lines(made.manifest):
            click.echo(line)
        if made.manifest.missing:
            _wrong("备份已完成，但有附件缺失或损坏，请尽快查明。", 1)


@backup.command("verify")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def verify_command(file: Path) -> None:
    """逐字节核对一份备份，不恢复；被截断或改动过时退出码为 1。"""
    with _in_words():
        try:
            with reading(file) as reader:
                reader.check()
        except NotWhole as error:
            _wrong(error.message, 1)
        click.echo(f"备份完整：{file}，sha256 {reader.sha256}")
        for line in _lines(reader.manifest):
            click.echo(line)


@backup.command("restore")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="系统里已有数据时也恢复；原来的数据库另存。")
@click.option("--sha256", default="", metavar="HEX", help="只恢复 sha256 是这个值的备份。")
def restore_command(file: Path, replace: bool, sha256: str) -> None:
    """把备份 FILE 恢复到现在配置的数据库和附件目录；请先停止服务。出错时什么也不改动。"""
    with _in_words():
        done = restore(file, replace=replace, sha256=sha256, now=clock.now())
        click.echo(f"已恢复 {file}")
        for line in _lines(done.manifest):
            click.echo(line)
        click.echo(f"审计日志核对完整，共 {done.audited} 条；各表行数与清单一致")
        click.echo(f"附件新放入 {done.added} 个，其余 {len(done.manifest.files) - done.added} 个原来就在")
        if done.revision != done.manifest.revision:
            click.echo(f"数据库已从版本 {done.manifest.revision} 升级到 {done.revision}")
        if done.aside:
            click.echo(f"原来的数据库另存为 {done.aside}")
