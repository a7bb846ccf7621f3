"""State diagrams of docs/architecture.md, drawn from the tables: `python -m tests.diagram_doc [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from blueprints.complaints.workflow import FLOWS, STATE_NAMES, State

TARGET = Path(__file__).resolve().parents[1] / "docs" / "architecture.md"
START, END = "<!-- state diagrams: generated -->", "<!-- end of state diagrams -->"


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


def generated() -> str:
    """The part of the document that is generated."""
    parts = [f"### {flow}\n\n{diagram(flow)}" for flow in FLOWS]
    return f"{START}\n\n" + "\n\n".join(parts) + f"\n\n{END}"


def main(check: bool) -> int:
    """Write the diagrams into the document, or say whether they are current."""
    text = TARGET.read_text()
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    wanted = before + generated() + after
    if check:
        return 0 if wanted == text else 1
    TARGET.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
