"""The knowledge base of the district: what comes with the product, a better wording, one that waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from blueprints.home.demo.people import Cast
from blueprints.knowledge.models import KnowledgeItem
from blueprints.knowledge.service import writing
from blueprints.knowledge.service.loading import load_for
from core import audit
from core.db import db

BETTER = "停供没有提前告知：已核实"
ADDED = "以后计划停气，提前七天公告，并给每户发一条短信。"
WAITING = writing.Place("reply", "预约上门没有按时：已核实", "service", "", (), "F5.2")
WAITING_TEXT = (
    "{诉求人称呼}，您好：您反映的“{标题}”（{编号}）已经核实。\n"
    "当天上门人员确实没有按约定的时间到，也没有提前和您联系，我们向您致歉。\n"
    "我们已经重新约定时间上门，并要求改期一律提前征得用户同意。如有疑问，请拨打{服务电话}。"
)


def stock(cast: Cast, now: datetime) -> None:
    """Every organization loads what comes with the product; the gas company goes on with it."""
    begun = now - timedelta(days=200)
    for organization in cast.organizations.values():
        load_for(organization, by=audit.SYSTEM, now=begun)
    _improved(cast, now - timedelta(days=30))
    gas = cast.organizations["rq"]
    handler = cast.user("rq-handler")
    reason = "这类投诉多，统一口径"
    writing.propose_item(gas.id, WAITING, WAITING_TEXT, reason, by=handler, now=now - timedelta(hours=5))


def _improved(cast: Cast, moment: datetime) -> None:
    gas = cast.organizations["rq"]
    item = db.session.scalars(
        select(KnowledgeItem).where(KnowledgeItem.organization_id == gas.id, KnowledgeItem.title == BETTER)
    ).one()
    text = f"{item.text}\n{ADDED}"
    version = writing.propose_version(item, text, "写明以后怎样告知", by=cast.user("rq-handler"), now=moment)
    writing.publish(version, "", by=cast.user("rq-leader"), now=moment + timedelta(hours=3))
