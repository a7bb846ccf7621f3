"""A plan and its targets as their pages show them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.inspection.forms.plans import QUARTERS
from blueprints.inspection.models import InspectionPlan, PlanTarget, SiteCheck
from blueprints.inspection.queries import plans as queries
from blueprints.inspection.service import checking, sampling
from blueprints.inspection.service import planning as service
from blueprints.notices.workflow import STATE_NAMES, STATE_TONES
from blueprints.rulebook.service.legal import ground_of
from core.screens import cell
from core.wording import date_words, moment_words


def period(row: InspectionPlan) -> str:
    """2026年 第四季度"""
    return f"{row.year}年 {QUARTERS[str(row.quarter)]}"


def facts(row: InspectionPlan) -> list[dict[str, Any]]:
    """The grid above."""
    rows: list[dict[str, Any]] = [
        {"label": "名称", "value": row.title, "wide": True},
        {"label": "目的", "value": row.purpose, "wide": True},
        {"label": "依据", "value": row.basis, "wide": True},
        *_ground(row),
        {"label": "期间", "value": f"{period(row)}，{date_words(row.begins_on)}至{date_words(row.ends_on)}"},
        {"label": "方法", "value": "、".join(service.METHODS[m] for m in row.methods), "clause": "F6.2"},
        {"label": "检查表", "value": row.checklist.label},
        {"label": "每家企业一年", "value": f"最多列入 {row.cap} 次计划", "clause": service.CLAUSE},
        {"label": "拟定", "value": row.drafted_by.name},
        {"label": "批准", "value": _approval(row), "clause": service.CLAUSE},
    ]
    if row.urgent:
        rows.append({"label": "紧急的理由", "value": row.urgent_reason, "wide": True})
    if row.draw:
        rows.append({"label": "抽取", "value": row.draw.number})
    return rows


def _ground(row: InspectionPlan) -> list[dict[str, Any]]:
    ground = ground_of(row.basis, [service.CLAUSE])
    told = f"{ground.draft}{ground.unknown}"
    return [{"label": "依据的状态", "value": told, "wide": True}] if told else []


def _approval(row: InspectionPlan) -> str:
    if row.approved_by is None or row.approved_at is None:
        return "还没有"
    late = "（补办超过时限）" if row.approve_by and row.approved_at > row.approve_by else ""
    return f"{row.approved_by.name}，{moment_words(row.approved_at)}{late}：{row.approval}"


def notices(row: InspectionPlan, now: datetime) -> list[dict[str, Any]]:
    """What has to be said above."""
    told: list[dict[str, Any]] = []
    if row.return_reason:
        what = "已取消" if row.state == "cancelled" else "领导退回"
        told.append({"text": f"{what}：{row.return_reason}", "tone": "danger"})
    if row.urgent and row.state == "submitted" and row.approve_by:
        late = now > row.approve_by
        text = f"紧急检查须在{moment_words(row.approve_by)}以前补办批准{'，已经超过' if late else ''}。"
        told.append({"text": text, "tone": "danger" if late else "soon", "clause": service.CLAUSE})
    return told


def panels(row: InspectionPlan) -> list[dict[str, Any]]:
    """The targets, how each was chosen and how far it is."""
    by_target: dict[int, SiteCheck] = {c.target_id: c for c in queries.checks_of(row) if c.state != "void"}
    rows = [
        [
            cell(target.place, url=url_for("inspection.plan_target", target_id=target.id),
                 note=target.enterprise.name if target.outlet else ""),
            "随机抽取" if target.drawn else cell("直接列入", note=target.reason),
            "、".join(person["name"] for person in target.team) or "—",
            _notice_cell(target), _check_cell(by_target.get(target.id)),
        ]
        for target in row.targets
    ]  # fmt: skip
    return [
        {
            "title": "检查对象", "columns": ["对象", "产生", "检查人员", "检查通知书", "检查"], "rows": rows,
            "empty": "还没有检查对象：采用一次抽取，或者直接列入并写明理由。", "id": "targets",
        }
    ]  # fmt: skip


def _notice_cell(target: PlanTarget) -> Any:
    notice = target.notice
    if notice is None:
        return "—" if target.announced else "到场出示"
    url = url_for("notices.notice", notice_id=notice.id)
    return cell(notice.number_text or "拟稿", url=url, note=STATE_NAMES[notice.state])


def check_url(check: SiteCheck) -> str:
    """The page of a check."""
    return url_for("inspection.site_check", site_check_id=check.id)


def _check_cell(check: SiteCheck | None) -> Any:
    if check is None:
        return "—"
    return cell(check.number, url=check_url(check), note=checking.STATES[check.state])


def lacks_notice(target: PlanTarget) -> bool:
    """Whether no 检查通知书 that holds has been drafted."""
    return target.notice is None or target.notice.state in service.GONE


def checks(target: PlanTarget) -> list[SiteCheck]:
    """Checks of this target that count."""
    return [c for c in queries.checks_of(target.plan) if c.target_id == target.id and c.state != "void"]


def target_facts(target: PlanTarget) -> list[dict[str, Any]]:
    """The grid above."""
    draw = target.plan.draw
    chosen = f"随机抽取（{draw.number}）" if target.drawn and draw else f"直接列入：{target.reason}"
    return [
        {"label": "企业", "value": target.enterprise.name},
        {"label": "网点", "value": target.outlet.name if target.outlet else "—"},
        {"label": "产生", "value": chosen, "wide": True},
        {"label": "检查通知书", "value": "检查前送达" if target.announced else "不预先通知，到场时出示"},
        {"label": "检查表", "value": target.plan.checklist.label},
    ]


def target_panels(target: PlanTarget) -> list[dict[str, Any]]:
    """The team, the notice and the checks."""
    people = [[cell(person["name"]), person["certificate"]] for person in target.team]
    notice = target.notice
    papers = []
    if notice is not None:
        state = cell(STATE_NAMES[notice.state], tone=STATE_TONES.get(notice.state, "open"))
        papers = [[cell(notice.label, url=url_for("notices.notice", notice_id=notice.id)), state]]
    done = [
        [
            cell(check.number, url=check_url(check)),
            moment_words(check.opened_at), checking.STATES[check.state],
        ]
        for check in checks(target)
    ]  # fmt: skip
    samples = [
        [
            cell(one.label, url=url_for("inspection.sample", sample_id=one.id)), one.title,
            cell(sampling.STATES[one.state], tone=sampling.TONES[one.state]),
        ]
        for one in queries.samples_of(target)
    ]  # fmt: skip
    return [
        {"title": "检查人员", "columns": ["姓名", "执法证号"], "rows": people, "empty": "还没有检查人员。"},
        {"title": "检查通知书", "columns": ["文书", "状态"], "rows": papers, "empty": "还没有拟制。"},
        {"title": "现场检查", "columns": ["编号", "开始", "状态"], "rows": done, "empty": "还没有检查。"},
        {
            "title": "原始记录抽查",
            "columns": ["编号", "名称", "状态"],
            "rows": samples,
            "empty": "还没有抽查；新建抽样时选上这次检查计划。",
        },
    ]
