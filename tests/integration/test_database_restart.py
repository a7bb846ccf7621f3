"""PostgreSQL goes away and comes back: clear answers meanwhile, and the application recovers by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from blueprints.complaints.models import Case
from core import audit, health
from core.db import db
from tests.conftest import create_tables, make_app
from tests.factories.world import World, build_world
from tests.integration.test_case_pages_intake import filled
from tests.postgres import PostgresServer


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server of this test alone, since it is stopped and killed."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def app_on_it(
    own_server: PostgresServer, moment: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The application on that server."""
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)
    app = make_app(tmp_path, own_server.fresh_database())
    with app.app_context():
        create_tables()
        build_world()
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_restart_goes_unnoticed(own_server: PostgresServer, app_on_it: Flask) -> None:
    client = World().client("gs-dispatcher", app_on_it)
    db.session.remove()
    assert client.submit("/cases/new", filled()).status_code == 303
    for restart in (own_server.stop, own_server.kill):
        restart()
        own_server.start()
        assert client.get("/cases").status_code == 200
        assert client.submit("/cases/new", filled()).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Case)) == 3
    assert audit.verify().holds


def test_while_it_is_away_the_answers_are_clear(own_server: PostgresServer, app_on_it: Flask) -> None:
    client = World().client("gs-dispatcher", app_on_it)
    token = client.token()
    db.session.remove()
    own_server.stop()
    for path in ("/cases", "/"):
        assert client.get(path).status_code == 503, path
    refused = client.post("/cases/new", data=filled(csrf_token=token))
    page = refused.get_data(as_text=True)
    assert refused.status_code == 503
    assert "暂时不能服务" in page
    assert filled()["content"] in page
    assert client.get("/healthz").status_code == 503
    own_server.start()
    assert client.get("/healthz").status_code == 200
    assert client.post("/cases/new", data=filled(csrf_token=token)).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1
