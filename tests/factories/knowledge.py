"""Templates of the gas company: one in use with an old version, one that waits; a case with a reply."""

from __future__ import annotations

from blueprints.accounts.models import User
from blueprints.knowledge.service import writing
from blueprints.knowledge.service.writing import Place
from core import clock
from core.db import transaction
from tests.factories.cases import Desk
from tests.factories.world import World

PLACE = Place("reply", "停供告知：已核实", "service", "", ("gas",), "F5.2")
TEXT = "{诉求人称呼}，您好：{标题}（{编号}）已经核实，我们已经补发通知并改进告知办法。"


def fill_knowledge() -> dict[str, int]:
    """Ids by the names that routes use."""
    world = World()
    handler, leader = world.user("rq-handler").id, world.user("rq-leader").id
    world.fresh()
    with transaction() as session:
        by, decides = (session.get_one(User, who) for who in (handler, leader))
        org, now = by.organization_id or 0, clock.now()
        first = writing.propose_item(org, PLACE, TEXT, "常用", by=by, now=now)
        writing.publish(first, "", by=decides, now=now)
        waiting = writing.propose_version(first.item, f"{TEXT}谢谢。", "更客气", by=by, now=now)
        found = {"knowledge_item_id": first.item_id, "knowledge_version_id": waiting.id}
    return found | {"replied_case": Desk().replied_handover("rq")}

