"""What the page of a case shows, as dicts for the macros. Pure formatting; the rows are read before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import Organization, User
from blueprints.complaints import facts
from blueprints.complaints.models import Assignment, Case, CaseLink
from blueprints.complaints.parties import approval_visible, assignment_visible, findings_for, steps_for
from blueprints.complaints.relations import owner_id, relayed
from blueprints.complaints.service import Option
from blueprints.complaints.service.next_step import next_row
from blueprints.complaints.views.people import people_hidden, readable
from blueprints.complaints.views.timeline import code_names, role_name
from blueprints.complaints.views.words import ASSIGNMENT_STATES, KINDS, LEVELS, state_tone
from blueprints.complaints.workflow import OPEN, OVERLAY_BY_ACTION, STATE_NAMES
from core import clock
from core.authz import ENTERPRISE_ROLES, REGULATOR_ROLES, Role
from core.clock import to_local
from core.wording import day_words, due_chip, moment_words
from domain.rulesets import Ruleset
from domain.workdays import Calendar

DANGER = frozenset({"decline", "return_assignment", "review_return"})
ORDER_STATES = {"open": ("待答复", "wait"), "answered": ("已答复", "open"), "lifted": ("已解除", "stopped")}
SENT_ON = "本件由本单位移送给其他主管部门，只能查看；对方受理以前可以收回。"
SAMPLED_ONLY = "这是从台账抽查的件，只能查看；需要直接办理的，可以提级办理。"
APPROVALS = {
    "extension": "延期", "suspension": "中止", "withdrawal": "撤回", "return": "退单",
    "no_more": "不再重复办理",
}  # fmt: skip


def heading_view(case: Case, by: User) -> dict[str, Any]:
    """Badges beside the number."""
    marks = (
        ("紧急", "danger", case.urgent),
        ("督办", "danger", case.supervised),
        ("重大事项", "soon", case.significant),
        ("举报人保密", "blue", case.confidential),
        ("退回重办", "soon", case.sent_back),
        (f"重办 {case.reopened} 次", "soon", case.reopened),
        ("已中止", "soon", case.suspended_at),
        ("待再沟通", "blue", case.next_talk_on),
    )
    return {
        "number": case.number,
        "state": STATE_NAMES[case.state],
        "state_tone": state_tone(case.state),
        "level": case.level,
        "level_why": level_why(case, by),
        "marks": [{"text": text, "tone": tone} for text, tone, on in marks if on],
    }


def level_why(case: Case, by: User) -> str:
    """Why the case has its level."""
    return f"{LEVELS[case.level]}：{readable(case.level_reason, case, by)}"


def level_view(case: Case, by: User, ruleset: Ruleset) -> dict[str, Any]:
    """The level with its reason, the clause or the local decision behind it."""
    raised = next((s for s in reversed(case.steps) if s.action == "raise_level"), None)
    if raised is not None:
        trigger = next((t for t in ruleset.level_triggers if t.name == raised.facts.get("trigger")), None)
    else:
        trigger = ruleset.origin_trigger(case.channel)
    return {
        "why": readable(case.level_reason, case, by),
        "clause": trigger.clause if trigger else None,
        "local": trigger.reason if trigger and trigger.local else None,
    }


def _button(case: Case, option: Option, tone: str) -> dict[str, Any]:
    url = url_for("complaints.act", case_id=case.id, action=option.action)
    return {
        "action": option.action,
        "label": option.name,
        "url": url,
        "tone": tone,
        "clause": option.clause,
        "hx": {"get": url, "target": "#action-panel", "swap": "innerHTML"},
    }


def actions_view(case: Case, options: list[Option]) -> dict[str, list[dict[str, Any]]]:
    """Buttons in three groups: the steps now, what can be done beside them, what is not open yet and why."""
    steps, beside, blocked = [], [], []
    for option in options:
        overlay = option.action in OVERLAY_BY_ACTION
        if option.blocked is not None:
            blocked.append(
                {
                    "label": option.name,
                    "why": option.blocked.message,
                    "clause": option.blocked.clause,
                    "next": option.blocked.next_step,
                }
            )
        elif overlay:
            beside.append(_button(case, option, "secondary"))
        else:
            tone = "primary" if option.main else "danger" if option.action in DANGER else "secondary"
            steps.append(_button(case, option, tone))
    return {"steps": steps, "beside": beside, "blocked": blocked}


def waits_for(case: Case, place: Organization | None, ruleset: Ruleset) -> str:
    """Whose turn it is: the organization and the roles there, in the rule system's own words."""
    row = next_row(case, ruleset)
    if row is None or place is None:
        return ""
    here = REGULATOR_ROLES if place.is_regulator else ENTERPRISE_ROLES
    words = dict.fromkeys(role_name(r.value, ruleset) for r in Role if r in row.takers & here)
    return f"等{place.name}（{'、'.join(words)}）办理。" if words else f"等{place.name}办理。"


def next_view(
    case: Case, options: list[Option], ruleset: Ruleset, waiting: str, *, now: datetime, calendar: Calendar
) -> dict[str, Any] | None:
    """The bar on top: the step that the case waits for, its clause, its deadline, and for whom it waits."""
    if not case.next_action or not ruleset.has_action(case.next_action):
        return None
    action = ruleset.action(case.next_action)
    mine = any(o.main for o in options)
    chip = due_chip(case.due_on, case.due_at, case.due_provisional, now=now, calendar=calendar)
    chip["label"] = case.due_name
    return {
        "title": action.name,
        "clause": action.clause,
        "local": action.reason if action.local else None,
        "chip": chip if case.due_on else None,
        "text": None if mine else waiting or None,
    }


def facts_view(case: Case, by: User, ruleset: Ruleset) -> list[dict[str, Any]]:
    """The ruled grid: what was said, when and how it came in, who received it, what was found."""
    names = code_names(ruleset)
    kept = ruleset.guard("first_receiver_kept")
    received, registered = to_local(case.received_at), to_local(case.registered_at)
    late = f"（补登：{readable(case.late_entry_reason, case, by)}）" if case.late_entry_reason else ""
    receiver = case.first_receiver
    rows = [
        ("标题", readable(case.title, case, by), True, None),
        ("类型", names["type"].get(case.type, case.type), False, None),
        ("内容类别", names["category"].get(case.category, case.category), False, None),
        ("被诉单位", case.enterprise.name, False, None),
        ("渠道", names["channel"].get(case.channel, case.channel), False, None),
        ("收到", f"{received:%Y年%m月%d日 %H:%M}", False, None),
        ("登记", f"{registered:%Y年%m月%d日 %H:%M}{late}", False, None),
        ("首接人", f"{receiver.name}（{case.receiving_org.name}）", False, kept.clause if kept else None),
        ("地点", readable(case.place, case, by), False, None),
        ("诉求内容", readable(case.content, case, by), True, None),
        ("希望", readable(case.wish, case, by), True, None),
        ("首次沟通", readable(case.first_contact, case, by), True, _clause(ruleset, "first_contact_noted")),
    ]
    rows += _found(case, by, ruleset)
    needed = {"标题", "类型", "诉求内容"}
    shown = [
        {"label": label, "value": value, "wide": wide, "clause": clause}
        for label, value, wide, clause in rows
        if value or label in needed
    ]
    return _ruled(shown)


def _ruled(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Two cells a line; a cell that would stand alone takes the whole line."""
    alone: dict[str, Any] | None = None
    for row in rows:
        if row["wide"]:
            if alone is not None:
                alone["wide"] = True
            alone = None
        else:
            alone = row if alone is None else None
    if alone is not None:
        alone["wide"] = True
    return rows


def _clause(ruleset: Ruleset, guard: str) -> str | None:
    row = ruleset.guard(guard)
    return row.clause if row else None


def _found(case: Case, by: User, ruleset: Ruleset) -> list[tuple[str, str, bool, str | None]]:
    """What has been judged and recorded since."""
    origin = f"{case.origin_source or ''} {case.origin_number}".strip() if case.origin_number else ""
    known = findings_for(case, by)
    judged = {True: "合理", False: "不合理", None: ""}[known["reasonable"]]
    conclusion = "，".join(w for w in (facts.CONCLUSIONS.get(known["conclusion"], ""), judged) if w)
    written = "已免交" if case.written_waived else "已收到" if case.written_received_at else ""
    if not written and case.written_due_on:
        written = f"等待补交，{day_words(case.written_due_on)}前"
    rectification = {"planned": "已定措施", "completed": "已完成"}.get(known["rectification"], "")
    if known["rectification_due_on"]:
        rectification += f"，{day_words(known['rectification_due_on'])}前完成"
    return [
        ("外部编号", origin, False, None),
        ("事项性质", facts.NATURES.get(case.nature, ""), False, _clause(ruleset, "nature_decided")),
        ("书面材料", written, False, _clause(ruleset, "written_text_for_significant")),
        ("核实结论", conclusion, False, _clause(ruleset, "findings_complete")),
        ("服务认定", facts.SERVICE_CLASSES.get(known["service_class"], ""), False,
         _clause(ruleset, "service_class_given")),
        ("整改", rectification, False, None),
        ("承诺答复", day_words(case.reply_promised_on) if case.reply_promised_on else "", False,
         _clause(ruleset, "reply_date_within_cap")),
        ("下次沟通", day_words(case.next_talk_on) if case.next_talk_on else "", False, None),
        ("满意度", facts.SATISFACTION.get(case.satisfied, ""), False, None),
        ("答复时间", moment_words(case.completed_at) if case.completed_at else "", False, None),
        ("保管期限", case.retention, False, None),
    ]  # fmt: skip


def assignments_view(case: Case, by: User) -> list[dict[str, Any]]:
    """One row for each responsible unit, an enterprise before its departments."""
    parents = {a.parent_id for a in case.assignments if a.state != "cancelled"}
    shown = [a for a in case.assignments if assignment_visible(a, case, by)]
    rows = [_assignment(a, a.id in parents) for a in shown]
    return [row | {"requirement": readable(row["requirement"], case, by)} for row in rows]


def _assignment(a: Assignment, passed_on: bool) -> dict[str, Any]:
    state, tone = ASSIGNMENT_STATES["passed_on" if passed_on and a.state == "assigned" else a.state]
    unit = f"{a.organization.name} · {a.department.name}" if a.department else a.organization.name
    return {
        "unit": unit,
        "kind": KINDS.get(a.kind, a.kind),
        "state": state,
        "tone": tone,
        "requirement": a.requirement,
        "due": day_words(a.due_on) if a.due_on else "",
        "person": a.investigator.name if a.investigator else "",
        "urgent": a.urgent,
        "at": moment_words(a.assigned_at),
    }


def orders_view(case: Case, by: User) -> list[dict[str, Any]]:
    """Supervision orders, newest first."""
    rows = []
    for order in reversed(case.supervision_orders):
        state, tone = ORDER_STATES[order.state]
        answered = any(
            s.action == "answer_supervision" and s.facts.get("answer") == order.answer
            for s in steps_for(case, by)
        )
        rows.append(
            {
                "number": order.number,
                "reason": readable(order.reason, case, by),
                "due": day_words(order.due_on),
                "answer": readable(order.answer, case, by) if answered else "",
                "state": state,
                "tone": tone,
            }
        )
    return rows


def notices_view(case: Case, by: User) -> list[dict[str, Any]]:
    """Sentences above everything else: proposals, pending approvals, suspension, sampling."""
    found: list[dict[str, Any]] = []
    proposed = facts.supervision_proposal(case, clock.now())
    if proposed:
        found.append({"text": f"建议督办：{proposed}。", "tone": "soon"})
    for approval in case.approvals:
        if approval.state == "pending" and approval_visible(approval, case, by):
            days = f" {approval.amount} 个工作日" if approval.amount else ""
            asked = readable(approval.reason, case, by)
            text = f"{APPROVALS[approval.kind]}{days}申请等待审批：{asked}"
            found.append({"text": text, "tone": "info"})
    if case.anonymous and case.state in OPEN:
        found.append({"text": f"{facts.UNANSWERABLE}；核实处理后直接结案，不计入满意度。", "tone": "info"})
    if case.state in OPEN and facts.no_more_approved(case):
        found.append({"text": "已批准不再重复办理：请先告知诉求人，再结案。", "tone": "soon"})
    if relayed(case) and facts.question_open(case):
        found.append({"text": "经营单位请转问举报人，还没有转告回答。", "tone": "soon"})
    if case.suspended_at is not None:
        since = moment_words(case.suspended_at)
        found.append({"text": f"{since}起中止办理，先恢复才能继续。", "tone": "soon"})
    regulator = by.organization is not None and by.organization.is_regulator
    if regulator and owner_id(case) != by.organization_id:
        moved = any(t.organization_id == by.organization_id for t in case.transfers)
        found.append({"text": SENT_ON if moved else SAMPLED_ONLY, "tone": "info"})
    return found


def known_links(
    links: Iterable[tuple[CaseLink, Case]], case: Case, by: User
) -> list[tuple[CaseLink, Case]]:
    """The links that this person may know of."""
    if case.confidential and people_hidden(case, by) is not None:
        return []
    return [(k, o) for k, o in links if not o.confidential or people_hidden(o, by) is None]


LINKS = {"duplicate": "重复", "follow_up": "后续", "merged": "并案"}


def links_view(links: Iterable[tuple[CaseLink, Case]], case: Case, by: User) -> list[dict[str, Any]]:
    """Linked cases; to whom either person is unknown, that two cases belong together says too much."""
    return [
        {
            "number": other.number,
            "title": other.title,
            "kind": LINKS.get(link.kind, link.kind),
            "url": url_for("complaints.case", case_id=other.id),
            "undone": link.undone_at is not None,
        }
        for link, other in known_links(links, case, by)
    ]
