"""台账 (F5.2): what an enterprise's own hotline received, without the people; sampled by the regulator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import people_with_role, regulator_of
from blueprints.complaints import facts, queries_ledger
from blueprints.complaints.models import Case, Ledger, LedgerRow
from blueprints.complaints.workflow import STATE_NAMES
from blueprints.rulebook.service import pinned, ruleset_for
from core import audit
from core.authz import Role
from core.clock import local_date
from core.db import db
from core.inbox import tell
from domain.errors import InvalidInput, RuleViolation

MONTH, QUARTER = "month", "quarter"
SHOWN_PERIODS = 6
WATCHERS = (Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR)


@dataclass(frozen=True)
class Period:
    """A month (2026-09) or a quarter (2026-Q3), both days included."""

    code: str
    starts_on: date
    ends_on: date

    @property
    def name(self) -> str:
        """2026年9月, 2026年第3季度"""
        year, _, part = self.code.partition("-")
        return f"{year}年第{part[1:]}季度" if part.startswith("Q") else f"{year}年{int(part)}月"


def period_of(day: date, kind: str) -> Period:
    """The period in which a day lies."""
    if kind == QUARTER:
        quarter = (day.month - 1) // 3 + 1
        first = date(day.year, quarter * 3 - 2, 1)
        return Period(f"{day.year}-Q{quarter}", first, _month_end(date(day.year, quarter * 3, 1)))
    first = day.replace(day=1)
    return Period(f"{first:%Y-%m}", first, _month_end(first))


def _month_end(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def finished_periods(today: date, kind: str, number: int = SHOWN_PERIODS) -> list[Period]:
    """The last finished periods, newest first."""
    found: list[Period] = []
    day = period_of(today, kind).starts_on - timedelta(days=1)
    while len(found) < number:
        period = period_of(day, kind)
        found.append(period)
        day = period.starts_on - timedelta(days=1)
    return found


def ledger_regulator(enterprise: Organization) -> Organization | None:
    """The regulator to which the ledger goes."""
    found = (regulator_of(sector, enterprise.area) for sector in enterprise.sectors)
    return next((r for r in found if r is not None), None)


def period_kind(enterprise: Organization) -> str:
    """How often ledgers are submitted: a local setting, for the rule only says 及时 (F5.2)."""
    return ruleset_for(enterprise).text("ledger_period")


def row_facts(case: Case, starts_on: date) -> dict[str, Any]:
    """What a ledger tells of a case: never who complained, nor what they wrote."""
    rules = pinned(case.ruleset_version_id)

    def day(moment: datetime | None) -> str | None:
        return local_date(moment).isoformat() if moment else None

    return {
        "number": case.number,
        "type": rules.type(case.type).name,
        "category": rules.category(case.category).name,
        "channel": rules.channel(case.channel).name,
        "received": day(case.received_at),
        "accepted": day(case.accepted_at),
        "completed": day(case.completed_at),
        "conclusion": facts.CONCLUSIONS.get(case.conclusion, ""),
        "state": STATE_NAMES[case.state] + ("（停供事件）" if case.incident_id is not None else ""),
        "late_entry": local_date(case.received_at) < starts_on,
    }


def digest_of(rows: Sequence[dict[str, Any]]) -> str:
    """sha256 of the canonical JSON of the rows."""
    text = json.dumps(list(rows), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def submit(enterprise: Organization, code: str, *, by: User, now: datetime) -> Ledger:
    """Submit the ledger of a finished period to the regulator.

    Errors: RuleViolation when there is no regulator or the period is submitted or not over; InvalidInput
    for a period that does not exist.
    """
    clause = _clause(enterprise, "submit_ledger")
    regulator = ledger_regulator(enterprise)
    if regulator is None:
        raise RuleViolation("本平台没有登记本行业的主管部门，不需要报送台账。", clause)
    kind = period_kind(enterprise)
    periods = {p.code: p for p in finished_periods(local_date(now), kind, 24)}
    if code not in periods:
        raise InvalidInput("只能报送已经结束的最近两年内的一期。", "period")
    period, earlier = periods[code], queries_ledger.submitted(enterprise.id)
    if any(other.starts_on <= period.ends_on and other.ends_on >= period.starts_on for other in earlier):
        raise RuleViolation(f"{period.name}的台账已经报送。", clause, "以后补登的件会并入下一期。")
    cases = queries_ledger.cases_of(
        queries_ledger.belonging(enterprise, period.starts_on, period.ends_on, earlier)
    )
    rows = [row_facts(case, period.starts_on) for case in cases]
    ledger = Ledger(
        enterprise_id=enterprise.id, regulator_id=regulator.id, period=period.code,
        starts_on=period.starts_on, ends_on=period.ends_on, rows=len(rows), digest=digest_of(rows),
        submitted_by_id=by.id, submitted_at=now,
    )  # fmt: skip
    db.session.add(ledger)
    db.session.flush()
    _store_rows(ledger, cases, rows)
    _record("ledger.submit", ledger, by, now, {"rows": [None, len(rows)], "digest": [None, ledger.digest]})
    text = f"{enterprise.name}报送了{period.name}台账，共 {len(rows)} 件。"
    tell(_ids(regulator.id, *WATCHERS), text, link=f"/ledgers/{ledger.id}", now=now, clause=clause or "")
    return ledger


def _store_rows(ledger: Ledger, cases: Sequence[Case], rows: Sequence[dict[str, Any]]) -> None:
    for case, told in zip(cases, rows, strict=True):
        row = LedgerRow(ledger_id=ledger.id, case_id=case.id, regulator_id=ledger.regulator_id, facts=told)
        db.session.add(row)
    db.session.flush()


def _ids(organization_id: int, *roles: Role) -> list[int]:
    return [p.id for p in people_with_role(organization_id, *roles)]


def _clause(enterprise: Organization, action: str) -> str | None:
    return ruleset_for(enterprise).action(action).clause


def _record(action: str, ledger: Ledger, by: User, now: datetime, changes: dict[str, Any]) -> None:
    audit.record(
        action, subject=audit.Subject("ledger", ledger.id, ledger.period), by=by, now=now, changes=changes
    )


def sample(
    ledger: Ledger, row_ids: Sequence[int], reason: str, *, by: User, now: datetime
) -> list[LedgerRow]:
    """抽查: open these rows' cases to the regulator, read-only, for a recorded reason (F5.2, F6.2a).

    Errors: RuleViolation when the ledger was not submitted to the person's organization; InvalidInput
    without reason or rows.
    """
    if by.organization_id != ledger.regulator_id:
        raise RuleViolation("只有收到台账的主管部门可以抽查。", _clause(ledger.enterprise, "sample"))
    if len(reason.strip()) < 5:
        raise InvalidInput("请写明抽查理由（不少于 5 个字）。", "reason")
    fresh = [row for row in queries_ledger.rows_by_ids(ledger, row_ids) if row.sampled_at is None]
    if not fresh:
        raise InvalidInput("请至少勾选一件还没有抽查过的。", "id")
    for row in fresh:
        row.sampled_at, row.sampled_by_id = now, by.id
    numbers = [row.facts["number"] for row in fresh]
    _record("ledger.sample", ledger, by, now, {"reason": [None, reason], "cases": [None, numbers]})
    text = f"{by.audit_organization}抽查了{ledger.period}台账里的 {len(fresh)} 件：{reason[:80]}"
    tell(_ids(ledger.enterprise_id, Role.DISPATCHER), text, link=f"/ledgers/{ledger.id}", now=now)
    return fresh
