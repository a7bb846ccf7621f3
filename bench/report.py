"""What the benchmark of the cases says: figures against their bars, as tables and as JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

KB, MB = 1000, 1_000_000
RATIO_BARS = {
    "list": 2.0, "filter": 2.0, "search": 2.0, "search (frequent word)": 2.0, "detail": 2.0,
    "page 1000": 2.0, "create": 1.5, "follow-up": 1.5, "export": 1.3,
}  # fmt: skip
GROWTH_BAR, SEARCH_GROWTH_BAR = 1.3, 1.6
STATEMENTS_BAR = 6
HTML_BAR, GZIP_BAR = 30 * KB, 6 * KB
MEMORY_BAR = 220 * MB


@dataclass(frozen=True)
class Figure:
    """Something measured and the most that it may be."""

    name: str
    value: float
    bar: float

    @property
    def met(self) -> bool:
        """Whether the bar holds."""
        return self.value <= self.bar


@dataclass(frozen=True)
class Operation:
    """Median milliseconds of one operation on both sides; `note`: what was done, where that is not plain.
    `work`: how many times the floor's processor time ours took, which a busy machine hardly changes."""

    name: str
    ours: float
    floor: float
    note: str = ""
    work: float = 0.0

    @property
    def ratio(self) -> Figure:
        """How many times the floor."""
        return Figure(self.name, self.ours / self.floor, RATIO_BARS[self.name])


@dataclass
class Size:
    """Everything measured with one number of cases."""

    cases: int
    visible: int
    operations: list[Operation]
    statements: dict[str, int] = field(default_factory=dict)
    html: int = 0
    gzip: int = 0
    memory: int = 0
    floor_memory: int = 0

    def figures(self) -> list[Figure]:
        """All that has a bar."""
        counted = [Figure(f"statements {n}", float(v), STATEMENTS_BAR) for n, v in self.statements.items()]
        sizes = [
            Figure("list HTML", self.html, HTML_BAR), Figure("list gzip", self.gzip, GZIP_BAR),
            Figure("memory", self.memory, MEMORY_BAR),
        ]  # fmt: skip
        return [*(o.ratio for o in self.operations), *counted, *sizes]


def growth(small: Size, large: Size) -> list[tuple[Figure, float]]:
    """How much slower each operation of ours is at the larger size, and the floor beside it. An export grows
    with its rows: its time is taken for each row."""
    found = []
    before = {o.name: o for o in small.operations}
    for after in large.operations:
        share = small.visible / large.visible if after.name == "export" else 1.0
        bar = SEARCH_GROWTH_BAR if after.name.startswith("search") else GROWTH_BAR
        ours = after.ours / before[after.name].ours * share
        found.append((Figure(after.name, ours, bar), after.floor / before[after.name].floor * share))
    return found


def mark(figure: Figure) -> str:
    """A miss is called a miss."""
    return "ok" if figure.met else "MISS"


def tables(sizes: list[Size], database: str) -> str:
    """All sizes, then growth from the smallest to the largest."""
    lines = [line for size in sizes for line in _size_lines(size, database)]
    if len(sizes) > 1:
        lines += _growth_lines(sizes[0], sizes[-1])
    missed = sum(not f.met for size in sizes for f in size.figures())
    if len(sizes) > 1:
        missed += sum(not f.met for f, _ in growth(sizes[0], sizes[-1]))
    lines += ["", "every bar is met" if not missed else f"{missed} missed"]
    return "\n".join(lines)


def _size_lines(size: Size, database: str) -> list[str]:
    head = f"{'':24}{'ours ms':>10}{'floor ms':>10}{'ratio':>8}{'bar':>6}{'cpu':>7}{'SQL':>5}"
    lines = ["", f"{size.cases:,} cases on {database} ({size.visible:,} of them seen by who measures)", head]
    for o in size.operations:
        statements = size.statements.get(o.name)
        told = [mark(o.ratio)]
        if statements is not None and statements > STATEMENTS_BAR:
            told.append(f"MISS: more than {STATEMENTS_BAR} statements")
        told += [o.note] * bool(o.note)
        lines.append(
            f"{o.name:24}{o.ours:10.2f}{o.floor:10.2f}{o.ratio.value:8.2f}{o.ratio.bar:6.1f}"
            f"{o.work:7.2f}{statements if statements is not None else '':>5}  {'; '.join(told)}"
        )
    html, packed, memory = size.figures()[-3:]
    lines.append(
        f"list of 50 rows: {size.html / KB:.1f} KB of HTML ({HTML_BAR // KB}: {mark(html)}), "
        f"{size.gzip / KB:.1f} KB gzip ({GZIP_BAR // KB}: {mark(packed)})"
    )
    lines.append(
        f"private memory of two workers: {size.memory / MB:.0f} MB ({MEMORY_BAR // MB}: {mark(memory)}); "
        f"floor {size.floor_memory / MB:.0f} MB"
    )
    return lines


def _growth_lines(small: Size, large: Size) -> list[str]:
    head = f"{'':24}{'ours':>10}{'floor':>10}{'bar':>14}"
    lines = ["", f"growth from {small.cases:,} to {large.cases:,} cases (export: for each row)", head]
    for figure, floor in growth(small, large):
        lines.append(f"{figure.name:24}{figure.value:10.2f}{floor:10.2f}{figure.bar:14.1f}  {mark(figure)}")
    return lines


def as_json(sizes: list[Size], database: str) -> dict[str, Any]:
    """The same for a program."""
    document: dict[str, Any] = {
        "database": database,
        "sizes": [
            {
                "cases": s.cases,
                "visible": s.visible,
                "operations": [
                    {
                        "name": o.name, "ours_ms": round(o.ours, 3), "floor_ms": round(o.floor, 3),
                        "ratio": round(o.ratio.value, 3), "bar": o.ratio.bar, "met": o.ratio.met,
                        "note": o.note, "cpu_ratio": round(o.work, 3),
                    }
                    for o in s.operations
                ],
                "statements": s.statements,
                "html_bytes": s.html,
                "gzip_bytes": s.gzip,
                "memory_bytes": s.memory,
                "floor_memory_bytes": s.floor_memory,
            }
            for s in sizes
        ],
    }  # fmt: skip
    if len(sizes) > 1:
        document["growth"] = [
            {
                "name": f.name, "ours": round(f.value, 3), "floor": round(floor, 3), "bar": f.bar,
                "met": f.met,
            }
            for f, floor in growth(sizes[0], sizes[-1])
        ]  # fmt: skip
    return document
