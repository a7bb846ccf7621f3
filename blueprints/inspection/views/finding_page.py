"""A finding as its pages show it, and its chain of documents from the check to the end (F5.3, F6.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from blueprints.inspection.models import Finding, FindingFile, Measure, Plea, Recheck, Rectification
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.service.rectif_answers import DECISIONS, PLEAS
from blueprints.inspection.workflow import (
    BASIS_KINDS,
    ESCALATIONS,
    FINDING_NAMES,
    FINDING_TONES,
    KINDS,
    OWED,
    SEVERITIES,
    SOURCES,
    VERDICTS,
)
from blueprints.notices.guards import METHOD_NAMES
from blueprints.rulebook.service.legal import ground_of
from core.clock import local_midnight, to_local
from core.screens import safe
from core.wording import due_chip, file_size
from domain.workdays import Calendar

RANKS = {
    "sample": 0, "check": 0, "record": 0, "finding": 1, "draft": 2, "notice": 3, "plea": 5, "measure": 6,
    "return": 6, "recheck": 7, "opinion": 8, "escalation": 9, "end": 10,
}  # fmt: skip
GRADE_TONES = {"minor": "open", "general": "wait", "serious": "danger"}


def moment(at: datetime | None) -> str:
    """2026-10-12 09:30; empty for none."""
    return f"{to_local(at):%Y-%m-%d %H:%M}" if at else ""


def state_of(row: Finding) -> tuple[str, str]:
    """Words and tone."""
    if row.state == "open" and row.rectification_id:
        return "通知书拟制中", "open"
    return FINDING_NAMES[row.state], FINDING_TONES[row.state]


def facts(row: Finding) -> list[dict[str, Any]]:
    """The grid above."""
    found: list[dict[str, Any]] = [
        {"label": "企业", "value": row.enterprise.name},
        {"label": "服务网点", "value": row.outlet.name if row.outlet else ""},
        {"label": "问题", "value": row.title, "wide": True, "clause": row.clause or None},
        {"label": "事实", "value": row.facts, "wide": True},
        {"label": "依据", "value": row.basis or "本制度条款"},
        {"label": "依据种类", "value": BASIS_KINDS[row.basis_kind]},
        *_ground(row),
        {"label": "严重程度", "value": SEVERITIES[row.severity]},
        {"label": "责任部门", "value": row.department},
        {"label": "发现日期", "value": row.found_on.isoformat()},
        {"label": "来源", "value": SOURCES[row.source]},
        {"label": "当场改正", "value": "是" if row.fixed_on_spot else "否"},
        {"label": "重复发生", "value": f"是，与{row.repeat_of.number}重复" if row.repeat_of else "否"},
    ]
    if row.closed_reason:
        closed = f"{moment(row.closed_at)}　{row.closed_reason}"
        found.append({"label": "了结", "value": closed, "wide": True})
    return found


def _ground(row: Finding) -> list[dict[str, Any]]:
    """How the 制度 stands on which it rests, where that is a draft."""
    ground = ground_of(row.basis, [row.clause] if row.clause else [])
    told = "".join((ground.draft, ground.unknown))
    return [{"label": "依据的状态", "value": told, "wide": True}] if told else []


def card(file: FindingFile) -> dict[str, Any]:
    """A file of a finding, as components/files.html shows it."""
    kind = file.name.rpartition(".")[2].upper()[:4] or "文件"
    return {
        "name": file.name, "kind": kind, "size": file_size(file.file.size), "who": file.by,
        "at": moment(file.at), "hash_tail": file.file.sha256[-8:],
        "url": url_for("inspection.finding_file", finding_file_id=file.id),
    }  # fmt: skip


def cards(row: Finding, purpose: str) -> list[dict[str, Any]]:
    """The files of a finding with this purpose."""
    return [card(file) for file in row.files if file.purpose == purpose]


def _badge(text: str, tone: str) -> str:
    return f"<td><i class=is-{tone}>{text}</i>"


def _due_cell(text: str, tone: str, **_more: Any) -> str:
    """Fifty that are late stay light: static/css/components.css draws `mark` as their chip."""
    return f"<td><mark>{text}</mark>" if tone == "overdue" else f"<td><b class=chip-{tone}>{text}</b>"


KIND_CELLS = {name: f"<td>{words}" for name, words in BASIS_KINDS.items()}
GRADE_CELLS = {name: _badge(words, GRADE_TONES[name]) for name, words in SEVERITIES.items()}
STATE_CELLS = {name: _badge(words, FINDING_TONES[name]) for name, words in FINDING_NAMES.items()}
DRAFTED = _badge("通知书拟制中", "open")


def printed_lines(rows: Iterable[Any], *, regulator: bool, now: datetime, calendar: Calendar) -> Markup:
    """The lines of the list, written in one go; they name no columns, static/css/forms.css does."""
    found, made = [], {None: "<td>—"}
    for row in rows:
        due = row.due_at if row.state in OWED and row.rectification_state == "served" else None
        if due not in made:
            chip = due_chip(row.due_on, due, False, now=now, calendar=calendar)
            made[due] = _due_cell(**chip)
        marks = ("　重复发生" if row.repeat_of_id else "") + ("　当场改正" if row.fixed_on_spot else "")
        place = f"<td>{safe(row.enterprise)}<small>{safe(row.outlet or '')}</small>" if regulator else ""
        state = DRAFTED if row.state == "open" and row.rectification_id else STATE_CELLS[row.state]
        found.append(
            f'<tr><td><a href=/findings/{row.id}>{safe(row.title)}</a>'
            f"<small>{safe(row.number)}{marks}</small>{place}"
            f"<td>{safe(row.clause) or '—'}{KIND_CELLS[row.basis_kind]}"
            f"{GRADE_CELLS[row.severity]}{state}{made[due]}<td>{row.found_on.isoformat()}"
        )
    return Markup("".join(found))  # noqa: S704


HEADERS = (
    "编号", "企业", "服务网点", "问题", "事实", "条款", "依据种类", "依据", "严重程度", "来源", "责任部门",
    "状态", "发现日期", "整改期限", "重复发生", "当场改正", "了结日期", "了结理由",
)  # fmt: skip


def exported(row: Any) -> list[str]:
    """One line of the export."""
    return [
        row.number, row.enterprise, row.outlet or "", row.title, row.facts, row.clause,
        BASIS_KINDS[row.basis_kind], row.basis, SEVERITIES[row.severity], SOURCES[row.source],
        row.department, FINDING_NAMES[row.state], row.found_on.isoformat(),
        row.due_on.isoformat() if row.due_on else "", "是" if row.repeat_of_id else "",
        "是" if row.fixed_on_spot else "", moment(row.closed_at)[:10], row.closed_reason,
    ]  # fmt: skip


# ---- the chain of documents ------------------------------------------------------------------------------


def link(kind: str, at: datetime | date, title: str, **more: Any) -> dict[str, Any]:
    """One link of the chain: `at` sorts it, the rest is shown."""
    when = at if isinstance(at, datetime) else local_midnight(at)
    shown = moment(at) if isinstance(at, datetime) else at.isoformat()
    known = {"kind": kind, "sort": when, "rank": RANKS.get(kind, 4), "at": shown, "title": title}
    return known | {"who": "", "clause": "F5.3", **more}


def chain(row: Finding, *, regulator: bool) -> list[dict[str, Any]]:
    """Every document and decision of a finding in order; an enterprise sees what was made known to it."""
    found = _source(row, regulator)
    if regulator:
        found.append(link(
            "finding", row.recorded_at, f"登记问题 {row.number}", who=row.recorded_by.name,
            clause=row.clause or "F6.2", text=row.facts, url=url_for("inspection.finding", finding_id=row.id),
        ))  # fmt: skip
    for one in _rectifications(row):
        found += _of_rectification(row, one, regulator)
    for measure in row.measures:
        found += _of_measure(measure)
    if row.state in ("closed", "withdrawn") and row.closed_at:
        found.append(link("end", row.closed_at, FINDING_NAMES[row.state], text=row.closed_reason))
    return sorted(found, key=lambda one: (one["sort"], one["rank"]))


def _rectifications(row: Finding) -> list[Rectification]:
    """The notices the finding stood in, the first one first."""
    found: list[Rectification] = []
    here = row.rectification
    while here is not None and here not in found:
        found.insert(0, here)
        here = here.previous
    return found


def _source(row: Finding, regulator: bool) -> list[dict[str, Any]]:
    found = []
    sample, check = row.sample, row.check
    if sample is not None:
        url = url_for("inspection.sample", sample_id=sample.id) if regulator else ""
        for at, title in (
            (sample.frozen_at, f"冻结抽样名单 {sample.number}"), (sample.drawn_at, "抽取记录"),
            (sample.concluded_at, "抽样结论"),
        ):  # fmt: skip
            if at is not None:
                who = sample.concluded_by if title == "抽样结论" else ""
                found.append(link("sample", at, title, who=who, clause="F6.2a", url=url))
    if check is not None:
        who = "、".join(f"{one.name}（{one.certificate}）" for one in check.inspectors)
        title = f"现场检查 {check.number}　{check.place}"
        url = url_for("inspection.site_check", site_check_id=check.id) if regulator else ""
        found.append(link("check", check.opened_at, title, who=who, clause="F6.2b", url=url))
        if check.signed_at is not None:
            found.append(link(
                "record", check.signed_at, "现场检查笔录签字", clause="F6.2b",
                text=f"笔录内容校验值 {check.content_sha256}" if check.content_sha256 else "",
            ))  # fmt: skip
        if check.reviewed_at is not None and regulator:
            by = check.reviewed_by.name if check.reviewed_by else ""
            found.append(link("record", check.reviewed_at, "检查结果复核", who=by, clause="F6.2b"))
    return found


def _notice(kind: str, notice: Any, name: str, url: str, regulator: bool) -> list[dict[str, Any]]:
    found = []
    if notice.issued_at is not None:
        signed = notice.signed_by.name if notice.signed_by else ""
        title = f"{name} {notice.number_text}"
        found.append(link(kind, notice.issued_at, title, who=f"签发：{signed}" if signed else "", url=url))
    for service in notice.services:
        if service.served_at is not None:
            how = METHOD_NAMES.get(service.method, "")
            due = f"期限至 {service.due_on}" if service.due_on else ""
            title, who = f"送达{service.addressee}（{how}）", service.server.name if service.server else ""
            rank = RANKS[kind] + 0.5
            found.append(link("service", service.served_at, title, text=due, who=who, rank=rank))
        if service.signed_at is not None:
            title, who = f"{service.addressee}电子签收", service.signed_by.name if service.signed_by else ""
            found.append(link("service", service.signed_at, title, who=who, rank=RANKS[kind] + 0.6))
    return found


def _of_rectification(row: Finding, one: Rectification, regulator: bool) -> list[dict[str, Any]]:
    url = url_for("inspection.rectification", rectification_id=one.id)
    found = []
    if regulator:
        nth = f"（第 {one.round} 次）" if one.round > 1 else ""
        title, at = f"拟制{KINDS[one.kind]}{nth}", f"/notices/{one.notice_id}"
        found.append(link("draft", one.drafted_at, title, who=one.drafted_by.name, url=at))
    found += _notice("notice", one.notice, KINDS[one.kind], url, regulator)
    for plea in one.pleas:
        if plea.finding_id in (None, row.id):
            found += _of_plea(plea)
    for recheck in one.rechecks:
        found += _of_recheck(row, recheck, regulator)
    for made in queries.escalations_of(one.id):
        found.append(link(
            "escalation", made.at, f"决定：{ESCALATIONS[made.kind]}", who=made.by.name,
            clause="F7.3" if made.kind == "referral" else "F5.3", text=f"{made.reason}（依据：{made.basis}）",
        ))  # fmt: skip
    return found


def _of_plea(plea: Plea) -> list[dict[str, Any]]:
    words = f"申请延长 {plea.days} 个工作日。{plea.reason}" if plea.kind == "extension" else plea.reason
    found = [link("plea", plea.at, PLEAS[plea.kind], who=plea.by.name, text=words)]
    if plea.decided_at is not None:
        title = f"答复{PLEAS[plea.kind]}：{DECISIONS[plea.decision]}"
        by = plea.decided_by.name if plea.decided_by else ""
        found.append(link("plea", plea.decided_at, title, who=by, text=plea.decision_words))
    return found


def _of_measure(measure: Measure) -> list[dict[str, Any]]:
    if measure.verdict == "" and measure.finding.state in ("noticed", "returned"):
        return []
    files = [file.name for file in measure.finding.files if file.measure_id == measure.id]
    done = f"（{measure.done_on} 完成）" if measure.done_on else ""
    proof = f"佐证：{'、'.join(files)}" if files else ""
    text = "\n".join(filter(None, (measure.text, proof)))
    found = [link("measure", measure.at, f"报送整改情况{done}", who=measure.by.name, text=text)]
    if measure.verdict_at is not None:
        title = "整改情况审核通过" if measure.verdict == "accepted" else "退回整改"
        by = measure.verdict_by.name if measure.verdict_by else ""
        found.append(link("return", measure.verdict_at, title, who=by, text=measure.verdict_words))
    return found


def _of_recheck(row: Finding, recheck: Recheck, regulator: bool) -> list[dict[str, Any]]:
    team = "、".join(f"{one['name']}（{one['certificate']}）" for one in recheck.inspectors)
    found = [link("recheck", recheck.at, f"安排复查，{recheck.planned_on}", who=team)]
    said: Mapping[str, str] | None = recheck.results.get(str(row.id))
    told = recheck.notice is not None and recheck.notice.issued_at is not None
    if said and recheck.done_on and (regulator or told):
        title = f"复查结果：{VERDICTS[said['verdict']]}"
        since = max(local_midnight(recheck.done_on), recheck.at)
        found.append(link("recheck", recheck.done_on, title, who=team, text=said["facts"], sort=since))
    if recheck.notice is not None and told:
        url = f"/notices/{recheck.notice_id}" if regulator else ""
        found += _notice("opinion", recheck.notice, "复查意见书", url, regulator)
    return found
