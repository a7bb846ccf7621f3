"""Published items as the public reads them: outlets with today's hours, phones, five classes, search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from blueprints.accounts.models import SECTORS
from blueprints.disclosure.queries.public import PublicItem
from blueprints.portal.queries import Company
from blueprints.registry.events import TOPICS
from blueprints.rulebook.service import base_ruleset, ruleset_codes
from core.wording import WEEKDAYS, date_words
from domain.duties import CHANNELS, CLASSES
from domain.opening import Closure, expected_on, read_closure, read_week, spans_words

LONGEST_QUERY = 60


@dataclass(frozen=True)
class PublicOutlet:
    """An outlet as it was published: its facts, its week, what today asks for in words."""

    name: str
    facts: tuple[str, ...]
    week: str
    today: str
    closed_today: bool
    notes: tuple[str, ...]


def outlets(items: Iterable[PublicItem], today: date) -> list[PublicOutlet]:
    """The outlets of the published item of outlets and hours, with the hours of `today`."""
    item = next((one for one in items if "outlets" in one.taken), None)
    if item is None:
        return []
    hours = [line.partition("：") for line in item.taken.get("hours", [])]
    found = []
    for line in item.taken["outlets"]:
        name, *facts = line.split("；")
        plain = name.partition("（")[0]
        own = [words for outlet, _, words in hours if outlet == plain]
        found.append(_outlet(name, facts, own, today))
    return found


def _outlet(name: str, facts: Sequence[str], lines: Sequence[str], today: date) -> PublicOutlet:
    week = next((found for line in lines if (found := read_week(line)) is not None), None)
    closures: list[Closure] = [read for line in lines if (read := read_closure(line)) is not None]
    notes = tuple(line for line in lines if read_week(line) is None)
    words = next((line for line in lines if read_week(line) is not None), "")
    if week is None:
        return PublicOutlet(name, tuple(facts), words, "", False, notes)
    asked = expected_on(today, week, closures)
    hours = spans_words(asked.spans).replace("-", "—").replace(" ", "、")
    told = f"{hours}（{asked.closure.reason}）" if asked.closure else hours
    return PublicOutlet(name, tuple(facts), words, told, not asked.spans, notes)


def phones(items: Iterable[PublicItem]) -> list[str]:
    """The published telephone numbers of the enterprise, one a line; the regulator's stands beside them."""
    lines = [line for item in items for line in item.taken.get("hotlines", [])]
    return [line for line in lines if not line.startswith("监督电话：")]


def classes(company: Company) -> list[dict[str, Any]]:
    """The five classes with their published items; a class without any says so."""
    clauses = company.organization.ruleset_code == "fuling"
    return [
        {
            "number": number,
            "name": name,
            "clause": clause if clauses else "",
            "items": [item for item in company.items if item.class_ == number],
        }
        for number, (name, clause) in CLASSES.items()
    ]


def sections(item: PublicItem) -> list[tuple[str, list[str]]]:
    """The parts of an item: what came from the service register by topic, then the text."""
    found = [(TOPICS.get(topic, topic), lines) for topic, lines in item.taken.items() if lines]
    paragraphs = [line for line in item.body.splitlines() if line.strip()]
    return [*found, *([("", paragraphs)] if paragraphs else [])]


def place_words(item: PublicItem) -> str:
    """网上专栏（https://…）；营业厅公示（各营业厅）"""
    named = (
        CHANNELS.get(channel, channel) + (f"（{place}）" if place else "") for channel, place in item.places
    )
    return "；".join(named)


def sector_words(company: Company) -> str:
    """供气"""
    return "、".join(SECTORS[sector] for sector in company.organization.sectors)


def weekday_words(day: date) -> str:
    """2026年10月12日 星期一"""
    return f"{date_words(day)} 星期{WEEKDAYS[day.weekday()]}"


def text_of(item: PublicItem) -> str:
    """Everything of an item that can be searched."""
    lines = [line for lines in item.taken.values() for line in lines]
    return "\n".join([item.title, item.duty.item, item.body, *lines])


def found_in(companies: Iterable[Company], query: str) -> list[tuple[Company, PublicItem, str]]:
    """Items that hold every word of `query`, each with the line that holds the first."""
    words = [word.lower() for word in query[:LONGEST_QUERY].split()]
    if not words:
        return []
    found = []
    for company in companies:
        for item in company.items:
            text = f"{company.organization.name}\n{text_of(item)}"
            if all(word in text.lower() for word in words):
                found.append((company, item, _line_with(text, words[0])))
    return found


def _line_with(text: str, word: str) -> str:
    line = next((line for line in text.splitlines() if word in line.lower()), "")
    return line if len(line) <= 120 else f"{line[:120]}…"


def clause_texts() -> dict[str, str]:
    """The text of every clause of the rulesets, by its id."""
    return {one.id: one.text for code in ruleset_codes() for one in base_ruleset(code).clauses}
