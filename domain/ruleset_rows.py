"""The rows of a ruleset, frozen; each says its source: a clause, or a local decision with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from types import MappingProxyType
from typing import TypeAlias

from domain.deadlines import Unit

SettingValue: TypeAlias = int | bool | str | tuple[str, ...]


class Status(StrEnum):
    """Whether the rule text is in force or a draft for comment."""

    IN_FORCE = "in_force"
    DRAFT = "draft"


class Sector(StrEnum):
    """The sectors that a ruleset or a law serves."""

    POWER = "power"
    GAS = "gas"
    WATER = "water"


class Governor(StrEnum):
    """Who may set a ruleset's local values: the regulator for its enterprises, or each enterprise."""

    REGULATOR = "regulator"
    ENTERPRISE = "enterprise"


class Medium(StrEnum):
    """How a channel reaches the receiver."""

    ORAL = "oral"
    PHONE = "phone"
    WRITTEN = "written"
    ONLINE = "online"
    MEDIA = "media"
    TRANSFER = "transfer"


class Flow(StrEnum):
    """Which table of states a case type follows."""

    COMPLAINT = "complaint"
    SUGGESTION = "suggestion"
    INQUIRY = "inquiry"


class CountFrom(StrEnum):
    """The event a limit is counted from."""

    RECEIPT = "receipt"
    REGISTRATION = "registration"
    ACCEPTANCE = "acceptance"
    REPLY = "reply"
    REPORT = "report"
    REVIEW = "review"
    CLOSE = "close"
    SERVICE = "service"


class SettingKind(StrEnum):
    """What a setting holds: a whole number >= 0, yes or no, text, one of `choices`, or a list of words."""

    INT = "int"
    BOOL = "bool"
    TEXT = "text"
    CHOICE = "choice"
    LIST = "list"


class Stage(StrEnum):
    """How far a case has come, for the totals under the cross table."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause, its text character for character; `note` is ours and is never shown as the rule's words."""

    id: str
    text: str
    heading: bool = False
    part_of: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """The source of a row: `clause`, or `local` with a Chinese `reason`, or both (an open clause).

    A row with `local` is shown as 本单位设定, never as if the rule said it.
    """

    clause: str | None = None
    local: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Channel(Cited):
    """A way in. `origin_level`: the impact level that a case has by this channel alone (None: the lowest)."""

    code: str
    name: str
    medium: Medium
    origin_level: int | None = None
    remark: str | None = None
    active: bool = True


@dataclass(frozen=True, slots=True)
class CaseType(Cited):
    """A type of case and its flow; `confidential`: the person's identity is kept from the enterprise."""

    code: str
    name: str
    flow: Flow
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Category(Cited):
    """What a case is about."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class LevelTrigger(Cited):
    """A fact that sets the impact level.

    `needs_judgement`: only with a named leader's recorded judgement. Triggers with `by_origin` are not
    ticked: they are the reason of a channel's `origin_level` (see Ruleset.origin_trigger).
    """

    code: str
    name: str
    level: int
    needs_judgement: bool = False
    by_origin: bool = False


@dataclass(frozen=True, slots=True)
class Action(Cited):
    """A verb of the flows with the words on its button."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Guard(Cited):
    """A condition that a step must meet; `message` says in Chinese what is missing and how to go on."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Limit(Cited):
    """How long an obligation may take: `amount` of `unit` after `count_from`; no `types` means every type."""

    obligation: str
    name: str
    amount: int
    unit: Unit
    count_from: CountFrom
    types: tuple[str, ...] = ()
    extendable: bool = False

    @property
    def key(self) -> str:
        """The key under which local values name this limit, e.g. `limit:completion`."""
        return ":".join(("limit", self.obligation, *(["+".join(self.types)] if self.types else [])))


@dataclass(frozen=True, slots=True)
class Setting(Cited):
    """A local decision where the rule is silent or open. `choices`: (value, Chinese label) pairs."""

    key: str
    name: str
    value: SettingValue
    kind: SettingKind
    editable: bool = True
    choices: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        raise TypeError(f"setting {self.key} is a row; ask Ruleset.flag, .number or .text for its value")

    @property
    def label(self) -> str:
        """The value in words, as a page shows it."""
        if isinstance(self.value, bool):
            return "是" if self.value else "否"
        if isinstance(self.value, tuple):
            return "、".join(self.value)
        return dict(self.choices).get(str(self.value), str(self.value))


@dataclass(frozen=True, slots=True)
class Authority(Cited):
    """Which promises a role may make (Q1.5)."""

    role: str
    may: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that can be promised in a reply or a talk."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A prepared text; `text` holds {placeholders} with plain names."""

    code: str
    name: str
    text: str

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The names in braces, each once, in order."""
        parts = Formatter().parse(self.text)
        return tuple(dict.fromkeys(name for _, name, _, _ in parts if name is not None))

    def fill(self, values: Mapping[str, str]) -> str:
        """The text with `values` put in; a placeholder without a value becomes （待填）."""
        return self.text.format_map({name: values.get(name) or "（待填）" for name in self.placeholders})


@dataclass(frozen=True, slots=True)
class RateRule(Cited):
    """A rate that must reach `target` percent; its code names the obligation whose limits decide."""

    code: str
    name: str
    target: int = 100


@dataclass(frozen=True, slots=True)
class CountingRule(Cited):
    """How the rates are counted, or (where the code is a kind of `domain.rates.EXCLUDED`) who is left out."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class CrossColumn(Cited):
    """A column of the table channel x type: the case types that are counted in it."""

    code: str
    name: str
    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CrossTotal(Cited):
    """A total under that table: cases of `types` that came to `stage`, as a share of the earlier total `of`
    (None: of everything received)."""

    code: str
    name: str
    types: tuple[str, ...]
    stage: Stage
    of: str | None = None


@dataclass(frozen=True, slots=True)
class LawLimit:
    """A limit set by law beside a ruleset, from receipt; `complex_amount` is for complex cases."""

    code: str
    law: str
    article: str
    text: str
    sectors: tuple[Sector, ...]
    obligation: str
    amount: int
    unit: Unit
    status: str
    complex_amount: int | None = None


def frozen_map(values: Mapping[str, str]) -> Mapping[str, str]:
    """A read-only copy of `values`."""
    return MappingProxyType(dict(values))


