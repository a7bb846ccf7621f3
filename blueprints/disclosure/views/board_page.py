"""What the matrix and the list of one enterprise show: words and tones, the next action, the figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.disclosure.queries.board import Board, BoardRow, Cell, percent
from blueprints.disclosure.queries.duties import clause_for
from core.authz import Permission
from core.clock import end_of_day, local_date
from core.wording import date_words, due_chip
from domain.standing import (
    KIND_NAMES,
    STANDING_NAMES,
    Kind,
    Obligation,
    Performance,
    Standing,
    next_words,
)
from domain.workdays import Calendar

NAMES = STANDING_NAMES
TONES = {
    Standing.CURRENT: "done",
    Standing.SOON: "wait",
    Standing.OVERDUE: "danger",
    Standing.DEFICIENT: "danger",
    Standing.NOT_APPLICABLE: "stopped",
    Standing.MISSING: "open",
    Standing.TO_CHECK: "wait",
}
PARTS = {
    "applicable": "应公开事项",
    "complete": "已公开",
    "missing": "没有现行公开",
    "due": "应履行义务",
    "in_time": "按时履行",
    "late": "逾期",
}
FORMULA = (
    "完整率＝有现行公开内容的事项数÷应公开的事项数（主管部门同意不适用的不计）；"
    "及时率＝按时公开的次数÷已经公开和已到期的次数，首次公开、定期公开、变更后更新、缺陷改正各算一次。"
)
Pair = tuple[Cell, Performance | None]


def part_of(row: BoardRow, part: str) -> list[Pair]:
    """The list behind a number."""
    if part in ("due", "in_time", "late"):
        pairs: list[Pair] = [(cell, one) for cell, one in row.fallen_due]
        if part == "due":
            return pairs
        return [(cell, one) for cell, one in pairs if one is not None and one.in_time == (part == "in_time")]
    cells = row.complete if part == "complete" else row.applicable
    if part == "missing":
        cells = [cell for cell in cells if cell.current_id is None]
    return [(cell, None) for cell in cells]


def cell_url(cell: Cell) -> str:
    """Where a cell leads: the item, or the list of duties before there is one."""
    if cell.item_id is not None:
        return url_for("disclosure.item", item_id=cell.item_id)
    return url_for("disclosure.enterprise", organization_id=cell.organization_id) + f"#{cell.held.duty.code}"


def scores(row: BoardRow) -> dict[str, Any]:
    """Completeness and timeliness with the numbers they are made of."""
    own = row.organization.id

    def at(part: str) -> str:
        return url_for("disclosure.figures", organization_id=own, part=part)

    return {
        "complete": percent(row.complete, row.applicable),
        "complete_words": f"{len(row.complete)} / {len(row.applicable)} 项",
        "complete_url": at("applicable"),
        "timely": percent(row.in_time, row.fallen_due),
        "timely_words": f"{len(row.in_time)} / {len(row.fallen_due)} 次",
        "timely_url": at("due"),
        "missing": len(row.applicable) - len(row.complete),
        "missing_url": at("missing"),
        "late": len(row.fallen_due) - len(row.in_time),
        "late_url": at("late"),
    }


def matrix(found: Board, *, today: date) -> dict[str, Any]:
    """Duties as rows by class, enterprises as columns: the words of each cell, where it leads."""
    groups: list[dict[str, Any]] = []
    for held in found.duties:
        if not groups or groups[-1]["number"] != held.duty.class_:
            groups.append({"number": held.duty.class_, "name": held.duty.class_name, "rows": []})
        cells = [_matrix_cell(row.cells.get(held.duty.code), today) for row in found.rows]
        groups[-1]["rows"].append({"item": held.duty.item, "cells": cells})
    heads = [
        {
            "name": row.organization.short_name or row.organization.name,
            "full": row.organization.name,
            "url": url_for("disclosure.enterprise", organization_id=row.organization.id),
            "scores": scores(row),
            "unset": row.since is None,
        }
        for row in found.rows
    ]
    counts = dict.fromkeys(Standing, 0)
    for row in found.rows:
        for cell in row.cells.values():
            counts[cell.state] += 1
    legend = [{"text": NAMES[s], "tone": TONES[s], "count": counts[s]} for s in Standing]
    return {"groups": groups, "heads": heads, "legend": legend, "formula": FORMULA}


def _matrix_cell(cell: Cell | None, today: date) -> dict[str, Any] | None:
    if cell is None:
        return None
    return {
        "text": NAMES[cell.state],
        "tone": TONES[cell.state],
        "url": cell_url(cell),
        "note": _note(cell, today),
    }


def _note(cell: Cell, today: date) -> str:
    if cell.state is Standing.NOT_APPLICABLE:
        return ""
    if cell.owed:
        one = cell.owed[0]
        late = (today - one.due_on).days
        more = f"，共{len(cell.owed)}项" if len(cell.owed) > 1 else ""
        return (f"已逾期{late}天" if late > 0 else f"{one.due_on:%m-%d}到期") + more
    return f"{cell.current_on:%Y-%m-%d}公开" if cell.current_on else ""


def row_page(row: BoardRow, by: User, *, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """One enterprise: its duties by what is due, each with its next action."""
    own = by.organization_id == row.organization.id
    today = local_date(now)
    cells = sorted(row.cells.values(), key=_urgency)
    return {
        "title": f"{row.organization.name}的信息公开" if not own else "信息公开",
        "organization": row.organization,
        "own": own,
        "may_edit": own and Permission.DISCLOSURE_EDIT in by.permissions,
        "since": date_words(row.since) if row.since else "",
        "scores": scores(row),
        "formula": FORMULA,
        "rows": [_line(cell, row, by, own, now=now, today=today, calendar=calendar) for cell in cells],
        "directory_url": url_for("disclosure.directory", organization_id=row.organization.id),
        "guide_url": url_for("disclosure.guide", organization_id=row.organization.id),
    }


def _urgency(cell: Cell) -> tuple[bool, date, int]:
    first = min((one.due_on for one in cell.owed), default=date.max)
    return cell.state is Standing.NOT_APPLICABLE, first, cell.held.duty.class_


def _line(
    cell: Cell, row: BoardRow, by: User, own: bool, *, now: datetime, today: date, calendar: Calendar
) -> dict[str, Any]:
    duty = cell.held.duty
    return {
        "code": duty.code,
        "item": duty.item,
        "url": url_for("disclosure.item", item_id=cell.item_id) if cell.item_id else "",
        "class": f"{duty.class_}　{duty.class_name}",
        "clause": clause_for(duty, row.organization),
        "state": (NAMES[cell.state], TONES[cell.state]),
        "owed": [obligation_chip(one, now=now, calendar=calendar) for one in cell.owed[:4]],
        "more": max(0, len(cell.owed) - 4),
        "coming": next_words(duty, today) if not cell.owed else "",
        "published": date_words(cell.current_on) if cell.current_on else "",
        "limit": duty.limit_words,
        "next": _next(cell, by) if own else None,
    }


def obligation_chip(one: Obligation, *, now: datetime, calendar: Calendar) -> dict[str, Any]:
    """A chip of what is owed, which leads to the counted days where a clock runs."""
    chip = due_chip(one.due_on, end_of_day(one.due_on), one.provisional, now=now, calendar=calendar)
    label = one.label if one.kind is Kind.PERIOD else KIND_NAMES[one.kind]
    url = url_for("disclosure.update", update_id=one.update_id) if one.update_id else None
    return {"chip": chip | {"url": url}, "label": label, "what": one.label if one.update_id else ""}


def _next(cell: Cell, by: User) -> dict[str, str] | None:
    may = by.permissions
    if cell.state is Standing.NOT_APPLICABLE:
        return None
    item = url_for("disclosure.item", item_id=cell.item_id) if cell.item_id else ""
    if "submitted" in cell.in_work and Permission.DISCLOSURE_APPROVE in may:
        return {"label": "审核", "url": item}
    if Permission.DISCLOSURE_EDIT not in may:
        return None
    if "approved" in cell.in_work:
        return {"label": "登记公开", "url": item}
    if "draft" in cell.in_work:
        return {"label": "继续起草", "url": item}
    if "submitted" in cell.in_work:
        return {"label": "待审核", "url": item}
    write = url_for("disclosure.write", duty_code=cell.held.duty.code)
    if cell.owed or cell.current_id is None:
        return {"label": "改正" if cell.state is Standing.DEFICIENT else "起草", "url": write}
    return {"label": "更新", "url": write}
