"""What stands on printed pages, in millimetres: lines of text out of the file, ink out of the picture of the page."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pdfplumber
import pypdfium2
from PIL import Image, ImageChops

MM = 72 / 25.4
SCALE = 6  # pixels a point: 0.059 mm
ASCENT = 0.88  # of the em box of a full-width character above the base line


@dataclass(frozen=True)
class TextLine:
    """Characters on one base line and of one size, from left to right; lengths in mm, size in pt."""

    text: str
    fonts: tuple[str, ...]
    x0: float
    x1: float
    base: float
    size: float
    sheet: int

    @property
    def top(self) -> float:
        """Upper edge of the em box."""
        return self.base - ASCENT * self.size / MM

    @property
    def bottom(self) -> float:
        """Lower edge of the em box."""
        return self.base + (1 - ASCENT) * self.size / MM

    @property
    def middle(self) -> float:
        """Halfway between the ends."""
        return (self.x0 + self.x1) / 2

    def in_face(self, names: tuple[str, ...]) -> bool:
        """Whether its first character is in one of these fonts."""
        return any(name in self.fonts[0] for name in names)


@dataclass(frozen=True)
class Band:
    """A horizontal rule as it is seen."""

    top: float
    bottom: float
    x0: float
    x1: float

    @property
    def width(self) -> float:
        """Its length."""
        return self.x1 - self.x0

    @property
    def thick(self) -> float:
        """Its thickness."""
        return self.bottom - self.top


def is_black(char: dict[str, Any]) -> bool:
    """Neither watermark nor seal nor mark."""
    colour = char["non_stroking_color"]
    return colour is None or max(colour if isinstance(colour, tuple) else (colour,)) < 0.05


class Sheet:
    """One page."""

    def __init__(self, page: Any, picture: Any, number: int) -> None:
        self.number = number
        self.width, self.height = page.width / MM, page.height / MM
        self.chars = page.chars
        self._page, self._picture = page, picture

    @cached_property
    def lines(self) -> list[TextLine]:
        """Lines of black text and of the mark, from the top."""
        found: dict[tuple[float, float], list[dict[str, Any]]] = {}
        for char in self.chars:
            if char["size"] > 100 or (not is_black(char) and not self._in_mark(char)):
                continue
            base, size = char["matrix"][5], round(char["size"], 1)
            key = next((k for k in found if k[1] == size and abs(k[0] - base) < 1.2), (base, size))
            found.setdefault(key, []).append(char)
        lines = [self._line(base, size, chars) for (base, size), chars in found.items()]
        return sorted(lines, key=lambda line: (line.base, line.x0))

    def _in_mark(self, char: dict[str, Any]) -> bool:
        return self.number == 1 and char["size"] > 23 and abs(char["matrix"][1]) < 1e-6

    def _line(self, base: float, size: float, chars: list[dict[str, Any]]) -> TextLine:
        chars = sorted(chars, key=lambda c: c["x0"])
        return TextLine(
            "".join(c["text"] for c in chars), tuple(c["fontname"] for c in chars),
            chars[0]["x0"] / MM, chars[-1]["x1"] / MM, self.height - base / MM, size, self.number,
        )  # fmt: skip

    @cached_property
    def image(self) -> Image.Image:
        """The page as it is seen, red, green, blue and an empty byte a pixel: so PIL need not copy it."""
        return self._picture.render(scale=SCALE, rev_byteorder=True, prefer_bgrx=True).to_pil()

    def _mask(self, colour: str, box: tuple[int, int, int, int]) -> Image.Image:
        seen = self.image.crop(box)
        red, green = seen.getchannel("R"), seen.getchannel("G")
        if colour == "red":
            return ImageChops.subtract(red, green).point(lambda v: 255 if v > 90 else 0)
        lightest = ImageChops.lighter(ImageChops.lighter(red, green), seen.getchannel("B"))
        return lightest.point(lambda v: 255 if v < 128 else 0)

    def ink(self, colour: str, top: float, bottom: float, x0: float = 0, x1: float = 210) -> Band | None:
        """What is coloured within a box."""
        unit = SCALE * MM
        box = (round(x0 * unit), round(top * unit), round(x1 * unit), round(bottom * unit))
        seen = self._mask(colour, box).getbbox()
        if seen is None:
            return None
        return Band(top + seen[1] / unit, top + seen[3] / unit, x0 + seen[0] / unit, x0 + seen[2] / unit)

    def bands(self, colour: str, least: float, top: float = 0, bottom: float = 297) -> list[Band]:
        """Rules at least so long, from the top; the pale rows at their edges count by their share."""
        unit = SCALE * MM
        first, last = round(top * unit), round(bottom * unit)
        mask = self._mask(colour, (0, first, self.image.width, last))
        rows = mask.resize((1, mask.height), Image.Resampling.BOX).tobytes()
        long = [v / 255 * mask.width / unit >= least for v in rows]
        found, start = [], None
        for at, here in enumerate([*long, False]):
            if here and start is None:
                start = at
            elif not here and start is not None:
                ends = mask.crop((0, start, mask.width, at)).getbbox()
                found.append(Band((first + start) / unit, (first + at) / unit, ends[0] / unit, ends[2] / unit))
                start = None
        return found


class Reading:
    """A printed file."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        plumber, drawn = pdfplumber.open(io.BytesIO(pdf)), pypdfium2.PdfDocument(pdf)
        self._open = (plumber, drawn)
        self.sheets = [Sheet(p, drawn[i], i + 1) for i, p in enumerate(plumber.pages)]

    @property
    def lines(self) -> list[TextLine]:
        """All lines of all pages."""
        return [line for sheet in self.sheets for line in sheet.lines]

    def close(self) -> None:
        """Give the files back."""
        self._open[0].close()
        for sheet in self.sheets:
            sheet._picture.close()
        self._open[1].close()
