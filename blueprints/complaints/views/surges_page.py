"""Surges of like cases as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import url_for

from blueprints.complaints.queries import Surge
from blueprints.complaints.views.words import Words


def surge_rows(found: Iterable[tuple[Surge, int]], words: Words) -> list[dict[str, Any]]:
    """One row a surge: where, about what, how many in how many days."""
    return [
        {
            "enterprise": s.enterprise,
            "place": s.place,
            "category": words.categories.get(s.category, s.category),
            "count": s.count,
            "days": days,
            "url": url_for(
                "complaints.surges", enterprise=s.enterprise_id, place=s.place, category=s.category
            ),
        }
        for s, days in found
    ]
