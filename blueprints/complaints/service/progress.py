"""Progress notices to the person (Q1.3): prepared from templates, recorded with way and time."""

from __future__ import annotations

from blueprints.complaints.models import Case, CaseStep
from blueprints.complaints.people import representative
from blueprints.complaints.service.engine import Act, effect
from core import clocks
from core.clock import local_date
from core.wording import day_words
from domain.rulesets import Ruleset


def prepared_text(case: Case, ruleset: Ruleset, template: str, **given: str) -> str:
    """A notice filled with what the system knows and what is `given` (reply, reason, missing …)."""
    units = "、".join(dict.fromkeys(a.unit_name for a in case.open_assignments)) or case.enterprise.name
    values = {
        "complainant": _named(case),
        "case_number": case.number,
        "received": day_words(local_date(case.received_at)),
        "unit": units,
        "due": _promised_day(case),
        "until": day_words(case.written_due_on) if case.written_due_on else "",
        "phone": case.receiving_org.hotline,
    }
    return ruleset.template(template).fill(values | given)


def _named(case: Case) -> str:
    """Whom a notice speaks to: the representative of a group."""
    person = representative(case.complainants)
    return person.name if person else ""


def _promised_day(case: Case) -> str:
    """When the person may expect the answer: the strictest completion limit, not the next step's."""
    running = clocks.open_of("case", case.id, "completion")
    return day_words(running[0].due_on) if running else ""


def record_notice(act: Act, template: str) -> None:
    """Record the notice that goes with a step, where its form says how the person was told."""
    way = act.data.get("notice_way")
    if not way:
        return
    text = act.data.get("notice_text") or prepared_text(act.case, act.ruleset, template)
    add_notice(act, str(way), str(text))


def add_notice(act: Act, way: str, text: str) -> None:
    """One progress notice as a step of its own."""
    row = act.ruleset.action("progress_notice")
    act.case.steps.append(
        CaseStep(
            case_id=act.case.id, action="progress_notice", name=row.name, clause=row.clause or "",
            state_before=act.case.state, state_after=act.case.state, actor_id=act.by.id,
            actor_name=act.by.name, actor_unit=act.by.audit_organization, actor_role="", at=act.now,
            facts={"way": way, "text": text},
        )
    )  # fmt: skip


@effect("progress_notice")
def progress_notice(act: Act) -> None:
    """A notice of its own."""
    act.record("way", "text")
