"""pytest plugin: 20,000 invented cases on each database, made once a run; tests only read them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from core import clock
from core.db import db
from tests.conftest import MONDAY, create_tables, make_app
from tests.factories.many import fill_many
from tests.factories.world import World, build_world
from tests.postgres import PostgresServer


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
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
    yield app
    with app.app_context():
        db.engine.dispose()


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
