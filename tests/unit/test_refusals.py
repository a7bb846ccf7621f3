"""Refusals of inspection name their clause and how to go on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "blueprints" / "inspection"


def refusals(text: str) -> list[ast.Call]:
    """Every RuleViolation that is raised."""
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    return [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "RuleViolation"]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_refusal_names_its_clause_and_the_next_step(path: Path) -> None:
    for call in refusals(path.read_text()):
        empty = any(isinstance(one, ast.Constant) and not one.value for one in call.args)
        assert len(call.args) + len(call.keywords) == 3, f"{path}:{call.lineno}"
        assert not empty, f"{path}:{call.lineno}"
