"""Fixtures shared by all tests: applications on both databases, a small world of people, a checking client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import stamp
from hypothesis import HealthCheck, settings

from app import create_app
from core import clock
from core.db import db
from tests.compiled import COMPILED
from tests.factories.cases import Desk
from tests.factories.world import World, build_world
from tests.page_client import CheckingClient
from tests.postgres import PostgresServer
from tests.standing import Standing, copied, opened

# A busy machine is no fault of a strategy, as it is none of a test.
settings.register_profile("busy", suppress_health_check=[HealthCheck.too_slow], deadline=None)
settings.load_profile("busy")
pytest_plugins = ["tests.rule_marks", "tests.many_cases", "tests.spread", "tests.factories.notices"]
MONDAY = datetime(2026, 10, 12, 9, 30, tzinfo=clock.SHANGHAI)


def make_app(folder: Path, uri: str | None = None, **settings: object) -> Flask:
    """An application for tests whose data lie in `folder`."""
    app = create_app(
        {
            "TESTING": True,
            "MIGRATIONS": True,
            "SECRET_KEY": "tests",
            "SQLALCHEMY_DATABASE_URI": uri or f"sqlite:///{folder / 'app.db'}",
            "FILES_DIR": str(folder / "files"),
            "HTMX_SOURCE": "local",
            "SQLITE_SYNCHRONOUS": "OFF",
            "PASSWORD_MAX_AGE_DAYS": 0,
            "JOBS_IN_PROCESS": False,
            "JOBS_DIR": str(folder / "jobs"),
            **settings,
        }
    )
    app.test_client_class = CheckingClient
    app.jinja_env.bytecode_cache = COMPILED
    return app


def create_tables() -> None:
    """All tables of the current app, marked as the newest migration."""
    db.create_all()
    stamp()


@pytest.fixture
def moment() -> Iterator[datetime]:
    """Every test runs on Monday 2026-10-12 09:30 in Asia/Shanghai unless it moves the clock itself."""
    with clock.frozen(MONDAY):
        yield MONDAY


@pytest.fixture(scope="session")
def template_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and the world, copied for each test."""
    folder = tmp_path_factory.mktemp("template")
    app = make_app(folder)
    with clock.frozen(MONDAY), app.app_context():
        create_tables()
        build_world()
        db.session.remove()
        db.engine.dispose()
    return folder / "app.db"


@pytest.fixture(scope="session")
def standing(template_database: Path, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """The application on SQLite that the tests of this process share, one after the other."""
    folder = tmp_path_factory.mktemp("standing")
    return Standing(partial(make_app, folder), partial(copied, template_database, folder / "app.db"))


@pytest.fixture
def app(
    request: pytest.FixtureRequest, moment: datetime, tmp_path: Path, standing: Standing
) -> Iterator[Flask]:
    """The application on a fresh SQLite database that holds the world."""
    yield from opened(standing.furnished(request, tmp_path))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test run."""
    with PostgresServer() as server:
        yield server


@pytest.fixture(scope="session")
def template_postgres(postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL database with all tables and the world, copied for each test."""
    uri = postgres.fresh_database()
    app = make_app(tmp_path_factory.mktemp("template"), uri)
    with clock.frozen(MONDAY), app.app_context():
        create_tables()
        build_world()
        db.session.remove()
        db.engine.dispose()
    return uri


@pytest.fixture(scope="session")
def standing_postgres(
    postgres: PostgresServer, template_postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Standing:
    """The same on PostgreSQL."""
    uri = postgres.fresh_database(template_postgres)
    renew = partial(postgres.renew, uri, template_postgres)
    return Standing(partial(make_app, tmp_path_factory.mktemp("standing"), uri), renew)


@pytest.fixture(params=["sqlite", "postgresql"])
def each_app(request: pytest.FixtureRequest, moment: datetime, tmp_path: Path) -> Iterator[Flask]:
    """The application on both databases, one after the other, each with the world."""
    if request.param == "sqlite":
        yield request.getfixturevalue("app")
        return
    standing: Standing = request.getfixturevalue("standing_postgres")
    yield from opened(standing.furnished(request, tmp_path))


@pytest.fixture
def world(app: Flask) -> World:
    """The people and organizations of `app`."""
    return World()


@pytest.fixture
def each_world(each_app: Flask) -> World:
    """Those of `each_app`."""
    return World()


@pytest.fixture
def desk(app: Flask) -> Desk:
    """A desk on `app` from which cases are worked on through the services."""
    return Desk()
