"""The form of one step for many cases: that of the step, without what belongs to a single case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from wtforms.validators import DataRequired

from blueprints.accounts.queries import departments_of, supervised_by
from blueprints.complaints.forms import ACTION_FORMS, ActionForm, Desk
from blueprints.complaints.forms.receiving import UnitsForm
from blueprints.complaints.models import Case

ONE_CASE_ONLY = ("files", "notice_way", "notice_text")
EACH_OWN = "own"
TEMPLATE_HELP = "留空则逐件按模板写明受理编号、责任单位和办结期限。"
RETENTION_HELP = "不选则逐件按级别取本单位设定的保管期限。"
Values = Callable[[Case], dict[str, Any]]


def bulk_form(action: str, desk: Desk) -> ActionForm:
    """The form of `action` as sent, or empty but for what holds for every case; `desk` is of any case."""
    form = ACTION_FORMS[action].at(desk)
    for name in ONE_CASE_ONLY:
        if name in form:
            del form[name]
    if isinstance(form, UnitsForm):
        form.units.choices = _units(desk)
    if action == "progress_notice":
        form["text"].validators = [v for v in form["text"].validators if not isinstance(v, DataRequired)]
        form["text"].flags.required = False
        form["text"].description = TEMPLATE_HELP
    if action == "archive":
        form["retention"].description = RETENTION_HELP
    if request.method != "POST":
        for name, value in _usual(action, desk).items():
            form[name].data = value
    return form


def _units(desk: Desk) -> list[tuple[str, str]]:
    """Units that this person may name, whether a case has been with them or not."""
    organization = desk.by.organization
    if organization is None:
        return []
    if organization.is_regulator:
        enterprises = [(f"org:{e.id}", e.name) for e in supervised_by(organization)]
        return [(EACH_OWN, "各件的被诉单位"), *enterprises]
    return [(f"dep:{d.id}", d.name) for d in departments_of(organization.id)]


def _usual(action: str, desk: Desk) -> dict[str, Any]:
    """What the form begins with: nothing that is true of one case only."""
    match action:
        case "urge":
            return {"reason": "请抓紧办理。"}
        case "progress_notice":
            return {"text": ""}
        case "dispatch":
            return {"units": [EACH_OWN] if desk.regulator else [], "due_on": None}
        case "assign":
            return {"units": [], "due_on": None, "requirement": "请核实情况，提出处理意见。"}
        case "archive":
            return {"retention": None}
    return {}


def values_of(form: ActionForm, action: str, desk_of: Callable[[Case], Desk]) -> Values:
    """What the service takes for each case."""
    given = form.values()

    def values(case: Case) -> dict[str, Any]:
        own = dict(given)
        if "units" in own:
            mine = f"org:{case.enterprise_id}"
            own["units"] = list(dict.fromkeys(mine if u == EACH_OWN else u for u in own["units"] or []))
        if action == "progress_notice" and not own.get("text"):
            own |= ACTION_FORMS[action].known(desk_of(case))
        return own

    return values
