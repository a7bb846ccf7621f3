"""pytest plugin: 20,000 invented cases on each database, made once a run (see tests/spread.py); tests
only read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from core import clock
from core.db import db
from tests.conftest import MONDAY, create_tables, make_app
from tests.factories.many import fill_many
from tests.factories.world import World, build_world
from tests.plain_cases import Scan
from tests.postgres import PostgresServer

GROUNDS = {"many_sqlite": "sqlite", "many_postgresql": "postgresql"}


@pytest.fixture(scope="session", params=list(GROUNDS.values()), ids=list(GROUNDS))
def many_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    """An application on a database with very many cases."""
    uri = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        uri = server.fresh_database()
    app = make_app(tmp_path_factory.mktemp("many"), uri)
    with clock.frozen(MONDAY), app.app_context():
        create_tables()
        build_world()
        fill_many()
        know_the_tables()
    yield app
    with app.app_context():
        db.engine.dispose()


def know_the_tables() -> None:
    """A PostgreSQL server learns within a minute how large tables have become; the tests do not wait for that."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


@pytest.fixture(scope="session")
def scan(many_database: Flask) -> Scan:
    """The same cases, read plainly, to compare with."""
    with many_database.app_context():
        found = Scan()
        db.session.remove()
    return found


@pytest.fixture
def many(many_database: Flask) -> Iterator[Flask]:
    """The same, ready for one test."""
    with clock.frozen(MONDAY), many_database.app_context():
        yield many_database
        db.session.remove()


@pytest.fixture
def many_world(many: Flask) -> World:
    """Its people."""
    return World()
