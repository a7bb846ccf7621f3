"""What a shift leaves open: each feature above names its own urgent items; duty asks them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization

MOST = 200


@dataclass(frozen=True)
class OpenItem:
    """One urgent thing that is open. `key` names it among the others, `due` says its limit in words."""

    kind: str
    label: str
    url: str
    due: str = ""

    def as_json(self, remark: str = "") -> dict[str, Any]:
        """How a handover keeps it."""
        return {**vars(self), "remark": remark}


Provider = Callable[[Organization, datetime], Iterable[OpenItem]]
_PROVIDERS: list[Provider] = []


def register_open_items(provider: Provider) -> None:
    """A feature says what of its own is urgent and open in an organization at a moment; asked in the order
    of registering, once each."""
    if provider not in _PROVIDERS:
        _PROVIDERS.append(provider)


def open_items(organization: Organization, now: datetime) -> list[OpenItem]:
    """Everything urgent that is open, at most MOST items, each address once."""
    found: dict[str, OpenItem] = {}
    for provider in _PROVIDERS:
        for item in provider(organization, now):
            found.setdefault(item.url, item)
    return list(found.values())[:MOST]
