"""What lists and searches should find, worked out in plain Python from the stored rows: who may see a case,
what stands in its row of a list, which words are found in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from pypinyin import Style, lazy_pinyin, pinyin
from sqlalchemy import select, text

from blueprints.accounts.models import User
from blueprints.complaints.models import Assignment, Case, CaseAccess, Complainant, LedgerRow, Transfer
from blueprints.complaints.people import hide
from core.db import db
from domain.roles import Permission, Role
from domain.tokens import tokens_of

HAN = r"\u3005\u3007\u2e80-\u2fff\u3040-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
PART = re.compile(rf"[{HAN}]+|[^\W{HAN}_]+")
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
ENDED = {"declined", "closed", "archived", "withdrawn", "merged", "transferred"}


@dataclass
class Plain:
    """One case with the rows that belong to it."""

    case: Any
    people: list[Any] = field(default_factory=list)
    units: list[Any] = field(default_factory=list)
    sampled_by: set[int] = field(default_factory=set)
    sent_by: set[int] = field(default_factory=set)

    @cached_property
    def personal(self) -> list[str]:
        """What is said of its people."""
        told = [(p.name, p.phone, p.account_number, p.address) for p in self.people]
        return [value for values in told for value in values if len(value) > 1]

    @cached_property
    def text(self) -> str:
        """What everybody who sees the case may search."""
        c = self.case
        text = "\n".join(filter(None, (c.number, c.origin_number, c.title, c.content, c.place)))
        if c.confidential:  # what `hide` leaves out has tests of its own
            return folded(hide(text, self.people, "\n"))
        for value in sorted(self.personal, key=len, reverse=True):
            text = text.replace(value, "\n")
        return folded(text)

    @cached_property
    def names(self) -> list[str]:
        """What it is found by for those who may know its people."""
        return (
            [] if self.case.confidential else [spelt for value in self.personal for spelt in spellings(value)]
        )


@cache
def spellings(value: str) -> tuple[str, ...]:
    """A name or number as it is, without its spaces, and for a short Chinese name its pinyin and initials; a
    surname in every way in which it can be read."""
    whole = "".join(value.split())
    if whole.isascii() or len(whole) > 8:
        return folded(value), folded(whole)
    surnames = pinyin(whole[:1], style=Style.NORMAL, heteronym=True, errors="ignore")[0]
    given = lazy_pinyin(whole[1:], errors="ignore")
    full = {"".join([surname, *given]) for surname in surnames}
    first = {"".join(syllable[0] for syllable in [surname, *given]) for surname in surnames}
    return folded(value), folded(whole), *full, *first


def folded(text: str) -> str:
    """Without differences of width and case."""
    return unicodedata.normalize("NFKC", text).casefold()


@cache
def pattern(word: str) -> re.Pattern[str]:
    """Han characters anywhere, Latin and digits from the beginning of a word; what stands between two such
    runs does not matter, unless nothing does."""
    parts = PART.findall(folded(word))
    kinds = [bool(re.match(f"[{HAN}]", part)) for part in parts]
    found = "" if kinds[0] else rf"(?<![^\W{HAN}_])"
    for part, kind, before in zip(parts, kinds, [None, *kinds], strict=False):
        apart = "" if before is None else r"[\W_]+" if kind == before else r"[\W_]*"
        found += apart + re.escape(part)
    return re.compile(found)


def in_text(row: Plain, query: str) -> bool:
    """Whether all words of a query stand in the text."""
    return all(pattern(word).search(row.text) for word in query.split())


def in_names(row: Plain, query: str) -> bool:
    """Whether all words of a query stand in what is said of the people."""
    return all(any(pattern(word).search(name) for name in row.names) for word in query.split())


def read_all() -> list[Plain]:
    """All cases of the database."""
    db.session.rollback()
    rows = {c.id: Plain(c) for c in db.session.execute(select(*Case.__table__.columns).order_by(Case.id))}
    for person in db.session.execute(select(*Complainant.__table__.columns)):
        rows[person.case_id].people.append(person)
    for unit in db.session.execute(select(*Assignment.__table__.columns)):
        if unit.state != "cancelled":
            rows[unit.case_id].units.append(unit)
    for row in db.session.execute(select(*LedgerRow.__table__.columns)):
        if row.sampled_at is not None:
            rows[row.case_id].sampled_by.add(row.regulator_id)
    for row in db.session.execute(select(*Transfer.__table__.columns)):
        if row.to_organization_id is not None:
            rows[row.case_id].sent_by.add(row.organization_id)
    return list(rows.values())


def sees(by: User, row: Plain) -> bool:
    """A regulator: cases it has, sampled or sent to another regulator; dispatchers and leaders: received or assigned; handlers: with the
    own department, or under the own investigation."""
    org = by.organization
    if org is None or Permission.CASE_READ not in by.permissions:
        return False
    if org.is_regulator:
        return row.case.regulator_id == org.id or org.id in row.sampled_by | row.sent_by
    mine = [u for u in row.units if u.organization_id == org.id]
    if by.roles & {Role.DISPATCHER, Role.ENTERPRISE_LEADER}:
        return row.case.receiving_org_id == org.id or bool(mine)
    return any(u.department_id == by.department_id or u.investigator_id == by.id for u in mine)


def knows_people(by: User, row: Plain) -> bool:
    """Names are for those who may reveal them, and never for a regulator that only sampled the case."""
    if Permission.PERSONAL_REVEAL not in by.permissions or by.organization is None:
        return False
    owner = row.case.regulator_id or row.case.receiving_org_id
    return not by.organization.is_regulator or owner == by.organization_id


class Scan:
    """All cases of a database, scanned once for each query."""

    def __init__(self) -> None:
        self.rows = {row.case.id: row for row in read_all()}
        self._seen: dict[str, set[int]] = {}
        self._hits: dict[str, tuple[set[int], set[int]]] = {}

    def seen(self, by: User) -> set[int]:
        """Ids of the cases that a person may see."""
        if by.login not in self._seen:
            self._seen[by.login] = {i for i, row in self.rows.items() if sees(by, row)}
        return self._seen[by.login]

    def hits(self, query: str) -> tuple[set[int], set[int]]:
        """Ids of the cases that a query finds by text, and by name."""
        if query not in self._hits:
            by_text = {i for i, row in self.rows.items() if in_text(row, query)}
            self._hits[query] = by_text, {i for i, row in self.rows.items() if in_names(row, query)}
        return self._hits[query]

    def finds(self, by: User, query: str) -> set[int]:
        """Ids of the cases that a search should find for a person."""
        by_text, by_name = self.hits(query)
        known = {i for i in by_name if knows_people(by, self.rows[i])}
        return (by_text | known) & self.seen(by)


def scopes(row: Plain) -> dict[int, int]:
    """scope -> organization, of everybody who may see the case; none for a regulator that only sampled it."""
    c = row.case
    found = {o * 4: 0 for o in row.sampled_by | row.sent_by}
    whole = {c.receiving_org_id, c.regulator_id, *(u.organization_id for u in row.units)}
    found |= {o * 4: o for o in whole - {None}}
    for unit in row.units:
        if unit.department_id is not None:
            found[unit.department_id * 4 + 1] = unit.organization_id
        if unit.investigator_id is not None:
            found[unit.investigator_id * 4 + 2] = unit.organization_id
    return found


def access_rows(row: Plain) -> set[tuple[Any, ...]]:
    """The rows of `case_access` that the case should have, columns in the order of the table."""
    c = row.case
    talking = c.next_talk_on is not None and c.state != "archived"
    idle = c.state in ENDED and not c.next_action and c.due_at is None and not talking
    return {
        (
            scope, c.id, organization, c.received_at, c.due_at or NEVER, idle, c.state, c.type, c.category,
            c.channel, c.level, c.enterprise_id,
            c.next_action if organization == c.next_org_id and c.suspended_at is None else "",
            c.sent_back, c.due_at is not None and c.due_provisional, c.supervision_proposed != "", c.supervised,
            c.next_talk_on if talking else None,
        )
        for scope, organization in scopes(row).items()
    }  # fmt: skip


# ---- as they are stored ----------------------------------------------------------------------------------------


def stored_access() -> set[tuple[Any, ...]]:
    """The rows as they are."""
    return {tuple(row) for row in db.session.execute(select(*CaseAccess.__table__.columns))}


def tokens(texts: list[str]) -> set[str]:
    """Tokens of all of them."""
    return {token for told in texts for token in tokens_of(told)}


def stored_tokens() -> dict[int, tuple[set[str], set[str]]]:
    """id -> (tokens of the text, tokens of the names) as they are in the search index."""
    if db.engine.dialect.name == "sqlite":
        rows = db.session.execute(text("SELECT rowid, text, names FROM case_search"))
        return {i: (set(told.split()), set(names.split())) for i, told, names in rows}
    columns = "id, tsvector_to_array(text), tsvector_to_array(names)"
    rows = db.session.execute(text(f"SELECT {columns} FROM case_search"))
    return {i: (set(told), set(names)) for i, told, names in rows}


def in_step() -> list[Plain]:
    """Assert that both say what the other tables say; all cases."""
    rows = read_all()
    assert stored_access() == {line for row in rows for line in access_rows(row)}
    wanted = {row.case.id: (tokens([row.text]), tokens(row.names)) for row in rows}
    assert stored_tokens() == wanted
    return rows
