"""A draw as data: what is exported, published and recomputed. The canonical JSON has one list entry a line,
so that it can be read by eye and by a shell script (tests/shell/verify_draw.sh)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from json.encoder import encode_basestring
from types import NoneType
from typing import Any, cast

from domain.errors import InvalidInput
from domain.sampling import INSPECTORS, Ticket

FORMAT, PIECE = "draw/1", 10_000


class SourceKind(StrEnum):
    """Where the entropy comes from: a value that somebody else publishes later, or the witnesses' numbers."""

    PUBLIC = "public"
    WITNESSES = "witnesses"


@dataclass(frozen=True)
class Source:
    """`name`: what exactly is taken, in words, e.g. 双色球第2024101期开奖号码."""

    kind: SourceKind
    name: str


@dataclass(frozen=True)
class Witness:
    """A witness: `commit` is the sha256 of `number|nonce`, handed in before any number was opened. Times are
    ISO 8601 with their offset; empty: not opened yet."""

    name: str
    commit: str
    committed_at: str
    number: str = ""
    nonce: str = ""
    opened_at: str = ""


@dataclass(frozen=True)
class Replacement:
    """`id` had to be given up for `reason`; `by` is the next one in rank."""

    id: str
    by: str
    reason: str


@dataclass(frozen=True)
class Ranking:
    """What was drawn in a stratum of the frame, or for the inspectors of a target (`INSP|target`).

    `size`: ids in the stratum (inspectors in the pool), `quota`: how many are drawn; `tickets` in rank order
    as lines `name|id|ticket`, without the excluded; `taken` the first of them, `reserves` the next ones;
    `replaced` in the order in which it happened.
    """

    name: str
    size: int
    quota: int
    tickets: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    reserves: tuple[str, ...] = ()
    replaced: tuple[Replacement, ...] = ()

    @property
    def ranked(self) -> list[Ticket]:
        """The tickets as (id, ticket)."""
        parts = (line.rpartition("|") for line in self.tickets)
        return [Ticket(head[len(self.name) + 1 :], ticket) for head, _, ticket in parts]

    @property
    def target(self) -> str:
        """The target whose inspectors these are; empty for a stratum."""
        return self.name[len(INSPECTORS) + 1 :] if self.name.startswith(f"{INSPECTORS}|") else ""

    @property
    def current(self) -> tuple[str, ...]:
        """Who is drawn now, after all replacements."""
        found = list(self.taken)
        for change in self.replaced:
            found = [change.by if id == change.id else id for id in found]
        return tuple(found)


@dataclass(frozen=True)
class Voided:
    """Why and when (ISO 8601) a draw was declared void; it stays listed."""

    reason: str
    at: str


@dataclass(frozen=True)
class Draw:
    """One draw. Before it is done `nonce`, `entropy`, `seed`, `drawn_at` and all tickets are empty.

    `exclusions`: `stratum|id` or `INSP|target|inspector` -> reason (recusal, leave, certificate run out …).
    """

    number: str
    purpose: str
    frame: tuple[str, ...]
    frame_digest: str
    commit: str
    entropy_source: Source
    published_at: str
    strata: tuple[Ranking, ...]
    inspectors: tuple[str, ...] = ()
    inspectors_digest: str = ""
    exclusions: Mapping[str, str] = field(default_factory=dict)
    witnesses: tuple[Witness, ...] = ()
    nonce: str = ""
    entropy: str = ""
    seed: str = ""
    drawn_at: str = ""
    teams: tuple[Ranking, ...] = ()
    void: Voided | None = None

    @property
    def is_drawn(self) -> bool:
        """Whether the nonce is published and the tickets are computed."""
        return bool(self.seed)

    def ranking(self, name: str) -> Ranking:
        """The stratum or team of that name; InvalidInput if there is none."""
        for ranking in (*self.strata, *self.teams):
            if ranking.name == name:
                return ranking
        raise InvalidInput(f"这次抽取没有“{name[:40]}”这一组。")


# ---- JSON ------------------------------------------------------------------------------------------------


def to_json(draw: Draw) -> str:
    """The export: the same draw gives the same bytes."""
    text = bytearray()
    for piece in json_pieces(draw):
        text += piece.encode(errors="surrogatepass")
    return text.decode(errors="surrogatepass")


def json_pieces(draw: Draw) -> Iterator[str]:
    """The same in pieces: what json.dumps gives with one space of indent and sorted keys."""
    yield from _pieces({"format": FORMAT} | _fields_of(draw), "\n")
    yield "\n"


def _fields_of(record: Any) -> dict[str, Any]:
    return {each.name: getattr(record, each.name) for each in fields(record)}


def _pieces(value: Any, end: str) -> Iterator[str]:
    """One value; `end`: the line break before what closes it."""
    if is_dataclass(value):
        value = _fields_of(value)
    if isinstance(value, Mapping) and value:
        for at, (key, inner) in enumerate(sorted(value.items())):
            yield f"{',' if at else '{'}{end} {encode_basestring(key)}: "
            yield from _pieces(inner, f"{end} ")
        yield f"{end}}}"
    elif isinstance(value, tuple) and value:
        if isinstance(value[0], str):
            for at in range(0, len(value), PIECE):
                lines = f",{end} ".join(map(encode_basestring, value[at : at + PIECE]))
                yield f"{',' if at else '['}{end} {lines}"
        else:
            for at, inner in enumerate(value):
                yield f"{',' if at else '['}{end} "
                yield from _pieces(inner, f"{end} ")
        yield f"{end}]"
    else:
        yield json.dumps(value, ensure_ascii=False)


def from_json(text: str | bytes) -> Draw:
    """The draw of an export; InvalidInput where it is no such file. Whether it holds, `verify` says."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput("文件不是可以读取的JSON。") from None
    return from_data(data)


def from_data(data: object) -> Draw:
    """The same from parsed JSON."""
    given = _fields(data, "文件", Draw, extra={"format": str})
    if given.pop("format") != FORMAT:
        raise InvalidInput(f"文件的格式不是{FORMAT}。")
    for key in ("frame", "inspectors"):
        given[key] = _texts(given[key], key)
    if not all(isinstance(v, str) for v in given["exclusions"].values()):
        raise InvalidInput("exclusions的理由须是文字。")
    source = _fields(given["entropy_source"], "entropy_source", Source)
    if source["kind"] not in tuple(SourceKind):
        raise InvalidInput("entropy_source的kind须是public或witnesses。")
    given["entropy_source"] = Source(SourceKind(source["kind"]), source["name"])
    given["witnesses"] = tuple(Witness(**_fields(w, "witnesses", Witness)) for w in given["witnesses"])
    for key in ("strata", "teams"):
        given[key] = tuple(_ranking(row, key) for row in given[key])
    if given["void"] is not None:
        given["void"] = Voided(**_fields(given["void"], "void", Voided))
    return Draw(**given)


def _ranking(data: object, where: str) -> Ranking:
    given = _fields(data, where, Ranking)
    for key in ("tickets", "taken", "reserves"):
        given[key] = _texts(given[key], f"{where}的{key}")
    changes = (_fields(row, f"{where}的replaced", Replacement) for row in given["replaced"])
    given["replaced"] = tuple(Replacement(**change) for change in changes)
    return Ranking(**given)


_LISTS = {"frame", "inspectors", "witnesses", "strata", "teams", "tickets", "taken", "reserves", "replaced"}


_OTHERS: dict[str, type | tuple[type, ...]] = {
    "size": int,
    "quota": int,
    "exclusions": dict,
    "entropy_source": dict,
    "void": (dict, NoneType),
}


def _type_of(key: str) -> type | tuple[type, ...]:
    return list if key in _LISTS else _OTHERS.get(key, str)


def _fields(data: object, where: str, kind: Any, extra: Mapping[str, type] | None = None) -> dict[str, Any]:
    """The fields of a data class: all there, none besides, each of its type."""
    wanted = {*kind.__dataclass_fields__, *(extra or {})}
    if not isinstance(data, dict):
        raise InvalidInput(f"{where}不是一组字段。")
    if odd := sorted(wanted.symmetric_difference(data)):
        raise InvalidInput(f"{where}{'缺少' if odd[0] in wanted else '有不认识的'}字段{odd[0][:40]}。")
    for key, value in data.items():
        if not isinstance(value, _type_of(key)) or isinstance(value, bool):
            raise InvalidInput(f"{where}的字段{key}类型不对。")
    return dict(data)


def _texts(values: list[object], where: str) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise InvalidInput(f"{where}须全是文字。")
    return tuple(cast("list[str]", values))
