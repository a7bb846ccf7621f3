"""Cases that several bodies share: a round from outside, a transfer, a mapped word, a jurisdiction."""

from __future__ import annotations

from typing import Any

from blueprints.accounts.models import Organization
from blueprints.accounts.service import jurisdictions
from blueprints.complaints.service import rounds
from core import clock
from core.db import transaction
from tests.factories.cases import Desk

PRICES = "body:市场监督管理局（价格、计量）"


def fill_shared(desk: Desk) -> dict[str, int | str]:
    """Rows of the gas company's regulator."""
    data = {"limits": {"district": "2026-10-20T00:00+08:00", "city": "2026-10-26T00:00+08:00"}}
    origin = {"source": "12345", "number": "202610120001", "digest": "0" * 64, "data": data}
    desk.register("jxw-clerk", "rq", origin=origin)
    moved = desk.register("jxw-clerk", "rq")
    desk.do(moved, "transfer", "jxw-clerk", to=PRICES, reason="反映的是气价，归价格部门管", **desk.told())
    clerk, admin = desk.world.user("jxw-clerk"), desk.world.user("sysadmin")
    own = desk.world.org("jxw").id
    with transaction() as session:
        place = session.get_one(Organization, own)
        word = rounds.set_type(place, "12345", "非紧急类", "inquiry", "", by=clerk, now=clock.now())
        row = jurisdictions.set_regulator(place, "gas", "", "三定方案", by=admin, now=clock.now())
        return {"outside_type_id": word.id, "jurisdiction_id": row.id}


def unit_of(desk: Desk, code: str) -> str:
    """An enterprise as a choice of units."""
    return f"org:{desk.world.org(code).id}"


def shared(desk: Desk, **fields: Any) -> int:
    """A complaint about both companies: gas main, power assisting, each with a department."""
    case = desk.register("jxw-clerk", "rq", **fields)
    desk.do(case, "accept", "jxw-clerk", nature="internal", notice_way="电话")
    desk.do(
        case, "dispatch", "jxw-clerk", units=[unit_of(desk, "rq")], assisting=[unit_of(desk, "gd")],
        requirement="请核实整改并答复",
    )  # fmt: skip
    for code in ("rq", "gd"):
        desk.do(case, "assign", f"{code}-dispatcher", units=desk.department(code), requirement="请核实")
    return case
