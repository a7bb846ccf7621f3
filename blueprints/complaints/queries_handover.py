"""What of the cases a shift hands over: emergencies, urgent ones, overdue ones, those not yet accepted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_, select

from blueprints.accounts.models import Organization
from blueprints.complaints.models import Case, CaseAccess
from blueprints.complaints.queries_access import organization_scope
from blueprints.complaints.workflow import OPEN, State
from blueprints.duty.service import OpenItem
from core.db import db
from core.wording import moment_words

MOST = 120
A = CaseAccess
PENDING = (State.REGISTERED.value, State.AWAITING_INFO.value)


def open_cases(organization: Organization, now: datetime) -> list[OpenItem]:
    """Urgent open cases of the organization, the earliest limit first."""
    mine = A.scope == organization_scope(organization.id)
    overdue = A.due_at <= now
    waiting = and_(A.state.in_(PENDING), Case.receiving_org_id == organization.id)
    rows = (
        select(Case.id, Case.number, Case.title, Case.confidential, Case.emergency, Case.urgent, Case.state,
               Case.due_at)
        .join(A, A.case_id == Case.id)
        .where(mine, A.idle.is_(False), A.state.in_(sorted(s.value for s in OPEN)))
        .where(or_(Case.urgent, Case.emergency != "", overdue, waiting))
        .order_by(A.due_at, A.case_id)
        .limit(MOST)
    )  # fmt: skip
    found = []
    for row in db.session.execute(rows):
        why = [
            word
            for word, holds in (
                ("险情", bool(row.emergency)), ("紧急", row.urgent and not row.emergency),
                ("已逾期", row.due_at is not None and row.due_at <= now), ("待受理", row.state in PENDING),
            )
            if holds
        ]  # fmt: skip
        title = "保密件" if row.confidential else row.title[:40]
        due = moment_words(row.due_at) if row.due_at else ""
        found.append(OpenItem("、".join(why), f"{row.number} {title}", f"/cases/{row.id}", due))
    return found
