"""An on-site check as its pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.inspection.models import SiteCheck
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.service import check_records, checking, entries, signing
from core.clock import SHANGHAI
from core.screens import cell
from core.wording import moment_words
from domain.check_facts import OUTCOMES, TIMES, answers_of, counts, lacks, moment
from domain.checklists import CheckItem, asked_items, score_of, verdict
from domain.scoring import NOT_RATED

TONES = {"ok": "done", "deviation": "danger", "na": "stopped", "": "open"}
MOST_LOG = 200


def line(check: SiteCheck, url: str) -> list[Any]:
    """A check in the list."""
    outcome = OUTCOMES.get(check.outcome, "")
    result = check.result.get("text", "") if check.outcome == "done" else outcome
    return [
        cell(check.number, url=url, note=check.place), check.enterprise.name,
        "、".join(one.name for one in check.inspectors), moment_words(check.opened_at), result or "—",
        cell(checking.STATES[check.state], tone=checking.TONES[check.state]),
    ]  # fmt: skip


def content(check: SiteCheck) -> dict[str, Any]:
    """What was frozen; while the check is open, what it would be now."""
    found = check.content or _now(check)
    if "lines" in found["score"]:
        return found
    score = score_of(checking.checklist_of(check), found["answers"])
    return found | {"score": signing.score_data(score)}


def _now(check: SiteCheck) -> dict[str, Any]:
    _, state = entries.standing_of(check)
    checklist = checking.checklist_of(check)
    answers = answers_of(checklist, state)
    return {
        "facts": signing.facts_of(state), "photos": signing.photos_of(check, state),
        "answers": {one.code: answers[one.code] for one in asked_items(checklist, answers)},
        "score": signing.score_data(score_of(checklist, answers)),
    }  # fmt: skip


def facts(check: SiteCheck) -> list[dict[str, Any]]:
    """The grid above: where, when, who, how it came out."""
    told: Mapping[str, Any] = content(check)["facts"]
    present = told.get("present") or {}
    who = "　".join(present[part] for part in ("name", "post", "phone") if present.get(part))
    rows: list[dict[str, Any]] = [
        {"label": "被检查单位", "value": check.enterprise.name},
        {"label": "检查地点", "value": check.place},
        {"label": "检查计划", "value": check.target.plan.label},
        {"label": "检查表", "value": check.checklist.label},
        {"label": "到达时间", "value": check_records.day_time(told.get("arrived"))},
        {"label": "结束时间", "value": check_records.day_time(told.get("ended"))},
        {"label": "出示执法证件", "value": check_records.day_time(told.get("certificates_shown"))},
        {"label": "告知权利义务", "value": check_records.day_time(told.get("rights_told"))},
        {"label": "在场负责人", "value": who},
        {"label": "检查情况", "value": _outcome(told)},
    ]
    if place := check_records.located(told):
        rows.append({"label": "位置", "value": place.removeprefix("定位：")})
    if told.get("statement"):
        rows.append({"label": "被检查单位的陈述", "value": told["statement"], "wide": True})
    if check.content_sha256:
        label = "签字内容的校验值（SHA-256）"
        rows.append({"label": label, "value": check.content_sha256, "wide": True})
    if check.record_file:
        label = "现场检查笔录的校验值（SHA-256）"
        rows.append({"label": label, "value": check.record_file.sha256, "wide": True})
    if check.reviewed_by:
        words = f"{check.review}（{check.reviewed_by.name}，{_when(check.reviewed_at)}）"
        rows.append({"label": "独立复核", "value": words, "wide": True})
    return rows


def _outcome(told: Mapping[str, Any]) -> str:
    words = entries.outcome_words(told)
    return f"{words}：{told['outcome_reason']}" if told.get("outcome_reason") else words


def inspectors(check: SiteCheck) -> list[list[Any]]:
    """The team with certificates, declarations and what their devices still hold."""
    rows = []
    for one in check.inspectors:
        declared = cell("没有声明", tone="soon")
        if one.declared_at:
            free = cell("没有利害关系")
            declared = cell("应当回避", tone="danger", note=one.conflict) if one.conflict else free
        waiting = cell(f"{one.waiting} 项等待发送", tone="soon") if one.waiting else cell("—")
        rows.append([cell(one.name), one.certificate, declared, _when(one.contact_at), waiting])
    return rows


def _when(at: datetime | None) -> str:
    return moment_words(at) if at else "—"


def results(check: SiteCheck) -> list[dict[str, Any]]:
    """Parts with their items: answer, points, why, photos."""
    checklist, found = checking.checklist_of(check), content(check)
    earned = {row["code"]: row for row in found["score"]["lines"]}
    parts: dict[str, list[list[Any]]] = {code: [] for code in checklist.parts}
    for code, instances in found["answers"].items():
        one = checklist.item(code)
        for name, data in instances.items() if one else ():
            if one is None:
                continue
            mark = verdict(one, data)
            single = earned[code]["words"] if len(instances) == 1 and data else ""
            because = check_records.why(one, data, single) + check_records.photo_words(found, code, name)
            parts[one.part].append([
                cell(f"{code}　{one.text}", note=name),
                cell(check_records.VERDICTS[mark], tone=TONES[mark]), _points(one, earned[code]),
                check_records.joined(because) or "—",
            ])  # fmt: skip
    return [{"title": checklist.parts[code], "rows": rows} for code, rows in parts.items() if rows]


def _points(one: CheckItem, line: Mapping[str, Any]) -> str:
    """2.5 / 4; what stands outside of the full mark shows its extra points only."""
    if line["earned"] is None or (one.extra and line["earned"] == "0"):
        return "—"
    return f"+{line['earned']}" if one.extra else f"{line['earned']} / {line['maximum']}"


def deviations(parts: list[dict[str, Any]]) -> list[list[Any]]:
    """The lines that say 不符合."""
    return [row for part in parts for row in part["rows"] if row[1]["tone"] == TONES["deviation"]]


def score(check: SiteCheck) -> dict[str, Any]:
    """The score in short."""
    found = content(check)["score"]
    return found | {"rated": found["text"] != NOT_RATED}


def photos(check: SiteCheck) -> list[dict[str, Any]]:
    """Photos with what they show, who took them and their digest; those taken back too."""
    shown = {one["id"]: one["name"] for one in content(check)["photos"]}
    return [
        {
            "url": url_for("inspection.check_photo", check_photo_id=photo.id),
            "name": shown.get(photo.id, "已撤下"),
            "what": f"{'检查情况' if photo.item == '@outcome' else photo.item}"
            + (f"（{photo.instance}）" if photo.instance else ""),
            "who": photo.by.name, "when": moment_words(photo.taken_at), "sha256": photo.sha256,
            "removed": photo.id not in shown,
        }
        for photo in check.photos
    ]  # fmt: skip


def signatures(check: SiteCheck) -> list[dict[str, Any]]:
    """Who signed, or refused."""
    return [
        {
            "role": signing.ROLES[row.role], "name": row.name, "post": row.post, "refused": row.refused,
            "reason": row.reason, "when": moment_words(row.at),
            "url": url_for("inspection.check_signature", signature_id=row.id) if row.file else "",
        }
        for row in check.signatures
    ]  # fmt: skip


def notices(check: SiteCheck, by: User) -> list[dict[str, Any]]:
    """What stands in the way, above everything else."""
    if check.state == "void":
        return [{"text": f"已作废：{check.void_reason}", "tone": "danger"}]
    if check.state == "signing":
        left = "、".join(signing.still_to_sign(check))
        return [{"text": f"等待签字：{left}。", "tone": "soon", "clause": checking.CLAUSE}]
    if check.state != "open":
        return []
    place, found = checking.place_of(check, by), []
    if any(one.conflict for one in check.inspectors):
        words = "有检查人员声明了利害关系，应当更换。"
        found.append({"text": words, "tone": "danger", "clause": checking.CLAUSE})
    if place is not None and place.declared_at is None:
        words = "作答以前，请先声明有没有利害关系。"
        found.append({"text": words, "tone": "soon", "clause": checking.CLAUSE})
    _, state = entries.standing_of(check)
    if state.conflicts:
        names = "、".join(dict.fromkeys(item for item, _ in state.conflicts))
        found.append({"text": f"两位检查人员的答案不同，要在平板上选定：{names}。", "tone": "danger"})
    return found


def progress(check: SiteCheck) -> dict[str, Any]:
    """Counts, and what is still missing at which item."""
    checklist = checking.checklist_of(check)
    _, state = entries.standing_of(check)
    missing = lacks(checklist, state, queries.photos_of(check.id))
    return counts(checklist, state) | {"lacks": missing}


def log(check: SiteCheck) -> list[list[Any]]:
    """The last entries as they came in, with their digests."""
    return [
        [
            cell(row.item, note=row.instance), row.by.name, moment_words(row.at_device),
            moment_words(row.received_at), row.sha256[:16],
        ]
        for row in check.entries[: -MOST_LOG - 1 : -1]
    ]  # fmt: skip


def answer_words(one: CheckItem, data: Mapping[str, Any]) -> str:
    """An answer in words: 不符合：缺一项1次×1分，扣1分；备注"""
    mark = check_records.VERDICTS[verdict(one, data)]
    because = check_records.joined(check_records.why(one, data, ""))
    return f"{mark}：{because}" if because else mark


def visit_values(told: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The facts of the visit as their form takes them."""
    found: dict[str, Any] = {}
    for name in TIMES:
        if value := told.get(name, {}).get("value"):
            local = moment(value, name).replace(tzinfo=SHANGHAI)
            found[name.removeprefix("@")] = local.astimezone(UTC)
    present = told.get("@present", {}).get("value") or {}
    found |= {f"present_{part}": present.get(part, "") for part in ("name", "post", "phone")}
    outcome = told.get("@outcome", {})
    return found | {
        "statement": told.get("@statement", {}).get("value", ""), "outcome": outcome.get("value"),
        "outcome_reason": outcome.get("note", ""),
    }  # fmt: skip
