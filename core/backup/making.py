"""Making a backup while the service runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from core import audit
from core.backup import sqlite_part, stored
from core.backup.archive import Manifest, Part, Table, Writer, sha256_of, writing
from core.db import db, sqlite_engine
from core.files import sync_folder
from core.schema import revision_of
from domain.errors import InvalidInput

NO_TABLES = "数据库还没有建好：请先运行 ./run flask db upgrade。"


@dataclass(frozen=True)
class Made:
    """A backup that has been made: its manifest, size in bytes and sha256 of the whole file."""

    manifest: Manifest
    size: int
    sha256: str


def create(out: Path, *, now: datetime) -> Made:
    """Write a backup of this moment to `out`, which must not exist; on the disk (fsync) on return.

    Errors: InvalidInput, OSError, DBAPIError; nothing stays behind then.
    """
    if out.exists():
        raise InvalidInput(f"{out} 已经存在，请换一个文件名。")
    partial = out.with_name(f"{out.name}.part")
    with writing(partial) as writer:
        manifest = _fill(writer, out, now)
        writer.finish(manifest)
    made = Made(manifest, partial.stat().st_size, sha256_of(partial))
    partial.replace(out)
    sync_folder(out.absolute().parent)
    return made


def _fill(writer: Writer, out: Path, now: datetime) -> Manifest:
    if db.engine.dialect.name == "postgresql":
        from core.backup import postgres_part  # psycopg is heavy where there is no PostgreSQL

        with postgres_part.snapshot() as connection:
            revision = _revision(connection)
            tables, parts, sequences = postgres_part.dump(connection, writer)
            return _manifest(connection, writer, now, revision, tables, parts, sequences)
    with sqlite_part.snapshot(out.with_name(f"{out.name}.copy")) as copy:
        with sqlite_engine(copy) as engine, engine.connect() as connection:
            revision = _revision(connection)
            tables = sqlite_part.tables_of(connection)
        sqlite_part.settle(copy)
        with copy.open("rb") as source:
            part = writer.copy(sqlite_part.ENTRY, source)
        with sqlite_engine(copy) as engine, engine.connect() as connection:
            return _manifest(connection, writer, now, revision, tables, [part], {})


def _revision(connection: Connection) -> str:
    revision = revision_of(connection)
    if not revision:
        raise InvalidInput(NO_TABLES)
    return revision


def _manifest(
    connection: Connection, writer: Writer, now: datetime, revision: str,
    tables: list[Table], parts: list[Part], sequences: dict[str, int],
) -> Manifest:  # fmt: skip
    """The files that the snapshot names, the end of its audit chain, and what has been written before."""
    files, missing = stored.pack(connection, writer)
    with Session(connection) as session:
        tip = audit.tip(now, session)
    return Manifest(
        created_at=now,
        kind=connection.dialect.name,
        revision=revision,
        tables=tables,
        database=parts,
        files=files,
        missing=missing,
        audit=tip,
        sequences=sequences,
    )
