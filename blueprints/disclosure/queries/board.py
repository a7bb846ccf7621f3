"""How enterprises stand with their duties: everything that the matrix needs in six statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from blueprints.accounts.models import Organization
from blueprints.disclosure.models import (
    DisclosureItem,
    DisclosureProfile,
    DisclosureVersion,
    DutyClaim,
    UpdateDuty,
)
from blueprints.disclosure.queries.duties import Held, all_held, held_by
from core.clock import local_date
from core.db import db
from domain.standing import Facts, Obligation, Performance, Standing, Update, owed, performed, standing
from domain.workdays import Calendar

Key = tuple[int, str]


@dataclass(frozen=True)
class Cell:
    """An enterprise and a duty: where it stands, what is owed, what was done."""

    organization_id: int
    held: Held
    item_id: int | None
    current_id: int | None
    current_on: date | None
    number: int | None
    facts: Facts
    state: Standing
    owed: tuple[Obligation, ...]
    performed: tuple[Performance, ...]
    in_work: tuple[str, ...] = ()


@dataclass(frozen=True)
class BoardRow:
    """One enterprise with its cells by code of duty; `since` None: it has not said since when."""

    organization: Organization
    since: date | None
    cells: dict[str, Cell]

    @property
    def applicable(self) -> list[Cell]:
        """Cells of duties that apply: the denominator of completeness."""
        return [cell for cell in self.cells.values() if cell.state is not Standing.NOT_APPLICABLE]

    @property
    def complete(self) -> list[Cell]:
        """Of these, the ones that are published now."""
        return [cell for cell in self.applicable if cell.current_id is not None]

    @property
    def fallen_due(self) -> list[tuple[Cell, Performance]]:
        """What was fulfilled or has fallen due: the denominator of timeliness."""
        return [(cell, one) for cell in self.applicable for one in cell.performed]

    @property
    def in_time(self) -> list[tuple[Cell, Performance]]:
        """Of these, what was fulfilled in time."""
        return [(cell, one) for cell, one in self.fallen_due if one.in_time]


@dataclass(frozen=True)
class Board:
    """Rows of enterprises and the duties that at least one of them has, by class."""

    rows: list[BoardRow]
    duties: list[Held]


def board(organizations: Sequence[Organization], today: date, calendar: Calendar) -> Board:
    """How these enterprises stand today."""
    ids = [organization.id for organization in organizations]
    known = _Known(ids)
    held = all_held()
    rows = []
    for organization in organizations:
        mine = held_by(organization, held, on=today)
        since = known.since.get(organization.id)
        cells = {one.duty.code: known.cell(organization.id, one, today, calendar) for one in mine}
        rows.append(BoardRow(organization, since, cells))
    used = {code for row in rows for code in row.cells}
    return Board(rows, [one for one in held if one.duty.code in used and one.on(today)])


def row_for(organization: Organization, today: date, calendar: Calendar) -> BoardRow:
    """How one enterprise stands today."""
    return board([organization], today, calendar).rows[0]


class _Known:
    """What is stored of some enterprises."""

    def __init__(self, ids: list[int]) -> None:
        profile = select(DisclosureProfile.organization_id, DisclosureProfile.since)
        rows = db.session.execute(profile.where(DisclosureProfile.organization_id.in_(ids)))
        self.since: dict[int, date] = {row[0]: row[1] for row in rows}
        self.claims = self._claims(ids)
        self.items = self._items(ids)
        self.published, self.ended, self.in_work = self._versions(ids)
        self.updates = self._updates(ids)

    def _claims(self, ids: list[int]) -> dict[Key, str]:
        claim = select(DutyClaim.organization_id, DutyClaim.duty, DutyClaim.state).where(
            DutyClaim.organization_id.in_(ids), DutyClaim.state.in_(("asked", "agreed"))
        )
        return {(row[0], row[1]): row[2] for row in db.session.execute(claim.order_by(DutyClaim.id))}

    def _items(self, ids: list[int]) -> dict[Key, Any]:
        item, version = DisclosureItem, DisclosureVersion
        rows = (
            select(
                item.organization_id, item.duty, item.id, item.current_id,
                version.published_on, version.checked, version.number,
            )
            .outerjoin(version, version.id == item.current_id)
            .where(item.organization_id.in_(ids))
        )  # fmt: skip
        return {(row.organization_id, row.duty): row for row in db.session.execute(rows)}

    def _versions(
        self, ids: list[int]
    ) -> tuple[dict[int, dict[str, date]], dict[int, date], dict[int, list[str]]]:
        v = DisclosureVersion
        rows = (
            select(v.item_id, v.state, v.period, func.min(v.published_on), func.max(v.ended_on))
            .where(v.organization_id.in_(ids))
            .group_by(v.item_id, v.state, v.period)
        )
        published: dict[int, dict[str, date]] = defaultdict(dict)
        ended: dict[int, date] = {}
        in_work: dict[int, list[str]] = defaultdict(list)
        for item_id, state, period, first, last in db.session.execute(rows):
            if first is None:
                in_work[item_id].append(state)
                continue
            days = published[item_id]
            days[period] = min(first, days.get(period, first))
            if state == "withdrawn" and last is not None:
                ended[item_id] = max(last, ended.get(item_id, last))
        return published, ended, in_work

    def _updates(self, ids: list[int]) -> dict[Key, list[Update]]:
        rows = select(UpdateDuty).where(UpdateDuty.organization_id.in_(ids), UpdateDuty.state != "void")
        found: dict[Key, list[Update]] = defaultdict(list)
        for row in db.session.scalars(rows.order_by(UpdateDuty.id)):
            done = local_date(row.ended_at) if row.ended_at else None
            update = Update(row.id, row.cause, row.what, row.due_on, row.provisional, row.state, done)
            found[row.organization_id, row.duty].append(update)
        return found

    def cell(self, organization_id: int, held: Held, today: date, calendar: Calendar) -> Cell:
        key = (organization_id, held.duty.code)
        item = self.items.get(key)
        since = max(self.since.get(organization_id) or today, held.since or date.min)
        facts = Facts(
            since=since,
            published=self.published.get(item.id, {}) if item else {},
            current=bool(item and item.current_id),
            checked=(item.checked or "") if item else "",
            withdrawn_on=self.ended.get(item.id) if item else None,
            updates=tuple(self.updates.get(key, ())),
            claim=self.claims.get(key, ""),
        )
        open_now = tuple(owed(held.duty, facts, today, calendar))
        return Cell(
            organization_id, held, item.id if item else None, item.current_id if item else None,
            item.published_on if item else None, item.number if item else None, facts,
            standing(facts, open_now, today, calendar), open_now,
            tuple(performed(held.duty, facts, today, calendar)),
            tuple(self.in_work.get(item.id, ())) if item else (),
        )  # fmt: skip


def percent(part: Iterable[Any], whole: Iterable[Any]) -> str:
    """66.7%; a dash where there is nothing to measure."""
    above, below = len(list(part)), len(list(whole))
    return f"{above * 100 / below:.1f}%" if below else "—"
