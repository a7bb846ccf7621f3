"""An official document as data: what is printed and in which order, without any layout.

Numbers and positions belong to the printer (core/pdf, GB/T 9704-2012). A document is frozen as JSON when its
number is given, so every class goes to plain data and back: `document_of(data_of(document)) == document`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from domain.errors import InvalidInput

MOST_CHARACTERS = 200_000
MOST_ROWS = 2_000
MOST_COLUMNS = 12
MOST_ENCLOSURES = 200
PAGE_COLUMN = "页次"
LEVELS = (
    re.compile(r"[一二三四五六七八九十百]+、"),
    re.compile(r"（[一二三四五六七八九十百]+）"),
    re.compile(r"[0-9]{1,3}[.．](?![0-9])"),
    re.compile(r"（[0-9]{1,3}）"),
)


class Form(StrEnum):
    """The four forms on one grid: 文件格式, 信函格式, 执法文书格式, tables."""

    REDHEAD = "redhead"
    LETTER = "letter"
    ENFORCEMENT = "enforcement"
    TABLE = "table"


FORM_NAMES = {
    Form.REDHEAD: "文件格式", Form.LETTER: "信函格式", Form.ENFORCEMENT: "执法文书格式", Form.TABLE: "表格",
}  # fmt: skip


class Watermark(StrEnum):
    """What stands across the page when it is no issued original."""

    NONE = ""
    DRAFT = "草稿"
    VOID = "作废"
    SAMPLE = "样式"


class Seal(StrEnum):
    """By default the place of the seal stays free for a real stamp; `sample` is drawn and says 样式."""

    NONE = ""
    SAMPLE = "sample"
    PICTURE = "picture"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with 2 characters indent: `lead` in the face of `level`, then `text` in 仿宋.

    Levels: 1 一、 黑体, 2 （一） 楷体, 3 1. and 4 （1） 仿宋, 0 none.
    """

    text: str
    level: int = 0
    lead: str = ""


@dataclass(frozen=True)
class Table:
    """A ruled table with a repeated head and unbroken rows. `widths` in mm, 0 shares what is left."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    caption: str = ""
    centred: tuple[int, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A label with its value in a form; `span` of 12 columns; `lines` is the least height; `ticks` are
    boxes to tick (text, ticked)."""

    label: str
    value: str = ""
    span: int = 12
    lines: int = 1
    ticks: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class Grid:
    """A form of labelled cells, as in 转办单 and 送达回证; the spans of a row make 12."""

    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Ticks:
    """Boxes to tick, one a line or in a row, drawn (no font has them)."""

    items: tuple[tuple[str, bool], ...]
    inline: bool = False


@dataclass(frozen=True)
class SignLines:
    """Lines to be signed by hand: each label, then room, then 年　月　日 when `dated`.

    Where somebody signed on a screen, `pictures` holds for each line the sha256 of the signature (or ""),
    `dates` the day, or the words that stand there instead."""

    labels: tuple[str, ...]
    dated: bool = True
    pictures: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture handed to the printer under `name`, with its caption; `width` in mm."""

    name: str
    caption: str = ""
    width: float = 120.0


Block = Paragraph | Table | Grid | Ticks | SignLines | Picture
BLOCKS: dict[str, type[Any]] = {
    "paragraph": Paragraph, "table": Table, "grid": Grid, "ticks": Ticks, "sign_lines": SignLines,
    "picture": Picture,
}  # fmt: skip


@dataclass(frozen=True)
class Annex:
    """An annex on a new page: 附件 (with its number when there are several), title, content."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Signature:
    """Organ over date at the end of the body; `date` is written 2026年10月12日, empty on blanks. `picture` is
    the sha256 of the organization's own seal, where one is printed."""

    organ: str
    date: str
    seal: Seal = Seal.NONE
    picture: str = ""


@dataclass(frozen=True)
class Enclosure:
    """A file bound in behind a document: `sha256` names its bytes, `by` and `on` say who handed it in, when.
    Only for the printer: `pages` says of each page whether it fills the sheet, `problem` why none is."""

    name: str
    mime: str
    size: int
    sha256: str
    by: str = ""
    on: str = ""
    pages: tuple[bool, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Document:
    """One official document. `title` has line feeds where it breaks by meaning; `mark` is the red head.
    `receipt` is the line which the receiver signs on the file copy; `code` and `verify_url` make the QR.

    In the column 页次 of a table, 材料2 stands for the page where the second enclosure begins, the caption
    of another table for the page of that table."""

    kind: str
    form: Form
    title: str
    organ: str
    blocks: tuple[Block, ...]
    number: str = ""
    mark: str = ""
    addressees: tuple[str, ...] = ()
    annexes: tuple[Annex, ...] = ()
    signature: Signature | None = None
    note: str = ""
    copies_to: tuple[str, ...] = ()
    printed_by: str = ""
    printed_on: str = ""
    receipt: str = ""
    copy_label: str = ""
    code: str = ""
    verify_url: str = ""
    watermark: Watermark = Watermark.NONE
    created_on: date | None = None
    extra: dict[str, str] = field(default_factory=dict)
    enclosures: tuple[Enclosure, ...] = ()


def paragraphs_of(text: str) -> tuple[Paragraph, ...]:
    """Plain text as paragraphs, one a line; the level is read from the number it begins with.

    Of level 1 the line is a head, of level 2 its first sentence; 3 and 4 have no face of their own.
    """
    return tuple(_paragraph(line.strip()) for line in text.splitlines() if line.strip())


def _paragraph(line: str) -> Paragraph:
    level = next((i for i, start in enumerate(LEVELS, 1) if start.match(line)), 0)
    if level == 1:
        return Paragraph("", 1, line)
    if level == 2:
        end = line.find("。") + 1 or len(line)
        return Paragraph(line[end:], 2, line[:end])
    return Paragraph(line, level)


def text_of(paragraphs: tuple[Paragraph, ...]) -> str:
    """The plain text again."""
    return "\n".join(p.lead + p.text for p in paragraphs)


def words_in(document: Document) -> Iterator[str]:
    """Every text that will be printed, but for those of enclosures: a foreign file may be called anything."""
    data = data_of(document)
    data.pop("verify_url")
    data.pop("enclosures", None)
    yield from _texts(data)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("kind", "form", "block", "seal", "name", "picture", "pictures"):
                yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def check(document: Document) -> None:
    """Refuse what cannot be printed rightly. Errors: InvalidInput naming the character, or size and limit."""
    characters = 0
    for text in words_in(document):
        characters += len(text)
        for c in text:
            if c not in "\n\t" and unicodedata.category(c) in ("Cc", "Co", "Cs", "Cn"):
                raise InvalidInput(_unprintable(c, text))
    if characters > MOST_CHARACTERS:
        raise InvalidInput(f"全文有 {characters} 字，超过 {MOST_CHARACTERS} 字的上限，请拆成几份。")
    if len(document.enclosures) > MOST_ENCLOSURES:
        raise InvalidInput(f"材料有 {len(document.enclosures)} 件，超过每卷 {MOST_ENCLOSURES} 件的上限。")
    for block in all_blocks(document):
        if isinstance(block, Table) and (len(block.rows) > MOST_ROWS or len(block.head) > MOST_COLUMNS):
            raise InvalidInput(f"表格超过 {MOST_ROWS} 行或者 {MOST_COLUMNS} 栏，请拆成几张。")
        if isinstance(block, Table) and any(len(row) != len(block.head) for row in block.rows):
            raise InvalidInput("表格有的行和表头的栏数不一样。")


def _unprintable(c: str, text: str) -> str:
    around = "".join(x if x.isprintable() else "□" for x in text[max(0, text.index(c) - 6) :][:14])
    what = "自造字（私用区字符）" if unicodedata.category(c) == "Co" else "不能打印的字符"
    return f"“{around}”里有{what} U+{ord(c):04X}，请改成通用规范汉字后再试。"


def all_blocks(document: Document) -> Iterator[Block]:
    """Blocks of the body and of all annexes."""
    yield from document.blocks
    for annex in document.annexes:
        yield from annex.blocks


def signed_on_screen(document: Document) -> set[str]:
    """The sha256 of every signature that was given on a screen."""
    lines = [block for block in all_blocks(document) if isinstance(block, SignLines)]
    return {name for block in lines for name in block.pictures if name}


def data_of(document: Document) -> dict[str, Any]:
    """Plain data (JSON) of a document."""
    data = asdict(document)
    data["blocks"] = [_block_data(b) for b in document.blocks]
    data["annexes"] = [
        {"title": a.title, "blocks": [_block_data(b) for b in a.blocks]} for a in document.annexes
    ]
    data["created_on"] = document.created_on.isoformat() if document.created_on else None
    if not document.enclosures:  # documents without them keep the digest that they have always had
        del data["enclosures"]
    if data["signature"] and not data["signature"]["picture"]:
        del data["signature"]["picture"]
    return data


def _block_data(block: Block) -> dict[str, Any]:
    name = next(name for name, kind in BLOCKS.items() if kind is type(block))
    data = {"block": name, **asdict(block)}
    for optional in ("pictures", "dates"):  # as with enclosures
        if not data.get(optional, True):
            del data[optional]
    return data


def document_of(data: dict[str, Any]) -> Document:
    """The document of plain data. Errors: KeyError, TypeError when it is none."""
    given = dict(data)
    given["form"], given["watermark"] = Form(given["form"]), Watermark(given.get("watermark") or "")
    given["blocks"] = tuple(_block_of(b) for b in given["blocks"])
    given["annexes"] = tuple(
        Annex(a["title"], tuple(_block_of(b) for b in a["blocks"])) for a in given.get("annexes") or ()
    )
    if signature := given.get("signature"):
        given["signature"] = Signature(
            signature["organ"], signature["date"], Seal(signature.get("seal") or ""),
            signature.get("picture") or "",
        )  # fmt: skip
    given["enclosures"] = tuple(enclosure_of(e) for e in given.get("enclosures") or ())
    for name in ("addressees", "copies_to"):
        given[name] = tuple(given.get(name) or ())
    created = given.get("created_on")
    given["created_on"] = date.fromisoformat(created) if created else None
    return Document(**given)


def enclosure_of(data: Mapping[str, Any]) -> Enclosure:
    """The enclosure of plain data."""
    return Enclosure(**{name: _frozen(value) for name, value in data.items()})


def part_name(position: int) -> str:
    """材料2: what stands in 页次 for the page of an enclosure, counted from 1."""
    return f"材料{position}"


def _block_of(data: dict[str, Any]) -> Block:
    given = dict(data)
    kind = BLOCKS[given.pop("block")]
    if kind is Grid:
        return Grid(tuple(tuple(_cell(c) for c in row) for row in given["rows"]))
    block: Block = kind(**{name: _frozen(value) for name, value in given.items()})
    return block


def _cell(data: dict[str, Any]) -> Cell:
    return Cell(**{name: _frozen(value) for name, value in data.items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(inner) for inner in value) if isinstance(value, list | tuple) else value
