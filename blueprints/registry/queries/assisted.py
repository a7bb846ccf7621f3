"""Lists of assisted handling (F3.2.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement
from sqlalchemy.orm import selectinload

from blueprints.registry.models import AssistedHandling
from blueprints.registry.queries.paging import Key, Order, Page, page_of

STATES = {"open": "办理中", "done": "已办结", "stopped": "已终止"}
STATE_TONES = {"open": "open", "done": "done", "stopped": "stopped"}
FILTERS = ("state", "number", "enterprise")


def assisted_page(
    organization_ids: Sequence[int], filters: Mapping[str, str], *, after: Key | None, before: Key | None
) -> Page[AssistedHandling]:
    """Up to 50 of them, the newest first."""
    where: list[ColumnElement[bool]] = []
    if filters.get("state") in STATES:
        where.append(AssistedHandling.state == filters["state"])
    if number := filters.get("number"):
        where.append(AssistedHandling.number == number)
    load = (selectinload(AssistedHandling.staff),)
    order = Order(newest=True)
    return page_of(AssistedHandling, organization_ids, where, order, after=after, before=before, load=load)
