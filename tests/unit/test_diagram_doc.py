"""The state diagrams in docs/architecture.md are the tables' own."""

from __future__ import annotations

from tests.diagram_doc import main


def test_the_diagrams_are_current() -> None:
    assert main(check=True) == 0, "run: .venv/bin/python -m tests.diagram_doc"
