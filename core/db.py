"""Database access: engine settings, the typed base, the only commit of the product.

SQLite runs with WAL, full sync and IMMEDIATE write transactions; PostgreSQL runs through psycopg 3.
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, create_engine, event, insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
BUSY_TIMEOUT = "busy_timeout=15000"
PROBE_PATIENCE_MS = 1000
# A sort that does not fit into memory: two megabytes have to find room on the disk of a PostgreSQL server.
SPILL = (
    "SELECT count(*) FROM "
    "(SELECT n, repeat('-', 1000) FROM generate_series(1, 2000) n ORDER BY 2, 1 OFFSET 0) AS spilled"
)
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "foreign_keys=ON",
    BUSY_TIMEOUT,
    "trusted_schema=OFF",
    "secure_delete=ON",
    "temp_store=MEMORY",
)


class Base(DeclarativeBase):
    """Declarative base with named constraints, so that migrations go both ways."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


class UTCDateTime(TypeDecorator[datetime]):
    """Aware UTC datetimes on every database (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time must carry its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


_writing: ContextVar[bool] = ContextVar("writing", default=False)


def _writes_now() -> bool:
    """Requests that write, and every `transaction()`, take the write lock at once; all else a plain BEGIN."""
    return _writing.get() or (has_request_context() and request.method not in READ_METHODS)


def _prepare_sqlite(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*SQLITE_PRAGMAS, f"synchronous={synchronous}"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate", _writes_now())
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def sqlite_engine(path: Path) -> Iterator[Engine]:
    """An engine of its own on a SQLite file beside the application's, prepared alike but without syncs."""
    engine = create_engine(f"sqlite:///{path}")
    _prepare_sqlite(engine, "OFF")
    try:
        yield engine
    finally:
        engine.dispose()


def init_database(app: Flask) -> None:
    """Bind the database to the app and prepare its engine.

    SQLITE_SYNCHRONOUS is FULL, so that an acknowledged write survives a power cut; tests turn it OFF.
    A connection to PostgreSQL is tried before it is used, so that a restart of the server goes unnoticed.
    """
    if str(app.config["SQLALCHEMY_DATABASE_URI"]).startswith("postgresql"):
        options: dict[str, Any] = app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", {})
        options.setdefault("pool_pre_ping", True)
        options.setdefault("connect_args", {}).setdefault("connect_timeout", 10)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _prepare_sqlite(db.engine, app.config.get("SQLITE_SYNCHRONOUS", "FULL"))


def insert_rows(model: type[Base], rows: list[dict[str, Any]]) -> None:
    """Store many rows at once, past the unit of work; columns left out take their defaults."""
    if rows:
        db.session.execute(insert(model), rows, execution_options={"dml_strategy": "raw"})


@contextmanager
def transaction() -> Iterator[Session]:
    """The only commit: everything done inside is stored, or nothing is."""
    session: Session = db.session()
    before = _writing.set(True)
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        session.info.pop("after_commit", None)
        raise
    finally:
        _writing.reset(before)
    for act in session.info.pop("after_commit", []):
        act()


def after_commit(act: Callable[[], None]) -> None:
    """Do `act` once this transaction is stored, never when it is undone (mail, for one)."""
    db.session().info.setdefault("after_commit", []).append(act)


@contextmanager
def side_transaction() -> Iterator[Session]:
    """A short write of its own beside a reading request (last seen, audit of reveals)."""
    engine = db.engine.execution_options(immediate=True)
    with Session(engine) as session, session.begin():
        yield session


def forget_old_rows(*tables: str) -> bool:
    """Leave nothing in the files of the database of what was overwritten or deleted in these tables.

    SQLite has zeroed it already (secure_delete) and empties its log; PostgreSQL vacuums the tables. Outside
    any transaction. False where somebody else was reading from the log; it goes with the next checkpoint.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "postgresql":
            for name in tables:
                connection.exec_driver_sql(f'VACUUM "{name}"')
            return True
        cursor = connection.connection.cursor()
        busy: int = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.close()
        return not busy


def prove_writable() -> int | None:
    """Store something of no meaning, for good (fsync), past every table; a lock held by others is no fault.

    Returns how many pages a SQLite file may still grow, None on PostgreSQL. Errors: DBAPIError, OSError.
    """
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL statement_timeout = 5000")
            if connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on":
                raise OSError(errno.EROFS, "the database is read-only")
            connection.exec_driver_sql("SET LOCAL work_mem = '64kB'")
            connection.exec_driver_sql(SPILL)
            connection.exec_driver_sql("SELECT pg_logical_emit_message(true, 'health', '')")
        return None
    with db.engine.connect() as connection:
        cursor = connection.connection.cursor()
        try:
            return _prove_sqlite(connection, cursor)
        finally:
            cursor.execute(f"PRAGMA {BUSY_TIMEOUT}")
            cursor.close()


def _prove_sqlite(connection: Connection, cursor: Any) -> int:
    cursor.execute(f"PRAGMA busy_timeout={PROBE_PATIENCE_MS}")
    limits = {}
    for name in ("page_count", "max_page_count", "freelist_count", "user_version"):
        limits[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]
    try:
        with connection.execution_options(immediate=True).begin():
            connection.exec_driver_sql(f"PRAGMA user_version={(limits['user_version'] + 1) % 1_000_000}")
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
            raise
    return int(limits["max_page_count"] - limits["page_count"] + limits["freelist_count"])
