"""Finished PDFs: their pages as pictures, and many of them in one file."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from typing import Any

_one_at_a_time = threading.Lock()  # pdfium is not made for several threads


def page_images(pdf: bytes, width: int = 700, most: int = 40) -> list[bytes]:
    """The first pages as PNG, `width` pixels wide."""
    import pypdfium2  # type: ignore[import-untyped]

    found = []
    with _one_at_a_time:
        document = pypdfium2.PdfDocument(pdf)
        try:
            for number in range(min(len(document), most)):
                page = document[number]
                picture = page.render(scale=width / page.get_width()).to_pil()
                out = io.BytesIO()
                picture.save(out, "PNG")
                found.append(out.getvalue())
        finally:
            document.close()
    return found


def _without_signatures(part: Any) -> None:
    """A signature holds for the file that it was made for; in another one it would only look broken."""
    from pikepdf import Array

    for page in part.pages:
        if "/Annots" in page:
            page.Annots = Array(note for note in page.Annots if note.get("/Subtype") != "/Widget")


def merge(pdfs: Iterable[bytes], duplex: bool = False) -> bytes:
    """One file in this order; for duplex printing every document begins on the front of a sheet."""
    import pikepdf

    with pikepdf.new() as whole:
        for pdf in pdfs:
            with pikepdf.open(io.BytesIO(pdf)) as part:
                _without_signatures(part)
                whole.pages.extend(part.pages)
            if duplex and len(whole.pages) % 2:
                box = [float(x) for x in whole.pages[-1].mediabox]
                whole.add_blank_page(page_size=(box[2] - box[0], box[3] - box[1]))
        out = io.BytesIO()
        whole.save(out, deterministic_id=True)
        return out.getvalue()
