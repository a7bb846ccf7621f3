"""Self-disclosure on SQLite and on PostgreSQL: what is asked of the one, the other answers alike."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask

from blueprints.disclosure.queries import board, published, waiting
from blueprints.disclosure.queries.queue import by_risk, candidates
from core import clock
from core.calendar_store import load_calendar
from domain.standing import Standing
from tests.conftest import MONDAY
from tests.factories.disclosure import Column, fill_disclosure, fill_register


def test_the_whole_way_on_both_databases(each_app: Flask) -> None:
    fill_register()
    fill_disclosure()
    column = Column()
    column.check(column.item("prices").current_id or 0, ["示例缺陷"], workdays=3)
    with clock.frozen(MONDAY + timedelta(days=1)):
        corrected = column.published("prices", body="改正")
        assert column.version(corrected).checked == "corrected"
        assert {u.state for u in column.updates("prices")} == {"met"}
        (row,) = board([column.organization], clock.today(), load_calendar()).rows
        assert row.cells["prices"].state is Standing.TO_CHECK
        assert [c.version_id for c in by_risk(candidates([column.organization], clock.today()))] == [
            corrected
        ]
        assert [w.kind for w in waiting(column.by("jxw-inspector"), clock.today())] == ["recheck"]
        (shown,) = published(column.organization.id)
        assert (shown.body, shown.earlier[0].number) == ("改正", 1)
    client = column.world.client("jxw-supervisor", each_app)
    item = column.item("prices").id
    for path in ("/disclosure", f"/disclosure/items/{item}", "/disclosure/check-queue", "/disclosure/claims",
                 f"/disclosure/items/{item}?on=2026-10-12", f"/disclosure/items/{item}/compare"):  # fmt: skip
        assert client.get(path).status_code == 200, path
