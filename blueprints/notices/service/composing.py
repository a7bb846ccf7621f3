"""A notice as a document: the wording of its kind, its fields, and the frame around them."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from blueprints.notices.models import Notice
from core.clock import local_date
from domain.documents import (
    PAGE_COLUMN,
    Document,
    Form,
    Seal,
    Table,
    Watermark,
    all_blocks,
    check,
    data_of,
    enclosure_of,
    part_name,
    words_in,
)
from domain.errors import InvalidInput
from domain.notice_kinds import Filled, Frame, Kind, Wording, compose, fill, kind, missing_fields

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 12
BASIS_COLUMNS = ("依据", "违反的规定", "对应的条款或者承诺")


def day_text(day: date) -> str:
    """2026年10月12日 (GB/T 9704 7.3.5.4)."""
    return f"{day.year}年{day.month}月{day.day}日"


def new_code() -> str:
    """A short code that nobody guesses: 59 bits, without letters that look alike."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """The code as it is printed: K7MP-3XWQ-2VTA."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def verify_address(site: str, code: str) -> str:
    """Where a printed notice is verified; `site` is the address of this deployment."""
    return f"{site.rstrip('/')}/v/{code}"


def frame_of(
    notice: Notice, *, watermark: Watermark = Watermark.NONE, number: str = "", on: datetime | None = None,
    code: str = "", site: str = "", seal: str = "",
) -> Frame:  # fmt: skip
    """What surrounds the text of a notice; without a number it is a draft. `seal`: sha256 of the picture."""
    return Frame(
        organ=notice.organization.name,
        date=day_text(local_date(on)) if on else "",
        number=number,
        addressees=tuple(row["name"] for row in notice.addressees),
        copies_to=tuple(notice.copies_to),
        answer_within=notice.answer_within or 0,
        code=shown_code(code),
        verify_url=verify_address(site, code) if code else "",
        watermark=watermark,
        seal=Seal.PICTURE if seal else Seal.NONE,
        seal_picture=seal,
    )


def text_of(notice: Notice) -> Wording:
    """The notice's own text; what could not be filled in when it was drafted still stands as {name}."""
    return Wording(notice.title, notice.body, notice.annex_title, notice.annex_body)


def begun(about: Kind, values: Mapping[str, Any], frame: Frame, said: Wording) -> Filled:
    """The text that a draft begins with: whatever is known is in its place, what is still to come (date,
    number, an empty required field) stays a placeholder for the printing."""
    empty = {row.name: f"{{{row.name}}}" for row in about.fields if row.required and row.kind != "table"}
    known = {name: value for name, value in values.items() if value}
    return fill(about, empty | known, _Begun(**vars(frame)), said)


class _Begun(Frame):
    """The frame while a notice is drafted."""

    def words(self) -> dict[str, str]:
        """What is not known yet stands for itself."""
        words = super().words()
        return words | {name: words[name] or f"{{{name}}}" for name in ("date", "number", "addressee")}


def document(
    notice: Notice, *, watermark: Watermark = Watermark.NONE, number: str = "", on: datetime | None = None,
    code: str = "", site: str = "", seal: str = "",
) -> Document:  # fmt: skip
    """The document as it would be printed now. Errors: InvalidInput for what cannot be printed."""
    about, form = kind(notice.kind), Form(notice.form)
    frame = frame_of(notice, watermark=watermark, number=number, on=on, code=code, site=site, seal=seal)
    text = fill(about, notice.values, frame, text_of(notice))
    composed = compose(about, form, text, notice.values, frame)
    bound = tuple(enclosure_of(row) for row in notice.enclosures)
    return replace(composed, created_on=local_date(on) if on else None, enclosures=bound)


def basis_of(notice: Notice) -> str:
    """What the draft gives as its basis: the fields of its kind for it, and the columns of its tables."""
    found: list[str] = []
    for row in kind(notice.kind).fields:
        value = notice.values.get(row.name) or ""
        if row.kind == "table":
            places = [at for at, name in enumerate(row.columns) if name in BASIS_COLUMNS]
            found += [str(cells[at]) for cells in value or [] for at in places if at < len(cells)]
        elif row.name == "basis" or row.name.endswith("_basis"):
            found.append(str(value))
    return "\n".join(found)


def lacking(notice: Notice) -> str:
    """What still stands between this draft and a printed notice, as a sentence; empty when nothing does."""
    about = kind(notice.kind)
    if empty := [row.label for row in missing_fields(about, notice.values)]:
        return f"还没有填写：{'、'.join(empty)}。"
    if about.addressed_to != "none" and not notice.addressees:
        return "还没有写明主送（受送达人）。"
    try:
        composed = document(notice)
        check(composed)
    except InvalidInput as refused:
        return refused.message
    if unlisted := not_listed(composed):
        return f"{PAGE_COLUMN}一栏没有写{unlisted}，目录里请给每件材料留一行。"
    words = "".join(words_in(composed)).replace(" ", "")
    days = notice.answer_within
    if days and f"{days}个工作日" not in words:
        return f"要求在收到之日起 {days} 个工作日内回复，文书里却没有写“{days}个工作日”。"
    return ""


def not_listed(composed: Document) -> str:
    """The first enclosure that no table names in its column 页次; empty when all are listed."""
    listed = set()
    for block in all_blocks(composed):
        if isinstance(block, Table) and PAGE_COLUMN in block.head:
            place = block.head.index(PAGE_COLUMN)
            listed |= {row[place].strip() for row in block.rows}
    parts = (part_name(position) for position in range(1, len(composed.enclosures) + 1))
    return next((part for part in parts if part not in listed), "")


def frozen(printed: Document) -> tuple[dict[str, Any], str]:
    """The document as data that are kept for good, with their sha256. Errors: InvalidInput."""
    check(printed)
    data = json.loads(json.dumps(data_of(printed), ensure_ascii=False, default=str))
    return data, digest(data)


def digest(data: Mapping[str, Any]) -> str:
    """sha256 over the canonical JSON of frozen content."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
