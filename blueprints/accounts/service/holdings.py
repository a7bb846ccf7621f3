"""What somebody still has in hand: each feature says what it keeps for a person and hands over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from blueprints.accounts.models import User


@dataclass(frozen=True)
class Holding:
    """One open piece of work. `due` is its limit in words, empty where it has none."""

    kind: str
    id: int
    label: str
    url: str = ""
    due: str = ""


@dataclass(frozen=True)
class Transition:
    """A successor takes over from somebody who leaves."""

    leaving: User
    successor: User
    reason: str
    by: User
    now: datetime


Find = Callable[[User], list[Holding]]
Give = Callable[[Sequence[int], Transition], None]


@dataclass(frozen=True)
class Keeper:
    """What one feature keeps: `find` lists it, `give` hands these ids to a successor in the caller's
    transaction (InvalidInput or RuleViolation where the successor cannot take them)."""

    kind: str
    name: str
    find: Find
    give: Give


KEEPERS: dict[str, Keeper] = {}


def register_keeper(keeper: Keeper) -> None:
    """Make a kind of work known; once for all applications of a process."""
    KEEPERS[keeper.kind] = keeper


def holdings_of(user: User) -> list[Holding]:
    """Everything open that is this person's, by kind."""
    return [found for keeper in KEEPERS.values() for found in keeper.find(user)]
