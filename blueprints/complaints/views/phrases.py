"""Templates and scripts at hand while a case is worked on, filled with what may be said of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import Organization, User
from blueprints.complaints.models import Case
from blueprints.complaints.people import COMPOUND, representative
from blueprints.complaints.views.people import people_hidden, unnamed, without_names
from blueprints.knowledge import queries as knowledge
from blueprints.knowledge.models import DANGERS
from core.clock import local_date
from core.wording import date_words
from domain.placeholders import filled
from domain.rulesets import Ruleset

ASKED_LONGEST = 40
ANYBODY = "用户"


def called(case: Case, by: User) -> str:
    """How a text speaks to the person: never by the full name, which the page masks, and by nothing of it
    where the report is confidential."""
    person = representative(case.complainants)
    if person is None or case.anonymous or case.confidential or people_hidden(case, by) is not None:
        return ANYBODY
    name = person.name
    if not (2 <= len(name) <= 4 and all("一" <= c <= "鿿" for c in name)):
        return ANYBODY
    family = name[:2] if name[:2] in COMPOUND and len(name) > 2 else name[0]
    return f"{family}先生／女士"


def values_for(case: Case, by: User, rules: Ruleset, now: datetime) -> dict[str, str]:
    """What the placeholders stand for."""

    def said(text: str) -> str:
        return unnamed(without_names(text, case, by), case)

    home = by.organization
    return {
        "编号": case.number,
        "诉求人称呼": called(case, by),
        "标题": said(case.title),
        "类型": rules.type(case.type).name,
        "内容类别": rules.category(case.category).name,
        "地点": said(case.place),
        "接收日期": date_words(local_date(case.received_at)),
        "答复单位": home.name if home else "",
        "服务电话": (home.hotline if home else "") or case.receiving_org.hotline,
        "日期": date_words(local_date(now)),
    }


def _row(item: Any, version: int, values: dict[str, str]) -> dict[str, Any]:
    return {
        "id": item.id,
        "version": version,
        "title": item.title,
        "clause": item.clause,
        "uses": item.uses,
        "text": filled(item.text, values),
    }


def phrases_at_hand(
    case: Case, by: User, rules: Ruleset, action: str, query: str, now: datetime
) -> list[dict[str, Any]]:
    """The templates that fit the case best, filled."""
    if by.organization is None:
        return []
    clauses = [clause for clause in (rules.action(action).clause, rules.type(case.type).clause) if clause]
    found = knowledge.replies_at_hand(
        by.organization, case.enterprise.sectors, category=case.category, clauses=clauses, query=query
    )
    values = values_for(case, by, rules, now) if found else {}
    return [_row(item, version, values) for item, version in found]


def chosen_phrase(case: Case, by: User, rules: Ruleset, item_id: int, now: datetime) -> dict[str, Any] | None:
    """One template, filled; None for one that this person does not have."""
    found = knowledge.reply_or_none(item_id, by)
    return _row(*found, values_for(case, by, rules, now)) if found is not None else None


def phrases_panel(
    case: Case, by: User, rules: Ruleset, action: str, query: str, now: datetime
) -> dict[str, Any]:
    """The panel beside the text."""
    return {
        "rows": phrases_at_hand(case, by, rules, action, query, now),
        "query": query,
        "url": url_for("complaints.phrases", case_id=case.id, action=action),
        "all_url": url_for("knowledge.items", kind="reply"),
    }


def scripts_view(organization: Organization, sectors: Iterable[str], category: str) -> list[dict[str, Any]]:
    """What is read out on the telephone; safety first."""
    return [
        {
            "title": item.title,
            "mark": DANGERS.get(item.emergency, "") if item.kind == "safety" else "",
            "text": item.text,
            "url": url_for("knowledge.item", knowledge_item_id=item.id),
            "open": item.kind == "script" and bool(category) and item.category == category,
        }
        for item in knowledge.scripts_at_hand(organization, sectors, category=category)
    ]
