"""Files that people hand in, good and bad, and dossiers that bind them in."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pikepdf
from PIL import Image

from domain.documents import PAGE_COLUMN, Document, Enclosure, Table, part_name
from domain.notice_samples import sample

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
A4 = (595.276, 841.89)


def pdf_of(*sizes: tuple[float, float], action: str = "") -> bytes:
    """A PDF with a framed page of each size (pt); `action` is a script that runs when it is opened."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for wide, high in sizes:
            pdf.add_blank_page(page_size=(wide, high))
            frame = f"0 0 1 RG 4 w 30 30 {wide - 60} {high - 60} re S".encode()
            pdf.pages[-1].contents_add(pikepdf.Stream(pdf, frame))
        if action:
            script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String(action))
            pdf.Root.OpenAction = script
        pdf.save(out)
    return out.getvalue()


def locked_pdf() -> bytes:
    """A PDF that asks for a password."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf_of(A4))) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(user="open", owner="own"))
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (800, 600), mode: str = "RGB") -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new(mode, size, (200, 30, 30, 128)[: len(mode)]).save(out, kind)
    return out.getvalue()


class Shelf:
    """Bytes by their digest, and which of them were read."""

    def __init__(self, *files: tuple[str, str, bytes]) -> None:
        self.bytes = {hashlib.sha256(data).hexdigest(): data for _, _, data in files}
        self.read: list[str] = []
        self.enclosures = tuple(
            Enclosure(name, mime, len(data), hashlib.sha256(data).hexdigest(), "示例燃气公司 示例经办人", "2026-10-12 09:30")
            for name, mime, data in files
        )

    def get(self, sha256: str) -> bytes:
        """The bytes of a digest."""
        self.read.append(sha256)
        return self.bytes[sha256]


def volume(shelf: Shelf) -> Document:
    """The sample dossier with the files on the shelf behind it, all in its catalogue."""
    document = sample("dossier", plain=True)
    rows = [("1", "办理经过", "", "", "办理经过")]
    rows += [(str(at + 1), f"第{at}件", "", "2026-10-12", part_name(at)) for at, _ in enumerate(shelf.enclosures, 1)]
    blocks = tuple(
        replace(block, rows=tuple(rows)) if isinstance(block, Table) and PAGE_COLUMN in block.head else block
        for block in document.blocks
    )
    return replace(document, blocks=blocks, enclosures=shelf.enclosures)
