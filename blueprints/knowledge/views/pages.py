"""The list of items, and the page of one: the text in use, its versions, how often it was used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.knowledge import queries
from blueprints.knowledge.models import KINDS, PROPOSED, STATES, KnowledgeItem, KnowledgeVersion
from blueprints.knowledge.service.sources import link_to, satisfaction_of
from blueprints.knowledge.views.words import about, months_until, sector_words
from core.authz import Permission
from core.screens import cell
from core.wording import moment_words

COLUMNS = ["名称", "种类", "类别／险情", ("条款", "nowrap"), "行业", "单位", ("用过", "num")]
VERSION_HEADS = ["版", "状态", "谁提的", "谁审定", "说明", ("用过", "num"), ""]
TONES = {PROPOSED: "soon", "published": "done", "replaced": "muted", "rejected": "muted"}
BUILT_IN = "随系统提供"
FEW = 5


def list_rows(rows: Iterable[Any], by: User, categories: dict[str, str]) -> list[list[Any]]:
    """One line for each item."""
    return [
        [
            cell(row.title, url=url_for("knowledge.item", knowledge_item_id=row.id), note=_note(row)),
            KINDS[row.kind],
            about(row, categories),
            cell("", clause=row.clause) if row.clause else "—",
            sector_words(row.sectors),
            "本单位" if row.organization_id == by.organization_id else row.owner,
            f"{row.uses} 次",
        ]
        for row in rows
    ]


def _note(row: Any) -> str:
    if not row.active:
        return "已停用"
    return f"第 {row.published} 版" if row.published else "还没有发布"


def facts(item: KnowledgeItem, categories: dict[str, str]) -> list[dict[str, Any]]:
    """What the item is for."""
    kind = "险情" if item.emergency else "内容类别"
    return [
        {"label": "种类", "value": KINDS[item.kind]},
        {"label": kind, "value": about(item, categories)},
        {"label": "条款", "value": item.clause or "—"},
        {"label": "行业", "value": sector_words(item.sectors)},
        {"label": "单位", "value": item.organization.name},
    ]


def badge(item: KnowledgeItem) -> tuple[str, str]:
    """In use, waiting, retired."""
    if not item.active:
        return "已停用", "muted"
    return (f"在用第 {item.published} 版", "done") if item.published else ("待审定", "soon")


def use_figures(item: KnowledgeItem, now: datetime) -> dict[str, Any]:
    """Numbers, never persons: all uses, by month, the share of satisfied callbacks."""
    months = months_until(now)
    uses = queries.uses_of(item, [span for _, span in months])
    by_month: list[dict[str, Any]] = [
        {"month": name, "number": number}
        for (name, _), number in zip(months, uses.by_month or [0] * len(months), strict=True)
    ]
    used = [month for month in by_month if month["number"]]
    satisfied, asked = satisfaction_of(list(uses.by_version)) if uses.by_version else (0, 0)
    return {
        "total": item.uses,
        "months": used,
        "most": max((month["number"] for month in used), default=0),
        "satisfaction": satisfaction_words(satisfied, asked),
        "by_version": uses.by_version,
    }


def satisfaction_words(satisfied: int, asked: int) -> str:
    """The share of satisfied callbacks; with only few of them no share."""
    if not asked:
        return "还没有回访"
    share = f"，占 {satisfied * 100 / asked:.1f}%" if asked >= FEW else ""
    return f"回访 {asked} 件，满意 {satisfied} 件{share}"


def version_rows(item: KnowledgeItem, by: User, counted: dict[int, int]) -> list[list[Any]]:
    """The versions, the newest first; who is outside the organization sees those that were in use."""
    own = item.organization_id == by.organization_id
    shown = [v for v in reversed(item.versions) if own or v.state in ("published", "replaced")]
    return [
        [
            f"第 {version.number} 版",
            cell(STATES[version.state], tone=TONES[version.state]),
            _proposed(version, own),
            _decided(version, own),
            _why(version, by, own),
            f"{counted.get(version.id, 0)} 次",
            _next(version, by, own),
        ]
        for version in shown
    ]


def _proposed(version: KnowledgeVersion, own: bool) -> Any:
    person = version.proposed_by
    if person is None:
        return cell(BUILT_IN, note=moment_words(version.proposed_at))
    return cell(person.name if own else "主管部门", note=moment_words(version.proposed_at))


def _decided(version: KnowledgeVersion, own: bool) -> Any:
    if version.decided_at is None:
        return "—"
    person = version.decided_by
    name = (person.name if own else "主管部门") if person is not None else BUILT_IN
    return cell(name, note=moment_words(version.decided_at))


def _why(version: KnowledgeVersion, by: User, own: bool) -> Any:
    if not own:
        return "—"
    words = "；".join(part for part in (version.reason, version.remark) if part) or "—"
    link = link_to(version.subject_type, version.subject_id, by)
    note = "" if words == "—" else words
    return cell(f"由 {link[0]} 的答复提出", url=link[1], note=note) if link else words


def _next(version: KnowledgeVersion, by: User, own: bool) -> Any:
    item = version.item
    if own and version.state == PROPOSED and Permission.KNOWLEDGE_PUBLISH in by.permissions:
        return cell("审定", url=url_for("knowledge.decide", knowledge_version_id=version.id))
    if version.number != item.published and item.published:
        older, newer = sorted((version.number, item.published))
        where = url_for("knowledge.compare", knowledge_item_id=item.id, a=older, b=newer)
        return cell("与在用的对比", url=where)
    return ""


def actions(item: KnowledgeItem, by: User) -> list[dict[str, Any]]:
    """What this person may do with an item of the own organization."""
    if item.organization_id != by.organization_id:
        return []
    at: dict[str, Any] = {"knowledge_item_id": item.id}
    found: list[dict[str, Any]] = []
    if not any(version.state == PROPOSED for version in item.versions):
        found.append({"label": "提新的一版", "url": url_for("knowledge.propose", **at), "primary": True})
    if Permission.KNOWLEDGE_PUBLISH in by.permissions:
        found.append({"label": "改类别、条款", "url": url_for("knowledge.edit", **at)})
        url = url_for("knowledge.toggle", **at)
        if item.active:
            words = "停用后办件时不再出现，用过的记录保留。确定停用？"
            found.append({"label": "停用", "url": url, "post": True, "confirm": words})
        else:
            found.append({"label": "重新启用", "url": url, "post": True})
    return found
