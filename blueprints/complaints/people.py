"""Who may know the people of a case, and what stands where they must not be named. Pure: one place decides
for pages, lists, files, exports, papers, notifications and the search index."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from blueprints.complaints.parties import file_visible
from blueprints.complaints.relations import owner_id
from domain.roles import Role

KEEPERS = frozenset({Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR, Role.REGULATOR_LEADER, Role.DISPATCHER})
CONFIDENTIAL = "举报件：举报人的身份对被诉单位和经办人保密。"
SAMPLED = "抽查只看办理记录；需要联系诉求人的，请先提级办理。"
SOMEBODY, WITHHELD = "诉求人", "（已隐去）"
HONORIFICS = "先生|女士|小姐|同志|师傅|老师|阿姨|大爷|大妈|大姐|大哥"
COMPOUND = frozenset({"欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "令狐", "夏侯", "慕容"})
SHORTEST_NUMBER = 5
GAP = r"[\s\-－—_.()（）]*"


def hidden_from(case: Any, by: Any) -> str | None:
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


def may_have(attachment: Any, case: Any, by: Any) -> bool:
    """Whether this person may have a file, or know that there is one."""
    if not file_visible(attachment, case, by):
        return False
    return not attachment.kept_back or hidden_from(case, by) is None


def present(people: Iterable[Any]) -> list[Any]:
    """Those who complain now. A headcount of 0: was named before, and stays so that texts remain masked."""
    return [p for p in people if p.headcount > 0]


def representative(people: Iterable[Any]) -> Any | None:
    """Who speaks for all of them: the first representative, else the first."""
    everybody = present(people)
    return next((p for p in everybody if p.representative), everybody[0] if everybody else None)


def heads(people: Iterable[Any]) -> int:
    """How many complain: as many as the representative speaks for, and never fewer than are named."""
    everybody = present(people)
    return max([len(everybody), *(p.headcount for p in everybody)])


def group_words(people: Iterable[Any]) -> str:
    """等 12 人; empty for one person."""
    number = heads(people)
    return f"等 {number} 人" if number > 1 else ""


def group_is_significant(people: Iterable[Any], ruleset: Any) -> bool:
    """Whether so many complain together that the local setting makes it a significant matter (0: never)."""
    least = ruleset.number_or("group_significant_headcount", 0)
    return bool(least) and heads(people) >= least


def hide(text: str, people: Iterable[Any], instead: str | None = None) -> str:
    """`text` without anything that says who these people are: names (spaced out, or a surname with 先生 or
    女士), phones and account numbers however they are grouped, addresses. `instead`: what stands there."""
    if not text:
        return text
    for pattern, word in patterns(people):
        text = pattern.sub(word if instead is None else instead, text)
    return text


def patterns(people: Iterable[Any]) -> list[tuple[re.Pattern[str], str]]:
    """What `hide` looks for, the longest first, and what it puts there."""
    found: dict[str, str] = {}
    for person in people:
        for number in (person.phone, person.account_number):
            digits = "".join(c for c in number if c.isalnum())
            if len(digits) >= SHORTEST_NUMBER:
                found[GAP.join(map(re.escape, digits))] = WITHHELD
            elif len(number) > 1:
                found[re.escape(number)] = WITHHELD
        if len(person.address) > 1:
            found[_spaced(person.address)] = WITHHELD
        if len(person.name) > 1:
            found[_spaced(person.name)] = SOMEBODY
            found |= dict.fromkeys(_addressed(person.name), SOMEBODY)
    ordered = sorted(found.items(), key=lambda pair: len(pair[0]), reverse=True)
    return [(re.compile(source, re.IGNORECASE), instead) for source, instead in ordered]


def _spaced(text: str) -> str:
    return r"\s*".join(re.escape(c) for c in text if not c.isspace())


def _addressed(name: str) -> list[str]:
    """王女士: how a person with a Chinese name is spoken of."""
    if not (2 <= len(name) <= 4 and all("一" <= c <= "鿿" for c in name)):
        return []
    family = name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[0]
    return [f"{family}(?:{HONORIFICS})"]


def identity_in(text: str, people: Iterable[Any]) -> bool:
    """Whether the text says who one of these people is."""
    return any(pattern.search(text) for pattern, _ in patterns(people))


def discreet(text: str, case: Any) -> str:
    """`text` for what is kept about a case outside it and told to several people at once (its title in lists,
    notifications, reasons of limits): of a confidential report it never names anybody."""
    return hide(text, case.complainants) if case.confidential else text


def keep_title(case: Any) -> None:
    """The title of a confidential report names nobody, for it stands in every list."""
    told = discreet(case.title, case)
    if told != case.title:
        case.title = told[:200]
