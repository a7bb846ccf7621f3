"""Answers of several devices to one check (F6.2b): an append-only log, and what stands after it.

Every entry names the entry that its device had before (`base`). Who builds on an entry replaces it; two that
build on the same one contradict each other, and neither is lost, until an entry that names both in `resolves`
decides. What stands depends on the entries alone, never on the order in which they arrived.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

INSTANCE = "@instance:"
PHOTO = "@photo"
Key = tuple[str, str]


@dataclass(frozen=True)
class Entry:
    """One answer (or fact of the visit, whose `item` begins with "@") as one device recorded it."""

    client_id: str
    item: str
    instance: str
    data: Mapping[str, Any]
    base: str = ""
    resolves: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What it answers."""
        return self.item, self.instance


@dataclass(frozen=True)
class Standing:
    """What stands for one item: one entry, or several that contradict each other, by client id."""

    heads: tuple[Entry, ...]

    @property
    def conflict(self) -> bool:
        """Whether somebody has to decide; two devices that name the same counter mean the same one."""
        if len(self.heads) > 1 and self.heads[0].item.startswith((INSTANCE, PHOTO)):
            return any(head.data != self.heads[0].data for head in self.heads)
        return len(self.heads) > 1

    @property
    def current(self) -> Entry | None:
        """The entry that stands; None while there is a conflict."""
        return None if self.conflict else self.heads[0]


def standings(entries: Iterable[Entry]) -> dict[Key, Standing]:
    """(item, instance) -> what stands, whatever the order and however often an entry comes."""
    grouped: dict[Key, dict[str, Entry]] = {}
    for entry in entries:
        grouped.setdefault(entry.key, {})[entry.client_id] = entry
    return {key: Standing(_heads(grouped[key])) for key in sorted(grouped)}


def _heads(known: Mapping[str, Entry]) -> tuple[Entry, ...]:
    """Entries on which nothing else builds; all of them where they build on each other in a ring."""
    replaced = {old for entry in known.values() for old in (entry.base, *entry.resolves) if old}
    heads = [known[name] for name in sorted(known) if name not in replaced]
    return tuple(heads or [known[name] for name in sorted(known)])


@dataclass(frozen=True)
class State:
    """The check as it stands: answers by item and instance, facts, photos that were taken back."""

    answers: Mapping[str, Mapping[str, Mapping[str, Any]]]
    facts: Mapping[str, Mapping[str, Any]]
    instances: Mapping[str, tuple[str, ...]]
    conflicts: tuple[Key, ...]
    removed: frozenset[str]


def state_of(found: Mapping[Key, Standing]) -> State:
    """The standings by what they say. What is contradicted counts as not answered."""
    answers: dict[str, dict[str, Mapping[str, Any]]] = {}
    facts: dict[str, Mapping[str, Any]] = {}
    names: dict[str, list[str]] = {}
    removed: set[str] = set()
    for (item, instance), standing in found.items():
        data = standing.current.data if standing.current else {}
        if item.startswith(INSTANCE):
            if data.get("value"):
                names.setdefault(item.removeprefix(INSTANCE), []).append(instance)
        elif item == PHOTO:
            if data.get("value") == "removed":
                removed.add(instance)
        elif item.startswith("@"):
            facts[item] = data
        else:
            answers.setdefault(item, {})[instance] = data
    conflicts = tuple(key for key, standing in found.items() if standing.conflict)
    return State(answers, facts, {k: tuple(v) for k, v in names.items()}, conflicts, frozenset(removed))


def answers_asked(
    answers: Mapping[str, Mapping[str, Mapping[str, Any]]], repeat: str, item: str, names: Iterable[str]
) -> dict[str, Mapping[str, Any]]:
    """The answers of one item: of each named instance where it repeats and some are named, else the one."""
    given, wanted = answers.get(item, {}), list(names) if repeat else []
    return {name: given.get(name, {}) for name in wanted or [""]}


def canonical(value: Any) -> str:
    """JSON that is the same on every device: keys sorted by code point, no blanks, no escapes but needed."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(value: Any) -> str:
    """sha256 of the canonical JSON in UTF-8."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def entry_digest(check: int, entry: Entry, at: str) -> str:
    """What device and server compare: everything that an entry says. `at`: 2026-10-12T01:30:00.000Z."""
    return digest({
        "at": at, "base": entry.base, "check": check, "client_id": entry.client_id, "data": entry.data,
        "instance": entry.instance, "item": entry.item, "resolves": sorted(entry.resolves),
    })  # fmt: skip
