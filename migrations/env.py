"""Runs migrations on the database of the application, whichever it is."""

from __future__ import annotations

from alembic import context
from flask import current_app

from core.db import _writing, db


def run() -> None:
    """Upgrade or downgrade in one write transaction."""
    options = current_app.extensions["migrate"].configure_args
    writing = _writing.set(True)
    try:
        with db.engine.connect() as connection:
            context.configure(connection=connection, target_metadata=db.metadata, **options)
            with context.begin_transaction():
                context.run_migrations()
    finally:
        _writing.reset(writing)


run()
