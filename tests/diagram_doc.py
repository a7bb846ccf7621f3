"""State diagrams of docs/architecture.md, drawn from the tables: `python -m tests.diagram_doc [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blueprints.complaints.workflow import FLOWS, STATE_NAMES, State
from blueprints.disclosure import workflow as disclosure
from blueprints.inspection import workflow as inspection
from blueprints.notices import workflow as notices

TARGET = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
START, END = "<!-- state diagrams: generated -->", "<!-- end of state diagrams -->"
DISCLOSURE = (
    "<!-- state diagram of a disclosure version: generated -->",
    "<!-- end of state diagram of a disclosure version -->",
)
FINDINGS = "<!-- state diagram of a finding: generated -->", "<!-- end of state diagram of a finding -->"
RECTIFICATIONS = (
    "<!-- state diagram of a rectification: generated -->",
    "<!-- end of state diagram of a rectification -->",
)
NOTICES = "<!-- state diagram of a notice: generated -->", "<!-- end of state diagram of a notice -->"


def diagram(flow: str) -> str:
    """One flow as a Mermaid state diagram; steps that change no state are left out."""
    edges: dict[tuple[State, State], list[str]] = {}
    for row in FLOWS[flow]:
        if row.target and row.target != row.source:
            actions = edges.setdefault((row.source, row.target), [])
            if row.action not in actions:
                actions.append(row.action)
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> registered: register"]
    states = sorted({s for edge in edges for s in edge}, key=list(State).index)
    lines += [f"    {s.value}: {s.value} {STATE_NAMES[s]}" for s in states]
    lines += [f"    {a.value} --> {b.value}: {', '.join(names)}" for (a, b), names in edges.items()]
    return "\n".join([*lines, "    archived --> [*]", "```"])


def notice_diagram() -> str:
    """The way of an official notice."""
    return table_diagram(notices.TABLE, list(notices.State), notices.STATE_NAMES, notices.ENDED, "draft")


def disclosure_diagram() -> str:
    """The way of a version of a disclosure item."""
    ended = (disclosure.State.REPLACED, disclosure.State.WITHDRAWN)
    return table_diagram(disclosure.TABLE, list(disclosure.State), disclosure.STATE_NAMES, ended, "draft")


def finding_diagram() -> str:
    """The way of a finding."""
    states = list(inspection.FindingState)
    return table_diagram(
        inspection.FINDING_TABLE, states, inspection.FINDING_NAMES, inspection.ENDED, "record"
    )


def rectification_diagram() -> str:
    """The way of a rectification."""
    states = list(inspection.RectificationState)
    ended = [one for one in states if one.value in ("closed", "escalated", "void")]
    return table_diagram(inspection.TABLE, states, inspection.NAMES, ended, "notice")


def table_diagram(
    table: Iterable[Any], states: Sequence[Any], names: Mapping[Any, str], ended: Collection[Any], first: str
) -> str:
    """One table as a diagram; * marks what the product does by itself."""
    edges: dict[tuple[str, str], list[str]] = {}
    for row in table:
        if row.target and row.target != row.source:
            name = f"{row.action}{'' if row.permission else '*'}"
            actions = edges.setdefault((str(row.source), str(row.target)), [])
            if name not in actions:
                actions.append(name)
    lines = ["```mermaid", "stateDiagram-v2", f"    [*] --> {states[0].value}: {first}"]
    lines += [f"    {s.value}: {s.value} {names[s]}" for s in states]
    lines += [f"    {a} --> {b}: {', '.join(names)}" for (a, b), names in edges.items()]
    lines += [f"    {s.value} --> [*]" for s in states if s in ended]
    return "\n".join([*lines, "```"])


def generated() -> str:
    """The part of the document that is generated."""
    parts = [f"### {flow}\n\n{diagram(flow)}" for flow in FLOWS]
    return f"{START}\n\n" + "\n\n".join(parts) + f"\n\n{END}"


def replaced(text: str, start: str, end: str, part: str) -> str:
    """The text with `part` between its marks."""
    before, _, rest = text.partition(start)
    return before + part + rest.partition(end)[2]


def main(check: bool) -> int:
    """Write the diagrams into the document, or say whether they are current."""
    text = TARGET.read_text()
    wanted = replaced(text, START, END, generated())
    made = (
        (NOTICES, notice_diagram()), (DISCLOSURE, disclosure_diagram()), (FINDINGS, finding_diagram()),
        (RECTIFICATIONS, rectification_diagram()),
    )  # fmt: skip
    for (start, end), drawn in made:
        wanted = replaced(wanted, start, end, f"{start}\n\n{drawn}\n\n{end}")
    if check:
        return 0 if wanted == text else 1
    TARGET.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
