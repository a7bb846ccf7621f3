"""The rule files as read at start: every ruleset by its code, and the laws a regulator may adopt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

from domain.rulesets import Clause, LawLimit, Ruleset, RulesetError, load, load_laws

LAWS_FILE = "laws.toml"


class RulesFileFault(click.ClickException):
    """Rule files that cannot be used: file, line and reason. On the command line exit 1, no traceback."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("制度文件有误\n" + "\n".join(self.problems))


@dataclass
class Rulebook:
    """What one process knows: the files, the rulesets in force for a token, the pinned ones by version id."""

    rulesets: dict[str, Ruleset]
    laws: tuple[LawLimit, ...]
    in_force: tuple[object, dict[object, Any]] = (None, {})
    pinned: dict[int, Ruleset] = field(default_factory=dict)


@lru_cache(maxsize=16)
def _ruleset(text: str, name: str) -> Ruleset:
    return load(text, name)


@lru_cache(maxsize=4)
def _laws(text: str, name: str) -> tuple[LawLimit, ...]:
    return load_laws(text, name)


def rules_folder(app: Flask) -> Path:
    """Where the rule files lie: the setting RULESETS_DIR, or `rulesets/` beside app.py."""
    return Path(app.config.get("RULESETS_DIR") or Path(app.root_path) / "rulesets")


def load_rulesets(app: Flask) -> None:
    """Read rulesets/*.toml and laws.toml; RulesFileFault with file, line and reason when one is refused."""
    rulesets, laws, problems = _read(rules_folder(app))
    if problems:
        raise RulesFileFault(problems)
    app.extensions["rulebook"] = Rulebook({ruleset.code: ruleset for ruleset in rulesets}, laws)


def check_files(folder: Path) -> tuple[list[Ruleset], tuple[LawLimit, ...], list[str]]:
    """(rulesets, laws, one sentence for each refused file) of a folder."""
    return _read(folder)


def _read(folder: Path) -> tuple[list[Ruleset], tuple[LawLimit, ...], list[str]]:
    rulesets: list[Ruleset] = []
    laws: tuple[LawLimit, ...] = ()
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            text = path.read_text("utf-8")
            if path.name == LAWS_FILE:
                laws = _laws(text, path.name)
                continue
            ruleset = _ruleset(text, path.name)
        except RulesetError as error:
            problems.append(str(error))
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{path.name}：无法读取（{error}）")
        else:
            problems += _clashes(ruleset, rulesets, path.name)
            rulesets.append(ruleset)
    if not rulesets and not problems:
        problems.append(f"{folder}：没有制度文件（*.toml）")
    return rulesets, laws, problems


def _clashes(ruleset: Ruleset, earlier: list[Ruleset], name: str) -> list[str]:
    """Codes and clause prefixes must be unique, so that 〔F5.2〕 means one clause."""
    return [
        f"{name}：代码“{ruleset.code}”或条款前缀“{ruleset.prefix}”与《{other.title}》重复"
        for other in earlier
        if ruleset.code == other.code or ruleset.prefix == other.prefix
    ]


def rulebook() -> Rulebook:
    """The rulebook of the current app."""
    book: Rulebook = current_app.extensions["rulebook"]
    return book


def ruleset_codes() -> tuple[str, ...]:
    """Codes of the rulesets that were read, in order."""
    return tuple(rulebook().rulesets)


def base_ruleset(code: str) -> Ruleset:
    """A ruleset as its file has it, without anybody's local values. KeyError for an unknown code."""
    return rulebook().rulesets[code]


def default_laws() -> tuple[LawLimit, ...]:
    """The law limits of laws.toml, which a regulator may adopt."""
    return rulebook().laws


def clause_of(clause_id: str) -> tuple[Ruleset, Clause] | None:
    """The clause of that id in any ruleset, with the ruleset that it belongs to."""
    for ruleset in rulebook().rulesets.values():
        for clause in ruleset.clauses:
            if clause.id == clause_id:
                return ruleset, clause
    return None
