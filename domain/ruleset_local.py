"""Local values over a ruleset: what the rule leaves open may be set, what its text states may not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from domain.deadlines import Unit
from domain.errors import InvalidInput, RuleViolation
from domain.ruleset_checks import limit_problem, setting_problem
from domain.ruleset_rows import Channel, Limit, Setting

if TYPE_CHECKING:
    from domain.rulesets import Ruleset

MAX_TEXT = 2000
MAX_WORDS = 50


def changed_tables(ruleset: Ruleset, values: Mapping[str, Any]) -> dict[str, Any]:
    """The tables `limits`, `channels`, `settings` with `values` put in; errors as in Ruleset.with_local."""
    changes: dict[str, Callable[[Any], Any]] = {
        **{row.key: partial(_limit, ruleset, row) for row in ruleset.limits},
        **{f"channel:{row.code}": partial(_channel, row) for row in ruleset.channels},
        **{row.key: partial(_setting, ruleset, row) for row in ruleset.settings},
    }
    unknown = [key for key in values if key not in changes]
    if unknown:
        raise InvalidInput(f"没有“{str(unknown[0])[:60]}”这项设定。", str(unknown[0])[:60])
    new = {key: changes[key](value) for key, value in values.items()}
    return {
        "limits": tuple(new.get(row.key, row) for row in ruleset.limits),
        "channels": tuple(new.get(f"channel:{row.code}", row) for row in ruleset.channels),
        "settings": tuple(new.get(row.key, row) for row in ruleset.settings),
    }


def _limit(ruleset: Ruleset, limit: Limit, value: object) -> Limit:
    new = _fields(limit.key, value, ("amount", "unit"))
    amount, unit = new.get("amount", limit.amount), new.get("unit", limit.unit)
    if not limit.local and (amount, unit) != (limit.amount, limit.unit):
        _stated(ruleset, limit.name, limit.clause)
    problem = limit_problem(amount, unit)
    if problem:
        raise InvalidInput(f"{limit.name}：{problem}。", limit.key)
    return replace(limit, amount=amount, unit=Unit(unit))


def _channel(channel: Channel, value: object) -> Channel:
    key = f"channel:{channel.code}"
    new = _fields(key, value, ("active", "name", "remark"))
    active, name, remark = new.get("active", channel.active), new.get("name", channel.name), channel.remark
    if not isinstance(active, bool):
        raise InvalidInput(f"渠道“{channel.name}”：是否启用须选“是”或“否”。", key)
    if "remark" in new:
        remark = None if new["remark"] in (None, "") else _text(new["remark"], "说明", key, 200)
    return replace(channel, active=active, name=_text(name, "渠道名称", key, 40), remark=remark)


def _setting(ruleset: Ruleset, setting: Setting, value: object) -> Setting:
    if isinstance(value, list):
        value = _words(setting, value)
    if not setting.editable and value != setting.value:
        _stated(ruleset, setting.name, setting.clause)
    if not isinstance(value, bool | int | str | tuple):
        raise InvalidInput(f"{setting.name}：这个值的类型不对。", setting.key)
    problem = setting_problem(setting, value)
    if problem:
        raise InvalidInput(f"{setting.name}：{problem}。", setting.key)
    if isinstance(value, str):
        value = _text(value, setting.name, setting.key, MAX_TEXT)
    return replace(setting, value=value)


def _words(setting: Setting, value: list[Any]) -> tuple[str, ...]:
    words = tuple(_text(item, setting.name, setting.key, 100) for item in value)
    if len(words) > MAX_WORDS or len(set(words)) != len(words):
        raise InvalidInput(f"{setting.name}：不能重复，最多{MAX_WORDS}项。", setting.key)
    return words


def _fields(key: str, value: object, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not value or any(name not in known for name in value):
        raise InvalidInput(f"{key}：只能设定{'、'.join(known)}。", key)
    return value


def _text(value: object, name: str, key: str, longest: int) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{name}不能是空的。", key)
    if len(value) > longest:
        raise InvalidInput(f"{name}不能超过{longest}个字。", key)
    if any((ord(char) < 32 and char not in "\r\n") or 0xD800 <= ord(char) < 0xE000 for char in value):
        raise InvalidInput(f"{name}里有不能显示的字符，请删去后再保存。", key)
    return value.strip()


def _stated(ruleset: Ruleset, name: str, clause: str | None) -> None:
    raise RuleViolation(
        f"“{name}”是《{ruleset.title}》自己写明的，不能在本单位设定里改。",
        clause,
        "制度修订后，请换用新的制度版本。",
    )
