"""Many notices signed or numbered one after the other, each in transactions of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blueprints.accounts.models import User
from blueprints.notices import queries
from blueprints.notices.models import Notice
from blueprints.notices.service import printing
from blueprints.notices.service.deciding import sign
from blueprints.notices.service.engine import SUBJECT
from blueprints.notices.service.issuing import again, issue
from blueprints.notices.workflow import GIVEN_OUT, State
from core import clock
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind

STEPS = {"sign": "签发", "issue": "编号印制"}
AT_ONCE, MOST = 20, 200


@dataclass(frozen=True)
class Taken:
    """What became of one notice: `refused` says why nothing did."""

    id: int
    label: str
    refused: str = ""

    def as_row(self) -> dict[str, Any]:
        """As pages show it."""
        return {"id": self.id, "label": self.label, "refused": self.refused, "url": f"/{SUBJECT}s/{self.id}"}


def take(notice_id: int, step: str, *, by_id: int, site: str) -> Taken:
    """One notice. Asked for a second time (a worker died meanwhile) it goes on where the first time ended."""
    waiting: printing.Printing | None = None
    label = str(notice_id)
    try:
        with transaction():
            by, notice = db.session.get_one(User, by_id), queries.locked(notice_id)
            label = notice.label
            if step == "sign":
                sign(notice, by=by, now=clock.now())
            else:
                waiting = _numbered(notice, by=by, site=site)
            label = notice.label
    except (InvalidInput, RuleViolation) as refused:
        return Taken(notice_id, label, refused.message)
    if waiting is None:
        return Taken(notice_id, label)
    result = printing.print_out(waiting, by=db.session.get_one(User, by_id), now=clock.now())
    return Taken(notice_id, label, result.error)


def _numbered(notice: Notice, *, by: User, site: str) -> printing.Printing | None:
    if notice.state == State.NUMBERED:
        return again(notice, by=by, now=clock.now())
    return issue(notice, site=site, by=by, now=clock.now())


def done_before(notice: Notice, step: str, by: User) -> bool:
    """Whether an earlier attempt of the same work has taken this step already."""
    if step == "sign":
        return notice.state == State.SIGNED and notice.signed_by_id == by.id
    return notice.state in GIVEN_OUT


def printed_together(notices: Sequence[Notice], *, copies: bool) -> bytes:
    """The printed files in one, by number, ready for both sides of the paper; `copies`: as often as the kind
    has copies (送达、存档). Errors: RuleViolation when stored bytes are damaged."""
    parts = []
    for notice in notices:
        kept = notice.void_sha256 if notice.voided_at else notice.pdf_sha256
        times = max(1, len(kind(notice.kind).copies)) if copies else 1
        parts += [printing.stored(kept)] * times if kept else []
    return printing.merged(parts, duplex=True)
