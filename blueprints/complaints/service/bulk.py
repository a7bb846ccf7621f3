"""Registering many cases at once: what `intake.register` does for one, in a few statements for a batch.

The same columns, first step, clocks, due day and next step; what differs is left to the caller: one audit row
and one notification a person for the whole batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import Organization, User
from blueprints.complaints.guards import Attempt, first_refusal
from blueprints.complaints.models import Case, CaseStep, Complainant, OutsideDispatch
from blueprints.complaints.people import group_is_significant, keep_title
from blueprints.complaints.service.access import refresh
from blueprints.complaints.service.deadlines import laws_of, receipt_limits, strictest_of
from blueprints.complaints.service.duty_hours import reckoned
from blueprints.complaints.service.intake import (
    REGISTER_GUARDS,
    Intake,
    case_columns,
    check,
    first_step,
    may_register_for,
    senders_limits,
)
from blueprints.complaints.service.next_step import SUBJECT, next_organization, next_row, responsible_people
from blueprints.complaints.service.outside_limits import dispatch_columns
from blueprints.complaints.workflow import Row
from blueprints.rulebook.models import LawLimit, RulesetVersion
from blueprints.rulebook.service import pin, pinned
from core import clocks
from core.clock import local_date, to_local
from core.clocks import Limit, Reckoning
from core.db import db, insert_rows
from core.inbox import tell
from core.sequences import next_numbers
from domain.deadlines import Unit
from domain.errors import InvalidInput
from domain.numbering import case_number, case_series
from domain.rulesets import Ruleset
from domain.workdays import Calendar


@dataclass(frozen=True)
class _Rules:
    """What holds for every case of one enterprise in the batch."""

    version: RulesetVersion
    ruleset: Ruleset
    laws: list[LawLimit]


@dataclass(frozen=True)
class _New:
    """A case about to be stored: its columns, the same seen as a case, its limits."""

    intake: Intake
    columns: dict[str, Any]
    case: Any
    limits: list[tuple[Limit, Reckoning]]


@dataclass
class Registrar:
    """Registers batches for one person at one moment; keeps what was worked out for earlier rows."""

    by: User
    now: datetime
    calendar: Calendar
    _rules: dict[int, _Rules] = field(default_factory=dict)
    _limits: dict[tuple[int, str, bool], list[Limit]] = field(default_factory=dict)
    _reckoned: dict[tuple[int, Unit, date], Reckoning] = field(default_factory=dict)
    _next: dict[tuple[int, str], tuple[Row | None, Any]] = field(default_factory=dict)

    def register(self, intakes: Sequence[Intake]) -> list[int]:
        """Store the cases with gap-free numbers, in the caller's transaction; ids in the order given.

        Errors: as `intake.register`, for the first intake that cannot be stored.
        """
        numbers = self._numbers(intakes)
        rows = [self._new(intake, number) for intake, number in zip(intakes, numbers, strict=True)]
        ids = self._stored(rows)
        steps, people, running, rounds = [], [], [], []
        for case_id, row in zip(ids, rows, strict=True):
            row.case.id = case_id
            ruleset = self._rules[row.case.enterprise_id].ruleset
            steps.append(first_step(row.case, ruleset, by=self.by, now=self.now))
            people += [{"case_id": case_id, **vars(person)} for person in row.intake.people]
            since = row.case.received_at
            if row.intake.origin.get("number"):
                rounds.append(dispatch_columns(row.intake.origin, case_id, row.case.receiving_org_id, since))
            running += [clocks.columns(SUBJECT, case_id, limit, since, due) for limit, due in row.limits]
        insert_rows(CaseStep, steps)
        insert_rows(Complainant, people)
        insert_rows(OutsideDispatch, rounds)
        clocks.start_many(running)
        refresh(db.session(), ids, new=True)
        return ids

    def tell(self, text: str, link: str) -> int:
        """Tell each person whose turn it has become once, for everything registered so far; how many."""
        told: set[int] = set()
        for row, case in self._next.values():
            if row is None:
                continue
            people = set(responsible_people(case, row)) - {self.by.id} - told
            action = pinned(case.ruleset_version_id).action(row.action)
            words = f"{text}待您办理：{action.name}。"
            tell(people, words, link=link, now=self.now, clause=action.clause or "")
            told |= people
        return len(told)

    def rules_of(self, enterprise: Organization) -> _Rules:
        """Its pinned ruleset and limits of law. Errors: InvalidInput where this person may not register."""
        if enterprise.id not in self._rules:
            if not may_register_for(enterprise, self.by):
                raise InvalidInput("不能为这家单位登记诉求件。", "enterprise")
            version = pin(enterprise, self.now)
            self._rules[enterprise.id] = _Rules(version, pinned(version.id), laws_of(enterprise))
        return self._rules[enterprise.id]

    def _stored(self, rows: list[_New]) -> list[int]:
        """Store the columns of the cases; their ids, found by number (a RETURNING would go row by row)."""
        if not rows:
            return []
        insert_rows(Case, [row.columns for row in rows])
        wanted = select(Case.number, Case.id).where(Case.number.in_([row.columns["number"] for row in rows]))
        by_number = {row.number: row.id for row in db.session.execute(wanted)}
        return [by_number[row.columns["number"]] for row in rows]

    def _numbers(self, intakes: Sequence[Intake]) -> list[str]:
        """One reservation a series, numbers in the order of the intakes."""
        year = to_local(self.now).year
        sectors = [intake.enterprise.sectors[0] for intake in intakes]
        reserved = {
            sector: iter(next_numbers(case_series(sector), year, sectors.count(sector)))
            for sector in dict.fromkeys(sectors)
        }
        return [case_number(sector, year, next(reserved[sector])) for sector in sectors]

    def _new(self, intake: Intake, number: str) -> _New:
        """The case with its due day and next step, and its limits."""
        check(intake, self.now)
        rules = self.rules_of(intake.enterprise)
        columns = case_columns(intake, number, rules.version, rules.ruleset, by=self.by, now=self.now)
        case = SimpleNamespace(**columns, open_assignments=[], complainants=intake.people)
        keep_title(case)
        case.significant = case.significant or group_is_significant(intake.people, rules.ruleset)
        columns |= {"title": case.title, "significant": case.significant}
        refused = first_refusal(REGISTER_GUARDS, Attempt(case, {}, self.by, rules.ruleset, self.now))
        if refused is not None:
            raise refused
        limits = [(limit, self._reckon(limit, case, rules.ruleset)) for limit in self._limits_of(case, rules)]
        limits += senders_limits(intake)
        columns |= strictest_of(limits) | self._next_step(case, rules.ruleset)
        return _New(intake, columns, case, limits)

    def _limits_of(self, case: Any, rules: _Rules) -> list[Limit]:
        key = (case.enterprise_id, case.type, case.complex)
        if key not in self._limits:
            self._limits[key] = receipt_limits(rules.ruleset, case.type, rules.laws, case.complex)
        return self._limits[key]

    def _reckon(self, limit: Limit, case: Any, ruleset: Ruleset) -> Reckoning:
        since = case.received_at
        if limit.unit.by_clock:
            return reckoned(limit, since, self.calendar, ruleset, case.receiving_org_id)
        key = (limit.amount, limit.unit, local_date(since))
        if key not in self._reckoned:
            self._reckoned[key] = clocks.reckon(limit.amount, limit.unit, since, self.calendar)
        return self._reckoned[key]

    def _next_step(self, case: Any, ruleset: Ruleset) -> dict[str, Any]:
        """What a case waits for at its start depends on its flow alone: asked once."""
        key = (case.ruleset_version_id, case.flow)
        if key not in self._next:
            row = next_row(case, ruleset)
            case.next_org_id = next_organization(case, row) if row else None
            self._next[key] = (row, case)
        row, _ = self._next[key]
        waits_for = next_organization(case, row) if row else None
        return {"next_action": row.action if row else "", "next_org_id": waits_for}
