"""Words for where an item stands: category, sectors, danger, whose it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from blueprints.accounts.models import SECTORS, Organization
from blueprints.knowledge.models import DANGERS
from blueprints.rulebook.service import base_ruleset, ruleset_codes
from core.clock import local_date, local_midnight
from domain.rulesets import Ruleset

MONTHS = 12


def rulesets_of(organization: Organization) -> list[Ruleset]:
    """The rule systems by which an organization works: its own, or those of its sectors."""
    found = [base_ruleset(code) for code in ruleset_codes()]
    if organization.ruleset_code:
        return [rules for rules in found if rules.code == organization.ruleset_code]
    return [rules for rules in found if set(rules.sectors) & set(organization.sectors)]


def categories_of(organization: Organization) -> dict[str, str]:
    """code -> name of the content categories."""
    names: dict[str, dict[str, None]] = {}
    for rules in rulesets_of(organization):
        for category in rules.categories:
            names.setdefault(category.code, {})[category.name] = None
    return {code: "／".join(words) for code, words in names.items()}


def about(row: Any, categories: dict[str, str]) -> str:
    """What an item is for: the danger, or the category."""
    if row.emergency:
        return DANGERS.get(row.emergency, row.emergency)
    return categories.get(row.category, "") or "不分类别"


def sector_words(sectors: Iterable[str]) -> str:
    """供电、供气; 各行业 for none."""
    return "、".join(SECTORS.get(code, code) for code in sectors) or "各行业"


def months_until(now: datetime) -> list[tuple[str, tuple[datetime, datetime]]]:
    """(2026年11月, its first and last moment) of the last twelve months, the newest first."""
    day, found = local_date(now).replace(day=1), []
    following = day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1)
    for _ in range(MONTHS):
        found.append((f"{day.year}年{day.month}月", (local_midnight(day), local_midnight(following))))
        following = day
        day = day.replace(year=day.year - (day.month == 1), month=(day.month - 2) % 12 + 1)
    return found
