"""A reply made general: whatever says which case and whose it was gives way to placeholders."""

from __future__ import annotations

import re

from blueprints.complaints.models import Case
from blueprints.complaints.people import SOMEBODY, identity_in, patterns
from core.clock import local_date
from core.wording import date_words, day_words

LEFT_OUT = "（略）"
SHORTEST_PLACE = 4
NUMBERS = re.compile(r"(?<!\d)(?:1\d{2}[- ]?\d{4}[- ]?\d{4}|\d{7,})(?!\d)")


def generalised(text: str, case: Case, unit: str, phone: str) -> str:
    """The text with placeholders for names, number, title, place, dates, `unit` and its service `phone`; what
    no placeholder stands for is left out."""
    for pattern, word in patterns(case.complainants):
        text = pattern.sub("{诉求人称呼}" if word == SOMEBODY else LEFT_OUT, text)
    for value, instead in _plain(case, unit, phone):
        text = text.replace(value, instead)
    return NUMBERS.sub(LEFT_OUT, text)


def _plain(case: Case, unit: str, phone: str) -> list[tuple[str, str]]:
    received = local_date(case.received_at)
    found = [
        (case.number, "{编号}"),
        (case.origin_number or "", LEFT_OUT),
        (case.title, "{标题}"),
        (case.place if len(case.place) >= SHORTEST_PLACE else "", "{地点}"),
        (date_words(received), "{接收日期}"),
        (day_words(received), "{接收日期}"),
        (unit, "{答复单位}"),
        (phone, "{服务电话}"),
    ]
    return [(value, instead) for value, instead in found if value]


def still_there(text: str, case: Case) -> list[str]:
    """In words, what of the case is still in a text; empty for one that can be shared."""
    found = ["诉求人的称呼、电话、户号或地址"] if identity_in(text, case.complainants) else []
    if any(number and number in text for number in (case.number, case.origin_number)):
        found.append("本件的编号")
    if len(case.place) >= SHORTEST_PLACE and case.place in text:
        found.append("本件的地点")
    if NUMBERS.search(text):
        found.append("像电话、户号的数字")
    return found
