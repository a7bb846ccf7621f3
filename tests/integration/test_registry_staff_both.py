"""Staff, sheets, visits and pages on both databases."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from blueprints.registry.models import Staff, Visit
from core import clock
from core.db import transaction
from tests.factories.registry_people import People, slot, staff_of, visit_of
from tests.factories.world import World


def test_pages_of_two_enterprises_in_their_order(each_app: Flask, each_world: World) -> None:
    for code in ("rq", "gd"):
        desk = People(code)
        by, organization_id, base = desk.by().id, desk.organization_id, clock.now()
        with transaction() as session:
            session.add_all(
                Visit(
                    organization_id=organization_id, number=f"M{n}", purpose="安检", slot_from=base + timedelta(hours=n // 3),
                    slot_until=base + timedelta(hours=n // 3 + 1), agreed_how="phone", agreed_at=base, agreed_by_id=by,
                    user_name="示例用户乙", user_address="某处", breach=n % 2 == 0,
                )
                for n in range(70)
            )  # fmt: skip
    client = each_world.client("jxw-clerk", each_app)
    for query, wanted in (("tab=all", 140), ("tab=breach", 70), ("tab=pending", 140)):
        seen: list[str] = []
        path: str | None = f"/visits?{query}"
        while path:
            html = client.get(path).get_data(as_text=True)
            seen += re.findall(r'href="/visits/(\d+)"', html)
            found = re.search(r'href="([^"]+)" rel="next"', html)
            path = found[1].replace("&amp;", "&") if found else None
        assert len(seen) == len(set(seen)) == wanted, query


def test_a_sheet_adds_and_changes_people(each_app: Flask, each_world: World, tmp_path: Path) -> None:
    first = People().staff("R1", name="甲", number="证1")
    path = tmp_path / "a.csv"
    path.write_text(
        "姓名,工号,岗位,证书编号,发证单位,有效期起,有效期止\n"
        "甲,R1,抄表,证1,示例协会,2025-01-01,2030-01-01\n"
        "乙,R2,客服,证2,示例协会,2025-01-01,长期\n",
        "utf-8",
    )
    arguments = ["registry", "import-staff", str(path), "--org", "rq", "--json"]
    result = each_app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    person = staff_of(first)
    assert (person.post, person.valid_until.isoformat()) == ("meter", "2030-01-01")
    from core.db import db

    ends = db.session.scalars(select(Staff.valid_until).order_by(Staff.id)).all()
    assert [str(day) for day in ends] == ["2030-01-01", "2099-12-31"]
    again = each_app.test_cli_runner().invoke(args=arguments)
    assert '"unchanged": 2' in again.output


def test_visits_shifts_and_forgetting(each_app: Flask, each_world: World) -> None:
    desk = People()
    staff_id = desk.staff()
    visit = desk.visit(staff_id, when=slot(clock.today() + timedelta(days=1)))
    desk.shift(staff_id)
    client = each_world.client("rq-discloser", each_app)
    for path in (
        "/staff?state=certified&q=R0",
        "/staff/export.csv",
        "/roster",
        "/visits/week",
        f"/visits/{visit}",
        f"/visits?tab=all&staff={staff_id}",
    ):
        assert client.get(path).status_code == 200, path
    answer = client.submit(f"/visits/{visit}/cancel", {"side": "user", "reason": "用户不用了"})
    assert answer.status_code == 303
    with clock.frozen(clock.now() + timedelta(days=90)):
        result = each_app.test_cli_runner().invoke(
            args=["registry", "forget", "--before", clock.today().isoformat()]
        )
    assert "上门 1 次" in result.output, result.output
    assert visit_of(visit).user_phone == ""
