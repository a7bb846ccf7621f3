"""The scan of a checklist and what was typed from it, as the two pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for

from blueprints.accounts.sessions_reach import history
from blueprints.inspection.forms.paper import Row
from blueprints.inspection.models import SiteCheck
from blueprints.inspection.service import checking, entries, paper_entry
from domain.check_facts import FACTS, OUTCOMES, TIMES, answers_of
from domain.checklist_texts import rule_words
from domain.checklists import CheckItem, Checklist, answer_from, score_of
from domain.score_rules import plainly
from domain.scoring import NotApplicable


def badge(check: SiteCheck) -> tuple[str, str]:
    """Where the paper is, and its tone."""
    state = paper_entry.state_of(check)
    return paper_entry.STATES[state], paper_entry.TONES[state]


def scan_pages(check: SiteCheck) -> list[str]:
    """Addresses of the pictures of the scan."""
    if check.paper_scan is None:
        return []
    count = 1
    if check.paper_scan.mime == "application/pdf":
        count = paper_entry.page_of(check, 1)[1]
    return [
        url_for("inspection.paper_picture", site_check_id=check.id, paper_page=page)
        for page in range(1, min(count, 40) + 1)
    ]


def returned(check: SiteCheck) -> str:
    """Why the typing came back, while it is being mended."""
    if paper_entry.state_of(check) != "scan" or check.paper_entered_by_id is None:
        return ""
    for step in history("site_check", check.id):
        if step["what"] == "退回录入":
            return "；".join(str(one.new) for one in step["changes"])
        if step["what"] in ("录入完毕", "保存扫描件"):
            return ""
    return ""


def typing_parts(checklist: Checklist, rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows of the table by part."""
    known = list(rows)
    return [
        {"title": f"{code} {title}", "rows": [_row(row) for row in known if row.one.part == code]}
        for code, title in checklist.parts.items()
    ]


def _row(row: Row) -> dict[str, Any]:
    one = row.one
    return {
        "at": row.at, "code": one.code, "text": one.text, "instance": row.instance,
        "maximum": "" if one.extra else plainly(one.maximum), "words": rule_words(one.rule),
        "counts": [f"count_{row.at}_{place}" for place in range(len(row.kinds))],
        "value": f"value_{row.at}" if row.valued else "",
        "evidence": [f"{kind}_{row.at}" for kind in row.evidence], "photo": row.photo,
    }  # fmt: skip


def typed_parts(check: SiteCheck) -> list[dict[str, Any]]:
    """What was typed, item by item, with its points."""
    checklist = checking.checklist_of(check)
    _, state = entries.standing_of(check)
    answers = answers_of(checklist, state)
    lines = {line.code: line for line in score_of(checklist, answers).lines}
    found = []
    for code, title in checklist.parts.items():
        rows = []
        for one in [one for one in checklist.items if one.part == code]:
            line = lines.get(one.code)
            points = "—" if line is None or line.earned is None else plainly(line.earned)
            for name, data in answers[one.code].items():
                words = typed_words(one, data) if data else "没有填写"
                rows.append({"code": one.code, "text": one.text, "instance": name, "words": words,
                             "points": points})  # fmt: skip
        found.append({"title": f"{code} {title}", "rows": rows})
    return found


def typed_words(one: CheckItem, data: Mapping[str, Any]) -> str:
    """An answer as it has to be compared: the value itself, then what was noted."""
    answer = answer_from(one, data)
    if isinstance(answer, NotApplicable):
        told = f"不适用：{answer.reason}"
    else:
        told = one.rule.outcome(one.maximum, answer).words if answer is not None else ""
    more = [str(data[name]) for name in ("number", "signature", "note") if data.get(name)]
    return "；".join(filter(None, [told, *more]))


def typed_facts(check: SiteCheck) -> list[dict[str, Any]]:
    """Times, people and outcome as they were typed."""
    _, state = entries.standing_of(check)
    found = []
    for name, label in FACTS.items():
        value = state.facts.get(name, {}).get("value")
        if isinstance(value, dict):
            value = "　".join(filter(None, value.values()))
        if name == "@outcome":
            told = OUTCOMES.get(str(value), ""), state.facts.get(name, {}).get("note")
            value = "　".join(filter(None, told))
        if name in TIMES and value:
            value = str(value).replace("T", " ")
        if name != "@location":
            found.append({"label": label, "value": value or "", "wide": name == "@statement"})
    return found
