"""Several enterprises on one case (主办、协办): what each of them may see of it. Pure.

All of them see the shared facts (title, content, place, limits), what the regulator did, the consultation and
the combined reply; of the rest an enterprise sees its own assignment, steps, files and findings only.
"""

from __future__ import annotations

from typing import Any

SHARED = frozenset({"register", "consult", "reply", "answer_now", "close", "archive"})
HANDING_OVER = frozenset({"dispatch", "urgent_dispatch"})


def separated(case: Any, by: Any) -> bool:
    """The person belongs to one of several enterprises that the case was assigned to."""
    place = by.organization
    if place is None or place.is_regulator:
        return False
    return bool({a.organization_id for a in case.assignments} - {place.id})


def assignment_visible(assignment: Any, case: Any, by: Any) -> bool:
    """Enterprises see their own assignments."""
    return not separated(case, by) or assignment.organization_id == by.organization_id


def step_visible(step: Any, case: Any, by: Any) -> bool:
    """Whether this step is the person's to see."""
    if not separated(case, by):
        return True
    if step.assignment_id is not None:
        mine = {a.id for a in case.assignments if a.organization_id == by.organization_id}
        return step.assignment_id in mine or step.action in SHARED
    if step.action in SHARED:
        return True
    if step.action in HANDING_OVER:
        return by.organization.name in (step.facts.get("units") or ())
    return step.actor_unit in _open_places(case, by)


def _open_places(case: Any, by: Any) -> set[str]:
    """Names of the organizations whose work on the case is no secret from this enterprise."""
    found = {by.organization.name}
    if case.regulator is not None:
        found.add(case.regulator.name)
    if case.receiving_org.is_regulator:
        found.add(case.receiving_org.name)
    return found


def steps_for(case: Any, by: Any) -> list[Any]:
    """The steps of the case that the person may see, in order."""
    if not separated(case, by):
        return list(case.steps)
    return [step for step in case.steps if step_visible(step, case, by)]


def actor_of(step: Any, case: Any, by: Any) -> str:
    """Who took the step; people of another enterprise are not named."""
    own = not separated(case, by) or step.actor_unit in _open_places(case, by)
    return str(step.actor_name) if own else ""


def file_visible(attachment: Any, case: Any, by: Any) -> bool:
    """A file is shared unless another enterprise added it."""
    if not separated(case, by):
        return True
    step = next((s for s in case.steps if s.id == attachment.step_id), None)
    places = {by.organization_id, case.regulator_id}
    if case.receiving_org.is_regulator:
        places.add(case.receiving_org_id)
    return attachment.added_by.organization_id in places and (step is None or step_visible(step, case, by))


def approval_visible(approval: Any, case: Any, by: Any) -> bool:
    """A request is seen by whoever sees the step with which it was made."""
    if not separated(case, by):
        return True
    return any(
        s.actor_id == approval.requested_by_id and s.at == approval.requested_at for s in steps_for(case, by)
    )


def findings_for(case: Any, by: Any) -> dict[str, Any]:
    """Conclusion, service class and rectification as the person may know them: those of the own enterprise,
    where there are several."""
    names = ("conclusion", "reasonable", "service_class")
    if not separated(case, by):
        return {n: getattr(case, n) for n in (*names, "rectification", "rectification_due_on")}
    own = [s for s in steps_for(case, by) if s.actor_unit == by.organization.name]
    said: dict[str, Any] = next((s.facts for s in reversed(own) if s.action == "verify"), {})
    mended = any(s.action in ("rectify", "complete_rectification") for s in own)
    return {
        "conclusion": said.get("conclusion") or "",
        "reasonable": said.get("reasonable"),
        "service_class": said.get("service_class") or "",
        "rectification": case.rectification if mended else "",
        "rectification_due_on": case.rectification_due_on if mended else None,
    }


def clock_visible(clock: Any, case: Any, by: Any) -> bool:
    """Limits are shared; that of a rectification belongs to the enterprise that planned it."""
    if clock.obligation != "rectification" or not separated(case, by):
        return True
    own = [s for s in steps_for(case, by) if s.actor_unit == by.organization.name]
    return any(s.action == "rectify" for s in own)


def enterprises_of(case: Any) -> list[tuple[int, str, str]]:
    """(id, name, main or assisting) of the enterprises at work, the main ones first."""
    found: dict[int, tuple[str, str]] = {}
    for a in sorted(case.assignments, key=lambda a: (a.kind != "main", a.id)):
        if a.state != "cancelled":
            found.setdefault(a.organization_id, (a.organization.name, a.kind))
    return [(number, name, kind) for number, (name, kind) in found.items()]


def is_main(case: Any, organization_id: int | None) -> bool:
    """Whether this organization is a main one on the case."""
    return any(number == organization_id and kind == "main" for number, _, kind in enterprises_of(case))
