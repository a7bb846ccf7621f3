"""Which published versions the regulator looks at next: by chance that can be checked, or by risk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from blueprints.accounts.models import Organization
from blueprints.disclosure.models import DisclosureCheck, DisclosureItem, DisclosureVersion, UpdateDuty
from core.clock import local_date
from core.db import db


@dataclass(frozen=True)
class Candidate:
    """A version that stands, what speaks for checking it in words, and its place in the order."""

    version_id: int
    item_id: int
    organization: str
    duty: str
    title: str
    number: int
    published_on: date
    checked: str
    last_checked: datetime | None
    reasons: tuple[str, ...]
    weight: int
    ticket: str = ""


def ticket_of(seed: str, version_id: int) -> str:
    """sha256 of seed|version id: who knows the seed can compute the order again."""
    return hashlib.sha256(f"{seed}|{version_id}".encode()).hexdigest()


def candidates(organizations: Sequence[Organization], today: date) -> list[Candidate]:
    """Every version that stands and is not being corrected, with its reasons; of reports the newest, and
    those that wait for their recheck."""
    names = {organization.id: organization.name for organization in organizations}
    checks, overdue = _checks(list(names)), _overdue(list(names), today)
    v, item = DisclosureVersion, DisclosureItem
    rows = select(
        v.id, v.item_id, v.organization_id, item.duty, v.title, v.number, v.published_on, v.checked
    ).join(item, item.id == v.item_id)
    found = []
    stands = (item.current_id == v.id) | (v.checked == "corrected")
    rows = rows.where(v.organization_id.in_(list(names)), v.state == "published", stands)
    for row in db.session.execute(rows.order_by(v.id)):
        if row.checked == "deficient":
            continue
        facts = checks.get(row.item_id, (0, None))
        late = overdue.get((row.organization_id, row.duty), 0)
        reasons, weight = _risk(row, facts, late, today)
        found.append(
            Candidate(
                row.id, row.item_id, names[row.organization_id], row.duty, row.title, row.number,
                row.published_on, row.checked, facts[1], tuple(reasons), weight,
            )
        )  # fmt: skip
    return found


def _risk(row: Any, facts: tuple[int, datetime | None], late: int, today: date) -> tuple[list[str], int]:
    deficient, last = facts
    reasons: list[str] = []
    weight = 0
    if row.checked == "corrected":
        reasons.append("缺陷已改正，等待复核")
        weight += 1000
    if late:
        reasons.append(f"有 {late} 项更新已经逾期")
        weight += 500
    if deficient:
        reasons.append(f"以前核查发现过 {deficient} 次缺陷")
        weight += 100 * min(deficient, 4)
    if last is None:
        reasons.append(f"从未核查，已公开 {(today - row.published_on).days} 天")
        weight += 50 + min((today - row.published_on).days, 3650) // 100
    else:
        days = (today - local_date(last)).days
        reasons.append(f"距上次核查 {days} 天")
        weight += min(days, 3650) // 100
    return reasons, weight


def _checks(ids: list[int]) -> dict[int, tuple[int, datetime | None]]:
    """Item -> (how often it was found deficient, when it was looked at last)."""
    c, v = DisclosureCheck, DisclosureVersion
    rows = (
        select(v.item_id, c.result, func.count(), func.max(c.at))
        .join(v, v.id == c.version_id)
        .where(c.organization_id.in_(ids))
        .group_by(v.item_id, c.result)
    )
    found: dict[int, tuple[int, datetime | None]] = {}
    for item_id, result, count, last in db.session.execute(rows):
        times, newest = found.get(item_id, (0, None))
        times += count if result == "deficient" else 0
        found[item_id] = (times, max(filter(None, (newest, last))))
    return found


def _overdue(ids: list[int], today: date) -> dict[tuple[int, str], int]:
    u = UpdateDuty
    rows = (
        select(u.organization_id, u.duty, func.count())
        .where(u.organization_id.in_(ids), u.state == "open", u.due_on < today)
        .group_by(u.organization_id, u.duty)
    )
    return {(row[0], row[1]): row[2] for row in db.session.execute(rows)}


def by_risk(found: Sequence[Candidate]) -> list[Candidate]:
    """The weightiest first; what weighs alike by the longest publication."""
    return sorted(found, key=lambda c: (-c.weight, c.published_on, c.version_id))


def by_chance(found: Sequence[Candidate], seed: str) -> list[Candidate]:
    """In the order of sha256(seed|version id)."""
    drawn = [Candidate(**{**vars(c), "ticket": ticket_of(seed, c.version_id)}) for c in found]
    return sorted(drawn, key=lambda c: c.ticket)
