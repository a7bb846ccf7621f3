"""A rectification as its pages show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.inspection.models import Finding, Measure, Rectification
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.service import rechecks
from blueprints.inspection.service.finding_moves import label_of
from blueprints.inspection.service.rectif_answers import DECISIONS, PLEAS, draft_of
from blueprints.inspection.service.rectif_events import OBLIGATION, SUBJECT
from blueprints.inspection.views.finding_page import card, cards, moment, state_of
from blueprints.inspection.workflow import ESCALATIONS, KINDS, NAMES, TABLE, TONES, VERDICTS, may
from core import clocks
from core.screens import cell, chip_cell
from core.wording import due_chip
from domain.workdays import Calendar

LEVELS = {0: "", 1: "已催经办人", 2: "已催分管领导", 3: "已报主管部门领导"}


def state_cell(row: Rectification) -> tuple[str, str]:
    """Words and tone."""
    return NAMES[row.state], TONES[row.state]


def chip(row: Rectification, *, now: datetime, calendar: Calendar) -> dict[str, Any] | None:
    """The running limit, None where there is none."""
    if row.state != "served":
        return None
    running = clocks.open_of(SUBJECT, row.id, OBLIGATION)
    provisional = any(clock.provisional for clock in running)
    return due_chip(row.due_on, row.due_at, provisional, now=now, calendar=calendar)


def lines(
    rows: Sequence[Rectification], counted: Mapping[int, tuple[int, int]], *, regulator: bool, now: datetime,
    calendar: Calendar,
) -> list[list[Any]]:  # fmt: skip
    """The lines of the work list."""
    found = []
    for row in rows:
        words, tone = state_cell(row)
        total, ended = counted.get(row.id, (0, 0))
        due = cell("—")
        if row.state == "served":
            due = chip_cell(due_chip(row.due_on, row.due_at, False, now=now, calendar=calendar))
        nth = f"第 {row.round} 次" if row.round > 1 else ""
        name = row.notice.number_text or f"{KINDS[row.kind]}（稿）"
        line = [
            cell(name, url=f"/rectifications/{row.id}", note="　".join(filter(None, (KINDS[row.kind], nth)))),
            cell(words, tone=tone), due, f"{ended} / {total}", str(row.served_on or "—"),
            LEVELS[min(row.level, 3)] or "—",
        ]  # fmt: skip
        if regulator:
            line.insert(1, row.enterprise.name)
        found.append(line)
    return found


def facts(row: Rectification) -> list[dict[str, Any]]:
    """The grid above."""
    found = [
        {"label": "文书", "value": f"{KINDS[row.kind]}　{row.notice.number_text or '（没有编号）'}"},
        {"label": "企业", "value": row.enterprise.name},
        {"label": "送达日期", "value": str(row.served_on or "没有送达")},
        {"label": "整改期限", "value": str(row.due_on or ""), "clause": "F5.3"},
        {"label": "报送时间", "value": moment(row.answered_at)},
        {"label": "催办", "value": f"{row.urged} 次　{LEVELS[min(row.level, 3)]}" if row.urged else "没有"},
    ]
    if row.previous is not None:
        found.append({"label": "前一次通知书", "value": label_of(row.previous)})
    if row.closed_at is not None:
        found.append({"label": "办结时间", "value": moment(row.closed_at)})
    return found


def finding_blocks(row: Rectification, *, regulator: bool) -> list[dict[str, Any]]:
    """Each finding with its measures and the last recheck."""
    return [_block(one, row, regulator) for one in row.findings]


def _block(one: Finding, row: Rectification, regulator: bool) -> dict[str, Any]:
    draft = draft_of(one)
    shown = [measure for measure in one.measures if measure is not draft or not regulator]
    seen = [
        {"on": made.done_on, **made.results[str(one.id)]}
        for made in row.rechecks
        if made.done_on and str(one.id) in made.results and (regulator or _known(made))
    ]
    return {
        "finding": one, "state": state_of(one), "evidence": cards(one, "evidence"),
        "measures": [_measure(measure, measure is draft) for measure in shown],
        "seen": [made | {"words": VERDICTS[made["verdict"]]} for made in seen],
        "plea_files": cards(one, "plea"), "recheck_files": cards(one, "recheck") if seen else [],
    }  # fmt: skip


def _known(recheck: Any) -> bool:
    return recheck.notice is not None and recheck.notice.issued_at is not None


def _measure(measure: Measure, draft: bool) -> dict[str, Any]:
    words, tone = ("没有报送的草稿", "open") if draft else ("待审核", "wait")
    if measure.verdict:
        words, tone = ("审核通过", "done") if measure.verdict == "accepted" else ("退回", "danger")
    return {
        "text": measure.text, "done_on": measure.done_on, "by": measure.by.name, "at": moment(measure.at),
        "words": words, "tone": tone, "verdict_words": measure.verdict_words,
        "files": [card(file) for file in measure.finding.files if file.measure_id == measure.id],
    }  # fmt: skip


def pleas(row: Rectification) -> list[dict[str, Any]]:
    """Pleas with their answers."""
    return [
        {
            "plea": plea, "name": PLEAS[plea.kind], "by": plea.by.name, "at": moment(plea.at),
            "about": plea.finding.number if plea.finding else f"延长 {plea.days} 个工作日",
            "answer": DECISIONS.get(plea.decision, ""), "answered": moment(plea.decided_at),
        }
        for plea in row.pleas
    ]  # fmt: skip


def recheck_lines(row: Rectification, *, regulator: bool) -> list[list[Any]]:
    """The rechecks."""
    found = []
    for made in row.rechecks:
        team = "、".join(f"{one['name']}（{one['certificate']}）" for one in made.inspectors)
        url = f"/rechecks/{made.id}" if regulator else ""
        paper = cell("—")
        if made.notice is not None and (regulator or made.notice.issued_at):
            at = f"/notices/{made.notice_id}" if regulator else ""
            paper = cell(made.notice.number_text or "复查意见书（稿）", url=at)
        done = str(made.done_on) if made.done_on and (regulator or _known(made)) else "—"
        found.append([cell(str(made.planned_on), url=url), team, done, paper])
    return found


def escalation_lines(row: Rectification) -> list[list[Any]]:
    """What the leader decided."""
    return [
        [
            cell(ESCALATIONS[one.kind], tone="danger"), cell(one.reason, note=f"依据：{one.basis}"),
            one.by.name, moment(one.at),
        ]
        for one in queries.escalations_of(row.id)
    ]  # fmt: skip


def actions(row: Rectification, by: User, now: datetime) -> list[dict[str, Any]]:
    """What this person may do now, the next step first."""
    held, base = by.permissions, f"/rectifications/{row.id}"
    overdue = row.due_at is not None and now >= row.due_at
    last = rechecks.latest(row)
    found: list[dict[str, Any]] = []

    def add(action: str, label: str, url: str, when: bool = True, **more: Any) -> None:
        if when and may(TABLE, row.state, action, held):
            found.append({"label": label, "url": url, "primary": not found, **more})

    add("answer", "填写整改情况", f"{base}/measures")
    add("extend", "申请延期", f"{base}/extension", not overdue)
    add("judge", "审核整改情况", f"{base}/judge", any(one.state == "answered" for one in row.findings))
    running = last is not None and last.notice_id is None
    add("record_recheck", "登记复查结果", f"/rechecks/{last.id if last else 0}", running)
    ready = running and last is not None and last.done_on is not None
    add("draft_opinion", "拟制复查意见书", f"/rechecks/{last.id if last else 0}/opinion", ready, post=True,
        confirm="按复查结果拟制复查意见书？拟制后不能再改复查结果。")  # fmt: skip
    waits = any(one.state == "answered" for one in row.findings)
    plan = not running and not waits and (row.state != "served" or overdue)
    add("plan_recheck", "安排复查", f"{base}/rechecks/new", plan)
    told = last is not None and rechecks.told(last)
    failed = overdue if row.state == "served" else told or row.state == "escalated"
    add("escalate", "升级处理", f"{base}/escalate", failed)
    second = any(one.kind == "second" and not one.notice_id for one in queries.escalations_of(row.id))
    add("second", "拟制第二次通知书", f"{base}/second", second)
    return found
