"""Exactly the rows that a list shows, read in portions, with their complainants, for a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

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
    Case.level, Case.place, Case.next_action, Case.enterprise_id, Case.receiving_org_id,
    Case.regulator_id, Case.confidential, Case.anonymous,
)  # fmt: skip


def export_cases(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar, sort: str = ""
) -> Iterator[Any]:
    """The visible cases that fit the filters, in the order of the list; each with `complainants` (people) and
    `enterprise` (its name). Read in fetches, so that memory does not grow with the number of rows."""
    names = {row.id: row.name for row in db.session.execute(select(Organization.id, Organization.name))}
    for ids in queries_list.case_ids(by, filters, now=now, calendar=calendar, sort=sort, size=FETCH):
        people, cases = _people(ids), _cases(ids)
        for case_id in ids:
            case = cases[case_id]
            case.complainants = people.get(case_id, [])
            case.enterprise = names[case.enterprise_id]
            yield case


def _cases(ids: list[int]) -> dict[int, Any]:
    found = {}
    for start in range(0, len(ids), 500):
        wanted = select(*COLUMNS).where(Case.id.in_(ids[start : start + 500]))
        for row in db.session.execute(wanted).mappings():
            found[row["id"]] = SimpleNamespace(**row)
    return found


def _people(ids: list[int]) -> dict[int, list[Any]]:
    columns = (
        Complainant.case_id, Complainant.name, Complainant.phone, Complainant.address,
        Complainant.account_number,
    )  # fmt: skip
    people: dict[int, list[Any]] = {}
    for start in range(0, len(ids), 500):
        wanted = select(*columns).where(Complainant.case_id.in_(ids[start : start + 500]))
        for row in db.session.execute(wanted.order_by(Complainant.id)).mappings():
            people.setdefault(row["case_id"], []).append(SimpleNamespace(**row))
    return people


def check_reason(reason: str) -> str:
    """Why persons must be readable in a file. Errors: InvalidInput when nothing was said."""
    reason = " ".join(reason.split())
    if not MIN_REASON <= len(reason) <= MAX_REASON or not reason.isprintable():
        raise InvalidInput(f"请写明导出诉求人信息的理由，{MIN_REASON} 到 {MAX_REASON} 个字。", "reason")
    return reason


def record_export(
    by: User, filters: Mapping[str, str], *, kind: str, count: int, reason: str, now: datetime
) -> None:
    """Put an export into the audit log, in a short transaction of its own; `reason`: persons in full."""
    facts: dict[str, Any] = {"kind": kind, "rows": count, "filters": dict(filters)}
    if reason:
        facts |= {"in_full": True, "reason": reason}
    changes = {name: [None, value] for name, value in facts.items()}
    subject = audit.Subject("export", None, f"诉求件 {count} 件")
    with side_transaction() as own:
        audit.record("case.export", subject=subject, by=by, now=now, changes=changes, session=own)
