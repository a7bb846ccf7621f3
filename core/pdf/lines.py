"""Lines of exactly 28 cells (GB/T 9704 5.2.3): where a paragraph breaks, and how each line is made to fill.

WeasyPrint stretches spaces only and squeezes no punctuation, so paragraphs are broken before the layout.
A line may not begin with a closing mark nor end with an opening one. Where that forbids the break,
punctuation gives up to half its width, the mark at the end of the line last; if that is not enough,
characters move to the next line and the rest is stretched. A word or number is only taken apart where the
line would gape.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

EM = 16.0
CELL = 156 / 25.4 * 72 / 28
GAP = CELL - EM
CELLS = 28
NO_START = frozenset("，。、；：！？）》〉」』】〕］｝”’%％℃.,;:!?)]}…—·")
NO_END = frozenset("（《〈「『【〔［｛“‘([{")
GIVES_RIGHT = frozenset("，。、；：！？）》〉」』】〕］”’")
GIVES_LEFT = frozenset("（《〈「『【〔［“‘")
MOST_GIVEN = 0.5
GAPES = 2.5  # points between characters
TOGETHER = re.compile(r"[0-9A-Za-z.,:/@%&+_\-]+|——|……|.", re.S)
NEARLY = 1e-6

Width = Callable[[str, str], float]


@dataclass(frozen=True)
class Piece:
    """Characters that stay together, in one face; `cells` wide."""

    face: str
    text: str
    cells: float


@dataclass(frozen=True)
class Line:
    """Pieces of one line; `given`: em that a piece gives up, `spacing`: points added after each character."""

    pieces: tuple[Piece, ...]
    given: dict[int, float] = field(default_factory=dict)
    spacing: float = 0.0

    @property
    def text(self) -> str:
        """What the line says."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def cells(self) -> float:
        """The width in cells after squeezing and stretching."""
        added = self.spacing * max(0, len(self.text) - 1) / CELL
        return sum(p.cells for p in self.pieces) - sum(self.given.values()) * EM / CELL + added


def pieces_of(runs: Iterable[tuple[str, str]], width: Width, measure: float = CELLS) -> list[Piece]:
    """Runs of (face, text) as pieces; what is too long to be moved as a whole is taken apart."""
    found = []
    for face, text in runs:
        for together in TOGETHER.findall(text):
            cells = sum(_cells(face, c, width) for c in together)
            if cells > measure / 2:
                found += [Piece(face, c, _cells(face, c, width)) for c in together]
            else:
                found.append(Piece(face, together, cells))
    return found


def _cells(face: str, character: str, width: Width) -> float:
    return (width(face, character) * EM + GAP) / CELL


def break_lines(pieces: Sequence[Piece], measure: float = CELLS, indent: float = 2) -> list[Line]:
    """The lines of a paragraph; the first begins `indent` cells in."""
    lines: list[Line] = []
    left, at = list(pieces), 0
    while at < len(left):
        room = measure - (0 if lines else indent)
        line = _next_line(left, at, room)
        over = _fitting(left, at, room)[0]
        if line.spacing > GAPES and over < len(left) and _word(left[over]):
            left[over : over + 1] = _letters(left[over])
            line = _next_line(left, at, room)
        lines.append(line)
        at += len(line.pieces)
    return lines


def _word(piece: Piece) -> bool:
    return len(piece.text) > 1 and piece.text[0].isascii()


def _letters(piece: Piece) -> list[Piece]:
    """Digits and letters have about the same width."""
    return [Piece(piece.face, c, piece.cells / len(piece.text)) for c in piece.text]


def _allowed(pieces: Sequence[Piece], at: int) -> bool:
    """Whether a line may begin with the piece at this place."""
    return pieces[at].text[0] not in NO_START and pieces[at - 1].text[-1] not in NO_END


def _fitting(pieces: Sequence[Piece], start: int, room: float) -> tuple[int, float]:
    """(the first piece that no longer fits, the cells of those before it)."""
    end, used = start, 0.0
    while end < len(pieces) and used + pieces[end].cells <= room + NEARLY:
        used += pieces[end].cells
        end += 1
    return end, used


def _next_line(pieces: Sequence[Piece], start: int, room: float) -> Line:
    end, used = _fitting(pieces, start, room)
    if end == len(pieces):
        return Line(tuple(pieces[start:]))
    if end > start and room - used < NEARLY and _allowed(pieces, end):
        return Line(tuple(pieces[start:end]))
    squeezed = _squeezed(pieces, start, end, used, room)
    pushed = _pushed(pieces, start, max(end, start + 1))
    kept = sum(p.cells for p in pieces[start:pushed])
    if squeezed is not None and (room - kept) >= sum(squeezed.given.values()) * EM / CELL - NEARLY:
        return squeezed
    return _stretched(pieces[start:pushed], room - kept)


def _squeezed(pieces: Sequence[Piece], start: int, end: int, used: float, room: float) -> Line | None:
    """One or two more pieces, if punctuation can give what they need."""
    for stop in range(end + 1, min(end + 2, len(pieces)) + 1):
        used += pieces[stop - 1].cells
        line = pieces[start:stop]
        givers = [i for i, p in enumerate(line) if p.text in GIVES_RIGHT or (p.text in GIVES_LEFT and i)]
        needed = (used - room) * CELL / EM
        if needed <= MOST_GIVEN * len(givers) + NEARLY and (stop == len(pieces) or _allowed(pieces, stop)):
            return Line(tuple(line), _shares(givers, len(line) - 1, needed))
    return None


def _shares(givers: Sequence[int], last: int, needed: float) -> dict[int, float]:
    """What each mark gives, evenly; the one at the end of the line only what the others cannot."""
    inner = [i for i in givers if i != last]
    even = min(needed / len(inner), MOST_GIVEN) if inner else 0.0
    given = dict.fromkeys(inner, even)
    rest = needed - even * len(inner)
    return given | ({last: rest} if rest > NEARLY else {})


def _pushed(pieces: Sequence[Piece], start: int, end: int) -> int:
    """The last place before `end` where the line may end; `end` itself when there is none."""
    at = end
    while at > start + 1 and not _allowed(pieces, at):
        at -= 1
    return at if _allowed(pieces, at) else end


def _stretched(pieces: Sequence[Piece], missing: float) -> Line:
    characters = sum(len(p.text) for p in pieces)
    spacing = missing * CELL / (characters - 1) if characters > 1 and missing > 0 else 0.0
    return Line(tuple(pieces), {}, spacing)
