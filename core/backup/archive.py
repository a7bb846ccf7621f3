"""The archive of a backup: a ZIP file whose last bytes are the sha256 of everything before them.

Inside: `manifest.json`, the database (`database.sqlite`, or `tables/<name>.copy` on PostgreSQL), and the
stored files as `files/<sha256>`. Any changed, missing or added byte is noticed before anything is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from core import anchors
from core.audit import Anchor
from domain.errors import InvalidInput

FORMAT = "utility-supervision-backup/1"
SEAL = f"{FORMAT} sha256:".encode()
DIGEST_CHARS = 64
MANIFEST = "manifest.json"
MOST_MANIFEST_BYTES = 512 * 1024 * 1024
BLOCK = 1024 * 1024
FAST = 1
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, KeyError)


class NotWhole(InvalidInput):
    """The file is an archive of ours, but was cut or changed."""


@dataclass(frozen=True)
class Part:
    """One entry of the archive: name, bytes, sha256 (hex)."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Table:
    """A table as it was dumped: rows; the columns of its text (PostgreSQL only)."""

    name: str
    rows: int
    columns: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Manifest:
    """What an archive holds. `kind` is sqlite or postgresql, `missing` the digests of stored files that were
    gone or damaged already, `sequences` the last value of each sequence (PostgreSQL only)."""

    created_at: datetime
    kind: str
    revision: str
    tables: list[Table]
    database: list[Part]
    files: list[Part]
    missing: list[str]
    audit: Anchor
    sequences: dict[str, int]

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        found = asdict(self) | {
            "format": FORMAT,
            "created_at": self.created_at.isoformat(timespec="seconds"),
            "audit": anchors.as_json(self.audit),
        }
        return dict(sorted(found.items()))

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Manifest:
        """Errors: KeyError, TypeError, ValueError."""
        created = datetime.fromisoformat(data["created_at"])
        if data["format"] != FORMAT or created.tzinfo is None or data["kind"] not in ("sqlite", "postgresql"):
            raise ValueError("another format")
        digests = [part["sha256"] for part in data["files"]] + data["missing"]
        if not all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests):
            raise ValueError("no digest")
        return cls(
            created_at=created,
            kind=data["kind"],
            revision=str(data["revision"]),
            tables=[Table(**table) for table in data["tables"]],
            database=[Part(**part) for part in data["database"]],
            files=[Part(**part) for part in data["files"]],
            missing=list(data["missing"]),
            audit=anchors.from_json(data["audit"]),
            sequences={str(name): int(last) for name, last in data["sequences"].items()},
        )


def file_entry(sha256: str) -> str:
    """Name of a stored file in the archive."""
    return f"files/{sha256}"


# ---- writing -----------------------------------------------------------------------------------------------


class Entry:
    """One entry while it is being written."""

    def __init__(self, name: str, out: IO[bytes]) -> None:
        self._name, self._out = name, out
        self._size, self._digest = 0, hashlib.sha256()

    def write(self, block: bytes | memoryview) -> None:
        """Add a block."""
        self._digest.update(block)
        self._size += len(block)
        self._out.write(block)

    @property
    def part(self) -> Part:
        """What has been written."""
        return Part(self._name, self._size, self._digest.hexdigest())


class Writer:
    """Adds entries to an archive that is being made."""

    def __init__(self, packed: zipfile.ZipFile) -> None:
        self._packed = packed

    @contextmanager
    def entry(self, name: str, *, packed: bool = True) -> Iterator[Entry]:
        """Write one entry block by block."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with self._packed.open(info, "w", force_zip64=True) as out:
            yield Entry(name, out)

    def copy(self, name: str, source: IO[bytes], *, packed: bool = True) -> Part:
        """Add an open file as an entry."""
        with self.entry(name, packed=packed) as entry:
            while block := source.read(BLOCK):
                entry.write(block)
        return entry.part

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest, and room for the seal."""
        with self.entry(MANIFEST) as entry:
            entry.write(json.dumps(manifest.as_json(), ensure_ascii=False).encode())
        self._packed.comment = SEAL + b"0" * DIGEST_CHARS


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """Make an archive under the name `path`, readable by its owner alone; nothing stays after an error.

    Errors: OSError, FileExistsError.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "r+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=FAST) as packed:
                yield Writer(packed)
            body, _ = _digests(out)
            out.seek(-DIGEST_CHARS, os.SEEK_END)
            out.write(body.encode())
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


# ---- reading -----------------------------------------------------------------------------------------------


def _digests(source: IO[bytes]) -> tuple[str, str]:
    """sha256 of all but the last 64 bytes of an archive, and of the whole file."""
    left = source.seek(0, os.SEEK_END) - DIGEST_CHARS
    source.seek(0)
    body = hashlib.sha256()
    while left > 0 and (block := source.read(min(BLOCK, left))):
        body.update(block)
        left -= len(block)
    whole = body.copy()
    whole.update(source.read(DIGEST_CHARS))
    return body.hexdigest(), whole.hexdigest()


def sha256_of(path: Path) -> str:
    """sha256 of the whole file, as `sha256sum` prints it."""
    with path.open("rb") as source:
        return _digests(source)[1]


class Reader:
    """An archive whose seal held. `sha256` is that of the whole file."""

    def __init__(self, packed: zipfile.ZipFile, manifest: Manifest, sha256: str) -> None:
        self._packed = packed
        self.manifest = manifest
        self.sha256 = sha256

    def blocks(self, part: Part) -> Iterator[bytes]:
        """The bytes of an entry. Errors: NotWhole when they are not those of the manifest (at the end)."""
        digest, size = hashlib.sha256(), 0
        for block in self._inflated(part):
            digest.update(block)
            size += len(block)
            if size > part.size:
                break
            yield block
        if (digest.hexdigest(), size) != (part.sha256, part.size):
            raise NotWhole(f"备份里的 {part.name} 与清单不符。")

    def _inflated(self, part: Part) -> Iterator[bytes]:
        try:
            with self._packed.open(part.name) as source:
                while block := source.read(BLOCK):
                    yield block
        except UNREADABLE as error:
            raise NotWhole(f"备份里的 {part.name} 读不出来。") from error

    def check(self) -> None:
        """Every entry is what the manifest says, and there are no others. Errors: NotWhole."""
        manifest = self.manifest
        wanted = [*manifest.database, *manifest.files]
        if any(part.name != file_entry(part.sha256) for part in manifest.files):
            raise NotWhole("备份的清单有误：附件的名字与内容对不上。")
        if sorted(self._packed.namelist()) != sorted([MANIFEST, *(part.name for part in wanted)]):
            raise NotWhole("备份里的内容与清单不符。")
        for part in wanted:
            for _block in self.blocks(part):
                pass


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open an archive after its seal has been checked.

    Errors: InvalidInput for a file that is no archive of ours, NotWhole for one that was cut or changed,
    OSError.
    """
    with path.open("rb") as source:
        digest = _checked_seal(path, source)
        try:
            packed = zipfile.ZipFile(source)
        except UNREADABLE as error:
            raise NotWhole(f"{path} 已损坏，读不出来。") from error
        with packed:
            yield Reader(packed, _manifest(packed), digest)


def _checked_seal(path: Path, source: IO[bytes]) -> str:
    tail = len(SEAL) + DIGEST_CHARS
    start = source.read(2)
    size = source.seek(0, os.SEEK_END)
    source.seek(max(0, size - tail))
    end = source.read()
    if not end.startswith(SEAL):
        ours = "，或者文件不完整" if start == b"PK" else ""
        raise InvalidInput(f"{path} 不是本系统的备份{ours}。")
    body, whole = _digests(source)
    if body.encode() != end[-DIGEST_CHARS:]:
        raise NotWhole(f"{path} 不完整，或者被改动过。")
    return whole


def _manifest(packed: zipfile.ZipFile) -> Manifest:
    try:
        info = packed.getinfo(MANIFEST)
        if info.file_size > MOST_MANIFEST_BYTES:
            raise ValueError("too large")
        return Manifest.from_json(json.loads(packed.read(info)))
    except (*UNREADABLE, TypeError, ValueError, AttributeError) as error:
        raise NotWhole("备份的清单读不出来。") from error
