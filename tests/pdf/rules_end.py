"""More rules: how a document ends, its page numbers, and what kind of file it is."""

from __future__ import annotations

import io
import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pikepdf

from domain.documents import Form, Seal, Watermark, words_in
from tests.pdf import standard as gb
from tests.pdf.reading import MM, is_black
from tests.pdf.rules import PAGE_NUMBER, RULES, Paper, tables_of

XMP = "{http://www.aiim.org/pdfa/ns/id/}"
ADDED = ("抄送：", "印发", "扫码核验", "附件：1.2.3.", "附件1", "附件2", "附件3", "附件")


def signature(p: Paper) -> list[str]:
    """7.3.5.1: date four characters in, name centred over it; never alone on a page."""
    if p.document.signature is None:
        return []
    signed = p.sign()
    if signed is None:
        return ["no name over a date"]
    name, date = signed
    indent = p.right - date.x1
    found = [] if gb.DATE_INDENT.holds(indent) else [f"date {indent:.2f} mm from the right"]
    if not gb.ORGAN_OVER_DATE.holds(name.middle - date.middle):
        found.append(f"name {name.middle - date.middle:.2f} mm off the date")
    if not gb.PITCH.holds(date.base - name.base) or name.sheet != date.sheet:
        found.append("date not on the line below the name")
    alone = not any(x.sheet == name.sheet and x.base < name.base - 1 for x in p.body)
    return found + (["the signature stands alone on its page"] if alone else [])


def seal(p: Paper) -> list[str]:
    """7.3.5.1: the seal centred over name and date, its top within one line of the body."""
    signed = p.sign()
    if p.document.signature is None or p.document.signature.seal is Seal.NONE or signed is None:
        return []
    name, date = signed
    ink = p.sheets[date.sheet - 1].ink("red", max(0, name.top - 45), date.bottom + 35)
    if ink is None:
        return ["no seal"]
    off = (ink.x0 + ink.x1) / 2 - date.middle
    found = [] if gb.SEAL_OVER_DATE.holds(off) else [f"seal {off:.2f} mm beside the date"]
    if not ink.top < name.top < date.bottom < ink.bottom:
        found.append("seal not over name and date")
    above = [x.bottom for x in p.body if x.sheet == date.sheet and x.base < name.base - 1]
    gap = ink.top - max(above, default=gb.TOP.value)
    return found + ([] if gb.SEAL_TO_BODY.holds(gap) else [f"seal {gap:.2f} mm below the body"])


def imprint(p: Paper) -> list[str]:
    """7.4: on the last, even page; rules of 156 mm; the last one on the lower edge of the text area."""
    if p.form is not Form.REDHEAD or not p.document.printed_by:
        return []
    sheet = p.sheets[-1]
    lines = [x for x in sheet.lines if x.text.startswith("抄送：") or x.text.endswith("印发")]
    if len(lines) < 1 + bool(p.document.copies_to) or sheet.number % 2:
        return [f"imprint on page {sheet.number}, {len(lines)} lines of it"]
    rules = sheet.bands("black", 140, lines[0].top - 6, 268)
    if len(rules) != 2 + bool(p.document.copies_to):
        return [f"{len(rules)} rules"]
    found = [f"rule of {b.width:.2f} mm" for b in rules if not gb.WIDTH.holds(b.width)]
    found += [] if gb.LAST_RULE.holds(rules[-1].bottom) else [f"last rule at {rules[-1].bottom:.2f} mm"]
    found += [f"rule {b.thick:.2f} mm thick" for b in (rules[0], rules[-1]) if not gb.THICK.holds(b.thick)]
    found += [f"rule {b.thick:.2f} mm thick" for b in rules[1:-1] if not gb.THIN.holds(b.thick)]
    found += [f"{x.text[:5]} of {x.size} pt" for x in lines if not gb.SIZE_4.holds(x.size)]
    found += [f"{x.text[:5]} at {x.x0:.2f}" for x in lines if not gb.ONE_IN_4.holds(x.x0 - p.left)]
    return found + ([] if gb.ONE_IN_4.holds(p.right - lines[-1].x1) else ["date not one character in"])


def page_numbers(p: Paper) -> list[str]:
    """7.5: — 1 — in 4号 宋体, outside, one character in, the dash 7 mm below the text area."""
    found, numbers = [], dict(p.numbers())
    wanted = [s.number for s in p.sheets if not (p.form is Form.LETTER and s.number == 1)]
    if sorted(numbers) != wanted:
        return [f"numbers on pages {sorted(numbers)}"]
    for sheet, line in numbers.items():
        if PAGE_NUMBER.fullmatch(line.text.strip())[1] != str(sheet):
            found.append(f"page {sheet} says {line.text}")
        if not gb.SIZE_4.holds(line.size) or not line.in_face(gb.FACES["宋体"]):
            found.append(f"{line.size} pt {line.fonts[0]}")
        indent = p.right - line.x1 if sheet % 2 else line.x0 - p.left
        found += [] if gb.ONE_IN_4.holds(indent) else [f"page {sheet}: {indent:.2f} mm in"]
        ink = p.sheets[sheet - 1].ink("black", 264, 276, line.x0, line.x0 + 3.5)
        if ink is None or not gb.DASH.holds((ink.top + ink.bottom) / 2):
            found.append(f"page {sheet}: dash at {(ink.top + ink.bottom) / 2 if ink else 0:.2f} mm")
    return found


def repeated_heads(p: Paper) -> list[str]:
    """Tables: the head again on each page, no row broken, nothing beyond the text area."""
    found = []
    for table in tables_of(p.document):
        pages = {x.sheet for x in p.reading.lines for row in table.rows if row[-1] and x.text.endswith(row[-1])}
        heads = {x.sheet for x in p.reading.lines if x.text.replace(" ", "") == "".join(table.head)}
        found += [f"no head on page {n}" for n in sorted(pages - heads)]
    small = [x for x in p.reading.lines if 9 < x.size < 13]
    return found + [f"{x.text[:9]} beyond the text area" for x in small if x.x1 > p.right + 0.5]


def fonts(p: Paper) -> list[str]:
    """Every font is embedded as a subset and can be read back; no glyph is missing."""
    found = []
    with pikepdf.open(io.BytesIO(p.reading.pdf)) as pdf:
        for font in (o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"):
            name = str(font.get("/BaseFont", "?"))
            if font.get("/Subtype") == "/Type0" and "/ToUnicode" not in font:
                found.append(f"{name} cannot be read back")
            about = font.get("/FontDescriptor")
            if about is None:
                found += [f"{name} has no descriptor"] if font.get("/Subtype") != "/Type0" else []
            elif not any(key in about for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                found.append(f"{name} is not embedded")
            elif not re.match(r"/[A-Z]{6}\+", name):
                found.append(f"{name} is no subset")
        found += [f"glyph missing on page {n}" for n, page in enumerate(pdf.pages, 1) if _empty_glyphs(page)]
    return found


def _empty_glyphs(page: Any) -> bool:
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) not in ("Tj", "TJ"):
            continue
        texts = operands[0] if str(operator) == "TJ" else operands
        for text in (bytes(t) for t in texts if isinstance(t, pikepdf.String)):
            if any(text[i : i + 2] == b"\0\0" for i in range(0, len(text), 2)):
                return True
    return False


def archive_file(p: Paper) -> list[str]:
    """PDF/A-2u as far as it is claimed: declared, tagged, one output intent; no code, no files in it."""
    found = []
    with pikepdf.open(io.BytesIO(p.reading.pdf)) as pdf:
        with pdf.open_metadata() as about:
            if (about.get(f"{XMP}part"), about.get(f"{XMP}conformance")) != ("2", "U"):
                found.append("not declared as PDF/A-2u")
        root = pdf.Root
        found += [] if len(root.get("/OutputIntents", [])) == 1 else ["no output intent"]
        found += [] if root.get("/MarkInfo", {}).get("/Marked") and "/StructTreeRoot" in root else ["not tagged"]
        found += ["encrypted"] if pdf.is_encrypted else []
        found += ["has files or code"] if pdf.attachments or "/JavaScript" in root.get("/Names", {}) else []
    return found


def described(p: Paper) -> list[str]:
    """Title, author, date, language, bookmarks."""
    document, found = p.document, []
    with pikepdf.open(io.BytesIO(p.reading.pdf)) as pdf:
        about = {key: str(value) for key, value in pdf.docinfo.items()}
        with pdf.open_outline() as outline:
            marks = [item.title for item in outline.root]
        language = str(pdf.Root.get("/Lang", ""))
    title = "".join(document.title.split())
    found += [] if "".join(about.get("/Title", "").split()) == title else ["title"]
    found += [] if about.get("/Author") == document.organ else ["author"]
    found += [] if not document.created_on or f"{document.created_on:%Y%m%d}" in about.get("/CreationDate", "") else ["date"]
    found += [] if language == "zh-CN" else ["language"]
    return found + ([] if any("".join(m.split()) == title for m in marks) else ["bookmarks"])


def text(p: Paper) -> list[str]:
    """Everything that was put in is there, and nothing else."""
    numbers = dict(p.numbers())
    said = Counter(
        c["text"] for s in p.sheets for c in s.chars
        if c["size"] < 100 and not _of_number(c, s, numbers) and (is_black(c) or c["size"] > 23) and c["text"].strip()
    )  # fmt: skip
    flow = [c["text"] for s in p.sheets for c in s.chars if not _beside(c) and not _of_number(c, s, numbers)]
    beside = [c["text"] for s in p.sheets for c in s.chars if _beside(c)]
    flat = "".join("".join(flow).split()) + "".join("".join(beside).split())
    pieces = ["".join(words.split()) for words in _expected(p)]
    found = [f"missing: {words[:20]}" for words in pieces if words and words not in flat]
    allowed = Counter("".join(pieces)) + Counter("".join(ADDED) + "：。，年月日时分" * 60)
    for table in tables_of(p.document):
        allowed += Counter("".join(table.head) * len(p.sheets))
    lacking, extra = Counter("".join(pieces)) - said, said - allowed
    found += [f"fewer times than put in: {''.join(lacking)[:20]}"] if lacking else []
    return found + ([f"not put in: {''.join(extra)[:20]}"] if extra else [])


def _beside(char: dict[str, Any]) -> bool:
    """Mark, watermark and label of the copy are drawn after the text of their page."""
    return char["size"] > 23 or (char["bottom"] < 36 * MM and char["size"] < 12)


def _expected(p: Paper) -> list[str]:
    """The texts of the document that its form prints."""
    d = p.document
    shown = replace(
        d,
        mark=d.mark if p.form in (Form.REDHEAD, Form.LETTER) else "",
        organ=d.organ if p.form is Form.ENFORCEMENT else "",
        printed_by=d.printed_by if p.form is Form.REDHEAD else "",
        printed_on=d.printed_on if p.form is Form.REDHEAD else "",
        created_on=None, watermark=Watermark.NONE, code=d.code if d.verify_url else "",
    )  # fmt: skip
    named = [annex.title for annex in d.annexes]
    return [line for words in words_in(shown) for line in words.split("\n")] + named


def _of_number(char: dict[str, Any], sheet: Any, numbers: dict[int, Any]) -> bool:
    line = numbers.get(sheet.number)
    return line is not None and abs(sheet.height - char["matrix"][5] / (72 / 25.4) - line.base) < 0.3 and round(char["size"], 1) == line.size


RULES |= {
    check.__name__: check
    for check in (
        signature, seal, imprint, page_numbers, repeated_heads, fonts, archive_file, described, text,
    )
}  # fmt: skip


def failing(document: Any, pdf: bytes) -> dict[str, list[str]]:
    """Rule -> what is wrong, for each rule that the file breaks."""
    paper = Paper(document, pdf)
    try:
        return {name: found for name, check in RULES.items() if (found := check(paper))}
    finally:
        paper.reading.close()
