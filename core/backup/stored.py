"""Stored files in a backup: what the rows of the snapshot name, checked by their digests on both ways."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from sqlalchemy import Connection, select

from core.backup.archive import BLOCK, Part, Reader, Writer, file_entry
from core.files import StoredFile, path_of, write_whole


def pack(connection: Connection, writer: Writer) -> tuple[list[Part], list[str]]:
    """Every stored file that the snapshot knows, and the digests of those that are gone or damaged.

    Files are written before their rows and never changed, so that they may be read after the snapshot.
    """
    parts, missing = [], []
    for sha256 in connection.scalars(select(StoredFile.sha256).order_by(StoredFile.id)).all():
        path = path_of(sha256)
        if not is_whole(path, sha256):
            missing.append(sha256)
            continue
        with path.open("rb") as source:
            parts.append(writer.copy(file_entry(sha256), source, packed=False))
    return parts, missing


def is_whole(path: Path, sha256: str) -> bool:
    """Whether the file is there and has this digest."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as source:
            while block := source.read(BLOCK):
                digest.update(block)
    except OSError:
        return False
    return digest.hexdigest() == sha256


def put_back(reader: Reader, added: list[Path]) -> None:
    """Write the files of an archive that are not there (whole) already; `added` takes the new ones."""
    for part in reader.manifest.files:
        path = path_of(part.sha256)
        if is_whole(path, part.sha256):
            continue
        if not path.exists():
            added.append(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, b"".join(reader.blocks(part)))


def take_back(added: list[Path]) -> None:
    """Remove files that were put back, and folders that are empty without them."""
    for path in added:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            path.parent.rmdir()
