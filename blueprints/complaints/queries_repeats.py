"""Earlier cases of the same person that are over: is this one the same matter once more?"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, CaseAccess, Complainant
from blueprints.complaints.people import present
from blueprints.complaints.queries import ListRow, likeness, listing, people_known, read_rows
from blueprints.complaints.queries_access import scopes_of
from blueprints.complaints.workflow import State
from domain.rulesets import Ruleset

OVER = (State.CLOSED.value, State.ARCHIVED.value)
MOST, USUAL_DAYS, LIKE = 5, 180, 0.2


def repeats(
    by: User, *, phones: list[str], accounts: list[str], enterprise_id: int | None, category: str, text: str,
    now: datetime, days: int, without: int = 0,
) -> list[tuple[ListRow, str]]:  # fmt: skip
    """Visible closed cases of the last `days` days about this enterprise by the same phone or account number,
    of the same category or with a like text; the newest first."""
    marks = [
        column.in_(values)
        for column, values in ((Complainant.phone, phones), (Complainant.account_number, accounts))
        if values
    ]
    if not marks or enterprise_id is None:
        return []
    same = select(Complainant.case_id).where(or_(*marks), Complainant.headcount > 0)
    ids = (
        select(CaseAccess.case_id, Case.received_at)
        .join(Case, Case.id == CaseAccess.case_id)
        .where(CaseAccess.scope.in_(scopes_of(by)), CaseAccess.case_id.in_(same), Case.id != without)
        .where(Case.enterprise_id == enterprise_id, Case.state.in_(OVER), *people_known(by))
        .where(Case.received_at >= now - timedelta(days=days))
        .distinct()
        .order_by(Case.received_at.desc())
        .limit(4 * MOST)
        .subquery()
    )
    rows = read_rows(listing(ids, [ids.c.received_at.desc()]))
    return [(row, "同一诉求人，已办结") for _, row in rows if _alike(row, category, text)][:MOST]


def _alike(row: ListRow, category: str, text: str) -> bool:
    return row.category == category or not category or likeness(row.title, text) >= LIKE


def repeats_of(case: Case, by: User, ruleset: Ruleset, *, now: datetime) -> list[tuple[ListRow, str]]:
    """The same for a case that is registered already (window: local setting)."""
    here = present(case.complainants)
    return repeats(
        by, phones=[p.phone for p in here if p.phone],
        accounts=[p.account_number for p in here if p.account_number],
        enterprise_id=case.enterprise_id, category=case.category, text=case.title, now=now,
        days=ruleset.number_or("repeat_window_days", USUAL_DAYS), without=case.id,
    )  # fmt: skip
