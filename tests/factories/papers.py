"""What a printed paper says."""

from __future__ import annotations

import pypdfium2


def text_of(pdf: bytes) -> str:
    """The text of a printed record, as it stands without line breaks."""
    pages = pypdfium2.PdfDocument(pdf)
    whole = "".join(page.get_textpage().get_text_range() for page in pages)
    return "".join(whole.split())
