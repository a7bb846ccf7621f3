"""The people of a case as a page may show them: masked, or not at all where a report is confidential.

Whether they may be known is decided in `complaints.people`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, Complainant
from blueprints.complaints.people import group_words, hidden_from, hide, present, representative
from core.authz import Permission
from core.privacy import mask_name, mask_phone, mask_text

people_hidden = hidden_from


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
    """The complainants for the page of the case: who speaks for them first, a group's list behind it."""
    hidden = people_hidden(case, by)
    shown = [] if hidden else present(case.complainants)
    first = representative(shown)
    speaking = [p for p in shown if p is first or (p.representative and len(shown) > 1)]
    group = group_words(shown)
    return {
        "anonymous": case.anonymous,
        "hidden": hidden,
        "rows": [masked(p) | _part(p, group) for p in speaking],
        "group": group,
        "members": [masked(p) | _part(p, group) for p in shown] if len(shown) > len(speaking) else [],
        "reveal": may_reveal(case, by) and bool(shown),
    }


def _part(person: Complainant, group: str) -> dict[str, str]:
    """代表 等 12 人."""
    return {"kind": "代表" if person.representative and group else "", "count": group}


def without_names(text: str, case: Case, by: User) -> str:
    """`text` as this person may read it: names and phones of complainants who are kept from them are out."""
    return text if people_hidden(case, by) is None else hide(text, case.complainants)


def unnamed(text: str, case: Case) -> str:
    """A prepared text without the name: a form must not show what the page masks."""
    for person in case.complainants:
        for value in (person.name, person.phone, person.account_number, person.address):
            if len(value) > 1:
                text = text.replace(value, "")
    return text


def readable(text: str, case: Case, by: User) -> str:
    """`text` for a page: complainants masked, and left out altogether where this person may not know them."""
    if people_hidden(case, by) is not None:
        return hide(text, case.complainants)
    return swapped(text, replacements(case.complainants))


def replacements(people: Iterable[Any]) -> list[tuple[str, str]]:
    """(what people are called by, its mask), for every text about their case."""
    found = []
    for person in people:
        name, phone, account, address = person.name, person.phone, person.account_number, person.address
        masks = (
            (name, mask_name), (phone, mask_phone), (account, mask_phone), (address, mask_text),
        )  # fmt: skip
        found += [(value, mask(value)) for value, mask in masks if len(value) > 1]
    return found


def swapped(text: str, swaps: Iterable[tuple[str, str]]) -> str:
    """`text` with each of these replaced."""
    for value, mask in swaps:
        if value in text:
            text = text.replace(value, mask)
    return text
