"""The rulesets and the carried-over rule texts, for tests."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from domain.rulesets import Ruleset, load

ROOT = Path(__file__).parents[1]
NAMES = ("fuling", "qitaihe")


def source(name: str) -> str:
    """The text of `rulesets/<name>.toml`."""
    return (ROOT / "rulesets" / f"{name}.toml").read_text(encoding="utf-8")


@cache
def ruleset(name: str) -> Ruleset:
    """The ruleset, loaded once."""
    return load(source(name), f"{name}.toml")


def rule_texts(name: str) -> list[tuple[str, str]]:
    """(clause id, text) of each row of the carried-over rule text."""
    lines = (ROOT / "tests" / "data" / "rules" / f"{name}.md").read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"\| ([FQ][0-9][\w.]*) \| (.*) \|", line) for line in lines]
    return [(row[1], row[2]) for row in found if row]


def line_of(text: str, part: str) -> int:
    """The line on which `part`, which stands once in `text`, begins."""
    assert text.count(part) == 1, part
    return text[: text.index(part)].count("\n") + 1
