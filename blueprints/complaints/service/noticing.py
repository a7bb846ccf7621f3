"""Official documents about a case: which kinds it is ready for, and what the system already knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.complaints import facts
from blueprints.complaints.labels import sentences
from blueprints.complaints.models import Attachment, Case, SupervisionOrder
from blueprints.complaints.people import discreet, group_words, hide, representative
from blueprints.complaints.relations import owner_id
from blueprints.notices import service as notices
from blueprints.notices.events import NoticeIssued
from blueprints.notices.models import Notice
from core import clocks
from core.clock import local_date, to_local
from core.db import db
from core.privacy import mask_name, mask_phone
from core.wording import date_words
from domain.documents import Enclosure, part_name
from domain.errors import RuleViolation
from domain.notice_kinds import Kind, kind
from domain.rulesets import Ruleset

SUBJECT = "case"
TIMELINE = "办理经过"
LONGEST_MATTER = 120
LONGEST_GIST = 300
NUMERALS = "零一二三四五六七八九十"
ASKED = "请核实处理，按期答复投诉人并报送核实情况和整改结果。"
Values = dict[str, Any]


def _has_order(case: Case) -> bool:
    return any(order.state != "lifted" for order in case.supervision_orders)


READY: dict[str, tuple[Callable[[Case], bool], str]] = {
    "acceptance": (lambda c: c.accepted_at is not None, "还没有受理。"),
    "decline": (lambda c: facts.done(c, "decline"), "没有作出不予受理的决定。"),
    "supplement": (lambda c: c.closed_at is None, "已经办结，不再要求补正。"),
    "dispatch_slip": (lambda c: bool(c.assignments), "还没有转办。"),
    "reply": (lambda c: bool(c.conclusion) or facts.replied(c), "还没有核实结论，不能答复。"),
    "supervision": (_has_order, "还没有督办。"),
    "transfer_letter": (lambda c: facts.transfer_open(c) is not None, "没有移送给其他单位。"),
    "dossier": (lambda c: c.archived_at is not None, "还没有归档。"),
}


def offered(case: Case, by: User) -> list[tuple[Kind, str]]:
    """Kinds for this case, each with the reason why it cannot be drafted now (empty: it can)."""
    mine = owner_id(case) == by.organization_id
    told = "" if mine else "由受理本件的单位制发。"
    return [(kind(code), told or ("" if ready(case) else why)) for code, (ready, why) in READY.items()]


def draft_about(case: Case, code: str, rules: Ruleset, *, by: User, now: datetime) -> Notice:
    """A draft with everything filled in that the case says. Errors: RuleViolation when it is not ready."""
    about = kind(code)
    why = next((why for of, why in offered(case, by) if of.code == code), "没有这种文书。")
    if why:
        clause = next((c for c in about.clauses if c.startswith(rules.prefix)), None)
        raise RuleViolation(f"不能拟制{about.name}：{why}", clause)
    subject = notices.Subject(SUBJECT, case.id, case.number, case.enterprise)
    values = _common(case, about, rules, by) | OWN[code](case, rules)
    within = _within(case) if code == "supervision" else None
    content = notices.Content(
        values=values, addressees=_addressees(case, about), answer_within=within,
        enclosures=enclosures_of(case) if code == "dossier" else None,
    )  # fmt: skip
    return notices.draft(code, by=by, now=now, subject=subject, content=content)


def _addressees(case: Case, about: Kind) -> list[str]:
    moved = facts.transfer_open(case)
    if about.code == "transfer_letter" and moved is not None:
        return [moved.body]
    if about.addressed_to == "enterprise":
        units = [a.organization.name for a in case.open_assignments]
        return list(dict.fromkeys(units or [case.enterprise.name]))
    if about.addressed_to == "complainant":
        person = representative(case.complainants)
        return [f"{person.name} {group_words(case.complainants)}".strip()] if person and person.name else []
    return []


def _within(case: Case) -> int | None:
    """The workdays that the supervision order gave."""
    days = _said(case, "supervise").get("workdays")
    return int(days) if days else None


def _order(case: Case) -> SupervisionOrder | None:
    return next((o for o in reversed(case.supervision_orders) if o.state != "lifted"), None)


def basis_words(rules: Ruleset, clauses: tuple[str, ...]) -> str:
    """《制度》第五条: the articles of this rule system among the clauses of a kind."""
    articles = [c for c in clauses if c.startswith(rules.prefix) and c[len(rules.prefix) :][:1].isdigit()]
    numbers = dict.fromkeys(int(c[len(rules.prefix) :].split(".")[0]) for c in articles)
    named = "、".join(f"第{NUMERALS[n]}条" for n in numbers)
    return f"《{rules.title}》{named}"


def _common(case: Case, about: Kind, rules: Ruleset, by: User) -> Values:
    matter = " ".join(case.content.split())
    if about.addressed_to != "complainant":
        matter = _without_people(matter, case)
    short = matter if len(matter) <= LONGEST_MATTER else f"{matter[:LONGEST_MATTER]}……"
    known = {
        "case_number": case.number,
        "matter": short.rstrip("。！？"),
        "basis": basis_words(rules, about.clauses),
        "contact_name": by.name,
        "contact_phone": by.organization.hotline if by.organization else "",
    }
    return {name: value for name, value in known.items() if about.field_named(name)}


def _without_people(text: str, case: Case) -> str:
    """Names and numbers of complainants are masked in what goes to an enterprise, those of a confidential
    report left out."""
    if case.confidential:
        return hide(text, case.complainants)
    for person in case.complainants:
        for value, mask in ((person.name, mask_name(person.name)), (person.phone, mask_phone(person.phone))):
            if len(value) > 1:
                text = text.replace(value, mask)
    return text


def _said(case: Case, action: str) -> Mapping[str, Any]:
    """What the last step of this kind recorded."""
    step = next((s for s in reversed(case.steps) if s.action == action), None)
    return step.facts if step else {}


def _channel(case: Case, rules: Ruleset) -> str:
    return next((c.name for c in rules.channels if c.code == case.channel), case.channel)


def _units(case: Case) -> str:
    names = dict.fromkeys(a.unit_name for a in case.open_assignments)
    return "、".join(names) or case.enterprise.name


def _received(case: Case) -> str:
    return date_words(local_date(case.received_at))


def _acceptance(case: Case, rules: Ruleset) -> Values:
    phone, running = case.receiving_org.hotline, clocks.open_of(SUBJECT, case.id, "completion")
    return {
        "received_on": _received(case),
        "received_channel": _channel(case, rules),
        "handling_unit": _units(case),
        "handling_due": date_words(running[0].due_on) if running else "",
        "query_way": f"您可以凭受理编号拨打{phone}查询办理进展。" if phone else "",
    }


def _decline(case: Case, rules: Ruleset) -> Values:
    return {"asked_on": _received(case), "decline_reason": _said(case, "decline").get("reason", "")}


def _supplement(case: Case, rules: Ruleset) -> Values:
    return {"missing_items": _said(case, "request_info").get("missing", "")}


def _dispatch_slip(case: Case, rules: Ruleset) -> Values:
    person = representative(case.complainants)
    source = "、".join(filter(None, (_channel(case, rules), case.origin_number or "")))
    main = next((a for a in reversed(case.assignments)), None)
    return {
        "slip_source": source,
        "slip_person": f"{mask_name(person.name)} {group_words(case.complainants)}".strip()
        if person and not case.confidential
        else "（不公开）",
        "slip_person_contact": mask_phone(person.phone) if person and not case.confidential else "（不公开）",
        "slip_unit": _units(case),
        "slip_requirement": discreet(main.requirement if main else "", case) or ASKED,
    }


def _reply(case: Case, rules: Ruleset) -> Values:
    verified, rectified, made = (
        _said(case, name) for name in ("verify", "rectify", "complete_rectification")
    )
    sorry = _said(case, "apologise")
    result = [rectified.get("measures", ""), made.get("result", ""), _said(case, "explain").get("text", "")]
    return {
        "verified_facts": verified.get("findings", ""),
        "handling_result": "\n".join(filter(None, result)),
        "apology_words": sorry.get("text", ""),
        "objection_days": "15",
        "objection_body": case.regulator.name if case.regulator else case.receiving_org.name,
    }


def _supervision(case: Case, rules: Ruleset) -> Values:
    order = _order(case)
    done = [s for s in case.steps if s.action in ("dispatch", "urge", "raise_level")]
    told = [f"{date_words(local_date(s.at))}{s.name}" for s in done]
    return {
        "supervision_reason": discreet(order.reason, case) if order else "",
        "supervision_progress": f"{'，'.join(told)}。截至目前，尚未办结。"
        if told
        else "截至目前，尚未办结。",
        "supervision_demands": "请查清原因和责任，采取措施整改，答复投诉人，报送核实情况和整改结果。",
    }


def _transfer_letter(case: Case, rules: Ruleset) -> Values:
    moved = facts.transfer_open(case)
    told = "诉求人匿名，无法告知。"
    if moved is not None and moved.told_at:
        day = date_words(local_date(moved.told_at))
        told = f"{day}通过{moved.told_how}告知诉求人移送的原因和接收单位。"
    person = representative(case.complainants)
    group = group_words(case.complainants)
    who = f"{mask_name(person.name)}{group}，联系方式另行提供。" if person else "匿名。"
    return {
        "transfer_received_on": _received(case),
        "transfer_reason": moved.reason if moved else "",
        "transfer_basis": moved.basis if moved else "",
        "transfer_done": told,
        "transfer_person": "举报件，举报人不公开。" if case.confidential else who,
    }


def _dossier(case: Case, rules: Ruleset) -> Values:
    steps = [
        [
            f"{to_local(s.at):%Y-%m-%d %H:%M}", s.name, f"{s.actor_unit} {s.actor_name}",
            discreet(_gist(s.facts, rules), case),
        ]
        for s in case.steps
    ]
    papers = [["1", TIMELINE, "", "", TIMELINE]]
    for position, a in enumerate(_bound(case), 1):
        papers.append(
            [str(position + 1), a.name, "", f"{to_local(a.added_at):%Y-%m-%d}", part_name(position)]
        )
    return {
        "dossier_number": case.number,
        "dossier_person": _dossier_person(case),
        "dossier_enterprise": case.enterprise.name,
        "dossier_received_on": _received(case),
        "dossier_closed_on": date_words(local_date(case.closed_at)) if case.closed_at else "",
        "dossier_outcome": facts.CONCLUSIONS.get(case.conclusion, "已办结"),
        "dossier_handler": next((s.actor_name for s in reversed(case.steps) if s.action == "verify"), ""),
        "dossier_filed_by": next((s.actor_name for s in reversed(case.steps) if s.action == "archive"), ""),
        "dossier_retention": case.retention,
        "dossier_catalogue": papers,
        "dossier_timeline": steps,
    }


def enclosures_of(case: Case) -> list[Enclosure]:
    """The case's attachments as they are bound in behind its dossier, each named by its digest."""
    return [
        Enclosure(
            a.name, a.file.mime, a.file.size, a.file.sha256, _whom(a.added_by),
            f"{to_local(a.added_at):%Y-%m-%d %H:%M}",
        )
        for a in _bound(case)
    ]  # fmt: skip


def _bound(case: Case) -> list[Attachment]:
    """What is bound into the dossier: an enterprise's own leaves out what tells who reported."""
    keeper = owner_id(case) == case.regulator_id
    return [a for a in case.attachments if keeper or not a.kept_back]


def _dossier_person(case: Case) -> str:
    """The representative and how many they are; nobody in a confidential report."""
    person = representative(case.complainants)
    if case.confidential:
        return "（保密）"
    return f"{person.name} {group_words(case.complainants)}".strip() if person else "匿名"


def _whom(person: User) -> str:
    return f"{person.organization.name} {person.name}" if person.organization else person.name


def _gist(recorded: Mapping[str, Any], rules: Ruleset) -> str:
    """What a step recorded, in words: no code of ours stands in a paper."""
    names = {
        "channel": {c.code: c.name for c in rules.channels},
        "category": {c.code: c.name for c in rules.categories},
        "type": {t.code: t.name for t in rules.types},
    }
    told = {name: value for name, value in recorded.items() if name not in ("changes", "digest")}
    told |= {name: known.get(str(told[name]), told[name]) for name, known in names.items() if name in told}
    return "；".join(f"{label}：{words}" for label, words in sentences(told))[:LONGEST_GIST]


OWN: dict[str, Callable[[Case, Ruleset], Values]] = {
    "acceptance": _acceptance,
    "decline": _decline,
    "supplement": _supplement,
    "dispatch_slip": _dispatch_slip,
    "reply": _reply,
    "supervision": _supervision,
    "transfer_letter": _transfer_letter,
    "dossier": _dossier,
}


def on_issued(event: NoticeIssued) -> None:
    """A supervision notice gives the order its formal number, in the transaction that issues it."""
    notice = event.notice
    if notice.subject_type != SUBJECT or notice.kind != "supervision":
        return
    case = db.session.get(Case, notice.subject_id)
    order = _order(case) if case else None
    if order is not None:
        order.number = notice.number_text
