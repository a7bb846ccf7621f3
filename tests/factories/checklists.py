"""Checklists of the regulator of the gas company, through the services."""

from __future__ import annotations

from typing import Any

from blueprints.inspection.models import ChecklistVersion
from blueprints.inspection.service import checklists as service
from core import clock
from core.db import db, transaction
from domain.checklists import checklist_from
from tests.factories.world import World

DRAFTER, PUBLISHER = "jxw-inspector", "jxw-supervisor"
ITEMS: tuple[dict[str, Any], ...] = (
    {"code": "S01", "part": "B1", "text": "标志统一明显", "maximum": "5", "clause": "F3.1.1",
     "rule": {"type": "per_occurrence", "kinds": {"标志缺失": "2", "标志不统一": "1"}}},
    {"code": "S02", "part": "B1", "text": "全年准时开门营业", "maximum": "2.5", "clause": "F3.1.2",
     "rule": {"type": "per_occurrence", "kinds": {"迟开门": "0.5"}, "zero": ["整日没有开门"]},
     "evidence": {"photo": "deviation"}},
    {"code": "G01", "part": "G", "text": "停气提前48小时告知用户", "maximum": "10", "method": "record",
     "basis": "《重庆市天然气管理条例》第三十二条", "basis_kind": "statute",
     "rule": {"type": "per_occurrence", "kinds": {"一次没有提前告知": "5"}}},
)  # fmt: skip
CONTENT = {"parts": [["B1", "服务网点"], ["G", "供气专项"]], "items": list(ITEMS)}


class Shelf:
    """The checklists of a regulator: `draft()`, `published()`; ids of versions."""

    def __init__(self) -> None:
        self.world = World()

    def draft(
        self, name: str = "供气服务检查", content: dict[str, Any] | None = None, sector: str = "gas"
    ) -> int:
        """Id of a new draft."""
        by_id = self.world.user(DRAFTER).id
        with transaction() as session:
            by = session.get_one(type(self.world.user(DRAFTER)), by_id)
            assert by.organization is not None
            facts = {"name": name, "sector": sector, "purpose": "示例检查"}
            made = checklist_from(content or CONTENT)
            return service.create(by.organization, facts, made, by=by, now=clock.now()).id

    def published(self, name: str = "供气服务检查", content: dict[str, Any] | None = None) -> int:
        """Id of a version that stands in force."""
        version_id = self.draft(name, content)
        by = self.world.user(PUBLISHER)
        with transaction():
            service.publish(db.session.get_one(ChecklistVersion, version_id), by=by, now=clock.now())
        return version_id

    def row(self, version_id: int) -> ChecklistVersion:
        """A version as it is stored now."""
        self.world.fresh()
        return db.session.get_one(ChecklistVersion, version_id)


def fill_checklists() -> dict[str, int | str]:
    """A published and a draft checklist of the regulator of the gas company, by the names that routes use."""
    shelf = Shelf()
    published = shelf.published()
    draft = shelf.draft("供气服务检查（草稿）")
    checklist_id = shelf.row(published).checklist_id
    return {
        "list_version_id": published, "draft_list": draft, "item_code": "S01", "checklist_id": checklist_id,
    }  # fmt: skip
