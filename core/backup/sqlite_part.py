"""A SQLite database in a backup: one consistent copy of its pages, and the way back under its name."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from core.backup.archive import Manifest, NotWhole, Reader, Table
from core.db import db, sqlite_engine
from core.files import sync_folder
from domain.errors import InvalidInput

ENTRY = "database.sqlite"
PATIENCE_SECONDS = 3.0
IN_USE = "数据库正在被使用，请先停止服务，再恢复。"
UNREADABLE = (DBAPIError, sqlite3.DatabaseError)
BESIDE = ("-wal", "-shm", "-journal")
OWN_TABLES = text(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
)


@contextmanager
def snapshot(path: Path) -> Iterator[Path]:
    """A copy of the live database as it was at one moment; writers go on meanwhile. Gone afterwards."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(handle)
    try:
        with closing(sqlite3.connect(path)) as copy, db.engine.connect() as connection:
            source = connection.connection.driver_connection
            copy.execute("PRAGMA synchronous=OFF")
            source.backup(copy, pages=-1)  # type: ignore[union-attr]
        yield path
    finally:
        forget(path)


def forget(path: Path) -> None:
    """Remove a copy and what SQLite puts beside it."""
    for ending in ("", *BESIDE):
        Path(f"{path}{ending}").unlink(missing_ok=True)


def tables_of(connection: Connection) -> list[Table]:
    """Every table with its number of rows, full-text indexes and what lies below them left out."""
    names = connection.scalars(OWN_TABLES).all()
    quote = connection.dialect.identifier_preparer.quote
    return [
        Table(name, connection.exec_driver_sql(f"SELECT count(*) FROM {quote(name)}").scalar_one())  # noqa: S608
        for name in names
    ]


def holds_rows(path: Path) -> bool:
    """Whether there is anything in a database file to lose; a file that cannot be read may hold something."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        with sqlite_engine(path) as engine, engine.connect() as connection:
            return any(table.rows for table in tables_of(connection) if table.name != "alembic_version")
    except UNREADABLE:
        return True


def unpack(reader: Reader, path: Path) -> None:
    """Write the database of an archive to `path` (new, for its owner alone). Errors: NotWhole, OSError."""
    (part,) = [part for part in reader.manifest.database if part.name == ENTRY]
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        for block in reader.blocks(part):
            out.write(block)


def check(connection: Connection, manifest: Manifest) -> None:
    """The pages fit together and every table has its rows. Errors: NotWhole."""
    try:
        found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        tables = tables_of(connection)
    except UNREADABLE as error:
        raise NotWhole("备份里的数据库读不出来。") from error
    if found != "ok" or broken is not None:
        raise NotWhole(f"备份里的数据库已损坏：{found if found != 'ok' else '记录之间的联系断了'}。")
    if tables != manifest.tables:
        raise NotWhole("备份里的数据库与清单上的行数不符。")


def settle(path: Path) -> None:
    """Make one closed file of a database, on the disk on return."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


@contextmanager
def to_oneself(path: Path) -> Iterator[None]:
    """Hold a database file while nobody else has it open, all its content in the one file.

    A file that is no database any more is held by nobody. Errors: InvalidInput while somebody uses it.
    """
    if not path.exists():
        forget(path)
        yield
        return
    with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            code = error.sqlite_errorcode & 0xFF
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise InvalidInput(IN_USE) from error
            mode = "delete"
        if mode == "wal":
            raise InvalidInput(IN_USE)
        yield


def put_in_place(staged: Path, target: Path, aside: Path | None) -> None:
    """Give `staged` the name of the database in one step; what had it is found under `aside` afterwards."""
    for ending in BESIDE:
        beside = Path(f"{target}{ending}")
        if beside.exists():
            beside.replace(f"{aside}{ending}") if aside else beside.unlink()
    if aside is not None:
        try:
            os.link(target, aside)
        except OSError:
            target.replace(aside)
    staged.replace(target)
    sync_folder(target.parent)
