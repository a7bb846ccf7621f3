"""Which ledgers and which of their rows a person may see; what a period holds before it is submitted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case, Ledger, LedgerRow
from core.authz import Permission
from core.clock import end_of_day, local_midnight
from core.db import db

PAGE = 100


def _readable(by: User) -> ColumnElement[bool]:
    if by.organization is None or Permission.LEDGER_READ not in by.permissions:
        return false()
    return or_(Ledger.enterprise_id == by.organization_id, Ledger.regulator_id == by.organization_id)


def ledgers_for(by: User, limit: int = 200) -> list[Ledger]:
    """Ledgers that an enterprise submitted, or that a regulator received; newest period first."""
    rows = select(Ledger).where(_readable(by)).options(joinedload(Ledger.enterprise))
    return list(db.session.scalars(rows.order_by(Ledger.starts_on.desc(), Ledger.id.desc()).limit(limit)))


def ledger_for(ledger_id: int, by: User) -> Ledger | None:
    """One ledger, or None when it is not this person's to read."""
    return db.session.scalar(select(Ledger).where(Ledger.id == ledger_id, _readable(by)))


def submitted(enterprise_id: int) -> list[Ledger]:
    """Every ledger of an enterprise."""
    rows = select(Ledger).where(Ledger.enterprise_id == enterprise_id)
    return list(db.session.scalars(rows.order_by(Ledger.starts_on)))


def rows_of(ledger: Ledger, *, offset: int = 0, limit: int = PAGE) -> list[LedgerRow]:
    """One page of a ledger's rows in the order in which they were written."""
    rows = select(LedgerRow).where(LedgerRow.ledger_id == ledger.id).order_by(LedgerRow.id)
    return list(db.session.scalars(rows.offset(offset).limit(limit)))


def rows_by_ids(ledger: Ledger, ids: Sequence[int]) -> list[LedgerRow]:
    """These rows of a ledger; ids of other ledgers are left out."""
    rows = select(LedgerRow).where(LedgerRow.ledger_id == ledger.id, LedgerRow.id.in_(list(ids)))
    return list(db.session.scalars(rows.order_by(LedgerRow.id)))


def sampled_counts(ledger_ids: Sequence[int]) -> dict[int, int]:
    """How many rows of each ledger have been sampled."""
    counted = select(LedgerRow.ledger_id, func.count()).where(
        LedgerRow.ledger_id.in_(list(ledger_ids)), LedgerRow.sampled_at.is_not(None)
    )
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(LedgerRow.ledger_id))}


def _own() -> ColumnElement[bool]:
    """Received by the enterprise's own hotline and not handed over or taken up by the regulator."""
    return and_(Case.receiving_org_id == Case.enterprise_id, Case.regulator_id.is_(None))


def _between(first: date, last: date) -> ColumnElement[bool]:
    return and_(Case.received_at >= local_midnight(first), Case.received_at < end_of_day(last))


def belonging(
    enterprise: Organization, first: date, last: date, earlier: Sequence[Ledger]
) -> ColumnElement[bool]:
    """Cases that the ledger of `first` to `last` tells: received in the period, and late entries whose own
    period had been submitted before they were registered. Each case is told once."""
    told = exists().where(LedgerRow.case_id == Case.id, LedgerRow.ledger_id == Ledger.id,
                          Ledger.enterprise_id == enterprise.id)  # fmt: skip
    late = [_between(other.starts_on, other.ends_on) for other in earlier if other.ends_on < first]
    return and_(Case.enterprise_id == enterprise.id, _own(), or_(_between(first, last), *late), ~told)


def cases_of(condition: ColumnElement[bool]) -> list[Case]:
    """The cases of a ledger in the order of receipt."""
    return list(db.session.scalars(select(Case).where(condition).order_by(Case.received_at, Case.id)))


def counts(conditions: Sequence[ColumnElement[bool]]) -> list[int]:
    """How many cases meet each condition, in one statement."""
    if not conditions:
        return []
    parts = [select(func.count()).select_from(Case).where(c).scalar_subquery() for c in conditions]
    return [int(n) for n in db.session.execute(select(*parts)).one()]
