"""Every form and every kind keeps each rule of GB/T 9704-2012, and a file that breaks one is found out by that rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domain.documents import Document, Form
from domain.notice_kinds import kinds
from domain.notice_samples import sample
from tests.pdf import papers
from tests.pdf.papers import printed
from tests.pdf.rules_end import RULES, failing
from tests.pdf.wrong import WRONG, Wrong

SAMPLES = [(k.code, form) for k in kinds() for form in k.forms]


@pytest.mark.parametrize(
    "document",
    [papers.redhead, papers.letter, papers.enforcement, papers.table, papers.annexed, papers.sealed],
    ids=lambda make: make.__name__,
)
def test_every_form_keeps_every_rule(document: Callable[[], Document]) -> None:
    assert failing(document(), printed(document())) == {}


@pytest.mark.parametrize(("code", "form"), SAMPLES)
@pytest.mark.parametrize("plain", [True, False], ids=["plain", "sealed"])
def test_every_kind_keeps_every_rule(code: str, form: Form, plain: bool) -> None:
    document = sample(code, form, plain=plain)
    assert failing(document, printed(document)) == {}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.rule}: {wrong.name}")
def test_a_wrong_file_is_found_out_by_exactly_its_rule(wrong: Wrong) -> None:
    document, pdf = wrong.make()
    assert set(failing(document, pdf)) == {wrong.rule}


def test_every_rule_has_a_wrong_file() -> None:
    assert {wrong.rule for wrong in WRONG} == set(RULES)
