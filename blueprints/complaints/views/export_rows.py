"""Cases as rows of a file that another hotline system can read: its headers, our words, persons masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints.views.people import may_reveal, people_hidden, readable
from blueprints.complaints.views.words import LEVELS, words_for
from blueprints.complaints.workflow import STATE_NAMES
from core.clock import to_local
from core.privacy import mask_name, mask_phone

HEADERS = (
    *("工单编号", "诉求件编号", "工单标题", "诉求内容", "诉求类型", "问题分类", "区交办时间"),
    *("区交办办结期限", "暂定", "诉求渠道", "承办单位", "紧急程度", "工单状态", "影响程度", "下一步"),
    *("求助人员", "求助号码", "事件发生地"),
)


def export_rows(cases: Iterable[Any], by: User, *, in_full: bool) -> Iterator[list[str]]:
    """One list of texts a case, as HEADERS name them. `in_full`: persons unmasked where this person may."""
    words = words_for(by)
    for case in cases:
        shown = in_full and may_reveal(case, by)
        received = to_local(case.received_at)
        yield [
            case.origin_number or case.number,
            case.number,
            case.title if shown else readable(case.title, case, by),
            case.content if shown else readable(case.content, case, by),
            words.types.get(case.type, case.type),
            words.categories.get(case.category, case.category),
            f"{received:%Y-%m-%d %H:%M:%S}",
            case.due_on.isoformat() if case.due_on else "",
            "是" if case.due_provisional and case.due_on else "",
            words.channels.get(case.channel, case.channel),
            case.enterprise,
            "紧急" if case.urgent else "一般",
            STATE_NAMES[case.state],
            LEVELS[case.level],
            words.actions.get(case.next_action, ""),
            *_person(case, by, shown),
            case.place if shown else readable(case.place, case, by),
        ]


def _person(case: Any, by: User, shown: bool) -> tuple[str, str]:
    """Name and phone of the first complainant; nothing where this person may not know who it is."""
    if people_hidden(case, by) is not None:
        return "", ""
    if not case.complainants:
        return ("匿名" if case.anonymous else ""), ""
    first = case.complainants[0]
    if shown:
        return first.name, first.phone
    return mask_name(first.name), mask_phone(first.phone) if first.phone else ""
