"""The rules of GB/T 9704-2012 as checks of a printed file: each says what is wrong, or nothing.

`failing(document, pdf)` names the rules that a file breaks. What a rule measures from (left edge of the text, lower
edge of the mark …) is measured in the same file, so that one fault is found by one rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from domain.documents import Document, Form, Paragraph, Seal, Table
from tests.pdf import standard as gb
from tests.pdf.reading import Band, Reading, TextLine

NUMBER = re.compile(r"\S+〔20\d\d〕[1-9]\d*号")
PAGE_NUMBER = re.compile(r"— ?(\d+) ?—")


class Paper:
    """A printed document with what the rules measure from."""

    def __init__(self, document: Document, pdf: bytes) -> None:
        self.document, self.form = document, document.form
        self.reading = Reading(pdf)
        self.sheets = self.reading.sheets
        self.body = [line for line in self.reading.lines if gb.SIZE_3.holds(line.size)]
        self.left = self._left()

    def _left(self) -> float:
        """Where flush lines begin; forms of cells may have none."""
        first = min((x.x0 for x in self.body if x.text.strip() != self.document.number), default=99.0)
        return first if first < 36 else gb.LEFT.value

    @property
    def middle(self) -> float:
        """The middle of the text area."""
        return self.left + gb.WIDTH.value / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + gb.WIDTH.value

    def number(self) -> TextLine | None:
        """The line with the document number."""
        return next((x for x in self.sheets[0].lines if x.text.strip() == self.document.number), None)

    def titles(self) -> list[TextLine]:
        """The lines of the title."""
        wanted = self.document.title.split("\n")
        return [x for x in self.sheets[0].lines if x.text.strip() in wanted and x.size < 24]

    def mark(self) -> TextLine | None:
        """The issuing authority's mark."""
        return next((x for x in self.sheets[0].lines if x.text == self.document.mark and x.size > 23), None)

    def mark_ink(self) -> Band | None:
        """The mark as it is seen, whatever its colour."""
        line = self.mark()
        if line is None:
            return None
        seen = [self.sheets[0].ink(c, line.top - 3, line.bottom + 1.5) for c in ("red", "black")]
        return next((band for band in seen if band), None)

    def addressees(self) -> list[TextLine]:
        """The lines that name whom the document is for."""
        titles = self.titles()
        if not self.document.addressees or not titles:
            return []
        wanted, found = f"{'，'.join(self.document.addressees)}：", ""
        lines = []
        for line in (x for x in self.body if x.sheet > 1 or x.base > titles[-1].base + 1):
            if found == wanted or line.text.strip() == self.document.number:
                continue
            if not wanted.startswith(found + line.text):
                break
            found += line.text
            lines.append(line)
        return lines

    def sign(self) -> tuple[TextLine, TextLine] | None:
        """Name and date."""
        signature = self.document.signature
        if signature is None:
            return None
        for above, below in pairwise(self.body):
            if above.text == signature.organ and below.text == signature.date:
                return above, below
        return None

    def numbers(self) -> list[tuple[int, TextLine]]:
        """(page, its number)."""
        lines = self.reading.lines
        return [(x.sheet, x) for x in lines if PAGE_NUMBER.fullmatch(x.text.strip()) and x.base > 255]

    def running(self) -> Iterator[tuple[TextLine, TextLine]]:
        """Neighbouring lines of the same flow of text on one page."""
        signed = self.sign() or ()
        lines = [x for x in self.body if x not in signed and x is not self.number()]
        for above, below in pairwise(lines):
            if above.sheet == below.sheet and 0 < below.base - above.base < 1.5 * gb.PITCH.value:
                yield above, below


def page(p: Paper) -> list[str]:
    """5.1: A4."""
    good = [gb.PAPER_WIDTH.holds(s.width) and gb.PAPER_HEIGHT.holds(s.height) for s in p.sheets]
    return [] if all(good) else ["not A4"]


def margins(p: Paper) -> list[str]:
    """5.2.1: 37, 28, 26, 35 mm."""
    found = [] if gb.LEFT.holds(p.left) else [f"text begins at {p.left:.2f} mm"]
    for line in p.body:  # the empty half of a mark at the end of a line is no ink
        room = gb.CELL.value / 2 + 0.2 if line.text[-1] in gb.NO_START else 0.6
        found += [f"{line.text[:9]} ends at {line.x1:.2f}"] if line.x1 > gb.LEFT.value + 156 + room else []
    found += [f"{x.text[:9]} begins at {x.x0:.2f}" for x in p.body if x.x0 < gb.LEFT.value - 0.4]
    for sheet in p.sheets[1:]:
        first = sheet.lines[0] if sheet.lines else None
        if first is None or first in (p.sign() or ()) or not gb.SIZE_3.holds(first.size):
            continue
        if not gb.TOP.holds(first.top):
            found.append(f"page {sheet.number} begins at {first.top:.2f} mm")
    low = gb.BOTTOM.value + gb.BOTTOM.within
    return found + [f"{x.text[:9]} ends at {x.bottom:.2f} mm" for x in p.body if x.bottom > low]


def pitch(p: Paper) -> list[str]:
    """5.2.3: one line every 10.445 mm."""
    steps = [(b.base - a.base, a) for a, b in p.running()]
    return [f"{d:.3f} mm after {a.text[:9]}" for d, a in steps if not gb.PITCH.holds(d)]


def characters(p: Paper) -> list[str]:
    """5.2.3: 28 characters fill the line; only the last line of a paragraph is shorter."""
    found, to = [], p.addressees()
    for above, below in p.running():
        continued = abs(below.x0 - p.left) < 1 and below not in to and above not in to
        width = above.x1 - p.left
        hangs = above.text[-1] in gb.NO_START and 0 < width - gb.WIDTH.value < gb.CELL.value / 2 + 0.2
        if continued and not hangs and not gb.WIDTH.holds(width):
            found.append(f"{above.text[-9:]} ends {width:.2f} mm from the left edge")
        han = all("\u4e00" <= c <= "\u9fff" for c in above.text)
        cells = gb.CHARACTERS - round((above.x0 - p.left) / gb.CELL.value)
        if continued and han and len(above.text) != cells:
            found.append(f"{len(above.text)} characters, not {cells}: {above.text[:9]}")
    return found


def lines_a_page(p: Paper) -> list[str]:
    """5.2.3: a page full of text has 22 lines, from 37 to 262 mm."""
    found = []
    for sheet in p.sheets[1:-1]:
        text = [x for x in sheet.lines if x.base < 265]
        if not text or not all(gb.SIZE_3.holds(x.size) for x in text) or "附件" in text[0].text[:3]:
            continue
        if p.sign() and text[-1].sheet >= p.sign()[0].sheet - 1:  # the last lines may go with the signature
            continue
        following = p.sheets[sheet.number].lines[0]
        kept = following.in_face(gb.FACES["黑体"]) and len(text) == gb.LINES - 1  # a head stays with its text
        if not kept and (len(text) != gb.LINES or not gb.BOTTOM.holds(text[-1].bottom)):
            found.append(f"page {sheet.number}: {len(text)} lines down to {text[-1].bottom:.2f} mm")
    return found


def kinsoku(p: Paper) -> list[str]:
    """No line begins with a closing mark or ends with an opening one."""
    found = [f"begins: {x.text[:9]}" for x in p.body if x.text[0] in gb.NO_START]
    return found + [f"ends: {x.text[-9:]}" for x in p.body if x.text.rstrip()[-1] in gb.NO_END]


def mark(p: Paper) -> list[str]:
    """7.2.4, 10.1: red, centred, its upper edge 72 mm (letters: 30 mm) from the paper's edge."""
    if p.form not in (Form.REDHEAD, Form.LETTER):
        return []
    line, ink = p.mark(), p.mark_ink()
    if line is None or ink is None:
        return ["no mark"]
    found = [] if line.in_face(gb.FACES["小标宋"]) else [f"mark in {line.fonts[0]}"]
    if p.sheets[0].ink("black", ink.top, ink.bottom):
        found.append("mark is not red")
    wanted = gb.MARK_TOP if p.form is Form.REDHEAD else gb.LETTER_MARK_TOP
    found += [] if wanted.holds(ink.top) else [f"mark at {ink.top:.2f} mm"]
    middle = p.middle if p.form is Form.REDHEAD else gb.PAPER_WIDTH.value / 2
    within = gb.CENTRE.within if p.form is Form.REDHEAD else 1.5
    return found + ([] if abs((ink.x0 + ink.x1) / 2 - middle) <= within else ["mark not centred"])


def number(p: Paper) -> list[str]:
    """7.2.5: hexagonal brackets, no leading zero; in its place."""
    line = p.number()
    if line is None or not NUMBER.fullmatch(line.text.strip()):
        return [f"number: {line.text if line else 'none'}"]
    found = [] if gb.SIZE_3.holds(line.size) and line.in_face(gb.FACES["仿宋"]) else ["number in another face"]
    ink = p.mark_ink()
    if p.form is Form.REDHEAD:
        found += [] if gb.CENTRE.holds(line.middle - p.middle) else ["number not centred"]
        gap = line.top - ink.bottom if ink else 0
        return found + ([] if gb.NUMBER_GAP.holds(gap) else [f"number {gap:.2f} mm below the mark"])
    indent = p.right - line.x1
    if p.form is Form.LETTER:
        found += [] if abs(indent) < 0.6 else [f"number {indent:.2f} mm from the right"]
        rules = p.sheets[0].bands("red", 100, 30, 80)
        gap = line.top - rules[-1].bottom if rules else 0
        return found + ([] if gb.LETTER_NUMBER_GAP.holds(gap) else [f"number {gap:.2f} mm below the rule"])
    return found + ([] if gb.ONE_IN_3.holds(indent) else [f"number {indent:.2f} mm from the right"])


def red_rule(p: Paper) -> list[str]:
    """7.2.7: red, 156 mm, 4 mm below the number; 10.1: two double rules of 170 mm; else nothing is red."""
    long = p.sheets[0].bands("red", 80)
    if p.form is Form.LETTER:
        return _letter_rules(p, long)
    if p.form is not Form.REDHEAD:
        seal = p.document.signature and p.document.signature.seal is not Seal.NONE
        return [f"red on page {s.number}" for s in p.sheets if not seal and s.ink("red", 0, 297)]
    line, rules = p.number(), [b for b in long if b.thick < 2]
    if len(rules) != 1:
        return [f"{len(rules)} red rules"]
    found = [] if gb.WIDTH.holds(rules[0].width) else [f"rule of {rules[0].width:.2f} mm"]
    gap = rules[0].top - (line.bottom if line else 0)
    return found + ([] if line is None or gb.RULE_GAP.holds(gap) else [f"rule {gap:.2f} mm below the number"])


def _letter_rules(p: Paper, long: list[Band]) -> list[str]:
    rules = [b for b in long if b.thick < 2]
    if len(rules) != 4:
        return [f"{len(rules)} red rules, not two double ones"]
    found = [f"rule of {b.width:.2f} mm" for b in rules if not gb.LETTER_RULE.holds(b.width)]
    found += ["rule not centred" for b in rules if not gb.LETTER_RULE_LEFT.holds(b.x0 - p.left + gb.LEFT.value)]
    if not (rules[0].thick > rules[1].thick and rules[2].thick < rules[3].thick):
        found.append("thick above thin, then thin above thick")
    ink, lower = p.mark_ink(), gb.PAPER_HEIGHT.value - (rules[2].top + rules[3].bottom) / 2
    gap = rules[0].top - ink.bottom if ink else 4.0
    found += [] if gb.LETTER_RULE_GAP.holds(gap) else [f"rule {gap:.2f} mm below the mark"]
    found += [] if gb.LETTER_LOWER.holds(lower) else [f"lower rule {lower:.2f} mm from the edge"]
    return found + [f"red on page {s.number}" for s in p.sheets[1:] if s.bands("red", 80)]


def title(p: Paper) -> list[str]:
    """7.3.1: 22 pt 小标宋, centred, broken where it was told."""
    lines, wanted = p.titles(), p.document.title.split("\n")
    if [x.text.strip() for x in lines] != wanted:
        return [f"title lines: {[x.text for x in lines]}"]
    found = [] if all(gb.SIZE_2.holds(x.size) for x in lines) else [f"title of {lines[0].size} pt"]
    found += [] if all(x.in_face(gb.FACES["小标宋"]) for x in lines) else ["title in another face"]
    found += [] if all(abs(x.middle - p.middle) < 1.2 for x in lines) else ["title not centred"]
    rules = p.sheets[0].bands("red", 140, 80, 250)
    if p.form is Form.REDHEAD and rules:
        gap = lines[0].top - rules[-1].bottom
        found += [] if gb.TITLE_GAP.holds(gap) else [f"title {gap:.2f} mm below the rule"]
    return found


def organ(p: Paper) -> list[str]:
    """Enforcement documents: the organ's name centred above the title."""
    if p.form is not Form.ENFORCEMENT or not p.titles():
        return []
    above = [x for x in p.sheets[0].lines if x.base < p.titles()[0].base and x.text == p.document.organ]
    good = above and abs(above[0].middle - p.middle) < 1.2
    return [] if good else ["organ not centred above the title"]


def addressee(p: Paper) -> list[str]:
    """7.3.2: one blank line below the title, flush left, a colon at the end."""
    if not p.document.addressees or p.form is Form.TABLE:
        return []
    lines, titles = p.addressees(), p.titles()
    if not lines or not lines[-1].text.endswith("："):
        return ["no addressee with its colon"]
    found = [f"addressee at {x.x0:.2f}" for x in lines if abs(x.x0 - p.left) > 0.4]
    number = p.number()
    above = number if p.form is Form.ENFORCEMENT and number else titles[-1]
    gap = lines[0].top - above.bottom
    return found + ([] if gb.TO_GAP.holds(gap) else [f"addressee {gap:.2f} mm below"])


def faces(p: Paper) -> list[str]:
    """7.3.3: 一、 in 黑体, （一） in 楷体, everything else in 仿宋; two characters indent."""
    found = []
    for block in p.document.blocks:
        if not isinstance(block, Paragraph):
            continue
        begins = (block.lead + block.text)[:8]
        line = next((x for x in p.body if x.text.startswith(begins)), None)
        if line is None:
            continue
        face = {1: "黑体", 2: "楷体"}.get(block.level, "仿宋")
        printed = next((x for x in line.fonts if "CJK" not in x), "")  # rare characters have a face of their own
        if not any(name in printed for name in gb.FACES[face]):
            found.append(f"{begins} in {printed}")
        if not gb.INDENT.holds(line.x0 - p.left):
            found.append(f"{begins} indented {line.x0 - p.left:.2f} mm")
    return found


RULES: dict[str, Callable[[Paper], list[str]]] = {
    check.__name__: check
    for check in (
        page, margins, pitch, characters, lines_a_page, kinsoku, mark, number, red_rule, title, organ, addressee,
        faces,
    )
}  # fmt: skip


def tables_of(document: Document) -> list[Table]:
    """Ruled tables of the body and the annexes."""
    blocks = [*document.blocks, *(b for annex in document.annexes for b in annex.blocks)]
    return [b for b in blocks if isinstance(b, Table)]
