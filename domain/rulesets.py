"""A rule system as data: look-ups, digest, JSON and local values. The text is read by ruleset_loader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.ruleset_rows import (
    Action,
    Authority,
    CaseType,
    Category,
    Channel,
    Clause,
    Guard,
    LawLimit,
    LevelTrigger,
    Limit,
    Promise,
    Sector,
    Setting,
    SettingValue,
    Status,
    Template,
)


class RulesetError(Exception):
    """A ruleset file that is refused: `name` of the file, `line` (from 1) and `reason` in Chinese."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        super().__init__(f"{name} 第{line}行：{reason}")
        self.name = name
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Ruleset:
    """One rule system, immutable."""

    code: str
    prefix: str
    title: str
    version: str
    status: Status
    issuer: str
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

    def clause(self, clause_id: str) -> Clause:
        raise NotImplementedError

    def channel(self, code: str) -> Channel:
        raise NotImplementedError

    def type(self, code: str) -> CaseType:
        raise NotImplementedError

    def category(self, code: str) -> Category:
        raise NotImplementedError

    def action(self, code: str) -> Action:
        raise NotImplementedError

    def guard(self, code: str) -> Guard | None:
        raise NotImplementedError

    def limit(self, obligation: str, type_code: str | None = None) -> Limit | None:
        raise NotImplementedError

    def setting(self, key: str) -> SettingValue:
        raise NotImplementedError

    def term(self, code: str, default: str) -> str:
        raise NotImplementedError

    def template(self, code: str) -> Template:
        raise NotImplementedError

    def may_promise(self, role: str, promise: str) -> bool:
        raise NotImplementedError

    def origin_trigger(self, channel_code: str) -> LevelTrigger | None:
        raise NotImplementedError

    @property
    def digest(self) -> str:
        raise NotImplementedError

    def with_local(self, values: Mapping[str, Any]) -> Self:
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | str) -> Self:
        raise NotImplementedError


def load(text: str, name: str) -> Ruleset:
    """The ruleset written in TOML `text`; RulesetError with line and reason when a row is wrong."""
    raise NotImplementedError


def load_laws(text: str, name: str) -> tuple[LawLimit, ...]:
    """The law limits written in TOML `text`."""
    raise NotImplementedError
