"""Filters of a list that are columns of `case_access`: what a URL asks for, and the conditions for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false

from blueprints.complaints.models import CaseAccess
from blueprints.complaints.queries import ENDED_STATES, OPEN_STATES
from core.clock import end_of_day, local_midnight

ACCESS = CaseAccess.__table__
A = ACCESS.c
STATE_GROUPS: dict[str, list[ColumnElement[bool]]] = {
    "open": [A.idle.is_(False), A.state.in_(OPEN_STATES)],
    "ended": [A.state.in_(ENDED_STATES)],
}
ON_COLUMNS = frozenset(
    ("state", "type", "category", "channel", "level", "enterprise", "received_from", "received_to")
)


def column_values(filters: Mapping[str, str]) -> dict[str, Any]:
    """What the filters on columns ask for, by the name of the condition (see `met_by`)."""
    values: dict[str, Any] = {n: filters[n] for n in ("type", "category", "channel") if filters.get(n)}
    if state := filters.get("state", ""):
        values[state if state in STATE_GROUPS else "state"] = state
    for name in ("level", "enterprise_id"):
        if (number := number_of(filters.get(name.removesuffix("_id"), ""))) is not None:
            values[name] = number
    if start := day_of(filters.get("received_from", "")):
        values["received_from"] = local_midnight(start)
    if end := day_of(filters.get("received_to", "")):
        values["received_to"] = end_of_day(end)
    return values


def met_by(name: str, value: Any) -> list[ColumnElement[bool]]:
    """One filter on a column; its value is a bound parameter of that name."""
    if name in STATE_GROUPS:
        return STATE_GROUPS[name]
    if name == "received_from":
        return [A.received_at >= bindparam(name, value, A.received_at.type)]
    if name == "received_to":
        return [A.received_at < bindparam(name, value, A.received_at.type)]
    return [A[name] == bindparam(name, value, A[name].type)]


def columns_met(filters: Mapping[str, str]) -> list[ColumnElement[bool]]:
    """What the columns must meet; `only` keeps the cases whose ids it names (`12~15`)."""
    met = [c for name, value in column_values(filters).items() for c in met_by(name, value)]
    if filters.get("only"):
        ids = [number_of(text) for text in filters["only"].split("~")]
        met.append(false() if None in ids else A.case_id.in_(ids))
    return met


def number_of(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def day_of(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2999 else None
