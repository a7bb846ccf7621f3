"""Registering a case: one screen, choices by rule system, due days and duplicates beside it."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for

from blueprints.accounts.models import Organization
from blueprints.complaints import queries, queries_repeats
from blueprints.complaints.events import open_incidents
from blueprints.complaints.forms.intake import (
    IntakeForm,
    enterprises_for,
    intake_form,
    rulesets_for,
    usual_channel,
)
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me, show_refusal
from blueprints.complaints.service import perform
from blueprints.complaints.service import register as service
from blueprints.complaints.service.attaching import attach
from blueprints.complaints.views.intake_page import due_preview, duplicate_rows
from blueprints.complaints.views.phrases import scripts_view
from blueprints.rulebook.service import ruleset_for
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.forms import LocalDateTimeField
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation
from domain.rulesets import Ruleset

TEMPLATE, READ_ALOUD = "complaints/register.html", "read_aloud"


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _chosen(enterprises: list[Organization]) -> int | None:
    """The enterprise of the request, where it is one of these; the only one when there is no choice."""
    asked = _number(request.values.get("enterprise"))
    if asked in {e.id for e in enterprises}:
        return asked
    return enterprises[0].id if len(enterprises) == 1 else None


def _form(enterprises: list[Organization], chosen: int | None) -> IntakeForm:
    """As sent; new ones with channel, time and type filled in; from the URL for a change of enterprise."""
    if request.method == "POST":
        return intake_form(me(), enterprises, chosen)
    form = intake_form(me(), enterprises, chosen, formdata=None)
    asked = {name: request.args.get(name, "") for name in ("type", "category", "channel")}
    form.channel.data = usual_channel(me(), enterprises, form.channel.choices)
    form.type.data = "complaint"
    form.received_at.data = clock.now()
    for name, value in asked.items():
        if value in dict(form[name].choices):
            form[name].data = value
    if "enterprise" in form:
        form.enterprise.data = chosen
    return form


def _page(
    form: IntakeForm, enterprises: list[Organization], chosen: int | None, *, status: int = 200,
    block: str | None = None, refused: RuleViolation | None = None,
) -> Response:  # fmt: skip
    received = form.received_at.data or clock.now()
    rules = rulesets_for(enterprises, chosen)
    return render(
        TEMPLATE,
        block=block,
        status=status,
        form=form,
        enterprise=next((e for e in enterprises if e.id == chosen), None),
        several="enterprise" in form and len(enterprises) > 1,
        refused=refused,
        clauses=_clauses(rules),
        limits=due_preview(rules, form.type.data or "", min(received, clock.now()), load_calendar()),
        incidents=open_incidents([chosen] if chosen else [e.id for e in enterprises]),
        scripts=_scripts(form, enterprises, chosen) if block in (None, READ_ALOUD) else [],
        duplicates=None,
        breadcrumb=[
            {"label": "诉求件", "url": url_for("complaints.cases")},
            {"label": "登记诉求"},
        ],
    )


def _scripts(form: IntakeForm, enterprises: list[Organization], chosen: int | None) -> list[dict[str, Any]]:
    """What is read out to the caller: of the category chosen, for the sectors in question."""
    organization = me().organization
    if organization is None or Permission.KNOWLEDGE_READ not in me().permissions:
        return []
    named = [e for e in enterprises if e.id == chosen] or enterprises
    sectors = dict.fromkeys(sector for e in named for sector in e.sectors)
    return scripts_view(organization, sectors, form.category.data or "")


def _clauses(rules: list[Ruleset]) -> dict[str, str | None]:
    """The clause beside each part of the screen, where a rule system has one."""
    guards = {
        "内容类别": "category_given",
        "情绪和愿望": "first_contact_noted",
        "重大事项": "written_text_for_significant",
        "渠道": "channel_in_force",
        "收到时间": "receipt_time_valid",
    }
    found = {
        part: next((row.clause for r in rules if (row := r.guard(guard)) and row.clause), None)
        for part, guard in guards.items()
    }
    return {"类型": next((t.clause for r in rules for t in r.types if t.clause), None)} | found


@blueprint.route("/cases/new", methods=["GET", "POST"])
@requires(Permission.CASE_REGISTER)
@once
def register() -> Response:
    """The intake screen; after success the page of the new case."""
    enterprises = enterprises_for(me())
    chosen = _chosen(enterprises)
    form = _form(enterprises, chosen)
    if request.method != "POST":
        return _page(form, enterprises, chosen)
    if not form.validate():
        return _page(form, enterprises, chosen, status=422)
    try:
        case_id, number = _store(form, next(e for e in enterprises if e.id == chosen))
    except (InvalidInput, RuleViolation) as refusal:
        status = show_refusal(form, refusal)
        refused = refusal if isinstance(refusal, RuleViolation) else None
        return _page(form, enterprises, chosen, status=status, refused=refused)
    flash(f"已登记 {number}。", "success")
    return redirect_to(url_for("complaints.case", case_id=case_id))


def _store(form: IntakeForm, enterprise: Organization) -> tuple[int, str]:
    """Id and number of the new case."""
    now = clock.now()
    with transaction():
        case = service(form.intake(enterprise), by=me(), now=now, calendar=load_calendar())
        attach(
            case, form.files.contents(), by=me(), now=now, step=case.steps[-1], released=form.released.data
        )
        if incident := _number(request.form.get("incident")):  # its script has just been read out
            given = {"incident": incident, "told": True}
            perform(case, "attach_incident", given, by=me(), now=now, calendar=load_calendar())
        remember(url_for("complaints.case", case_id=case.id))
        return case.id, case.number


def _part(block: str) -> Response:
    """One block of the screen for the enterprise just chosen."""
    enterprises = enterprises_for(me())
    chosen = _chosen(enterprises)
    return _page(_form(enterprises, chosen), enterprises, chosen, block=block)


@blueprint.get("/cases/new/choices")
@requires(Permission.CASE_REGISTER)
def intake_choices() -> Response:
    """Types, categories and channels of the enterprise just chosen (htmx); the whole screen without."""
    return _part("choices")


@blueprint.get("/cases/new/incidents")
@requires(Permission.CASE_REGISTER)
def intake_incidents() -> Response:
    """Open incidents of the enterprise just chosen, with what to tell the caller (htmx)."""
    return _part("incidents")


@blueprint.get("/cases/new/scripts")
@requires(Permission.CASE_REGISTER)
def intake_scripts() -> Response:
    """What is read out for the category just chosen (htmx)."""
    return _part(READ_ALOUD)


@blueprint.get("/cases/new/limits")
@requires(Permission.CASE_REGISTER)
def intake_limits() -> Response:
    """Due days for type and time of receipt as they stand in the form (htmx)."""
    enterprises = enterprises_for(me())
    chosen = _chosen(enterprises)
    form = _form(enterprises, chosen)
    received = form.received_at
    if request.args.get("received_at"):
        try:
            LocalDateTimeField.process_formdata(received, [request.args["received_at"][:40]])
        except ValueError:
            received.data = clock.now()
    return _page(form, enterprises, chosen, block="limits")


@blueprint.post("/cases/duplicates")
@requires(Permission.CASE_REGISTER)
def duplicates() -> Response:
    """Cases that may be about the same thing. A POST that changes nothing: a phone number must not stand in
    an address, which proxies and browsers keep."""
    enterprises = enterprises_for(me())
    chosen = _chosen(enterprises)
    windows = [ruleset_for(e).number("duplicate_window_days") for e in enterprises]
    given = {name: request.form.get(name, "")[:2000] for name in ("phone", "account_number", "content")}
    found = queries.likely_duplicates(
        me(),
        phone=given["phone"],
        account=given["account_number"],
        text=given["content"],
        enterprise_id=chosen,
        now=clock.now(),
        days=max(windows, default=30),
    )
    over = queries_repeats.repeats(
        me(), phones=_marks(given["phone"]), accounts=_marks(given["account_number"]), enterprise_id=chosen,
        category="", text="", now=clock.now(),
        days=max((ruleset_for(e).number_or("repeat_window_days", 180) for e in enterprises), default=180),
    )  # fmt: skip
    seen = {row.id for row, _ in over}
    rows = [*over, *((row, why) for row, why in found if row.id not in seen)]
    return render("complaints/_duplicates.html", duplicates=duplicate_rows(rows), over=len(over))


def _marks(text: str) -> list[str]:
    return [text.strip()] if text.strip() else []
