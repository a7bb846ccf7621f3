"""A change in the register or outside of it opens an update duty with its day; a publication ends it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.accounts.service.organizations import Details, update
from blueprints.disclosure.service import updating
from blueprints.registry.models import CatalogueEntry, Hotline
from blueprints.registry.service import catalogue, promises
from core import calendar_store, clock, clocks
from core.audit import SYSTEM
from core.db import db, transaction
from core.inbox import Notification
from domain.errors import InvalidInput, RuleViolation
from tests.factories.disclosure import Column, fill_register
from tests.factories.registry_service import ENTRY, HOTLINE
from tests.factories.world import World


@pytest.fixture
def column(app: Flask) -> Column:
    """The gas company with a register, disclosing since June."""
    fill_register()
    found = Column()
    found.profile()
    return found


def change_entry(column: Column, **values: object) -> None:
    """Change the one business of the catalogue as the register's page does."""
    by_id, own = column.by("discloser").id, column.organization.id
    with transaction() as session:
        entry = session.scalars(select(CatalogueEntry)).one()
        by = session.get_one(User, by_id)
        catalogue.save_entry(own, entry, ENTRY | values, by=by, now=clock.now())


def change_hotline(column: Column, hours: str) -> None:
    by_id, own = column.by("discloser").id, column.organization.id
    with transaction() as session:
        row, by = session.scalars(select(Hotline)).one(), session.get_one(User, by_id)
        catalogue.save_hotline(own, row, HOTLINE | {"hours": hours}, by=by, now=clock.now())


@pytest.mark.rule("F3.3.2", "F3.3.5")
def test_a_changed_price_opens_an_update_duty_with_its_day(column: Column) -> None:
    column.published("prices")
    column.published("processes")
    change_entry(column, fee="2.12元/立方米")
    (owed,) = column.updates("prices")
    assert (owed.cause, owed.state, owed.due_on) == ("change", "open", date(2026, 11, 9))
    assert "居民开户" in owed.what
    (limit,) = clocks.of_subject("update_duty", owed.id)
    assert (limit.amount, limit.clause, limit.due_on) == (20, "F3.3.5", date(2026, 11, 9))
    assert len(limit.counted["counted"]) == 20
    user = column.by("discloser").id
    (note,) = db.session.scalars(
        select(Notification).where(Notification.user_id == user, Notification.clause == "F3.3.5")
    )
    assert "2026年11月9日前更新公开" in note.text
    assert note.link == f"/disclosure/items/{column.item('prices').id}"


@pytest.mark.rule("F3.3.2")
def test_changed_conditions_concern_the_processes_alone(column: Column) -> None:
    column.published("prices")
    column.published("processes")
    change_entry(column, conditions="有合法的房产证明，已经装表")
    assert [u.state for u in column.updates("processes")] == ["open"]
    assert column.updates("prices") == []


@pytest.mark.rule("F3.3.4")
def test_a_changed_phone_concerns_the_phones(column: Column) -> None:
    column.published("phones")
    change_hotline(column, "8:00至22:00")
    (owed,) = column.updates("phones")
    assert owed.state == "open"


def test_before_anything_is_published_a_change_owes_nothing_more(column: Column) -> None:
    column.draft("prices")
    change_entry(column, fee="2.12元/立方米")
    assert column.updates("prices") == []


def test_what_changes_while_it_is_being_approved_is_owed(column: Column, moment: datetime) -> None:
    version_id = column.draft("prices")
    column.submit(version_id)
    with clock.frozen(moment + timedelta(hours=1)):
        change_entry(column, fee="2.12元/立方米")
    column.approve(version_id)
    column.publish(version_id)
    assert column.updates("prices")[0].state == "open"


def test_a_version_taken_after_the_change_ends_it_in_time(column: Column, moment: datetime) -> None:
    column.published("prices")
    with clock.frozen(moment + timedelta(hours=1)):
        change_entry(column, fee="2.12元/立方米")
    with clock.frozen(moment + timedelta(days=3)):
        version_id = column.published("prices")
    assert "2.12元/立方米" in column.version(version_id).taken["fees"][0]
    (owed,) = column.updates("prices")
    assert (owed.state, owed.version_id) == ("met", version_id)
    assert {c.state for c in clocks.of_subject("update_duty", owed.id)} == {"met"}


def test_after_the_last_day_it_is_late(column: Column, moment: datetime) -> None:
    column.published("prices")
    with clock.frozen(moment + timedelta(hours=1)):
        change_entry(column, fee="2.12元/立方米")
    with clock.frozen(moment + timedelta(days=29)):
        column.published("prices")
    assert column.updates("prices")[0].state == "late"
    assert {c.state for c in clocks.of_subject("update_duty", column.updates("prices")[0].id)} == {"late"}


def test_two_changes_are_one_duty_with_the_earliest_day(column: Column, moment: datetime) -> None:
    column.published("prices")
    with clock.frozen(moment + timedelta(hours=1)):
        change_entry(column, fee="2.12元/立方米")
    with clock.frozen(moment + timedelta(days=4)):
        by = column.by("discloser")
        item = column.item("prices")
        with transaction():
            updating.declare_change(item, "检测费调整", date(2026, 10, 16), by=by, now=clock.now())
    (owed,) = column.updates("prices")
    assert owed.due_on == date(2026, 11, 9)
    assert owed.what.endswith("；检测费调整")


def test_an_earlier_change_that_is_told_later_brings_the_day_forward(
    column: Column, moment: datetime
) -> None:
    column.published("prices")
    item, by = column.item("prices"), column.by("discloser")
    with transaction():
        updating.declare_change(item, "调价", date(2026, 10, 12), by=by, now=clock.now())
        updating.declare_change(item, "更早的调价", date(2026, 9, 30), by=by, now=clock.now())
    (owed,) = column.updates("prices")
    assert owed.due_on == date(2026, 11, 3)


@pytest.mark.rule("F3.3.1")
def test_what_the_register_does_not_see_is_declared(column: Column) -> None:
    version_id = column.published("laws")
    item, by = column.item("laws"), column.by("discloser")
    with transaction():
        updating.declare_change(item, "条例修订", date(2026, 10, 1), by=by, now=clock.now())
    (owed,) = column.updates("laws")
    assert owed.due_on == date(2026, 11, 3)
    column.published("laws", body="修订以后")
    assert column.updates("laws")[0].state == "met"
    assert column.version(version_id).state == "replaced"


def test_a_declared_change_is_not_in_the_future_and_not_before_the_first_publication(column: Column) -> None:
    column.draft("laws")
    item, by, now = column.item("laws"), column.by("discloser"), clock.now()
    with pytest.raises(RuleViolation, match="还没有公开过"):
        updating.declare_change(item, "条例修订", date(2026, 10, 1), by=by, now=now)
    with pytest.raises(InvalidInput, match="不能晚于今天"):
        updating.declare_change(item, "条例修订", date(2026, 10, 13), by=by, now=now)
    with pytest.raises(InvalidInput, match="变更了什么"):
        updating.declare_change(item, "  ", date(2026, 10, 1), by=by, now=now)


@pytest.mark.rule("F3.3.5")
def test_a_new_day_off_moves_the_day_and_tells(column: Column) -> None:
    column.published("prices")
    change_entry(column, fee="2.12元/立方米")
    with transaction():
        day = date(2026, 10, 20)
        calendar_store.set_override(
            day, off=True, name="示例放假", source="示例通知", by=SYSTEM, now=clock.now()
        )
    (owed,) = column.updates("prices")
    assert owed.due_on == date(2026, 11, 10)
    user = column.by("discloser").id
    texts = list(db.session.scalars(select(Notification.text).where(Notification.user_id == user)))
    assert any("由2026年11月9日改为2026年11月10日" in text for text in texts)


@pytest.mark.rule("Q0")
def test_a_water_company_owes_without_a_clause(app: Flask) -> None:
    fill_register("gs")
    column = Column("gs", "swj")
    column.profile()
    column.published("prices")
    item, by = column.item("prices"), column.by("discloser")
    with transaction():
        owed = updating.declare_change(item, "水价调整", clock.today(), by=by, now=clock.now())
        (limit,) = clocks.of_subject("update_duty", owed.id)
        assert limit.clause == ""
        assert "建城规" in limit.basis


@pytest.mark.rule("Q0")
def test_a_company_under_q_publishes_q_and_no_other_system(app: Flask) -> None:
    fill_register("gs")
    column, today = Column("gs", "swj"), clock.today()
    column.profile()
    own, by = column.organization.id, column.by("discloser")
    with transaction():
        promises.add_version(
            own, "complaint_rules", title="用户投诉处理公开制度", body="第一条", upload=None,
            effective_on=date(2024, 5, 21), adopted="", by=by, now=clock.now(),
        )  # fmt: skip
        promises.add_version(
            own, "complaint_rules", title="用户投诉处理公开制度", body="新第一条", upload=None,
            effective_on=today + timedelta(days=30), adopted="", by=by, now=clock.now(),
        )  # fmt: skip
    taken = column.version(column.draft("complaint_rules")).taken
    assert taken["systems"] == [
        "《用户投诉处理公开制度》；2024年5月21日起施行", "《用户投诉处理公开制度》；2026年11月11日起施行",
    ]  # fmt: skip


@pytest.mark.rule("F1", "F3.3.4")
def test_another_number_of_the_regulator_has_to_be_published(world: World) -> None:
    fill_register()
    column = Column()
    column.profile()
    column.published("phones")
    regulator, by = world.org("jxw"), world.user("sysadmin")
    details = Details("示例区经济信息委", regulator.short_name, ("power", "gas"), hotline="023-12345999")
    with transaction():
        update(world.org("jxw"), details, choices=[], by=by, now=clock.now())
    found = column.updates("phones")
    assert [row.state for row in found] == ["open"]
    assert "023-12345999" in found[0].what
    assert found[0].due_on.isoformat() == "2026-11-09"
