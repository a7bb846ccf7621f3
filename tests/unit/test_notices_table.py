"""The state table of a notice is sound: nothing dead, nothing unknown, every guard used, every role real."""

from __future__ import annotations

import pytest

from blueprints.notices import guards as g
from blueprints.notices import service
from blueprints.notices import workflow as w
from domain.errors import InvalidInput, RuleViolation
from domain.roles import Role

BY_ITSELF = {"printed", "print_failed"}
VERBS = {"retry": "again"}


def following(state: str) -> set[str]:
    return {row.target.value for row in w.rows_of(state) if row.target}


def test_every_state_is_reached_and_ends() -> None:
    reached, queue = {"draft"}, ["draft"]
    while queue:
        more = following(queue.pop()) - reached
        reached |= more
        queue += more
    assert reached == {state.value for state in w.State}
    for state in w.State:
        seen, queue = {state.value}, [state.value]
        while queue:
            more = following(queue.pop()) - seen
            seen |= more
            queue += more
        assert seen & {ended.value for ended in w.ENDED}, state


def test_every_open_state_offers_a_next_step() -> None:
    for state in set(w.State) - w.ENDED:
        assert [row for row in w.rows_of(state) if row.main], state


def test_guards_actions_and_names_are_known_and_used() -> None:
    assert {name for row in w.TABLE for name in row.guards} == set(g.GUARDS)
    assert {row.action for row in w.TABLE} | {"draft"} == set(w.ACTION_NAMES)
    assert set(w.STATE_NAMES) == {state.value for state in w.State}
    for action in {row.action for row in w.TABLE} - BY_ITSELF:
        assert hasattr(service, VERBS.get(action, action)), action


def test_every_step_of_a_person_has_somebody_to_take_it() -> None:
    for row in w.TABLE:
        assert (row.permission is None) == (row.action in BY_ITSELF), row
        assert row.permission is None or w.roles_with(row.permission), row


def test_who_writes_does_not_sign() -> None:
    writes = {role for role in Role if "draft" in w.waiting_states(w.ROLE_PERMISSIONS[role])}
    signs = {role for role in Role if "to_sign" in w.waiting_states(w.ROLE_PERMISSIONS[role])}
    assert writes == {Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR, Role.INSPECTOR}
    assert signs == {Role.REGULATOR_LEADER}
    approving = {"review", "legal_review", "sign"}
    assert all("not_own_draft" in row.guards for row in w.TABLE if row.action in approving)


def test_numbers_are_never_given_back() -> None:
    for state in w.WITH_NUMBER:
        assert following(state) <= {s.value for s in w.WITH_NUMBER}


@pytest.mark.parametrize(("name", "attempt"), [
    ("not_own_draft", g.Attempt(1, writers=frozenset({1, 2}))),
    ("not_reviewer", g.Attempt(1, reviewer=1)),
    ("own_draft", g.Attempt(3, writers=frozenset({1}))),
    ("content_complete", g.Attempt(1, lacking="还没有填写：依据。")),
    ("basis_in_force", g.Attempt(1, uncitable=("《示例条例》已经废止，不能再作为依据。", None))),
    ("receipts_in", g.Attempt(1, unsigned=("示例燃气公司",))),
    ("answers_in", g.Attempt(1, unanswered=("示例燃气公司",))),
])  # fmt: skip
def test_standing_guards_refuse_with_words(name: str, attempt: g.Attempt) -> None:
    refused = g.GUARDS[name](attempt)
    assert refused is not None
    assert isinstance(refused.error(), RuleViolation)
    assert refused.message.endswith("。")
    assert name in g.STANDING
    assert (
        g.GUARDS[name](g.Attempt(9, writers=frozenset({9}) if name == "own_draft" else frozenset())) is None
    )


def test_every_way_of_service_has_its_proof() -> None:
    assert set(g.PROOFS) == set(g.Method) == set(g.METHOD_NAMES)
    for method in g.Method:
        refused = g.service_proved(g.Attempt(1, data={"method": method.value}))
        assert refused is not None
        assert isinstance(refused.error(), InvalidInput)
