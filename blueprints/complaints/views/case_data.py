"""A case as data for another system: codes with their names, times in UTC, persons masked."""

from __future__ import annotations

from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.models import Attachment, Case, CaseLink, CaseStep
from blueprints.complaints.parties import (
    actor_of,
    assignment_visible,
    clock_visible,
    findings_for,
    steps_for,
)
from blueprints.complaints.people import may_have, present
from blueprints.complaints.queries_case import CaseFile
from blueprints.complaints.views.case_page import known_links
from blueprints.complaints.views.people import in_full, masked, may_reveal, people_hidden, readable
from blueprints.complaints.views.timeline import said
from blueprints.complaints.workflow import STATE_NAMES
from core.clocks import Clock
from domain.rulesets import Ruleset

FORMAT = "complaint-case/1"


def case_data(file: CaseFile, by: User, ruleset: Ruleset, *, reveal: bool) -> dict[str, Any]:
    """Everything that the page of the case shows, in JSON values. `reveal`: persons in full, where this
    person may know them; the caller records the reason first."""
    found = file.case
    full = reveal and may_reveal(found, by)

    def text(words: str) -> str:
        return words if full else readable(words, found, by)

    return {
        "format": FORMAT,
        "number": found.number,
        "outside": {
            "source": found.origin_source, "number": found.origin_number, "round": found.origin_round,
        },
        "ruleset": {"code": ruleset.code, "title": ruleset.title, "version": ruleset.version},
        "type": _named(found.type, {t.code: t.name for t in ruleset.types}),
        "category": _named(found.category, {c.code: c.name for c in ruleset.categories}),
        "channel": _named(found.channel, {c.code: c.name for c in ruleset.channels}),
        "state": _named(found.state, STATE_NAMES),
        "level": {"value": found.level, "reason": text(found.level_reason)},
        "title": text(found.title),
        "content": text(found.content),
        "wish": text(found.wish),
        "place": text(found.place),
        "enterprise": found.enterprise.name,
        "received_by": found.receiving_org.name,
        "regulator": found.regulator.name if found.regulator else None,
        "times": {name: _time(getattr(found, f"{name}_at")) for name in TIMES},
        "conclusion": findings_for(found, by)["conclusion"] or None,
        "retention": found.retention or None,
        "complainants": _people(found, by, full=full),
        "assignments": [_assignment(a) | {"requirement": text(a.requirement)}
                        for a in found.assignments if assignment_visible(a, found, by)],
        "limits": [_limit(c) for c in found.clocks if clock_visible(c, found, by)],
        "steps": [_step(s, found, by, full=full) for s in steps_for(found, by)],
        "files": [_file(a) for a in found.attachments if may_have(a, found, by)],
        "links": [_link(*pair) for pair in known_links(file.links, found, by)],
        "dossier_sha256": found.dossiers[-1].digest if found.dossiers else None,
    }  # fmt: skip


TIMES = ("received", "registered", "accepted", "completed", "closed", "archived")


def _time(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def _named(code: str, names: dict[Any, str]) -> dict[str, str]:
    return {"code": code, "name": names.get(code, code)}


def _people(found: Case, by: User, *, full: bool) -> dict[str, Any]:
    if people_hidden(found, by) is not None:
        return {"hidden": True, "anonymous": found.anonymous, "rows": []}
    rows = [in_full(p) if full else masked(p) for p in present(found.complainants)]
    return {"hidden": False, "anonymous": found.anonymous, "rows": rows}


def _assignment(unit: Any) -> dict[str, Any]:
    return {
        "organization": unit.organization.name,
        "department": unit.department.name if unit.department else None,
        "kind": unit.kind,
        "state": unit.state,
        "due_on": _time(unit.due_on),
        "assigned_at": _time(unit.assigned_at),
    }


def _file(attachment: Attachment) -> dict[str, Any]:
    stored = attachment.file
    return {"name": attachment.name, "sha256": stored.sha256, "bytes": stored.size}


def _link(link: CaseLink, other: Case) -> dict[str, Any]:
    return {"number": other.number, "kind": link.kind, "undone": link.undone_at is not None}


def _limit(clock: Clock) -> dict[str, Any]:
    return {
        "obligation": clock.obligation,
        "name": clock.name,
        "clause": clock.clause or None,
        "basis": clock.basis,
        "amount": clock.amount,
        "unit": clock.unit,
        "started_at": _time(clock.started_at),
        "due_on": _time(clock.due_on),
        "provisional": clock.provisional,
        "state": clock.state,
        "ended_at": _time(clock.ended_at),
    }


def _step(step: CaseStep, found: Case, by: User, *, full: bool) -> dict[str, Any]:
    return {
        "action": {"code": step.action, "name": step.name},
        "clause": step.clause or None,
        "before": step.state_before,
        "after": step.state_after,
        "by": {"name": actor_of(step, found, by), "unit": step.actor_unit, "role": step.actor_role}
        | ({"for": step.behalf} if step.behalf else {}),
        "at": _time(step.at),
        "recorded": step.facts if full else [list(pair) for pair in said(step, found, by)],
    }
