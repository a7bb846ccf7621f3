"""Exactly the rows that a list shows, read in portions, with their complainants, for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, select
from sqlalchemy.orm import Session

from blueprints.accounts.models import Organization, User
from blueprints.complaints import queries_list
from blueprints.complaints.models import Case, Complainant
from core import audit
from core.db import db, side_transaction
from domain.errors import InvalidInput
from domain.workdays import Calendar

FETCH = 2000
MIN_REASON, MAX_REASON = 5, 200
COLUMNS = (
    Case.id, Case.number, Case.origin_number, Case.title, Case.content, Case.type, Case.category,
    Case.channel, Case.received_at, Case.due_on, Case.due_provisional, Case.urgent, Case.state,
    Case.level, Case.place, Case.next_action, Case.receiving_org_id,
    Case.regulator_id, Case.confidential, Case.anonymous,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """A complainant as an export needs one."""

    name: str
    phone: str
    address: str
    account_number: str
    representative: bool
    headcount: int


def export_cases(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar, sort: str = ""
) -> Iterator[tuple[Any, list[Person]]]:
    """The visible cases that fit the filters, in the order of the list: (columns with the enterprise's name,
    people). Read in fetches, so that memory does not grow with the number of rows."""
    for ids in queries_list.portions(by, filters, now=now, calendar=calendar, sort=sort, size=FETCH):
        people = _people(ids)
        cases = select(*COLUMNS, Organization.name.label("enterprise")).join(ids, ids.c.case_id == Case.id)
        cases = cases.join(Organization, Organization.id == Case.enterprise_id).order_by(ids.c.place)
        for case in db.session.execute(cases).all():
            yield case, people.get(case.id, [])


def _people(ids: Subquery) -> dict[int, list[Person]]:
    person = Complainant
    columns = (
        person.case_id, person.name, person.phone, person.address, person.account_number,
        person.representative, person.headcount,
    )  # fmt: skip
    people: dict[int, list[Person]] = {}
    wanted = select(*columns).join(ids, ids.c.case_id == person.case_id).order_by(person.case_id, person.id)
    for row in db.session.execute(wanted):
        people.setdefault(row.case_id, []).append(Person(*row[1:]))
    return people


def check_reason(reason: str) -> str:
    """Why persons must be readable in a file. Errors: InvalidInput when nothing was said."""
    reason = " ".join(reason.split())
    if not MIN_REASON <= len(reason) <= MAX_REASON or not reason.isprintable():
        raise InvalidInput(f"请写明导出诉求人信息的理由，{MIN_REASON} 到 {MAX_REASON} 个字。", "reason")
    return reason


def record_export(
    by: User, filters: Mapping[str, str], *, kind: str, count: int, reason: str, now: datetime,
    session: Session | None = None,
) -> None:  # fmt: skip
    """Put an export into the audit log, in `session` or a short transaction of its own; `reason`: persons in
    full."""
    facts: dict[str, Any] = {"kind": kind, "rows": count, "filters": dict(filters)}
    if reason:
        facts |= {"in_full": True, "reason": reason}
    changes = {name: [None, value] for name, value in facts.items()}
    subject = audit.Subject("export", None, f"诉求件 {count} 件")
    with nullcontext(session) if session is not None else side_transaction() as own:
        audit.record("case.export", subject=subject, by=by, now=now, changes=changes, session=own)
