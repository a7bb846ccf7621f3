"""Rounds of cases that came from outside: what is known of a number, lists, the sender's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case, OutsideDispatch, OutsideRequest, OutsideType
from blueprints.complaints.queries_access import scopes_of, visible_in
from core.db import db

KNOWN_CHUNK = 500
PAGE = 36
MOST_EXPORTED = 5000


@dataclass
class Rounds:
    """What an organization knows of one outside number. `rounds`: round -> digest of what was said."""

    where: str
    case_id: int | None = None
    rounds: dict[int, str] = field(default_factory=dict)
    elsewhere: bool = False
    forgotten: bool = False


def known_rounds(numbers: Iterable[str], receiver: Organization) -> dict[tuple[str, str], Rounds]:
    """(source, number) -> its rounds, for the numbers that this organization has received."""
    found: dict[tuple[str, str], Rounds] = {}
    wanted, row = sorted(set(numbers)), OutsideDispatch
    for start in range(0, len(wanted), KNOWN_CHUNK):
        rows = (
            select(
                row.source, row.number, row.round, row.digest, Case.id, Case.number.label("case"),
                Case.receiving_org_id, Case.anonymised_at,
            )
            .join(Case, Case.id == row.case_id)
            .where(row.organization_id == receiver.id, row.number.in_(wanted[start : start + KNOWN_CHUNK]))
            .order_by(row.id)
        )  # fmt: skip
        for r in db.session.execute(rows):
            known = found.setdefault((r.source, r.number), Rounds(f"已登记为 {r.case}"))
            known.where, known.case_id = f"已登记为 {r.case}", r.id
            known.rounds[r.round] = r.digest
            known.elsewhere = r.receiving_org_id != receiver.id
            known.forgotten = r.anonymised_at is not None
    return found


@dataclass(frozen=True)
class SendersWords:
    """What the sender's words for types and categories mean here: (source, word) -> (type, category)."""

    meanings: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)

    def type_of(self, source: str, word: str) -> str:
        """Our type, empty where the word was not mapped."""
        return self.meanings.get((source, word), ("", ""))[0]

    def category_of(self, source: str, *words: str) -> str:
        """Our category by the first of these words that has one."""
        found = (self.meanings.get((source, word), ("", ""))[1] for word in words if word)
        return next(filter(None, found), "")


def types_of(organization_id: int) -> list[OutsideType]:
    """Mapped words of an organization, by source and word."""
    rows = select(OutsideType).where(OutsideType.organization_id == organization_id)
    return list(db.session.scalars(rows.order_by(OutsideType.source, OutsideType.word)))


def senders_words(receiver: Organization) -> SendersWords:
    """The mapped words as an import asks for them."""
    return SendersWords({(t.source, t.word): (t.type, t.category) for t in types_of(receiver.id)})


STATES = {
    "unsigned": "待签收",
    "unfilled": "待回填",
    "asking": "申请中",
    "returned": "已退单",
    "filled": "已回填",
    "unexported": "回填未导出",
}
ASKED_FOR = exists().where(OutsideRequest.dispatch_id == OutsideDispatch.id, OutsideRequest.decision == "")


def state_condition(state: str) -> ColumnElement[bool] | None:
    """What a state of the list means; None for all."""
    newest = OutsideDispatch.round == Case.origin_round
    conditions: dict[str, ColumnElement[bool]] = {
        "unsigned": OutsideDispatch.state == "received",
        "unfilled": and_(OutsideDispatch.state.in_(["received", "signed"]), newest),
        "asking": ASKED_FOR,
        "returned": OutsideDispatch.state == "returned",
        "filled": OutsideDispatch.state == "filled_back",
        "unexported": and_(OutsideDispatch.state == "filled_back", OutsideDispatch.exported_at.is_(None)),
    }
    return conditions.get(state)


def _of(by: User, filters: Mapping[str, str]) -> list[Any]:
    """The rounds of the own organization in cases that the person sees."""
    found: list[Any] = [
        OutsideDispatch.organization_id == by.organization_id, visible_in(scopes_of(by)),
    ]  # fmt: skip
    condition = state_condition(filters.get("state", ""))
    if condition is not None:
        found.append(condition)
    if filters.get("number"):
        found.append(OutsideDispatch.number == filters["number"])
    return found


def rounds_page(by: User, filters: Mapping[str, str], *, before: int = 0) -> list[tuple[Any, ...]]:
    """(dispatch, number, title, state, whether a request is open), newest first, one row more than a page."""
    wanted = (
        select(OutsideDispatch, Case.number, Case.title, Case.state, ASKED_FOR)
        .join(Case, Case.id == OutsideDispatch.case_id)
        .where(*_of(by, filters))
        .order_by(OutsideDispatch.id.desc())
        .limit(PAGE + 1)
    )
    if before:
        wanted = wanted.where(OutsideDispatch.id < before)
    return [tuple(row) for row in db.session.execute(wanted)]


def rounds_to_export(by: User, filters: Mapping[str, str]) -> Sequence[tuple[OutsideDispatch, Case, str]]:
    """(dispatch, case, enterprise) of the filled-back rounds of a list, the oldest first."""
    wanted = (
        select(OutsideDispatch, Case, Organization.name)
        .join(Case, Case.id == OutsideDispatch.case_id)
        .join(Organization, Organization.id == Case.enterprise_id)
        .where(*_of(by, filters), OutsideDispatch.state == "filled_back")
        .order_by(OutsideDispatch.id)
        .limit(MOST_EXPORTED)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(wanted)]


def unsigned_cases(by: User, most: int) -> list[int]:
    """Cases with a round that waits to be signed for, the oldest first."""
    wanted = (
        select(Case.id)
        .join(OutsideDispatch, OutsideDispatch.case_id == Case.id)
        .where(*_of(by, {"state": "unsigned"}))
        .group_by(Case.id)
        .order_by(Case.id)
        .limit(most)
    )
    return list(db.session.scalars(wanted))
