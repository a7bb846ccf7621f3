"""Which cases a demo shows: one in every state and turn first, then the ordinary ones of the year."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, zip_longest

from blueprints.home.demo.course import Course
from blueprints.home.demo.scenarios import handed_over, own_hotline, water

GROUPS = (
    handed_over.on_the_way,
    water.complaints,
    own_hotline.complaints,
    water.handed_over,
    handed_over.turned_back,
    water.other_types,
    handed_over.overseen,
    own_hotline.inquiries,
    handed_over.by_day,
    water.talks,
    handed_over.approvals,
    own_hotline.suggestions,
    handed_over.other_types,
    water.reports,
    handed_over.linked,
    handed_over.industry,
    handed_over.urgent,
    water.surge,
)


def showcase() -> list[Course]:
    """Every state and turn, mixed so that the first few already differ."""
    rows: Iterator[tuple[Course | None, ...]] = zip_longest(*(group() for group in GROUPS))
    return [course for course in chain.from_iterable(rows) if course is not None]
