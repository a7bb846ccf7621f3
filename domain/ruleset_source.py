"""The text of a rules file, parsed, with the line of every row and key (tomllib keeps none)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=(.*)$")
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)$")


class RulesetError(Exception):
    """A rules file that is refused: its `name`, `line` (from 1; 0 when it is not from text), `reason`."""

    def __init__(self, name: str, line: int, reason: str) -> None:
        place = f"{name} 第{line}行" if line else name
        super().__init__(f"{place}：{reason}")
        self.name = name
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Source:
    """Parsed data and where it stands. `rows`: (table, row number) -> (header line, key -> line)."""

    name: str
    data: dict[str, Any]
    rows: dict[tuple[str, int], tuple[int, dict[str, int]]] = field(default_factory=dict)

    def line(self, table: str = "", index: int = 0, key: str | None = None) -> int:
        """The line of `key` in row `index` of `table`, or of the row itself when the key is not written."""
        header, keys = self.rows.get((table, index), (0, {}))
        return keys.get(key, header) if key else header

    def fail(self, reason: str, table: str = "", index: int = 0, key: str | None = None) -> NoReturn:
        """Refuse the file for what stands there."""
        raise RulesetError(self.name, self.line(table, index, key), reason)


def read(text: str, name: str) -> Source:
    """The TOML `text` with its lines; RulesetError when it is no TOML."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_LINE.search(str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise RulesetError(name, line, f"TOML 写法有误：{_TOML_LINE.sub('', str(error)).strip()}") from error
    return Source(name, data, _rows(text))


def _rows(text: str) -> dict[tuple[str, int], tuple[int, dict[str, int]]]:
    current: tuple[int, dict[str, int]] = (1, {})
    rows = {("", 0): current}
    seen: dict[str, int] = {}
    for number, line in _outside_long_strings(text):
        header = _HEADER.match(line)
        if header:
            table = header[1]
            current = (number, {})
            rows[table, seen.get(table, 0)] = current
            seen[table] = seen.get(table, 0) + 1
            continue
        key = _KEY.match(line)
        if key:
            current[1].setdefault(key[1], number)
    return rows


def _outside_long_strings(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines, without those that lie inside a triple-quoted string."""
    quotes = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if quotes:
            if line.count(quotes) % 2:
                quotes = ""
            continue
        yield number, line
        key = _KEY.match(line)
        value = key[2].lstrip() if key else ""
        opening = value[:3]
        if opening in ('"""', "'''") and value.count(opening) % 2:
            quotes = opening
