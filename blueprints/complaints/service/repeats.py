"""Not handled once more (不再重复办理): the same person with the same matter and nothing new."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from blueprints.complaints import facts
from blueprints.complaints.models import Case, CaseLink
from blueprints.complaints.people import present
from blueprints.complaints.queries import case_by_number
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.linking import KEPT
from blueprints.complaints.service.overlays import decide_approval, request_approval
from blueprints.complaints.service.reviewing import NO_MORE
from blueprints.complaints.workflow import State
from core.db import db
from domain.errors import InvalidInput, RuleViolation

OVER = frozenset({State.CLOSED.value, State.ARCHIVED.value})


def same_person(one: Case, other: Case) -> bool:
    """Somebody complains in both, known by phone or account number."""

    def marks(case: Case) -> set[str]:
        return {m for p in present(case.complainants) for m in (p.phone, p.account_number) if m}

    return bool(marks(one) & marks(other))


@effect("request_no_more")
def request_no_more(act: Act) -> None:
    """Which earlier case was the same, why, and that nothing is new; a leader decides."""
    earlier = case_by_number(str(act.data.get("other") or "").strip(), act.by)
    if earlier is None or earlier.id == act.case.id or earlier.enterprise_id != act.case.enterprise_id:
        raise InvalidInput("没有找到同一被诉单位的这件诉求。", "other")
    if earlier.state not in OVER:
        raise InvalidInput("先前那件还没有办结，请并案或标为重复。", "other")
    if not same_person(act.case, earlier):
        raise InvalidInput("两件的诉求人电话、户号都不相同，不是同一诉求人。", "other")
    if not act.data.get("nothing_new"):
        why = "有新的事实或证据的，不能按重复处理。"
        raise RuleViolation(why, None, "请照常办理本件；确认没有新的事实和证据的，请勾选确认。")
    act.record(other=KEPT if earlier.confidential and not act.case.confidential else earlier.number)
    request_approval(act, NO_MORE)
    act.record("nothing_new")
    link = CaseLink(case_id=act.case.id, other_id=earlier.id, kind="follow_up", made_at=act.now)
    db.session.add(link)


@effect("decide_no_more")
def decide_no_more(act: Act) -> None:
    """A leader agrees or not; the case is closed only when the person has been told."""
    decide_approval(act, NO_MORE)


@effect("tell_no_more")
def tell_no_more(act: Act) -> None:
    """The person is told why, and that new evidence reopens it; this closes the case."""
    if not facts.no_more_approved(act.case):
        raise RuleViolation("领导还没有批准不再重复办理。", None, "请先申请，由领导审批后再告知。")
    told_at: Any = act.data.get("told_at")
    if not act.data.get("way") or not isinstance(told_at, datetime) or told_at > act.now:
        raise InvalidInput("请写明怎样告知、什么时候告知。", "way")
    decided = max(a.decided_at for a in act.case.approvals if a.kind == NO_MORE and a.decided_at)
    if told_at < decided.replace(second=0, microsecond=0):
        raise InvalidInput("领导批准以后才能告知。", "told_at")
    if len(str(act.data.get("text") or "").strip()) < 10:
        raise InvalidInput("请写明告知内容：为什么不再重复办理，有新证据怎样提出。", "text")
    act.record("text", "way", "told_at")
    case = act.case
    case.ended_how, case.closed_at, case.completed_at = NO_MORE, act.now, told_at
    case.supervision_proposed = ""
    deadlines.void(act)
    deadlines.start_limit(act, "archive")
