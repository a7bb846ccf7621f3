"""docs/rules.md is what the rulesets and the tests' marks say, and no clause is served by nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import rules_doc
from tests.rule_data import ruleset
from tests.rule_marks import known_clauses, mark_problem
from tests.rules_doc import Later


def test_no_clause_is_served_by_nothing() -> None:
    assert rules_doc.problems(rules_doc.marked_tests(), rules_doc.later_clauses()) == []


def test_the_document_is_not_stale() -> None:
    expected = rules_doc.document(rules_doc.marked_tests(), rules_doc.later_clauses())
    assert rules_doc.TARGET.read_text(encoding="utf-8") == expected, "run python -m tests.rules_doc"


def test_marks_are_found_wherever_they_stand(tmp_path: Path) -> None:
    folder = tmp_path / "tests" / "unit"
    folder.mkdir(parents=True)
    (folder / "test_marks.py").write_text(
        """
import pytest
pytestmark = [pytest.mark.rule("Q0"), pytest.mark.browser]

@pytest.mark.rule("Q5", "F5.2")
@pytest.mark.parametrize("x", [1, pytest.param(2, marks=pytest.mark.rule("Q3"))])
def test_one(x): pass

@pytest.mark.rule("Q1.2")
class TestSome:
    @pytest.mark.rule("Q1.3")
    def test_two(self): pass
    def helper(self): pass
""",
        encoding="utf-8",
    )
    one, two = "tests/unit/test_marks.py::test_one", "tests/unit/test_marks.py::TestSome::test_two"
    assert rules_doc.marked_tests(tmp_path) == {
        "Q0": [two, one],
        "Q5": [one],
        "F5.2": [one],
        "Q3": [one],
        "Q1.2": [two],
        "Q1.3": [two],
    }


def test_a_mark_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    text = "import pytest\n@pytest.mark.rule(*CLAUSES)\ndef test(): pass\n"
    (tmp_path / "tests" / "test_x.py").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"test_x\.py:2: write the clauses"):
        rules_doc.marked_tests(tmp_path)


def test_contradictions_are_named() -> None:
    every = {clause: ["tests/x.py::test"] for clause in known_clauses()}
    assert rules_doc.problems(every, {}) == []
    without = {clause: nodes for clause, nodes in every.items() if clause != "Q5"}
    (missing,) = rules_doc.problems(without, {})
    assert missing == "Q5: no test is marked with it, and it is not listed as not yet built"
    assert rules_doc.problems(without, {"Q5": Later("later", partly=False)}) == []
    assert len(rules_doc.problems(without, {"Q5": Later("rest later", partly=True)})) == 1
    assert len(rules_doc.problems(every, {"Q5": Later("later", partly=False)})) == 1
    assert len(rules_doc.problems({**every, "Q99": ["x"]}, {"Q98": Later("later", partly=False)})) == 2


def test_behaviour_comes_from_the_rows_that_cite_the_clause() -> None:
    lines = rules_doc.behaviour(ruleset("qitaihe"), "Q5")
    assert "- limit `completion`: 5 workdays from receipt" in lines
    assert "- setting `extension_allowed` = 否" in lines
    assert any(line.startswith("- action `request_info`") and line.endswith("(*local*)") for line in lines)
    local = rules_doc.behaviour_without_clause(ruleset("qitaihe"))
    assert any(line.startswith("- limit `archive`: 10 workdays from close:") for line in local)


@pytest.mark.parametrize(
    ("clauses", "problem"),
    [(("Q5", "F5.2"), None), ((), "no clause"), (("Q99",), "'Q99'"), (("Q5", 5), "5")],
)
def test_marks_name_clauses_that_exist(clauses: tuple[object, ...], problem: str | None) -> None:
    found = mark_problem(clauses)
    assert (found is None) == (problem is None)
    assert (problem or "") in (found or "")
