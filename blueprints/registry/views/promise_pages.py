"""Written systems and commitments as the screens show them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import url_for

from blueprints.accounts.models import Organization
from blueprints.registry.models import WrittenSystem
from blueprints.registry.queries.services import plain_versions
from core.clock import to_local
from core.screens import cell
from core.wording import date_words
from domain.written_systems import System, asked_of, in_force


def system_rows(
    organization: Organization, versions: Iterable[WrittenSystem], today: date, may_edit: bool
) -> list[list[Any]]:
    """One row a system that is asked for; those without a version in force are red."""
    known = list(versions)
    plain, by_id = plain_versions(known), {row.id: row for row in known}
    rows = []
    for system in asked_of(organization.ruleset_code):
        current = in_force(plain, system.code, today)
        rows.append(_system_row(system, by_id[current.id] if current else None, known, may_edit))
    return rows


def _system_row(
    system: System, current: WrittenSystem | None, known: list[WrittenSystem], may_edit: bool
) -> list[Any]:
    latest = next((row for row in known if row.code == system.code), None)
    url = url_for("registry.system", system_id=(current or latest).id) if current or latest else ""  # type: ignore[union-attr]
    if not url and may_edit:
        url = url_for("registry.new_system", system_code=system.code)
    return [
        cell(system.name, url=url, note="点这里登记" if not latest and may_edit else ""),
        cell("", clause=system.clause),
        f"第{current.number}版" if current else "—",
        date_words(current.effective_on) if current else "—",
        cell("现行有效", tone="done") if current else cell("缺少", tone="overdue"),
    ]


def system_facts(row: WrittenSystem) -> list[dict[str, Any]]:
    """The grid of a version."""
    return [
        {"label": "标题", "value": row.title, "wide": True},
        {"label": "施行日期", "value": date_words(row.effective_on)},
        {"label": "废止日期", "value": date_words(row.repealed_on) if row.repealed_on else ""},
        {"label": "印发文号或批准", "value": row.adopted},
        {"label": "文件", "value": row.file_name},
    ]


def version_rows(rows: Iterable[WrittenSystem]) -> list[list[Any]]:
    """All versions, the newest first."""
    return [
        [
            cell(f"第{row.number}版", url=url_for("registry.system", system_id=row.id)),
            _in_force_words(row),
            row.adopted or "—",
            f"{row.by} {to_local(row.at):%Y-%m-%d}",
        ]
        for row in rows
    ]


def _in_force_words(row: WrittenSystem) -> str:
    ended = f"，{date_words(row.repealed_on)}废止" if row.repealed_on else ""
    return date_words(row.effective_on) + ended


def kept_words(tally: tuple[int, int] | None) -> str:
    """12 次，兑现 11 次（91.67%）"""
    if not tally or not tally[1]:
        return "还没有记录"
    good, total = tally
    return f"{total} 次，兑现 {good} 次（{good * 100 / total:.2f}%）"


def kept_cell(tally: tuple[int, int] | None) -> Any:
    """The tally as a cell, red below 100 %."""
    if not tally or not tally[1]:
        return "还没有记录"
    return cell(kept_words(tally), tone="done" if tally[0] == tally[1] else "overdue")


def kept_state(kept: bool | None) -> Any:
    """兑现 / 未兑现 / 未完成"""
    if kept is None:
        return cell("未完成", tone="open")
    return cell("兑现", tone="done") if kept else cell("未兑现", tone="overdue")
