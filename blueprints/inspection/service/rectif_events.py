"""What follows from the notices engine and from clocks: served, voided, given up, moved (F5.3)."""

from __future__ import annotations

from datetime import datetime

from blueprints.accounts.queries import people_with_role
from blueprints.inspection.models import Finding, Recheck, Rectification
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.service.finding_moves import CLAUSE, label_of, log, move
from blueprints.inspection.workflow import KINDS, OWED, roles_with
from blueprints.notices.events import NoticeDiscarded, NoticeServed, NoticeVoided
from blueprints.notices.models import NoticeService
from blueprints.notices.service.serving import effective
from core import audit, clocks
from core.calendar_store import load_calendar
from core.clock import local_date
from core.clocks import Clock, ClockMoved, Limit
from core.db import db
from core.inbox import tell
from core.wording import date_words
from domain.deadlines import Unit
from domain.errors import RuleViolation
from domain.roles import Permission

SUBJECT, OBLIGATION = "rectification", "rectify"
USUAL_DAYS = 10


def path_of(row: Rectification) -> str:
    """Where a rectification is worked on."""
    return f"/rectifications/{row.id}"


def answering(row: Rectification) -> list[int]:
    """Who of the enterprise answers."""
    people = people_with_role(row.enterprise_id, *roles_with(Permission.FINDING_ANSWER))
    return [person.id for person in people]


def deciding(row: Rectification) -> list[int]:
    """Who of the regulator decides."""
    people = people_with_role(row.organization_id, *roles_with(Permission.FINDING_DECIDE))
    return [person.id for person in people]


def begin_clock(row: Rectification, days: int, since: datetime, why: str) -> Clock:
    """Start the limit and repeat it on the rectification."""
    limit = Limit(OBLIGATION, why, days, Unit.WORKDAY, "order", clause=CLAUSE, basis=row.notice.number_text)
    clock = clocks.start(SUBJECT, row.id, limit, since=since, calendar=load_calendar())
    row.due_on, row.due_at = clock.due_on, clock.due_at
    return clock


def on_served(event: NoticeServed) -> None:
    """The enterprise has the notice: the limit runs; or it has the opinion of the recheck: what is put right
    is closed."""
    row = queries.of_notice(event.notice.id)
    if row is not None and row.state == "drafted" and _reached(row, event.service):
        _served(row, event)
    recheck = queries.recheck_of_notice(event.notice.id)
    if recheck is not None and recheck.rectification.state == "recheck":
        conclude(recheck, by=event.by, now=event.now)


def _reached(row: Rectification, service: NoticeService) -> bool:
    if len(row.notice.services) == 1:
        return True
    return service.organization_id == row.enterprise_id or service.addressee == row.enterprise.name


def _served(row: Rectification, event: NoticeServed) -> None:
    since = effective(event.service.method, event.service.served_at or event.now)
    row.served_on = local_date(since)
    clock = begin_clock(row, event.notice.answer_within or USUAL_DAYS, since, "整改")
    changes = {"due_on": [None, clock.due_on.isoformat()]}
    move(row, "serve", by=event.by, now=event.now, changes=changes)
    for one in row.findings:
        move(one, "serve", by=audit.SYSTEM, now=event.now)
    text = f"{row.organization.name}送达{label_of(row)}，请在{date_words(clock.due_on)}前完成整改并报送。"
    tell(answering(row), text, link=path_of(row), now=event.now, clause=CLAUSE)


def conclude(recheck: Recheck, *, by: audit.Actor, now: datetime) -> None:
    """The opinion is served: findings that are fixed are closed; the rectification too once none is left."""
    row = recheck.rectification
    for one in row.findings:
        if recheck.results.get(str(one.id), {}).get("verdict") == "fixed" and one.state == "recheck":
            number = recheck.notice.number_text if recheck.notice else ""
            close(one, f"复查已整改（{number}）", by=by, now=now)
    left = [one for one in row.findings if one.state not in ("closed", "withdrawn")]
    if not left:
        row.closed_at = now
        move(row, "conclude", by=audit.SYSTEM, now=now)
        clocks.void(SUBJECT, row.id, at=now)
    else:
        log(row, "conclude", {"left": [None, len(left)]}, by=by, now=now)
    words = "已全部整改，予以办结" if not left else f"还有 {len(left)} 个问题没有整改到位"
    tell(answering(row), f"{label_of(row)}复查意见：{words}。", link=path_of(row), now=now, clause=CLAUSE)


def close(one: Finding, reason: str, *, by: audit.Actor, now: datetime) -> None:
    """销号."""
    one.closed_at, one.closed_reason = now, reason[:300]
    move(one, "close", by=by, now=now, changes={"reason": [None, reason]})


def on_voided(event: NoticeVoided) -> None:
    """A notice that no longer holds: its findings are open again; a voided opinion is drafted anew."""
    _undone("void", event.notice.id, event.reason, event.by, event.now)


def on_discarded(event: NoticeDiscarded) -> None:
    """A draft that was given up: as if it had never been."""
    _undone("discard", event.notice.id, "", event.by, event.now)


def _undone(action: str, notice_id: int, reason: str, by: audit.Actor, now: datetime) -> None:
    recheck = queries.recheck_of_notice(notice_id)
    if recheck is not None:
        _reopen_recheck(recheck, by, now)
    row = queries.of_notice(notice_id)
    if row is None or row.state == "void":
        return
    if queries.following(row):
        text = "已经有第二次通知书，第一次的不能作废。"
        raise RuleViolation(text, CLAUSE, "请先作废第二次通知书。")
    for one in row.findings:
        if one.state == "withdrawn":
            continue
        one.closed_at, one.closed_reason, one.level = None, "", 0
        if row.previous_id is not None:
            one.rectification_id, one.state = row.previous_id, "recheck"
            log(one, "reopen", {"reason": [None, reason]}, by=by, now=now)
        else:
            one.rectification_id = None
            move(one, "reopen", by=audit.SYSTEM, now=now, changes={"reason": [None, reason]})
    was_served = row.served_on is not None
    clocks.void(SUBJECT, row.id, at=now)
    row.due_on = row.due_at = row.closed_at = None
    move(row, action, by=audit.SYSTEM, now=now, changes={"reason": [None, reason]})
    _free_decision(row)
    if was_served:
        text = f"{KINDS[row.kind]}（{label_of(row)}）已作废：{reason}"
        tell(answering(row), text, link="/rectifications", now=now, clause=CLAUSE)


def _free_decision(row: Rectification) -> None:
    """The decision for a second notice waits for another draft."""
    if row.previous_id is None:
        return
    for one in queries.escalations_of(row.previous_id):
        if one.notice_id == row.notice_id:
            one.notice_id = None


def _reopen_recheck(recheck: Recheck, by: audit.Actor, now: datetime) -> None:
    """The opinion falls away: what it closed waits for the new one."""
    row = recheck.rectification
    served = recheck.notice is not None and any(s.served_at for s in recheck.notice.services)
    recheck.notice_id = None
    if not served:
        return
    if row.state == "escalated":
        raise RuleViolation("已经按这份复查意见升级处理，不能作废。", CLAUSE, "请先办完升级处理。")
    for one in row.findings:
        if one.state == "closed" and recheck.results.get(str(one.id), {}).get("verdict") == "fixed":
            one.state, one.closed_at, one.closed_reason = "recheck", None, ""
            log(one, "reopen", {"state": ["closed", "recheck"]}, by=by, now=now)
    if row.state == "closed":
        row.state, row.closed_at = "recheck", None
        log(row, "reopen", {"state": ["closed", "recheck"]}, by=by, now=now)


def on_clock_moved(event: ClockMoved) -> None:
    """The day moved, by a change of the calendar or an extension: repeat it, tell the enterprise."""
    if event.clock.subject_type != SUBJECT:
        return
    row = db.session.get_one(Rectification, event.clock.subject_id)
    row.due_on, row.due_at = event.clock.due_on, event.clock.due_at
    old, new = date_words(event.old_due_on), date_words(event.clock.due_on)
    text = f"{label_of(row)}的整改期限由{old}改为{new}：{event.reason}。"
    tell(answering(row), text, link=path_of(row), now=event.now, clause=CLAUSE)


def all_ended(row: Rectification, *, now: datetime) -> bool:
    """Close the rectification where an accepted objection left nothing to do; returns whether it did."""
    if any(one.state not in ("closed", "withdrawn") for one in row.findings):
        return False
    row.closed_at = now
    clocks.void(SUBJECT, row.id, at=now)
    move(row, "close", by=audit.SYSTEM, now=now)
    return True


def owed(row: Rectification) -> list[Finding]:
    """Findings whose measures the enterprise still owes."""
    return [one for one in row.findings if one.state in OWED]
