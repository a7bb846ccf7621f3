"""Acceptance limits in hours on the roster's terms: only the own limit, only where the setting says so."""

from __future__ import annotations

from typing import Any

from flask import Flask

from blueprints.rulebook.service import change_setting
from core import clock, clocks
from core.db import db, transaction
from tests.factories.cases import Desk, at
from tests.factories.duty import shift
from tests.factories.world import World


def settings(world: World, **values: Any) -> None:
    for key, value in values.items():
        with transaction():
            owner = db.session.merge(world.org("jxw"))
            by = db.session.merge(world.user("jxw-leader"))
            change_setting(
                owner, "fuling", key.replace("__", ":"), value, reason="试一试", by=by, now=clock.now()
            )


def acceptance(case_id: int) -> clocks.Clock:
    return next(c for c in clocks.of_subject("case", case_id) if c.obligation == "acceptance")


def registered(desk: Desk) -> int:
    return desk.register("rq-dispatcher", "rq", channel="gas_hotline", received_at=clock.now())


def test_by_default_every_hour_counts(app: Flask, desk: Desk) -> None:
    settings(desk.world, limit__acceptance={"amount": 4, "unit": "hour"})
    shift("rq", 8, 11, "handler")
    assert acceptance(registered(desk)).due_at == at("2026-10-12 13:30")


def test_with_the_setting_only_hours_of_shifts_count_and_the_page_says_which(app: Flask, desk: Desk) -> None:
    settings(desk.world, limit__acceptance={"amount": 4, "unit": "hour"}, acceptance_hours_count="duty")
    shift("rq", 8, 11, "handler")
    shift("rq", 14, 20, "handler", "dispatcher")
    case = registered(desk)
    found = acceptance(case)
    assert found.due_at == at("2026-10-12 16:30")
    page = desk.world.client("rq-dispatcher").get(f"/cases/{case}/why/{found.id}").get_data(as_text=True)
    assert "只计值班时间，计满 4 小时" in page
    assert "10-12 周一 09:30 至 10-12 周一 11:00；10-12 周一 14:00 至 10-12 周一 16:30" in page
    assert "到期时值班：白班" in page


def test_without_shifts_or_beyond_them_plain_hours_go_on(app: Flask, desk: Desk) -> None:
    settings(desk.world, limit__acceptance={"amount": 4, "unit": "hour"}, acceptance_hours_count="duty")
    assert acceptance(registered(desk)).due_at == at("2026-10-12 13:30")
    shift("rq", 8, 11, "handler")
    case = registered(desk)
    found = acceptance(case)
    assert found.due_at == at("2026-10-12 13:30")
    page = desk.world.client("rq-dispatcher").get(f"/cases/{case}/why/{found.id}").get_data(as_text=True)
    assert "值班表排到 10-12 周一 11:00" in page
    assert "到期时没有排值班，请提前受理" in page


def test_other_units_and_other_limits_stay_as_they_are(app: Flask, desk: Desk) -> None:
    shift("rq", 8, 11, "handler")
    plain = registered(desk)
    before = {c.obligation: c.due_at for c in clocks.of_subject("case", plain)}
    settings(desk.world, acceptance_hours_count="duty")
    again = registered(desk)
    assert {c.obligation: c.due_at for c in clocks.of_subject("case", again)} == before
