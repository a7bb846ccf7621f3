"""Two disks that can be filled up and emptied again: a real small one, and a SQLite file with a limit."""

from __future__ import annotations

import errno
import subprocess
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, Protocol, Self

from sqlalchemy import event

from core.db import db

MEGABYTES = 24


class Disk(Protocol):
    """A place for the data of an application."""

    folder: Path

    def fill(self) -> None:
        """Leave no room."""

    def free(self) -> None:
        """Make room again."""


class Tmpfs(AbstractContextManager["Tmpfs"]):
    """A mounted tmpfs of 24 MB, filled with a file of zeros. Errors: OSError where mounting is not allowed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def __enter__(self) -> Self:
        self.folder.mkdir()
        size = f"size={MEGABYTES}m"
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "none", self.folder], capture_output=True)
        if done.returncode:
            raise OSError(errno.EPERM, done.stderr.decode())
        return self

    def __exit__(self, *_error: object) -> None:
        subprocess.run(["umount", "--lazy", self.folder], check=True)

    def fill(self) -> None:
        """Write zeros until the disk refuses."""
        with self._ballast.open("ab", buffering=0) as out, suppress(OSError):
            while True:
                out.write(bytes(4096))

    def free(self) -> None:
        """Delete the file of zeros."""
        self._ballast.unlink()


class PageLimit:
    """A SQLite file that may not grow: what a full disk looks like where nothing can be mounted."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self._limit = 0

    def _on_connect(self, connection: Any, _record: Any) -> None:
        if self._limit:
            connection.execute(f"PRAGMA max_page_count={self._limit}")

    def _reconnect(self) -> None:
        db.session.remove()
        db.engine.dispose()

    def fill(self) -> None:
        """No page more from now on."""
        if not event.contains(db.engine, "connect", self._on_connect):
            event.listen(db.engine, "connect", self._on_connect)
        with db.engine.connect() as connection:
            self._limit = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        self._reconnect()

    def free(self) -> None:
        """No limit any more."""
        self._limit = 0
        self._reconnect()
