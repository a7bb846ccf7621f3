"""The short form of `python -m tests.kill_nine`: three kills under load, nothing acknowledged is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app import create_app
from core.db import db
from tests.kill_nine import Trial
from tests.postgres import PostgresServer

SHORT = (0.2, 0.6)


def passed(trial: Trial) -> None:
    trial.run(3)
    assert trial.faults == []
    assert trial.record.acknowledged >= 6
    assert trial.record.notes | trial.record.files


def test_nothing_is_lost_on_sqlite(tmp_path: Path) -> None:
    passed(Trial(tmp_path, None, 3, SHORT))


def test_nothing_is_lost_on_postgresql(tmp_path: Path) -> None:
    with PostgresServer() as own:
        passed(Trial(tmp_path, own, 3, SHORT))


def test_a_loss_would_be_noticed(tmp_path: Path) -> None:
    trial = Trial(tmp_path, None, 3, SHORT)
    trial.run(1)
    assert trial.faults == []
    with closing(sqlite3.connect(tmp_path / "app.db")) as database, database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute('DELETE FROM "case" WHERE id = 1')
    trial._compare(last=True)
    assert {fault.partition(":")[0] for fault in trial.faults} == {"lost", "numbers have gaps"}


def test_every_commit_is_synced(tmp_path: Path) -> None:
    """What kill -9 cannot show: SQLite waits for the disk, so that a power cut loses nothing either."""
    real = create_app({"SECRET_KEY": "x", "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'real.db'}"})
    with real.app_context():
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        db.engine.dispose()
