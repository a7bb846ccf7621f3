"""Whose local values a person may see: those that hold for the own enterprise, or for supervised ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import regulator_of, supervised_by
from blueprints.rulebook.service.in_force import owner_with
from blueprints.rulebook.service.texts import base_ruleset, ruleset_codes
from core.authz import Permission
from domain.rulesets import Governor


@dataclass(frozen=True)
class Scope:
    """A ruleset with the local values of `owner`; `members`: the enterprises in view that it holds for."""

    owner: Organization
    code: str
    members: tuple[Organization, ...]


def scopes_of(person: User) -> list[Scope]:
    """Every scope that a person may see, in the order of the rulesets. Administrators have none."""
    home = person.organization
    if home is None:
        return []
    find = cache(regulator_of)
    members = supervised_by(home) if home.is_regulator else [home]
    found: dict[tuple[str, int], tuple[Organization, list[Organization]]] = {}
    for code in ruleset_codes():
        base = base_ruleset(code)
        if home.is_regulator and base.governed_by is Governor.REGULATOR and {*base.sectors} & {*home.sectors}:
            found[code, home.id] = (home, [])
        for member in members:
            if member.ruleset_code == code:
                owner = owner_with(member, find)
                found.setdefault((code, owner.id), (owner, []))[1].append(member)
    return [Scope(owner, code, tuple(held)) for (code, _), (owner, held) in found.items()]


def scope_or_none(person: User, code: str, owner_code: str) -> Scope | None:
    """One of the scopes above by the codes of ruleset and owner, or None."""
    scopes = scopes_of(person)
    return next((s for s in scopes if s.code == code and s.owner.code == owner_code), None)


def may_edit(person: User, scope: Scope) -> bool:
    """Leaders set the values of their own organization, nobody sets those of another."""
    return Permission.RULES_EDIT in person.permissions and person.organization_id == scope.owner.id


