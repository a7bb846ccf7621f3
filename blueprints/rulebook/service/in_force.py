"""The ruleset in force for an enterprise, and the versions that cases keep."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import func, select

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import regulator_of
from blueprints.rulebook import queries
from blueprints.rulebook.models import LocalSetting, RulesetVersion
from blueprints.rulebook.service.texts import base_ruleset, rulebook, ruleset_codes
from core.db import db
from core.locks import lock_name
from domain.errors import InvalidInput, RuleViolation
from domain.rulesets import Governor, Ruleset

_INFO = "rulebook"
_SETTING, _PLACE = LocalSetting.__table__.c, Organization.__table__.c
TOKEN = select(  # another one after every change of a local value or an organization
    select(func.count(_SETTING.id)).scalar_subquery(),
    select(func.max(_SETTING.id)).scalar_subquery(),
    select(func.count(_PLACE.id)).scalar_subquery(),
    select(func.sum(_PLACE.version)).scalar_subquery(),
)
Kept = TypeVar("Kept")


class Stored(NamedTuple):
    """A local value as it is stored, free of any session; `id` tells one change from the next."""

    id: int
    key: str
    value: Any
    reason: str
    set_by: str
    set_at: datetime


Value = TypeVar("Value", Stored, LocalSetting)


@dataclass(frozen=True)
class LocalRules:
    """A ruleset with one owner's values, those values by key, the ones that no longer fit, and every value
    that was ever set, oldest first."""

    ruleset: Ruleset
    stored: dict[str, Stored]
    misfits: list[Stored]
    history: tuple[Stored, ...]


@dataclass
class _View:
    """What this transaction sees; while it has unsaved rules, nothing of it goes into the caches."""

    transaction: object
    token: object
    unsaved: bool = False
    known: dict[object, Any] = field(default_factory=dict)
    pinned: dict[int, Ruleset] = field(default_factory=dict)


def _current_view() -> _View | None:
    session = db.session()
    view: _View | None = session.info.get(_INFO)
    running = session.get_transaction()
    return view if view is not None and running is not None and view.transaction is running else None


def _view() -> _View:
    """The view of the running transaction; its token costs the one statement."""
    view = _current_view()
    if view is None:
        token = tuple(db.session.execute(TOKEN).one())
        view = _View(db.session().get_transaction(), token)
        db.session().info[_INFO] = view
    return view


def forget_rulesets() -> None:
    """This transaction changed local values: it reads them anew, others once it is committed."""
    view = _view()
    view.unsaved = True
    view.known.clear()


def remembered(key: object, make: Callable[[], Kept]) -> Kept:
    """What `make` gives, made once for as long as no local value and no organization changes; the token that
    tells costs one statement a transaction. It must be free of the session."""
    view = _view()
    book = rulebook()
    if book.in_force[0] != view.token and not view.unsaved:
        book.in_force = (view.token, {})
    known: dict[object, Any] = view.known if view.unsaved else book.in_force[1]
    if key not in known:
        known[key] = make()
    kept: Kept = known[key]
    return kept


def settings_owner(enterprise: Organization) -> Organization:
    """Who sets the local values that hold for an enterprise: its regulator where the ruleset says so (F), the
    enterprise itself otherwise (Q) or when no regulator supervises its sector."""
    return owner_with(enterprise, lambda sector: regulator_of(sector, enterprise.area))


def owner_with(enterprise: Organization, find: Callable[[str], Organization | None]) -> Organization:
    """As `settings_owner`; `find` gives the regulator of a sector."""
    code = enterprise.ruleset_code
    if code in ruleset_codes() and base_ruleset(code).governed_by is Governor.REGULATOR:
        return next(filter(None, map(find, enterprise.sectors)), enterprise)
    return enterprise


def ruleset_for(enterprise: Organization) -> Ruleset:
    """The ruleset of an enterprise with the newest local values; at most one statement a transaction once
    this process knows it. InvalidInput when the enterprise has no ruleset."""
    if enterprise.ruleset_code not in ruleset_codes():
        raise InvalidInput(f"“{enterprise.name}”还没有指定适用的制度，请系统管理员先在单位管理里指定。")
    key = ("owner", enterprise.id, enterprise.ruleset_code, tuple(enterprise.sectors))
    owner_id = remembered(key, lambda: settings_owner(enterprise).id)
    return local_rules(owner_id, enterprise.ruleset_code).ruleset


def local_rules(owner_id: int, code: str) -> LocalRules:
    """A ruleset with the newest values of one owner. A value that no longer fits the text is left out."""
    return remembered(("values", owner_id, code), lambda: _read_rules(owner_id, code))


def _read_rules(owner_id: int, code: str) -> LocalRules:
    rows = queries.setting_rows(owner_id, code)
    history = tuple(Stored(row.id, row.key, row.value, row.reason, row.set_by, row.set_at) for row in rows)
    stored = {row.key: row for row in history}
    ruleset, misfits = applied(base_ruleset(code), stored.values())
    return LocalRules(ruleset, stored, misfits, history)


def applied(base: Ruleset, rows: Iterable[Value]) -> tuple[Ruleset, list[Value]]:
    """(`base` with these values and their reasons, the rows that no longer fit it)."""
    ruleset = base
    misfits: list[Value] = []
    for row in rows:
        try:
            ruleset = _with_reason(ruleset.with_local({row.key: row.value}), row)
        except (InvalidInput, RuleViolation):
            misfits.append(row)
    return ruleset, misfits


def _with_reason(ruleset: Ruleset, row: LocalSetting | Stored) -> Ruleset:
    """The reason of whoever set the value stands in the place of the one in the file."""
    settings = tuple(replace(s, reason=row.reason) if s.key == row.key else s for s in ruleset.settings)
    limits = tuple(
        replace(limit, reason=row.reason) if limit.key == row.key and limit.local else limit
        for limit in ruleset.limits
    )
    return replace(ruleset, settings=settings, limits=limits)


def pin(enterprise: Organization, now: datetime) -> RulesetVersion:
    """The stored version that equals the ruleset in force; made at first use, in the caller's transaction."""
    ruleset = ruleset_for(enterprise)
    row = _version(ruleset.digest)
    if row is None:
        lock_name("ruleset-version")
        row = _version(ruleset.digest)
    if row is None:
        row = RulesetVersion(code=ruleset.code, version=ruleset.version, digest=ruleset.digest)
        row.created_at = now
        row.body = json.dumps(ruleset.to_json(), ensure_ascii=False, sort_keys=True)
        db.session.add(row)
        db.session.flush()
        view = _view()
        view.unsaved = True
        view.pinned[row.id] = ruleset
    return row


def _version(digest: str) -> RulesetVersion | None:
    return db.session.scalar(select(RulesetVersion).where(RulesetVersion.digest == digest))


def pinned(version_id: int) -> Ruleset:
    """The ruleset that a stored version holds; read once a process. KeyError for an unknown id."""
    book = rulebook()
    if version_id in book.pinned:
        return book.pinned[version_id]
    view = _current_view()
    if view is not None and version_id in view.pinned:
        return view.pinned[version_id]
    row = db.session.get(RulesetVersion, version_id)
    if row is None:
        raise KeyError(version_id)
    body: Mapping[str, Any] = json.loads(row.body)
    ruleset = completed(Ruleset.from_json(body))
    kept = view.pinned if view is not None and view.unsaved else book.pinned
    kept[version_id] = ruleset
    return ruleset


def completed(stored: Ruleset) -> Ruleset:
    """A stored version with what the product has learnt since: steps that rest on no clause, and settings.
    What the rules themselves ask for stays as it was when the case was accepted."""
    if stored.code not in ruleset_codes():
        return stored
    base = base_ruleset(stored.code)
    actions, settings = {row.code for row in stored.actions}, {row.key for row in stored.settings}
    more = tuple(row for row in base.actions if row.code not in actions and not row.clause)
    values = tuple(row for row in base.settings if row.key not in settings)
    if not more and not values:
        return stored
    return replace(stored, actions=stored.actions + more, settings=stored.settings + values)
