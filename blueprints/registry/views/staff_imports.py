"""What the pages of an import of staff show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.registry.queries.staff import POSTS
from blueprints.registry.service.staffing_import import Understood
from blueprints.registry.service.staffing_rows import VOCABULARY
from core.privacy import mask_phone

SHOWN_PROBLEMS, SHOWN_PEOPLE = 100, 8


def crumbs(name: str = "") -> list[dict[str, str]]:
    """员工持证 / 批量导入 / a file."""
    start = [{"label": "员工持证", "url": "/staff"}]
    if not name:
        return [*start, {"label": "批量导入"}]
    return [*start, {"label": "批量导入", "url": "/staff/import"}, {"label": name}]


def columns() -> list[dict[str, Any]]:
    """Name, other names, and whether a column must be there."""
    return [
        {"name": headers[0], "also": "、".join(headers[1:]), "required": field in VOCABULARY.required}
        for field, headers in VOCABULARY.fields.items()
    ]


def first_people(found: Understood) -> list[list[str]]:
    """The first rows as they were understood."""
    rows = []
    for draft in found.drafts[:SHOWN_PEOPLE]:
        facts, held = draft.facts, draft.certificate
        until = f"{held['number']}，至 {held['valid_until']}" if held else "没有上岗证"
        told = [facts["name"], str(draft.line), draft.badge, POSTS.get(facts["post"], "")]
        rows.append([*told, facts.get("team", ""), mask_phone(facts.get("phone", "")), until])
    return rows


def more_problems(facts: Mapping[str, Any]) -> int:
    """How many problems there are beyond those shown."""
    return max(0, len(facts.get("problems", [])) - SHOWN_PROBLEMS) + int(facts.get("more", 0))
