"""Consultations and transfers of a case, as its page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.models import Case
from blueprints.complaints.views.people import readable
from blueprints.complaints.views.words import KINDS
from core.wording import day_words, moment_words


def consultations_view(case: Case, by: User, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Newest first; every party reads the same."""
    return [
        {
            "title": f"{moment_words(c.held_at)} 会商",
            "where": "，".join(filter(None, (c.place, f"主持人 {c.chair}"))),
            "attendees": c.attendees,
            "facts": readable(c.facts, case, by),
            "rows": [_liability(row, case, by) for row in c.liability],
            "reply": readable(c.reply, case, by),
            "recorded": f"{names.get(c.recorded_by_id, '')} {moment_words(c.recorded_at)}记录".strip(),
        }
        for c in reversed(case.consultations)
    ]


def _liability(row: Mapping[str, Any], case: Case, by: User) -> dict[str, str]:
    due = day_words(date.fromisoformat(row["due_on"])) if row["due_on"] else "—"
    return {
        "name": row["name"],
        "kind": KINDS.get(row["kind"], row["kind"]),
        "duty": readable(row["duty"], case, by),
        "measures": readable(row["measures"], case, by) or "—",
        "due": due,
    }
