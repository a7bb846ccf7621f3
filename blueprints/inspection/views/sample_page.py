"""A sample as its pages and its printed sheet show it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.inspection.models import RecordSample, SampledRecord
from blueprints.inspection.queries.frames import FRAMES, SHEET, SOURCES
from blueprints.inspection.service import sampling as service
from core.clock import to_local
from core.screens import cell
from domain.sample_plans import CONFIDENCES, METHODS, RULES


def moment(at: datetime | None) -> str:
    """2026-10-12 09:30; empty for none."""
    return f"{to_local(at):%Y-%m-%d %H:%M}" if at else ""


def facts(row: RecordSample) -> list[dict[str, Any]]:
    """The grid above."""
    plan, size = row.plan, row.size
    rows = [
        {"label": "企业", "value": row.enterprise.name},
        {"label": "所属检查计划", "value": _planned(row)},
        {"label": "名单", "value": f"{frame_words(row)}，共 {size['population']} 件"},
        {"label": "抽样方法", "value": _method(row)},
        {"label": "抽多少", "value": f"{RULES[plan['rule']['kind']]}：{size['n']} 件"},
        {"label": "这样抽的道理", "value": size["words"], "wide": True, "clause": service.CLAUSE},
        {"label": "扩大抽样", "value": _extension(row)},
        {"label": "组织抽样", "value": row.drafted_by.name},
    ]
    if row.frozen_at:
        rows += [
            {"label": "冻结时间", "value": moment(row.frozen_at)},
            {"label": "抽取时间", "value": moment(row.drawn_at)},
            {"label": "名单摘要（SHA-256）", "value": row.frame_digest, "wide": True},
        ]
    if row.frame_file:
        label = "冻结时的记录（SHA-256）"
        rows.append({"label": label, "value": row.frame_file.sha256, "wide": True})
    if row.sheet_file:
        label = f"表格 {row.sheet_name}（SHA-256）"
        rows.append({"label": label, "value": row.sheet_file.sha256, "wide": True})
    return rows


def _planned(row: RecordSample) -> str:
    return f"{row.target.plan.label}　{row.target.place}" if row.target else "—"


def frame_words(row: RecordSample) -> str:
    """Where the records come from."""
    if row.source == SHEET:
        return f"{SOURCES[SHEET]}（{row.sheet_name}）"
    return f"{row.plan['since']} 至 {row.plan['until']}的{SOURCES[row.source]}"


def _method(row: RecordSample) -> str:
    name = METHODS[row.plan["method"]]
    if row.plan["method"] != "stratified":
        return name
    by = row.plan["stratum_column"] or FRAMES[row.source].strata.get(row.plan["by"], "")
    return f"{name}，按{by}，每层至少 {row.plan['minimum']} 件" if row.plan["minimum"] else f"{name}，按{by}"


def _extension(row: RecordSample) -> str:
    plan = row.plan
    if not plan["extend_by"]:
        return "不扩大"
    return f"发现 {plan['extend_from']} 件不合格，再按顺位抽 {plan['extend_by']} 件，只扩大一次"


def strata(row: RecordSample) -> list[list[Any]]:
    """How many of each stratum."""
    quotas = row.size["quotas"]
    return [[cell(name), str(n), str(quotas.get(name, 0))] for name, n in row.size["strata"].items()]


def criteria(row: RecordSample) -> list[list[Any]]:
    """What each record is looked at for."""
    return [[cell(text), code, clause or "—"] for code, text, clause in row.plan["criteria"]]


def standing(record: SampledRecord) -> tuple[str, str]:
    """Words and tone of a working paper."""
    if record.done_at is None:
        return ("已退回，待重新查看", "danger") if record.returned else ("待查看", "open")
    if not record.failed:
        return "符合", "done"
    return ("不合格，已复核", "danger") if record.reviewed_at else ("不合格，待复核", "soon")


def papers(row: RecordSample) -> list[list[Any]]:
    """The working papers, in the order of looking."""
    lines = []
    for record in row.records:
        words, tone = standing(record)
        url = url_for("inspection.sampled", sampled_id=record.id)
        note = "扩大抽样" if record.extension else ""
        lines.append([
            cell(record.key, url=url, note=note), str(record.rank), record.stratum,
            cell(words, tone=tone), record.done_by.name if record.done_by else "—",
        ])  # fmt: skip
    return lines


def results(row: RecordSample) -> list[dict[str, Any]]:
    """The outcome of each criterion with its words."""
    return [
        {"code": code, "text": text, "clause": clause, **row.result[code]}
        for code, text, clause in row.plan["criteria"]
        if code in row.result
    ]


def caution(row: RecordSample) -> str:
    """What the bounds rest on, in words."""
    sure = CONFIDENCES.get(row.plan["rule"]["confidence"], "")
    words = {
        "simple": f"名单冻结后随机抽取，把握程度 {sure}。",
        "stratified": f"各层按规模分配后随机抽取；上限按简单随机抽样计算，把握程度 {sure}。",
        "systematic": f"按冻结名单的次序等距抽取，起点由种子算出；上限按简单随机抽样计算，把握程度 {sure}。",
        "all": "名单内的记录全部查看。",
    }[row.plan["method"]]
    added = sum(1 for record in row.records if record.extension)
    more = f"按事先声明扩大抽样 {added} 件，两步合并计算。" if added else ""
    return f"{words}{more}缺记录按不符合计算，不适用的不计入件数。"
