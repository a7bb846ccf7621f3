"""Anchors of the audit log in files that are kept elsewhere: one JSON line an anchor, or a backup archive."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from core.audit import Anchor
from domain.errors import InvalidInput

MOST_BYTES = 64 * 1024 * 1024


def as_json(anchor: Anchor) -> dict[str, Any]:
    """What a line holds: seq, digest, at (ISO 8601 with zone)."""
    return {"seq": anchor.seq, "digest": anchor.digest, "at": anchor.at.isoformat(timespec="seconds")}


def from_json(data: Any) -> Anchor:
    """The anchor of a parsed line. Errors: ValueError, KeyError, TypeError."""
    seq, digest, at = data["seq"], data["digest"], datetime.fromisoformat(data["at"])
    if type(seq) is not int or seq < 0 or at.tzinfo is None:
        raise ValueError("no anchor")
    if not isinstance(digest, str) or len(bytes.fromhex(digest)) != 32:
        raise ValueError("no digest")
    return Anchor(seq, digest, at)


def read(path: Path) -> list[Anchor]:
    """The anchors of a file, oldest first. Errors: InvalidInput naming the line; OSError."""
    if path.stat().st_size > MOST_BYTES:
        raise InvalidInput(f"{path} 太大，不是锚点文件。")
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(from_json(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            raise InvalidInput(f"{path} 的第 {number} 行不是审计锚点。") from None
    return found


def append(path: Path, anchor: Anchor) -> None:
    """Add a line, on the disk (fsync) on return. Errors: OSError."""
    with path.open("a", encoding="utf-8") as out:
        out.write(json.dumps(as_json(anchor)) + "\n")
        out.flush()
        os.fsync(out.fileno())
