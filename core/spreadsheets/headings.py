"""Names of columns: the headers of a table told apart, by a vocabulary that each import brings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.spreadsheets import cells
from core.spreadsheets.cells import Cell
from core.spreadsheets.reading import Naming, Row, Table

ERRORS_HEADER = "错误说明"


@lru_cache(maxsize=4096)
def normal(header: str) -> str:
    """A header without what people add to it: `* 工单编号（必填）` -> `工单编号`."""
    bare = unicodedata.normalize("NFKC", header)
    bare = re.sub(r"\s|[*:;、。]", "", bare)
    return re.sub(r"[(\[【].*?[)\]】]$", "", bare).casefold()


def unique(names: Sequence[str]) -> list[str]:
    """Names of at most 60 characters, a repeated one numbered."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        name = name[:60]
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}（{seen[name]}）")
    return found


@dataclass(frozen=True)
class Headed:
    """The columns of one table: their names, the place of each known field, and names nobody knows."""

    names: tuple[str, ...]
    places: Mapping[str, int]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """What a plain import knows: field -> its headers, the first of which is its name for people."""

    fields: Mapping[str, tuple[str, ...]]
    required: tuple[str, ...]

    def label(self, field: str) -> str:
        """The name of a field for people."""
        return self.fields[field][0]

    @property
    def labels(self) -> list[str]:
        """The names of all fields, as an empty sheet has them."""
        return [headers[0] for headers in self.fields.values()]

    def missing(self, columns: Headed) -> list[str]:
        """Names of the required columns that a table lacks."""
        return [self.label(field) for field in self.required if field not in columns.places]

    @property
    def naming(self) -> Naming[Headed]:
        """For `core.spreadsheets.reading.opened`."""
        known = {normal(header): field for field, headers in self.fields.items() for header in headers}

        def keys(header: Sequence[Cell]) -> list[str]:
            return [normal(cells.line(cell)) for cell in header]

        def score(header: Sequence[Cell]) -> int:
            return len(set(keys(header)) & known.keys())

        def recognise(header: Sequence[Cell]) -> Headed:
            shown = [cells.line(cell).strip("*＊ ") for cell in header]
            places: dict[str, int] = {}
            for place, key in enumerate(keys(header)):
                if key in known:
                    places.setdefault(known[key], place)
            strange = [n for n, k in zip(shown, keys(header), strict=True) if n and k not in known]
            names = unique([name or f"第{place + 1}列" for place, name in enumerate(shown)])
            return Headed(tuple(names), places, tuple(n for n in strange if n != ERRORS_HEADER))

        example = "".join(f"“{label}”" for label in self.labels[:2])
        return Naming(score, recognise, example)


def rejected_rows(table: Table[Headed], messages: Mapping[int, Sequence[str]]) -> Iterator[list[str]]:
    """The header and the lines of a table that have messages, as they came, what is wrong in the last
    column: mended and sent again they import just these."""
    kept = [place for place, name in enumerate(table.columns.names) if name != ERRORS_HEADER]
    yield [*(table.columns.names[place] for place in kept), ERRORS_HEADER]
    for line, row in _wanted(table, messages):
        told = [cells.as_written(row[place]) if place < len(row) else "" for place in kept]
        yield [*told, "\n".join(messages[line])]


def _wanted(table: Table[Headed], messages: Mapping[int, Sequence[str]]) -> Iterator[Row]:
    yield from (row for row in table.rows if row[0] in messages)
