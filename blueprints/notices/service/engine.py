"""The one way a notice moves: a row of the state table, the person, the guards, a step, an audit row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.accounts.queries import people_with_role
from blueprints.notices.guards import Attempt, Method, first_refusal
from blueprints.notices.models import Notice, NoticeService, NoticeStep
from blueprints.notices.service.composing import basis_of, lacking
from blueprints.notices.workflow import (
    ACTION_NAMES,
    STATE_NAMES,
    Outcome,
    Row,
    State,
    When,
    roles_with,
    rows_of,
)
from blueprints.rulebook.service.legal import refusal
from core import audit, clock
from core.authz import ROLE_NAMES, Permission, Role
from core.db import db, side_transaction
from core.inbox import tell
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind

SUBJECT = "notice"
ADDRESSEE_ACTIONS = frozenset({"sign_receipt"})


@dataclass(frozen=True)
class Option:
    """A step that a person may take now; `blocked` says why it is not open yet."""

    action: str
    name: str
    main: bool
    blocked: InvalidInput | RuleViolation | None


def notice_path(notice: Notice) -> str:
    """Where a notice is worked on."""
    return f"/notices/{notice.id}"


def subject_of(notice: Notice) -> audit.Subject:
    """The notice in the audit log, by its number or kind; a title may name a person."""
    return audit.Subject(SUBJECT, notice.id, notice.number_text or kind(notice.kind).name)


def services_for(notice: Notice, by: User) -> list[NoticeService]:
    """Addressees that are the person's own organization, served electronically."""
    return [
        row for row in notice.services
        if row.organization_id is not None and row.organization_id == by.organization_id
        and row.method == Method.ELECTRONIC
    ]  # fmt: skip


def holds(when: When, notice: Notice) -> bool:
    """Whether a condition of the table holds."""
    match when:
        case When.LEGAL | When.NO_LEGAL:
            return notice.legal_review == (when is When.LEGAL)
        case When.ADDRESSED | When.UNADDRESSED:
            return bool(notice.services) == (when is When.ADDRESSED)
        case When.ANSWER_OWED:
            return any(row.due_at is not None and row.answered_at is None for row in notice.services)
        case When.UNSERVED:
            return any(row.served_at is None for row in notice.services)
        case When.NOT_PRINTED:
            return notice.void_pdf_id is None and notice.content is not None
    return True


def _mine(row: Row, notice: Notice, by: User) -> bool:
    if row.permission is None or row.permission not in by.permissions:
        return False
    if row.action in ADDRESSEE_ACTIONS:
        return any(service.signed_at is None for service in services_for(notice, by))
    return notice.organization_id == by.organization_id


def _attempt(notice: Notice, row: Row, by: User, data: Mapping[str, Any]) -> Attempt:
    unsigned = [s for s in notice.services if s.method == Method.ELECTRONIC and not s.signed_at]
    owed = [s.addressee for s in notice.services if s.due_at is not None and s.answered_at is None]
    return Attempt(
        person=by.id,
        writers=frozenset(notice.writers),
        reviewer=notice.reviewed_by_id,
        lacking=lacking(notice) if "content_complete" in row.guards else "",
        uncitable=_uncitable(notice) if "basis_in_force" in row.guards else None,
        unsigned=tuple(s.addressee for s in unsigned if s.receipt_id is None),
        unanswered=tuple(owed),
        data=data,
    )


def _uncitable(notice: Notice) -> tuple[str, str | None] | None:
    refused = refusal(basis_of(notice), clock.today())
    return (refused.message, refused.next_step) if refused else None


def _not_here(notice: Notice, action: str) -> RuleViolation:
    state, name = STATE_NAMES[notice.state], ACTION_NAMES[action]
    return RuleViolation(f"这份文书现在是“{state}”，不能“{name}”。", None, "请看页面上方的下一步。")


def _not_yours(rows: list[Row], action: str) -> RuleViolation:
    roles = frozenset[Role]().union(*(roles_with(r.permission) for r in rows if r.permission))
    who = "、".join(ROLE_NAMES[role] for role in Role if role in roles) or "系统"
    return RuleViolation(f"“{ACTION_NAMES[action]}”由{who}办理，您的账号不在其中。")


def admitted(notice: Notice, action: str, *, by: User, data: Mapping[str, Any] | None = None) -> list[Row]:
    """Rows by which the person may take the step. Errors: RuleViolation, InvalidInput of a guard."""
    rows = rows_of(notice.state, action)
    if not rows:
        raise _not_here(notice, action)
    mine = [row for row in rows if _mine(row, notice, by)]
    if not mine:
        raise _not_yours(rows, action)
    fitting = [row for row in mine if holds(row.when, notice)]
    if not fitting:
        raise _not_here(notice, action)
    refused = first_refusal(fitting[0].guards, _attempt(notice, fitting[0], by, data or {}))
    if refused is not None:
        raise refused.error()
    return fitting


def standing_refusal(notice: Notice, action: str, *, by: User) -> InvalidInput | RuleViolation | None:
    """Why the step will be refused whatever is filled in, or None."""
    try:
        admitted(notice, action, by=by)
    except InvalidInput:  # something to be filled in
        return None
    except RuleViolation as refused:
        return refused
    return None


def options(notice: Notice, by: User) -> list[Option]:
    """What this person may do with the notice now, the next step first; with the reason where the notice
    itself or the person stands in the way."""
    found: dict[str, Option] = {}
    for row in rows_of(notice.state):
        if row.action in found or not _mine(row, notice, by) or not holds(row.when, notice):
            continue
        refused = first_refusal(row.guards, _attempt(notice, row, by, {}), only_standing=True)
        name, main = ACTION_NAMES[row.action], row.main or row.action in ADDRESSEE_ACTIONS
        found[row.action] = Option(row.action, name, main, refused.error() if refused else None)
    return sorted(found.values(), key=lambda option: not option.main)


def move(
    notice: Notice,
    rows: list[Row],
    *,
    by: User | None,
    now: datetime,
    remark: str = "",
    facts: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    outcome: Outcome = Outcome.ANY,
) -> NoticeStep:
    """Record the step, move the notice, write the audit row. `by` None: the product itself."""
    row = next(r for r in rows if r.outcome in (Outcome.ANY, outcome))
    before, target = notice.state, row.target or State(notice.state)
    notice.state = target.value
    step = _step(notice, row.action, before, by, row.permission, now, remark, facts or {})
    db.session.add(step)
    db.session.flush()
    changes: dict[str, Any] = {"state": [before, notice.state], "step": [None, step.id]}
    changes |= {name: [None, value] for name, value in (facts or {}).items()}
    audit.record(
        f"notice.{row.action}", subject=subject_of(notice), by=by or audit.SYSTEM, now=now, changes=changes,
        personal={n: [None, v] for n, v in ({"remark": remark} | dict(personal or {})).items() if v} or None,
    )  # fmt: skip
    return step


def _step(
    notice: Notice, action: str, before: str, by: User | None, permission: Permission | None,
    now: datetime, remark: str, facts: Mapping[str, Any],
) -> NoticeStep:  # fmt: skip
    needed = roles_with(permission) if permission else frozenset[Role]()
    roles = by.roles & needed if by else frozenset[Role]()
    behalf = by.principal_for(needed) if by else ""
    return NoticeStep(
        notice_id=notice.id, action=action, state_before=before, state_after=notice.state,
        actor_id=by.id if by else None,
        actor_name=by.name if by else audit.SYSTEM.audit_name,
        actor_unit=by.organization.name if by and by.organization else "",
        actor_role=next((role.value for role in Role if role in roles), ""),
        at=now, remark=remark[:1000], facts=dict(facts), behalf=behalf,
    )  # fmt: skip


def system_rows(notice: Notice, action: str) -> list[Row]:
    """Rows that the product takes by itself. Errors: RuleViolation in another state."""
    rows = [row for row in rows_of(notice.state, action) if row.permission is None]
    if not rows:
        raise _not_here(notice, action)
    return rows


def tell_next(notice: Notice, *, by: User, now: datetime) -> None:
    """Tell the people whose step comes next (their work list); never the one who has just acted."""
    row = next((r for r in rows_of(notice.state) if r.main and r.permission and holds(r.when, notice)), None)
    if row is None or row.permission is None or row.source is State.DRAFT:
        return
    barred = set(notice.writers) if "not_own_draft" in row.guards else set()
    people = people_with_role(notice.organization_id, *roles_with(row.permission))
    text = f"{notice.label}：等您{ACTION_NAMES[row.action]}。"
    ids = {person.id for person in people} - barred - {by.id}
    tell(ids, text, link=notice_path(notice), now=now)


def tell_writers(notice: Notice, text: str, *, by: User, now: datetime) -> None:
    """Tell those who wrote the draft."""
    tell(set(notice.writers) - {by.id}, text, link=notice_path(notice), now=now)


def tell_reached(notice: Notice, text: str, *, now: datetime) -> None:
    """Tell the people of every organization that the notice was sent to electronically."""
    sent = {s.organization_id for s in notice.services if s.method == Method.ELECTRONIC}
    receivers = roles_with(Permission.NOTICE_RECEIVE)
    for organization_id in sorted(found for found in sent if found is not None):
        people = people_with_role(organization_id, *receivers)
        tell([person.id for person in people], text, link=notice_path(notice), now=now)


def record_export(
    by: User, filters: Mapping[str, str], suffix: str, count: int, *, now: datetime, title: str = "发文登记"
) -> None:
    """Every file of the register and of the books stands in the audit log."""
    changes = {"filters": [None, dict(filters)], "kind": [None, suffix], "count": [None, count]}
    with side_transaction() as own:
        audit.record(
            "notice.export", subject=audit.Subject("export", None, title), by=by, now=now,
            changes=changes, session=own,
        )  # fmt: skip


def record_print(by: User, numbers: list[str], *, now: datetime) -> None:
    """Which notices were put into one file for the printer."""
    with side_transaction() as own:
        audit.record(
            "notice.print", subject=audit.Subject(SUBJECT, None, f"{len(numbers)} 份"), by=by, now=now,
            changes={"number": [None, numbers]}, session=own,
        )  # fmt: skip
