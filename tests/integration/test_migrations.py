"""Migrations go both ways on both databases, with data in the tables, and make exactly the models' tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect
from sqlalchemy.exc import DatabaseError

from core.db import db, transaction
from core.schema import head_revision
from core.search import is_ours
from tests.conftest import make_app
from tests.factories.cases import Desk
from tests.factories.filled import fill
from tests.factories.world import build_world
from tests.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_app(request: pytest.FixtureRequest, moment: datetime, tmp_path: Path) -> Iterator[Flask]:
    """The application on an empty database."""
    uri = None
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        uri = server.fresh_database()
    app = make_app(tmp_path, uri)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_revisions_are_known_by_their_files(empty_app: Flask) -> None:
    scripts = ScriptDirectory(f"{empty_app.root_path}/migrations")
    assert head_revision() == scripts.get_current_head()
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def differences() -> list[object]:
    """What the models have and the database lacks, or the other way round."""
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": is_ours})
        return [d for d in compare_metadata(context, db.metadata) if "alembic_version" not in str(d)]


def test_up_with_data_down_and_up_again(empty_app: Flask) -> None:
    upgrade()
    assert differences() == []
    build_world()
    fill(Desk())
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(db.text("DELETE FROM audit_entry"))
    db.session.remove()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade()
    assert differences() == []
