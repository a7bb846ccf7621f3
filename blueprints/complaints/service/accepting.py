"""Between registration and dispatch: information, written text, acceptance, refusal."""

from __future__ import annotations

from blueprints.complaints.service import deadlines
from blueprints.complaints.service.engine import Act, effect
from blueprints.complaints.service.next_step import SUBJECT
from blueprints.complaints.service.progress import record_notice
from blueprints.rulebook.service import pin, pinned
from core import clocks
from core.clock import local_date
from domain.errors import InvalidInput


@effect("request_info")
def request_info(act: Act) -> None:
    """Ask the person for what is missing; a written text has its own date (F4.2). No clock pauses."""
    act.record("missing", "told_how")
    if act.data.get("written"):
        act.case.significant = True
        days = act.ruleset.number("written_text_workdays")
        clause = "F4.2" if act.ruleset.prefix == "F" else ""
        clock = deadlines.start_order(act, "written_text", "补交书面材料", days, clause=clause)
        act.case.written_due_on = clock.due_on
        act.record(due_on=clock.due_on)


@effect("record_info")
def record_info(act: Act) -> None:
    """What came in, and the recorded judgement whether the information is now complete."""
    act.record("text", "received_how", "complete")
    if act.data.get("written"):
        act.case.written_received_at = act.now
        act.record(written="已收到")
        deadlines.stop(act, "written_text")


@effect("waive_written")
def waive_written(act: Act) -> None:
    """A leader lets formal acceptance go ahead without the written text."""
    if len(str(act.data.get("reason") or "").strip()) < 5:
        raise InvalidInput("请写明免于书面材料的理由（不少于 5 个字）。", "reason")
    act.record("reason")
    act.case.written_waived = True
    deadlines.void(act, "written_text")


@effect("accept")
def accept(act: Act) -> None:
    """Formal acceptance: the ruleset version in force now stays with the case."""
    case = act.case
    version = pin(case.enterprise, act.now)
    case.ruleset_version_id, act.ruleset = version.id, pinned(version.id)
    case.accepted_at = act.now
    case.nature = str(act.data.get("nature") or "internal")
    case.significant = bool(act.data.get("significant", case.significant))
    if act.data.get("first_contact"):
        case.first_contact = act.data["first_contact"]
    _judge_complexity(act)
    act.record(nature=case.nature, significant=case.significant, level=str(case.level))
    deadlines.stop(act, "acceptance")
    record_notice(act, "progress_accepted")


def _judge_complexity(act: Act) -> None:
    """A complex case has the longer limit where the law gives one (渝天然气条例 54)."""
    wanted = bool(act.data.get("complex", act.case.complex))
    if wanted == act.case.complex:
        return
    act.case.complex = wanted
    act.record(complex=wanted)
    for law in deadlines.laws_of(act.case.enterprise):
        for clock in clocks.open_of(SUBJECT, act.case.id, law.obligation):
            if clock.name == deadlines.law_name(law) and law.complex_amount:
                amount = law.complex_amount if wanted else law.amount
                reason = "认定为情况复杂" if wanted else "不再认定为情况复杂"
                clocks.rebase(clock, calendar=act.calendar, now=act.now, reason=reason, amount=amount)


@effect("decline")
def decline(act: Act) -> None:
    """Not accepted: the reason in plain words, and how and when the person was told (F3.4.2)."""
    act.record("reason", "told_how", "told_at")
    if act.data["told_at"] is not None and local_date(act.data["told_at"]) > local_date(act.now):
        raise InvalidInput("告知时间不能晚于现在。", "told_at")
    deadlines.stop(act, "acceptance")
    deadlines.void_own(act)
