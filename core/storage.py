"""Room on the disks: how much is left, and whether an error means that nothing is left."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.engine import URL, make_url

MEGABYTE = 1024 * 1024
MOST_WANTED = 200 * MEGABYTE
WANTED_SHARE = 20
FULL_ERRNO = frozenset({errno.ENOSPC, errno.EDQUOT})
POSTGRES_FULL = "53100"


class Room(NamedTuple):
    """Bytes free for this process and bytes in all on the disk of a folder."""

    free: int
    total: int

    @property
    def wanted(self) -> int:
        """Bytes that must stay free: a twentieth of the disk, at most 200 MB."""
        return min(MOST_WANTED, self.total // WANTED_SHARE)

    @property
    def enough(self) -> bool:
        """Whether so much is free that work can go on."""
        return self.free >= self.wanted


def room(folder: str | Path) -> Room:
    """Room on the disk of `folder`, or of its nearest parent that exists. Errors: OSError."""
    path = Path(folder).absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    found = os.statvfs(path)
    return Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)


def sqlite_file(url: str | URL | None) -> Path | None:
    """The SQLite file of a SQLAlchemy URL; None for other databases and for memory."""
    parts = make_url(url or "sqlite://")
    if parts.get_backend_name() != "sqlite" or not parts.database or parts.database == ":memory:":
        return None
    return Path(parts.database).absolute()


def is_full(error: BaseException | None, database: Path | None = None) -> bool:
    """Whether `error` means that a disk is full.

    SQLite calls some of these an input/output error: then the room left beside the file `database` decides.
    """
    if isinstance(error, OSError):
        return error.errno in FULL_ERRNO
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_IOERR:
            return database is not None and not room(database.parent).enough
        return bool(code == sqlite3.SQLITE_FULL)
    return getattr(error, "sqlstate", None) == POSTGRES_FULL
