"""Two versions side by side, and the order of the check queue."""

from __future__ import annotations

import hashlib
from datetime import date

from blueprints.disclosure.queries.queue import Candidate, by_chance, by_risk, ticket_of
from blueprints.disclosure.workflow import ACTION_NAMES, STATE_NAMES, TABLE, State, options, row_of
from domain.differences import pieces, rows_of
from domain.roles import Permission


def candidate(version_id: int, weight: int = 0, day: int = 1) -> Candidate:
    return Candidate(
        version_id, 1, "示例燃气公司", "laws", "标题", 1, date(2026, 9, day), "", None, (), weight
    )


def test_rows_say_in_words_what_became_of_each_line() -> None:
    rows = rows_of(["一", "价格2.04元", "三"], ["一", "价格2.12元", "三", "四"])
    assert [row["kind"] for row in rows] == ["相同", "改动", "相同", "新增"]
    assert rows[1]["old"] == [("价格2.", False), ("04", True), ("元", False)]
    assert "".join(text for text, _ in rows[1]["new"]) == "价格2.12元"
    assert rows_of(["一", "二"], ["一"])[1]["kind"] == "删去"


def test_every_character_of_both_lines_is_kept() -> None:
    for old, new in (("", "新"), ("𬭸䶮", "䶮"), ("甲" * 3000, "乙")):
        left, right = pieces(old, new)
        assert "".join(text for text, _ in left) == old
        assert "".join(text for text, _ in right) == new


def test_the_random_order_can_be_computed_again_by_anybody() -> None:
    found = [candidate(n) for n in range(1, 30)]
    first = [c.version_id for c in by_chance(found, "2026-10-12")]
    assert first == [c.version_id for c in by_chance(list(reversed(found)), "2026-10-12")]
    assert first != [c.version_id for c in by_chance(found, "2026-10-13")]
    by_hand = sorted(range(1, 30), key=lambda n: hashlib.sha256(f"2026-10-12|{n}".encode()).hexdigest())
    assert first == by_hand
    assert ticket_of("a", 1) == hashlib.sha256(b"a|1").hexdigest()


def test_the_weightiest_comes_first_then_what_stands_longest() -> None:
    found = [candidate(1, 5, 3), candidate(2, 9, 9), candidate(3, 5, 1)]
    assert [c.version_id for c in by_risk(found)] == [2, 3, 1]


def test_the_state_table_is_whole() -> None:
    assert set(STATE_NAMES) == set(State)
    assert {row.action for row in TABLE} == set(ACTION_NAMES)
    for state in (State.REPLACED, State.WITHDRAWN):
        assert options(state, frozenset(Permission)) == []
    assert row_of("draft", "publish") is None
    approving = {row.action for row in options(State.SUBMITTED, frozenset({Permission.DISCLOSURE_APPROVE}))}
    assert approving == {"approve", "send_back"}
