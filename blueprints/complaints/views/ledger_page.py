"""Ledgers as pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import url_for

from blueprints.complaints.models import Ledger, LedgerRow
from blueprints.complaints.service.ledger import Period
from blueprints.complaints.views.lists import case_url_start
from core.wording import moment_words

KINDS = {"month": "每月", "quarter": "每季度"}


def period_name(ledger: Ledger) -> str:
    """2026年9月"""
    return Period(ledger.period, ledger.starts_on, ledger.ends_on).name


def ledger_rows(ledgers: Iterable[Ledger], sampled: Mapping[int, int]) -> list[dict[str, Any]]:
    """Rows of the list of ledgers."""
    start = url_for("complaints.ledger", ledger_id=0).removesuffix("0")
    return [
        {
            "url": f"{start}{ledger.id}",
            "period": period_name(ledger),
            "enterprise": ledger.enterprise.name,
            "rows": ledger.rows,
            "sampled": sampled.get(ledger.id, 0),
            "at": moment_words(ledger.submitted_at),
            "digest": ledger.digest[-6:],
        }
        for ledger in ledgers
    ]


def open_periods(
    periods: Sequence[Period], counts: Sequence[int], submitted: Iterable[Ledger]
) -> list[dict[str, Any]]:
    """Finished periods that have not been submitted, with what they would hold."""
    done = {ledger.period for ledger in submitted}
    return [
        {"code": p.code, "name": p.name, "count": n}
        for p, n in zip(periods, counts, strict=True)
        if p.code not in done
    ]


def _short(text: str | None) -> str:
    return f"{date.fromisoformat(text):%m-%d}" if text else "—"


def row_views(rows: Iterable[LedgerRow], *, links: bool) -> list[dict[str, Any]]:
    """Rows of one ledger; those whose case the reader may open carry its address."""
    start = case_url_start()
    return [
        {
            "id": row.id,
            **{k: row.facts[k] for k in ("number", "type", "category", "channel", "state")},
            "conclusion": row.facts["conclusion"] or "—",
            "late_entry": row.facts.get("late_entry", False),
            "received": _short(row.facts["received"]),
            "accepted": _short(row.facts["accepted"]),
            "completed": _short(row.facts["completed"]),
            "sampled": moment_words(row.sampled_at) if row.sampled_at else "",
            "url": f"{start}{row.case_id}" if links or row.sampled_at else None,
        }
        for row in rows
    ]
