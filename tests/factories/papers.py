"""What a printed paper says."""

from __future__ import annotations

import io

import pikepdf
import pypdfium2


def empty_pdf() -> bytes:
    """A real file of one empty page."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def text_of(pdf: bytes) -> str:
    """The text of a printed record, as it stands without line breaks."""
    pages = pypdfium2.PdfDocument(pdf)
    whole = "".join(page.get_textpage().get_text_range() for page in pages)
    return "".join(whole.split())
