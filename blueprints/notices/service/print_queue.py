"""打印排队: notices that wait to be printed on paper, printed together, marked as printed or cancelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from blueprints.accounts.models import User
from blueprints.notices.models import Notice, PrintJob
from blueprints.notices.service import printing
from blueprints.notices.service.engine import subject_of
from blueprints.notices.workflow import GIVEN_OUT, STATE_NAMES
from core import audit
from core.db import db
from core.locks import lock_name
from domain.errors import InvalidInput, RuleViolation

QUEUED, PRINTED, CANCELLED = "queued", "printed", "cancelled"
STATES = {QUEUED: "等待打印", PRINTED: "已打印", CANCELLED: "已取消"}
TONES = {QUEUED: "wait", PRINTED: "done", CANCELLED: "stopped"}
AT_ONCE = 20
SHORTEST_REASON = 5


def add(notice: Notice, copies: int, remark: str, *, by: User, now: datetime) -> PrintJob:
    """Put an issued notice in the queue. Errors: RuleViolation, also where it waits already."""
    if notice.state not in GIVEN_OUT or notice.pdf_sha256 is None:
        state = STATE_NAMES[notice.state]
        raise RuleViolation(f"这份文书现在是“{state}”，没有可以打印的文件。", None, "请先编号印制。")
    lock_name(f"print_job:{notice.id}")
    waits = select(PrintJob).where(PrintJob.notice_id == notice.id, PrintJob.state == QUEUED)
    if db.session.scalar(waits) is not None:
        raise RuleViolation("这份文书已经在排队等待打印。", None, "请看打印排队。")
    job = PrintJob(
        organization_id=notice.organization_id,
        notice_id=notice.id,
        copies=copies,
        remark=remark[:300],
        queued_by_id=by.id,
        queued_at=now,
        state=QUEUED,
    )
    db.session.add(job)
    db.session.flush()
    changes = {"copies": [None, copies]}
    audit.record("notice.print_queued", subject=subject_of(notice), by=by, now=now, changes=changes)
    return job


def waiting(organization_id: int, ids: Sequence[int] | None = None) -> list[PrintJob]:
    """Jobs that wait, the oldest first (of these `ids` only); those of a voided notice among them."""
    rows = select(PrintJob).where(PrintJob.organization_id == organization_id, PrintJob.state == QUEUED)
    if ids is not None:
        rows = rows.where(PrintJob.id.in_(list(ids)))
    rows = rows.options(joinedload(PrintJob.notice), joinedload(PrintJob.queued_by))
    return list(db.session.scalars(rows.order_by(PrintJob.id)))


def next_batch(jobs: Sequence[PrintJob]) -> list[PrintJob]:
    """Those of the waiting that are printed in one go: at most AT_ONCE, none of a voided notice."""
    return [job for job in jobs if job.notice.voided_at is None][:AT_ONCE]


def together(jobs: Sequence[PrintJob]) -> bytes:
    """One PDF of all copies of these jobs, ready for both sides. Errors: RuleViolation for damaged bytes."""
    parts: list[bytes] = []
    for job in jobs:
        if job.notice.pdf_sha256:
            parts += [printing.stored(job.notice.pdf_sha256)] * job.copies
    return printing.merged(parts, duplex=True)


def mark_printed(jobs: Sequence[PrintJob], *, by: User, now: datetime) -> int:
    """They lie on paper now; returns how many. Errors: RuleViolation when none of them waits any more."""
    found = next_batch(jobs)
    if not found:
        raise RuleViolation("没有等待打印的文书。", None, "请刷新后再看。")
    for job in found:
        job.state, job.printed_by_id, job.printed_at = PRINTED, by.id, now
        changes = {"copies": [None, job.copies]}
        audit.record("notice.print_done", subject=subject_of(job.notice), by=by, now=now, changes=changes)
    return len(found)


def cancel(job: PrintJob, reason: str, *, by: User, now: datetime) -> None:
    """Take it out of the queue. Errors: InvalidInput without a reason, RuleViolation once it is printed."""
    if job.state != QUEUED:
        raise RuleViolation(f"这一项{STATES[job.state]}，不能取消。", None, "请刷新后再看。")
    if len(reason.strip()) < SHORTEST_REASON:
        raise InvalidInput(f"请写明取消的理由（不少于 {SHORTEST_REASON} 个字）。", "reason")
    job.state, job.remark = CANCELLED, reason.strip()[:300]
    changes = {"reason": [None, job.remark]}
    audit.record("notice.print_cancelled", subject=subject_of(job.notice), by=by, now=now, changes=changes)
