"""Registering a case: receipt starts the clocks, the first receiver stays on record (F3.4.2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from blueprints.accounts.models import Organization, User
from blueprints.complaints.guards import Attempt, first_refusal
from blueprints.complaints.models import Case, CaseStep, Complainant, OutsideDispatch
from blueprints.complaints.people import group_is_significant, keep_title
from blueprints.complaints.service import outside_limits
from blueprints.complaints.service.access import keep_in_step
from blueprints.complaints.service.deadlines import (
    laws_of,
    receipt_limits,
    regulator_id_of,
    strictest_of,
)
from blueprints.complaints.service.duty_hours import reckoned
from blueprints.complaints.service.next_step import SUBJECT, assign, set_next, tell_next
from blueprints.complaints.service.outside_limits import dispatch_columns
from blueprints.rulebook.models import RulesetVersion
from blueprints.rulebook.service import pin, pinned
from core import audit, clocks
from core.clock import to_local
from core.db import db
from core.sequences import next_number
from domain.errors import InvalidInput
from domain.numbering import case_number, case_series
from domain.rulesets import Ruleset
from domain.workdays import Calendar

LATE = timedelta(hours=24)
REGISTER_GUARDS = ("channel_in_force", "category_given", "receipt_time_valid")


@dataclass(frozen=True)
class Person:
    """One complainant as given."""

    name: str = ""
    phone: str = ""
    address: str = ""
    account_number: str = ""
    representative: bool = True
    headcount: int = 1


@dataclass(frozen=True)
class Intake:
    """What the first receiver writes down. `received_at` is the moment of receipt (aware UTC); `emergency`
    is the kind of danger of one that was raised by one tap: it is completed afterwards."""

    enterprise: Organization
    type: str
    channel: str
    category: str
    title: str
    content: str
    received_at: datetime
    people: tuple[Person, ...] = ()
    anonymous: bool = False
    wish: str = ""
    first_contact: str = ""
    place: str = ""
    urgent: bool = False
    emergency: str = ""
    significant: bool = False
    complex: bool = False
    late_entry_reason: str = ""
    confidential: bool = False
    origin: dict[str, Any] = field(default_factory=dict)


def check(intake: Intake, now: datetime) -> None:
    """Refuse what cannot be meant. Errors: InvalidInput naming the field."""
    if intake.received_at > now:
        raise InvalidInput("接收时间不能晚于现在。", "received_at")
    if now - intake.received_at > LATE and not intake.late_entry_reason.strip():
        raise InvalidInput("接收时间早于 24 小时前，请写明补登原因。", "late_entry_reason")
    if not intake.anonymous and not any(p.name or p.phone for p in intake.people):
        raise InvalidInput("请填写诉求人姓名或电话，或勾选匿名。", "name")
    if not intake.content.strip():
        raise InvalidInput("请填写诉求内容。", "content")


def case_columns(
    intake: Intake, number: str, version: RulesetVersion, ruleset: Ruleset, *, by: User, now: datetime
) -> dict[str, Any]:
    """The columns of a new case; the impact level follows from its channel (Q4.2, Q4.3)."""
    kind = ruleset.type(intake.type)
    channel = ruleset.channel(intake.channel)
    receiver = by.organization
    if receiver is None:
        raise InvalidInput("只有主管部门或经营单位的人员可以登记诉求件。")
    trigger = ruleset.origin_trigger(intake.channel)
    return {
        "number": number, "ruleset_version_id": version.id, "type": kind.code, "flow": kind.flow.value,
        "channel": channel.code, "category": intake.category, "title": intake.title.strip()[:200],
        "content": intake.content.strip(), "wish": intake.wish, "first_contact": intake.first_contact,
        "place": intake.place, "urgent": intake.urgent, "emergency": intake.emergency,
        "anonymous": intake.anonymous, "confidential": kind.confidential or intake.confidential,
        "significant": intake.significant, "complex": intake.complex,
        "received_at": intake.received_at, "registered_at": now,
        "late_entry_reason": intake.late_entry_reason,
        "first_receiver_id": by.id, "receiving_org_id": receiver.id, "enterprise_id": intake.enterprise.id,
        "regulator_id": receiver.id if receiver.is_regulator else None, "handed_over": False,
        "level": channel.origin_level or 3, "level_reason": trigger.name if trigger else "按渠道认定",
        "origin_source": intake.origin.get("source"), "origin_number": intake.origin.get("number"),
        "origin_round": intake.origin.get("round", 1), "origin_digest": intake.origin.get("digest", ""),
        "origin_data": intake.origin.get("data", {}), "state": "registered",
    }  # fmt: skip


def new_case(
    intake: Intake, number: str, version: RulesetVersion, ruleset: Ruleset, *, by: User, now: datetime
) -> Case:
    """The row of a case, not yet stored."""
    case = Case(**case_columns(intake, number, version, ruleset, by=by, now=now))
    case.enterprise = intake.enterprise
    case.complainants = [Complainant(**vars(person)) for person in intake.people]
    case.assignments = []
    keep_title(case)
    return case


def may_register_for(enterprise: Organization, by: User) -> bool:
    """A regulator registers for the enterprises it supervises (F1), an enterprise for itself."""
    if by.organization is None:
        return False
    if by.organization.is_regulator:
        return regulator_id_of(enterprise.sectors[0], enterprise.area) == by.organization_id
    return by.organization_id == enterprise.id


def register(intake: Intake, *, by: User, now: datetime, calendar: Calendar) -> Case:
    """Store a new case with its number, clocks and first step, in the caller's transaction.

    Limits and next step are worked out before the case is stored, so that it is written once.
    """
    check(intake, now)
    if not may_register_for(intake.enterprise, by):
        raise InvalidInput("不能为这家单位登记诉求件。", "enterprise")
    version = pin(intake.enterprise, now)
    ruleset = pinned(version.id)
    sector, year = intake.enterprise.sectors[0], to_local(now).year
    number = case_number(sector, year, next_number(case_series(sector), year))
    case = new_case(intake, number, version, ruleset, by=by, now=now)
    if group_is_significant(case.complainants, ruleset):
        case.significant = True
    refused = first_refusal(REGISTER_GUARDS, Attempt(case, {}, by, ruleset, now))
    if refused is not None and not intake.emergency:  # danger waits for nothing; accepting asks again
        raise refused
    limits = [
        (limit, reckoned(limit, case.received_at, calendar, ruleset, case.receiving_org_id))
        for limit in receipt_limits(ruleset, case.type, laws_of(intake.enterprise), case.complex)
    ]
    limits += senders_limits(intake)
    assign(case, **strictest_of(limits))
    row = set_next(case, ruleset)
    case.steps = [CaseStep(**first_step(case, ruleset, by=by, now=now))]
    db.session.add(case)
    db.session.flush()
    clocks.start_many(
        [clocks.columns(SUBJECT, case.id, limit, case.received_at, due) for limit, due in limits]
    )
    if case.origin_number:
        columns = dispatch_columns(intake.origin, case.id, case.receiving_org_id, case.received_at)
        db.session.add(OutsideDispatch(**columns))
    if row is not None:
        tell_next(case, row, ruleset, by=by, now=now)
    keep_in_step(db.session())
    _record(case, by, now)
    return case


def senders_limits(intake: Intake) -> list[tuple[clocks.Limit, clocks.Reckoning]]:
    """The limits of whoever sent the case, where it came from outside."""
    origin = intake.origin
    if not origin.get("number"):
        return []
    return outside_limits.limits_of(
        origin.get("data", {}), origin["number"], origin.get("round", 1), intake.received_at
    )


def first_step(case: Any, ruleset: Ruleset, *, by: User, now: datetime) -> dict[str, Any]:
    """The columns of the step that every case begins with."""
    action = ruleset.action("register")
    return {
        "case_id": case.id, "action": "register", "name": action.name, "clause": action.clause or "",
        "state_before": "", "state_after": case.state, "actor_id": by.id, "actor_name": by.name,
        "actor_unit": by.organization.name if by.organization else "", "actor_role": "", "at": now,
        "facts": {"channel": ruleset.channel(case.channel).name, "reason": case.late_entry_reason},
    }  # fmt: skip


def _record(case: Case, by: User, now: datetime) -> None:
    people = [{"name": p.name, "phone": p.phone, "address": p.address} for p in case.complainants]
    audit.record(
        "case.register",
        subject=audit.Subject("case", case.id, case.number),
        by=by,
        now=now,
        changes={"type": [None, case.type], "channel": [None, case.channel], "state": [None, case.state]},
        personal={"complainants": people, "content": case.content},
    )
