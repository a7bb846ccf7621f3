"""Installations for the tests of backups: an application with its own migrated database and its own files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from click.testing import Result
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import inspect, text

from core.db import db
from tests.conftest import make_app
from tests.factories.cases import Desk
from tests.factories.filled import fill
from tests.factories.world import build_world
from tests.postgres import PostgresServer


@dataclass
class House:
    """An installation; `inside()` makes it the current one."""

    app: Flask
    folder: Path

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Its application context, with no connection left open afterwards."""
        with self.app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def run(self, *arguments: str | Path) -> Result:
        """A command of `flask`."""
        with self.inside():
            db.session.remove()
            db.engine.dispose()
            return self.app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])

    def counts(self) -> dict[str, int]:
        """Rows of each table of the database itself, whatever the models say."""
        with self.inside(), db.engine.connect() as connection:
            names = [n for n in inspect(connection).get_table_names() if n != "alembic_version"]
            return {n: connection.execute(text(f'SELECT count(*) FROM "{n}"')).scalar_one() for n in names}

    def content(self) -> dict[str, str]:
        """A digest of all rows of each table."""
        found = {}
        with self.inside(), db.engine.connect() as connection:
            for table in db.metadata.sorted_tables:
                rows = sorted(str(tuple(row)) for row in connection.execute(table.select()))
                found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
        return found

    def files(self) -> dict[str, str]:
        """Stored files by their names, with the sha256 of what they hold."""
        folder = Path(self.app.config["FILES_DIR"])
        paths = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}

    def state(self) -> object:
        """Everything of it: unchanged when nothing was changed."""
        names = {path.name for path in self.folder.iterdir() if not path.name.startswith("app.db-")}
        return self.content(), self.files(), names - {"files"}


def house(folder: Path, server: PostgresServer | None, *, tables: bool = True) -> House:
    """A new installation on SQLite, or on a database of `server`."""
    folder.mkdir(exist_ok=True)
    made = House(make_app(folder, server.fresh_database() if server else None), folder)
    if tables:
        with made.inside():
            upgrade()
    return made


def furnished(folder: Path, server: PostgresServer | None) -> House:
    """The same with people, cases in several states and stored files."""
    made = house(folder, server)
    with made.inside():
        build_world()
        fill(Desk())
    return made
