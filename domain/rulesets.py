"""A rule system as data: reading it, looking rows up, its digest, its JSON form and its local values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from functools import cached_property
from typing import Any, Protocol, TypeVar

from domain import ruleset_checks, ruleset_loader, ruleset_local
from domain.deadlines import Unit
from domain.errors import InvalidInput
from domain.ruleset_codes import IMPACT_LEVELS, OBLIGATIONS
from domain.ruleset_rows import (
    Action,
    Authority,
    CaseType,
    Category,
    Channel,
    Cited,
    Clause,
    CountFrom,
    CountingRule,
    CrossColumn,
    CrossTotal,
    Flow,
    Governor,
    Guard,
    LawLimit,
    LevelTrigger,
    Limit,
    Medium,
    Promise,
    RateRule,
    Sector,
    Setting,
    SettingKind,
    SettingValue,
    Stage,
    Status,
    Template,
)
from domain.ruleset_source import RulesetError, Source, read

__all__ = [
    "Action",
    "Authority",
    "CaseType",
    "Category",
    "Channel",
    "Cited",
    "Clause",
    "CountFrom",
    "CountingRule",
    "CrossColumn",
    "CrossTotal",
    "Flow",
    "Governor",
    "Guard",
    "LawLimit",
    "LevelTrigger",
    "Limit",
    "Medium",
    "Promise",
    "RateRule",
    "Ruleset",
    "RulesetError",
    "Sector",
    "Setting",
    "SettingKind",
    "SettingValue",
    "Stage",
    "Status",
    "Template",
    "Unit",
    "load",
    "load_laws",
]



class _Coded(Protocol):
    @property
    def code(self) -> str: ...


CodedRow = TypeVar("CodedRow", bound=_Coded)


@dataclass(frozen=True)
class Ruleset:
    """One version of a rule system, immutable.

    Look-ups by a code that people choose (channel, type, category) raise InvalidInput for an unknown one;
    look-ups by a code that the program writes raise KeyError. `guard`, `limit` and `origin_trigger`
    answer None where the ruleset asks for nothing.
    """

    code: str
    prefix: str
    title: str
    version: str
    status: Status
    issuer: str
    governed_by: Governor
    sectors: tuple[Sector, ...]
    clauses: tuple[Clause, ...]
    terms: Mapping[str, str]
    organ_codes: Mapping[str, str]
    channels: tuple[Channel, ...]
    types: tuple[CaseType, ...]
    categories: tuple[Category, ...]
    level_triggers: tuple[LevelTrigger, ...]
    actions: tuple[Action, ...]
    guards: tuple[Guard, ...]
    limits: tuple[Limit, ...]
    settings: tuple[Setting, ...]
    authority: tuple[Authority, ...]
    promises: tuple[Promise, ...]
    templates: tuple[Template, ...]
    rates: tuple[RateRule, ...]
    counting: tuple[CountingRule, ...]
    cross_columns: tuple[CrossColumn, ...]
    cross_totals: tuple[CrossTotal, ...]

    def __hash__(self) -> int:
        return hash(self.digest)

    # Rows

    def clause(self, clause_id: str) -> Clause:
        """The clause of that id."""
        return self._clauses[clause_id]

    def channel(self, code: str) -> Channel:
        """The channel of that code, in force or not."""
        return _chosen(self.channels, code, "渠道")

    def type(self, code: str) -> CaseType:
        """The case type of that code."""
        return _chosen(self.types, code, "诉求类型")

    def category(self, code: str) -> Category:
        """The content category of that code."""
        return _chosen(self.categories, code, "内容类别")

    def trigger(self, code: str) -> LevelTrigger:
        """The level trigger of that code."""
        return _chosen(self.level_triggers, code, "影响程度情形")

    def action(self, code: str) -> Action:
        """The action of that code; KeyError when this ruleset does not know it (see `has_action`)."""
        return _written(self.actions, code)

    def has_action(self, code: str) -> bool:
        """Whether this ruleset knows the action."""
        return _find(self.actions, code) is not None

    def guard(self, code: str) -> Guard | None:
        """The guard of that code, None when this ruleset does not ask for it."""
        return _find(self.guards, code)

    def template(self, code: str) -> Template:
        """The prepared text of that code."""
        return _written(self.templates, code)

    def promise(self, code: str) -> Promise:
        """The promise of that code."""
        return _chosen(self.promises, code, "承诺事项")

    def limit(self, obligation: str, type_code: str | None = None) -> Limit | None:
        """The limit of an obligation: the one written for the type, else the one for all types, else None."""
        if obligation not in OBLIGATIONS:
            raise KeyError(obligation)
        found = [limit for limit in self.limits if limit.obligation == obligation]
        own = [limit for limit in found if type_code is not None and type_code in limit.types]
        return next(iter([*own, *(limit for limit in found if not limit.types)]), None)

    def origin_trigger(self, channel_code: str) -> LevelTrigger | None:
        """Why a case of that channel starts at its level: the channel's, or the lowest; with its source.

        A local channel takes the local reason first, so that its level is not shown as the rule's word.
        """
        channel = self.channel(channel_code)
        level = channel.origin_level or max(IMPACT_LEVELS)
        found = [trigger for trigger in self.level_triggers if trigger.by_origin and trigger.level == level]
        return next(iter(sorted(found, key=lambda trigger: trigger.local is not channel.local)), None)

    # Single values

    def setting(self, key: str) -> Setting:
        """The setting row of that key, for pages; code asks `flag`, `number` or `text`."""
        return self._settings[key]

    def flag(self, key: str) -> bool:
        """The value of a yes-or-no setting."""
        return _typed(self._settings[key], bool)

    def number(self, key: str) -> int:
        """The value of a whole-number setting."""
        return _typed(self._settings[key], int)

    def number_or(self, key: str, default: int) -> int:
        """The same, or `default` where a version from before the setting does not have it."""
        return self.number(key) if key in self._settings else default

    def text(self, key: str) -> str:
        """The value of a text or choice setting."""
        return _typed(self._settings[key], str)

    def term(self, code: str, default: str) -> str:
        """The ruleset's own word, e.g. `dispatch` -> 分单 (Q3.1a)."""
        return self.terms.get(code, default)

    def may_promise(self, role: str, promise: str) -> bool:
        """Whether the role may make that promise (Q1.5); a role that is not listed may promise nothing."""
        return any(row.role == role and promise in row.may for row in self.authority)

    # As a whole

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON: the same content gives the same digest."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def with_local(self, values: Mapping[str, Any]) -> Ruleset:
        """This ruleset with local values put in.

        Keys: a setting's key -> its value; `limit:completion` -> {"amount", "unit"}; `channel:written` ->
        any of {"active", "name", "remark"}. InvalidInput for a value that does not fit; RuleViolation
        with the clause for what the rule's text itself states.
        """
        return replace(self, **ruleset_local.changed_tables(self, values))

    def to_json(self) -> dict[str, Any]:
        """Plain data for JSON; `from_json` gives the same ruleset back."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Ruleset:
        """The ruleset that `to_json` (or its JSON text) came from, checked anew; RulesetError if damaged."""
        content = json.loads(data) if isinstance(data, str) else dict(data)
        return _build(Source(str(content.get("code", "?")), content))

    @cached_property
    def _clauses(self) -> dict[str, Clause]:
        return {clause.id: clause for clause in self.clauses}

    @cached_property
    def _settings(self) -> dict[str, Setting]:
        return {setting.key: setting for setting in self.settings}


def load(text: str, name: str) -> Ruleset:
    """The ruleset written in TOML `text`; RulesetError (file `name`, line, reason) for the first bad row."""
    source = read(text, name)
    ruleset = _build(source)
    ruleset_checks.check_statistics(ruleset, source)
    return ruleset


def load_laws(text: str, name: str) -> tuple[LawLimit, ...]:
    """The limits set by law, written in TOML `text`; RulesetError like `load`."""
    source = read(text, name)
    for key in source.data:
        if key != "limits":
            source.fail(f"不认识“{key}”这一项", key if (key, 0) in source.rows else "", 0, key)
    laws = ruleset_loader.read_table(source, "limits", LawLimit)
    ruleset_checks.check_laws(laws, source)
    return laws


def _build(source: Source) -> Ruleset:
    ruleset = Ruleset(**ruleset_loader.read_parts(source))
    ruleset_checks.check(ruleset, source)
    return ruleset


def _find(found: Iterable[CodedRow], code: str) -> CodedRow | None:
    return next((row for row in found if row.code == code), None)


def _written(found: Iterable[CodedRow], code: str) -> CodedRow:
    row = _find(found, code)
    if row is None:
        raise KeyError(code)
    return row


def _chosen(found: Iterable[CodedRow], code: str, what: str) -> CodedRow:
    row = _find(found, code)
    if row is None:
        raise InvalidInput(f"没有“{code[:40]}”这个{what}，请从列出的选项里选择。")
    return row


Value = TypeVar("Value", bool, int, str)


def _typed(setting: Setting, wanted: type[Value]) -> Value:
    if type(setting.value) is not wanted:
        raise TypeError(f"setting {setting.key} holds {type(setting.value).__name__}, not {wanted.__name__}")
    return setting.value


def _plain(value: Any) -> Any:
    """`value` as JSON data; a row keeps only the fields that differ from their defaults."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        kept = (item for item in fields(value) if _differs(getattr(value, item.name), item.default))
        return {item.name: _plain(getattr(value, item.name)) for item in kept}
    return str(value) if isinstance(value, str) else value


def _differs(value: Any, default: Any) -> bool:
    """False, 0 and empty are told apart: only the very default is left out."""
    return default is MISSING or type(value) is not type(default) or value != default
