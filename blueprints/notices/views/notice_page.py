"""One notice as its page shows it: next step first, facts, addressees with their service, history behind."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import url_for

from blueprints.accounts.models import User
from blueprints.notices.guards import METHOD_NAMES, Method
from blueprints.notices.models import Notice, NoticeService, NoticeStep
from blueprints.notices.service import Option
from blueprints.notices.service.composing import basis_of, shown_code
from blueprints.notices.service.verifying import signature_words
from blueprints.notices.workflow import ACTION_NAMES, GIVEN_OUT, State
from blueprints.rulebook.service.legal import ground_of
from core.authz import ROLE_NAMES, Permission, Role
from core.clock import local_date, to_local
from core.wording import behalf_words, date_words, due_chip, file_size, moment_words
from domain.documents import FORM_NAMES, Form
from domain.notice_kinds import kind
from domain.workdays import Calendar

NEXT_WORDS = {
    "submit": "内容写好后送科室负责人核稿。",
    "review": "请核对事实、依据、文字和格式；不同意的写明意见退回。",
    "legal_review": "请审核依据、程序、救济途径和期限的写法。",
    "sign": "请核对预览，同意的签发；签发后再编号印制。",
    "issue": "编号后内容固定，不能再修改；印制的文件和校验值永久保存。",
    "retry": "编号和内容都已经固定，只是文件没有印制成功。",
    "serve": "送到每一个受送达人，并上传送达回证；要求回复的，期限从送达次日起算。",
    "sign_receipt": "这份文书已经以电子方式送达贵单位，请阅读后签收。",
    "record_answer": "收到回复后登记，期限随即停止计算。",
    "archive": "送达、签收和回复都齐了，可以归档。",
}
TONES = {"send_back": "soon", "void": "danger", "print_failed": "danger", "serve": "done", "archive": "done",
         "printed": "done", "discard": "soon"}  # fmt: skip
FACT_NAMES = {"number": "文号", "method": "方式", "due_on": "回复期限", "pages": "页数", "late": "逾期"}


def facts(notice: Notice) -> list[dict[str, Any]]:
    """The grid of facts."""
    about = kind(notice.kind)
    issued = date_words(local_date(notice.issued_at)) if notice.issued_at else ""
    rows: list[dict[str, Any]] = [
        {"label": "文书种类", "value": about.name},
        {"label": "格式", "value": FORM_NAMES[Form(notice.form)]},
        {"label": "文号", "value": notice.number_text or ("不编文号" if not about.organ_code else "")},
        {"label": "印发日期", "value": issued},
        {"label": "发文机关", "value": notice.organization.name},
        {"label": "有关事项", "value": notice.subject_label},
        {"label": "主送", "value": "、".join(row["name"] for row in notice.addressees), "wide": True},
        {"label": "抄送", "value": "、".join(notice.copies_to), "wide": True},
        {"label": "份数", "value": "、".join(about.copies)},
        {"label": "回复期限", "value": f"收到之日起 {notice.answer_within} 个工作日"
         if notice.answer_within else "不要求回复"},
    ]  # fmt: skip
    if notice.enclosures:
        size = file_size(sum(row["size"] for row in notice.enclosures))
        rows.append({"label": "装订材料", "value": f"{len(notice.enclosures)} 件，{size}"})
    if notice.oa_number:
        rows.append({"label": "OA 文号", "value": notice.oa_number})
    if notice.state == State.VOID:
        rows.append({"label": "作废理由", "value": notice.void_reason, "wide": True})
    return rows


BEFORE_SIGNATURE = (State.DRAFT, State.IN_REVIEW, State.LEGAL_REVIEW, State.TO_SIGN)


def ground(notice: Notice) -> list[str]:
    """What is to be said of its basis: a 制度 that is a draft, before the signature also names that the
    register does not have. It never gets into the printed text by itself."""
    told = ground_of(basis_of(notice), kind(notice.kind).clauses)
    if notice.state not in BEFORE_SIGNATURE:
        return [told.draft] if told.draft else []
    add = "印出的文书不会自动写明，需要写明的，请在正文中写上“（征求意见稿）”。" if told.draft else ""
    return [words for words in (told.draft + add, told.unknown) if words]


def people(notice: Notice) -> list[dict[str, Any]]:
    """Who wrote, reviewed and signed."""
    rows = [("拟稿", notice.drafted_by), ("核稿", notice.reviewed_by), ("签发", notice.signed_by)]
    if notice.legal_review:
        rows.insert(2, ("法制审核", notice.legal_by))
    return [{"label": label, "value": person.name if person else ""} for label, person in rows]


def trust(notice: Notice) -> list[dict[str, Any]]:
    """What the printed file can be checked by."""
    if notice.code is None or notice.state not in GIVEN_OUT | {State.VOID}:
        return []
    rows = [{"label": "查询码", "value": shown_code(notice.code)}]
    if notice.pdf_sha256:
        rows.append({"label": "SHA-256", "value": notice.pdf_sha256})
    if notice.pdf_sha256:
        rows.append({"label": "数字签名", "value": signature_words(notice.pdf_signature)})
    if picture := ((notice.content or {}).get("signature") or {}).get("picture"):
        rows.append({"label": "印章", "value": f"上传的印章图样（SHA-256 {picture[:16]}……）"})
    if notice.pdf:
        rows.append({"label": "文件", "value": f"{notice.pages} 页，{file_size(notice.pdf.size)}"})
    return rows


def services(notice: Notice, by: User, *, now: datetime, calendar: Calendar) -> list[dict[str, Any]]:
    """Addressees: how each was served, the day of the answer, the proof, what can be done next."""
    own = notice.organization_id == by.organization_id
    acts = own and Permission.NOTICE_SERVE in by.permissions
    rows = notice.services if own else [s for s in notice.services if s.organization_id == by.organization_id]
    return [_service(notice, row, acts=acts, own=own, now=now, calendar=calendar) for row in rows]


def _service(
    notice: Notice, row: NoticeService, *, acts: bool, own: bool, now: datetime, calendar: Calendar
) -> dict[str, Any]:  # fmt: skip
    ids: dict[str, Any] = {"notice_id": notice.id, "service_id": row.id}
    open_ = notice.state in (State.ISSUED, State.SERVED)
    owed = row.due_at is not None and row.answered_at is None
    return {
        "addressee": row.addressee,
        "method": METHOD_NAMES.get(row.method, ""),
        "served": moment_words(row.served_at) if row.served_at else "",
        "receiver": "，".join(part for part in (row.receiver, row.relation, row.witness) if part),
        "signed": _signed(row),
        "chip": _answer_chip(row, now, calendar),
        "answer": row.answer,
        "receipt_url": url_for("notices.receipt", **ids) if own and row.receipt_id else None,
        "proof_url": url_for("notices.proof", **ids) if own else None,
        "serve_url": url_for("notices.serve", **ids)
        if acts and notice.state == State.ISSUED and row.served_at is None else None,
        "answer_url": url_for("notices.answer", **ids) if acts and open_ and owed else None,
    }  # fmt: skip


def _signed(row: NoticeService) -> str:
    if row.method != Method.ELECTRONIC:
        return ""
    if row.signed_at is None or row.signed_by is None:
        return "等待电子签收"
    return f"{row.signed_by.name} {moment_words(row.signed_at)}签收"


def _answer_chip(row: NoticeService, now: datetime, calendar: Calendar) -> dict[str, Any] | None:
    if row.answered_at is not None:
        late = row.due_on is not None and local_date(row.answered_at) > row.due_on
        words = f"{'超时' if late else '按时'}回复 · {moment_words(row.answered_at)}"
        return {"text": words, "tone": "overdue" if late else "done", "provisional": False}
    if row.due_at is None:
        return None
    return due_chip(row.due_on, row.due_at, row.due_provisional, now=now, calendar=calendar)


def timeline(notice: Notice, by: User) -> list[dict[str, Any]]:
    """The history; an addressee sees only what happened to him: printing and service."""
    own = notice.organization_id == by.organization_id
    seen = {"printed", "serve", "sign_receipt", "void"}
    return [_entry(step) for step in notice.steps if own or step.action in seen]


def _entry(step: NoticeStep) -> dict[str, Any]:
    role = behalf_words(ROLE_NAMES[Role(step.actor_role)] if step.actor_role else "", step.behalf)
    told = [f"{FACT_NAMES[name]}：{_fact(value)}" for name, value in step.facts.items()
            if name in FACT_NAMES and value not in (None, "", False)]  # fmt: skip
    return {
        "id": f"step-{step.id}",
        "at": moment_words(step.at),
        "datetime": to_local(step.at).isoformat(timespec="minutes"),
        "title": ACTION_NAMES[step.action],
        "who": {"name": step.actor_name, "unit": step.actor_unit, "role": role},
        "text": "\n".join([*([step.remark] if step.remark else []), *told]) or None,
        "tone": TONES.get(step.action),
    }


def _fact(value: Any) -> str:
    return "是" if value is True else str(value)


def actions(notice: Notice, options: list[Option]) -> dict[str, Any]:
    """The next step, what stands in its way, and the rest."""
    steps = [_action(notice, o, main=True) for o in options if o.main]
    beside = [_action(notice, o, main=False) for o in options if not o.main]
    first = next((o for o in options if o.main), None)
    return {
        "title": first.name if first else None,
        "text": NEXT_WORDS.get(first.action) if first else None,
        "steps": [a for a in steps if not a["why"]],
        "blocked": [a for a in (*steps, *beside) if a["why"]],
        "beside": [a for a in beside if not a["why"]],
    }


def _action(notice: Notice, option: Option, *, main: bool) -> dict[str, Any]:
    where = {"edit": "notices.edit"}.get(option.action)
    url = url_for(where, notice_id=notice.id) if where else step_url(notice, option.action)
    refused = option.blocked
    return {
        "action": option.action,
        "label": option.name,
        "url": url,
        "tone": "primary" if main else "secondary",
        "why": refused.message if refused else None,
        "next": getattr(refused, "next_step", None),
    }


def step_url(notice: Notice, action: str) -> str:
    """Where a step is taken: serving and answering name an addressee, the rest has one form."""
    place = {"serve": "notices.serve", "record_answer": "notices.answer"}.get(action)
    if place is None:
        return url_for("notices.act", notice_id=notice.id, verb=action)
    waits = [row for row in notice.services if _waits(row, action)]
    return url_for(place, notice_id=notice.id, service_id=waits[0].id if waits else 0)


def _waits(row: NoticeService, action: str) -> bool:
    if action == "serve":
        return row.served_at is None
    return row.due_at is not None and row.answered_at is None
