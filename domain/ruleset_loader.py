"""From parsed rules to frozen rows: every key known, every value of its type, every row with its source."""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

from domain import ruleset_rows as rows
from domain.ruleset_source import Source

Row = TypeVar("Row")
_Wanted: TypeAlias = dict[str, tuple[Any, bool]]
MAX_TEXT_LENGTH = 4000

TABLES: Mapping[str, type] = {
    "clauses": rows.Clause,
    "channels": rows.Channel,
    "types": rows.CaseType,
    "categories": rows.Category,
    "level_triggers": rows.LevelTrigger,
    "actions": rows.Action,
    "guards": rows.Guard,
    "limits": rows.Limit,
    "settings": rows.Setting,
    "authority": rows.Authority,
    "promises": rows.Promise,
    "templates": rows.Template,
    "rates": rows.RateRule,
    "counting": rows.CountingRule,
    "cross_columns": rows.CrossColumn,
    "cross_totals": rows.CrossTotal,
}
WORD_TABLES = ("terms", "organ_codes")
_HEAD = {
    "code": str,
    "prefix": str,
    "title": str,
    "version": str,
    "status": rows.Status,
    "issuer": str,
    "governed_by": rows.Governor,
    "sectors": tuple[rows.Sector, ...],
}
_TYPE_NAMES = {str: "文字", int: "整数", bool: "true 或 false"}


class _Refused(Exception):
    """A value that does not fit; `str()` is the reason in Chinese."""


def read_parts(source: Source) -> dict[str, Any]:
    """Every field of a Ruleset, read from `source`; RulesetError for the first thing that does not fit."""
    known = {*_HEAD, *WORD_TABLES, *TABLES}
    for key in source.data:
        if key not in known:
            line_of = (key, 0, None) if (key, 0) in source.rows else ("", 0, key)
            source.fail(f"不认识“{key}”这一项", *line_of)
    parts = {key: _head(source, key, wanted) for key, wanted in _HEAD.items()}
    for table in WORD_TABLES:
        parts[table] = _words(source, table)
    for table, row_type in TABLES.items():
        parts[table] = read_table(source, table, row_type)
    return parts


def read_table(source: Source, table: str, row_type: type[Row]) -> tuple[Row, ...]:
    """The rows of `table` as `row_type`."""
    found = source.data.get(table, [])
    if not isinstance(found, list):
        source.fail(f"{table} 应当写成 [[{table}]]，一条一条列出", table)
    wanted = _wanted(row_type)
    values = [_row(source, table, index, item, wanted) for index, item in enumerate(found)]
    if row_type is rows.Setting:
        values = [{**item, "local": item.get("editable", True)} for item in values]
    return tuple(row_type(**item) for item in values)


def _head(source: Source, key: str, wanted: Any) -> Any:
    if key not in source.data:
        source.fail(f"缺少“{key}”")
    try:
        return convert(source.data[key], wanted)
    except _Refused as refused:
        source.fail(f"{key}：{refused}", key=key)


def _words(source: Source, table: str) -> Mapping[str, str]:
    found = source.data.get(table, {})
    if not isinstance(found, Mapping):
        source.fail(f"{table} 应当写成 [{table}]，下面逐行写“名称 = \"文字\"”", table)
    for key, value in found.items():
        try:
            convert(value, str)
        except _Refused as refused:
            source.fail(f"{key}：{refused}", table, key=key)
    return rows.frozen_map(found)


def _row(source: Source, table: str, index: int, item: object, wanted: _Wanted) -> dict[str, Any]:
    if not isinstance(item, Mapping):
        source.fail(f"{table} 的每一条都应当是一组“名称 = 值”", table, index)
    values: dict[str, Any] = {}
    for key, value in item.items():
        if key not in wanted:
            source.fail(f"{table} 里没有“{key}”这一项", table, index, key)
        try:
            values[key] = convert(value, wanted[key][0])
        except _Refused as refused:
            source.fail(f"{key}：{refused}", table, index, key)
    missing = [key for key, (_, required) in wanted.items() if required and key not in values]
    if missing:
        source.fail(f"{table} 的这一条缺少“{'”“'.join(missing)}”", table, index)
    return values


def _wanted(row_type: Any) -> _Wanted:
    """Field name -> (type, required)."""
    hints = get_type_hints(row_type)
    return {item.name: (hints[item.name], item.default is MISSING) for item in fields(row_type)}


def convert(value: object, wanted: Any) -> Any:
    """`value` as TOML or JSON gave it, as the type `wanted`; _Refused with the reason otherwise."""
    if get_origin(wanted) in (Union, types.UnionType):
        return _one_of(value, get_args(wanted))
    if get_origin(wanted) is tuple:
        return _many(value, get_args(wanted)[0])
    if isinstance(wanted, type) and issubclass(wanted, StrEnum):
        return _enum(value, wanted)
    if type(value) is not wanted:
        raise _Refused(f"应当是{_TYPE_NAMES[wanted]}")
    if isinstance(value, str):
        _check_text(value)
    return value


def _one_of(value: object, options: tuple[Any, ...]) -> Any:
    if value is None and types.NoneType in options:
        return None
    plain = [option for option in options if option is not types.NoneType]
    if len(plain) == 1:
        return convert(value, plain[0])
    for option in plain:
        try:
            return convert(value, option)
        except _Refused:
            continue
    raise _Refused("这个值的类型不对")


def _many(value: object, wanted: Any) -> tuple[Any, ...]:
    if get_origin(wanted) is tuple:
        return _pairs(value)
    if not isinstance(value, list | tuple):
        raise _Refused("应当是一个列表")
    items = tuple(convert(item, wanted) for item in value)
    if len(set(items)) != len(items):
        raise _Refused("列表里有重复的值")
    return items


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    """Choices: {value = "label"} in TOML, [[value, label], …] in JSON."""
    items: Iterable[Any] = value.items() if isinstance(value, Mapping) else ()
    if isinstance(value, list | tuple):
        items = value
    pairs = tuple(tuple(item) for item in items)
    if not all(len(pair) == 2 and all(isinstance(part, str) and part for part in pair) for pair in pairs):
        raise _Refused("应当写成 { 值 = \"名称\" }")
    return pairs


def _enum(value: object, wanted: type[StrEnum]) -> StrEnum:
    if not isinstance(value, str) or value not in set(wanted):
        raise _Refused(f"不认识“{value}”，可以写：{'、'.join(wanted)}")
    return wanted(value)


def _check_text(value: str) -> None:
    if not value.strip():
        raise _Refused("不能是空的")
    if len(value) > MAX_TEXT_LENGTH:
        raise _Refused(f"不能超过{MAX_TEXT_LENGTH}个字")
    if any((ord(char) < 32 and char not in "\n") or 0xD800 <= ord(char) < 0xE000 for char in value):
        raise _Refused("里面有不能显示的字符")
