"""Lists of records are the same whether a template or Python writes their lines."""

from __future__ import annotations

from flask import Flask, render_template_string

from core.screens import cell, chip_cell, table_body

HEADS = [("名称", ""), ("数", "num"), ("状态", ""), ("期限", "nowrap")]
ROWS = [
    [cell("<甲>&", url="/x?a=1&b=2", note="注\"引\""), "5", cell("违约", tone="danger", note="迟到"), "—"],
    [cell("乙"), cell("6"), cell("有效", tone="done", clause="F3.2.1"), chip_cell({"text": "剩 3 个工作日", "tone": "soon"})],
]  # fmt: skip
BOTH = """{% import "layouts/_records.html" as records %}{{ records.table("表", heads, rows) }}|||{{ records.printed("表", heads, body) }}"""


def test_both_ways_print_the_same(app: Flask) -> None:
    with app.test_request_context("/"):
        body = table_body(HEADS, ROWS)
        first, second = render_template_string(BOTH, heads=HEADS, rows=ROWS, body=body).split("|||")
    assert first == second
    assert "&lt;甲&gt;&amp;" in second
    assert "剩 3 个工作日" in second
