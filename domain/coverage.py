"""Whether the supply area has an outlet, and which streets have none (F3.1.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

CLAUSE = "F3.1.1"


@dataclass(frozen=True)
class Point:
    """An outlet as coverage sees it: the streets it serves; an agent's only while its agreement runs."""

    id: int
    name: str
    streets: frozenset[int]
    open: bool
    agent: bool = False
    agreed_from: date | None = None
    agreed_until: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it serves on `day`: it is open, and an agent's agreement runs (both ends included)."""
        if not self.open:
            return False
        if not self.agent:
            return True
        if self.agreed_from is None or self.agreed_until is None:
            return False
        return self.agreed_from <= day <= self.agreed_until


@dataclass(frozen=True)
class Coverage:
    """`met`: the duty of F3.1.1 (one outlet or agent in the supply area). `by_street`: supply street -> names
    of the outlets that serve it; `bare`: streets without any."""

    met: bool
    by_street: dict[int, tuple[str, ...]]
    bare: frozenset[int]


def coverage(supply: Iterable[int], points: Iterable[Point], day: date) -> Coverage:
    """Coverage of the supply area on `day`. An outlet that serves none of its streets meets nothing; where no
    supply area is entered yet, any open outlet meets the duty."""
    streets = list(dict.fromkeys(supply))
    serving = [point for point in points if point.counts_on(day)]
    by_street = {
        street: tuple(point.name for point in serving if street in point.streets) for street in streets
    }
    bare = frozenset(street for street, names in by_street.items() if not names)
    met = bool(serving) if not streets else len(bare) < len(streets)
    return Coverage(met, by_street, bare)


def uncovered_without(
    supply: Iterable[int], points: Iterable[Point], changed: Point | None, outlet_id: int, day: date
) -> tuple[frozenset[int], bool]:
    """(streets that lose their last outlet, whether F3.1.1 would no longer be met) when the outlet becomes
    `changed` (None: it closes)."""
    streets, before = list(supply), list(points)
    after = [point for point in before if point.id != outlet_id] + ([changed] if changed else [])
    old, new = coverage(streets, before, day), coverage(streets, after, day)
    return new.bare - old.bare, old.met and not new.met


def expiring(
    supply: Iterable[int], points: Iterable[Point], day: date, until: date
) -> list[tuple[Point, int]]:
    """Agents whose agreement ends in [day, until], each with the number of streets that its end uncovers."""
    streets, known = list(supply), list(points)
    found = []
    for point in known:
        if point.agent and point.agreed_until is not None and day <= point.agreed_until <= until:
            lost, unmet = uncovered_without(streets, known, None, point.id, day)
            found.append((point, max(len(lost), int(unmet))))
    return sorted(found, key=lambda pair: (pair[0].agreed_until or until, pair[0].id))
