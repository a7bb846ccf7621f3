"""Printing in the worker: HTML to PDF/A-2u with one font configuration and a fetcher that reads nothing."""

from __future__ import annotations

import io
import logging
import os
from collections.abc import Mapping
from typing import Any

from core.pdf.faces import fontconfig_file
from core.pdf.markup import Writer
from domain.documents import Document, check, words_in
from domain.errors import InvalidInput

VARIANT = "pdf/a-2u"
MOST_PAGES = 400
JPEG = b"\xff\xd8\xff"


class Press:
    """Prints documents one after the other; made once in a process: each font configuration keeps memory."""

    def __init__(self) -> None:
        os.environ["FONTCONFIG_FILE"] = str(fontconfig_file())
        from weasyprint import CSS  # type: ignore[import-untyped]
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

        logging.getLogger("weasyprint").addHandler(logging.NullHandler())
        logging.getLogger("weasyprint").propagate = False
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        self.writer = Writer()
        self.writer.open_fonts()
        self._fonts = FontConfiguration()
        self._css = CSS(string=self.writer.css(), font_config=self._fonts)

    def print(self, document: Document, pictures: Mapping[str, bytes]) -> tuple[bytes, int]:
        """(PDF, pages). Errors: InvalidInput for what cannot be printed, with the character or the limit."""
        check(document)
        for text in words_in(document):
            if missing := self.writer.unprintable(text):
                raise InvalidInput(f"“{missing}”（U+{ord(missing):04X}）在本机的公文字体里没有，不能打印。")
        most = MOST_PAGES + sum(len(e.pages) or 1 for e in document.enclosures)
        pages = self._laid_out(self.writer.html(document, pictures), pictures, most)
        if "imprint" in pages.imprint and pages.imprint["imprint"] % 2:
            pages = self._laid_out(self.writer.html(document, pictures, verso=True), pictures, most)
        out = io.BytesIO()
        pages.rendered.write_pdf(out, pdf_variant=VARIANT, pdf_tags=True)
        return out.getvalue(), len(pages.rendered.pages)

    def bare(self, html: str) -> bytes:
        """The same HTML through WeasyPrint alone, for measuring."""
        from weasyprint import HTML

        made: bytes = HTML(string=html, url_fetcher=_fetcher({})).write_pdf(
            stylesheets=[self._css], font_config=self._fonts, pdf_variant=VARIANT, pdf_tags=True
        )
        return made

    def _laid_out(self, html: str, pictures: Mapping[str, bytes], most: int = MOST_PAGES) -> _Pages:
        from weasyprint import HTML

        rendered = HTML(string=html, base_url="app:", url_fetcher=_fetcher(pictures)).render(
            stylesheets=[self._css], font_config=self._fonts, pdf_variant=VARIANT, pdf_tags=True
        )
        if len(rendered.pages) > most:
            raise InvalidInput(f"文书有 {len(rendered.pages)} 页，超过 {most} 页的上限，请拆成几份。")
        return _Pages(rendered)


class _Pages:
    """What was laid out, and on which page the anchors lie."""

    def __init__(self, rendered: Any) -> None:
        self.rendered = rendered
        self.imprint = {
            name: number for number, page in enumerate(rendered.pages, 1) for name in page.anchors
        }


def _fetcher(pictures: Mapping[str, bytes]) -> Any:
    """Gives only the pictures that came with the document; anything else is refused before it is read."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    class OnlyPictures(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            name = url.removeprefix("app:")
            if not url.startswith("app:") or name not in pictures:
                raise ValueError("refused")
            mime = "image/jpeg" if pictures[name].startswith(JPEG) else "image/png"
            return URLFetcherResponse(url, pictures[name], {"Content-Type": mime})

    return OnlyPictures(allowed_protocols=(), allow_redirects=False, fail_on_errors=False)
