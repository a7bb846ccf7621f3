"""送达回证: the proof of service of one addressee, to be signed on paper or kept with what was recorded."""

from __future__ import annotations

from datetime import datetime

from blueprints.notices.guards import METHOD_NAMES, Method
from blueprints.notices.models import Notice, NoticeService
from core.clock import local_date, to_local
from core.wording import date_words
from domain.documents import Document
from domain.notice_kinds import Filled, Frame, compose, kind

BODY = "【送达情况】\n【签名】"
ANY_TIME = "　　　　年　　月　　日　　时"


def moment_text(moment: datetime) -> str:
    """2026年10月12日9时30分"""
    local = to_local(moment)
    return f"{date_words(local.date())}{local.hour}时{local.minute}分"


def proof_of(notice: Notice, service: NoticeService) -> Document:
    """The document; before service it is a blank to be filled in by hand, with the limit in words."""
    about = kind("service_proof")
    issued = date_words(local_date(notice.issued_at)) if notice.issued_at else ""
    frame = Frame(organ=notice.organization.name, date=issued)
    return compose(about, about.form, Filled(about.title, BODY), values_of(notice, service), frame)


def values_of(notice: Notice, service: NoticeService) -> dict[str, str]:
    """The fields of a proof of service."""
    return {
        "served_title": notice.plain_title,
        "served_number": notice.number_text or "（不编文号）",
        "served_copies": f"{len(kind(notice.kind).copies) or 1}份",
        "served_to": service.addressee,
        "served_place": service.place,
        "served_method": METHOD_NAMES.get(service.method, ""),
        "served_at": moment_text(service.served_at) if service.served_at else ANY_TIME,
        "served_due": _due(notice, service),
        "served_relation": "，".join(part for part in (service.receiver, service.relation) if part),
        "served_refusal": f"受送达人拒收，见证人：{service.witness}。"
        if service.method == Method.REFUSED_LEFT else "",
        "served_note": _note(service),
    }  # fmt: skip


def _due(notice: Notice, service: NoticeService) -> str:
    """The day that the calendar gives, once service is recorded; until then the words of the notice."""
    if service.due_on is not None:
        return date_words(service.due_on) + ("（暂定）" if service.due_provisional else "")
    return f"收到之日起{notice.answer_within}个工作日" if notice.answer_within else "无"


def _note(service: NoticeService) -> str:
    parts = [service.remark]
    if service.tracking:
        parts.append(f"邮件编号{service.tracking}")
    if service.consent_note:
        parts.append(f"同意电子送达：{service.consent_note}")
    if service.signed_by is not None and service.signed_at is not None:
        parts.append(f"{service.signed_by.name}于{moment_text(service.signed_at)}在平台上电子签收")
    return "；".join(part for part in parts if part)
