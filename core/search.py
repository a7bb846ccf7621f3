"""Full text of one kind of record: an FTS5 table on SQLite, tsvectors with GIN on PostgreSQL.

Both hold the tokens of `domain.tokens`, so a word of two Chinese characters is found on either.
Each record has two texts: `text`, which everybody who may see the record may search, and `names`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, Literal

from sqlalchemy import (
    DDL,
    BindParameter,
    ColumnElement,
    Integer,
    Table,
    bindparam,
    column,
    event,
    func,
    table,
    text,
)
from sqlalchemy.orm import Session

from core.db import db, transaction
from domain.tokens import phrase_of, tokens_of

Part = Literal["text", "names"]
MOST_WORDS = 8
LONGEST_NAME = 8
KNOWN_NAMES = 4096
PURGED_PAGES = 500
GIVEN = """SELECT id, to_tsvector('simple', text), to_tsvector('simple', names) FROM unnest(
    CAST(:id AS integer[]), CAST(:text AS text[]), CAST(:names AS text[])) AS given(id, text, names)"""


@dataclass(frozen=True)
class Entry:
    """What can be found of one record: plain text, and names and numbers, one a line, as they are before they
    become tokens."""

    id: int
    text: str
    names: str = ""


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """For comparing models with a database: whether a table is one of the models', not a search table or one
    of those that SQLite keeps for it."""
    return not (kind == "table" and name and any(name.startswith(n) for n in SearchTable.names))


def create_statements(name: str, dialect: str) -> tuple[str, ...]:
    """DDL of a search table."""
    if dialect == "sqlite":
        return (f"CREATE VIRTUAL TABLE {name} USING fts5(text, names, tokenize='ascii')",)
    return (
        f"CREATE TABLE {name} (id INTEGER PRIMARY KEY, text tsvector NOT NULL, names tsvector NOT NULL)",
        f"CREATE INDEX ix_{name}_text ON {name} USING gin (text)",
        f"CREATE INDEX ix_{name}_names ON {name} USING gin (names)",
    )


class SearchTable:
    """A search table beside a table of records; created and dropped with it, unknown to the models."""

    names: ClassVar[set[str]] = set()

    def __init__(self, name: str, records: Table) -> None:
        self.name = name
        self.names.add(name)
        for dialect in ("sqlite", "postgresql"):
            for statement in create_statements(name, dialect):
                event.listen(records, "after_create", DDL(statement).execute_if(dialect=dialect))  # type: ignore[no-untyped-call]
        event.listen(records, "before_drop", DDL(f"DROP TABLE IF EXISTS {name}"))  # type: ignore[no-untyped-call]

    def put(self, session: Session, entries: Iterable[Entry], *, new: bool = False) -> None:
        """Store or replace entries in the caller's transaction; `new` says that none of them is there yet."""
        rows: list[dict[str, Any]] = [
            {"id": e.id, "text": _joined(e.text), "names": _names(e.names)} for e in entries
        ]
        if not rows:
            return
        if not new:
            self.remove(session, [row["id"] for row in rows])
        into = f"INSERT INTO {self.name} ({_key(session)}, text, names)"
        if _sqlite(session):
            session.execute(text(f"{into} VALUES (:id, :text, :names)"), rows)
        else:  # in one statement: PostgreSQL answers each one
            columns = {name: [row[name] for row in rows] for name in ("id", "text", "names")}
            session.execute(text(f"{into} {GIVEN}"), columns)

    def remove(self, session: Session, ids: Sequence[int]) -> None:
        """Take entries out."""
        wanted = [{"id": i} for i in ids]
        if wanted:
            session.execute(text(f"DELETE FROM {self.name} WHERE {_key(session)} = :id"), wanted)  # noqa: S608

    def purge(self) -> None:
        """Rewrite the index, so that nothing is left in it of entries taken out or replaced before; outside
        any transaction, in portions for which others need not wait long."""
        if db.engine.dialect.name == "sqlite":
            self._merge(-PURGED_PAGES)
            while self._merge(PURGED_PAGES):
                pass
            return
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM {self.name}")
            connection.exec_driver_sql(f"REINDEX TABLE CONCURRENTLY {self.name}")

    def _merge(self, pages: int) -> bool:
        """One portion of FTS5's merging, all segments into one (a negative number begins it); whether there
        was anything left to do."""
        with transaction() as session:
            connection: Any = session.connection().connection
            before = connection.total_changes
            session.execute(text(f"INSERT INTO {self.name} ({self.name}, rank) VALUES ('merge', {pages})"))  # noqa: S608
            return bool(connection.total_changes - before >= 2)

    def asked(self, query: str, part: Part) -> str:
        """The query as the database asks it, words apart must all be there; empty where the query holds
        nothing that could be found."""
        phrases = [p for p in map(phrase_of, query.split()[:MOST_WORDS]) if p[0]]
        if _sqlite(db.session()):
            return " AND ".join(f'{part} : "{" ".join(t)}"{"*" * start}' for t, start in phrases)
        return " & ".join("(" + " <-> ".join(t) + (":*)" if start else ")") for t, start in phrases)

    def matching(self, part: Part, asked: str) -> tuple[ColumnElement[int], ColumnElement[bool]]:
        """(id of the record, condition that finds what is `asked`: a bound parameter, `text_asked` or
        `names_asked`)."""
        given: BindParameter[str] = bindparam(f"{part}_asked", asked)
        sqlite = _sqlite(db.session())
        source = table(self.name, column("rowid" if sqlite else "id", Integer), column(part))
        key: ColumnElement[int] = next(iter(source.c))
        if sqlite:
            return key, column(self.name, is_literal=True).op("MATCH")(given)
        wanted: ColumnElement[bool] = source.c[part].op("@@")(func.to_tsquery("simple", given))
        return key, wanted


def _sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _key(session: Session) -> str:
    return "rowid" if _sqlite(session) else "id"


def _joined(words: str) -> str:
    return " ".join(tokens_of(words))


def _names(names: str) -> str:
    """Tokens of names and numbers, and of the pinyin of short names, whole and by initials."""
    return " ".join(_spelt(name) for name in names.split("\n"))


def _spelt(name: str) -> str:
    """Tokens of one; with and without the spaces in it."""
    whole = "".join(name.split())
    told = _joined(whole) if whole.isascii() else _named(whole)
    return told if whole == name else f"{_joined(name)} {told}"


@lru_cache(maxsize=KNOWN_NAMES)
def _named(name: str) -> str:
    """Tokens of a name, and of its pinyin where it is short."""
    if len(name) > LONGEST_NAME:
        return _joined(name)
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # names are spelt by character: 13 MB, not 58
    from pypinyin import Style, pinyin  # read when the first name is stored

    syllables = pinyin(name, style=Style.NORMAL, heteronym=True, errors="ignore")
    if not syllables:
        return _joined(name)
    given = [readings[0] for readings in syllables[1:]]
    spelt = {(surname, *given) for surname in syllables[0]}  # a surname may be read unlike the same word
    initials = {tuple(syllable[:1] for syllable in way) for way in spelt}
    return _joined(" ".join([name, *sorted("".join(way) for way in spelt | initials)]))
