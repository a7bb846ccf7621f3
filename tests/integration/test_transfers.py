"""Jurisdictions by area, and cases that are another authority's: receipt, the way back, limits, who still reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import regulator_of, supervised_by
from blueprints.accounts.service import jurisdictions
from blueprints.complaints.models import Case
from blueprints.complaints.service.deadlines import regulator_id_of
from blueprints.complaints.service.transferring import CONTINUED, RESTARTED, STOPPED
from core import clock, clocks
from core.db import db, transaction
from domain.errors import InvalidInput, RuleViolation
from tests.conftest import MONDAY
from tests.factories.cases import Desk

PRICES = "body:市场监督管理局（价格、计量）"


def moved(desk: Desk, case: int, to: str = PRICES, who: str = "jxw-clerk", **data: Any) -> Case:
    given = {"to": to, "reason": "反映的是气价，归价格主管部门管", "told_how": "电话", "told_at": clock.now()}
    return desk.do(case, "transfer", who, **(given | data))


def registered(desk: Desk, **fields: Any) -> int:
    return desk.register("jxw-clerk", "rq", **fields)


def running(case: Case) -> dict[str, str]:
    return {c.obligation: c.started_at.isoformat() for c in clocks.open_of("case", case.id)}


@pytest.mark.rule("F3.4.2")
def test_a_case_goes_to_another_bureau_and_comes_back(desk: Desk) -> None:
    case = registered(desk)
    desk.do(case, "accept", "jxw-clerk", nature="industry")
    away = moved(desk, case)
    assert (away.state, away.ended_how, away.next_action) == ("transferred", "transferred", "transfer_receipt")
    assert (running(away), away.due_at) == ({}, None)
    assert away.steps[-1].facts["limits"] == STOPPED
    with pytest.raises(RuleViolation):
        desk.do(case, "archive", "jxw-clerk", retention="10年")
    with clock.frozen(MONDAY + timedelta(days=1)):
        got = desk.do(case, "transfer_receipt", "jxw-clerk", number="市监〔2026〕12号", received_on=clock.today())
        assert (got.next_action, got.transfers[0].state) == ("archive", "received")
    with clock.frozen(MONDAY + timedelta(days=2)):
        with pytest.raises(InvalidInput, match="退回还是"):
            desk.do(case, "transfer_back", "jxw-clerk", reason="对方说不归他们")
        back = desk.do(case, "transfer_back", "jxw-clerk", how="returned", reason="对方说不归他们管")
        assert (back.state, back.ended_how, back.next_action) == ("accepted", "", "dispatch")
        assert back.steps[-1].facts["limits"] == RESTARTED
        began = running(back)
        assert "acceptance" not in began
        assert clock.now().isoformat() in began.values()


def test_the_complainant_is_told_unless_nobody_can_be(desk: Desk) -> None:
    case = registered(desk)
    with pytest.raises(InvalidInput, match="告知诉求人"):
        moved(desk, case, told_how="")
    with pytest.raises(InvalidInput, match="移送到哪个单位"):
        moved(desk, case, to="other:", body=" ")
    nobody = registered(desk, anonymous=True, people=())
    away = moved(desk, nobody, to="other:", body="示例街道办事处", told_how="", told_at=None)
    assert (away.state, away.transfers[0].body) == ("transferred", "示例街道办事处")
    assert away.steps[-1].facts["told_how"] == "匿名，无法告知"


@pytest.mark.rule("F1")
def test_a_case_moves_to_another_regulator_of_ours(app: Flask, desk: Desk) -> None:
    case = registered(desk)
    desk.do(case, "accept", "jxw-clerk", nature="industry")
    desk.do(case, "dispatch", "jxw-clerk", units=[f"org:{desk.world.org('rq').id}"], requirement="请核实")
    water = desk.world.org("swj").id
    there = moved(desk, case, to=f"org:{water}")
    assert (there.state, there.regulator_id, there.receiving_org_id) == ("registered", water, water)
    assert {a.state for a in there.assignments} == {"cancelled"}
    assert there.steps[-1].facts["limits"] == CONTINUED
    assert (there.next_action, there.next_org_id) == ("accept", water)
    for login, status in (("jxw-clerk", 200), ("swj-clerk", 200), ("rq-dispatcher", 404), ("gs-dispatcher", 404)):
        assert desk.world.client(login).get(f"/cases/{case}").status_code == status, login
    page = desk.world.client("jxw-clerk").get(f"/cases/{case}").get_data(as_text=True)
    assert "本单位移送给其他主管部门" in page
    with pytest.raises(RuleViolation):
        desk.do(case, "accept", "jxw-clerk", nature="industry")
    home = desk.do(case, "transfer_back", "jxw-supervisor", how="taken_back", reason="核对后仍归本委")
    mine = desk.world.org("jxw").id
    assert (home.state, home.regulator_id, home.receiving_org_id) == ("accepted", mine, mine)
    assert home.next_action == "dispatch"
    assert desk.world.client("swj-clerk").get(f"/cases/{case}").status_code == 404


def test_the_other_regulator_returns_what_is_not_its_own(desk: Desk) -> None:
    case = registered(desk)
    moved(desk, case, to=f"org:{desk.world.org('swj').id}")
    back = desk.do(case, "transfer_back", "swj-clerk", how="taken_back", reason="不涉及供水，退回")
    assert (back.state, back.transfers[0].state) == ("registered", "returned")
    assert back.regulator_id == desk.world.org("jxw").id
    taken = registered(desk)
    moved(desk, taken, to=f"org:{desk.world.org('swj').id}")
    desk.do(taken, "accept", "swj-clerk", nature="industry", first_contact="已联系")
    with pytest.raises(RuleViolation, match="还不能"):
        desk.do(taken, "transfer_back", "jxw-clerk", how="taken_back", reason="想收回来自己办")


def test_the_list_of_transfers_names_what_has_no_receipt(desk: Desk) -> None:
    one, two = registered(desk), registered(desk)
    moved(desk, one)
    moved(desk, two)
    desk.do(two, "transfer_receipt", "jxw-clerk", number="无编号，张签收", received_on=clock.today())
    client = desk.world.client("jxw-clerk")
    waiting = client.get("/transfers?state=sent").get_data(as_text=True)
    assert desk.case(one).number in waiting
    assert desk.case(two).number not in waiting
    assert desk.case(one).number not in desk.world.client("swj-clerk").get("/transfers").get_data(as_text=True)
    page = client.get(f"/cases/{two}").get_data(as_text=True)
    assert "无编号，张签收" in page


def second_regulator() -> Organization:
    """Another regulator for gas, of one town."""
    with transaction() as session:
        made = Organization(kind="regulator", code="jxw2", name="示例镇经发办", short_name="经发办", area="示例镇")
        made.sectors = ["gas"]
        session.add(made)
        session.flush()
        return made


@pytest.mark.rule("F1")
def test_an_area_decides_who_supervises(each_app: Flask) -> None:
    desk = Desk()
    town, whole = second_regulator(), desk.world.org("jxw")
    assert regulator_of("gas").code == "jxw"
    assert desk.world.org("rq").id in {e.id for e in supervised_by(desk.world.org("jxw"))}
    with transaction() as session:
        session.get(Organization, desk.world.org("rq").id).area = "示例镇"
    admin = desk.world.user("sysadmin")
    with transaction() as session:
        regulator = session.get(Organization, town.id)
        jurisdictions.set_regulator(regulator, "gas", "示例镇", "区政府文件", by=admin, now=clock.now())
    assert regulator_of("gas", "示例镇").code == "jxw2"
    assert regulator_of("gas", "别处").code == "jxw"
    assert regulator_id_of("gas", "示例镇") == town.id
    assert "rq" not in {e.code for e in supervised_by(desk.world.org("jxw"))}
    with pytest.raises(InvalidInput, match="不能为这家单位登记"):
        registered(desk)
    assert whole.id


def test_pages_of_jurisdictions(app: Flask, desk: Desk) -> None:
    town = second_regulator().id
    client = desk.world.client("sysadmin")
    sent = {"sector": "gas", "area": "示例镇", "regulator_id": str(town), "basis": "三定方案"}
    assert client.submit("/organizations/jurisdictions/new", sent).status_code == 303
    page = client.get("/organizations/jurisdictions").get_data(as_text=True)
    assert "示例镇经发办" in page
    wrong = client.submit("/organizations/jurisdictions/new", sent | {"sector": "water"})
    assert (wrong.status_code, "不主管供水" in wrong.get_data(as_text=True)) == (422, True)
    from blueprints.accounts.queries import jurisdictions as rows

    db.session.rollback()
    (row,) = rows()
    assert client.submit(f"/organizations/jurisdictions/{row.id}/drop", {}).status_code == 303
    assert "还没有按片区" in client.get("/organizations/jurisdictions").get_data(as_text=True)
    assert desk.world.client("jxw-clerk").get("/organizations/jurisdictions").status_code == 403
