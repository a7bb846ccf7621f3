"""Rulesets in force, pinned versions, local settings and law limits, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm.exc import StaleDataError

from blueprints.rulebook import queries
from blueprints.rulebook.models import LocalSetting, RulesetVersion
from blueprints.rulebook.service import (
    RulesFileFault,
    StaleSetting,
    add_law,
    adopt_laws,
    base_ruleset,
    change_law,
    change_setting,
    clause_of,
    law_limits_for,
    load_rulesets,
    pin,
    pinned,
    ruleset_codes,
    ruleset_for,
    set_law_active,
    settings_owner,
)
from blueprints.rulebook.service.citations import citations
from blueprints.rulebook.service.in_force import completed
from blueprints.rulebook.service.law_limits import LawTerms
from core import audit, clock
from core.audit import AuditEntry
from core.db import db, transaction
from domain.deadlines import Unit
from domain.errors import InvalidInput, RuleViolation
from domain.rulesets import Governor, Ruleset
from tests.factories.world import World

REASON = "经理办公会2026年第4次会议决定。"
TALKS = "talks_before_shelving"


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The SQL statements that run inside."""
    seen: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def set_talks(world: World, value: int, **more: int) -> LocalSetting:
    """The water company sets how many talks it holds."""
    with transaction():
        owner, by = world.org("gs"), world.user("gs-leader")
        return change_setting(owner, "qitaihe", TALKS, value, reason=REASON, by=by, now=clock.now(), **more)


def test_both_rule_systems_are_read_at_start(app: Flask) -> None:
    assert set(ruleset_codes()) == {"fuling", "qitaihe"}
    assert base_ruleset("fuling").governed_by is Governor.REGULATOR
    found = clause_of("Q5")
    assert found is not None
    assert found[0].code == "qitaihe"
    assert clause_of("Q99") is None


def test_start_fails_loudly_with_file_line_and_reason(app: Flask, tmp_path: Path) -> None:
    text = (Path(app.root_path) / "rulesets" / "qitaihe.toml").read_text("utf-8")
    line = text[: text.index('clause = "Q5"')].count("\n") + 1
    (tmp_path / "qitaihe.toml").write_text(text.replace('clause = "Q5"', 'clause = "Q95"', 1), "utf-8")
    app.config["RULESETS_DIR"] = str(tmp_path)
    with pytest.raises(RulesFileFault) as fault:
        load_rulesets(app)
    assert fault.value.problems == (f"qitaihe.toml 第{line}行：引用了没有的条款“Q95”",)


def test_two_files_must_not_share_a_clause_prefix(app: Flask, tmp_path: Path) -> None:
    text = (Path(app.root_path) / "rulesets" / "qitaihe.toml").read_text("utf-8")
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(text, "utf-8")
    app.config["RULESETS_DIR"] = str(tmp_path)
    with pytest.raises(RulesFileFault, match="重复"):
        load_rulesets(app)


def test_the_regulator_sets_values_under_f_and_the_company_under_q(world: World) -> None:
    assert settings_owner(world.org("rq")).code == "jxw"
    assert settings_owner(world.org("gd")).code == "jxw"
    assert settings_owner(world.org("gs")).code == "gs"


def test_without_a_regulator_the_enterprise_sets_its_own_values(world: World) -> None:
    with transaction():
        world.org("jxw").active = False
    assert settings_owner(world.org("rq")).code == "rq"


def test_a_value_of_the_regulator_holds_for_all_its_enterprises(each_world: World) -> None:
    with transaction():
        owner, by = each_world.org("jxw"), each_world.user("jxw-leader")
        value = {"amount": 8, "unit": "workday"}
        change_setting(owner, "fuling", "limit:completion", value, reason=REASON, by=by, now=clock.now())
    for code in ("gd", "rq"):
        limit = ruleset_for(each_world.org(code)).limit("completion")
        assert limit is not None
        assert (limit.amount, limit.reason, limit.local) == (8, REASON, True)


def test_a_change_is_seen_at_once_and_costs_one_statement_a_request(each_world: World) -> None:
    assert ruleset_for(each_world.org("gs")).number(TALKS) == 2
    set_talks(each_world, 4)
    assert ruleset_for(each_world.org("gs")).number(TALKS) == 4
    company = each_world.org("gs")
    assert company.id
    db.session.expunge(company)
    db.session.rollback()
    with counted_statements() as statements:
        for _ in range(3):
            assert ruleset_for(company).number(TALKS) == 4
    assert len(statements) == 1


def test_values_that_are_rolled_back_never_reach_anybody(each_world: World) -> None:
    def change_and_fail() -> None:
        by, company = each_world.user("gs-leader"), each_world.org("gs")
        change_setting(company, "qitaihe", TALKS, 9, reason=REASON, by=by, now=clock.now())
        assert ruleset_for(company).number(TALKS) == 9
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        change_and_fail()
    assert ruleset_for(each_world.org("gs")).number(TALKS) == 2
    set_talks(each_world, 3)
    assert ruleset_for(each_world.org("gs")).number(TALKS) == 3


def test_the_history_is_kept_and_audited(each_world: World) -> None:
    set_talks(each_world, 3)
    set_talks(each_world, 5)
    rows = queries.setting_rows(each_world.org("gs").id, "qitaihe")
    assert [row.value for row in rows] == [3, 5]
    assert {row.set_by for row in rows} == {"供排水公司分管经理"}
    entries = db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == "rulebook.setting").order_by(AuditEntry.seq)
    )
    assert [json.loads(entry.changes)[TALKS] for entry in entries] == [[2, 3], [3, 5]]
    assert audit.verify().holds


@pytest.mark.rule("Q5")
def test_what_the_rule_states_is_refused_with_its_clause(each_world: World) -> None:
    owner, by = each_world.org("gs"), each_world.user("gs-leader")
    for key, value in (("limit:completion", {"amount": 7, "unit": "workday"}), ("extension_allowed", True)):
        with pytest.raises(RuleViolation) as refusal, transaction():
            change_setting(owner, "qitaihe", key, value, reason=REASON, by=by, now=clock.now())
        assert refusal.value.clause == "Q5"
    assert db.session.scalar(select(func.count(LocalSetting.id))) == 0


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        (TALKS, 3, "  "),
        (TALKS, 3, "长" * 501),
        (TALKS, 2, REASON),
        (TALKS, 0, REASON),
        (TALKS, "三", REASON),
        ("closing_right_level_1", "anybody", REASON),
        ("no_such_setting", 1, REASON),
        ("limit:callback", {"amount": 0}, REASON),
        ("channel:hotline_12345", {"name": ""}, REASON),
    ],
)
def test_values_that_do_not_fit_are_refused(world: World, key: str, value: object, reason: str) -> None:
    owner, by = world.org("gs"), world.user("gs-leader")
    with pytest.raises(InvalidInput), transaction():
        change_setting(owner, "qitaihe", key, value, reason=reason, by=by, now=clock.now())


def test_a_part_of_a_channel_keeps_the_other_parts(world: World) -> None:
    for value in ({"name": "96777热线"}, {"remark": "末位待公布"}, {"active": False}):
        with transaction():
            owner, by = world.org("jxw"), world.user("jxw-leader")
            code = next(c.code for c in base_ruleset("fuling").channels if "96777" in c.name)
            change_setting(owner, "fuling", f"channel:{code}", value, reason=REASON, by=by, now=clock.now())
    channel = ruleset_for(world.org("rq")).channel(code)
    assert (channel.name, channel.remark, channel.active) == ("96777热线", "末位待公布", False)


def test_a_second_editor_learns_of_the_first(world: World) -> None:
    first = set_talks(world, 3, seen=0)
    with pytest.raises(StaleSetting) as stale:
        set_talks(world, 4, seen=0)
    assert stale.value.current.id == first.id
    assert set_talks(world, 4, seen=first.id).value == 4


def test_a_stored_value_that_no_longer_fits_is_left_out(world: World) -> None:
    with transaction() as session:
        facts = {"owner_id": world.org("gs").id, "ruleset_code": "qitaihe"}
        facts |= {"set_at": clock.now(), "set_by": "—"}
        session.add(LocalSetting(key="gone", value=1, reason="—", **facts))
        session.add(LocalSetting(key="extension_allowed", value=True, reason="—", **facts))
    assert ruleset_for(world.org("gs")).flag("extension_allowed") is False


def test_equal_rules_are_pinned_once(each_world: World) -> None:
    with transaction():
        first = pin(each_world.org("gs"), clock.now()).id
    with transaction():
        assert pin(each_world.org("gs"), clock.now()).id == first
    set_talks(each_world, 3)
    with transaction():
        second = pin(each_world.org("gs"), clock.now()).id
    assert second != first
    assert (pinned(first).number(TALKS), pinned(second).number(TALKS)) == (2, 3)
    assert pinned(second) == ruleset_for(each_world.org("gs"))
    assert db.session.scalar(select(func.count(RulesetVersion.id))) == 2
    db.session.rollback()
    with counted_statements() as statements:
        pinned(first)
    assert statements == []


def test_a_pin_that_is_rolled_back_leaves_no_trace(each_world: World) -> None:
    def pin_and_fail() -> None:
        lost = pin(each_world.org("gs"), clock.now()).id
        assert pinned(lost).code == "qitaihe"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction():
        pin_and_fail()
    with transaction():
        kept = pin(each_world.org("rq"), clock.now()).id
    assert pinned(kept).code == "fuling"
    with pytest.raises(KeyError):
        pinned(kept + 1000)


def test_an_enterprise_without_a_ruleset_is_told_so(world: World) -> None:
    with pytest.raises(InvalidInput, match="没有指定"):
        ruleset_for(world.org("swj"))


def test_laws_are_adopted_edited_and_shelved(each_world: World, moment: datetime) -> None:
    now = clock.now()
    with transaction():
        regulator, by = each_world.org("jxw"), each_world.user("jxw-leader")
        codes = ["urban_gas_29", "chongqing_natural_gas_54"]
        assert len(adopt_laws(regulator, codes, by=by, now=now)) == 2
        assert adopt_laws(regulator, codes, by=by, now=now) == []
    regulator, by = each_world.org("jxw"), each_world.user("jxw-leader")
    found = law_limits_for(regulator.id, "gas")
    amounts = [(row.amount, row.unit, row.complex_amount) for row in found]
    assert amounts == [(15, "workday", None), (30, "day", 60)]
    assert law_limits_for(regulator.id, "power") == []
    with transaction():
        regulator, by = each_world.org("jxw"), each_world.user("jxw-leader")
        row = law_limits_for(regulator.id, "gas")[0]
        terms = LawTerms(row.law, row.article, row.text, ("gas",), 12, Unit.WORKDAY)
        change_law(row, terms, regulator=regulator, version=1, by=by, now=now)
    with transaction():
        regulator, by = each_world.org("jxw"), each_world.user("jxw-leader")
        row = law_limits_for(regulator.id, "gas")[0]
        with pytest.raises(StaleDataError):
            set_law_active(row, False, version=1, by=by, now=now)
        set_law_active(row, False, version=2, by=by, now=now)
    left = law_limits_for(each_world.org("jxw").id, "gas")
    assert [row.code for row in left] == ["chongqing_natural_gas_54"]
    assert audit.verify().holds


def test_laws_that_cannot_be_meant_are_refused(world: World) -> None:
    regulator, by, now = world.org("swj"), world.user("swj-leader"), clock.now()
    with pytest.raises(InvalidInput):
        adopt_laws(regulator, ["urban_gas_29"], by=by, now=now)
    good = {"law": "示例条例", "article": "第一条", "text": "投诉十日内办结。", "sectors": ("water",)}
    for change in (
        {"sectors": ("gas",)}, {"sectors": ()}, {"amount": 0}, {"amount": 10, "complex_amount": 10},
        {"unit": Unit.HOUR}, {"law": " "}, {"text": "长" * 501},
    ):  # fmt: skip
        terms = LawTerms(**{**good, "amount": 10, "unit": Unit.DAY, **change})
        with pytest.raises(InvalidInput), transaction():
            add_law(regulator, terms, by=by, now=now)
    with transaction():
        regulator, by = world.org("swj"), world.user("swj-leader")
        row = add_law(regulator, LawTerms(**good, amount=10, unit=Unit.DAY), by=by, now=now)
        assert row.code == "own_1"
    assert [row.amount for row in law_limits_for(world.org("swj").id, "water")] == [10]


def test_every_citation_names_a_clause_and_local_rows_say_why(app: Flask) -> None:
    for code in ruleset_codes():
        ruleset = base_ruleset(code)
        known = {clause.id for clause in ruleset.clauses if not clause.heading}
        found = citations(ruleset)
        assert set(found) <= known
        assert all(row.reason for rows in found.values() for row in rows if row.local)
    fixed = [row for row in citations(base_ruleset("qitaihe"))["Q5"] if row.kind == "时限"]
    assert [(row.detail, row.local) for row in fixed] == [("5个工作日，从收到起算", False)]


def test_a_stored_version_learns_steps_without_a_clause_and_settings_alone(app: Flask) -> None:
    """A case of an older version can be joined to an outage; what the rules asked of it stays as it was."""
    base = base_ruleset("fuling")
    older = replace(
        base,
        actions=tuple(row for row in base.actions if row.code not in ("attach_incident", "verify")),
        settings=tuple(row for row in base.settings if row.key != "group_significant_headcount"),
        guards=base.guards[1:],
    )
    found = completed(Ruleset.from_json(older.to_json()))
    assert found.has_action("attach_incident")
    assert not found.has_action("verify")  # F5.2: a rule
    assert found.number("group_significant_headcount") == base.number("group_significant_headcount")
    assert found.guards == older.guards
