"""Conditions of the steps. A guard is on where the ruleset lists it, and refuses with that row's words and
clause. Each function answers True when its condition is met; no Flask, no database."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blueprints.complaints import facts
from blueprints.complaints.relations import relayed
from domain.errors import RuleViolation
from domain.roles import ENTERPRISE_ROLES, REGULATOR_ROLES, Role
from domain.rulesets import Ruleset

LEADERS = frozenset({Role.ENTERPRISE_LEADER, Role.REGULATOR_LEADER})
CENTRES = frozenset({Role.DISPATCHER, Role.REGULATOR_CLERK, Role.REGULATOR_SUPERVISOR})
CLOSERS = {"leader": LEADERS, "dispatch_center": LEADERS | CENTRES}


@dataclass(frozen=True)
class Attempt:
    """Somebody trying a step: the case as it stands, what was filled in, who and when."""

    case: Any
    data: Mapping[str, Any]
    by: Any
    ruleset: Ruleset
    now: datetime

    def value(self, name: str) -> Any:
        """What was filled in, or what the case already says."""
        given = self.data.get(name)
        return getattr(self.case, name, None) if given is None else given

    def text(self, name: str) -> str:
        """The same as trimmed text."""
        return str(self.value(name) or "").strip()


Guard = Callable[[Attempt], bool]
GUARDS: dict[str, Guard] = {}
STANDING: set[str] = set()


def guard(function: Guard) -> Guard:
    """A condition on what is filled in; known under the function's name."""
    GUARDS[function.__name__] = function
    return function


def standing(function: Guard) -> Guard:
    """A condition on the case alone, so that a page can tell beforehand why a step is not open yet."""
    STANDING.add(function.__name__)
    return guard(function)


@standing
def channel_in_force(a: Attempt) -> bool:
    return a.ruleset.channel(a.case.channel).active


@standing
def category_given(a: Attempt) -> bool:
    return a.case.category in {c.code for c in a.ruleset.categories}


@guard
def receipt_time_valid(a: Attempt) -> bool:
    late = (a.case.registered_at - a.case.received_at).total_seconds() > 24 * 3600
    return a.case.received_at <= a.now and (not late or bool(a.case.late_entry_reason.strip()))


@guard
def first_contact_noted(a: Attempt) -> bool:
    return bool(a.text("first_contact"))


@guard
def nature_decided(a: Attempt) -> bool:
    return a.text("nature") in facts.NATURES


@guard
def written_text_for_significant(a: Attempt) -> bool:
    return not a.value("significant") or a.case.written_received_at is not None or a.case.written_waived


@guard
def decline_reason_told(a: Attempt) -> bool:
    return len(a.text("reason")) >= 5 and bool(a.text("told_how")) and a.data.get("told_at") is not None


@guard
def unit_named(a: Attempt) -> bool:
    return bool(a.data.get("units")) and bool(a.text("requirement"))


@guard
def investigator_named(a: Attempt) -> bool:
    return bool(a.data.get("investigator_id"))


@guard
def findings_complete(a: Attempt) -> bool:
    judged = a.data.get("conclusion") in facts.CONCLUSIONS and a.data.get("reasonable") is not None
    return judged and bool(a.text("findings")) and bool(a.text("evidence"))


@guard
def service_class_given(a: Attempt) -> bool:
    return a.case.category != "service" or a.data.get("service_class") in facts.SERVICE_CLASSES


@standing
def misconduct_reported(a: Attempt) -> bool:
    return a.case.service_class != "misconduct" or facts.done(a.case, "report_misconduct")


@standing
def lapse_corrected(a: Attempt) -> bool:
    return a.case.service_class != "lapse" or facts.done(a.case, "correct_lapse")


@standing
def misunderstanding_explained(a: Attempt) -> bool:
    return a.case.service_class != "misunderstanding" or a.case.anonymous or facts.done(a.case, "explain")


@standing
def rectification_planned(a: Attempt) -> bool:
    corrected = facts.done(a.case, "correct_lapse")
    return not facts.found(a.case) or corrected or a.case.rectification in ("planned", "completed")


@standing
def rectification_done(a: Attempt) -> bool:
    corrected = facts.done(a.case, "correct_lapse") and a.case.rectification == ""
    return not facts.found(a.case) or corrected or a.case.rectification == "completed"


@standing
def leader_instructed(a: Attempt) -> bool:
    return facts.done(a.case, "instruct")


@guard
def reply_date_within_cap(a: Attempt) -> bool:
    promised = a.data.get("reply_promised_on")
    return not a.data.get("reply_needed") or promised is not None


@guard
def adoption_told(a: Attempt) -> bool:
    return "采纳" in a.text("text")


@guard
def reply_substantial(a: Attempt) -> bool:
    minimum = a.ruleset.number("reply_min_length")
    told = bool(a.text("way")) and a.data.get("told_at") is not None and a.data["told_at"] <= a.now
    return told and not facts.is_empty_reply(a.text("text"), minimum)


@guard
def promise_within_authority(a: Attempt) -> bool:
    promises = a.data.get("promises") or []
    return all(any(a.ruleset.may_promise(r.value, p) for r in a.by.roles) for p in promises)


@standing
def replier_competent(a: Attempt) -> bool:
    side = REGULATOR_ROLES if a.case.nature == "industry" or relayed(a.case) else ENTERPRISE_ROLES
    return bool(a.by.roles & side) or not a.case.handed_over


@standing
def liability_settled(a: Attempt) -> bool:
    return not facts.joint(a.case) or facts.done(a.case, "consult")


@standing
def report_before_review(a: Attempt) -> bool:
    return not facts.owes_report(a.case)


@guard
def report_complete(a: Attempt) -> bool:
    return bool(a.text("verification")) and (not facts.found(a.case) or bool(a.text("rectification_result")))


@guard
def review_reason(a: Attempt) -> bool:
    return len(a.text("reason")) >= 5 and bool(a.data.get("workdays"))


@standing
def progress_told(a: Attempt) -> bool:
    return not facts.reachable(a.case) or facts.done(a.case, "progress_notice")


@standing
def apology_made(a: Attempt) -> bool:
    unknown = a.case.anonymous or relayed(a.case)
    owed = facts.found(a.case) and bool(a.case.reasonable) and not unknown
    return not owed or facts.done(a.case, "apologise")


@guard
def apology_by_leader(a: Attempt) -> bool:
    return bool(a.by.roles & LEADERS) and bool(a.data.get("in_person"))


@standing
def talks_enough(a: Attempt) -> bool:
    return bool(a.case.talks >= a.ruleset.number("talks_before_shelving"))


@guard
def judgement_recorded(a: Attempt) -> bool:
    triggers = {t.code: t for t in a.ruleset.level_triggers}
    trigger = triggers.get(a.text("trigger"))
    if trigger is None or not trigger.needs_judgement:
        return True
    return bool(a.data.get("judged_by_id")) and bool(a.text("judgement"))


@guard
def level_only_rises(a: Attempt) -> bool:
    triggers = {t.code: t for t in a.ruleset.level_triggers}
    trigger = triggers.get(a.text("trigger"))
    return trigger is not None and trigger.level < a.case.level and bool(a.text("reason"))


@standing
def department_answer_given(a: Attempt) -> bool:
    return facts.done(a.case, "give_answer")


@standing
def closing_right(a: Attempt) -> bool:
    holder = a.ruleset.text(f"closing_right_level_{a.case.level}")
    return holder not in CLOSERS or bool(a.by.roles & CLOSERS[holder])


@standing
def callback_done(a: Attempt) -> bool:
    return not facts.callback_due(a.case, a.ruleset)


@standing
def extension_allowed(a: Attempt) -> bool:
    return a.ruleset.flag("extension_allowed")


@standing
def suspension_allowed(a: Attempt) -> bool:
    return a.ruleset.flag("suspension_allowed")


@guard
def first_receiver_kept(a: Attempt) -> bool:
    return "first_receiver_id" not in a.data


def refusal(name: str, attempt: Attempt) -> RuleViolation | None:
    """Why this guard refuses, or None: it passes, or the ruleset does not ask for it."""
    row = attempt.ruleset.guard(name)
    if row is None or GUARDS[name](attempt):
        return None
    return RuleViolation(row.message, row.clause)


def first_refusal(
    names: tuple[str, ...], attempt: Attempt, *, only_standing: bool = False
) -> RuleViolation | None:
    """The first refusal among these guards, in order; with `only_standing` without looking at the form."""
    for name in names:
        if only_standing and name not in STANDING:
            continue
        refused = refusal(name, attempt)
        if refused is not None:
            return refused
    return None
