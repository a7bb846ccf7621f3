"""`/healthz` and `flask health`: green when people can work, red when they cannot, and no secrets told."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import event, text

from core import clock, health
from core.db import db, prove_writable, transaction
from tests.conftest import make_app
from tests.factories.world import World

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.fixture(autouse=True)
def _always_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 0.0)


def asked(app: Flask) -> tuple[int, dict[str, bool], str]:
    """(status, part -> well, body) of the public address."""
    answer = app.test_client().get("/healthz")
    body = answer.get_data(as_text=True)
    found = json.loads(body)
    assert found["ok"] is (answer.status_code == 200)
    return answer.status_code, {name: part["ok"] for name, part in found["parts"].items()}, body


def ill(app: Flask) -> set[str]:
    """The parts that are not well; the answer must be 503."""
    status, parts, _ = asked(app)
    assert status == 503
    return {name for name, ok in parts.items() if not ok}


def test_well(each_app: Flask) -> None:
    status, parts, body = asked(each_app)
    assert status == 200, body
    assert set(parts) == {"database", "disk", "migrations", "files", "calendar"}
    assert all(parts.values())
    assert "运行正常。" in body


def test_the_public_learns_well_or_not_and_nothing_else(each_app: Flask) -> None:
    body = asked(each_app)[2]
    for part in health.examine().parts:
        assert part.detail
        assert part.detail not in body
    page = each_app.test_client().get("/healthz", headers=BROWSER)
    assert page.mimetype == "text/html"
    assert "<h1>运行状况</h1>" in page.get_data(as_text=True)
    assert "Accept" in page.headers["Vary"]


def test_tables_of_another_version_are_red(each_app: Flask) -> None:
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert ill(each_app) == {"migrations"}
    with transaction() as session:
        session.execute(text("DROP TABLE alembic_version"))
    assert ill(each_app) == {"migrations"}


def test_no_place_for_files_is_red(app: Flask) -> None:
    (folder := app.config["FILES_DIR"]) and open(folder, "w").close()
    assert ill(app) == {"files"}


def test_little_room_is_red(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs("/")
    fields = list(real)
    fields[4] = 10
    monkeypatch.setattr(os, "statvfs", lambda _path: os.statvfs_result(fields))
    assert ill(app) == {"disk"}


@pytest.mark.own_app
def test_a_file_at_its_limit_is_red(app: Flask) -> None:
    with db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    @event.listens_for(db.engine, "connect")
    def limit(connection: object, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages + 8}")  # type: ignore[attr-defined]

    db.session.remove()
    db.engine.dispose()
    assert ill(app) == {"database"}


@pytest.mark.own_app
def test_a_database_that_cannot_be_written_is_red(each_app: Flask) -> None:
    sqlite = db.engine.dialect.name == "sqlite"

    @event.listens_for(db.engine, "connect")
    def read_only(connection: object, _record: object) -> None:
        connection.execute(  # type: ignore[attr-defined]
            "PRAGMA query_only=ON" if sqlite else "SET default_transaction_read_only = on"
        )
        if not sqlite:
            connection.commit()  # type: ignore[attr-defined]

    db.session.remove()
    db.engine.dispose()
    assert ill(each_app) == {"database"}


@pytest.fixture(params=["sqlite:////nowhere/app.db", "postgresql+psycopg://nobody:geheim@127.0.0.1:1/none"])
def dead_app(request: pytest.FixtureRequest, moment: datetime, tmp_path: object) -> Iterator[Flask]:
    """An application whose database is not there."""
    app = make_app(tmp_path, request.param)  # type: ignore[arg-type]
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_a_database_that_does_not_answer_is_red_and_tells_no_secret(dead_app: Flask) -> None:
    assert {"database", "migrations"} <= ill(dead_app)
    body = asked(dead_app)[2]
    assert not any(secret in body for secret in ("nowhere", "nobody", "geheim", "127.0.0.1", "sqlite"))
    ran = dead_app.test_cli_runner().invoke(args=["health", "--json"])
    assert ran.exit_code == 1
    assert json.loads(ran.stdout.splitlines()[-1])["parts"]["database"]["ok"] is False
    assert "geheim" not in ran.output


def test_a_year_without_calendar_is_a_warning_only(each_app: Flask) -> None:
    with clock.frozen(datetime(2031, 3, 3, 9, 0, tzinfo=clock.SHANGHAI)):
        status, parts, body = asked(each_app)
    assert (status, parts["calendar"]) == (200, False)
    assert "工作日历：需要留意" in body


def test_a_long_write_by_somebody_is_no_fault(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.db.PROBE_PATIENCE_MS", 50)
    with transaction() as session:
        session.execute(text("UPDATE login_throttle SET failures = 0"))
        with ThreadPoolExecutor(1) as elsewhere:
            status, parts, _ = elsewhere.submit(asked, app).result()
    assert (status, parts["database"]) == (200, True)


def test_the_probe_writes_and_leaves_a_connection_as_it_was(app: Flask) -> None:
    written = []
    for _ in range(2):
        prove_writable()
        with db.engine.connect() as connection:
            written.append(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 15000
    assert written[1] == written[0] + 1


@pytest.mark.own_app
@pytest.mark.parametrize("each_app", ["postgresql"], indirect=True)
def test_no_room_on_the_disk_of_a_postgresql_server_is_red(each_app: Flask) -> None:
    """Two megabytes have to find room there, which a limit stands in for."""

    @event.listens_for(db.engine, "connect")
    def limit(connection: object, _record: object) -> None:
        connection.execute("SET temp_file_limit = '1MB'")  # type: ignore[attr-defined]
        connection.commit()  # type: ignore[attr-defined]

    db.session.remove()
    db.engine.dispose()
    assert ill(each_app) == {"database"}


def test_asking_often_looks_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_SECONDS", 60.0)
    looked: list[int] = []
    real = health.examine
    monkeypatch.setattr(health, "examine", lambda: looked.append(1) or real())
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: app.test_client().get("/healthz"), range(24)))
    assert len(looked) == 1


def test_somebody_who_must_change_the_password_gets_an_answer_too(app: Flask, world: World) -> None:
    client = world.client("rq-handler")
    with transaction():
        world.user("rq-handler").must_change_password = True
    assert client.get("/healthz").status_code == 200


def test_the_command_says_why(each_app: Flask) -> None:
    ran = each_app.test_cli_runner().invoke(args=["health"])
    assert ran.exit_code == 0, ran.output
    assert "运行正常。" in ran.stdout
    with transaction() as session:
        session.execute(text("DELETE FROM alembic_version"))
    ran = each_app.test_cli_runner().invoke(args=["health"])
    assert ran.exit_code == 1
    assert "db upgrade" in ran.stdout
