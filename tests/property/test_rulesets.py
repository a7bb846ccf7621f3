"""Whatever is done to a rules file, it is read or refused with a line; whatever is set, JSON keeps it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.deadlines import MAX_AMOUNT, Unit
from domain.ruleset_rows import SettingKind
from domain.rulesets import Ruleset, RulesetError, load
from tests.rule_data import NAMES, ruleset, source

LINES = {name: source(name).split("\n") for name in NAMES}
BAD_LINES = (
    "",
    "amount = 0",
    'clause = "Q99"',
    "local = true",
    "[[limits]]",
    "[terms]",
    "x = '''",
    "value = {}",
    "= =",
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(NAMES), st.data(), st.sampled_from(BAD_LINES))
def test_a_changed_line_is_read_or_refused_with_its_line(name: str, data: st.DataObject, new: str) -> None:
    lines = list(LINES[name])
    lines[data.draw(st.integers(0, len(lines) - 1))] = new
    try:
        found = load("\n".join(lines), "try.toml")
    except RulesetError as refused:
        line, reason = refused.line, refused.reason
    else:
        line, reason = 1, "read"
        assert Ruleset.from_json(found.to_json()).digest == found.digest
    assert 1 <= line <= len(lines) + 1
    assert reason


def local_values(name: str) -> st.SearchStrategy[dict[str, Any]]:
    """Values that fit what the ruleset leaves open."""
    found = ruleset(name)
    limit = st.fixed_dictionaries(
        {}, optional={"amount": st.integers(1, MAX_AMOUNT), "unit": st.sampled_from(list(map(str, Unit)))}
    ).filter(bool)
    possible: dict[str, st.SearchStrategy[Any]] = {row.key: limit for row in found.limits if row.local}
    for row in found.settings:
        if row.editable and row.kind is SettingKind.BOOL:
            possible[row.key] = st.booleans()
        elif row.editable and row.kind is SettingKind.INT:
            possible[row.key] = st.integers(1, MAX_AMOUNT)
        elif row.editable and row.kind is SettingKind.CHOICE:
            possible[row.key] = st.sampled_from([value for value, _ in row.choices])
    return st.fixed_dictionaries({}, optional=possible)


@settings(deadline=None)
@given(st.sampled_from(NAMES), st.data())
def test_local_values_that_fit_are_kept_and_survive_json(name: str, data: st.DataObject) -> None:
    values = data.draw(local_values(name))
    changed = ruleset(name).with_local(values)
    assert Ruleset.from_json(json.dumps(changed.to_json())) == changed
    assert changed.with_local(values) == changed
    limits = {row.key: row for row in changed.limits}
    for key, value in values.items():
        if key in limits:
            assert {part: getattr(limits[key], part) for part in value} == value
        else:
            assert changed.setting(key).value == value
    assert [row.clause for row in changed.limits] == [row.clause for row in ruleset(name).limits]
