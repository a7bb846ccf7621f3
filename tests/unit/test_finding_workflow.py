"""The state tables of findings and rectification, and when reminders rise (F5.3, F7.3)."""

from __future__ import annotations

import pytest

from blueprints.inspection import workflow
from blueprints.inspection.service.finding_sources import repeat_key
from blueprints.inspection.service.rectif_urging import level_of
from blueprints.inspection.service.rectifying import _nth
from blueprints.inspection.workflow import (
    ACTION_NAMES,
    FINDING_TABLE,
    TABLE,
    FindingState,
    RectificationState,
    may,
    row_of,
)
from domain.roles import ENTERPRISE_ROLES, REGULATOR_ROLES, ROLE_PERMISSIONS, Permission, Role

TABLES = ((FINDING_TABLE, FindingState, workflow.FINDING_NAMES, workflow.FINDING_TONES),
          (TABLE, RectificationState, workflow.NAMES, workflow.TONES))  # fmt: skip


@pytest.mark.rule("F5.3")
@pytest.mark.parametrize(("table", "states", "names", "tones"), TABLES, ids=("finding", "rectification"))
def test_tables_are_whole(table, states, names, tones):
    assert set(names) == set(tones) == set(states)
    assert {row.action for row in table} <= set(ACTION_NAMES)
    keys = [(row.source, row.action) for row in table]
    assert len(keys) == len(set(keys))
    start = next(iter(states))
    reached, before = {start}, set()
    while reached != before:
        before = set(reached)
        reached |= {row.target for row in table if row.source in before and row.target}
    assert reached == set(states)


@pytest.mark.rule("F5.3")
def test_enterprises_answer_and_regulators_decide():
    for table in (FINDING_TABLE, TABLE):
        for row in table:
            if row.permission is None:
                continue
            roles = workflow.roles_with(row.permission)
            assert roles
            assert roles <= (
                ENTERPRISE_ROLES if row.permission is Permission.FINDING_ANSWER else REGULATOR_ROLES
            )


@pytest.mark.rule("F7.3")
def test_only_the_leader_escalates():
    assert workflow.roles_with(Permission.FINDING_ESCALATE) == {Role.REGULATOR_LEADER}
    leader = ROLE_PERMISSIONS[Role.REGULATOR_LEADER]
    assert may(TABLE, "recheck", "escalate", leader)
    assert not may(TABLE, "recheck", "escalate", ROLE_PERMISSIONS[Role.REGULATOR_SUPERVISOR])
    assert not may(TABLE, "closed", "escalate", leader)


@pytest.mark.parametrize("state", ["closed", "withdrawn"])
def test_nothing_is_answered_once_it_is_over(state):
    assert row_of(FINDING_TABLE, state, "answer") is None
    assert row_of(FINDING_TABLE, state, "object") is None


@pytest.mark.rule("F5.3")
@pytest.mark.parametrize(
    ("left", "overdue", "level"),
    [(10, False, 0), (3, False, 0), (2, False, 1), (0, False, 1), (-1, True, 1), (-4, True, 1), (-5, True, 2),
     (-9, True, 2), (-10, True, 3), (-60, True, 3)],
)  # fmt: skip
def test_levels_of_reminders(left, overdue, level):
    assert level_of(left, overdue) == level


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "（一）"), (10, "（十）"), (11, "（十一）"), (20, "（二十）"), (35, "（三十五）")],
)
def test_numbers_of_facts(number, words):
    assert _nth(number) == words


def test_what_an_earlier_finding_is_found_by():
    assert repeat_key("F3.1.2", "S01", "") == "F3.1.2"
    assert repeat_key("", "S01", "") == "item:S01"
    assert repeat_key("", "", "《城镇燃气管理条例》第二十条") == "《城镇燃气管理条例》第二十条"
