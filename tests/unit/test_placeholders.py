"""Placeholders of reply templates: what is refused, what is filled, what counts as used."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from blueprints.knowledge.models import DANGERS, KINDS
from blueprints.knowledge.service.writing import checked_text
from domain.errors import InvalidInput
from domain.placeholders import PLACEHOLDERS, faults, filled, names_in, stretches, survives, tidied

TEMPLATE = "{诉求人称呼}，您好：您反映的“{标题}”（{编号}）已经核实处理。\n如有疑问，请拨打{服务电话}。"


def test_known_placeholders_are_filled_and_missing_ones_say_so() -> None:
    text = filled(TEMPLATE, {"诉求人称呼": "王先生／女士", "标题": "停气", "编号": "F1", "服务电话": ""})
    assert text == "王先生／女士，您好：您反映的“停气”（F1）已经核实处理。\n如有疑问，请拨打（待填）。"
    assert filled("没有占位", {}) == "没有占位"


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert filled("{标题}", {"标题": "{编号}", "编号": "F1"}) == "{编号}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("您好{姓名}", "没有“{姓名}”"),
        ("您好{}", "没有“{}”"),
        ("您好{编号", "成对"),
        ("您好编号}", "成对"),
        ("{{编号}}", "成对"),
        ("{编号.__class__}", "没有"),
    ],
)
def test_what_nothing_can_fill_is_refused(text: str, words: str) -> None:
    assert any(words in fault for fault in faults(text))
    with pytest.raises(InvalidInput, match="可以用的占位"):
        checked_text(text, "reply")


def test_braces_of_a_chinese_keyboard_are_placeholders_too() -> None:
    assert tidied("｛ 编号 ｝，您好") == "{编号}，您好"
    assert checked_text("｛编号｝，您好", "reply") == "{编号}，您好"


def test_what_is_read_aloud_has_no_placeholders() -> None:
    for kind in ("script", "safety"):
        with pytest.raises(InvalidInput, match="照着念"):
            checked_text("您好，{编号}", kind)
        assert checked_text("请马上离开。", kind) == "请马上离开。"


def test_a_template_counts_as_used_while_something_of_it_is_left() -> None:
    assert stretches(TEMPLATE) == ["已经核实处理"]
    long = "{标题}：我们已经补发通知并改进告知办法。"
    assert stretches(long) == ["我们已经补发通知并改进告知办法"]
    assert survives(long, "停气：我们已经补发通知并改进告知办法，谢谢。")
    assert not survives(long, "另写的一段话。")
    assert survives("{编号}好", "F1好")
    assert not survives("{编号}", "F1")


def test_what_comes_with_the_product_is_sound() -> None:
    root = Path(__file__).resolve().parents[2]
    rows = tomllib.loads((root / "rulesets" / "knowledge" / "items.toml").read_text("utf-8"))["items"]
    assert len(rows) >= 12
    for row in rows:
        assert row["kind"] in KINDS, row["title"]
        assert (row["kind"] == "safety") == (row.get("emergency") in DANGERS), row["title"]
        text = checked_text(row["text"], row["kind"])
        assert set(names_in(text)) <= set(PLACEHOLDERS)
        assert stretches(text), row["title"]
    assert {row["emergency"] for row in rows if row["kind"] == "safety"} == set(DANGERS)
