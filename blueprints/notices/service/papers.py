"""Papers without a number of their own (records, tables, blank forms), printed from the kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from blueprints.notices.service.composing import day_text
from blueprints.notices.service.printing import Printed, draw, stored
from core.clock import local_date
from domain.documents import Document, SignLines, Watermark
from domain.notice_kinds import Frame, compose, fill, kind, wording


@dataclass(frozen=True)
class Paper:
    """What a paper is printed from. `number` is that of the check or sample it belongs to; `title` replaces
    that of the kind, `signs` its lines for signatures by those that were signed on a screen."""

    kind: str
    organ: str
    values: Mapping[str, Any]
    number: str = ""
    title: str = ""
    watermark: Watermark = Watermark.NONE
    signs: SignLines | None = None


def document_of_paper(paper: Paper, *, now: datetime) -> Document:
    """The document of a paper. Errors: KeyError (no such kind), InvalidInput (cannot be printed)."""
    about = kind(paper.kind)
    day = local_date(now)
    frame = Frame(organ=paper.organ, date=day_text(day), number=paper.number, watermark=paper.watermark)
    said = wording(about, about.form)
    text = fill(about, paper.values, frame, replace(said, title=paper.title or said.title))
    document = replace(compose(about, about.form, text, paper.values, frame), created_on=day)
    if paper.signs is None:
        return document
    blocks = tuple(paper.signs if isinstance(block, SignLines) else block for block in document.blocks)
    return replace(document, blocks=blocks)


def print_paper(paper: Paper, *, now: datetime) -> Printed:
    """The paper as PDF, outside of a transaction. Errors: InvalidInput, PrintFailed, RuleViolation."""
    return draw(document_of_paper(paper, now=now), stored if paper.signs else None)
