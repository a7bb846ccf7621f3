"""The one table of a file of cases, its columns named as hotlines name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from blueprints.complaints.spreadsheets.columns import Columns, recognise, score
from core.spreadsheets import reading
from core.spreadsheets.reading import Naming, Row, Table

__all__ = ["Row", "Table", "opened"]


@contextmanager
def opened(path: Path, remembered: Mapping[str, str] | None = None) -> Iterator[Table[Columns]]:
    """The one table of a file, for as long as the block lasts. `remembered`: normal header -> field.

    Errors: InvalidInput, one sentence, for what cannot be read; also while the rows are being taken.
    """
    known = remembered or {}
    naming = Naming(
        lambda row: score(row, known), lambda header: recognise(header, known), "“工单编号”“诉求内容”"
    )
    with reading.opened(path, naming) as table:
        yield table
