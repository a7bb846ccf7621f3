"""Checklists as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import url_for

from blueprints.inspection.models import Checklist, ChecklistVersion
from blueprints.inspection.service import checklists as service
from core.clock import to_local
from core.screens import cell
from domain.checklist_changes import Changes, evidence_words
from domain.checklist_texts import RULES, VERDICTS, rule_words
from domain.checklists import BASES, METHODS, CheckItem
from domain.checklists import Checklist as Content
from domain.errors import InvalidInput
from domain.score_rules import Banded, Direct, Options, PerOccurrence, Range, Rate, plainly, points, rule_data

COLUMNS = ["检查表", "适用", "现行版本", ("项目", "num"), ("满分", "num"), "草稿", "公布"]


def version_url(row: ChecklistVersion) -> str:
    """The page of a version."""
    return url_for("inspection.checklist_version", list_version_id=row.id)


def day(at: Any) -> str:
    """2026-10-12; a dash for none."""
    return f"{to_local(at):%Y-%m-%d}" if at else "—"


def list_rows(rows: Sequence[Checklist]) -> list[list[Any]]:
    """The library."""
    found = []
    for row in rows:
        now, draft = service.current_of(row), service.draft_of(row)
        newest = now or draft or row.versions[-1]
        made = service.content(newest)
        url = url_for("inspection.checklist", checklist_id=row.id)
        found.append([
            cell(row.name, url=url, note=row.purpose), service.SECTOR_WORDS.get(row.sector, row.sector),
            cell(f"第{now.number}版", url=version_url(now)) if now else cell("没有现行版本", tone="soon"),
            str(len(made.items)), plainly(made.total),
            cell(f"第{draft.number}版", url=version_url(draft)) if draft else "—",
            day(now.published_at) if now else "—",
        ])  # fmt: skip
    return found


def version_rows(row: Checklist) -> list[list[Any]]:
    """The versions of a checklist, the newest first."""
    found = []
    for one in reversed(row.versions):
        made = service.content(one)
        found.append([
            cell(f"第{one.number}版", url=version_url(one), note=one.note),
            cell(service.STATES[one.state], tone=service.TONES[one.state]), str(len(made.items)),
            plainly(made.total), f"{one.drafted_by.name} {day(one.drafted_at)}",
            f"{one.published_by.name} {day(one.published_at)}" if one.published_by else "—",
            day(one.retired_at),
        ])  # fmt: skip
    return found


def facts(row: ChecklistVersion, made: Content) -> list[dict[str, Any]]:
    """The grid above a version."""
    found: list[dict[str, Any]] = [
        {"label": "适用", "value": service.SECTOR_WORDS.get(row.checklist.sector, "")},
        {"label": "项目和满分", "value": f"{len(made.items)} 项，{plainly(made.total)} 分"},
        {"label": "得分取舍", "value": made.rounding.words},
        {"label": "起草", "value": f"{row.drafted_by.name}，{day(row.drafted_at)}"},
    ]
    if row.published_by:
        found.append({"label": "公布", "value": f"{row.published_by.name}，{day(row.published_at)}"})
    if row.retired_at:
        found.append({"label": "停用", "value": day(row.retired_at)})
    if row.note:
        found.append({"label": "这一版改了什么", "value": row.note, "wide": True})
    if row.sha256:
        found.append({"label": "内容摘要（SHA-256）", "value": row.sha256, "wide": True})
    return found


def parts(made: Content) -> list[dict[str, Any]]:
    """Parts with their items and sums."""
    sums = made.sums()
    return [
        {
            "code": code, "title": title, "sum": plainly(sums[code]),
            "rows": [_item(one) for one in made.items if one.part == code],
        }
        for code, title in made.parts.items()
    ]  # fmt: skip


def _item(one: CheckItem) -> dict[str, Any]:
    kind = rule_data(one.rule)["type"]
    more = [f"证据：{evidence_words(one)}"] if one.evidence else []
    if one.repeat:
        more.append(f"每个{one.repeat}分别检查")
    if one.shown:
        more.append(f"只在 {one.shown.item} {VERDICTS[one.shown.when]}时检查")
    return {
        "code": one.code, "text": one.text, "how": one.how, "method": METHODS[one.method],
        "rule": RULES[kind], "words": rule_words(one.rule),
        "maximum": "—" if one.extra else plainly(one.maximum),
        "basis": one.basis, "basis_kind": BASES[one.basis_kind], "kind": one.basis_kind, "clause": one.clause,
        "more": more, "ways": _ways(one), "repeat": one.repeat,
    }  # fmt: skip


def _ways(one: CheckItem) -> dict[str, Any]:
    """What the tablet offers besides 符合: options, kinds to count, or a number to type."""
    rule = one.rule
    if isinstance(rule, Options):
        return {"options": [f"{name}（{plainly(each)}分）" for name, each in rule.options.items()]}
    if isinstance(rule, Banded | Rate | Direct):
        return {"number": "得分" if isinstance(rule, Direct) else "数值"}
    if isinstance(rule, Range):
        return {"number": f"扣分（{plainly(rule.low)}至{plainly(rule.high)}）"}
    kinds = getattr(rule, "kinds", {})
    sign = "−" if isinstance(rule, PerOccurrence) else "+"
    counts = [f"{kind}（{sign}{plainly(each)}）" for kind, each in kinds.items()]
    return {"counts": counts + [f"{kind}（不得分）" for kind in getattr(rule, "zero", ())]}


def sums(made: Content, code: str = "", typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Sum of each part and in total; `typed` is what stands in the form for the item `code`."""
    found = made.sums()
    if typed is not None:
        if (one := made.item(code)) and not one.extra:
            found[one.part] -= one.maximum
        if typed.get("part", "") in found and typed.get("rule") not in ("bonus", "gate"):
            found[typed["part"]] += _typed_points(typed.get("maximum", ""))
    rows = [(f"{part} {made.parts[part]}", plainly(value)) for part, value in found.items()]
    return {"rows": rows, "total": plainly(sum(found.values(), Decimal(0)))}


def _typed_points(text: str) -> Decimal:
    try:
        return points(text.strip(), "满分")
    except InvalidInput:
        return Decimal(0)


def sum_changes(found: Changes) -> list[tuple[str, str, str]]:
    """Sums before and after, in words."""
    rows = [(name, _or_dash(old), _or_dash(new)) for name, old, new in found.sums]
    return [*rows, ("合计", plainly(found.total[0]), plainly(found.total[1]))]


def _or_dash(value: Decimal | None) -> str:
    return "—" if value is None else plainly(value)


def public_rows(rows: Sequence[ChecklistVersion]) -> list[dict[str, Any]]:
    """What is inspected and on what it rests, for the public page."""
    return [
        {
            "organ": row.checklist.organization.name, "name": row.checklist.name, "number": row.number,
            "sector": service.SECTOR_WORDS.get(row.checklist.sector, ""), "purpose": row.checklist.purpose,
            "published": day(row.published_at), "parts": parts(service.content(row)), "id": row.id,
        }
        for row in rows
    ]  # fmt: skip
