"""The people of a case as a page may show them: masked, or not at all where a report is confidential."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, Complainant
from blueprints.complaints.relations import owner_id
from core.authz import Permission, Role
from core.privacy import mask_name, mask_phone, mask_text

KEEPERS = frozenset({Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR, Role.REGULATOR_LEADER, Role.DISPATCHER})
CONFIDENTIAL = "举报件：举报人的身份对被诉单位和经办人保密。"
SAMPLED = "抽查只看办理记录；需要联系诉求人的，请先提级办理。"


def people_hidden(case: Case, by: User) -> str | None:
    """Why this person may not even see masked complainants, or None.

    Q2: who reported is known to those who received the report and to the regulator that has the case, never
    to the handlers. A regulator that only sampled a case from a ledger sees the record without the person.
    """
    regulator = by.organization is not None and by.organization.is_regulator
    if regulator and owner_id(case) != by.organization_id:
        return SAMPLED
    if not case.confidential:
        return None
    keeps = by.organization_id in (case.receiving_org_id, case.regulator_id)
    return None if keeps and by.roles & KEEPERS else CONFIDENTIAL


def may_reveal(case: Case, by: User) -> bool:
    """Whether the person may ask to see the complainants in full."""
    return Permission.PERSONAL_REVEAL in by.permissions and people_hidden(case, by) is None


def masked(person: Complainant) -> dict[str, str]:
    """One complainant with everything personal masked."""
    return {
        "name": mask_name(person.name),
        "phone": mask_phone(person.phone) if person.phone else "",
        "address": mask_text(person.address),
        "account": mask_phone(person.account_number) if person.account_number else "",
        "count": f"等 {person.headcount} 人" if person.headcount > 1 else "",
        "kind": "代表" if person.representative and person.headcount > 1 else "",
    }


def in_full(person: Complainant) -> dict[str, str]:
    """The same without masks, for somebody who gave a reason."""
    plain = masked(person)
    return plain | {
        "name": person.name,
        "phone": person.phone,
        "address": person.address,
        "account": person.account_number,
    }


def people_view(case: Case, by: User) -> dict[str, Any]:
    """The complainants for the page of the case."""
    hidden = people_hidden(case, by)
    return {
        "anonymous": case.anonymous,
        "hidden": hidden,
        "rows": [] if hidden else [masked(p) for p in case.complainants],
        "reveal": may_reveal(case, by) and bool(case.complainants),
    }


def without_names(text: str, case: Case, by: User) -> str:
    """`text` as this person may read it: names and phones of complainants who are kept from them are out."""
    if people_hidden(case, by) is None:
        return text
    return _replaced(text, case, "诉求人", "（已隐去）")


def unnamed(text: str, case: Case) -> str:
    """A prepared text without the name: a form must not show what the page masks."""
    return _replaced(text, case, "", "")


def readable(text: str, case: Case, by: User) -> str:
    """`text` for a page: complainants masked, and left out altogether where this person may not know them."""
    return swapped(text, replacements(case.complainants, hidden=people_hidden(case, by) is not None))


def replacements(people: Iterable[Any], *, hidden: bool) -> list[tuple[str, str]]:
    """(what people are called by, what stands in its place), for every text about their case."""
    found = []
    for person in people:
        name, phone, account, address = person.name, person.phone, person.account_number, person.address
        if len(name) > 1:
            found.append((name, "诉求人" if hidden else mask_name(name)))
        if len(phone) > 1:
            found.append((phone, "（已隐去）" if hidden else mask_phone(phone)))
        if len(account) > 1:
            found.append((account, "（已隐去）" if hidden else mask_phone(account)))
        if len(address) > 1:
            found.append((address, "（已隐去）" if hidden else mask_text(address)))
    return found


def swapped(text: str, swaps: Iterable[tuple[str, str]]) -> str:
    """`text` with each of these replaced."""
    for value, mask in swaps:
        if value in text:
            text = text.replace(value, mask)
    return text


def _replaced(text: str, case: Case, name: str, other: str) -> str:
    for person in case.complainants:
        if len(person.name) > 1:
            text = text.replace(person.name, name)
        for value in (person.phone, person.account_number, person.address):
            if len(value) > 1:
                text = text.replace(value, other)
    return text
