"""What the invented enterprises publish: most duties met, one found deficient, one to be updated."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from PIL import Image, ImageDraw

from blueprints.accounts.models import Organization
from blueprints.disclosure.models import DisclosureVersion
from blueprints.disclosure.queries.duties import duties_for
from blueprints.disclosure.service import checking, deciding, drafting, duties, publishing, updating
from blueprints.disclosure.service.publishing import Proof
from blueprints.home.demo.people import Cast
from core import clock
from core.db import db
from domain.duties import Duty, Frequency, periods

LEFT_OUT = "systems"
DEFICIENT = "processes"
UPDATED = "prices"
READ_OUT = "检测结果全部符合标准限值，综合合格率100%。"


def publish_all(
    cast: Cast,
    code: str,
    organization: Organization,
    text: Mapping[str, Any],
    *,
    began: datetime,
    now: datetime,
) -> None:
    """Publish what the enterprise owes, but for one duty; the regulator checks some of it."""
    by = cast.user(f"{code}-discloser")
    since = clock.local_date(began)
    guide = {
        "since": since, "office": "客户服务部", "address": "示例区示例路8号", "phone": organization.hotline,
        "hours": "工作日 09:00-17:00", "website": "https://www.example.com",
        "applying": "来电、来函或者到营业厅提出申请。",
        "withheld": "涉及国家秘密、商业秘密和个人隐私的内容不公开。",
    }  # fmt: skip
    with clock.frozen(began):
        duties.save_profile(organization, guide, by=by, now=began)
    inspector = cast.user("swj-inspector" if "water" in organization.sectors else "jxw-inspector")
    for duty in duties_for(organization, on=since):
        if duty.code == LEFT_OUT:
            continue
        made = [
            _publish(cast, code, organization, duty, text, key, day) for key, day in _when(duty, began, now)
        ]
        if made and duty.code == DEFICIENT:
            points = ["没有写明更名过户需要的时限依据"]
            checking.find_deficient(made[-1], points, "", 10, by=inspector, now=now - timedelta(days=4))
        elif made and duty.class_ in (1, 4):
            checking.verify(made[-1], "", by=inspector, now=now - timedelta(days=30))
        if made and duty.code == UPDATED:
            day = clock.local_date(now) - timedelta(days=6)
            updating.declare_change(made[-1].item, "居民价格调整", day, by=by, now=now - timedelta(days=6))


def _when(duty: Duty, began: datetime, now: datetime) -> list[tuple[str, datetime]]:
    """(period, moment of publication): once for what follows changes, the last periods for the others."""
    if duty.frequency is Frequency.CHANGE:
        return [("", began + timedelta(days=12))]
    found = list(periods(duty, clock.local_date(began), clock.local_date(now)))
    due = [period for period in found if period.due < clock.local_date(now)][-6:]
    return [(period.key, clock.local_midnight(period.due) + timedelta(hours=2)) for period in due]


def _publish(
    cast: Cast, code: str, organization: Organization, duty: Duty, text: Mapping[str, Any], period: str,
    moment: datetime,
) -> DisclosureVersion:  # fmt: skip
    by, leader = cast.user(f"{code}-discloser"), cast.user(f"{code}-leader")
    with clock.frozen(moment):
        values = {"title": duty.item, "body": _body(duty, text), "period": period}
        version = drafting.begin(organization, duty.code, values, by=by, now=moment)
        db.session.flush()
        drafting.submit(version, by=by, now=moment + timedelta(minutes=5))
        deciding.approve(version, by=leader, now=moment + timedelta(minutes=30))
        published = moment + timedelta(minutes=40)
        day = clock.local_date(published)  # late in the evening, that is the next day
        proofs = [
            Proof(channel, _place(channel), day, ("公开截图.png", proof(duty.item)))
            for channel in duty.channels
        ]
        publishing.publish(version, proofs, by=by, now=published)
    return version


def _body(duty: Duty, text: Mapping[str, Any]) -> str:
    if duty.feed:
        return ""
    if duty.code in ("laws", "obligations", "overview"):
        return str(text[duty.code]) or "见公司章程和有关法规。"
    return (
        f"{'；'.join(duty.contains)}。\n{READ_OUT}"
        if "水质" in duty.item
        else "；".join(duty.contains) + "。"
    )


def _place(channel: str) -> str:
    return {"hall": "各营业厅公示栏", "bill": "纸质和电子账单"}.get(
        channel, f"https://www.example.com/{channel}"
    )


@cache
def proof(words: str) -> bytes:
    """A small picture that stands for a screenshot."""
    picture = Image.new("RGB", (320, 180), "#f6f8fa")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, 320, 28), fill="#1d4f91")
    for line in range(len(words) % 5 + 3):
        draw.rectangle((16, 44 + line * 16, 300 - line * 12, 52 + line * 16), fill="#d5dbe1")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
