"""`case_access` and the search index say at any time what the other tables say, however these came about."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from blueprints.accounts.models import User
from blueprints.complaints import queries, queries_list
from blueprints.complaints.models import Case, Ledger
from blueprints.complaints.service import importing
from blueprints.complaints.service.bulk import Registrar
from blueprints.complaints.service.importing import OnError
from blueprints.complaints.service.intake import Intake, Person
from blueprints.complaints.service.ledger import sample
from blueprints.complaints.service.linking import perform_each
from core import audit, calendar_store, clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from tests.browser.gallery import every_state
from tests.factories.cases import Desk
from tests.factories.filled import fill
from tests.factories.spreadsheets import good_row, xlsx
from tests.factories.world import World
from tests.plain_cases import in_step, read_all, sees, stored_access, stored_tokens


class WatchedDesk(Desk):
    """A desk at which everything is compared after each step."""

    steps = 0

    def register(self, who: str, enterprise: str, **fields: Any) -> int:
        """Register, and compare."""
        case_id = super().register(who, enterprise, **fields)
        in_step()
        return case_id

    def do(self, case_id: int, action: str, who: str, **data: Any) -> Case:
        """One step, and compare."""
        super().do(case_id, action, who, **data)
        in_step()
        self.steps += 1
        return self.case(case_id)


# ---- step by step ----------------------------------------------------------------------------------------------


def test_every_step_of_every_way_keeps_both_in_step(each_app: Flask, each_world: World) -> None:
    desk = WatchedDesk()
    filled = fill(desk)
    before = {row.case.id for row in in_step()}
    cases = every_state(desk, filled)
    rows = in_step()
    assert {row.case.id for row in rows} == before | set(cases)
    assert len(cases) > 20
    print(f"\n{desk.steps} steps over {len(rows)} cases, compared after each; {len(stored_access())} rows")


def test_everybody_sees_exactly_their_cases(each_app: Flask, each_world: World) -> None:
    desk = Desk()
    every_state(desk, fill(desk))
    rows = read_all()
    seen = {}
    for login in db.session.scalars(select(User.login)).all():
        by = each_world.user(login)
        visible = set(db.session.scalars(select(Case.id).where(queries.visible(by))))
        assert visible == {row.case.id for row in rows if sees(by, row)}, login
        listed = queries_list.count_cases(by, {}, now=clock.now(), calendar=load_calendar(), most=10**6)
        assert listed == len(visible)
        seen[login] = len(visible)
    assert min(seen[who] for who in ("jxw-clerk", "rq-leader", "rq-handler", "gs-handler", "gd-leader")) > 0
    assert {seen[who] for who in ("swj-clerk", "sysadmin", "rq-discloser", "rq-accounts")} == {0}


def reopened(desk: Desk) -> int:
    case = desk.closed()
    desk.do(case, "reopen", "jxw-clerk", reason="用户来电要求重新办理")
    return case


def returned(desk: Desk) -> int:
    case = desk.handed_over()
    desk.do(case, "return_assignment", "rq-handler", reason="不属于本班职责范围")
    desk.do(case, "decide_return", "jxw-clerk", approve=True)
    return case


def taken_up(desk: Desk) -> int:
    """Sampled from a ledger, then taken up."""
    filled = fill(desk)
    with transaction():
        by = desk.world.user("jxw-supervisor")
        ledger = db.session.get_one(Ledger, filled.ledger_id)
        sample(ledger, [filled.ledger_row_id], "抽查热线件的办理", by=by, now=clock.now())
    in_step()
    desk.do(filled.own_case_id, "take_up", "jxw-supervisor", reason="群众多次反映，提级办理")
    return filled.own_case_id


def talked(desk: Desk) -> int:
    case = desk.own_water()
    desk.verified(
        case, "gs", conclusion="unsubstantiated", reasonable=False, service_class="misunderstanding"
    )
    desk.do(case, "explain", "gs-handler", text="解释计费规则", way="电话", accepted=False)
    desk.do(
        case, "reply", "gs-handler", text="经核实计费没有差错，已向您说明计费规则和抄表周期。", **desk.told()
    )
    for _ in range(2):
        desk.do(case, "talk", "gs-handler", text="再次解释", accepted=False, **desk.told())
    near = clock.today() + timedelta(days=5)
    desk.do(case, "shelve_talk", "gs-leader", reason="多次沟通未果，择期再谈", next_on=near)
    return case


def urged(desk: Desk) -> int:
    """So often that a supervision order is proposed."""
    case = desk.handed_over()
    while not desk.case(case).supervision_proposed:
        desk.do(case, "urge", "jxw-clerk", reason="请抓紧办理")
    return case


@pytest.mark.parametrize("way", [reopened, returned, taken_up, talked, urged])
def test_the_ways_back_and_aside(app: Flask, way: Any) -> None:
    way(WatchedDesk())


# ---- what is found follows -----------------------------------------------------------------------------------


def found(login: str, query: str) -> list[int]:
    """Ids that a person finds."""
    by = World().user(login)
    page = queries_list.list_page(by, {"q": query}, now=clock.now(), calendar=load_calendar())
    return [row.id for row in page.rows]


def test_a_corrected_case_is_found_by_its_new_words(each_app: Flask, each_world: World) -> None:
    desk = WatchedDesk()
    case = desk.register("jxw-clerk", "rq", title="停气没有通知")
    new = {"title": "阀门锈蚀𬭸", "place": "望江楼9栋", "content": "阀门锈蚀，用户很担心。"}
    desk.do(case, "correct", "jxw-clerk", reason="听错了地点", **new)
    assert [found("jxw-clerk", q) for q in ("锈蚀", "𬭸", "望江楼9", "停气")] == [[case]] * 3 + [[]]


@pytest.mark.rule("Q2")
def test_a_case_that_turns_out_a_report_is_no_longer_found_by_name(
    each_app: Flask, each_world: World
) -> None:
    desk = WatchedDesk()
    case = desk.register("gs-dispatcher", "gs", channel="department_phone")
    assert found("gs-dispatcher", "示例用户甲") == [case]
    desk.do(case, "correct", "gs-dispatcher", type="report", reason="其实是举报")
    assert found("gs-dispatcher", "示例用户甲") == []
    assert found("gs-dispatcher", "停供") == [case]


def test_a_merged_case_is_still_found(each_app: Flask, each_world: World) -> None:
    desk = WatchedDesk()
    one, two = (desk.register("jxw-clerk", "rq", title=title) for title in ("东湖路停气", "东湖路又停气"))
    desk.do(two, "merge", "jxw-clerk", other=desk.case(one).number)
    assert found("jxw-clerk", "东湖路") == [two, one]
    desk.do(two, "unmerge", "jxw-clerk", reason="不是同一件事")
    assert found("jxw-clerk", "又停气") == [two]


# ---- many at once ----------------------------------------------------------------------------------------------


def test_twenty_thousand_cases_in_any_state(many: Flask) -> None:
    rows = in_step()
    assert len(rows) == 20_000
    print(f"\n{len(rows)} cases, {len(stored_access())} rows, both as the other tables say")


def test_bulk_registration_and_bulk_steps(each_app: Flask, each_world: World) -> None:
    with transaction():
        by, enterprise = each_world.user("jxw-clerk"), each_world.org("rq")
        registrar = Registrar(by, clock.now(), load_calendar())
        told = {"type": "complaint", "channel": "hotline_12345", "category": "quality"}
        people = (Person("示例用户乙", "13800000002"),)
        intakes = [
            Intake(
                enterprise,
                title=f"第{n}件",
                content="燃气压力低",
                received_at=clock.now(),
                people=people,
                **told,
            )
            for n in range(12)
        ]
        ids = registrar.register(intakes)
    in_step()
    Desk().do(ids[0], "decline", "jxw-clerk", reason="不属于供气服务范围", **Desk().told())
    with transaction():
        by = each_world.user("jxw-clerk")
        cases = queries.cases_by_ids(ids, by)
        data = {"nature": "internal", "first_contact": "着急"}
        results = perform_each(cases, "accept", data, by=by, now=clock.now(), calendar=load_calendar())
    assert [r.done for r in results] == [False] + [True] * 11
    assert {row.case.state for row in in_step()} == {"declined", "accepted"}


def test_an_import(each_app: Flask, each_world: World, tmp_path: Path) -> None:
    rows = [good_row(f"A{n}", 工单标题=f"第{n}件") for n in range(30)]
    path = xlsx(tmp_path / "工单.xlsx", [*rows, good_row("A99", 区交办时间="昨天")])
    receiver = each_world.user("jxw-clerk").organization
    read = importing.understand(path, path.name, receiver, remembered=None, now=clock.now())
    with transaction():
        by = each_world.user("jxw-clerk")
        way = {"on_error": OnError.REJECT_ROW, "now": clock.now(), "calendar": load_calendar()}
        assert importing.carry_out(read, by=by, **way).imported == 30
    assert len(in_step()) == 30


def test_a_day_off_that_is_decided_later_moves_the_rows(each_app: Flask, each_world: World) -> None:
    desk = Desk()
    desk.handed_over()
    before = stored_access()
    tomorrow = clock.today() + timedelta(days=1)
    with transaction():
        calendar_store.set_override(
            tomorrow, off=True, name="防汛停工", source="市政府通知", by=audit.SYSTEM, now=clock.now()
        )
    in_step()
    assert stored_access() != before


def test_the_migration_derives_what_the_services_keep(each_app: Flask, each_world: World) -> None:
    desk = Desk()
    every_state(desk, fill(desk))
    in_step()
    before = stored_access(), stored_tokens()
    db.session.remove()
    downgrade(revision="0001")
    upgrade()
    assert (stored_access(), stored_tokens()) == before
