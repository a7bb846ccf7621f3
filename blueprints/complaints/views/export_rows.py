"""Cases as rows of a file that another hotline system can read: its headers, our words, persons masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.people import group_words, hide, representative
from blueprints.complaints.service.exporting import Person
from blueprints.complaints.views.people import may_reveal, people_hidden, replacements, swapped
from blueprints.complaints.views.words import LEVELS, words_for
from blueprints.complaints.workflow import STATE_NAMES
from core.clock import to_local
from core.privacy import mask_name, mask_phone

HEADERS = (
    *("工单编号", "诉求件编号", "工单标题", "诉求内容", "诉求类型", "问题分类", "区交办时间"),
    *("区交办办结期限", "暂定", "诉求渠道", "承办单位", "紧急程度", "工单状态", "影响程度", "下一步"),
    *("求助人员", "求助号码", "事件发生地"),
)


def export_rows(cases: Iterable[tuple[Any, list[Person]]], by: User, *, in_full: bool) -> Iterator[list[str]]:
    """One list of texts a case, as HEADERS name them. `in_full`: persons unmasked where this person may."""
    words = words_for(by)
    types, categories, channels, actions = words.types, words.categories, words.channels, words.actions
    kept_from: dict[tuple[Any, ...], bool] = {}
    for case, people in cases:
        who = (case.regulator_id, case.receiving_org_id, case.confidential)
        if (hidden := kept_from.get(who)) is None:
            hidden = kept_from[who] = people_hidden(case, by) is not None
        shown = in_full and may_reveal(case, by)
        title, content, place = case.title, case.content, case.place
        if hidden:
            title, content, place = hide(title, people), hide(content, people), hide(place, people)
        elif not shown and _named_in(f"{title}\n{content}\n{place}", people):
            swaps = replacements(people)
            title, content, place = swapped(title, swaps), swapped(content, swaps), swapped(place, swaps)
        due_on = case.due_on
        yield [
            case.origin_number or case.number,
            case.number,
            title,
            content,
            types.get(case.type, case.type),
            categories.get(case.category, case.category),
            to_local(case.received_at).isoformat(" ", "seconds")[:19],
            due_on.isoformat() if due_on else "",
            "是" if case.due_provisional and due_on else "",
            channels.get(case.channel, case.channel),
            case.enterprise,
            "紧急" if case.urgent else "一般",
            STATE_NAMES[case.state],
            LEVELS[case.level],
            actions.get(case.next_action, ""),
            *_person(case, people, hidden=hidden, shown=shown),
            place,
        ]


def _named_in(text: str, people: Iterable[Person]) -> bool:
    """Whether anything that belongs to these people is said in the text."""
    return any(
        len(value) > 1 and value in text
        for person in people
        for value in (person.name, person.phone, person.account_number, person.address)
    )


def _person(case: Any, people: list[Person], *, hidden: bool, shown: bool) -> tuple[str, str]:
    """Name and phone of who speaks for the complainants, with their number; nothing where they are
    kept from this person."""
    if hidden:
        return "", ""
    first = representative(people)
    if first is None:
        return ("匿名" if case.anonymous else ""), ""
    group, name, phone = group_words(people), first.name, first.phone
    if not shown:
        name, phone = mask_name(name), mask_phone(phone) if phone else ""
    return f"{name} {group}".strip(), phone
