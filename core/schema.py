"""Migrations on a connection at hand: the revision of its tables, and bringing them to another one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import current_app
from sqlalchemy import Connection, inspect, text

from domain.errors import InvalidInput


def _folder() -> str:
    return str(Path(current_app.root_path) / "migrations")


@cache
def _revisions(folder: str) -> tuple[str, ...]:
    """The migrations in order; each file is called by the number of its revision."""
    return tuple(sorted(path.name.partition("_")[0] for path in Path(folder, "versions").glob("[0-9]*.py")))


def head_revision() -> str:
    """The newest migration of this program."""
    return _revisions(_folder())[-1]


def revision_of(connection: Connection) -> str:
    """The migration that made the tables of a database; empty when there are none of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return connection.scalar(text("SELECT version_num FROM alembic_version")) or ""


def check_revision(revision: str) -> None:
    """Refuse tables that this program does not know. Errors: InvalidInput."""
    if revision not in _revisions(_folder()):
        raise InvalidInput(f"备份来自更新的版本（{revision}），请先升级程序再恢复。")


def migrate(connection: Connection, revision: str) -> None:
    """Bring the tables of a connection to `revision` in its own transaction, from an older one or none."""
    from alembic import command  # heavy, and no business of a serving process
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _folder())
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
