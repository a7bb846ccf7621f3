"""A small service register of the gas company: outlets, hotline, catalogue, a request, a system, a promise."""

from __future__ import annotations

import io
from datetime import date, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.registry.models import Commitment, Hotline, ServiceArea
from blueprints.registry.service import areas, catalogue, outlet_days, outlets, promises, requests
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from tests.factories.world import World

STREETS = ("东街街道", "西街街道", "𬭸䶮镇")
WEEK = dict.fromkeys(range(7), ((510, 720), (840, 1050)))
FACTS: dict[str, Any] = {
    "name": "东城营业厅", "kind": "own", "agent": "", "agreement": "", "agreement_from": None,
    "agreement_until": None, "address": "示例路1号", "phone": "000-10000001", "transport": "公交1路",
    "signage": True, "signage_note": "", "accessibility": "坡道、呼叫铃", "handles": "开户、缴费",
    "opened_on": date(2020, 1, 1),
}  # fmt: skip
ENTRY: dict[str, Any] = {
    "name": "居民开户", "conditions": "有合法的房产证明", "materials": "身份证明\n房产证明",
    "steps": "申请\n现场勘查\n通气", "limit_amount": 5, "limit_unit": "workday", "limit_source": "promise",
    "limit_basis": "公司服务承诺第二条", "fee": "2.04元/立方米", "fee_basis": "示例价〔2026〕1号", "place": "各营业厅",
    "phone": "000-10000001", "position": 1, "active": True,
}  # fmt: skip
HOTLINE: dict[str, Any] = {
    "number": "000-10000002", "name": "24小时服务热线", "kind": "service", "hours": "24小时",
    "handles": "咨询、求助、投诉", "active": True,
}  # fmt: skip
COMMITMENT: dict[str, Any] = {
    "name": "城区抢修人员到达现场", "sense": "within", "amount": 45, "unit": "minute", "source": "公开承诺",
    "active": True,
}  # fmt: skip


def picture() -> FileStorage:
    """A small PNG as an upload."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "#1d4f91").save(out, "PNG")
    return FileStorage(io.BytesIO(out.getvalue()), filename="门头.png")


def paper() -> FileStorage:
    """A text file as an upload."""
    return FileStorage(io.BytesIO("服务管理制度全文".encode()), filename="服务管理制度.txt")


def streets(by: Any) -> list[int]:
    """Ids of the streets, stored at the first call."""
    areas.add_areas("示例区", "\n".join(STREETS), by=by, now=clock.now())
    return list(db.session.scalars(select(ServiceArea.id).order_by(ServiceArea.id)))


def _hotline(organization_id: int, by: User) -> Hotline:
    """A hotline that somebody rang."""
    line = catalogue.save_hotline(organization_id, None, HOTLINE, by=by, now=clock.now())
    catalogue.add_call(
        line, clock.now(), answered=True, wait_seconds=12, one_stop=True, remark="", by=by, now=clock.now()
    )
    return line


def _commitment(organization_id: int, by: User) -> Commitment:
    """A promise that was broken once, by five minutes."""
    now = clock.now()
    row = promises.save_commitment(organization_id, None, COMMITMENT, by=by, now=now)
    began, done = now - timedelta(minutes=60), now - timedelta(minutes=10)
    promises.add_record(row, began, done, place="东街", remark="", by=by, now=now, calendar=load_calendar())
    return row


def fill_service(code: str = "rq") -> dict[str, int]:
    """One row of each kind for an enterprise; ids under the names that routes use."""
    world = World()
    by_id, organization_id = world.user(f"{code}-discloser").id, world.org(code).id
    with transaction() as session:
        by, now = session.get_one(User, by_id), clock.now()
        ids, today = streets(by), clock.today()
        outlets.set_supply(organization_id, frozenset(ids), by=by, now=now)
        facts = FACTS | {"name": f"{FACTS['name']}{'' if code == 'rq' else code}"}
        details = outlets.Details(facts, WEEK, frozenset(ids[:2]))
        outlet = outlets.create(organization_id, details, by=by, now=now)
        photo = outlets.add_photo(outlet, picture(), "sign", "门头", by=by, now=now)
        outlet_days.add_closure(
            outlet, today + timedelta(days=20), today + timedelta(days=20), reason="设备检修停业一天",
            announcement="营业厅张贴", announced_on=today, by=by, now=now,
        )  # fmt: skip
        at = clock.to_local(now)
        opened = min(525, at.hour * 60 + at.minute)  # not later than now, at any time of the day
        outlet_days.record_opening(outlet, today, opened, None, remark="路上堵车", by=by, now=now)
        check = outlet_days.add_check(
            outlet, today, safe=False, tidy=True, findings="灭火器过期一只", by=by, now=now
        )
        hotline = _hotline(organization_id, by)
        entry = catalogue.save_entry(organization_id, None, ENTRY, by=by, now=now)
        values = {
            "kind": "business", "content": "要求开户", "user_name": "示例用户甲", "user_phone": "13800001234",
            "received_at": now,
        }  # fmt: skip
        request = requests.register(organization_id, values, entry, by=by, now=now, calendar=load_calendar())
        system = promises.add_version(
            organization_id, "service", title="服务管理制度", body="第一条 热情服务。", upload=paper(),
            effective_on=date(2026, 1, 1), adopted="示例司〔2026〕1号", by=by, now=now,
        )  # fmt: skip
        commitment = _commitment(organization_id, by)
        session.flush()
        return {
            "outlet_id": outlet.id, "photo_id": photo.id, "check_id": check.id, "hotline_id": hotline.id,
            "entry_id": entry.id, "request_id": request.id, "system_id": system.id,
            "commitment_id": commitment.id,
        }  # fmt: skip
