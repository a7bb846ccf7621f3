"""Bringing a backup back: everything is checked first, then it takes the database's place in one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from core import audit
from core.backup import sqlite_part, stored
from core.backup.archive import Manifest, NotWhole, Reader, reading
from core.clock import to_local
from core.db import db, sqlite_engine
from core.schema import check_revision, head_revision, migrate
from core.storage import sqlite_file
from domain.errors import InvalidInput

KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
NOT_EMPTY = (
    "系统里已有数据，没有恢复；确认要用备份替换现有数据，请加 --replace（原来的数据库会另存，不会删除）。"
)
ASIDE = "before-restore"


@dataclass(frozen=True)
class Restored:
    """What was done. `aside`: where the database that was there before is found, empty if it held nothing.
    `audited`: entries of the audit log, all of which were checked."""

    manifest: Manifest
    revision: str
    added: int
    audited: int
    aside: str


def restore(path: Path, *, replace: bool, sha256: str, now: datetime) -> Restored:
    """Bring back the archive at `path`. Nothing has changed after an error.

    `replace` allows it where there are data already; `sha256`, if given, must be that of the file.
    Errors: InvalidInput (NotWhole for an archive that was cut or changed), OSError, DBAPIError.
    """
    with reading(path) as reader:
        _check(path, reader, sha256)
        db.session.remove()
        db.engine.dispose()
        added: list[Path] = []
        try:
            bring_back = _to_sqlite if reader.manifest.kind == "sqlite" else _to_postgres
            with bring_back(reader, replace, now) as (audited, aside):
                stored.put_back(reader, added)
        except BaseException:
            stored.take_back(added)
            raise
        return Restored(reader.manifest, head_revision(), len(added), audited, aside)


def _check(path: Path, reader: Reader, sha256: str) -> None:
    """Everything about the archive itself."""
    if sha256 and sha256.strip().lower() != reader.sha256:
        raise NotWhole(f"{path} 不是要恢复的那一份：它的 sha256 是 {reader.sha256}。")
    kind, ours = reader.manifest.kind, db.engine.dialect.name
    if kind != ours:
        raise InvalidInput(f"这是 {KINDS[kind]} 的备份，不能恢复到 {KINDS.get(ours, ours)}。")
    check_revision(reader.manifest.revision)
    reader.check()


def _verified(connection: Connection, manifest: Manifest) -> int:
    """Entries of the audit log, which must be whole and end where the manifest says. Errors: NotWhole."""
    with Session(connection) as session:
        found = audit.verify([manifest.audit], session)
        tip = audit.tip(manifest.created_at, session)
    if not found.holds:
        raise NotWhole(f"备份里的审计日志不完整：第 {found.first_bad} 条起对不上：{found.why}。")
    if (tip.seq, tip.digest) != (manifest.audit.seq, manifest.audit.digest):
        raise NotWhole("备份里的审计日志与清单不符。")
    return found.rows


def _stamp(now: datetime) -> str:
    return f"{to_local(now):%Y%m%d-%H%M%S}"


@contextmanager
def _to_sqlite(reader: Reader, replace: bool, now: datetime) -> Iterator[tuple[int, str]]:
    """Make the new file beside the old one; on leaving, it takes its name."""
    target = sqlite_file(db.engine.url)
    if target is None:
        raise InvalidInput("内存里的数据库不能恢复。")
    held = sqlite_part.holds_rows(target)
    if held and not replace:
        raise InvalidInput(NOT_EMPTY)
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = target.with_name(f"{target.name}.{_stamp(now)}.{ASIDE}") if held else None
    if aside is not None and aside.exists():
        raise InvalidInput(f"{aside} 已经存在，请稍等一秒再试。")
    staged = target.with_name(f"{target.name}.restoring")
    sqlite_part.forget(staged)
    try:
        sqlite_part.unpack(reader, staged)
        audited = _stage_sqlite(staged, reader.manifest)
        sqlite_part.settle(staged)
        with sqlite_part.to_oneself(target):
            yield audited, str(aside or "")
            sqlite_part.put_in_place(staged, target, aside)
    finally:
        sqlite_part.forget(staged)


def _stage_sqlite(staged: Path, manifest: Manifest) -> int:
    with sqlite_engine(staged) as engine:
        with engine.connect() as connection:
            sqlite_part.check(connection, manifest)
        with engine.execution_options(immediate=True).begin() as connection:
            migrate(connection, "head")
        with engine.connect() as connection:
            return _verified(connection, manifest)


@contextmanager
def _to_postgres(reader: Reader, replace: bool, now: datetime) -> Iterator[tuple[int, str]]:
    """Fill a new schema in one transaction, which ends on leaving."""
    from core.backup import postgres_part  # psycopg is heavy where there is no PostgreSQL

    aside = f"{ASIDE.replace('-', '_')}_{_stamp(now).replace('-', '_')}"
    with db.engine.begin() as connection:
        held = postgres_part.holds_rows(connection)
        if held and not replace:
            raise InvalidInput(NOT_EMPTY)
        postgres_part.to_oneself(connection)
        postgres_part.make_room(connection, aside if held else None)
        migrate(connection, reader.manifest.revision)
        try:
            postgres_part.load(connection, reader)
        except (DBAPIError, postgres_part.DriverError) as error:
            raise NotWhole(f"备份里的数据放不进数据库：{_first_line(error)}。") from error
        migrate(connection, "head")
        audited = _verified(connection, reader.manifest)
        yield audited, aside if held else ""
    db.engine.dispose()


def _first_line(error: Exception) -> str:
    return str(getattr(error, "orig", error)).partition("\n")[0]
