"""Satisfaction on the page of rates: every number with its list, what is left out with its reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blueprints.complaints.queries_rates import HEARD
from blueprints.complaints.spreadsheets.tables import Table, Value
from blueprints.complaints.views.rates_page import Links, cell
from blueprints.complaints.views.rates_words import HEARD_NAMES
from domain.rulesets import Ruleset
from domain.satisfaction import ANSWERS, LEFT_OUT, Heard, Satisfaction

REASONS = {
    Heard.ANONYMOUS: "匿名诉求，无法答复和回访。",
    Heard.NO_MORE: "同一事项先前已经办结并回访，由先前那一件计算。",
    Heard.INCIDENT: "停供事件的来电单独统计。",
    Heard.ENDED: "没有办理结果可以评价。",
    Heard.UNREACHABLE: "回访时没有联系上本人，说不上满意不满意。",
    Heard.UNHEARD: "还在办理，或者办结前没有回访。",
}


def satisfaction_view(found: Satisfaction, rulesets: Sequence[Ruleset], links: Links) -> dict[str, Any]:
    """The rate, what people answered, and who does not count and why."""
    said = {rule.code: rule.reason for ruleset in reversed(rulesets) for rule in ruleset.counting}

    def row(kind: Heard) -> dict[str, Any]:
        reason = said.get(kind) if kind is Heard.ANONYMOUS else None
        number = cell(found.of(kind), links(HEARD, kind))
        return {"name": HEARD_NAMES[kind], "number": number, "reason": reason or REASONS.get(kind, "")}

    return {
        "text": f"{found.text}%" if found.counted else found.text,
        "counted": found.counted,
        "answers": [row(kind) for kind in ANSWERS],
        "left_out": [row(kind) for kind in LEFT_OUT if found.of(kind) or kind is Heard.ANONYMOUS],
    }


def satisfaction_table(view: dict[str, Any]) -> Table:
    """The same as a table of the file."""
    note = f"已回访并答复 {view['counted']} 件"
    rows: list[list[Value]] = [["满意率%", view["text"].removesuffix("%"), note]]
    rows += [[row["name"], row["number"]["number"], "计入"] for row in view["answers"]]
    rows += [[row["name"], row["number"]["number"], f"不计入：{row['reason']}"] for row in view["left_out"]]
    return Table("满意度", ["情形", "件数", "说明"], rows)
