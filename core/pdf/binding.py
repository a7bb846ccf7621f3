"""A volume: the files behind a document, each as its pages or as one sheet that says what it is.

Foreign files never reach the printer: their pages come as pictures out of a process of their own
(`core/pdf/rasters.py`), so the volume stays PDF/A, holds no script, and lacks no font.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from core.pdf.pool import Gone, pool
from core.pdf.rasters import PDF, PICTURES
from domain.documents import Document, Enclosure

Reader = Callable[[str], bytes]
MOST_PAGES = 300
MOST_BYTES = 40_000_000
MOST_SECONDS = 300.0
WALL_SECONDS = 60.0
RASTERS = "core.pdf.rasters"
DIED = "读取这个文件时超出了时间或者内存上限"
FULL_PAGES = f"本卷装入的材料已经达到 {MOST_PAGES} 页的上限"
FULL_BYTES = f"本卷装入的材料已经达到 {MOST_BYTES // 1_000_000} MB 的上限"
FULL_TIME = "本卷的装订时间已经用完"
log = logging.getLogger(__name__)


@dataclass
class Room:
    """What is left of the limits of one volume."""

    until: float
    pages: int = MOST_PAGES
    bytes: int = MOST_BYTES

    def lacks(self) -> str:
        """What has run out; empty when nothing has."""
        if self.pages <= 0:
            return FULL_PAGES
        if self.bytes <= 0:
            return FULL_BYTES
        return FULL_TIME if time.monotonic() >= self.until else ""


def picture_name(position: int, page: int) -> str:
    """The name of the picture of one page of an enclosure, both counted from 1."""
    return f"enclosure-{position}-{page}"


def bind(document: Document, read: Reader) -> tuple[Document, dict[str, bytes]]:
    """The document with what is known of the pages of its enclosures, and their pictures.

    `read` gives the bytes of a sha256, checked; what it raises is not caught. A file that cannot be bound in
    (damaged, locked, hostile, beyond the limits) becomes a sheet with the reason.
    """
    room, found, pictures = Room(time.monotonic() + MOST_SECONDS), list[Enclosure](), dict[str, bytes]()
    for position, enclosure in enumerate(document.enclosures, 1):
        pages, fills, problem = _taken(enclosure, read, room)
        found.append(replace(enclosure, pages=fills, problem=problem))
        pictures |= {picture_name(position, number): page for number, page in enumerate(pages, 1)}
    return replace(document, enclosures=tuple(found)), pictures


def _taken(enclosure: Enclosure, read: Reader, room: Room) -> tuple[list[bytes], tuple[bool, ...], str]:
    """(pictures, whether each fills the sheet, why there are none)."""
    data = read(enclosure.sha256)
    if enclosure.mime != PDF and enclosure.mime not in PICTURES:
        room.pages -= 1
        return [], (), ""
    problem = room.lacks()
    pages, fills = list[bytes](), tuple[bool, ...]()
    if not problem:
        pages, fills, problem = _pictures(enclosure, data, room)
    if sum(map(len, pages)) > room.bytes:
        pages, fills, problem = [], (), FULL_BYTES
    room.pages -= len(pages) or 1
    room.bytes -= sum(map(len, pages))
    return pages, fills, problem


def _pictures(enclosure: Enclosure, data: bytes, room: Room) -> tuple[list[bytes], tuple[bool, ...], str]:
    about = json.dumps({"mime": enclosure.mime, "most": room.pages}).encode()
    try:
        head, *pages = pool().once(RASTERS, [about, data], WALL_SECONDS)
        said = json.loads(head)
        fills = tuple(bool(fill) for fill in said.get("pages", ()))
    except (Gone, ValueError):
        log.warning("%s ended the process that reads it", enclosure.sha256)
        return [], (), DIED
    if "problem" in said or len(fills) != len(pages) or not pages:
        log.warning("%s is not bound in: %s %s", enclosure.sha256, said.get("problem"), said.get("cause"))
        return [], (), str(said.get("problem") or DIED)
    return pages, fills, ""
