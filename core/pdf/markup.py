"""A Document as HTML for the printer: paragraphs broken into lines, everything escaped, positions in points.

The templates (templates/pdf/) know the four forms; the numbers are those of GB/T 9704-2012 (document.css).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from core.pdf.enclosing import enclosures_of, named_pages
from core.pdf.faces import Widths, css_families
from core.pdf.lines import CELL, CELLS, EM, GAP, GIVES_RIGHT, Line, break_lines, pieces_of
from domain.documents import (
    Annex,
    Block,
    Cell,
    Document,
    Form,
    Grid,
    Paragraph,
    Picture,
    Seal,
    SignLines,
    Table,
    Ticks,
)

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "pdf"
MM = 72 / 25.4
PITCH = (225 * MM - EM) / 21
HALF_LEADING = (PITCH - EM) / 2
MARK_SIZE, MARK_ROOM = 44.0, 156 * MM
LETTER_MARK_SIZE, LETTER_MARK_ROOM = 33.0, 160 * MM
INK_TOP = 0.075
FACE_OF_LEVEL = {0: "fs", 1: "ht", 2: "kt", 3: "fs", 4: "fs"}
TAIL_LINES = 2


def environment() -> Environment:
    """Jinja for the documents: everything is escaped, nothing undefined is let through."""
    return Environment(
        loader=FileSystemLoader(FOLDER), autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def points(value: float) -> str:
    """A length for CSS."""
    return f"{value:.3f}pt"


class Writer:
    """Makes the HTML of documents; keeps the widths of characters between them."""

    def __init__(self) -> None:
        self._widths = Widths()
        self._jinja = environment()
        self._jinja.filters["pt"] = points

    def open_fonts(self) -> None:
        """Read the fonts now: later this process may write no file, not even the list of fonts."""
        for role in css_families():
            self._widths.of(role, "一")

    def css(self) -> str:
        """The style sheet of every document."""
        return self._jinja.get_template("document.css").render(
            faces=css_families(), pitch=PITCH, half=HALF_LEADING, gap=GAP, cell=CELL, em=EM, mm=MM
        )

    def html(
        self, document: Document, pictures: Mapping[str, bytes] | None = None, *, verso: bool = False
    ) -> str:
        """The document; `verso` sends what stands on the last face to an even page."""
        context: dict[str, Any] = {
            "d": document,
            "title": " ".join(document.title.split()),
            "blocks": [self._block(b, pictures or {}) for b in document.blocks],
            "enclosures": enclosures_of(document, pictures or {}, self.printable),
            "annexes": [self._annex(document, i, pictures or {}) for i in range(len(document.annexes))],
            "to": self._to(document),
            "named_annexes": self._named_annexes(document),
            "mark": self._mark(document),
            "sign": _sign(document),
            "seal": _seal(document, pictures or {}),
            "qr": _qr(document),
            "note": self.lines(Paragraph(document.note)) if document.note else None,
            "verso": verso,
            "copies_to": "，".join(document.copies_to),
            "watermark": document.watermark.value,
        }
        named_pages(context["blocks"], document)
        context["blocks"], context["tail"] = _tail(context["blocks"], bool(document.signature))
        return self._jinja.get_template(f"{document.form.value}.html").render(context)

    def lines(self, paragraph: Paragraph, indent: float = 2) -> dict[str, Any]:
        """A paragraph as its lines, each ready to print."""
        face = FACE_OF_LEVEL[paragraph.level]
        runs = [(face, paragraph.lead), ("fs" if paragraph.lead else face, paragraph.text)]
        pieces = pieces_of([run for run in runs if run[1]], self._width)
        broken = break_lines(pieces, CELLS, indent)
        return {
            "block": "lines",
            "lines": [_line(x) for x in broken],
            "indent": indent,
            "level": paragraph.level,
        }

    def _width(self, face: str, character: str) -> float:
        width = self._widths.of(face, character)
        return 1.0 if width is None else width

    def unprintable(self, text: str) -> str:
        """The first character that no installed font has; empty when there is none."""
        return next((c for c in text if not c.isspace() and self._widths.of("fs", c) is None), "")

    def printable(self, text: str) -> str:
        """The text with □ in the place of every character that cannot be printed."""
        return "".join(c if c.isprintable() and not self.unprintable(c) else "□" for c in text)

    def _block(self, block: Block, pictures: Mapping[str, bytes]) -> dict[str, Any]:
        match block:
            case Paragraph():
                return self.lines(block)
            case Table():
                return _table(block)
            case Grid():
                return {"block": "grid", "rows": [[_cell(c) for c in row] for row in block.rows]}
            case Ticks():
                return {"block": "ticks", "items": block.items, "inline": block.inline}
            case SignLines():
                return _sign_lines(block, pictures)
            case Picture():
                return _picture(block, pictures)

    def _annex(self, document: Document, place: int, pictures: Mapping[str, bytes]) -> dict[str, Any]:
        annex: Annex = document.annexes[place]
        number = str(place + 1) if len(document.annexes) > 1 else ""
        return {
            "label": f"附件{number}",
            "title": annex.title,
            "blocks": [self._block(b, pictures) for b in annex.blocks],
        }

    def _to(self, document: Document) -> dict[str, Any] | None:
        if not document.addressees:
            return None
        return self.lines(Paragraph(f"{'，'.join(document.addressees)}："), indent=0)

    def _named_annexes(self, document: Document) -> list[dict[str, Any]]:
        """附件说明: one blank line after the body, run-over aligned to the first character of the name."""
        many = len(document.annexes) > 1
        found = []
        for place, annex in enumerate(document.annexes, 1):
            head = "附件：" if place == 1 else "　　　"
            found.append(self.lines(Paragraph(f"{head}{f'{place}.' if many else ''}{annex.title}")))
        return found

    def _mark(self, document: Document) -> dict[str, float]:
        """The size in which the mark fits its line, and how far its ink begins below the top of its box."""
        letter = document.form is Form.LETTER
        most, room = (LETTER_MARK_SIZE, LETTER_MARK_ROOM) if letter else (MARK_SIZE, MARK_ROOM)
        wide = sum(self._width("xbs", c) for c in document.mark) or 1
        size = min(most, room / wide)
        return {"size": size, "ink": INK_TOP * size}


def _line(line: Line) -> dict[str, Any]:
    """Runs of one face, each with its parts: (text, side and em that it gives up)."""
    runs: list[dict[str, Any]] = []
    for place, piece in enumerate(line.pieces):
        if not runs or runs[-1]["face"] != piece.face:
            runs.append({"face": piece.face, "parts": []})
        given = line.given.get(place, 0.0)
        side = "right" if piece.text in GIVES_RIGHT else "left"
        runs[-1]["parts"].append((piece.text, side, given))
    return {"runs": runs, "spacing": line.spacing and GAP + line.spacing}


def _tail(blocks: list[dict[str, Any]], signed: bool) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """The last lines of the body go with the signature, which never stands alone on a page."""
    if not signed or not blocks or blocks[-1]["block"] != "lines":
        return blocks, None
    last = blocks[-1]
    if len(last["lines"]) <= TAIL_LINES + 1:
        return blocks[:-1], last
    split = len(last["lines"]) - TAIL_LINES
    head = last | {"lines": last["lines"][:split]}
    return [*blocks[:-1], head], last | {"lines": last["lines"][split:], "indent": 0}


def _table(table: Table) -> dict[str, Any]:
    widths = table.widths or (0.0,) * len(table.head)
    free = 156 - sum(widths)
    open_columns = sum(1 for w in widths if not w) or 1
    return {
        "block": "table",
        "caption": table.caption,
        "head": table.head,
        "rows": table.rows,
        "widths": [w or free / open_columns for w in widths],
        "centred": table.centred,
        "anchor": "",
        "page_column": -1,
        "pages": {},
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "label": cell.label,
        "value": cell.value,
        "span": cell.span,
        "lines": cell.lines,
        "ticks": cell.ticks,
    }


def _picture(picture: Picture, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    known = picture.name in pictures
    return {"block": "picture", "url": f"app:{picture.name}" if known else "", "caption": picture.caption,
            "width": picture.width}  # fmt: skip


def _sign_lines(block: SignLines, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    """Each line with the signature that was given on a screen, where there is one."""
    rows = []
    for place, label in enumerate(block.labels):
        name = block.pictures[place] if place < len(block.pictures) else ""
        day = block.dates[place] if place < len(block.dates) else ""
        url = f"app:{name}" if name in pictures else ""
        blank = "　　年　　月　　日" if block.dated else ""
        rows.append({"label": label, "url": url, "date": day or blank})
    return {"block": "sign", "rows": rows}


def _sign(document: Document) -> dict[str, Any] | None:
    """署名 and date, 7.3.5.1: the date 4 characters in from the right, the name centred over it."""
    if document.signature is None:
        return None
    wide = max(len(document.signature.organ), 1)
    date = sum(0.5 if c.isascii() else 1 for c in document.signature.date) or 8.0
    overhang = max(0.0, (wide - date) / 2 - 4)
    return {"organ": document.signature.organ, "date": document.signature.date, "overhang": overhang}


def _seal(document: Document, pictures: Mapping[str, bytes]) -> dict[str, Any] | None:
    """The organization's own picture; or a drawn seal for samples and drafts, which says 样式, so that nobody
    takes it for a real one."""
    if document.signature is None or document.signature.seal is Seal.NONE:
        return None
    if document.signature.seal is Seal.PICTURE:
        known = document.signature.picture in pictures
        url = f"app:{document.signature.picture}"
        return {"url": url, "name": document.signature.organ} if known else None
    name = document.signature.organ
    span = min(270.0, len(name) * 24.0)
    step = span / max(1, len(name) - 1)
    corners = [(26 if k % 2 == 0 else 10, k * math.pi / 5) for k in range(10)]
    return {
        "url": "",
        "name": name,
        "letters": [(f"{-span / 2 + i * step:.2f}", c) for i, c in enumerate(name)],
        "star": " ".join(f"{r * math.sin(a):.2f},{-r * math.cos(a):.2f}" for r, a in corners),
    }


def _qr(document: Document) -> dict[str, Any] | None:
    """The code that leads to the page where anybody can verify the document."""
    if not document.verify_url:
        return None
    svg = segno.make(document.verify_url, error="m").svg_inline(
        border=1, omitsize=True, title="核验二维码", svgclass=None, lineclass=None
    )
    return {"svg": Markup(svg), "code": document.code}  # noqa: S704  # paths only, made by segno
