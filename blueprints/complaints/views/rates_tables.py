"""The page of rates as tables of a file: exactly the numbers that the page shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blueprints.complaints.spreadsheets.tables import Table, Value
from blueprints.complaints.views.satisfaction_page import satisfaction_table

RATE_NAMES = ("比率", "目标", "比率%", "是否达到", "应计入", "及时", "不及时", "不计入", "其中后来重办")


def tables(page: Mapping[str, Any]) -> list[Table]:
    """Both rates, the split table, what is left out, channel x type, and how all of it is counted."""
    satisfied = satisfaction_table(page["satisfaction"])
    parts = (_rates(page), _lines(page), _excluded(page), _cases(page))
    return [*parts, satisfied, _cross(page), _definitions(page)]


def _rates(page: Mapping[str, Any]) -> Table:
    rows: list[list[Value]] = [
        [
            card["name"], f"{card['target']}%", card["text"].removesuffix("%"), card["words"],
            *(number["number"] for number in card["numbers"]),
        ]
        for card in page["cards"]
    ]  # fmt: skip
    return Table("两项比率", RATE_NAMES, rows)


def _line(line: Mapping[str, Any]) -> list[Value]:
    found: list[Value] = [line["label"], line["received"]["number"]]
    for one in line["rates"]:
        found += [one[part]["number"] for part in ("counted", "timely", "late", "excluded")]
        found.append(one["text"])
    return found


def _lines(page: Mapping[str, Any]) -> Table:
    name = page["splits"][page["asked"].split]
    columns = ("应计入", "及时", "不及时", "不计入", "比率%")
    heads = [f"{card['name']}：{column}" for card in page["cards"] for column in columns]
    rows = [_line(line) for line in (*page["lines"], page["whole"])]
    return Table(f"按{name}分", [name, "收到", *heads], rows)


def _excluded(page: Mapping[str, Any]) -> Table:
    heads = [f"{card['name']}不计入" for card in page["cards"]]
    rows: list[list[Value]] = [
        [row["name"], *(number["number"] for number in row["numbers"]), row["reason"]]
        for row in page["exclusions"]
    ]
    return Table("不计入的件", ["情形", *heads, "为什么不计入"], rows)


def _cases(page: Mapping[str, Any]) -> Table:
    rows = [[c["number"], c["type"], c["received"], c["why"]] for c in page["excluded_cases"]]
    return Table("最近不计入的件", ["编号", "类型", "收到", "情形"], rows)


def _cross(page: Mapping[str, Any]) -> Table:
    cross = page["cross"]
    rows: list[list[Value]] = [
        [row["label"], *(c["number"] for c in row["cells"]), row["total"]["number"], row["percent"]]
        for row in cross["rows"]
    ]
    rows.append(["合计", *(c["number"] for c in cross["col_totals"]), cross["total"]["number"], ""])
    rows.append(["占比%", *cross["col_percent"], "", ""])
    blank = [""] * (len(cross["heads"]) - 1)
    for one in cross["sums"]:
        name = f"{one['name']}（{one['types']}），占{one['of']}%"
        rows.append([name, one["number"]["number"], *blank, "", one["percent"]])
    return Table("渠道和类型", ["渠道", *cross["heads"], "合计", "占比%"], rows)


def _definitions(page: Mapping[str, Any]) -> Table:
    rows: list[list[Value]] = [
        ["统计期", page["period"], "", ""],
        ["被诉单位", page["place"] or "全部", "", ""],
        ["统计时间", page["as_of"], "", ""],
        ["统计范围", page["reach"], "", ""],
    ]
    for group in page["definitions"]:
        for row in group["rows"]:
            source = "本单位设定" if row["local"] else "条款写明"
            text = " ".join(filter(None, (row["text"], row["reason"])))
            rows.append([row["name"], text, row["clause"] or "", source])
    return Table("统计口径", ["项目", "内容", "条款", "来源"], rows)
