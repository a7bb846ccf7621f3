"""The two rule systems as data: their texts, their rows, look-ups, JSON and digest."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from domain.deadlines import Unit
from domain.errors import InvalidInput
from domain.roles import ENTERPRISE_ROLES
from domain.ruleset_rows import Cited, Template
from domain.rulesets import Flow, Ruleset, RulesetError, Status, load
from tests.rule_data import NAMES, rule_texts, ruleset, source

CITED_TABLES = (
    "channels",
    "types",
    "categories",
    "level_triggers",
    "actions",
    "guards",
    "limits",
    "settings",
    "authority",
    "rates",
    "counting",
    "cross_columns",
    "cross_totals",
)


def cited_rows(found: Ruleset) -> list[tuple[str, Any]]:
    return [(table, row) for table in CITED_TABLES for row in getattr(found, table)]


# The texts


@pytest.mark.rule("F0", "F3", "F3.1", "F3.2", "Q0", "Q1", "Q4", "Q6", "Q7")
@pytest.mark.parametrize(("name", "count"), [("fuling", 35), ("qitaihe", 24)])
def test_clause_texts_are_the_rules_own_character_for_character(name: str, count: int) -> None:
    assert [(clause.id, clause.text) for clause in ruleset(name).clauses] == rule_texts(name)
    assert len(rule_texts(name)) == count


def test_headings_and_parts_are_told_apart() -> None:
    headings = {clause.id for name in NAMES for clause in ruleset(name).clauses if clause.heading}
    assert headings == {"F3", "F3.1", "F3.2", "Q1", "Q4", "Q6"}
    parts = {clause.id: clause.part_of for clause in ruleset("fuling").clauses if clause.part_of}
    assert parts == {
        **dict.fromkeys(("F6.2a", "F6.2b", "F6.2c"), "F6.2"),
        **dict.fromkeys(("F7.1", "F7.2", "F7.3"), "F7"),
    }


def test_what_each_rule_system_is() -> None:
    fuling, qitaihe = ruleset("fuling"), ruleset("qitaihe")
    assert (fuling.prefix, fuling.status, fuling.sectors) == ("F", Status.DRAFT, ("power", "gas"))
    assert (qitaihe.prefix, qitaihe.status, qitaihe.sectors) == ("Q", Status.IN_FORCE, ("water",))
    assert fuling.organ_codes["supervision"] == "涪经信督"


def test_roles_and_steps_have_the_rules_own_names() -> None:
    assert ruleset("qitaihe").term("dispatch_center", "") == "调度指挥中心"
    assert ruleset("fuling").term("dispatch_center", "") == "客服中心"
    assert ruleset("qitaihe").action("dispatch").name == "分单"
    assert ruleset("fuling").action("dispatch").name == "转办"
    assert ruleset("fuling").term("nothing_of_that_name", "原样") == "原样"


# What the rows say, and where it comes from


@pytest.mark.parametrize("name", NAMES)
def test_every_row_says_where_it_comes_from(name: str) -> None:
    found = ruleset(name)
    headings = {clause.id for clause in found.clauses if clause.heading}
    for table, row in cited_rows(found):
        assert isinstance(row, Cited)
        assert row.clause or row.local, (table, row)
        assert row.clause not in headings, (table, row)
        assert not row.local or (row.reason and row.reason.endswith("。")), (table, row)


@pytest.mark.parametrize("name", NAMES)
def test_refusals_are_whole_sentences_that_say_how_to_go_on(name: str) -> None:
    for guard in ruleset(name).guards:
        assert re.fullmatch(r"[^。]+。.+。", guard.message), guard.code
        assert "请" in guard.message, guard.code
        assert not re.search(r"[A-Za-z_]", guard.message), guard.code


@pytest.mark.rule("Q3", "Q2", "F3.4")
def test_types_are_the_rules_own_and_what_is_not_is_local() -> None:
    fuling = {row.code: (row.clause, row.local) for row in ruleset("fuling").types}
    qitaihe = {row.code: (row.clause, row.local) for row in ruleset("qitaihe").types}
    assert fuling == {
        "complaint": ("F3.4", False),
        "inquiry": ("F3.4", False),
        "help_request": ("F3.4", True),
        "suggestion": (None, True),
    }
    assert qitaihe == {
        "complaint": ("Q3", False),
        "suggestion": ("Q3", False),
        "inquiry": ("Q3", False),
        "report": ("Q2", False),
    }
    report = ruleset("qitaihe").type("report")
    assert (report.flow, report.confidential) == (Flow.COMPLAINT, True)


@pytest.mark.rule("F2")
def test_the_five_categories() -> None:
    codes = ["quality", "charging", "service", "complaint_handling", "other"]
    assert [row.code for row in ruleset("fuling").categories] == codes
    assert all(row.clause == "F2" and not row.local for row in ruleset("fuling").categories)
    assert [row.code for row in ruleset("qitaihe").categories] == codes


@pytest.mark.rule("F4.1")
def test_the_power_hotline_is_95598_with_a_remark_and_96777x_stays_open() -> None:
    fuling = ruleset("fuling")
    assert "95588" in fuling.clause("F4.1").text
    power, gas = fuling.channel("power_hotline"), fuling.channel("gas_hotline")
    assert (power.name, gas.name) == ("95598", "96777x")
    assert power.remark is not None
    assert "95588" in power.remark
    assert gas.remark is not None
    assert "末位" in gas.remark
    named = {row.code for row in fuling.channels if row.clause == "F4.1" and not row.local}
    assert named == {"oral", "hotline_12345", "power_hotline", "gas_hotline", "written"}


@pytest.mark.rule("Q4.1", "Q4.2", "Q4.3")
def test_levels_come_from_the_channel_or_from_a_judged_trigger() -> None:
    qitaihe = ruleset("qitaihe")
    judged = {row.code for row in qitaihe.level_triggers if row.needs_judgement}
    assert judged == {
        "mainstream_media",
        "important_period",
        "undercover_exposure",
        "escalated_by_mishandling",
    }
    assert {row.level for row in qitaihe.level_triggers if row.needs_judgement} == {1}
    found = {row.code: qitaihe.origin_trigger(row.code) for row in qitaihe.channels}
    said = {code: (row.level, row.clause, row.local) for code, row in found.items() if row}
    assert said["dispatch_center"] == said["online_media"] == (2, "Q4.2", False)
    assert said["hotline_12345"] == said["regulator_transfer"] == (2, "Q4.2", True)
    assert said["department_phone"] == said["department_written"] == (3, "Q4.3", False)
    assert len(said) == len(qitaihe.channels)


def test_where_the_rule_knows_no_levels_every_level_is_local() -> None:
    fuling = ruleset("fuling")
    assert all(row.local and row.clause is None for row in fuling.level_triggers)
    assert fuling.origin_trigger("oral") is not None
    trigger = fuling.origin_trigger("hotline_12345")
    assert trigger is not None
    assert (trigger.level, trigger.local) == (2, True)


@pytest.mark.rule("Q5")
def test_five_workdays_from_receipt_for_all_types_stated_by_the_rule() -> None:
    for code in (None, "complaint", "suggestion", "inquiry", "report"):
        limit = ruleset("qitaihe").limit("completion", code)
        assert limit is not None
        assert (limit.amount, limit.unit, limit.count_from) == (5, Unit.WORKDAY, "receipt")
        assert (limit.clause, limit.local, limit.extendable) == ("Q5", False, False)


@pytest.mark.rule("F5.2")
def test_where_the_rule_gives_no_number_of_days_the_limit_is_local() -> None:
    limit = ruleset("fuling").limit("completion", "complaint")
    assert limit is not None
    assert (limit.amount, limit.clause, limit.local, limit.extendable) == (10, "F5.2", True, True)
    report_back = ruleset("fuling").limit("report_back")
    assert report_back is not None
    assert (report_back.amount, report_back.local) == (3, True)
    assert all(row.local for row in ruleset("fuling").limits)


@pytest.mark.rule("Q2", "Q1.1")
def test_timely_acceptance_is_not_defined_so_it_is_local() -> None:
    limit = ruleset("qitaihe").limit("acceptance")
    assert limit is not None
    assert (limit.amount, limit.clause, limit.local) == (1, "Q2", True)
    assert ruleset("qitaihe").action("urge").clause == "Q1.1"


def test_a_limit_for_one_type_does_not_hold_for_others() -> None:
    qitaihe = ruleset("qitaihe")
    assert qitaihe.limit("instruction", "suggestion") is not None
    assert qitaihe.limit("instruction", "complaint") is None
    assert qitaihe.limit("review") is None
    with pytest.raises(KeyError):
        qitaihe.limit("anything")


@pytest.mark.rule("Q1.5")
def test_promises_only_within_the_roles_authority() -> None:
    qitaihe = ruleset("qitaihe")
    assert qitaihe.may_promise("handler", "reply_date")
    assert not qitaihe.may_promise("handler", "refund")
    assert qitaihe.may_promise("enterprise_leader", "refund")
    assert qitaihe.may_promise("regulator_leader", "policy_change")
    assert not any(qitaihe.may_promise(role, "policy_change") for role in ENTERPRISE_ROLES)
    assert not qitaihe.may_promise("discloser", "reply_date")


@pytest.mark.rule("Q5")
def test_the_rule_without_extension_allows_none() -> None:
    qitaihe = ruleset("qitaihe")
    for key in ("extension_allowed", "suspension_allowed"):
        assert not qitaihe.flag(key)
        assert (qitaihe.setting(key).clause, qitaihe.setting(key).local) == ("Q5", False)
        assert ruleset("fuling").flag(key)
    assert not qitaihe.has_action("request_extension")
    assert ruleset("fuling").has_action("request_extension")


def test_guards_that_a_rule_does_not_ask_for_are_not_there() -> None:
    fuling, qitaihe = ruleset("fuling"), ruleset("qitaihe")
    for code in ("apology_made", "talks_enough", "service_class_given", "progress_told", "lapse_corrected"):
        assert fuling.guard(code) is None
        assert qitaihe.guard(code) is not None
    for code in ("written_text_for_significant", "nature_decided", "replier_competent", "review_reason"):
        assert fuling.guard(code) is not None
        assert qitaihe.guard(code) is None


def test_settings_are_asked_by_kind() -> None:
    fuling = ruleset("fuling")
    assert fuling.flag("callback_required") is True
    assert fuling.number("due_soon_workdays") == 2
    closing = [fuling.text(f"closing_right_level_{level}") for level in (1, 2, 3)]
    assert closing == ["leader", "dispatch_center", "unit"]
    assert fuling.setting("closing_right_level_2").label == "客服中心"
    assert fuling.setting("callback_required").label == "是"
    assert fuling.text("retention_level_1") == "永久"
    with pytest.raises(TypeError):
        fuling.flag("due_soon_workdays")
    with pytest.raises(TypeError):
        fuling.number("callback_required")
    with pytest.raises(TypeError):
        bool(fuling.setting("callback_required"))


def test_unknown_codes_are_refused() -> None:
    fuling = ruleset("fuling")
    chosen: list[Callable[[str], object]] = [fuling.channel, fuling.type, fuling.category, fuling.trigger]
    for look_up in (*chosen, fuling.promise):
        with pytest.raises(InvalidInput, match="没有“nothing”"):
            look_up("nothing")
    written: list[Callable[[str], object]] = [fuling.clause, fuling.action, fuling.setting, fuling.template]
    for look_up in written:
        with pytest.raises(KeyError):
            look_up("nothing")


@pytest.mark.parametrize("name", NAMES)
def test_prepared_texts_fill_in_and_show_what_is_missing(name: str) -> None:
    template = ruleset(name).template("progress_accepted")
    assert set(template.placeholders) == {"complainant", "received", "case_number", "due", "phone"}
    values = {"complainant": "示例用户甲", "case_number": "{due}", "due": "2026-10-13", "phone": ""}
    text = template.fill(values)
    assert "示例用户甲" in text
    assert "{due}" in text
    assert text.count("（待填）") == 2


def test_values_put_into_a_prepared_text_are_never_read_as_placeholders() -> None:
    assert Template("x", "x", "{reply}！").fill({"reply": "{0.__class__}"}) == "{0.__class__}！"


# Whole rulesets


@pytest.mark.parametrize("name", NAMES)
def test_json_gives_the_same_ruleset_back(name: str) -> None:
    found = ruleset(name)
    for again in (Ruleset.from_json(found.to_json()), Ruleset.from_json(json.dumps(found.to_json()))):
        assert again == found
        assert again.digest == found.digest
        assert hash(again) == hash(found)


def test_damaged_json_is_refused() -> None:
    data = json.loads(json.dumps(ruleset("qitaihe").to_json()))
    data["limits"][0]["clause"] = "Q99"
    with pytest.raises(RulesetError, match=r"^qitaihe：引用了没有的条款“Q99”") as caught:
        Ruleset.from_json(data)
    assert caught.value.line == 0


def test_the_digest_is_of_the_content() -> None:
    text = source("qitaihe")
    assert load("# another comment\n\n" + text, "q").digest == ruleset("qitaihe").digest
    assert text.count("amount = 5\nunit") == 2
    changed = text.replace("amount = 5\nunit", "amount = 4\nunit", 1)
    assert load(changed, "q").digest != ruleset("qitaihe").digest
    assert re.fullmatch("[0-9a-f]{64}", ruleset("qitaihe").digest)


def test_rulesets_cannot_be_changed_in_place() -> None:
    found = ruleset("fuling")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.version = "x"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.limits[0].amount = 1  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.terms["unit"] = "x"  # type: ignore[index]


def test_the_digest_does_not_depend_on_the_order_of_names() -> None:
    data = ruleset("qitaihe").to_json()
    data["terms"] = dict(reversed(data["terms"].items()))
    assert Ruleset.from_json(dict(reversed(data.items()))).digest == ruleset("qitaihe").digest
