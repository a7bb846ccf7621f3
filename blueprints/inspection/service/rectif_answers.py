"""What the enterprise answers, and what the regulator says to it: measures, objections, more time.

A measure is a draft while its finding is owed; all are handed in together. What is returned comes back with
a new short limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.inspection.models import Finding, FindingFile, Measure, Plea, Rectification
from blueprints.inspection.service.finding_moves import CLAUSE, label_of, move
from blueprints.inspection.service.findings import keep_upload
from blueprints.inspection.service.rectif_events import (
    OBLIGATION,
    SUBJECT,
    all_ended,
    answering,
    begin_clock,
    deciding,
    owed,
    path_of,
)
from blueprints.notices import service as notices
from blueprints.notices.service.issuing import SERVICE
from core import clocks
from core.calendar_store import load_calendar
from core.clock import local_date
from core.db import db
from core.inbox import tell
from core.wording import date_words
from domain.errors import InvalidInput, RuleViolation
from domain.roles import Permission

FEW = 4
USUAL_RETURN_DAYS, LONGEST_DAYS = 5, 180
DECISIONS = {"accepted": "同意", "refused": "不同意"}
PLEAS = {"objection": "陈述申辩", "extension": "延期申请"}


@dataclass(frozen=True)
class Done:
    """What was done about one finding."""

    text: str
    done_on: date | None
    uploads: Sequence[FileStorage] = ()


@dataclass(frozen=True)
class Judged:
    """What the regulator says to one measure: accepted or returned, with words."""

    verdict: str
    words: str = ""


# ---- measures --------------------------------------------------------------------------------------------


def draft_of(one: Finding) -> Measure | None:
    """The measure that is being written, or None."""
    last = one.measures[-1] if one.measures else None
    return last if last is not None and last.verdict == "" and one.state in ("noticed", "returned") else None


def keep(row: Rectification, done: Mapping[int, Done], *, by: User, now: datetime) -> None:
    """Keep what is written so far, finding id -> what was done. Errors: InvalidInput, RuleViolation."""
    move(row, "answer", by=by, now=now)
    for one in owed(row):
        if one.id in done:
            _write(one, row, done[one.id], by=by, now=now)
    db.session.flush()


def _write(one: Finding, row: Rectification, said: Done, *, by: User, now: datetime) -> None:
    if said.done_on is not None and said.done_on > local_date(now):
        raise InvalidInput("完成日期不能晚于今天；没有完成的，请先申请延期。", f"done_on_{one.id}")
    draft = draft_of(one)
    if draft is None:
        if not said.text and said.done_on is None and not said.uploads:
            return
        draft = Measure(finding_id=one.id, rectification_id=row.id, text="", by_id=by.id, at=now)
        draft.finding = one
        db.session.add(draft)
        db.session.flush()
    draft.text, draft.done_on, draft.by_id, draft.at = said.text, said.done_on, by.id, now
    for upload in said.uploads:
        keep_upload(one, upload, "proof", by=by, now=now, measure_id=draft.id)


def proofs(measure: Measure) -> list[FindingFile]:
    """The files of a measure."""
    return [file for file in measure.finding.files if file.measure_id == measure.id]


def submit(row: Rectification, *, by: User, now: datetime) -> None:
    """Hand in all measures. Errors: InvalidInput for the finding that lacks words, a day or proof."""
    db.session.flush()
    for one in owed(row):
        db.session.expire(one, ["measures", "files"])
        draft = draft_of(one)
        if draft is None or len(draft.text) < FEW:
            raise InvalidInput("请写明怎样整改的，至少 4 个字。", f"text_{one.id}")
        if draft.done_on is None:
            raise InvalidInput("请填写完成整改的日期。", f"done_on_{one.id}")
        if not proofs(draft):
            raise InvalidInput("请附上整改的佐证材料（照片、文件）。", f"file_{one.id}")
    late = row.due_at is not None and now >= row.due_at
    for one in owed(row):
        move(one, "submit", by=by, now=now)
    row.answered_at = now
    clocks.stop(SUBJECT, row.id, OBLIGATION, at=now)
    move(row, "submit", by=by, now=now, changes={"late": [None, late]})
    text = f"{row.enterprise.name}已报送{label_of(row)}的整改情况{'（逾期）' if late else ''}，请审核。"
    tell(deciding(row), text, link=path_of(row), now=now, clause=CLAUSE)


def waiting(row: Rectification) -> list[Finding]:
    """Findings whose measures wait for the regulator."""
    return [one for one in row.findings if one.state == "answered"]


def judge(
    row: Rectification, judged: Mapping[int, Judged], days: int = USUAL_RETURN_DAYS, *, by: User,
    now: datetime,
) -> None:  # fmt: skip
    """Accept or return each measure; with anything returned a new limit of `days` workdays runs from today.

    Errors: InvalidInput for a measure without a verdict, or returned without a reason; RuleViolation.
    """
    move(row, "judge", by=by, now=now)
    returned = 0
    for one in waiting(row):
        said = judged.get(one.id)
        if said is None or said.verdict not in ("accepted", "returned"):
            raise InvalidInput("请选择审核意见。", f"verdict_{one.id}")
        if said.verdict == "returned" and len(said.words) < FEW:
            raise InvalidInput("退回须写明理由，至少 4 个字。", f"words_{one.id}")
        measure = one.measures[-1]
        measure.verdict, measure.verdict_words = said.verdict, said.words[:500]
        measure.verdict_by_id, measure.verdict_at = by.id, now
        returned += said.verdict == "returned"
        step = "accept" if said.verdict == "accepted" else "return"
        move(one, step, by=by, now=now, changes={"reason": [None, said.words]})
    _note_answer(row, by=by, now=now)
    if returned:
        _give_back(row, returned, days, by=by, now=now)
    else:
        text = f"{label_of(row)}的整改情况已经审核通过，等待复查。"
        tell(answering(row), text, link=path_of(row), now=now, clause=CLAUSE)


def _give_back(row: Rectification, count: int, days: int, *, by: User, now: datetime) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"重新整改的期限请填 1 到 {LONGEST_DAYS} 个工作日。", "days")
    clock = begin_clock(row, days, now, "重新整改")
    row.urged, row.urged_at, row.level = 0, None, 0
    move(row, "return", by=by, now=now, changes={"due_on": [None, clock.due_on.isoformat()]})
    text = f"{label_of(row)}有 {count} 个问题的整改情况被退回，请在{date_words(clock.due_on)}前重新报送。"
    tell(answering(row), text, link=path_of(row), now=now, clause=CLAUSE)


def _note_answer(row: Rectification, *, by: User, now: datetime) -> None:
    """The notice's own answer has come, too: recorded once, by those who may serve notices."""
    if Permission.NOTICE_SERVE not in by.permissions or row.answered_at is None:
        return
    for service in row.notice.services:
        owes = service.due_at is not None and service.answered_at is None and service.served_at is not None
        if owes and service.served_at and row.answered_at >= service.served_at:
            at = row.answered_at
            notices.record_answer(row.notice, service, "在整改页面报送整改情况。", at, by=by, now=now)


# ---- pleas -----------------------------------------------------------------------------------------------


def pending(row: Rectification) -> list[Plea]:
    """Objections and requests for time without an answer."""
    return [plea for plea in row.pleas if plea.decision == ""]


def objecting(
    one: Finding, reason: str, uploads: Sequence[FileStorage] = (), *, by: User, now: datetime
) -> Plea:
    """陈述申辩 to one finding. Errors: InvalidInput, RuleViolation for a second one at a time."""
    if len(reason) < FEW:
        raise InvalidInput("请写明事实和理由，至少 4 个字。", "reason")
    row = one.rectification
    if row is None:
        raise RuleViolation("这个问题不在通知书里。", CLAUSE, "收到通知书以后才能陈述申辩。")
    if any(plea.finding_id == one.id for plea in pending(row)):
        raise RuleViolation("对这个问题的陈述申辩正在处理。", CLAUSE, "请等主管部门答复。")
    plea = _asked(row, "objection", reason, 0, one, by=by, now=now)
    for upload in uploads:
        keep_upload(one, upload, "plea", by=by, now=now)
    move(one, "object", by=by, now=now, changes={"reason": [None, reason]})
    return plea


def ask_time(row: Rectification, days: int, reason: str, *, by: User, now: datetime) -> Plea:
    """Ask for more workdays, before the day has passed. Errors: InvalidInput, RuleViolation."""
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"请填 1 到 {LONGEST_DAYS} 个工作日。", "days")
    if len(reason) < FEW:
        raise InvalidInput("请写明理由，至少 4 个字。", "reason")
    if row.due_at is not None and now >= row.due_at:
        raise RuleViolation("整改期限已过，不能再申请延期。", CLAUSE, "请尽快报送整改情况。")
    if any(plea.kind == "extension" for plea in pending(row)):
        raise RuleViolation("已经有一份延期申请在等答复。", CLAUSE, "请等主管部门答复。")
    plea = _asked(row, "extension", reason, days, None, by=by, now=now)
    move(row, "extend", by=by, now=now, changes={"days": [None, days], "reason": [None, reason]})
    return plea


def _asked(
    row: Rectification, kind: str, reason: str, days: int, one: Finding | None, *, by: User, now: datetime
) -> Plea:
    plea = Plea(
        rectification_id=row.id, kind=kind, reason=reason, days=days, by_id=by.id, at=now,
        finding_id=one.id if one else None,
    )  # fmt: skip
    db.session.add(plea)
    db.session.flush()
    db.session.expire(row, ["pleas"])
    text = f"{row.enterprise.name}对{one.number if one else label_of(row)}提出{PLEAS[kind]}，请答复。"
    tell(deciding(row), text, link=path_of(row), now=now, clause=CLAUSE)
    return plea


def decide(
    plea: Plea, decision: str, words: str, days: int | None = None, *, by: User, now: datetime
) -> None:
    """Answer a plea with words: an objection agreed to withdraws the finding, more time moves the limit (by
    `days` where another number is given than was asked for). Errors: InvalidInput, RuleViolation."""
    row = plea.rectification
    if plea.decision:
        raise RuleViolation("已经答复过。", CLAUSE, "请刷新页面，看看答复。")
    if decision not in DECISIONS:
        raise InvalidInput("请选择是否同意。", "decision")
    if len(words) < FEW:
        raise InvalidInput("请写明意见和理由，至少 4 个字。", "words")
    plea.decision, plea.decision_words = decision, words[:500]
    plea.decided_by_id, plea.decided_at = by.id, now
    changes = {"answer": [None, DECISIONS[decision]], "reason": [None, words]}
    move(row, f"decide_{plea.kind}", by=by, now=now, changes=changes)
    if decision == "accepted" and plea.kind == "extension":
        _extend(row, days if days is not None else plea.days, words, now=now)
    elif decision == "accepted" and plea.finding is not None:
        plea.finding.closed_at, plea.finding.closed_reason = now, f"采纳陈述申辩：{words}"[:300]
        move(plea.finding, "decide_objection", by=by, now=now, changes=changes)
        all_ended(row, now=now)
    about = plea.finding.number if plea.finding else label_of(row)
    text = f"{about}的{PLEAS[plea.kind]}：{DECISIONS[decision]}。{words}"
    tell(answering(row), text, link=path_of(row), now=now, clause=CLAUSE)


def _extend(row: Rectification, days: int, words: str, *, now: datetime) -> None:
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInput(f"请填 1 到 {LONGEST_DAYS} 个工作日。", "days")
    running = clocks.open_of(SUBJECT, row.id, OBLIGATION)
    if not running:
        raise RuleViolation("整改情况已经报送，没有在走的期限。", CLAUSE, "请选择不同意，并说明。")
    calendar, reason = load_calendar(), f"同意延期 {days} 个工作日"
    for clock in running:
        clocks.rebase(clock, calendar=calendar, now=now, reason=reason, amount=clock.amount + days)
    for service in row.notice.services:
        for clock in clocks.open_of(SERVICE, service.id):
            clocks.rebase(clock, calendar=calendar, now=now, reason=reason, amount=clock.amount + days)
    row.urged, row.urged_at, row.level = 0, None, 0
