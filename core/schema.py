"""Migrations on a connection at hand: the revision of its tables, and bringing them to another one."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import Connection

from domain.errors import InvalidInput


def _folder() -> str:
    return str(Path(current_app.root_path) / "migrations")


@cache
def _scripts(folder: str) -> ScriptDirectory:
    return ScriptDirectory(folder)


def head_revision() -> str:
    """The newest migration of this program."""
    return _scripts(_folder()).get_current_head() or ""


def revision_of(connection: Connection) -> str:
    """The migration that made the tables of a database; empty when there are none of ours."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def check_revision(revision: str) -> None:
    """Refuse tables that this program does not know. Errors: InvalidInput."""
    known = {script.revision for script in _scripts(_folder()).walk_revisions()}
    if revision not in known:
        raise InvalidInput(f"备份来自更新的版本（{revision}），请先升级程序再恢复。")


def migrate(connection: Connection, revision: str) -> None:
    """Bring the tables of a connection to `revision` in its own transaction, from an older one or none."""
    config = Config()
    config.set_main_option("script_location", _folder())
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
