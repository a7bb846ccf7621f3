"""The state tables are sound: nothing dead, nothing unknown, every action has its words and its effect."""

from __future__ import annotations

from pathlib import Path

import pytest

from blueprints.complaints import workflow as w
from blueprints.complaints.guards import GUARDS
from blueprints.complaints.service.engine import EFFECTS
from domain.rulesets import load

ROOT = Path(__file__).resolve().parents[2]
RULESETS = {p.stem: load(p.read_text(), p.name) for p in (ROOT / "rulesets").glob("*.toml") if p.stem != "laws"}
FINAL = w.State.ARCHIVED


def reachable(flow: str) -> set[str]:
    """States that a case of this flow can come to."""
    found = {w.State.REGISTERED}
    while True:
        more = {r.target for r in w.FLOWS[flow] if r.source in found and r.target} - found
        if not more:
            return set(found)
        found |= more


@pytest.mark.parametrize("flow", w.FLOWS)
def test_every_state_can_still_be_archived(flow: str) -> None:
    for state in reachable(flow):
        seen, queue = {state}, [state]
        while queue:
            here = queue.pop()
            following = {r.target for r in w.rows_of(flow, here) if r.target} - seen
            seen |= following
            queue += following
        assert FINAL in seen, f"{flow}: {state} never ends"


@pytest.mark.parametrize("flow", w.FLOWS)
def test_every_open_state_offers_a_next_step(flow: str) -> None:
    for state in reachable(flow) - {FINAL}:
        assert w.main_rows(flow, state), f"{flow}: {state} offers nothing"


@pytest.mark.parametrize("flow", w.FLOWS)
def test_no_row_stands_in_a_state_that_the_flow_never_reaches(flow: str) -> None:
    known = reachable(flow) | {w.State.WITHDRAWN, w.State.MERGED, w.State.TRANSFERRED}
    assert {r.source for r in w.FLOWS[flow]} <= known


def test_every_action_has_an_effect_and_words_in_both_rulesets() -> None:
    actions = {r.action for rows in w.FLOWS.values() for r in rows} | {o.action for o in w.OVERLAYS}
    assert actions == set(EFFECTS)
    for ruleset in RULESETS.values():
        for action in actions:
            assert not ruleset.has_action(action) or ruleset.action(action).name


def test_every_guard_is_known_and_used() -> None:
    used = {g for rows in w.FLOWS.values() for r in rows for g in r.guards}
    used |= {g for o in w.OVERLAYS for g in o.guards}
    assert used == set(GUARDS)
    for ruleset in RULESETS.values():
        assert {g.code for g in ruleset.guards} <= set(GUARDS)


def test_every_state_has_a_name() -> None:
    assert set(w.STATE_NAMES) == set(w.State)


@pytest.mark.parametrize("flow", w.FLOWS)
def test_rows_of_one_action_share_their_guards_and_differ_in_condition(flow: str) -> None:
    for state in reachable(flow):
        for action in {r.action for r in w.rows_of(flow, state)}:
            rows = w.rows_of(flow, state, action)
            keys = [(r.when, r.outcome, r.actor) for r in rows]
            assert len(keys) == len(set(keys)), f"{flow}: {state} {action} is ambiguous"
