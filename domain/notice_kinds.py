"""The kinds of official documents: their fields and wording, and how fields and wording become a Document.

The kinds are data (rulesets/documents/kinds.toml). A clerk edits plain text; tables, forms and ticks stand in
it as a line 【label】. `fill` makes that text from a template, `compose` makes the Document from the text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from domain.documents import (
    Annex,
    Block,
    Cell,
    Document,
    Form,
    Grid,
    Paragraph,
    Seal,
    Signature,
    SignLines,
    Table,
    Ticks,
    Watermark,
    check,
    paragraphs_of,
)
from domain.errors import InvalidInput

SOURCE = Path(__file__).resolve().parent.parent / "rulesets" / "documents" / "kinds.toml"
PLACE = re.compile(r"\{([a-z_0-9]+)(:ticks)?\}")
ONLY_WITH = re.compile(r"\{\?([a-z_0-9]+)\}")
MARKER = re.compile(r"【([^【】]+)】")
GIVEN_BY_FRAME = ("organ", "we", "addressee", "date", "number", "answer_within")
OURSELVES = (("委员会", "我委"), ("委", "我委"), ("局", "我局"), ("公司", "我公司"), ("中心", "我中心"))


@dataclass(frozen=True)
class FieldRow:
    """One field. `kind`: text, lines (several paragraphs), table (rows of `columns`), choice, number."""

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    columns: tuple[str, ...] = ()
    widths: tuple[float, ...] = ()
    centred: tuple[int, ...] = ()
    choices: tuple[str, ...] = ()
    sample: Any = ""
    common: bool = False


@dataclass(frozen=True)
class GridRow:
    """A form: its label in the text, and rows of cells `label|{field}|span|lines`."""

    label: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class SignRow:
    """Lines to be signed by hand."""

    label: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class TickRow:
    """A choice shown as boxes between paragraphs."""

    label: str
    field: str


@dataclass(frozen=True)
class Kind:
    """A kind of document. `answer_within` is the usual limit in workdays from service, 0 for none; `copies`
    are the labels of the copies printed; `clauses` are those on which the kind rests."""

    code: str
    name: str
    forms: tuple[Form, ...]
    subject: str
    addressed_to: str
    organ_code: str
    title: str
    body: str
    clauses: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    fields: tuple[FieldRow, ...] = ()
    grids: tuple[GridRow, ...] = ()
    signs: tuple[SignRow, ...] = ()
    ticks: tuple[TickRow, ...] = ()
    answer_within: int = 0
    legal_review: bool = False
    receipt: str = ""
    redhead_title: str = ""
    annex_title: str = ""
    annex_body: str = ""

    @property
    def form(self) -> Form:
        """The form that is taken unless another is chosen."""
        return self.forms[0]

    def field_named(self, name: str) -> FieldRow | None:
        """The field with this name."""
        return next((f for f in self.fields if f.name == name), None)

    def own_fields(self) -> tuple[FieldRow, ...]:
        """Fields that belong to this kind alone."""
        return tuple(f for f in self.fields if not f.common)


@dataclass(frozen=True)
class Frame:
    """What surrounds the text: who issues, to whom, when, under which number, and how it is marked."""

    organ: str
    date: str = ""
    number: str = ""
    addressees: tuple[str, ...] = ()
    copies_to: tuple[str, ...] = ()
    answer_within: int = 0
    code: str = ""
    verify_url: str = ""
    note: str = ""
    copy_label: str = ""
    watermark: Watermark = Watermark.NONE
    seal: Seal = Seal.NONE
    seal_picture: str = ""
    printed_by: str = ""

    def words(self) -> dict[str, str]:
        """What the placeholders of the frame stand for."""
        return {
            "organ": self.organ,
            "we": next((we for end, we in OURSELVES if self.organ.endswith(end)), "我单位"),
            "addressee": "、".join(self.addressees),
            "date": self.date,
            "number": self.number,
            "answer_within": str(self.answer_within or ""),
        }


@dataclass(frozen=True)
class Filled:
    """What a template says with its fields in place: plain text, to be edited."""

    title: str
    body: str
    annex_title: str = ""
    annex_body: str = ""


@dataclass(frozen=True)
class Wording:
    """Title and text of a template; by default those of the kind."""

    title: str
    body: str
    annex_title: str = ""
    annex_body: str = ""


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order of the file."""
    data = tomllib.loads(SOURCE.read_text("utf-8"))
    shared = {name: FieldRow(name=name, common=True, **row) for name, row in data["common"].items()}
    return tuple(_kind(row, shared) for row in data["kinds"])


def kind(code: str) -> Kind:
    """The kind with this code. Errors: KeyError."""
    return _by_code()[code]


@cache
def _by_code() -> dict[str, Kind]:
    return {k.code: k for k in kinds()}


def _kind(row: Mapping[str, Any], shared: Mapping[str, FieldRow]) -> Kind:
    given = dict(row)
    own = [FieldRow(**{name: _frozen(value) for name, value in f.items()}) for f in given.pop("fields", ())]
    given["fields"] = (*(shared[name] for name in given.pop("common", ())), *own)
    given["forms"] = tuple(Form(name) for name in given["forms"])
    for name, made in (("grids", GridRow), ("signs", SignRow), ("ticks", TickRow)):
        rows = given.pop(name, ())
        given[name] = tuple(made(**{key: _frozen(value) for key, value in r.items()}) for r in rows)
    return Kind(**{name: _frozen(value) for name, value in given.items()})


def _frozen(value: Any) -> Any:
    return tuple(_frozen(inner) for inner in value) if isinstance(value, list | tuple) else value


def wording(kind: Kind, form: Form) -> Wording:
    """The wording that comes with the kind; a red head has a title that says about what."""
    title = kind.redhead_title if form is Form.REDHEAD and kind.redhead_title else kind.title
    return Wording(title, kind.body.strip(), kind.annex_title, kind.annex_body.strip())


def template_problems(kind: Kind, said: Wording) -> list[str]:
    """What is wrong with a template, in words: unknown placeholders and markers, required fields left out."""
    text = "\n".join((said.title, said.body, said.annex_title, said.annex_body))
    known = {f.name for f in kind.fields} | set(GIVEN_BY_FRAME)
    used = {name for name, _ in PLACE.findall(text)} | set(ONLY_WITH.findall(text))
    problems = [f"没有名为“{{{name}}}”的项目。" for name in sorted(used - known)]
    if re.sub(r"\{\??[a-z_0-9]+(:ticks)?\}", "", text).count("{"):
        problems.append("有没有写完整的花括号。")
    markers = set(MARKER.findall(text))
    problems += [f"没有名为“【{label}】”的表格。" for label in sorted(markers - set(_blocks_of(kind)))]
    in_grids = {
        name for grid in kind.grids for row in grid.rows for cell in row for name, _ in PLACE.findall(cell)
    }
    reached = used | in_grids | {t.field for t in kind.ticks}
    for row in kind.own_fields():
        if row.required and row.name not in reached and row.label not in markers:
            problems.append(f"必填的项目“{row.label}”（{{{row.name}}}）没有用到。")
    if not said.title.strip() or not said.body.strip():
        problems.append("标题和正文都要写。")
    return problems


def _blocks_of(kind: Kind) -> dict[str, Any]:
    tables: dict[str, Any] = {f.label: f for f in kind.fields if f.kind == "table"}
    forms = {row.label: row for row in kind.grids} | {row.label: row for row in kind.signs}
    return tables | forms | {row.label: row for row in kind.ticks}


def missing_fields(kind: Kind, values: Mapping[str, Any]) -> list[FieldRow]:
    """Required fields without a value."""
    return [f for f in kind.fields if f.required and not values.get(f.name)]


def fill(kind: Kind, values: Mapping[str, Any], frame: Frame, said: Wording) -> Filled:
    """The text of a template with its fields in place, ready for a clerk to edit.

    An annex whose tables have no rows is left out.
    """
    words = {**{f.name: _plain(values.get(f.name)) for f in kind.fields}, **frame.words()}
    tables = [f for f in kind.fields if f.kind == "table" and f"【{f.label}】" in said.annex_body]
    if tables and not any(values.get(f.name) for f in tables):
        said = replace(said, annex_title="", annex_body="")
    return Filled(
        _put(said.title, words),
        _put(said.body, words),
        _put(said.annex_title, words),
        _put(said.annex_body, words),
    )


def _plain(value: Any) -> str:
    return (
        value
        if isinstance(value, str)
        else ""
        if value is None or isinstance(value, list | tuple)
        else str(value)
    )


def _put(text: str, words: Mapping[str, str]) -> str:
    lines = []
    for line in text.splitlines():
        needed = ONLY_WITH.findall(line)
        if all(words.get(name) for name in needed):
            lines.append(_in_place(_in_place(ONLY_WITH.sub("", line), words), words))
    return "\n".join(lines)


def _in_place(line: str, words: Mapping[str, str]) -> str:
    """A value may itself speak of {we}; what is no placeholder stays as it is."""
    return PLACE.sub(lambda m: words.get(m[1], m[0]), line)


def compose(kind: Kind, form: Form, text: Filled, values: Mapping[str, Any], frame: Frame) -> Document:
    """The Document of an edited text.

    Errors: InvalidInput (a form which the kind has not, an unknown 【label】, what cannot be printed).
    """
    if form not in kind.forms:
        raise InvalidInput(f"{kind.name}没有这种格式。", "form")
    annexes: tuple[Annex, ...] = ()
    if text.annex_body.strip():
        annexes = (Annex(text.annex_title or "附件", _blocks(kind, text.annex_body, values, frame)),)
    table = form is Form.TABLE
    document = Document(
        kind=kind.code,
        form=form,
        title=text.title,
        organ=frame.organ,
        mark=f"{frame.organ}文件" if form is Form.REDHEAD else frame.organ,
        number=frame.number,
        addressees=() if table or kind.addressed_to == "none" else frame.addressees,
        blocks=_blocks(kind, text.body, values, frame),
        annexes=annexes,
        signature=None
        if table or kind.addressed_to == "none"
        else Signature(frame.organ, frame.date, frame.seal, frame.seal_picture),
        note="" if table else frame.note or _contact(kind, values),
        copies_to=frame.copies_to,
        printed_by=frame.printed_by or (f"{frame.organ}办公室" if form is Form.REDHEAD else ""),
        printed_on=frame.date,
        receipt=kind.receipt if form is Form.ENFORCEMENT else "",
        copy_label=frame.copy_label,
        code=frame.code,
        verify_url=frame.verify_url,
        watermark=frame.watermark,
    )
    check(document)
    return document


def _contact(kind: Kind, values: Mapping[str, Any]) -> str:
    """附注: whom to ask, in brackets under the date."""
    rows = [f for f in kind.fields if f.name.startswith("contact_") and values.get(f.name)]
    told = "，".join(f"{f.label}：{values[f.name]}" for f in rows)
    return f"（{told}）" if told else ""


def _blocks(kind: Kind, text: str, values: Mapping[str, Any], frame: Frame) -> tuple[Block, ...]:
    known, found = _blocks_of(kind), list[Block]()
    for line in text.splitlines():
        marker = MARKER.fullmatch(line.strip())
        if marker is None:
            found.extend(paragraphs_of(line))
        elif marker[1] in known:
            found.extend(_block(kind, known[marker[1]], values, frame))
        else:
            raise InvalidInput(f"正文里的“【{marker[1]}】”不是{kind.name}的表格，请检查。", "body")
    return tuple(found)


def _block(kind: Kind, row: Any, values: Mapping[str, Any], frame: Frame) -> list[Block]:
    match row:
        case FieldRow():
            return _table(row, values)
        case GridRow():
            return [Grid(tuple(tuple(_cell(kind, c, values, frame) for c in line) for line in row.rows))]
        case SignRow():
            return [SignLines(row.lines)]
    return [Ticks(_ticks(kind, row.field, values), inline=True)]


def _table(row: FieldRow, values: Mapping[str, Any]) -> list[Block]:
    lines = values.get(row.name) or ()
    if not lines:
        return [Paragraph("（无）")] if row.required else []
    rows = tuple(tuple(str(cell) for cell in line) for line in lines)
    return [Table(row.columns, rows, row.widths, row.label, row.centred)]


def _ticks(kind: Kind, name: str, values: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    row = kind.field_named(name)
    return tuple((choice, values.get(name) == choice) for choice in (row.choices if row else ()))


def _cell(kind: Kind, cell: str, values: Mapping[str, Any], frame: Frame) -> Cell:
    given = cell.split("|")
    label, value, span, lines = given + ["", "12", "1"][len(given) - 1 :]
    place = PLACE.fullmatch(value)
    if place and place[2]:
        return Cell(label, "", int(span), int(lines), _ticks(kind, place[1], values))
    words = {**{f.name: _plain(values.get(f.name)) for f in kind.fields}, **frame.words()}
    return Cell(label, _in_place(_in_place(value, words), words), int(span), int(lines))
