"""Findings, rectification, lists, statistics and exports on both databases (F5.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from blueprints.inspection.queries import findings as queries
from blueprints.inspection.queries import rectifications
from core import audit, clock
from core.db import db
from tests.factories.findings import Rectifying, proof
from tests.factories.world import World

PAGES = (
    "/findings", "/findings?overdue=yes", "/findings?clause=F3.1.2", "/findings?repeat=yes", "/findings/export.csv",
    "/findings?from=2026-01-01&to=2026-12-31&enterprise=rq&state=noticed", "/findings/export.xlsx",
    "/findings/statistics", "/findings/statistics?from=2020-01-01&to=2026-12-31", "/rectifications",
    "/rectifications?tab=overdue", "/rectifications?tab=all&kind=order", "/rectifications/new", "/bench",
)  # fmt: skip


@pytest.mark.rule("F5.3")
def test_the_whole_way_and_every_list(each_app: Flask, each_world: World) -> None:
    one = Rectifying()
    ids = one.of_check(one.check())
    one.free(fixed=True, uploads=[proof()])
    made = one.drafted(ids)
    for id in made:
        one.serve_notice(one.row(id).notice_id)
    order = made[0]
    one.answer(order)
    one.judge(order, "returned", "没有附公告样张")
    one.answer(order)
    one.judge(order)
    one.rechecked(order)
    assert one.row(order).state == "closed"
    with clock.frozen(clock.now() + timedelta(days=30)):
        for login in ("jxw-leader", "rq-leader"):
            client = each_world.client(login, each_app)
            for path in PAGES:
                answer = client.get(path)
                wanted = (200, 403) if path in ("/rectifications/new",) else (200,)
                assert answer.status_code in wanted, f"{login} {path}"
        by = one.by("jxw-leader")
        assert [row.id for row in rectifications.waiting(by)] == []
        late, _, _ = queries.page({"overdue": "yes"}, by, now=clock.now())
        assert [row.number for row in late] == [one.finding(ids[0]).number]
    db.session.rollback()
    assert audit.verify().holds
