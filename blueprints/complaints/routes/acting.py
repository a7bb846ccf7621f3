"""One step on a case: its form in place, the step itself, and every way in which it can be refused."""

from __future__ import annotations

from datetime import datetime

from flask import Response, abort, flash, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from blueprints.complaints.forms import ACTION_FORMS, ActionForm, Desk
from blueprints.complaints.models import Case, CaseStep
from blueprints.complaints.queries_access import may_see
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.case import case_response, opened_form
from blueprints.complaints.routes.desk import CASE, case_or_404, me, show_refusal
from blueprints.complaints.service import options, perform
from blueprints.complaints.service.attaching import attach
from blueprints.complaints.workflow import STATE_NAMES
from blueprints.knowledge.service.using import record_uses, versions_named
from blueprints.knowledge.service.writing import Subject
from blueprints.rulebook.service import pinned
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import db, transaction
from core.htmx import redirect_to
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation


@blueprint.route(f"{CASE}/do/<action>", methods=["GET", "POST"])
@requires(Permission.CASE_ACT)
@once
def act(case_id: int, action: str) -> Response:
    """The form of a step (GET), or the step (POST). A refusal keeps what was typed."""
    if action not in ACTION_FORMS:
        abort(404)
    case = case_or_404(case_id)
    rules = pinned(case.ruleset_version_id)
    if request.method != "POST":
        return _open(case, action)
    if not rules.has_action(action):
        _carry_out(case, action, {}, [])
    form = ACTION_FORMS[action].at(Desk(case, me(), rules, clock.now()))
    if form.only_asks:
        return case_response(case, opened=opened_form(case, action, form, rules))
    if form.stale(case):
        return _stale(case, action, form)
    if not form.validate():
        return case_response(case, status=422, opened=opened_form(case, action, form, rules))
    return _step(case, action, form)


def _open(case: Case, action: str) -> Response:
    """The form, or why there is none for this person now."""
    rules = pinned(case.ruleset_version_id)
    if not rules.has_action(action):
        raise RuleViolation(f"{rules.title}没有规定这一步。", None, "请看页面上方的下一步。")
    option = next((o for o in options(case, me(), now=clock.now()) if o.action == action), None)
    if option is None:
        row, state = rules.action(action), STATE_NAMES[case.state]
        why = f"本件现在是“{state}”，“{row.name}”现在不能办，或者不由您的岗位办理。"
        refused = RuleViolation(why, row.clause, "请看页面上方的下一步。")
        return case_response(case, status=409, opened=opened_form(case, action, None, rules, refused=refused))
    form = None if option.blocked else ACTION_FORMS[action].at(Desk(case, me(), rules, clock.now()))
    status = 409 if option.blocked else 200
    return case_response(case, status=status, opened=opened_form(case, action, form, rules, option=option))


def _step(case: Case, action: str, form: ActionForm) -> Response:
    """Carry out the step and go back to the case; anything refused comes back with the form."""
    case_id, number = case.id, case.number
    try:
        step, after = _carry_out(
            case, action, form.values(), form.files.contents() if form.takes_files else [],
            released=bool("released" in form and form.released.data), wordings=_wordings(form),
        )  # fmt: skip
    except StaleDataError:
        return _stale(case_or_404(case_id), action, form)
    except (InvalidInput, RuleViolation) as refusal:
        status = show_refusal(form, refusal)
        again = case_or_404(case_id)
        refused = refusal if isinstance(refusal, RuleViolation) else None
        rules = pinned(again.ruleset_version_id)
        return case_response(
            again, status=status, opened=opened_form(again, action, form, rules, refused=refused)
        )
    flash(f"{number}：{step}，已记录。", "success")
    return redirect_to(after)


def _carry_out(
    case: Case, action: str, data: dict[str, object], files: list[tuple[str, bytes]], *,
    released: bool = False, wordings: tuple[int, ...] = (),
) -> tuple[str, str]:  # fmt: skip
    """The step, its files and the key of the form in one transaction; returns the name of the step and the
    page to go on with (asked for before the commit, after which every row would be read again)."""
    now: datetime = clock.now()
    with transaction():
        step: CaseStep = perform(case, action, data, by=me(), now=now, calendar=load_calendar())
        attach(case, files, by=me(), now=now, step=step, released=released)
        record_uses(wordings, str(step.facts.get("text") or ""), Subject("case", case.id), by=me(), now=now)
        remember(url_for("complaints.case", case_id=case.id))
        return step.name, _after(case.id)


def _wordings(form: ActionForm) -> tuple[int, ...]:
    """The templates that went into the text, as the form carries them."""
    return tuple(versions_named(form.wordings.data or "")) if "wordings" in form else ()


def _after(case_id: int) -> str:
    """The page of the case; the list for somebody who cannot see it any more (a department's return)."""
    if not may_see(case_id, me()):
        return url_for("complaints.cases")
    return url_for("complaints.case", case_id=case_id)


def _stale(case: Case, action: str, form: ActionForm) -> Response:
    """Somebody else was faster: what happened meanwhile, the own text kept, ready to be sent again."""
    db.session.refresh(case)
    rules = pinned(case.ruleset_version_id)
    opened = opened_form(case, action, form, rules, stale=True)
    form.restamp(case)
    return case_response(case, status=409, opened=opened)
