"""The page of one case, the reason behind a due day, likely duplicates, and showing who complained."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.models import User
from blueprints.accounts.queries import organization_or_none
from blueprints.complaints import queries_case
from blueprints.complaints.forms import ActionForm
from blueprints.complaints.forms.files import FilesForm, RevealForm
from blueprints.complaints.forms.phrases import PhrasedForm
from blueprints.complaints.models import Case
from blueprints.complaints.parties import clock_visible
from blueprints.complaints.people import may_have, present
from blueprints.complaints.queries_case import CaseFile
from blueprints.complaints.queries_repeats import repeats_of
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import CASE, case_or_404, file_or_404, me
from blueprints.complaints.service import Option, options
from blueprints.complaints.service.attaching import keeps_back, may_attach
from blueprints.complaints.service.rounds import sign_hours
from blueprints.complaints.views import case_page, limits, outside_page, shared_page
from blueprints.complaints.views.intake_page import duplicate_rows
from blueprints.complaints.views.people import in_full, may_reveal, people_hidden, people_view
from blueprints.complaints.views.phrases import phrases_panel
from blueprints.complaints.views.timeline import file_view, meanwhile, timeline_view
from blueprints.rulebook.service import pinned
from core import audit, clock, clocks
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import is_htmx, render
from domain.errors import RuleViolation
from domain.rulesets import Ruleset

TEMPLATE = "complaints/case.html"


@blueprint.get(CASE)
@requires(Permission.CASE_READ)
def case(case_id: int) -> Response:
    """Next action on top, then the record."""
    return file_response(file_or_404(case_id))


def case_response(
    found: Case, *, status: int = 200, opened: dict[str, Any] | None = None, upload: FilesForm | None = None
) -> Response:
    """The page of a case, or for htmx the panel with the form that was `opened`."""
    if opened is not None and is_htmx():
        back = url_for("complaints.case", case_id=found.id)
        return render(TEMPLATE, block="action_panel", status=status, case=found, opened=opened, back=back)
    return file_response(file_or_404(found.id), status=status, opened=opened, upload=upload)


def file_response(
    found: CaseFile, *, status: int = 200, opened: dict[str, Any] | None = None,
    upload: FilesForm | None = None,
) -> Response:  # fmt: skip
    """The whole page of a case, with the form that was `opened`."""
    panel: dict[str, Any] = {"opened": opened, "back": url_for("complaints.case", case_id=found.case.id)}
    upload = upload or FilesForm(formdata=None, id_prefix="upload-")
    return render(TEMPLATE, status=status, upload=upload, **panel, **case_context(found))


def opened_form(
    found: Case, action: str, form: ActionForm | None, rules: Ruleset, *, option: Option | None = None,
    refused: RuleViolation | None = None, stale: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """What the panel of one step shows: form, clause, refusal, and what happened meanwhile."""
    row = rules.action(action)
    return {
        "action": action,
        "title": row.name,
        "clause": row.clause,
        "local": row.reason if row.local else None,
        "form": form,
        "groups": form.laid_out(rules) if form is not None else [],
        "intro": form.intro if form is not None else "",
        "url": url_for("complaints.act", case_id=found.id, action=action),
        "refused": refused or (option.blocked if option else None),
        "stale": stale,
        "meanwhile": meanwhile(found, form.seen_step(), me()) if stale and form is not None else [],
        "suggestions": form.suggestions if form is not None else [],
        "phrases": _phrases(found, action, form, rules),
    }


def _phrases(found: Case, action: str, form: ActionForm | None, rules: Ruleset) -> dict[str, Any] | None:
    """The templates beside the text, for a form that has one."""
    if not isinstance(form, PhrasedForm) or Permission.KNOWLEDGE_READ not in me().permissions:
        return None
    return phrases_panel(found, me(), rules, action, form.query, clock.now())


def case_context(file: CaseFile) -> dict[str, Any]:
    """Everything that the page shows."""
    now, calendar, by, found = clock.now(), load_calendar(), me(), file.case
    rules = pinned(found.ruleset_version_id)
    open_to_me = options(found, by, now=now) if Permission.CASE_ACT in by.permissions else []
    shown_clocks = [c for c in found.clocks if clock_visible(c, found, by)]
    place = organization_or_none(found.next_org_id) if found.next_org_id else None
    return {
        "case": found,
        "heading": case_page.heading_view(found, by),
        "level": case_page.level_view(found, by, rules),
        "next": case_page.next_view(
            found, open_to_me, rules, case_page.waits_for(found, place, rules), now=now, calendar=calendar
        ),
        "actions": case_page.actions_view(found, open_to_me),
        "facts": case_page.facts_view(found, by, rules),
        "people": people_view(found, by),
        "notices": case_page.notices_view(found, by),
        "assignments": case_page.assignments_view(found, by),
        "clocks": limits.clocks_view(found, shown_clocks, file.changes, now=now, calendar=calendar),
        **_shared(file, by, rules),
        "orders": case_page.orders_view(found, by),
        "links": case_page.links_view(file.links, found, by),
        "keeps_back": keeps_back(found, by),
        "files": [file_view(a) for a in found.attachments if may_have(a, found, by)],
        "timeline": timeline_view(found, by, rules),
        "dossier": found.dossiers[-1].digest if found.archived_at and found.dossiers else None,
        "rules_title": rules.title,
        "data_url": url_for("complaints.case_json", case_id=found.id)
        if Permission.CASE_EXPORT in by.permissions
        else None,
        "may_attach": Permission.CASE_ACT in by.permissions and may_attach(found, by),
        "breadcrumb": [
            {"label": "诉求件", "url": url_for("complaints.cases")},
            {"label": found.number},
        ],
    }


def _shared(file: CaseFile, by: User, rules: Ruleset) -> dict[str, Any]:
    """What other bodies have to do with the case: rounds from outside, transfers, consultations."""
    found = file.case
    moment: dict[str, Any] = {"now": clock.now(), "calendar": load_calendar()}
    return {
        "rounds": outside_page.rounds_view(found, by, file.names, hours=sign_hours(rules), **moment),
        "transfers": shared_page.transfers_view(found, by, file.names),
        "consultations": shared_page.consultations_view(found, by, file.names),
    }


@blueprint.get(f"{CASE}/alike")
@requires(Permission.CASE_READ)
def alike(case_id: int) -> Response:
    """Cases that may be about the same thing (loaded beside the page; a page of its own without scripts)."""
    found = case_or_404(case_id)
    hidden = people_hidden(found, me())
    rules = pinned(found.ruleset_version_id)
    rows, same = [], []
    if not hidden:
        rows = queries_case.alike(found, me(), rules, now=clock.now())
        same = repeats_of(found, me(), rules, now=clock.now())
    seen = {row.id for row, _ in same}
    rows = [*same, *((row, why) for row, why in rows if row.id not in seen)]
    context: dict[str, Any] = {"case": found, "rows": duplicate_rows(rows), "number": found.number}
    context["repeats"] = len(same) if may_ask(found, rules) else 0
    return render("complaints/alike.html", block="alike", **context)


def may_ask(found: Case, rules: Ruleset) -> bool:
    """Whether this person may ask that the same matter is not handled once more."""
    action = "request_no_more"
    if Permission.CASE_ACT not in me().permissions or not rules.has_action(action):
        return False
    return any(o.action == action for o in options(found, me(), now=clock.now()))


@blueprint.get(f"{CASE}/why/<int(max=2147483647):clock_id>")
@requires(Permission.CASE_READ)
def why_due(case_id: int, clock_id: int) -> Response:
    """“为什么是这一天”: each counted and skipped day, and how the day has moved."""
    found = case_or_404(case_id)
    limit = queries_case.clock_of(found, clock_id)
    if limit is None or not clock_visible(limit, found, me()):
        abort(404)
    why = limits.why_view(found, limit, clocks.changes_of([limit.id]))
    crumbs = [
        {"label": "诉求件", "url": url_for("complaints.cases")},
        {"label": found.number, "url": url_for("complaints.case", case_id=found.id)},
        {"label": "为什么是这一天"},
    ]
    return render("complaints/why_due.html", why=why, case=found, breadcrumb=crumbs)


@blueprint.route(f"{CASE}/reveal", methods=["GET", "POST"])
@requires(Permission.PERSONAL_REVEAL)
def reveal(case_id: int) -> Response:
    """The complainants in full, for a reason that is recorded first."""
    found = case_or_404(case_id)
    if not may_reveal(found, me()):
        raise RuleViolation(
            people_hidden(found, me()) or "您的岗位不能查看诉求人的完整信息。",
            None,
            "需要核对诉求人的，请由受理单位办理。",
        )
    form = RevealForm()
    shown = None
    if request.method == "POST" and form.validate():
        with transaction():
            audit.record(
                "case.reveal",
                subject=audit.Subject("case", found.id, found.number),
                by=me(),
                now=clock.now(),
                changes={"reason": [None, form.reason.data]},
            )
        shown = [in_full(p) for p in present(case_or_404(case_id).complainants)]
    status = 422 if request.method == "POST" and shown is None else 200
    context: dict[str, Any] = {"case": found, "form": form, "shown": shown, "reason": form.reason.data}
    return render("complaints/reveal.html", block="reveal", status=status, **context)
