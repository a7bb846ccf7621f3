"""Templates beside a step, searched while the text is being written; a good reply proposed as one."""

from __future__ import annotations

from flask import Response, abort, request, url_for

from blueprints.complaints.forms import ACTION_FORMS
from blueprints.complaints.forms.phrases import QUERY, PhrasedForm
from blueprints.complaints.forms.proposing import ProposeTemplateForm
from blueprints.complaints.models import Case, CaseStep
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import CASE, case_or_404, me
from blueprints.complaints.service.generalising import generalised
from blueprints.complaints.views.people import people_hidden
from blueprints.complaints.views.phrases import ASKED_LONGEST, phrases_panel
from blueprints.complaints.views.timeline import REPLIES
from blueprints.knowledge.service.writing import Subject, propose_item
from blueprints.rulebook.service import pinned
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import form_flow
from core.submissions import once
from domain.errors import RuleViolation
from domain.placeholders import PLACEHOLDERS

PHRASED = frozenset(name for name, form in ACTION_FORMS.items() if issubclass(form, PhrasedForm))


@blueprint.get(f"{CASE}/phrases")
@requires(Permission.KNOWLEDGE_READ)
def phrases(case_id: int) -> Response:
    """The list beside the text (htmx); without scripts a page on which one is chosen."""
    found = case_or_404(case_id)
    rules = pinned(found.ruleset_version_id)
    asked = request.args.get("action", "")
    action = asked if asked in PHRASED and rules.has_action(asked) else "reply"
    query = request.args.get(QUERY, "").strip()[:ASKED_LONGEST]
    panel = phrases_panel(found, me(), rules, action, query if query.isprintable() else "", clock.now())
    return render(
        "complaints/phrases.html", block="phrases", phrases=panel, number=found.number,
        form_url=url_for("complaints.act", case_id=found.id, action=action),
        case_url=url_for("complaints.case", case_id=found.id),
    )  # fmt: skip


@blueprint.route(f"{CASE}/propose-template", methods=["GET", "POST"])
@requires(Permission.KNOWLEDGE_READ)
@once
def propose_template(case_id: int) -> Response:
    """The last reply of a case as a template for others."""
    found, by = case_or_404(case_id), me()
    organization = by.organization
    if organization is None:
        abort(404)
    step = reply_of(found)
    rules = pinned(found.ruleset_version_id)
    row = rules.action(step.action)
    words = generalised(str(step.facts.get("text") or ""), found, organization.name, organization.hotline)
    known = {"category": found.category, "clause": row.clause or "", "text": words}
    form = ProposeTemplateForm.about(found, {c.code: c.name for c in rules.categories}, known)
    back = url_for("complaints.case", case_id=found.id)

    def act() -> str:
        made = propose_item(
            organization.id, form.place(), form.text.data, form.reason.data or "", by=by, now=clock.now(),
            subject=Subject("case", found.id),
        )  # fmt: skip
        return url_for("knowledge.item", knowledge_item_id=made.item_id)

    groups = [("放在哪里", "", ("title", "category", "clause")), ("内容", "", ("text", "reason"))]
    crumbs = [{"label": "诉求件", "url": url_for("complaints.cases")}, {"label": found.number, "url": back}]
    return form_flow(
        "提为模板", form, groups, act, back=back, done="已提交，等本单位有审定权限的人发布。",
        breadcrumb=crumbs, submit="提交审定", spans={"category": 6, "clause": 6},
        intro="占位在用的时候按那一件自动填写：" + "".join(f"{{{name}}}" for name in PLACEHOLDERS) + "。",
    )  # fmt: skip


def reply_of(case: Case) -> CaseStep:
    """The last reply of a case. Errors: RuleViolation where there is none, or where whose case it is must
    not be known here."""
    if people_hidden(case, me()) is not None:
        raise RuleViolation("本件的诉求人对您保密，答复不能由您提为模板。", None, "可以请受理单位提出。")
    step = next((s for s in reversed(case.steps) if s.action in REPLIES), None)
    if step is None:
        raise RuleViolation("本件还没有答复。", None, "答复以后再提为模板。")
    return step
