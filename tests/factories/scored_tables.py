"""Scored tables that are in use elsewhere, as items of a checklist: (code, maximum, rule[, more])."""

from __future__ import annotations

from typing import Any

from domain.checklists import checklist_from, score_of
from domain.scoring import Score

Rows = list[tuple[Any, ...]]


def occurring(kinds: dict[str, str], **more: Any) -> dict[str, Any]:
    """A rule by occurrences."""
    return {"type": "per_occurrence", "kinds": kinds, **more}


def content_of_rows(rows: Rows, rounding: dict[str, Any] | None = None, part: str = "A") -> dict[str, Any]:
    """The rows as the content of a version."""
    items = [
        {
            "code": code,
            "part": part,
            "text": code,
            "maximum": maximum,
            "rule": rule,
            **(more[0] if more else {}),
        }
        for code, maximum, rule, *more in rows
    ]
    return {"parts": [[part, "部分"]], "items": items} | ({"rounding": rounding} if rounding else {})


def answers_of_values(values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Code -> value (or {"na": reason}), as a check keeps answers."""
    return {
        code: {"": value if isinstance(value, dict) and "na" in value else {"value": value}}
        for code, value in values.items()
    }


def scored(rows: Rows, answers: dict[str, Any], rounding: dict[str, Any] | None = None) -> Score:
    """The score of the rows with these answers."""
    return score_of(checklist_from(content_of_rows(rows, rounding)), answers_of_values(answers))


MISSING = occurring({}, zero=["不符合"])
FIFTY: Rows = [(f"N{n:02d}", "2", MISSING) for n in range(1, 51)]

HUAINAN: Rows = [
    ("灶前压力", "8", {"type": "rate", "target": "98", "lose": None}),
    ("换气", "2", occurring({}, zero=["脱销"])),
    ("正点营业", "2", occurring({}, zero=["没有正点营业"])),
    ("节假日", "2", occurring({}, zero=["没有延长"])),
    ("灌装合格率", "3", {"type": "rate", "target": "100", "lose": "1", "step": "1"}),
    ("计划停气", "2.5", occurring({"一次没有提前告知": "0.5"})),
    ("事故停气", "2.5", occurring({"一次没有解释": "2.5"})),
    ("停气审批", "3", occurring({"一次没有审批": "1"})),
]

TIANJIN: Rows = [
    ("压力", "5", {"type": "range", "low": "3", "high": "5"}),
    ("停水批准", "1", {"type": "range", "low": "0.5", "high": "1"}),
    ("停水", "3", occurring({"没有批准或者报告": "1", "没有公告": "1", "没有通知重点用户": "1"}, cap="3")),
]

GATED: Rows = [
    ("满意率", "", {"type": "gate"}),
    ("考核", "1000", {"type": "direct"}),
    ("说明", "10", occurring({"缺一项": "2.5"}), {"shown": {"item": "满意率", "when": "deviation"}}),
]

COUNTY: Rows = [
    ("渠道", "6", {"type": "positive", "kinds": {"渠道": "2"}}),
    ("目录和年报", "5", occurring({"目录没有更新": "1", "没有年报": "2"})),
    ("公共区域", "1", occurring({"问题": "0.5"}, cap="1")),
]
CITY: Rows = [
    ("覆盖率", "3", {"type": "banded", "bands": [["15", "3"], ["10", "2"], ["5", "1"]]}),
    ("重复利用", "5", {"type": "rate", "target": "75", "lose": "1", "step": "5"}),
    ("漏损率", "10", {"type": "rate", "target": "12", "lose": None, "step": "1", "better": "lower",
                    "at_target": "6", "gain": "2"}),
]  # fmt: skip
HEAT: Rows = [
    ("做到", "4", {"type": "positive", "kinds": {"建立制度": "2", "明确专人": "2"}}),
    ("只计一项", "10", {"type": "options", "options": {"全部完成": "10", "完成一半": "5", "没有开展": "0"}}),
    ("发现一家", "5", occurring({"发现一家": "1"})),
    ("加分", "", {"type": "bonus", "kinds": {"先进做法": "1"}, "cap": "2"}),
]
