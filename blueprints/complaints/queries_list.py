"""One page of the case list by key, with a bounded total, whatever the number of cases.

Pages are found in `case_access` alone (each order has its index there); the cases themselves are read for the
rows that are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    bindparam,
    exists,
    false,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union,
)

from blueprints.accounts.models import Organization, User
from blueprints.complaints import queries_rates
from blueprints.complaints.models import Case, found_in_cases
from blueprints.complaints.queries import ListRow, listing, read_rows
from blueprints.complaints.queries_access import NOBODY, department_scope, scopes_of
from blueprints.complaints.queries_bench import due_condition, group_condition
from blueprints.complaints.queries_filters import (
    ACCESS,
    ON_COLUMNS,
    A,
    column_values,
    columns_met,
    met_by,
    number_of,
)
from blueprints.rulebook.service import remembered
from core.db import db
from core.search import Part
from domain.roles import Permission
from domain.workdays import Calendar

PAGE = 50
MOST_COUNTED = 1000
EVERY = 2**31 - 1
FILTERS = (
    "state", "type", "category", "channel", "level", "enterprise", "department", "due", "received_from",
    "received_to", "q", "group", "only", *queries_rates.FILTERS,
)  # fmt: skip
KEPT = ON_COLUMNS | {"q"}
DEFAULT_SORT = "-received"
SORTS: dict[str, tuple[Any, ...]] = {
    "received": (A.received_at, A.case_id),
    "due": (A.idle, A.due_at, A.case_id),
    "number": (A.case_id,),
    "level": (A.level, A.received_at, A.case_id),
}
_AS_TEXT: dict[Any, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    "case_id": (str, int),
    "level": (str, int),
    "idle": (lambda v: str(int(v)), lambda t: bool(int(t))),
    "received_at": (lambda v: v.isoformat(), lambda t: datetime.fromisoformat(t).astimezone(UTC)),
    "due_at": (lambda v: v.isoformat(), lambda t: datetime.fromisoformat(t).astimezone(UTC)),
}


@dataclass(frozen=True)
class Order:
    """The order of a list: columns of `case_access` that each index there begins with, and the direction."""

    name: str
    down: bool

    @property
    def columns(self) -> tuple[Any, ...]:
        """The columns, the case id last."""
        return SORTS[self.name]


@dataclass(frozen=True)
class Place:
    """Where a page begins: after, or with `back` before, the row whose order columns have these values."""

    values: tuple[Any, ...]
    back: bool = False


@dataclass(frozen=True)
class ListPage:
    """Rows of one page; how many fit in all, or that there are more than were counted; where the pages before
    and after begin, as in a URL."""

    rows: list[ListRow]
    total: int
    uncounted: bool
    before: str | None
    after: str | None


def order_of(sort: str, filters: Mapping[str, str]) -> Order:
    """The order that a URL asks for; the newest receipt first otherwise. A search lists by registration, and
    limits are listed by urgency only."""
    name = sort.lstrip("-")
    if filters.get("q"):
        return Order("number", down=sort != "number")
    if name not in SORTS:
        return Order("received", down=True)
    return Order(name, down=sort.startswith("-") and name != "due")


def place_of(text: str, order: Order, *, back: bool) -> Place | None:
    """The place that a URL names; None for the first page and for what means nothing in this order."""
    parts = text.split("~")
    if not text or len(text) > 100 or len(parts) != len(order.columns):
        return None
    try:
        values = tuple(_AS_TEXT[c.key][1](part) for c, part in zip(order.columns, parts, strict=True))
    except (ValueError, OverflowError):
        return None
    if not 0 <= values[-1] < 2**31:
        return None
    return Place(values, back)


def access_conditions(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar
) -> list[ColumnElement[bool]]:
    """What the rows of `case_access` must meet; unknown names and values that mean nothing are left out."""
    met = columns_met(filters)
    due = due_condition(filters.get("due", ""), by, now, calendar)
    group = group_condition(filters.get("group", ""), by, now=now, calendar=calendar)
    met += [c for c in (due, group, _in_department(by, filters)) if c is not None]
    return met + _behind_a_rate(filters, now)


def _behind_a_rate(filters: Mapping[str, str], now: datetime) -> list[ColumnElement[bool]]:
    """Cases behind a number of the statistics; those conditions are on cases, so they are found first."""
    behind = queries_rates.filter_conditions(filters, now=now)
    if not behind:
        return []
    return [exists().where(Case.id == A.case_id, *behind)]


def _in_department(by: User, filters: Mapping[str, str]) -> ColumnElement[bool] | None:
    """Cases that are with one department: of the own enterprise, or of any for a regulator."""
    number = number_of(filters.get("department", ""))
    if number is None or by.organization is None:
        return None
    unit = ACCESS.alias().c
    own = () if by.organization.is_regulator else (unit.organization_id == by.organization_id,)
    return exists().where(unit.scope == department_scope(number), unit.case_id == A.case_id, *own)


@dataclass(frozen=True)
class _Branch:
    """One way in which cases are found, and the columns that put its rows in order, the case id last."""

    found: Select[Any]
    order: tuple[Any, ...]

    def ids(self, *, down: bool, place: Place | None, most: int) -> Select[Any]:
        """The first ids in this direction, from a place on."""
        found, down = self.found, down
        if place is not None:
            down = down != place.back
            at = zip(place.values, self.order, strict=True)
            there = tuple_(*(bindparam(f"at_{n}", v, c.type) for n, (v, c) in enumerate(at)))
            here = tuple_(*self.order)
            found = found.where(here < there if down else here > there)
        return found.order_by(*(c.desc() if down else c.asc() for c in self.order)).limit(most)


def _branches(
    by: User, filters: Mapping[str, str], order: Order, met: list[ColumnElement[bool]]
) -> list[_Branch]:
    """By scope; for a search by text, and by name for those who may see names."""
    query = filters.get("q", "").strip()
    if not query:
        return _by_scope(scopes_of(by), order, met)
    return _by_text(_asked(by, query), scopes_of(by), met, regulator=_regulator(by))


def _regulator(by: User) -> bool:
    return by.organization is not None and by.organization.is_regulator


def _asked(by: User, query: str) -> dict[Part, str]:
    """What is asked of each text; of the names only by those who may see names."""
    parts: list[Part] = ["text", "names"] if Permission.PERSONAL_REVEAL in by.permissions else ["text"]
    return {part: words for part in parts if (words := found_in_cases.asked(query, part))}


def _bound(scopes: Sequence[int]) -> list[Any]:
    """The scopes as bound parameters."""
    return [bindparam(f"whose_{n}", scope, A.scope.type) for n, scope in enumerate(scopes)]


def _by_text(
    asked: Mapping[Part, str], scopes: Sequence[int], met: list[ColumnElement[bool]], *, regulator: bool
) -> list[_Branch]:
    """One for each text and scope. A regulator that only sampled a case does not know its people."""
    found: list[_Branch] = []
    for part, words in asked.items():
        hit = found_in_cases.matching(part, words)
        known = [A.organization_id != NOBODY] if part == "names" and regulator else []
        found += [_search(*hit, [A.scope == scope, *met, *known]) for scope in _bound(scopes)]
    return found


def _by_scope(scopes: Sequence[int], order: Order, met: list[ColumnElement[bool]]) -> list[_Branch]:
    """One for each scope; the scopes are bound parameters."""
    columns = [c.label(c.key) for c in order.columns]
    found = (select(*columns).where(A.scope == scope, *met) for scope in _bound(scopes))
    return [_Branch(wanted, order.columns) for wanted in found]


def _search(key: Any, matching: ColumnElement[bool], met: list[ColumnElement[bool]]) -> _Branch:
    """Hits among the rows of `case_access`. Neither database may begin with these rows, as it would where it
    knows little of them: PostgreSQL has to gather the hits first, SQLite may not look them up by id (`+`)."""
    hit: ColumnElement[int] = literal_column(f"+{key.table.name}.{key.name}", key.type)
    if db.engine.dialect.name == "postgresql":
        hit = key = select(key).where(matching).cte().prefix_with("MATERIALIZED").c[key.key]
        matching = true()
    found = select(key.label("case_id")).join_from(key.table, ACCESS, A.case_id == hit)
    return _Branch(found.where(matching, *met), (key,))


def _ids(branches: Sequence[_Branch], *, down: bool, place: Place | None, most: int) -> Subquery:
    """The first ids over all branches, each once; columns as in the order, the case id as `case_id`."""
    parts = [b.ids(down=down, place=place, most=most) for b in branches]
    if len(parts) == 1:
        return parts[0].subquery()
    if not parts:
        return select(literal(0).label("case_id")).where(false()).subquery()
    every = union(*(p.subquery().select() for p in parts)).subquery()
    down = down != bool(place and place.back)
    return select(every).order_by(*(c.desc() if down else c.asc() for c in every.c)).limit(most).subquery()


def list_page(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar,
    sort: str = "", after: str = "", before: str = "",
) -> ListPage:  # fmt: skip
    """One page of visible cases, in one statement."""
    order = order_of(sort, filters)
    place = place_of(before, order, back=True) or place_of(after, order, back=False)
    back = place is not None and place.back
    most = EVERY if filters.keys() & set(queries_rates.FILTERS) else MOST_COUNTED
    if filters.keys() <= KEPT:
        found = read_rows(*_kept(by, filters, order, place, most))
    else:
        met = access_conditions(by, filters, now=now, calendar=calendar)
        found = read_rows(_page(_branches(by, filters, order, met), order, place, most))
    shown = found[:PAGE][::-1] if back else found[:PAGE]
    if not shown:
        total = 0 if place is None else count_cases(by, filters, now=now, calendar=calendar, most=most)
        return ListPage([], total, False, None, None)
    more_before, more_after = (len(found) > PAGE, True) if back else (place is not None, len(found) > PAGE)
    return ListPage(
        [row for _, row in shown],
        min(shown[0][0][0], most),
        shown[0][0][0] > most,
        _place_text(shown[0][0][1:], order) if more_before else None,
        _place_text(shown[-1][0][1:], order) if more_after else None,
    )


def _page(branches: Sequence[_Branch], order: Order, place: Place | None, most: int) -> Select[Any]:
    """The statement for a page and one row more, with how many there are in all and each row's place."""
    ids = _ids(branches, down=order.down, place=place, most=PAGE + 1)
    columns = [ids.c[c.key] for c in order.columns] if branches else [ids.c.case_id]
    down = order.down != bool(place and place.back)
    sorting = [c.desc() if down else c.asc() for c in columns]
    return listing(ids, sorting, extra=[_bounded(branches, most + 1), *columns])


@dataclass(frozen=True)
class _Shape:
    """What the statement for a page depends on, but for values. `parts`: the texts searched, if any."""

    dialect: str
    regulator: bool
    scopes: int
    names: tuple[str, ...]
    parts: tuple[Part, ...] | None
    order: Order
    back: bool | None
    most: int


def _kept(
    by: User, filters: Mapping[str, str], order: Order, place: Place | None, most: int
) -> tuple[Select[Any], dict[str, Any]]:
    """The statement for a page with filters on columns and a search, and its values."""
    scopes, values, query = scopes_of(by), column_values(filters), filters.get("q", "").strip()
    asked = _asked(by, query) if query else {}
    shape = _Shape(
        db.engine.dialect.name, _regulator(by), len(scopes), tuple(values), tuple(asked) if query else None,
        order, place.back if place else None, most,
    )  # fmt: skip
    values |= {f"{part}_asked": words for part, words in asked.items()}
    values |= {f"whose_{n}": scope for n, scope in enumerate(scopes)}
    values |= {f"at_{n}": v for n, v in enumerate(place.values if place else ())}
    return _kept_page(shape), values


@lru_cache(maxsize=128)
def _kept_page(shape: _Shape) -> Select[Any]:
    """Made once: most lists ask it again, with other values."""
    met, scopes = [c for name in shape.names for c in met_by(name, None)], [NOBODY] * shape.scopes
    if shape.parts is None:
        branches = _by_scope(scopes, shape.order, met)
    else:
        branches = _by_text(dict.fromkeys(shape.parts, ""), scopes, met, regulator=shape.regulator)
    place = None if shape.back is None else Place((None,) * len(shape.order.columns), shape.back)
    return _page(branches, shape.order, place, shape.most)


def _place_text(values: Sequence[Any], order: Order) -> str:
    return "~".join(_AS_TEXT[c.key][0](v) for c, v in zip(order.columns, values, strict=True))


def _bounded(branches: Sequence[_Branch], most: int) -> Any:
    """How many cases there are, up to `most`."""
    parts = [b.found.with_only_columns(b.order[-1].label("case_id")).limit(most) for b in branches]
    if not parts:
        return literal(0)
    every = parts[0] if len(parts) == 1 else union(*(p.subquery().select() for p in parts)).limit(most)
    return select(func.count()).select_from(every.subquery()).scalar_subquery()


def _count(branches: Sequence[_Branch], most: int) -> int:
    return db.session.scalar(select(_bounded(branches, most))) or 0


def count_cases(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar, most: int = EVERY
) -> int:
    """How many visible cases fit the filters, counted no further than `most`."""
    met = access_conditions(by, filters, now=now, calendar=calendar)
    return _count(_branches(by, filters, order_of("number", filters), met), most)


def portions(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar, sort: str = "",
    size: int = 2000,
) -> Iterator[Subquery]:  # fmt: skip
    """All visible cases that fit, in the order of the list, some at a time: each portion is a subquery with
    `case_id`, to be joined; `place` is its row number."""
    order = order_of(sort, filters)
    met = access_conditions(by, filters, now=now, calendar=calendar)
    branches = _branches(by, filters, order, met)
    place: Place | None = None
    while branches:
        ids = _ids(branches, down=order.down, place=place, most=size)
        columns = [ids.c[c.key] for c in order.columns]
        sorting = [c.desc() if order.down else c.asc() for c in columns]
        yield select(ids.c.case_id, func.row_number().over(order_by=sorting).label("place")).subquery()
        ends = [c.asc() if order.down else c.desc() for c in columns]
        last = db.session.execute(select(func.count().over(), *columns).order_by(*ends).limit(1)).first()
        if last is None or last[0] < size:
            return
        place = Place(tuple(last[1:]))


def conditions(
    by: User, filters: Mapping[str, str], *, now: datetime, calendar: Calendar
) -> list[ColumnElement[bool]]:
    """The same as conditions on `Case`, visibility included, for statements that count or sum."""
    met = access_conditions(by, filters, now=now, calendar=calendar)
    branches = _branches(by, filters, order_of("number", filters), met)
    ids = [b.found.with_only_columns(b.order[-1].label("case_id")) for b in branches]
    if not ids:
        return [false()]
    return [Case.id.in_(ids[0] if len(ids) == 1 else union(*(i.subquery().select() for i in ids)))]


def enterprises_of(by: User) -> dict[str, str]:
    """What a regulator with several enterprises can choose from: id -> name."""
    organization = by.organization
    if organization is None or not organization.is_regulator:
        return {}
    mine = tuple(organization.sectors)
    return remembered(("enterprises", mine), lambda: _enterprises(set(mine)))


def _enterprises(sectors: set[str]) -> dict[str, str]:
    places = select(Organization.id, Organization.name, Organization.sectors)
    rows = db.session.execute(places.where(Organization.kind == "enterprise").order_by(Organization.id))
    offered = {str(r[0]): r[1] for r in rows if sectors & set(r[2])}
    return offered if len(offered) > 1 else {}
