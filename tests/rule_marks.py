"""pytest plugin: the clauses of `@pytest.mark.rule(...)` exist; `--rule-map FILE` writes clause -> tests."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path

import pytest

RULESETS = Path(__file__).resolve().parents[1] / "rulesets"
RULESET_FILES = ("fuling.toml", "qitaihe.toml")


@cache
def known_clauses() -> frozenset[str]:
    """The clause ids of both rule systems, read without the product's own loader."""
    found: set[str] = set()
    for name in RULESET_FILES:
        data = tomllib.loads((RULESETS / name).read_text(encoding="utf-8"))
        found.update(clause["id"] for clause in data["clauses"])
    return frozenset(found)


def mark_problem(clauses: tuple[object, ...]) -> str | None:
    """What is wrong with the arguments of a rule mark, None when nothing is."""
    if not clauses:
        return "a rule mark names no clause"
    unknown = [clause for clause in clauses if clause not in known_clauses()]
    return f"no clause {', '.join(map(repr, unknown))} in {' or '.join(RULESET_FILES)}" if unknown else None


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("rules")
    group.addoption("--rule-map", metavar="FILE", help="write the map clause -> test node ids as JSON")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    tests: dict[str, list[str]] = {}
    problems: list[str] = []
    for item in items:
        for mark in item.iter_markers("rule"):
            problem = mark_problem(mark.args)
            if problem:
                problems.append(f"{item.nodeid}: {problem}")
                continue
            for clause in mark.args:
                tests.setdefault(clause, []).append(item.nodeid)
    if problems:
        raise pytest.UsageError("\n".join(problems))
    target = config.getoption("--rule-map")
    if target:
        ordered = {clause: sorted(set(nodes)) for clause, nodes in sorted(tests.items())}
        text = json.dumps(ordered, ensure_ascii=False, indent=1)
        Path(target).write_text(text + "\n", encoding="utf-8")
