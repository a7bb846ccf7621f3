"""How timely cases were handled (Q2) and what came in by channel and type: counts and half-up percentages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from domain.ruleset_rows import CrossColumn, CrossTotal, Stage

NOTHING = "—"
HUNDREDTH = Decimal("0.01")


class Outcome(StrEnum):
    """What a case is to one rate: counted as timely or late, or left out for one of the reasons."""

    TIMELY = "timely"
    LATE = "late"
    DECLINED = "declined"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    NO_MORE = "no_more"
    INCIDENT = "incident"
    OPEN_NOT_DUE = "open_not_due"
    NO_LIMIT = "no_limit"


COUNTED = (Outcome.TIMELY, Outcome.LATE)
EXCLUDED = tuple(outcome for outcome in Outcome if outcome not in COUNTED)
ENDED = (Outcome.DECLINED, Outcome.MERGED, Outcome.WITHDRAWN)
APART = (*ENDED, Outcome.TRANSFERRED, Outcome.NO_MORE, Outcome.INCIDENT)


def percent(part: int, whole: int) -> Decimal | None:
    """`part` of `whole` in percent, two decimals, half a hundredth upwards; None of nothing."""
    if whole == 0:
        return None
    return (Decimal(part) * 100 / whole).quantize(HUNDREDTH, ROUND_HALF_UP)


def percent_text(part: int, whole: int) -> str:
    """The same as it is published: 9.17, 100.00, and — for a share of nothing."""
    value = percent(part, whole)
    return NOTHING if value is None else str(value)


@dataclass(frozen=True)
class Rate:
    """One rate over some cases: how many had each outcome, and how many counted ones were reopened since."""

    counts: Mapping[str, int]
    reopened: int = 0

    def of(self, outcome: str) -> int:
        """How many cases had this outcome."""
        return self.counts.get(outcome, 0)

    @property
    def numerator(self) -> int:
        """Cases in time."""
        return self.of(Outcome.TIMELY)

    @property
    def late(self) -> int:
        """Cases not in time, open overdue ones included."""
        return self.of(Outcome.LATE)

    @property
    def denominator(self) -> int:
        """Cases that count."""
        return self.numerator + self.late

    @property
    def excluded(self) -> int:
        """Cases that do not count, for whatever reason."""
        return sum(self.of(outcome) for outcome in EXCLUDED)

    @property
    def percent(self) -> Decimal | None:
        """The rate; None where nothing counts."""
        return percent(self.numerator, self.denominator)

    @property
    def text(self) -> str:
        """The rate as it is published."""
        return percent_text(self.numerator, self.denominator)

    def missing(self, target: int) -> int:
        """How many more cases in time it would have taken to reach `target` percent: the counts decide, so
        that a rate which only rounds to 100.00 has not reached it."""
        needed = -(-self.denominator * target // 100)
        return max(0, needed - self.numerator)


@dataclass(frozen=True)
class Count:
    """So many cases alike: by `key` (whatever a table is split by), channel, type, the outcome for each rate,
    how far they came, and what they are to satisfaction (domain.satisfaction.Heard)."""

    key: object
    channel: str
    type: str
    outcomes: Mapping[str, str]
    accepted: bool
    completed: bool
    reopened: bool
    number: int
    heard: str = ""

    def reached(self, stage: Stage) -> bool:
        """Whether these cases came to `stage`."""
        return {Stage.RECEIVED: True, Stage.ACCEPTED: self.accepted, Stage.COMPLETED: self.completed}[stage]


def rate_of(counts: Iterable[Count], code: str) -> Rate:
    """The rate `code` over all these cases."""
    found: dict[str, int] = {}
    reopened = 0
    for count in counts:
        outcome = count.outcomes[code]
        found[outcome] = found.get(outcome, 0) + count.number
        if count.reopened and outcome in COUNTED:
            reopened += count.number
    return Rate(found, reopened)


@dataclass(frozen=True)
class Sum:
    """A total under the cross table, and of how many it is a share."""

    row: CrossTotal
    number: int
    whole: int

    @property
    def text(self) -> str:
        """Its share as it is published."""
        return percent_text(self.number, self.whole)


@dataclass(frozen=True)
class CrossTable:
    """Channel x type. `cells[row][column]`; whatever the columns leave out stands in a last one of its own,
    so that the totals are those of all cases."""

    channels: tuple[str, ...]
    columns: tuple[CrossColumn, ...]
    cells: tuple[tuple[int, ...], ...]
    sums: tuple[Sum, ...]

    @property
    def row_totals(self) -> tuple[int, ...]:
        """Cases of each channel."""
        return tuple(sum(row) for row in self.cells)

    @property
    def col_totals(self) -> tuple[int, ...]:
        """Cases of each column."""
        return tuple(sum(row[n] for row in self.cells) for n in range(len(self.columns)))

    @property
    def total(self) -> int:
        """All cases."""
        return sum(self.row_totals)

    @property
    def row_percent(self) -> tuple[str, ...]:
        """Share of each channel."""
        return tuple(percent_text(number, self.total) for number in self.row_totals)

    @property
    def col_percent(self) -> tuple[str, ...]:
        """Share of each column."""
        return tuple(percent_text(number, self.total) for number in self.col_totals)


def cross_table(
    counts: Sequence[Count],
    channels: Iterable[str],
    columns: Sequence[CrossColumn],
    totals: Sequence[CrossTotal],
) -> CrossTable:
    """The table over these cases: `channels` in their order, then those that only cases name."""
    found: dict[tuple[str, str], int] = {}
    for count in counts:
        found[count.channel, count.type] = found.get((count.channel, count.type), 0) + count.number
    rows = tuple(dict.fromkeys((*channels, *sorted({channel for channel, _ in found}))))
    placed = {code for column in columns for code in column.types}
    rest = tuple(sorted({code for _, code in found} - placed))
    if rest:
        columns = (*columns, CrossColumn("rest", "未列类型", rest))
    cells = tuple(
        tuple(sum(found.get((channel, code), 0) for code in column.types) for column in columns)
        for channel in rows
    )
    return CrossTable(rows, tuple(columns), cells, _sums(counts, totals))


def _sums(counts: Sequence[Count], totals: Sequence[CrossTotal]) -> tuple[Sum, ...]:
    numbers: dict[str | None, int] = {None: sum(count.number for count in counts)}
    found = []
    for row in totals:
        fitting = (c.number for c in counts if c.type in row.types and c.reached(row.stage))
        numbers[row.code] = sum(fitting)
        found.append(Sum(row, numbers[row.code], numbers[row.of]))
    return tuple(found)
