"""复查: two inspectors, results, 复查意见书; what the leader decides where rectification failed (F5.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.inspection.models import Escalation, Finding, Recheck, Rectification
from blueprints.inspection.queries import draws
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.service.finding_moves import CLAUSE, label_of, move
from blueprints.inspection.service.findings import keep_upload
from blueprints.inspection.service.rectif_answers import pending
from blueprints.inspection.service.rectif_events import SUBJECT, answering, path_of
from blueprints.inspection.workflow import ESCALATIONS, OWED, VERDICTS
from blueprints.notices import service as notices
from blueprints.rulebook.service import legal
from core import clocks
from core.clock import local_date
from core.db import db
from core.inbox import tell
from core.wording import date_words
from domain.errors import InvalidInput, RuleViolation

INSPECTORS = 2
FEW = 4
CONCLUSIONS = {"fixed": "已完成整改", "partly": "基本完成整改", "failed": "没有完成整改"}


@dataclass(frozen=True)
class Seen:
    """What the recheck of one finding saw."""

    verdict: str
    facts: str
    uploads: Sequence[FileStorage] = ()


def left(row: Rectification) -> list[Finding]:
    """Findings that are not put right yet."""
    return [one for one in row.findings if one.state == "recheck"]


def latest(row: Rectification) -> Recheck | None:
    """The last recheck."""
    return row.rechecks[-1] if row.rechecks else None


def plan(
    row: Rectification, planned_on: date, user_ids: Sequence[int], *, by: User, now: datetime
) -> Recheck:
    """Set the day and two inspectors whose certificates hold on it. Errors: InvalidInput, RuleViolation."""
    _may_be_planned(row, now)
    if planned_on < local_date(now):
        raise InvalidInput("复查日期不能早于今天。", "planned_on")
    held = {one.user_id: one for one in draws.certified(row.organization_id, planned_on)}
    chosen = list(dict.fromkeys(user_ids))
    if len(chosen) < INSPECTORS:
        raise InvalidInput("请选择两名检查人员。", "inspectors")
    if any(user_id not in held for user_id in chosen):
        raise RuleViolation("检查人员在复查当天没有有效的执法证。", "F6.2b", "请改选人员或者登记执法证。")
    team = [
        {"id": user_id, "name": held[user_id].user.name, "certificate": held[user_id].number}
        for user_id in chosen
    ]
    for one in row.findings:
        if one.state in OWED:
            move(one, "plan_recheck", by=by, now=now)
    made = Recheck(
        rectification_id=row.id, planned_on=planned_on, inspectors=team, results={}, by_id=by.id, at=now
    )
    db.session.add(made)
    changes = {"planned_on": [None, planned_on.isoformat()]}
    move(row, "plan_recheck", by=by, now=now, changes=changes)
    clocks.stop(SUBJECT, row.id, "rectify", at=now)
    db.session.expire(row, ["rechecks"])
    text = f"{row.organization.name}定于{date_words(planned_on)}复查{label_of(row)}的整改情况。"
    tell(answering(row), text, link=path_of(row), now=now, clause=CLAUSE)
    return made


def _may_be_planned(row: Rectification, now: datetime) -> None:
    last = latest(row)
    if last is not None and (last.done_on is None or not told(last)):
        text = "上一次复查还没有结果，或者复查意见书还没有送达。"
        raise RuleViolation(text, CLAUSE, "请先办完上一次复查。")
    if any(one.state == "answered" for one in row.findings):
        raise RuleViolation("还有整改情况没有审核。", CLAUSE, "请先逐项审核，再安排复查。")
    if row.state == "served" and (row.due_at is None or now < row.due_at):
        text = "整改期限还没有到，企业也没有报送。"
        raise RuleViolation(text, CLAUSE, "到期以后仍不报送的，可以直接复查。")
    if pending(row):
        raise RuleViolation("还有陈述申辩或者延期申请没有答复。", CLAUSE, "请先答复。")
    if not any(one.state in ("recheck", *OWED) for one in row.findings):
        raise RuleViolation("没有需要复查的问题。", CLAUSE, "请刷新页面，看看现在的状态。")


def told(recheck: Recheck) -> bool:
    return recheck.notice is not None and any(one.served_at for one in recheck.notice.services)


def record(recheck: Recheck, done_on: date, seen: Mapping[int, Seen], *, by: User, now: datetime) -> None:
    """What was seen of each finding that is not fixed yet.

    Errors: InvalidInput at the field, RuleViolation once the opinion is drafted."""
    row = recheck.rectification
    if recheck.notice_id is not None:
        raise RuleViolation("复查意见书已经拟制，不能再改复查结果。", CLAUSE, "请先撤回复查意见书稿。")
    if done_on > local_date(now):
        raise InvalidInput("复查日期不能晚于今天。", "done_on")
    if row.served_on is not None and done_on < row.served_on:
        raise InvalidInput("复查日期不能早于通知书送达的日期。", "done_on")
    results: dict[str, Any] = {}
    for one in left(row):
        said = seen.get(one.id)
        if said is None or said.verdict not in VERDICTS:
            raise InvalidInput("请选择复查结果。", f"verdict_{one.id}")
        if len(said.facts) < FEW:
            raise InvalidInput("请写明看到的情况，至少 4 个字。", f"facts_{one.id}")
        results[str(one.id)] = {"verdict": said.verdict, "facts": said.facts}
        for upload in said.uploads:
            keep_upload(one, upload, "recheck", by=by, now=now)
    recheck.done_on, recheck.results = done_on, results
    counted = {name: sum(r["verdict"] == name for r in results.values()) for name in VERDICTS}
    words = "，".join(f"{VERDICTS[name]} {n} 个" for name, n in counted.items() if n)
    move(row, "record_recheck", by=by, now=now, changes={"result": [None, words]})


def opinion(recheck: Recheck, *, by: User, now: datetime) -> int:
    """Draft the 复查意见书 with the table of results; returns the id of the notice. Errors: RuleViolation."""
    row = recheck.rectification
    if recheck.done_on is None:
        raise RuleViolation("还没有登记复查结果。", CLAUSE, "请先登记复查结果。")
    if recheck.notice_id is not None:
        raise RuleViolation("复查意见书已经拟制。", CLAUSE, "请打开已拟制的复查意见书。")
    move(row, "draft_opinion", by=by, now=now)
    content = notices.Content(values=opinion_values(recheck, by), addressees=[row.enterprise.name])
    subject = notices.Subject("recheck", recheck.id, label_of(row), row.enterprise)
    notice = notices.draft("recheck_opinion", by=by, now=now, subject=subject, content=content)
    recheck.notice_id = notice.id
    return notice.id


def overall(recheck: Recheck) -> str:
    """fixed where all are, failed where none is even partly, partly else."""
    found = {result["verdict"] for result in recheck.results.values()}
    return found.pop() if len(found) == 1 else "partly"


def opinion_values(recheck: Recheck, by: User) -> dict[str, Any]:
    """The fields of the opinion."""
    row = recheck.rectification
    named = [one for one in row.findings if str(one.id) in recheck.results]
    result = [(one, recheck.results[str(one.id)]) for one in named]
    rows = [
        [str(at), one.title, said["facts"], VERDICTS[said["verdict"]]]
        for at, (one, said) in enumerate(result, 1)
    ]
    team = "、".join(f"{one['name']}（{one['certificate']}）" for one in recheck.inspectors)
    fixed = [str(at) for at, (_, said) in enumerate(result, 1) if said["verdict"] == "fixed"]
    rest = [str(at) for at, (_, said) in enumerate(result, 1) if said["verdict"] != "fixed"]
    words = []
    if fixed:
        words.append(f"第{'、'.join(fixed)}项予以销号。")
    if rest:
        words.append(f"第{'、'.join(rest)}项没有整改到位。")
    answered = date_words(local_date(row.answered_at)) if row.answered_at else "期限内没有"
    return {
        "basis": "供电供气服务与投诉监管制度的监督考核规定",
        "ordered_on": date_words(local_date(row.notice.issued_at)) if row.notice.issued_at else "",
        "ordered_number": row.notice.number_text, "answered_on": answered,
        "rechecked_on": date_words(recheck.done_on) if recheck.done_on else "",
        "recheck_facts": f"检查人员{team}对 {len(rows)} 个问题的整改情况逐项进行了复查。",
        "recheck_items": rows, "recheck_conclusion": CONCLUSIONS[overall(recheck)],
        "recheck_words": "".join(words),
        "recheck_further": "请你单位继续整改没有到位的问题，后续处理另行通知。" if rest
        else "请你单位巩固整改成果，防止同类问题再次发生。",
        "contact_name": by.name, "contact_phone": row.notice.values.get("contact_phone", ""),
        "contact_address": row.notice.values.get("contact_address", ""),
    }  # fmt: skip


# ---- escalation ------------------------------------------------------------------------------------------


def escalate(
    row: Rectification, kind: str, reason: str, basis: str, *, by: User, now: datetime
) -> Escalation:
    """The leader decides what follows where rectification failed or is overdue: a second notice, 约谈, 通报,
    or 移送处罚, which only statute allows. Errors: InvalidInput, RuleViolation (F7.3 for the last)."""
    if kind not in ESCALATIONS:
        raise InvalidInput("请选择怎样处理。", "kind")
    if len(reason) < FEW:
        raise InvalidInput("请写明理由，至少 4 个字。", "reason")
    if len(basis) < FEW:
        raise InvalidInput("请写明依据，至少 4 个字。", "basis")
    legal.require_citable(basis, local_date(now))
    if kind == "referral":
        legal.require_carried("penalty", "移送处罚", basis)
    mine = [one for one in row.findings if one.state not in ("closed", "withdrawn")]
    _may_be_escalated(row, mine, kind, now)
    made = Escalation(
        rectification_id=row.id, kind=kind, reason=reason, basis=basis[:300], by_id=by.id, at=now
    )
    db.session.add(made)
    changes = {"kind": [None, ESCALATIONS[kind]], "reason": [None, reason], "basis": [None, basis]}
    move(row, "escalate", by=by, now=now, changes=changes)
    if kind != "second":
        for one in mine:
            move(one, "escalate", by=by, now=now, changes=changes)
    clocks.stop(SUBJECT, row.id, "rectify", at=now)
    text = f"{label_of(row)}没有整改到位，{row.organization.name}决定：{ESCALATIONS[kind]}。"
    tell([*answering(row), row.drafted_by_id], text, link=path_of(row), now=now, clause=CLAUSE)
    return made


def _may_be_escalated(row: Rectification, mine: Sequence[Finding], kind: str, now: datetime) -> None:
    if not mine:
        raise RuleViolation("全部问题都已整改，没有需要升级处理的。", CLAUSE, "请刷新页面，看看现在的状态。")
    if kind == "referral" and not any(one.basis_kind == "statute" for one in mine):
        text = "没有违反法律法规的问题，不能移送处罚。"
        raise RuleViolation(text, "F7.3", "可以约谈、通报或者发第二次通知书。")
    if queries.following(row):
        raise RuleViolation("已经发出第二次通知书。", CLAUSE, "请在第二次通知书里办理。")
    if row.state == "served" and (row.due_at is None or now < row.due_at):
        raise RuleViolation(
            "整改期限还没有到，不能升级处理。", CLAUSE, "请等期限届满，或者等企业报送以后审核、复查。"
        )
    last = latest(row)
    if row.state == "recheck" and (last is None or not told(last)):
        raise RuleViolation("复查意见书还没有送达，不能升级处理。", CLAUSE, "请先送达复查意见书。")
