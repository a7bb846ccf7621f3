"""责令限期整改通知书 and 整改通知书: drafts of them with all that the chosen findings say (F5.3, F7.3).

What breaches statute is ordered; everything else is asked for, under this 制度 and the enterprise's own
promises. Number, signature and service are the notices engine's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blueprints.accounts.models import User
from blueprints.inspection.models import Finding, Rectification
from blueprints.inspection.service.finding_moves import CLAUSE, log, move
from blueprints.inspection.workflow import NOTICE_KINDS
from blueprints.notices import service as notices
from blueprints.rulebook.service import legal
from core import clock
from core.db import db
from core.wording import date_words
from domain.errors import InvalidInput, RuleViolation

ORDER, REQUEST = "order", "request"
NUMERALS = "零一二三四五六七八九十"
LONGEST_LIMIT = 180


@dataclass(frozen=True)
class Asked:
    """What the person who drafts adds. `kind`: auto, order or request; limits in workdays from service."""

    kind: str = "auto"
    order_days: int = 15
    request_days: int = 10
    demands: str = ""
    consequence: str = ""
    reconsideration: str = ""
    court: str = ""
    hopes: str = ""
    contact: str = ""
    phone: str = ""
    address: str = ""


def draft(findings: Sequence[Finding], asked: Asked, *, by: User, now: datetime) -> list[Rectification]:
    """One draft, or two where some breach statute and some do not, with one action.

    Errors: InvalidInput where nothing was chosen; RuleViolation for findings of several enterprises, those
    in a notice already, and an order that does not rest on statute (F7.3).
    """
    _check(findings, asked)
    made = []
    for kind in (ORDER, REQUEST):
        mine = [one for one in findings if (one.basis_kind == "statute") == (kind == ORDER)]
        if mine:
            made.append(_drafted(kind, mine, asked, by=by, now=now))
    return made


def _check(findings: Sequence[Finding], asked: Asked) -> None:
    if not findings:
        raise InvalidInput("请至少选择一个问题。", "findings")
    if len({one.enterprise_id for one in findings}) > 1:
        raise RuleViolation("一份通知书只能发给一家企业。", CLAUSE, "请分企业拟制。")
    for one in findings:
        if one.state != "open" or one.rectification_id is not None:
            raise RuleViolation(f"{one.number}已经列入通知书或者已经了结。", CLAUSE, "请刷新后重新选择。")
    check_kind(findings, asked.kind)
    _check_bases(findings)
    for name, days in (("order_days", asked.order_days), ("request_days", asked.request_days)):
        if not 1 <= days <= LONGEST_LIMIT:
            raise InvalidInput(f"整改期限请填 1 到 {LONGEST_LIMIT} 个工作日。", name)


def _check_bases(findings: Sequence[Finding]) -> None:
    """Errors: RuleViolation for what is not in force, and for an order that no article carries."""
    legal.require_all_citable([(one.number, one.basis) for one in findings], clock.today())
    breaches = [one for one in findings if one.basis_kind == "statute"]
    known = legal.register(articles=True) if breaches else legal.Register(())
    for one in breaches:
        legal.require_order(one.number, one.basis, known)


def check_kind(findings: Sequence[Finding], kind: str) -> None:
    """Only statute is a basis for an order. Errors: RuleViolation."""
    other = [one.number for one in findings if one.basis_kind != "statute"]
    if kind == ORDER and other:
        text = f"{'、'.join(other[:3])}的依据不是法律法规，不能责令改正。"
        raise RuleViolation(text, "F7.3", "请改发整改通知书，或者分成两份。")
    if kind == REQUEST and len(other) < len(findings):
        legal = next(one.number for one in findings if one.basis_kind == "statute")
        text = f"{legal}违反法律法规，应当责令限期整改。"
        raise RuleViolation(text, "F7.3", "请改发责令限期整改通知书，或者分成两份。")


def _drafted(
    kind: str, findings: Sequence[Finding], asked: Asked, *, by: User, now: datetime,
    previous: Rectification | None = None,
) -> Rectification:  # fmt: skip
    enterprise = findings[0].enterprise
    days = asked.order_days if kind == ORDER else asked.request_days
    content = notices.Content(
        values=values_of(kind, findings, asked, days, by, previous), addressees=[enterprise.name],
        answer_within=days,
    )  # fmt: skip
    label = f"{enterprise.name}：{len(findings)} 个问题"
    subject = notices.Subject("rectification", None, label, enterprise)
    notice = notices.draft(NOTICE_KINDS[kind], by=by, now=now, subject=subject, content=content)
    row = Rectification(
        organization_id=findings[0].organization_id, enterprise_id=enterprise.id, kind=kind,
        notice_id=notice.id, drafted_by_id=by.id, drafted_at=now, state="drafted",
    )  # fmt: skip
    row.notice = notice
    if previous is not None:
        row.round, row.previous_id = previous.round + 1, previous.id
    db.session.add(row)
    db.session.flush()
    notice.subject_id = row.id
    for one in findings:
        if previous is None:
            move(one, "notice", by=by, now=now)
        one.rectification_id = row.id
    log(row, "notice", {"findings": [None, "、".join(one.number for one in findings)]}, by=by, now=now)
    db.session.expire(row, ["findings"])
    return row


def second(previous: Rectification, asked: Asked, *, by: User, now: datetime) -> Rectification:
    """第二次通知书 for what is not put right, once the leader has decided so; the first one is linked.

    Errors: RuleViolation without that decision, or where nothing is left.
    """
    from blueprints.inspection.queries import rectifications as queries

    move(previous, "second", by=by, now=now)
    made = queries.escalations_of(previous.id)
    decided = [one for one in made if one.kind == "second" and not one.notice_id]
    if not decided:
        raise RuleViolation("发第二次通知书要由领导先决定。", CLAUSE, "请主管部门领导选择“发第二次通知书”。")
    left = [one for one in previous.findings if one.state not in ("closed", "withdrawn")]
    if not left:
        raise RuleViolation("没有未整改的问题。", CLAUSE, "请刷新页面，看看现在的状态。")
    row = _drafted(previous.kind, left, asked, by=by, now=now, previous=previous)
    decided[-1].notice_id = row.notice_id
    return row


# ---- what the notice says --------------------------------------------------------------------------------


def values_of(
    kind: str, findings: Sequence[Finding], asked: Asked, days: int, by: User,
    previous: Rectification | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The fields of the notice, filled from the findings."""
    facts = _facts(findings)
    if previous is not None:
        before = previous.notice.number_text
        facts = f"{before}要求整改的问题，有 {len(findings)} 个没有整改到位。\n{facts}"
    table = [[str(at), one.title, said_basis(one), f"{days}个工作日"] for at, one in enumerate(findings, 1)]
    values: dict[str, Any] = {
        "basis": _bases(findings, kind),
        "inspected_on": "、".join(date_words(day) for day in sorted({one.found_on for one in findings})),
        "inspected_place": places(findings),
        "contact_name": asked.contact or by.name,
        "contact_phone": asked.phone or (by.organization.hotline if by.organization else ""),
        "contact_address": asked.address,
    }
    if kind == ORDER:
        return values | {
            "breach_facts": facts, "breach_items": table, "order_demands": asked.demands,
            "order_consequence": asked.consequence, "reconsideration_body": asked.reconsideration,
            "litigation_court": asked.court,
        }  # fmt: skip
    return values | {"shortfall_facts": facts, "shortfall_items": table, "shortfall_hopes": asked.hopes}


def said_basis(one: Finding) -> str:
    """The basis in words, with the clause of this 制度 where it has one."""
    return "；".join(part for part in (one.basis, f"〔{one.clause}〕" if one.clause else "") if part)


def _bases(findings: Sequence[Finding], kind: str) -> str:
    named = list(dict.fromkeys(one.basis for one in findings if one.basis))
    if kind == ORDER:
        return "、".join(named)
    own = "供电供气服务与投诉监管制度的监督考核规定"
    return "、".join([own, *named])


def places(findings: Sequence[Finding]) -> str:
    """Where it was found: places of checks, outlets, samples."""
    found = []
    for one in findings:
        if one.check is not None:
            found.append(one.check.place)
        elif one.outlet is not None:
            found.append(one.outlet.name)
        elif one.sample is not None:
            found.append(f"原始记录抽查{one.sample.number}")
    return "、".join(dict.fromkeys(found)) or findings[0].enterprise.name


def _facts(findings: Sequence[Finding]) -> str:
    return "\n".join(f"{_nth(at)}{_fact(one)}" for at, one in enumerate(findings, 1))


def _fact(one: Finding) -> str:
    pictures = sum(1 for file in one.files if file.purpose == "evidence")
    proof = f"（证据材料 {pictures} 份）" if pictures else ""
    again = f"该问题与{one.repeat_of.number}重复发生。" if one.repeat_of is not None else ""
    fact = one.facts.rstrip("。").replace("\n", "；")
    return f"{one.title.rstrip('。')}。{fact}{proof}。{again}"


def _nth(number: int) -> str:
    """（一）; from the eleventh on in the usual way."""
    if number <= 10:
        return f"（{NUMERALS[number]}）"
    tens, ones = divmod(number, 10)
    return f"（{NUMERALS[tens] if tens > 1 else ''}十{NUMERALS[ones] if ones else ''}）"
