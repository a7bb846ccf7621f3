"""What the list of duties and the pages of claims show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import url_for

from blueprints.accounts.models import SECTORS, Organization, User
from blueprints.disclosure.models import DutyClaim
from blueprints.disclosure.queries.duties import Held, claims_of, clause_for, held_by
from blueprints.registry.events import TOPICS
from core.authz import Permission
from core.wording import date_words
from domain.duties import CHANNELS, CLASSES

CLAIM_NAMES = {"asked": "待答复", "agreed": "不适用", "refused": "不同意", "ended": "已终止"}
CLAIM_TONES = {"asked": "wait", "agreed": "stopped", "refused": "danger", "ended": "stopped"}


def page(held: Sequence[Held], places: Sequence[Organization], by: User, *, today: date) -> dict[str, Any]:
    """Duties by class that concern at least one of the enterprises in reach, ended ones of the own regulator
    below."""
    own = by.organization
    regulator = bool(own and own.is_regulator)
    mine: dict[str, list[Organization]] = {}
    for place in places:
        for one in held_by(place, held, on=today):
            mine.setdefault(one.duty.code, []).append(place)
    claims = {}
    if not regulator and own is not None:
        claims = {row.duty: row for row in reversed(claims_of([own.id])) if row.state in ("asked", "agreed")}
    seen = [one for one in held if one.duty.code in mine]
    classes = [
        {
            "number": number,
            "name": name,
            "clause": clause if any(clause_for(o.duty, p) for o in seen if o.duty.class_ == number
                                    for p in mine[o.duty.code]) else "",
            "rows": [_row(o, mine[o.duty.code], by, claims.get(o.duty.code)) for o in seen
                     if o.duty.class_ == number],
        }
        for number, (name, clause) in CLASSES.items()
    ]  # fmt: skip
    return {
        "classes": [one for one in classes if one["rows"]],
        "regulator": regulator,
        "may_add": regulator and Permission.DUTY_EDIT in by.permissions,
        "ended": [_ended(o) for o in held if o.ended_on and own and o.regulator_id == own.id],
    }


def _row(one: Held, places: list[Organization], by: User, claim: DutyClaim | None) -> dict[str, Any]:
    duty = one.duty
    return {
        "item": duty.item,
        "contains": duty.contains,
        "limit": duty.limit_words,
        "channels": [CHANNELS[channel] for channel in duty.channels],
        "source": duty.source,
        "reason": duty.reason if duty.local else "",
        "sectors": "、".join(SECTORS[s] for s in duty.sectors) or "各行业",
        "feed": "、".join(TOPICS.get(topic, topic) for topic in duty.feed),
        "added": bool(one.added_id),
        "since": date_words(one.since) if one.since else "",
        "clause": next((c for c in (clause_for(duty, place) for place in places) if c), ""),
        "actions": _actions(one, by, claim),
        "claim": {"text": CLAIM_NAMES[claim.state], "tone": CLAIM_TONES[claim.state],
                  "url": url_for("disclosure.claim", claim_id=claim.id)} if claim else None,
    }  # fmt: skip


def _actions(one: Held, by: User, claim: DutyClaim | None) -> list[dict[str, str]]:
    own, may, code = by.organization, by.permissions, one.duty.code
    if own is not None and own.is_regulator:
        ends = Permission.DUTY_EDIT in may and one.regulator_id == own.id and one.ended_on is None
        url = url_for("disclosure.end_duty", added_id=one.added_id) if ends else ""
        return [{"label": "终止", "url": url}] if ends else []
    if Permission.DISCLOSURE_EDIT not in may or claim is not None:
        return []
    return [
        {"label": "起草", "url": url_for("disclosure.write", duty_code=code)},
        {"label": "申请不适用", "url": url_for("disclosure.claim_duty", duty_code=code)},
    ]


def _ended(one: Held) -> str:
    day = date_words(one.ended_on) if one.ended_on else ""
    return f"{one.duty.item}：自{day}起不再要求。{one.reason}"


def claim_actions(row: DutyClaim, by: User) -> list[dict[str, Any]]:
    """The next step of a claim."""
    own = by.organization
    if own is None:
        return []
    found: list[dict[str, Any]] = []
    if own.is_regulator and Permission.DUTY_EDIT in by.permissions:
        if row.state == "asked":
            url = url_for("disclosure.decide_claim", claim_id=row.id)
            found.append({"label": "答复", "url": url, "primary": True})
        elif row.state == "agreed":
            found.append({"label": "终止不适用", "url": url_for("disclosure.end_claim", claim_id=row.id)})
    elif Permission.DISCLOSURE_EDIT in by.permissions and row.state in ("asked", "agreed"):
        label = "撤回申请" if row.state == "asked" else "终止不适用"
        found.append({"label": label, "url": url_for("disclosure.end_claim", claim_id=row.id)})
    return found
