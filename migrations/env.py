"""Runs migrations on the database of the application, whichever it is."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

from core.db import _writing, db


def run() -> None:
    """Upgrade or downgrade in one write transaction, or in that of a connection that was handed in."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run_on(given)
        return
    writing = _writing.set(True)
    try:
        with db.engine.connect() as connection:
            run_on(connection)
    finally:
        _writing.reset(writing)


def run_on(connection: Connection) -> None:
    """Run the migrations that the command asks for."""
    options = current_app.extensions["migrate"].configure_args
    context.configure(connection=connection, target_metadata=db.metadata, **options)
    with context.begin_transaction():
        context.run_migrations()


run()
