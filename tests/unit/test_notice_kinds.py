"""The kinds of official documents: complete, apart from each other, and their templates checked before they are used."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from domain.documents import Form, Grid, Paragraph, SignLines, Table, Ticks, data_of, document_of
from domain.errors import InvalidInput
from domain.notice_kinds import (
    Frame,
    Wording,
    compose,
    fill,
    kind,
    kinds,
    missing_fields,
    template_problems,
    wording,
)
from domain.notice_samples import sample, sample_frame, sample_values
from domain.rulesets import load

CODES = [k.code for k in kinds()]
FORMS = [(k.code, form) for k in kinds() for form in k.forms]


def test_the_kinds():
    assert len(CODES) == len(set(CODES)) == 18
    assert {k.form for k in kinds()} == set(Form)


@pytest.mark.parametrize("code", CODES)
def test_each_kind_has_fields_and_wording_of_its_own(code):
    of = kind(code)
    own = {f.name for f in of.own_fields()}
    others = {f.name for k in kinds() if k is not of for f in k.fields}
    assert len(own) >= 3, own
    assert not own & others
    assert of.body not in {k.body for k in kinds() if k is not of}


@pytest.mark.parametrize(("code", "form"), FORMS)
def test_built_in_wordings_have_no_fault(code, form):
    assert template_problems(kind(code), wording(kind(code), form)) == []


@pytest.mark.parametrize(("code", "form"), FORMS)
def test_samples_leave_nothing_open(code, form):
    document = sample(code, form)
    printed = str(data_of(document))
    assert "{" not in "".join(p.lead + p.text for p in document.blocks if isinstance(p, Paragraph))
    assert "【" not in printed
    assert document_of(data_of(document)) == document
    assert missing_fields(kind(code), sample_values(kind(code))) in ([], [kind(code).field_named("slip_liability")])


def test_clauses_exist(rule_clauses):
    assert {c for k in kinds() for c in k.clauses} <= rule_clauses


def test_orders_state_the_remedies_and_requests_order_nothing():
    order, request = kind("rectification_order"), kind("rectification_notice")
    assert "行政复议" in order.body
    assert "行政诉讼" in order.body or "提起行政诉讼" in order.body
    assert order.legal_review
    assert not request.legal_review
    assert "责令" not in request.body
    assert "行政复议" not in request.body


@pytest.mark.parametrize("code", [k.code for k in kinds() if k.answer_within])
def test_limits_run_from_receipt_and_carry_no_date(code):
    of = kind(code)
    text = of.body + "".join(cell for grid in of.grids for row in grid.rows for cell in row)
    assert "自收到" in text
    assert "{answer_within}个工作日" in text


def test_faults_of_a_template_are_named():
    of = kind("supervision")
    said = Wording("关于{what}的通知", "【没有的表】\n{supervision_reason}{broken\n{supervision_demands}")
    found = "".join(template_problems(of, said))
    assert "{what}" in found
    assert "【没有的表】" in found
    assert "花括号" in found
    assert "办理情况" in found
    assert template_problems(of, Wording("", ""))


def test_a_line_for_an_absent_field_is_left_out():
    of = kind("reply")
    values = sample_values(of) | {"apology_words": ""}
    frame = sample_frame(of, Form.LETTER, plain=True)
    text = fill(of, values, frame, wording(of, Form.LETTER)).body
    assert "致歉" not in text.split("三、依据")[1]
    assert "我委高度重视" in text


def test_tables_forms_and_ticks_stand_where_the_text_says():
    of = kind("recheck_opinion")
    frame = sample_frame(of, Form.ENFORCEMENT, plain=True)
    values = sample_values(of)
    text = fill(of, values, frame, wording(of, Form.ENFORCEMENT))
    document = compose(of, Form.ENFORCEMENT, text, values, frame)
    tick = next(b for b in document.blocks if isinstance(b, Ticks))
    assert tick.items == (("已完成整改", False), ("基本完成整改", True), ("没有完成整改", False))
    assert sum(isinstance(b, Table) for b in document.blocks) == 1
    proof = sample("service_proof")
    assert isinstance(proof.blocks[0], Grid)
    assert isinstance(proof.blocks[1], SignLines)
    with pytest.raises(InvalidInput, match="【别的表】"):
        compose(of, Form.ENFORCEMENT, replace(text, body="【别的表】"), values, frame)
    with pytest.raises(InvalidInput, match="没有这种格式"):
        compose(of, Form.REDHEAD, text, values, frame)


def test_what_somebody_typed_is_no_placeholder():
    of = kind("decline")
    values = sample_values(of) | {"decline_reason": "原文写着{organ_secret}和{contact_phone:ticks}"}
    text = fill(of, values, Frame("示例燃气公司"), wording(of, Form.LETTER)).body
    assert "{organ_secret}" in text
    assert "我公司不予受理" in text


@pytest.fixture(scope="module")
def rule_clauses() -> set[str]:
    """Ids of all clauses of both rule systems."""
    folder = Path(__file__).resolve().parents[2] / "rulesets"
    texts = [(folder / f"{name}.toml").read_text("utf-8") for name in ("fuling", "qitaihe")]
    return {c.id for text in texts for c in load(text, "rules").clauses}
