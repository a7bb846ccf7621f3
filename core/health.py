"""Is the service well? The database answers and can be written, there is room, tables and code agree.

Everybody may ask `/healthz` and learns of each part whether it is well; `flask health` says the rest.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import click
from flask import Flask, Response, current_app, make_response, request
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from core import authz, clock, signing
from core.calendar_store import PACKAGED_YEARS, CalendarYear
from core.db import db, prove_writable
from core.schema import head_revision, revision_of
from core.storage import MEGABYTE, room, sqlite_file

FRESH_SECONDS = 2.0
FEWEST_PAGES = 256
KEPT = "health"
WELL = "运行正常。"
ILL = "有不正常的部分：{}。请通知系统管理员（在服务器上执行 ./run flask health 查看原因）。"


@dataclass(frozen=True)
class Part:
    """One part of the service. `grave`: the service is not well without it. `detail` is for operators."""

    name: str
    label: str
    ok: bool
    detail: str
    grave: bool = True

    @property
    def words(self) -> str:
        """Well, not well, or worth a look."""
        return "正常" if self.ok else "不正常" if self.grave else "需要留意"


@dataclass(frozen=True)
class Health:
    """All parts, looked at together."""

    parts: tuple[Part, ...]

    @property
    def ok(self) -> bool:
        """Whether people can work."""
        return all(part.ok for part in self.parts if part.grave)

    @property
    def words(self) -> str:
        """One sentence."""
        bad = [part.label for part in self.parts if part.grave and not part.ok]
        return ILL.format("、".join(bad)) if bad else WELL

    @property
    def rows(self) -> list[dict[str, str]]:
        """Each part with its word, for a page."""
        return [{"label": part.label, "value": part.words} for part in self.parts]

    def as_json(self, *, detail: bool = False) -> dict[str, Any]:
        """What everybody may know; with `detail` what operators need besides."""
        parts = {
            part.name: {"ok": part.ok, "words": f"{part.label}：{part.words}"}
            | ({"detail": part.detail} if detail else {})
            for part in self.parts
        }
        return {"ok": self.ok, "words": self.words, "parts": parts}


def _part(name: str, label: str, look: Callable[[], tuple[bool, str]], *, grave: bool = True) -> Part:
    """A part by what `look` finds: (well, detail). A failure is a finding."""
    try:
        ok, detail = look()
    except (DBAPIError, OSError) as error:
        ok, detail = False, str(getattr(error, "orig", None) or error).strip()
    return Part(name, label, ok, detail, grave)


def _database() -> tuple[bool, str]:
    pages = prove_writable()
    if pages is not None and pages < FEWEST_PAGES:
        return False, f"数据库文件已接近上限，只能再增加 {pages} 页"
    return True, f"{db.engine.dialect.name}，可以读写"


def _disk() -> tuple[bool, str]:
    folders = [Path(current_app.config["FILES_DIR"])]
    if (database := sqlite_file(db.engine.url)) is not None:
        folders.append(database.parent)
    rooms = {folder: room(folder) for folder in folders}
    scarce = [
        f"{folder} 只剩 {r.free // MEGABYTE} MB，至少要留 {r.wanted // MEGABYTE} MB"
        for folder, r in rooms.items()
        if not r.enough
    ]
    least = min(r.free for r in rooms.values())
    return not scarce, "；".join(scarce) or f"剩余 {least // MEGABYTE} MB"


def _migrations() -> tuple[bool, str]:
    with db.engine.connect() as connection:
        found = revision_of(connection)
    head = head_revision()
    if found == head:
        return True, f"版本 {head}"
    return False, f"数据库版本 {found or '无'}，程序需要 {head}：请执行 ./run flask db upgrade"


def _files() -> tuple[bool, str]:
    folder = Path(current_app.config["FILES_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".health-") as probe:
        probe.write(b"0")
        probe.flush()
        os.fsync(probe.fileno())
    return True, f"{folder} 可写"


def _calendar() -> tuple[bool, str]:
    year = clock.today().year
    known = year in PACKAGED_YEARS
    if not known:
        with db.engine.connect() as connection:
            imported = select(CalendarYear.year).where(CalendarYear.year == year)
            known = connection.execute(imported).first() is not None
    return known, f"{year} 年的放假安排{'已有' if known else '还没有录入，到期日都是暂定的'}"


def _signature() -> tuple[Part, ...]:
    """Where files are signed: whether they can be. Other work goes on without, so it is not grave."""
    return (_part("signature", "数字签名", signing.standing, grave=False),) if signing.wanted() else ()


def examine() -> Health:
    """Look at every part now; takes a few milliseconds, one of them a write to the disk."""
    return Health(
        (
            _part("database", "数据库", _database),
            _part("disk", "磁盘空间", _disk),
            _part("migrations", "数据库版本", _migrations),
            _part("files", "附件目录", _files),
            _part("calendar", "工作日历", _calendar, grave=False),
            *_signature(),
        )
    )


class Latest:
    """The latest examination, so that asking again and again costs nothing."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._until = 0.0
        self._found = Health(())

    def get(self) -> Health:
        """An examination no older than FRESH_SECONDS."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = examine()
                self._until = time.monotonic() + FRESH_SECONDS
                for part in self._found.parts:
                    if part.grave and not part.ok:
                        current_app.logger.error("%s不正常：%s", part.label, part.detail)
            return self._found


def register_health(app: Flask) -> None:
    """The address `/healthz` and the command `flask health`."""
    app.extensions[KEPT] = Latest()
    app.add_url_rule("/healthz", view_func=authz.public(healthz))
    app.cli.add_command(health_command)


def healthz() -> Response:
    """200 when people can work, 503 when they cannot: JSON, or a page for a browser."""
    found: Health = current_app.extensions[KEPT].get()
    status = 200 if found.ok else 503
    offered = ("application/json", "text/html")
    if request.accept_mimetypes.best_match(offered) == "text/html":
        template = current_app.jinja_env.get_template("errors/health.html")
        response = make_response(template.render(health=found), status)
    else:
        body = json.dumps(found.as_json(), ensure_ascii=False) + "\n"
        response = Response(body, status, mimetype="application/json")
    response.vary.add("Accept")
    return response


@click.command("health")
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON。")
@with_appcontext
def health_command(as_json: bool) -> None:
    """检查数据库、磁盘空间、附件目录等是否正常；不正常时退出码为 1。"""
    found = examine()
    for part in found.parts:
        click.echo(f"{part.label}：{part.words}（{part.detail}）", err=as_json)
    click.echo(found.words, err=as_json)
    if as_json:
        click.echo(json.dumps(found.as_json(detail=True), ensure_ascii=False))
    sys.exit(0 if found.ok else 1)
