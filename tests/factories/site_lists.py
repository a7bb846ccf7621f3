"""A checklist of forty items for a whole check."""

from __future__ import annotations

from decimal import Decimal

from domain.checklists import CheckItem, Checklist
from domain.score_rules import PerOccurrence

PARTS = {"B1": "服务网点", "B2": "员工", "B3": "上门服务", "B4": "热线和公示"}
STATUTE = "《城镇燃气管理条例》第二十条"


def forty_items() -> Checklist:
    """Ten items in each of four parts, 2.5 points each; the first of each part rests on a statute."""
    items = tuple(_item(part, at) for part in PARTS for at in range(1, 11))
    return Checklist(PARTS, items)


def _item(part: str, at: int) -> CheckItem:
    statute = at == 1
    return CheckItem(
        f"{part}-{at:02d}", part, f"{PARTS[part]}第{at}项", PerOccurrence({"每处": Decimal(1)}),
        Decimal("2.5"), how="现场逐项核对", basis=STATUTE if statute else "监管制度第三条",
        basis_kind="statute" if statute else "system", clause="" if statute else "F3.1.2",
        evidence={"photo": "deviation"},
    )  # fmt: skip
