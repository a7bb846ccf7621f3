"""A PostgreSQL database in a backup: each table as COPY text out of one snapshot, and the way back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Connection, text

from core.backup.archive import Manifest, NotWhole, Part, Reader, Table, Writer
from core.db import db
from domain.errors import InvalidInput

DriverError = psycopg.Error
VERSION_TABLE = "alembic_version"
SET_SEQUENCE = text("SELECT setval(format('%I', CAST(:name AS text))::regclass, :last)")
TABLES = text(
    "SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace "
    "AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname"
)
COLUMNS = text(
    "SELECT attname FROM pg_attribute WHERE attrelid = format('%I', CAST(:name AS text))::regclass "
    "AND attnum > 0 AND NOT attisdropped AND attgenerated = '' ORDER BY attnum"
)
SEQUENCES = text("SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()")
OWNED_SEQUENCES = text(
    "SELECT s.relname AS sequence, t.relname AS table, a.attname AS column FROM pg_class s "
    "JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i') "
    "JOIN pg_class t ON t.oid = d.refobjid "
    "JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid "
    "WHERE s.relkind = 'S' AND s.relnamespace = current_schema()::regnamespace"
)
FOREIGN_KEYS = text(
    "SELECT t.relname AS table, c.conname AS name, pg_get_constraintdef(c.oid) AS definition "
    "FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid "
    "WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace AND c.conparentid = 0"
)
PLAIN_INDEXES = text(
    "SELECT i.relname AS name, pg_get_indexdef(i.oid) AS definition FROM pg_index x "
    "JOIN pg_class i ON i.oid = x.indexrelid WHERE i.relnamespace = current_schema()::regnamespace "
    "AND i.relkind = 'i' AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid)"
)
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def entry_of(table: str) -> str:
    """Name of a table in the archive."""
    return f"tables/{table}.copy"


def _named(words: str, *names: str, columns: list[str] | None = None) -> sql.Composed:
    """A statement with quoted names in the places of {}; the last place takes the columns, if any."""
    places: list[sql.Composable] = [sql.Identifier(name) for name in names]
    if columns is not None:
        places.append(sql.SQL(", ").join(map(sql.Identifier, columns)))
    return sql.SQL(words).format(*places)


def _run(connection: Connection, statement: sql.Composed) -> Any:
    """Carry out a composed statement past SQLAlchemy, in its transaction."""
    return connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]


# ---- out ---------------------------------------------------------------------------------------------------


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees the database as it was at one moment; writers go on meanwhile."""
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with db.engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def dump(connection: Connection, writer: Writer) -> tuple[list[Table], list[Part], dict[str, int]]:
    """Every table of the schema as an entry, and the last value of each sequence."""
    tables, parts = [], []
    for name in connection.scalars(TABLES).all():
        if name == VERSION_TABLE:
            continue
        columns = list(connection.scalars(COLUMNS, {"name": name}))
        rows, part = _copy_out(connection, writer, name, columns)
        tables.append(Table(name, rows, columns))
        parts.append(part)
    sequences = {row.sequencename: row.last_value or 0 for row in connection.execute(SEQUENCES)}
    return tables, parts, sequences


def _copy_out(connection: Connection, writer: Writer, name: str, columns: list[str]) -> tuple[int, Part]:
    driver: Any = connection.connection.driver_connection
    with writer.entry(entry_of(name)) as entry, driver.cursor() as cursor:
        with cursor.copy(_named("COPY {} ({}) TO STDOUT", name, columns=columns)) as copy:
            for block in copy:
                entry.write(block)
        return cursor.rowcount, entry.part


# ---- back --------------------------------------------------------------------------------------------------


def holds_rows(connection: Connection) -> bool:
    """Whether there is anything in the schema to lose."""
    names = [name for name in connection.scalars(TABLES) if name != VERSION_TABLE]
    return any(_run(connection, _named("SELECT 1 FROM {} LIMIT 1", name)).fetchone() for name in names)


def to_oneself(connection: Connection) -> None:
    """Refuse while others are connected, and keep newcomers waiting until the transaction ends.

    Errors: InvalidInput.
    """
    others = connection.scalar(OTHERS)
    if others:
        raise InvalidInput(f"数据库正在被使用（另有 {others} 个连接），请先停止服务，再恢复。")
    for name in connection.scalars(TABLES).all():
        _run(connection, _named("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", name))


def make_room(connection: Connection, aside: str | None) -> None:
    """An empty schema in the place of the present one, which is renamed to `aside` or, empty, dropped."""
    schema: str = connection.scalar(text("SELECT current_schema()")) or "public"
    if aside is None:
        _run(connection, _named("DROP SCHEMA {} CASCADE", schema))
    else:
        _run(connection, _named("ALTER SCHEMA {} RENAME TO {}", schema, aside))
    _run(connection, _named("CREATE SCHEMA {}", schema))


def load(connection: Connection, reader: Reader) -> None:
    """Fill the empty tables of the archive's revision. Errors: NotWhole."""
    manifest = reader.manifest
    names = [name for name in connection.scalars(TABLES) if name != VERSION_TABLE]
    if sorted(names) != sorted(table.name for table in manifest.tables):
        raise NotWhole("备份里的表与它的版本不符。")
    for name in names:
        _run(connection, _named("ALTER TABLE {} DISABLE TRIGGER USER", name))
    for name in names:
        _run(connection, _named("DELETE FROM {}", name))
    with _without_keys(connection), _without_indexes(connection):
        parts = {part.name: part for part in manifest.database}
        for table in manifest.tables:
            _copy_in(connection, reader, table, parts[entry_of(table.name)])
    for name in names:
        _run(connection, _named("ALTER TABLE {} ENABLE TRIGGER USER", name))
    _set_sequences(connection, manifest)


def _copy_in(connection: Connection, reader: Reader, table: Table, part: Part) -> None:
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        with cursor.copy(_named("COPY {} ({}) FROM STDIN", table.name, columns=table.columns)) as copy:
            for block in reader.blocks(part):
                copy.write(block)
        if cursor.rowcount != table.rows:
            raise NotWhole(f"备份里的 {table.name} 与清单上的行数不符。")


@contextmanager
def _without_keys(connection: Connection) -> Iterator[None]:
    """Foreign keys come back, and are checked, when all rows are in: then their order does not matter."""
    keys = connection.execute(FOREIGN_KEYS).all()
    for key in keys:
        _run(connection, _named("ALTER TABLE {} DROP CONSTRAINT {}", key.table, key.name))
    yield
    for key in keys:
        words = f"ALTER TABLE {{}} ADD CONSTRAINT {{}} {_literal(key.definition)}"
        _run(connection, _named(words, key.table, key.name))


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[None]:
    """Indexes that enforce nothing are made when all rows are in: that is much faster."""
    indexes = connection.execute(PLAIN_INDEXES).all()
    for index in indexes:
        _run(connection, _named("DROP INDEX {}", index.name))
    yield
    for index in indexes:
        _run(connection, _named(_literal(index.definition)))


def _literal(words: str) -> str:
    return words.replace("{", "{{").replace("}", "}}")


def _set_sequences(connection: Connection, manifest: Manifest) -> None:
    """Each sequence goes on behind the last number given out and the largest one in use."""
    for row in connection.execute(OWNED_SEQUENCES).all():
        largest = _run(connection, _named("SELECT max({}) FROM {}", row.column, row.table)).fetchone()[0]
        last = max(largest or 0, manifest.sequences.get(row.sequence, 0))
        if last:
            connection.execute(SET_SEQUENCE, {"name": row.sequence, "last": last})
