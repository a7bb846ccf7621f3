"""Duplicates and follow-ups: linked, merged and unmerged; surges of like cases; answers in bulk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm.exc import StaleDataError

from blueprints.accounts.models import User
from blueprints.complaints.models import Case, CaseLink
from blueprints.complaints.queries import case_by_number
from blueprints.complaints.service import deadlines
from blueprints.complaints.service.engine import Act, effect, perform
from blueprints.complaints.workflow import State
from blueprints.rulebook.service import pinned
from core.db import db
from domain.errors import InvalidInput, RuleViolation
from domain.workdays import Calendar

KEPT = "（保密件）"
OVERTAKEN = "别人刚刚办理了本件，请打开看过再办。"


def _other(act: Act) -> Case:
    other = case_by_number(str(act.data.get("other") or "").strip(), act.by)
    if other is None or other.id == act.case.id:
        raise InvalidInput("没有找到这个编号的诉求件，或它就是本件。", "other")
    return other


def _link(act: Act, other: Case, kind: str) -> None:
    db.session.add(CaseLink(case_id=act.case.id, other_id=other.id, kind=kind, made_at=act.now))
    unequal = other.confidential and not act.case.confidential
    act.record("reason", other=KEPT if unequal else other.number, kind=kind)


@effect("link_duplicate")
def link_duplicate(act: Act) -> None:
    """Link as duplicate or follow-up; both cases go their own way and each person gets an answer."""
    kind = act.data.get("kind")
    if kind not in ("duplicate", "follow_up"):
        raise InvalidInput("请选择重复或后续。", "kind")
    _link(act, _other(act), kind)


@effect("merge")
def merge(act: Act) -> None:
    """Handled together with another case; can be undone, and its person is still answered."""
    other = _other(act)
    if (
        other.state in (State.MERGED, State.DECLINED, State.WITHDRAWN)
        or other.enterprise_id != act.case.enterprise_id
    ):
        raise InvalidInput("只能并入同一被诉单位的在办或已答复的诉求件。", "other")
    if other.confidential != act.case.confidential:
        why = "保密件不能和别的件并案，并在一起会让被诉单位知道是谁反映的。"
        raise RuleViolation(why, None, "请分别办理、分别答复；需要对照的，可以标为重复或后续。")
    act.case.merged_into_id, act.case.state_before_merge = other.id, act.case.state
    _link(act, other, "merged")
    deadlines.stop(act, "acceptance")
    deadlines.void(act)


@effect("unmerge")
def unmerge(act: Act) -> None:
    """Undo a merge: the case goes back to where it was, its limits run from the receipt again."""
    act.record("reason")
    for link in db.session.query(CaseLink).filter_by(case_id=act.case.id, kind="merged", undone_at=None):
        link.undone_at = act.now
    act.target = State(act.case.state_before_merge or State.REGISTERED)
    act.case.merged_into_id, act.case.state_before_merge = None, ""
    deadlines.start_receipt_clocks(act.case, pinned(act.case.ruleset_version_id), act.calendar)
    if act.case.accepted_at is not None:
        deadlines.stop(act, "acceptance", at=act.case.accepted_at)


@dataclass(frozen=True)
class BulkResult:
    """What came of one case in a bulk step."""

    number: str
    done: bool
    message: str
    clause: str | None = None
    case_id: int = 0
    refusal: RuleViolation | InvalidInput | None = None


def perform_each(
    cases: Iterable[Case],
    action: str,
    data: Mapping[str, Any] | Callable[[Case], Mapping[str, Any]],
    *,
    by: User,
    now: datetime,
    calendar: Calendar,
) -> list[BulkResult]:
    """The same step on many cases, each recorded on its own; a refusal leaves that case as it was. `data` may
    depend on the case."""
    results = []
    for case in cases:
        case_id, number = case.id, case.number
        try:
            with db.session.begin_nested():
                given = data(case) if callable(data) else data
                perform(case, action, given, by=by, now=now, calendar=calendar)
            results.append(BulkResult(number, True, "已办", case_id=case_id))
        except RuleViolation as refused:
            results.append(BulkResult(number, False, refused.message, refused.clause, case_id, refused))
        except InvalidInput as refused:
            results.append(BulkResult(number, False, refused.message, case_id=case_id, refusal=refused))
        except StaleDataError:
            results.append(BulkResult(number, False, OVERTAKEN, case_id=case_id))
    return results
