"""Names of codes as lists show them, taken from the rule files: no statement, whatever the number of rows."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from blueprints.accounts.models import Organization, User
from blueprints.complaints.workflow import ENDED, State
from blueprints.rulebook.service import base_ruleset, ruleset_codes
from domain.rulesets import Ruleset

LEVELS = {1: "一级", 2: "二级", 3: "三级"}
STATE_TONES = {
    State.AWAITING_INFO: "wait",
    State.CONSULTING: "wait",
    State.AWAITING_INSTRUCTION: "wait",
    State.CLOSED: "done",
    State.ARCHIVED: "done",
}
KINDS = {"main": "主办", "assisting": "协办"}
ASSIGNMENT_STATES = {
    "assigned": ("待办理", "wait"),
    "passed_on": ("已分到部门", "open"),
    "investigating": ("调查中", "open"),
    "verified": ("已办", "done"),
    "cancelled": ("已退单", "stopped"),
}


def state_tone(state: str) -> str:
    """Tone of a state badge."""
    known = STATE_TONES.get(State(state))
    return known or ("stopped" if state in ENDED else "open")


def rulesets_of(organization: Organization | None) -> list[Ruleset]:
    """The rule systems that an organization's cases may be under: its own, or those of its sectors."""
    everything = [base_ruleset(code) for code in ruleset_codes()]
    if organization is None:
        return everything
    if not organization.is_regulator:
        return [r for r in everything if r.code == organization.ruleset_code] or everything
    return [r for r in everything if set(r.sectors) & set(organization.sectors)] or everything


class Words:
    """Names of types, channels, categories and actions in some rule systems."""

    def __init__(self, rulesets: Iterable[Ruleset]) -> None:
        rulesets = list(rulesets)
        self.types = _named((t.code, t.name) for r in rulesets for t in r.types)
        self.channels = _named((c.code, c.name) for r in rulesets for c in r.channels)
        self.categories = _named((c.code, c.name) for r in rulesets for c in r.categories)
        self.actions = _named((a.code, a.name) for r in rulesets for a in r.actions)


def words_for(by: User | None = None) -> Words:
    """The words of one person's lists; of all rule systems without a person."""
    return _words(tuple(r.code for r in rulesets_of(by.organization if by else None)))


@cache
def _words(codes: tuple[str, ...]) -> Words:
    return Words(base_ruleset(code) for code in codes)


def _named(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """code -> name; names that differ between two rule systems stand side by side."""
    names: dict[str, list[str]] = {}
    for code, name in pairs:
        if name not in names.setdefault(code, []):
            names[code].append(name)
    return {code: "／".join(found) for code, found in names.items()}
