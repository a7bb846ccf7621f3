"""Who may see which case, and what can be found of it: derived rows, kept in step in every transaction.

Nothing else writes `case_access` or the search table. Changes of cases, complainants, assignments and
sampled ledger rows are noticed when they are flushed; what follows from them is stored when the act is
recorded, or before the commit at the latest.
Bulk registration passes the unit of work by and calls `refresh` itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    Delete,
    Insert,
    Select,
    and_,
    bindparam,
    case,
    delete,
    event,
    exists,
    insert,
    inspect,
    literal,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session

from blueprints.complaints.models import (
    NO_LIMIT,
    Assignment,
    Case,
    CaseAccess,
    Complainant,
    LedgerRow,
    Transfer,
    found_in_cases,
)
from blueprints.complaints.people import hide
from blueprints.complaints.queries_access import (
    NOBODY,
    department_scope,
    organization_scope,
    person_scope,
)
from blueprints.complaints.workflow import OPEN, State
from core.search import Entry

OPEN_STATES = sorted(s.value for s in OPEN)
BATCH = 500
CHANGED, RETOLD, BORN = "changed_cases", "retold_cases", "new_cases"


def refresh(session: Session, ids: Sequence[int], *, new: bool = False, text: bool = True) -> None:
    """Derive the rows of these cases anew, and with `text` what can be found of them, in the caller's
    transaction. `new`: none of them has rows yet."""
    for start in range(0, len(ids), BATCH):
        some = list(ids[start : start + BATCH])
        if not new:
            session.connection().execute(_taking_out(), {"ids": some})
        session.connection().execute(_putting_in(), {"ids": some})
        if text:
            found_in_cases.put(session, entries(session, some), new=new)


def refresh_all(session: Session) -> None:
    """Derive the rows of every case; there are none yet."""
    last = 0
    while ids := session.scalars(select(Case.id).where(Case.id > last).order_by(Case.id).limit(BATCH)).all():
        refresh(session, ids, new=True)
        last = ids[-1]


def entries(session: Session, ids: Sequence[int]) -> list[Entry]:
    """What can be found of these cases. Names and numbers of the people are kept apart from the text, even
    where the text repeats them; those of a confidential report are found by nobody (Q2)."""
    people: dict[int, list[Any]] = {}
    known = select(
        Complainant.case_id,
        Complainant.name,
        Complainant.phone,
        Complainant.account_number,
        Complainant.address,
    )
    for row in session.execute(known.where(Complainant.case_id.in_(ids))):
        people.setdefault(row.case_id, []).append(row)
    told = select(
        Case.id, Case.confidential, Case.number, Case.origin_number, Case.title, Case.content, Case.place
    ).where(Case.id.in_(ids))
    return [
        _entry(case_id, confidential, texts, people.get(case_id, []))
        for case_id, confidential, *texts in session.execute(told)
    ]


def _entry(case_id: int, confidential: bool, texts: Iterable[str | None], people: Sequence[Any]) -> Entry:
    text = "\n".join(filter(None, texts))
    if confidential:
        return Entry(case_id, hide(text, people, "\n"), "")
    told = (v for p in people for v in (p.name, p.phone, p.account_number, p.address))
    personal = [value for value in told if len(value) > 1]
    for value in sorted(personal, key=len, reverse=True):
        text = text.replace(value, "\n")
    return Entry(case_id, text, "\n".join(personal))


def _entry_of(case: Case) -> Entry:
    """What can be found of a case that was stored just now, as `entries` would read it."""
    texts = (case.number, case.origin_number, case.title, case.content, case.place)
    return _entry(case.id, case.confidential, texts, case.complainants)


IDS: Any = bindparam("ids", expanding=True)


@cache
def _taking_out() -> Delete:
    return delete(CaseAccess.__table__).where(CaseAccess.case_id.in_(IDS))  # type: ignore[arg-type]


@cache
def _putting_in() -> Insert:
    rows = _rows()
    return insert(CaseAccess.__table__).from_select(list(rows.selected_columns.keys()), rows)  # type: ignore[arg-type]


def _scopes() -> Any:
    """(case_id, scope, organization_id) of everybody who may see these cases.

    A regulator sees the cases it has (received, handed over, taken up) and those it sampled from a ledger;
    an enterprise those it received or was assigned; a handler those of the own department or investigation.
    A regulator that only sampled a case, or moved it to another one, has nothing to do with it: its row names
    no organization.
    """
    unit, row = Assignment, LedgerRow
    here, working = Case.id.in_(IDS), and_(unit.case_id.in_(IDS), unit.state != "cancelled")
    mine = or_(Case.receiving_org_id == row.regulator_id, Case.regulator_id == row.regulator_id)
    sender = or_(
        Case.receiving_org_id == Transfer.organization_id, Case.regulator_id == Transfer.organization_id
    )
    mine_too = exists().where(Case.id == Transfer.case_id, sender)
    sampled = and_(
        row.case_id.in_(IDS), row.sampled_at.is_not(None), ~exists().where(Case.id == row.case_id, mine)
    )

    def part(case_id: Any, scope: Any, organization_id: Any, *where: Any) -> Select[Any]:
        columns = (case_id.label("case_id"), scope.label("scope"), organization_id.label("organization_id"))
        return select(*columns).where(*where)

    def whole(case_id: Any, organization_id: Any, *where: Any) -> Select[Any]:
        return part(case_id, organization_scope(organization_id), organization_id, *where)

    moved = and_(Transfer.case_id.in_(IDS), Transfer.to_organization_id.is_not(None), ~mine_too)
    by_department, by_person = department_scope(unit.department_id), person_scope(unit.investigator_id)
    return union(
        whole(Case.id, Case.receiving_org_id, here),
        whole(Case.id, Case.regulator_id, here, Case.regulator_id.is_not(None)),
        part(row.case_id, organization_scope(row.regulator_id), literal(NOBODY), sampled),
        part(Transfer.case_id, organization_scope(Transfer.organization_id), literal(NOBODY), moved),
        whole(unit.case_id, unit.organization_id, working),
        part(unit.case_id, by_department, unit.organization_id, working, unit.department_id.is_not(None)),
        part(unit.case_id, by_person, unit.organization_id, working, unit.investigator_id.is_not(None)),
    ).subquery("seen")


def _rows() -> Select[Any]:
    """The rows of `case_access` that the cases of IDS should have."""
    seen = _scopes()
    waits = and_(seen.c.organization_id == Case.next_org_id, Case.suspended_at.is_(None))
    talking = and_(Case.next_talk_on.is_not(None), Case.state != State.ARCHIVED.value)
    busy = or_(Case.state.in_(OPEN_STATES), Case.next_action != "", Case.due_at.is_not(None), talking)
    no_limit = literal(NO_LIMIT, CaseAccess.due_at.type)
    columns = {
        "scope": seen.c.scope,
        "case_id": Case.id,
        "organization_id": seen.c.organization_id,
        "received_at": Case.received_at,
        "due_at": case((Case.due_at.is_(None), no_limit), else_=Case.due_at),
        "idle": case((busy, False), else_=True),
        "next_action": case((waits, Case.next_action), else_=""),
        "provisional": case((Case.due_at.is_(None), False), else_=Case.due_provisional),
        "proposed": Case.supervision_proposed != "",
        "next_talk_on": case((talking, Case.next_talk_on), else_=None),
    }
    for name in ("state", "type", "category", "channel", "level", "enterprise_id", "sent_back", "supervised"):
        columns[name] = getattr(Case, name)
    return select(*(c.label(name) for name, c in columns.items())).join(seen, seen.c.case_id == Case.id)


def follow_changes() -> None:
    """Keep both in step with what the session flushes; registered once for all applications of a process."""
    for name, listener in (
        ("after_flush", _note), ("before_commit", keep_in_step), ("after_soft_rollback", _forget),
    ):  # fmt: skip
        if not event.contains(Session, name, listener):
            event.listen(Session, name, listener)


TOLD = frozenset({"number", "origin_number", "title", "content", "place", "confidential"})
LISTED = frozenset({
    "receiving_org_id", "regulator_id", "enterprise_id", "received_at", "due_at", "due_provisional", "state",
    "type", "category", "channel", "level", "next_action", "next_org_id", "next_talk_on", "sent_back",
    "supervised", "supervision_proposed", "suspended_at",
})  # fmt: skip


def _note(session: Session, _context: object) -> None:
    changed, retold = session.info.setdefault(CHANGED, set()), session.info.setdefault(RETOLD, set())
    born = session.info.setdefault(BORN, {})
    born.update((row.id, row) for row in session.new if isinstance(row, Case))
    for row in chain(session.new, session.dirty, session.deleted):
        if isinstance(row, Case):
            if _changes(row, LISTED):
                changed.add(row.id)
            if _changes(row, TOLD):
                retold.add(row.id)
        elif isinstance(row, (Assignment, LedgerRow)):
            changed.add(row.case_id)
        elif isinstance(row, Complainant):
            retold.add(row.case_id)


def _changes(row: Case, names: frozenset[str]) -> bool:
    """Whether one of these columns is about to be stored with another value."""
    state = inspect(row)
    return any(state.attrs[name].history.has_changes() for name in names & state.committed_state.keys())


def keep_in_step(session: Session) -> None:
    """Store what follows from everything that changed so far; every act ends with it, and every commit."""
    if CHANGED not in session.info and not (session.new or session.dirty or session.deleted):
        return
    session.flush()
    changed, retold = session.info.pop(CHANGED, set()), session.info.pop(RETOLD, set())
    born: dict[int, Case] = session.info.pop(BORN, {})
    for case_id, row in born.items():
        session.connection().execute(_putting_in(), {"ids": [case_id]})
        found_in_cases.put(session, [_entry_of(row)], new=True)
    refresh(session, sorted(changed - retold - born.keys()), text=False)
    refresh(session, sorted(retold - born.keys()))


def _forget(session: Session, _previous: object) -> None:
    session.info.pop(CHANGED, None)
    session.info.pop(RETOLD, None)
    session.info.pop(BORN, None)
