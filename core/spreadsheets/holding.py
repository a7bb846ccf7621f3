"""Uploaded spreadsheets between upload and confirmation: kept on the server, found only by who sent them."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from core.spreadsheets.container import MAX_BYTES, MEGABYTE
from domain.errors import InvalidInput

KEPT_UNCONFIRMED = timedelta(hours=24)
KEPT_RESULTS = timedelta(days=7)
_TOKEN = re.compile(r"[0-9a-f]{32}")


@dataclass
class Held:
    """One upload of one person. `facts` is what the pages show and what the next step needs."""

    folder: Path
    token: str
    name: str
    at: datetime
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """The file as it was sent."""
        return self.folder / "upload"

    @property
    def rejects(self) -> Path:
        """Its rows that have to be mended."""
        return self.folder / "rejects.xlsx"

    def save(self) -> None:
        """Write the facts down."""
        told = {"name": self.name, "at": self.at.isoformat(), "facts": self.facts}
        partial = self.folder / "facts.part"
        partial.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        partial.replace(self.folder / "facts.json")

    def drop_upload(self) -> None:
        """Forget the file itself once its rows are in."""
        self.path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Forget everything."""
        shutil.rmtree(self.folder, ignore_errors=True)


def hold(root: Path, user_id: int, name: str, stream: IO[bytes], *, now: datetime) -> Held:
    """Keep an upload under `root`. Errors: InvalidInput when it is too large."""
    sweep(root, now)
    token = uuid4().hex
    held = Held(root / str(user_id) / token, token, _clean(name), now)
    held.folder.mkdir(mode=0o700, parents=True)
    left = MAX_BYTES
    with held.path.open("wb") as out:
        while piece := stream.read(MEGABYTE):
            left -= len(piece)
            if left < 0:
                held.drop()
                raise InvalidInput(f"文件超过 {MAX_BYTES // MEGABYTE} MB，请分成几个文件导入。", "file")
            out.write(piece)
    held.save()
    return held


def _clean(name: str) -> str:
    """The file's name for people; never used as a path."""
    bare = re.sub(r"[^\w\s.()（）【】、，-]", "", re.split(r"[/\\]", name)[-1]).strip()
    return " ".join(bare.split())[:120] or "未命名文件"


def held_for(root: Path, user_id: int, token: str) -> Held | None:
    """An upload of this person, None for anybody else's, an unknown or an expired one."""
    if not _TOKEN.fullmatch(token):
        return None
    return _read(root / str(user_id) / token)


def _read(folder: Path) -> Held | None:
    try:
        told = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Held(folder, folder.name, told["name"], datetime.fromisoformat(told["at"]), told["facts"])


def sweep(root: Path, now: datetime) -> None:
    """Forget uploads that nobody confirmed within a day, and results after a week."""
    for folder in root.glob("*/*"):
        held = _read(folder)
        if held is None or now - held.at > (KEPT_RESULTS if "result" in held.facts else KEPT_UNCONFIRMED):
            shutil.rmtree(folder, ignore_errors=True)
