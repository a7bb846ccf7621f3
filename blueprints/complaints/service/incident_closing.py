"""The steps of an incident on many cases at once: what `perform` does for one, in a few statements.

The same step, state, clocks, next step and audit entry for each case; nobody is notified case by case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, CaseStep
from blueprints.complaints.relations import owner_id
from blueprints.complaints.service.access import refresh
from blueprints.complaints.service.deadlines import ruleset_limit, strictest_of
from blueprints.complaints.service.incidents import ENDED_HOW
from blueprints.complaints.service.next_step import SUBJECT
from blueprints.complaints.workflow import OPEN, State
from blueprints.rulebook.service import pinned
from core import audit, clocks
from core.authz import Role
from core.clocks import Clock, Limit, Reckoning
from core.db import db, insert_rows
from domain.rulesets import Ruleset
from domain.workdays import Calendar

BATCH = 500
OPEN_STATES = sorted(s.value for s in OPEN)
READ = (
    Case.id, Case.number, Case.state, Case.type, Case.ruleset_version_id, Case.regulator_id,
    Case.receiving_org_id,
)  # fmt: skip


@dataclass
class Batch:
    """One person, at one moment, taking one step on many cases."""

    by: User
    now: datetime
    calendar: Calendar
    _archive: dict[tuple[int, str], tuple[Limit, Reckoning] | None] = field(default_factory=dict)

    def attach(self, case_ids: Sequence[int], incident_id: int, number: str) -> list[int]:
        """Make these open cases, of no incident so far, calls of the incident; ids of those that did."""
        free = [Case.id.in_(list(case_ids)), Case.incident_id.is_(None), Case.state.in_(OPEN_STATES)]
        rows = db.session.execute(select(*READ).where(*free).order_by(Case.id).with_for_update()).all()
        self._set([row.id for row in rows], {"incident_id": incident_id})
        self._steps(rows, "attach_incident", {"incident": number}, None)
        return [row.id for row in rows]

    def close(self, case_ids: Sequence[int], facts: Mapping[str, Any]) -> list[int]:
        """Close these cases with their incident; ids of those that were still open."""
        still = [Case.id.in_(list(case_ids)), Case.state.in_(OPEN_STATES)]
        rows = db.session.execute(select(*READ).where(*still).order_by(Case.id).with_for_update()).all()
        ids = [row.id for row in rows]
        self._end_clocks(ids)
        groups: dict[tuple[int, str, int], list[Any]] = {}
        for row in rows:
            groups.setdefault((row.ruleset_version_id, row.type, owner_id(row)), []).append(row)
        for (version, kind, owner), alike in groups.items():
            self._close_alike(alike, self._limit(version, kind), owner)
        self._steps(rows, "close_by_incident", facts, State.CLOSED)
        refresh(db.session(), ids, text=False)
        return ids

    def _close_alike(self, rows: list[Any], limit: tuple[Limit, Reckoning] | None, owner: int) -> None:
        """Cases of one ruleset, type and owner end the same way, and wait for the same archive."""
        limits = [limit] if limit else []
        columns: dict[str, Any] = {
            "state": State.CLOSED.value, "closed_at": self.now, "ended_how": ENDED_HOW,
            "supervision_proposed": "", "next_action": "archive", "next_org_id": owner,
            **strictest_of(limits),
        }  # fmt: skip
        self._set([row.id for row in rows], columns)
        clocks.start_many(
            [clocks.columns(SUBJECT, row.id, own, self.now, due) for row in rows for own, due in limits]
        )

    def _limit(self, version: int, kind: str) -> tuple[Limit, Reckoning] | None:
        if (version, kind) not in self._archive:
            limit = ruleset_limit(pinned(version), "archive", kind)
            due = clocks.reckon(limit.amount, limit.unit, self.now, self.calendar) if limit else None
            self._archive[version, kind] = (limit, due) if limit and due else None
        return self._archive[version, kind]

    def _set(self, ids: list[int], columns: dict[str, Any]) -> None:
        if ids:
            values = columns | {"version": Case.version + 1}
            db.session.execute(
                update(Case).where(Case.id.in_(ids)).values(values),
                execution_options={"synchronize_session": False},
            )

    def _end_clocks(self, ids: list[int]) -> None:
        running = [Clock.subject_type == SUBJECT, Clock.subject_id.in_(ids), Clock.state == "open"]
        ended = update(Clock).where(*running).values(state="void", ended_at=self.now)
        db.session.execute(ended, execution_options={"synchronize_session": False})

    def _steps(
        self, rows: Sequence[Any], action: str, facts: Mapping[str, Any], target: State | None
    ) -> None:
        """A step of its own for each case, and an entry of its own in the log."""
        insert_rows(CaseStep, [self._step(row, action, facts, target) for row in rows])
        told = {name: [None, value] for name, value in facts.items()}
        entries = [
            (audit.Subject(SUBJECT, row.id, row.number),
             told | ({"state": [row.state, target.value]} if target else {}))
            for row in rows
        ]  # fmt: skip
        audit.record_many(f"case.{action}", entries, by=self.by, now=self.now)

    def _step(self, row: Any, action: str, facts: Mapping[str, Any], target: State | None) -> dict[str, Any]:
        rules: Ruleset = pinned(row.ruleset_version_id)
        named = rules.action(action)
        home = self.by.organization
        return {
            "case_id": row.id, "action": action, "name": named.name, "clause": named.clause or "",
            "state_before": row.state, "state_after": target.value if target else row.state,
            "actor_id": self.by.id, "actor_name": self.by.name, "actor_unit": home.name if home else "",
            "actor_role": next((r.value for r in Role if r in self.by.roles), ""), "at": self.now,
            "facts": dict(facts),
        }  # fmt: skip
