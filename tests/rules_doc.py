"""Makes docs/rules.md: each clause of both rule systems, what it does, which tests prove it, if it is built.

`python -m tests.rules_doc` writes the file, `--check` only compares; both end with 1 when nothing
serves a clause.
"""

from __future__ import annotations

import argparse
import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from domain.rulesets import Clause, Limit, Ruleset, Unit
from tests.rule_data import NAMES, ROOT, ruleset

TARGET = ROOT / "docs" / "rules.md"
LATER = ROOT / "tests" / "data" / "clauses_later.toml"
SHORT = 60
_UNITS = {Unit.WORKDAY: "workday", Unit.DAY: "calendar day", Unit.HOUR: "hour", Unit.MINUTE: "minute"}
_INTRO = """# The rules, clause by clause

Made by `python -m tests.rules_doc` from `rulesets/*.toml` and the `rule` marks of the tests; do not edit it.
*Local* rows are settings of our own where the rule is silent or open; pages show them as 本单位设定.
"""


@dataclass(frozen=True)
class Later:
    """What is not yet built for a clause; `partly`: the rest is."""

    line: str
    partly: bool


# Marks, read without running pytest


def marked_tests(root: Path = ROOT) -> dict[str, list[str]]:
    """Clause -> node ids (without parameters) of the tests that carry its mark, sorted."""
    found: dict[str, set[str]] = {}
    for path in sorted((root / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
        for node_id, clause in _marks(tree, path.relative_to(root).as_posix()):
            found.setdefault(clause, set()).add(node_id)
    return {clause: sorted(nodes) for clause, nodes in found.items()}


def _marks(tree: ast.Module, path: str) -> Iterator[tuple[str, str]]:
    everywhere = _clauses_of(_pytestmark(tree.body), path)
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            shared = [*everywhere, *_clauses_of([*node.decorator_list, *_pytestmark(node.body)], path)]
            for inner in node.body:
                yield from _of_function(inner, f"{path}::{node.name}", shared, path)
        else:
            yield from _of_function(node, path, everywhere, path)


def _of_function(node: ast.stmt, prefix: str, shared: list[str], path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
        for clause in [*shared, *_clauses_of(node.decorator_list, path)]:
            yield f"{prefix}::{node.name}", clause


def _pytestmark(body: list[ast.stmt]) -> list[ast.expr]:
    return [
        node.value
        for node in body
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)
    ]


def _clauses_of(expressions: list[ast.expr], path: str) -> list[str]:
    calls = [node for expression in expressions for node in ast.walk(expression) if _is_rule_mark(node)]
    arguments = [argument for call in calls if isinstance(call, ast.Call) for argument in call.args]
    for argument in arguments:
        if not (isinstance(argument, ast.Constant) and isinstance(argument.value, str)):
            raise ValueError(f"{path}:{argument.lineno}: write the clauses of a rule mark as plain strings")
    return [str(argument.value) for argument in arguments if isinstance(argument, ast.Constant)]


def _is_rule_mark(node: ast.AST) -> bool:
    """Whether the node is a call of `….mark.rule(…)`."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "rule":
        return False
    return isinstance(node.func.value, ast.Attribute) and node.func.value.attr == "mark"


# Behaviour, from the rows that cite a clause


def behaviour(rules: Ruleset, clause: str) -> list[str]:
    """One line for each row that cites the clause."""
    lines: list[str] = []
    for row in rules.channels:
        lines += _line(row, clause, f"channel `{row.code}` ({row.name}, {row.medium})")
    for kind in rules.types:
        text = f"case type `{kind.code}` ({kind.name}), {kind.flow} flow"
        lines += _line(kind, clause, text + (", reporter kept confidential" if kind.confidential else ""))
    for category in rules.categories:
        lines += _line(category, clause, f"category `{category.code}` ({category.name})")
    for trigger in rules.level_triggers:
        how = ", with a leader's recorded judgement" if trigger.needs_judgement else ""
        text = f"impact level {trigger.level}: `{trigger.code}` ({trigger.name}){how}"
        lines += _line(trigger, clause, text)
    for action in rules.actions:
        lines += _line(action, clause, f"action `{action.code}` ({action.name})")
    for guard in rules.guards:
        lines += _line(guard, clause, f"guard `{guard.code}`: {guard.message}")
    return lines + _limits_and_settings(rules, clause)


def _limits_and_settings(rules: Ruleset, clause: str) -> list[str]:
    lines: list[str] = []
    for limit in rules.limits:
        only = f", only {', '.join(limit.types)}" if limit.types else ""
        more = ", extendable" if limit.extendable else ""
        lines += _line(limit, clause, f"limit `{limit.obligation}`: {_amount(limit)}{only}{more}")
    for setting in rules.settings:
        lines += _line(setting, clause, f"setting `{setting.key}` = {setting.label}")
    for row in rules.authority:
        lines += _line(row, clause, f"`{row.role}` may promise {', '.join(row.may)}")
    return lines + _statistics(rules, clause)


def _statistics(rules: Ruleset, clause: str) -> list[str]:
    lines: list[str] = []
    for rate in rules.rates:
        lines += _line(rate, clause, f"rate `{rate.code}` ({rate.name}), to reach {rate.target} %")
    for row in rules.counting:
        lines += _line(row, clause, f"counting `{row.code}` ({row.name})")
    for column in rules.cross_columns:
        types = ", ".join(column.types)
        lines += _line(column, clause, f"column `{column.code}` ({column.name}) of the cross table: {types}")
    for total in rules.cross_totals:
        of = f", as a share of `{total.of}`" if total.of else ""
        text = f"total `{total.code}` ({total.name}) of the cross table: {', '.join(total.types)}{of}"
        lines += _line(total, clause, text)
    return lines


def _amount(limit: Limit) -> str:
    return f"{limit.amount} {_UNITS[limit.unit]}{'' if limit.amount == 1 else 's'} from {limit.count_from}"


def _line(row: object, clause: str, text: str) -> list[str]:
    if getattr(row, "clause", None) != clause:
        return []
    return [f"- {text}{' (*local*)' if getattr(row, 'local', False) else ''}"]


# The document


def later_clauses() -> dict[str, Later]:
    """Clause -> what is not yet built."""
    rows = tomllib.loads(LATER.read_text(encoding="utf-8"))["later"]
    return {row["clause"]: Later(row["line"], row.get("partly", False)) for row in rows}


def problems(tests: Mapping[str, list[str]], later: Mapping[str, Later]) -> list[str]:
    """What contradicts: a clause that nothing serves, one not yet built that has tests, an unknown one."""
    known = [clause.id for name in NAMES for clause in ruleset(name).clauses]
    unknown = sorted({*tests, *later} - {*known})
    found = [f"{clause}: named by a test or listed as later, no rule system has it" for clause in unknown]
    for clause in known:
        waits = clause in later and not later[clause].partly
        if waits and tests.get(clause):
            found.append(f"{clause}: listed as not yet built, yet {tests[clause][0]} is marked with it")
        if not waits and not tests.get(clause):
            found.append(f"{clause}: no test is marked with it, and it is not listed as not yet built")
    return found


def status(clause: Clause, later: Mapping[str, Later]) -> str:
    """The status of a clause in words."""
    if clause.heading:
        return "heading"
    entry = later.get(clause.id)
    if entry is None:
        return "built"
    return "built in part" if entry.partly else "not yet built"


def document(tests: Mapping[str, list[str]], later: Mapping[str, Later]) -> str:
    """The text of docs/rules.md."""
    parts = [_INTRO]
    for name in NAMES:
        rules = ruleset(name)
        parts.append(f"## {rules.prefix}: {rules.title}\n")
        parts.append(_overview(rules, tests, later))
        parts += [_section(rules, clause, tests.get(clause.id, []), later) for clause in rules.clauses]
        parts.append(_without_clause(rules))
    return "\n".join(parts).rstrip() + "\n"


def _overview(rules: Ruleset, tests: Mapping[str, list[str]], later: Mapping[str, Later]) -> str:
    rows = ["| clause | text | status | tests |", "|---|---|---|---|"]
    for clause in rules.clauses:
        text = clause.text if len(clause.text) <= SHORT else clause.text[:SHORT] + "…"
        rows.append(f"| {clause.id} | {text} | {status(clause, later)} | {len(tests.get(clause.id, []))} |")
    return "\n".join(rows) + "\n"


def _section(rules: Ruleset, clause: Clause, tests: list[str], later: Mapping[str, Later]) -> str:
    lines = [f"### {clause.id}", "", f"> {clause.text}", "", f"Status: {status(clause, later)}."]
    if clause.id in later:
        lines[-1] += f" {later[clause.id].line}"
    rows = behaviour(rules, clause.id)
    if rows:
        lines += ["", "Behaviour:", "", *rows]
    if tests:
        lines += ["", "Tests:", ""]
    files: dict[str, list[str]] = {}
    for node_id in tests:
        path, name = node_id.split("::", 1)
        files.setdefault(path, []).append(name)
    for path, names in files.items():
        lines += [f"- `{path}`", *(f"  - `{name}`" for name in names)]
    return "\n".join(lines) + "\n"


def _without_clause(rules: Ruleset) -> str:
    """What rests on no clause at all, so that nothing local hides."""
    rows = [line.replace(" (*local*)", "") for line in behaviour_without_clause(rules)]
    return "\n".join([f"### {rules.prefix}: local, without a clause", "", *rows]) + "\n"


def behaviour_without_clause(rules: Ruleset) -> list[str]:
    """One line for each local row that cites no clause, with its reason."""
    found: list[str] = []
    named = (("channel", rules.channels), ("case type", rules.types), ("category", rules.categories))
    steps = (("impact level", rules.level_triggers), ("action", rules.actions), ("guard", rules.guards))
    for what, rows in (*named, *steps):
        found += [f"- {what} `{row.code}`: {row.reason}" for row in rows if row.clause is None]
    for limit in rules.limits:
        if limit.clause is None:
            found.append(f"- limit `{limit.obligation}`: {_amount(limit)}: {limit.reason}")
    statistics = (("rate", rules.rates), ("counting", rules.counting), ("column", rules.cross_columns))
    for what, rows in (*statistics, ("total", rules.cross_totals)):
        found += [f"- {what} `{row.code}`: {row.reason}" for row in rows if row.clause is None]
    settings = [row for row in rules.settings if row.clause is None]
    return found + [f"- setting `{row.key}` = {row.label}: {row.reason}" for row in settings]


def main(arguments: list[str] | None = None) -> int:
    """Write or check docs/rules.md; 1 when it is stale or a clause is served by nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.rules_doc", description="makes docs/rules.md")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    options = parser.parse_args(arguments)
    tests, later = marked_tests(), later_clauses()
    found = problems(tests, later)
    text = document(tests, later)
    if options.check:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            found.append("docs/rules.md is stale: run python -m tests.rules_doc")
    else:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(text, encoding="utf-8")
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
