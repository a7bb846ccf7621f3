"""What the intake screen shows beside the form: due days by type with their clause, likely duplicates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from blueprints.complaints.queries import ListRow
from blueprints.complaints.views.lists import case_url_start
from blueprints.complaints.workflow import STATE_NAMES
from core.clock import local_date
from core.wording import day_words
from domain.deadlines import due
from domain.rulesets import Limit, Ruleset
from domain.workdays import Calendar

SHOWN = ("acceptance", "completion")
UNITS = {"workday": "个工作日", "day": "天", "hour": "小时", "minute": "分钟"}


def due_preview(
    rulesets: Iterable[Ruleset], type_code: str, received_at: datetime, calendar: Calendar
) -> list[dict[str, Any]]:
    """The limits that would start with this receipt: name, amount, day, clause or the local reason."""
    rows = []
    for rules in rulesets:
        if type_code not in {t.code for t in rules.types}:
            continue
        for obligation in SHOWN:
            limit = rules.limit(obligation, type_code)
            if limit is not None and not limit.unit.by_clock:
                rows.append(_limit(rules, limit, received_at, calendar))
    return rows


def _limit(rules: Ruleset, limit: Limit, received_at: datetime, calendar: Calendar) -> dict[str, Any]:
    deadline = due(local_date(received_at), limit.amount, limit.unit, calendar)
    return {
        "name": limit.name,
        "chip": {
            "text": f"{day_words(deadline.due)}前",
            "tone": "ok",
            "provisional": deadline.provisional,
        },
        "amount": f"{limit.amount} {UNITS[limit.unit]}",
        "clause": limit.clause,
        "local": limit.reason if limit.local else None,
    }


def duplicate_rows(found: Iterable[tuple[ListRow, str]]) -> list[dict[str, Any]]:
    """Likely duplicates with the reason why."""
    start = case_url_start()
    return [
        {
            "url": f"{start}{row.id}",
            "number": row.number,
            "title": row.title,
            "why": why,
            "state": STATE_NAMES[row.state],
            "received": day_words(local_date(row.received_at)),
        }
        for row, why in found
    ]
