"""Consultations and transfers of a case, as its page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, Transfer
from blueprints.complaints.service.transferring import STATES
from blueprints.complaints.views.people import readable
from blueprints.complaints.views.words import KINDS
from blueprints.complaints.workflow import STATE_NAMES
from core.clock import local_date
from core.screens import cell
from core.wording import day_words, moment_words

TONES = {"sent": "wait", "received": "open", "returned": "stopped", "taken_back": "stopped", "ended": "done"}


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


def transfers_view(case: Case, by: User, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Newest first: where the case went, the receipt, and how it came back."""
    own = {t.id: t.organization_id == by.organization_id for t in case.transfers}
    return [_transfer(t, case, by, names if own[t.id] else {}) for t in reversed(case.transfers)]


def _transfer(t: Transfer, case: Case, by: User, names: Mapping[int, str]) -> dict[str, Any]:
    sent = " ".join(filter(None, (moment_words(t.sent_at), names.get(t.sent_by_id, ""))))
    told = f"{t.told_how}，{moment_words(t.told_at)}" if t.told_at else "匿名，无法告知"
    facts = [("移送", sent), ("理由", readable(t.reason, case, by)), ("依据", t.basis), ("告知诉求人", told)]
    if t.receipt_at:
        facts.append(("回执", f"{t.receipt_number}，{day_words(local_date(t.receipt_at))}"))
    facts.append(("对方意见", readable(t.result, case, by)))
    if t.back_at:
        facts.append((STATES[t.state], f"{moment_words(t.back_at)}。{readable(t.back_reason, case, by)}"))
    return {
        "title": f"移送{t.body}",
        "state": STATES[t.state],
        "tone": TONES[t.state],
        "facts": [(label, value) for label, value in facts if value],
    }


def transfer_cells(row: tuple[Any, ...]) -> list[Any]:
    """One line of the list of transfers."""
    t, number, title, state = row
    back = f"{moment_words(t.back_at)} {t.back_reason}" if t.back_at else ""
    receipt = f"{t.receipt_number}" if t.receipt_at else "还没有回执"
    return [
        cell(number, url=f"{url_for('complaints.case', case_id=t.case_id)}#transfers", note=title),
        cell(t.body, note=t.reason[:80]),
        cell(moment_words(t.sent_at), note=STATE_NAMES[state]),
        cell(STATES[t.state], tone=TONES[t.state], note=back[:80]),
        cell(receipt, note=day_words(local_date(t.receipt_at)) if t.receipt_at else ""),
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
