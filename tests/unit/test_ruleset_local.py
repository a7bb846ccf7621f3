"""Local values: what the rule leaves open may be set, what its text states may not."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from domain.deadlines import Unit
from domain.errors import InvalidInput, RuleViolation
from domain.rulesets import Ruleset
from tests.rule_data import ruleset


def test_local_values_change_only_what_they_name() -> None:
    fuling = ruleset("fuling")
    changed = fuling.with_local(
        {
            "limit:completion": {"amount": 7},
            "limit:acceptance": {"amount": 24, "unit": "hour"},
            "channel:gas_hotline": {"name": "967770", "remark": "", "active": False},
            "callback_required": False,
            "closing_right_level_2": "leader",
            "significant_definition": " 本单位另行规定 ",
        }
    )
    completion, acceptance = changed.limit("completion"), changed.limit("acceptance")
    assert completion is not None
    assert acceptance is not None
    assert (completion.amount, completion.unit) == (7, Unit.WORKDAY)
    assert (acceptance.amount, acceptance.unit) == (24, Unit.HOUR)
    gas = changed.channel("gas_hotline")
    assert (gas.name, gas.remark, gas.active, gas.clause) == ("967770", None, False, "F4.1")
    assert changed.flag("callback_required") is False
    assert changed.text("closing_right_level_2") == "leader"
    assert changed.text("significant_definition") == "本单位另行规定"
    assert changed.digest != fuling.digest
    assert Ruleset.from_json(changed.to_json()) == changed
    same = dataclasses.replace(
        changed, limits=fuling.limits, channels=fuling.channels, settings=fuling.settings
    )
    assert same == fuling
    assert fuling.number("surge_count") == changed.number("surge_count")


def test_no_local_values_is_the_same_ruleset() -> None:
    assert ruleset("qitaihe").with_local({}) == ruleset("qitaihe")


@pytest.mark.rule("Q5")
def test_a_limit_that_the_rule_states_cannot_be_overridden() -> None:
    with pytest.raises(RuleViolation, match="“办结”是《七台河市") as caught:
        ruleset("qitaihe").with_local({"limit:completion": {"amount": 10}})
    assert caught.value.clause == "Q5"
    with pytest.raises(RuleViolation):
        ruleset("qitaihe").with_local({"limit:completion": {"unit": "day"}})
    assert ruleset("qitaihe").with_local({"limit:completion": {"amount": 5}}) == ruleset("qitaihe")


@pytest.mark.rule("Q5", "Q4.3")
@pytest.mark.parametrize(
    ("key", "clause"),
    [("extension_allowed", "Q5"), ("suspension_allowed", "Q5"), ("acceptance_needs_written", "Q4.3")],
)
def test_a_setting_that_the_rule_states_cannot_be_overridden(key: str, clause: str) -> None:
    with pytest.raises(RuleViolation) as caught:
        ruleset("qitaihe").with_local({key: True})
    assert caught.value.clause == clause
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nothing": 1}, "没有“nothing”这项设定"),
        ({"limit:nothing": {"amount": 1}}, "没有“limit:nothing”这项设定"),
        ({"limit:completion": {"amount": 0}}, "办结：时限的数目"),
        ({"limit:completion": {"amount": True}}, "办结：时限的数目"),
        ({"limit:completion": {"amount": 3661}}, "办结：时限的数目"),
        ({"limit:completion": {"unit": "weeks"}}, "办结：时限的单位"),
        ({"limit:completion": {"unit": 5}}, "办结：时限的单位"),
        ({"limit:completion": 5}, "只能设定amount、unit"),
        ({"limit:completion": {}}, "只能设定amount、unit"),
        ({"limit:completion": {"extendable": False}}, "只能设定amount、unit"),
        ({"limit:instruction": {"amount": 3}}, "没有“limit:instruction”这项设定"),
        ({"channel:oral": {"active": 1}}, "是否启用"),
        ({"channel:oral": {"name": " "}}, "渠道名称不能是空的"),
        ({"channel:oral": {"name": "口" * 41}}, "不能超过40个字"),
        ({"channel:oral": {"name": "口\x00头"}}, "不能显示的字符"),
        ({"channel:oral": {"medium": "phone"}}, "只能设定active、name、remark"),
        ({"callback_required": "yes"}, "须选“是”或“否”"),
        ({"surge_count": "5"}, "须是1至3660的整数"),
        ({"surge_count": 0}, "须是1至3660的整数"),
        ({"surge_count": 10**30}, "须是1至3660的整数"),
        ({"surge_count": None}, "类型不对"),
        ({"surge_count": [1]}, "不能是空的"),
        ({"ledger_period": "week"}, "只能选：每月、每季度"),
        ({"significant_definition": ""}, "不能是空的"),
        ({"significant_definition": "长" * 2001}, "不能超过2000个字"),
        ({"significant_definition": "坏\ud800"}, "不能显示的字符"),
    ],
)
def test_local_values_that_do_not_fit_are_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        ruleset("fuling").with_local(values)


def test_a_limit_of_certain_types_has_their_names_in_its_key() -> None:
    changed = ruleset("fuling").with_local({"limit:instruction:suggestion": {"amount": 3}})
    limit = changed.limit("instruction", "suggestion")
    assert limit is not None
    assert limit.amount == 3
