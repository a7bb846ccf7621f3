"""An on-site check as a tablet reads it: plain data, with nothing about anybody who is not on the team."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.inspection.models import CheckEntry, CheckPhoto, SiteCheck
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.service import checking, entries
from blueprints.rulebook.service import clause_of
from domain.checklists import full_answer
from domain.errors import InvalidInput, RuleViolation
from domain.score_rules import rule_from


def whole(check: SiteCheck, by: User, now: datetime) -> dict[str, Any]:
    """The check with its checklist, the clauses that it names, and everything recorded so far."""
    content = check.checklist.content
    names = {item.get("clause") for item in content["items"]} - {None, ""}
    clauses = {name: found[1].text for name in sorted(names) if (found := clause_of(name))}
    items = [item | {"full": full_answer(rule_from(item["rule"]))} for item in content["items"]]
    return since(check, 0, now) | {
        "check": {
            "id": check.id, "number": check.number, "place": check.place,
            "enterprise": check.enterprise.name, "checklist": check.checklist.label,
        },
        "user": {"id": by.id, "name": by.name},
        "parts": content["parts"], "items": items, "clauses": clauses,
    }  # fmt: skip


def since(check: SiteCheck, entry_id: int, now: datetime) -> dict[str, Any]:
    """What changed since this entry, and where the check stands."""
    rows = queries.entries_after(check.id, entry_id)
    return {
        "state": check.state, "state_words": checking.STATES[check.state],
        "server_time": entries.written(now), "entries": entries.names_of(rows),
        "cursor": rows[-1].id if rows else entry_id,
        "photos": [
            {
                "id": photo.id, "client_id": photo.client_id, "item": photo.item, "sha256": photo.sha256,
                "instance": photo.instance, "by": photo.by_name, "at": entries.written(photo.taken_at),
                "received_at": entries.written(photo.received_at),
            }
            for photo in queries.photos_with_names(check.id)
        ],
        "inspectors": [
            {
                "id": one.user_id, "name": one.name, "certificate": one.certificate,
                "declared": one.declared_at is not None, "conflict": bool(one.conflict),
                "waiting": one.waiting,
            }
            for one in check.inspectors
        ],
    }  # fmt: skip


def receipt(row: CheckEntry | CheckPhoto) -> dict[str, str]:
    """What the device keeps as proof."""
    return {
        "client_id": row.client_id, "sha256": row.sha256, "received_at": entries.written(row.received_at),
    }  # fmt: skip


def refusal(raw: object, odd: InvalidInput | RuleViolation) -> dict[str, str]:
    """Which entry was not kept, and why."""
    named = raw.get("client_id") if isinstance(raw, dict) else ""
    words = odd.message
    if isinstance(odd, RuleViolation) and odd.next_step:
        words += odd.next_step
    known = named[:64] if isinstance(named, str) and named.isascii() else ""
    return {"client_id": known, "message": words}
