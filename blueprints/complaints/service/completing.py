"""What a case that was raised by one tap learns afterwards: each piece on its own, none is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, Complainant
from blueprints.complaints.people import hidden_from
from blueprints.complaints.service.access import keep_in_step
from blueprints.complaints.service.engine import Act, store
from blueprints.complaints.workflow import State
from blueprints.rulebook.service import pinned
from core import audit
from core.db import db
from domain.errors import InvalidInput, RuleViolation
from domain.workdays import Calendar

PIECES = {"place": "地点", "name": "来电人", "phone": "电话", "words": "情况"}
LONGEST = {"place": 200, "name": 64, "phone": 32, "words": 5000}


def known(case: Case, by: User) -> dict[str, str]:
    """What the case knows already; names and phones only for people who may know them."""
    person = case.complainants[0] if case.complainants and hidden_from(case, by) is None else None
    words = "" if case.content == prepared(case.title) else case.content
    return {
        "place": case.place,
        "name": person.name if person else "",
        "phone": person.phone if person else "",
        "words": words,
    }


def prepared(title: str) -> str:
    """The content of a case of which nothing but its title is known."""
    return f"{title}。一键报险，情况待补充。"


def complete(
    case: Case, given: Mapping[str, str], *, by: User, now: datetime, calendar: Calendar
) -> list[str]:
    """Keep what differs of PIECES; returns their Chinese names. Errors: InvalidInput naming the field,
    RuleViolation once the case has been archived or anonymised."""
    if case.archived_at is not None or case.anonymised_at is not None:
        raise RuleViolation("卷宗已经归档，不能再补充。", None, "确需补充的，请先重新办理。")
    before = known(case, by)
    changed = {name: text for name, text in given.items() if name in PIECES and text != before[name]}
    for name, text in changed.items():
        if len(text) > LONGEST[name]:
            raise InvalidInput(f"{PIECES[name]}最多 {LONGEST[name]} 个字。", name)
    if not changed:
        return []
    if "place" in changed:
        case.place = changed["place"]
    if "words" in changed:
        case.content = changed["words"] or prepared(case.title)
    if {"name", "phone"} & changed.keys():
        _person(case, by, changed)
    named = [PIECES[name] for name in changed]
    subject = audit.Subject("case", case.id, case.number)
    personal = {name: [before[name], text] for name, text in changed.items()}
    audit.record(
        "case.complete", subject=subject, by=by, now=now, changes={"pieces": [None, named]}, personal=personal
    )
    keep_in_step(db.session())
    return named


def _person(case: Case, by: User, changed: Mapping[str, str]) -> None:
    """The caller, from the first word of name or phone on; the case is then no longer anonymous."""
    if hidden_from(case, by) is not None:
        raise InvalidInput("本件的诉求人保密，不能在这里填写。", "name")
    if not case.complainants:
        case.complainants.append(Complainant(name="", phone=""))
    person = case.complainants[0]
    for name in ("name", "phone"):
        if name in changed:
            setattr(person, name, changed[name])
    case.anonymous = not any(p.name or p.phone for p in case.complainants)


def noted(case: Case, text: str, *, by: User, now: datetime, calendar: Calendar, **more: Any) -> None:
    """An entry of the timeline about what happened outside the table of states (somebody took over)."""
    act = Act(case, "note", {"text": text, **more}, by, now, calendar, pinned(case.ruleset_version_id))
    act.record("text", *more)
    store(act, State(case.state))
