"""Whose local values a person may see: those that hold for the own enterprise, or for supervised ones."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import organizations
from blueprints.rulebook.service.in_force import owner_with, remembered
from blueprints.rulebook.service.texts import base_ruleset, ruleset_codes
from core.authz import Permission
from core.db import db
from domain.rulesets import Governor


class Place(NamedTuple):
    """An organization's id, code and name, free of any session."""

    id: int
    code: str
    name: str


class Scope(NamedTuple):
    """A ruleset with the local values of `owner`; `members`: the enterprises in view that it holds for."""

    owner: Place
    code: str
    members: tuple[Place, ...]


def _place(organization: Organization) -> Place:
    return Place(organization.id, organization.code, organization.name)


def scopes_of(person: User) -> tuple[Scope, ...]:
    """Every scope that a person may see, in the order of the rulesets. Administrators have none."""
    home = person.organization
    if home is None:
        return ()
    return remembered(("scopes", home.id), partial(_scopes, home))


def _scopes(home: Organization) -> tuple[Scope, ...]:
    everybody = organizations()

    def find(sector: str) -> Organization | None:
        fitting = (o for o in everybody if o.is_regulator and o.active and sector in o.sectors)
        return next(fitting, None)

    members = [home]
    if home.is_regulator:
        mine = {*home.sectors}
        members = [o for o in everybody if not o.is_regulator and o.active and mine & {*o.sectors}]
    found: dict[tuple[str, int], tuple[Organization, list[Place]]] = {}
    for code in ruleset_codes():
        base = base_ruleset(code)
        if home.is_regulator and base.governed_by is Governor.REGULATOR and {*base.sectors} & {*home.sectors}:
            found[code, home.id] = (home, [])
        for member in members:
            if member.ruleset_code == code:
                owner = owner_with(member, find)
                found.setdefault((code, owner.id), (owner, []))[1].append(_place(member))
    return tuple(Scope(_place(owner), code, tuple(held)) for (code, _), (owner, held) in found.items())


def scope_or_none(person: User, code: str, owner_code: str) -> Scope | None:
    """One of the scopes above by the codes of ruleset and owner, or None."""
    scopes = scopes_of(person)
    return next((s for s in scopes if s.code == code and s.owner.code == owner_code), None)


def owner_of(scope: Scope) -> Organization:
    """The organization that sets the values of a scope."""
    return db.session.get_one(Organization, scope.owner.id)


def may_edit(person: User, scope: Scope) -> bool:
    """Leaders set the values of their own organization, nobody sets those of another."""
    return Permission.RULES_EDIT in person.permissions and person.organization_id == scope.owner.id
