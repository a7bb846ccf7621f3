"""The checklists that come with the product (F6.2b): rulesets/checklists/*.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from domain.checklists import Checklist, checklist_from

FOLDER = Path(__file__).resolve().parent.parent / "rulesets" / "checklists"
ORDER = ("common", "power", "gas", "water", "disclosure")


@dataclass(frozen=True)
class BuiltIn:
    """A checklist of the library; `sector` is empty for all sectors."""

    code: str
    name: str
    sector: str
    purpose: str
    checklist: Checklist


@cache
def library() -> tuple[BuiltIn, ...]:
    """All of them, in the order in which they are offered. Errors: InvalidInput names the item."""
    return tuple(_read(code) for code in ORDER)


def _read(code: str) -> BuiltIn:
    data = _data(code)
    parts, items = _content(data)
    for other in data.get("also", ()):
        more_parts, more_items = _content(_data(other))
        parts, items = parts + more_parts, items + more_items
    checklist = checklist_from({"parts": parts, "items": items})
    return BuiltIn(code, data["name"], data["sector"], data["purpose"], checklist)


def _data(code: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))


def _content(data: dict[str, Any]) -> tuple[list[list[str]], list[dict[str, Any]]]:
    parts, items = list(data["parts"]), list(data.get("items", ()))
    again = data.get("repeated", {"classes": (), "items": ()})
    for one in again["classes"]:
        for item in again["items"]:
            own = {"code": f"{one['code']}-{item['code']}", "text": f"{one['name']}：{item['text']}"}
            own |= {"part": parts[0][0], "method": "desk", "clause": one["clause"]}
            items.append({**item, **own})
    return parts, items
