"""Hotlines and the service catalogue (F3.3.2, F3.4, F3.4.1): one truth for phone, page and wall."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.registry.models import CatalogueEntry, Hotline, TestCall
from blueprints.registry.models.services import catalogue_search
from blueprints.registry.queries import services as queries
from blueprints.registry.service.keeping import announce, log, set_values
from core import clock
from core.db import db
from core.search import Entry
from domain.errors import InvalidInput

FEES = frozenset({"fee", "fee_basis"})


def save_hotline(
    organization_id: int, hotline: Hotline | None, values: Mapping[str, Any], *, by: User, now: datetime
) -> Hotline:
    """A new or changed number; a change is announced (F3.3.4). Errors: InvalidInput."""
    twin = queries.hotline_with(organization_id, values["number"])
    if twin is not None and twin is not hotline:
        raise InvalidInput("这个号码已经登记过。", "number")
    if hotline is None:
        hotline = Hotline(organization_id=organization_id, created_at=now, **values)
        db.session.add(hotline)
        changes: dict[str, list[Any]] = {"number": [None, values["number"]]}
        what = f"新增{values['name']} {values['number']}"
    else:
        changes = set_values(hotline, values)
        what = f"{hotline.name} {hotline.number} 有变更"
    if changes:
        log("hotline", hotline, hotline.number, changes, by=by, now=now)
        announce(organization_id, ["hotlines"], what, since=clock.local_date(now), by=by, now=now)
    return hotline


def add_call(
    hotline: Hotline, called_at: datetime, *, answered: bool, wait_seconds: int | None, one_stop: bool | None,
    remark: str, by: User, now: datetime,
) -> TestCall:  # fmt: skip
    """Enter a test call. `one_stop`: whether the questions of F3.4.1 were answered in one call.

    Errors: InvalidInput.
    """
    if called_at > now:
        raise InvalidInput("拨测时间还没有到。", "called_at")
    if not answered and len(remark) < 2:
        raise InvalidInput("没有接通的，请写明情况（忙音、无人接听等）。", "remark")
    call = TestCall(
        hotline_id=hotline.id, organization_id=hotline.organization_id, tester_id=by.organization_id,
        called_at=called_at, answered=answered, wait_seconds=wait_seconds if answered else None,
        one_stop=one_stop if answered else None, remark=remark, by=by.name, at=now,
    )  # fmt: skip
    db.session.add(call)
    log("test_call", hotline, hotline.number, {"answered": [None, answered]}, by=by, now=now)
    return call


def save_entry(
    organization_id: int, entry: CatalogueEntry | None, values: Mapping[str, Any], *, by: User, now: datetime
) -> CatalogueEntry:
    """A new or changed business of the catalogue; a changed fee is announced as such (F3.3.2, F3.3.5).

    Errors: InvalidInput.
    """
    twin = queries.entry_named(organization_id, values["name"])
    if twin is not None and twin is not entry:
        raise InvalidInput("服务目录里已有这项业务，请修改原来的。", "name")
    _check_limit(values)
    new = entry is None
    if entry is None:
        entry = CatalogueEntry(organization_id=organization_id, created_at=now, **values)
        db.session.add(entry)
        changes: dict[str, list[Any]] = {"name": [None, values["name"]]}
        topics = ["catalogue", *(["fees"] if values["fee"] else [])]
    else:
        changes = set_values(entry, values)
        topics = [
            *(["catalogue"] if changes.keys() - FEES else []),
            *(["fees"] if changes.keys() & FEES else []),
        ]
    if changes:
        log("catalogue", entry, entry.name, changes, by=by, now=now)
        words = "\n".join(
            [entry.name, entry.conditions, entry.materials, entry.steps, entry.place, entry.fee]
        )
        catalogue_search.put(db.session(), [Entry(entry.id, words)], new=new)
        what = f"{'新增' if new else ''}业务“{entry.name}”{'' if new else _changed_words(changes)}"
        announce(organization_id, topics, what, since=clock.local_date(now), by=by, now=now)
    return entry


def _changed_words(changes: Mapping[str, Any]) -> str:
    if changes.keys() & FEES:
        return "的收费有变更"
    return "已停办" if changes.get("active") == [True, False] else "有变更"


def _check_limit(values: Mapping[str, Any]) -> None:
    amount = values["limit_amount"]
    if amount is None:
        return
    if not 1 <= amount <= 3660:
        raise InvalidInput("时限应当在 1 到 3660 之间；当场办结的不填。", "limit_amount")
    if len(values["limit_basis"]) < 2:
        raise InvalidInput("请写明时限依据的条款或承诺。", "limit_basis")
