"""检查计划: draft, targets from a draw or named, approval."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history
from blueprints.inspection.forms.plans import (
    ApprovalForm,
    DrawTargetsForm,
    PlanForm,
    PlanReasonForm,
    plan_form,
)
from blueprints.inspection.models import Draw, InspectionPlan
from blueprints.inspection.queries import plans as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import own_regulator
from blueprints.inspection.service import planning as service
from blueprints.inspection.views import plan_page as pages
from core import clock
from core.authz import Permission, requires
from core.db import db
from core.screens import asked, cell, form_flow, list_screen, place, pressed, record_screen
from core.submissions import once

CRUMB = [{"label": "检查计划", "url": "/plans"}]
PLAN = "/plans/<int(max=2147483647):plan_id>"
CLAUSE = service.CLAUSE
GROUPS = (
    ("计划", CLAUSE, ("title", "year", "quarter", "purpose", "basis")),
    ("怎样检查", "F6.2", ("version_id", "methods", "begins_on", "ends_on")),
    ("紧急检查", CLAUSE, ("urgent", "urgent_reason")),
)
SPANS = dict.fromkeys(("year", "quarter", "begins_on", "ends_on"), 6)


def plan_or_404(plan_id: int) -> InspectionPlan:
    """A plan of the own regulator; others' do not exist."""
    found = queries.plan_or_none(plan_id, me())
    if found is None:
        abort(404)
    return found


def url_of(row: InspectionPlan) -> str:
    """The page of a plan."""
    return url_for("inspection.plan", plan_id=row.id)


def crumbs(row: InspectionPlan) -> list[dict[str, str]]:
    """The way to what belongs to a plan."""
    return [*CRUMB, {"label": row.label, "url": url_of(row)}]


@blueprint.get("/plans")
@requires(Permission.CHECK_READ)
def plans() -> Response:
    """Plans of the own regulator, the newest first."""
    filters = asked(("state", "year"))
    year = (
        int(filters["year"])
        if filters.get("year", "").isascii() and filters.get("year", "").isdecimal()
        else 0
    )
    found = queries.plans(own_regulator().id, filters.get("state", ""), min(year, 9999), after=place("after"))
    rows = [
        [
            cell(row.label, url=url_of(row), note=row.title if row.number else ""), pages.period(row),
            row.checklist.label, (f"{len(row.targets)} 个"),
            cell(service.STATES[row.state], tone=service.TONES[row.state], note="紧急" if row.urgent else ""),
        ]
        for row in found[: queries.PAGE]
    ]  # fmt: skip
    actions: list[dict[str, Any]] = []
    if Permission.PLAN_EDIT in me().permissions:
        actions = [
            {"label": "新建计划", "url": url_for("inspection.new_plan"), "primary": True, "icon": "plus-lg"}
        ]
    return list_screen(
        "检查计划", ["编号", "期间", "检查表", ("对象", "num"), "状态"], rows, endpoint="inspection.plans",
        filters=filters, after=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
        actions=actions,
        controls=[
            {"name": "state", "label": "状态", "options": list(service.STATES.items())},
            {"name": "year", "label": "年度", "placeholder": "例如 2026"},
        ],
        empty="还没有检查计划。", clause=CLAUSE,
        hint="先写明检查什么、为什么、对谁，再由领导批准；没有批准不能检查。",
    )  # fmt: skip


def _form(row: InspectionPlan | None) -> PlanForm:
    form = plan_form(row, clock.today())
    form.version_id.choices = [
        (str(one.id), one.label) for one in queries.published_versions(own_regulator().id)
    ]
    return form


@blueprint.route("/plans/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@once
def new_plan() -> Response:
    """A new draft."""
    organization, form = own_regulator(), _form(None)

    def act() -> str:
        return url_of(service.create(organization, form.facts(), by=me(), now=clock.now()))

    warning = "" if form.version_id.choices else "还没有公布的检查表：请先在“检查表”里公布一份。"
    return form_flow(
        "新建计划", form, GROUPS, act, back=url_for("inspection.plans"), spans=SPANS, breadcrumb=CRUMB,
        done="草稿已保存，请列入检查对象。", warning=warning,
    )  # fmt: skip


@blueprint.route(f"{PLAN}/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@once
def edit_plan(plan_id: int) -> Response:
    """Change a draft."""
    found = plan_or_404(plan_id)
    form = _form(found)

    def act() -> str:
        service.edit(found, form.facts(), by=me(), now=clock.now())
        return url_of(found)

    return form_flow(
        "修改计划", form, GROUPS, act, back=url_of(found), spans=SPANS, breadcrumb=crumbs(found), row=found,
        done="已保存。",
    )  # fmt: skip


@blueprint.get(PLAN)
@requires(Permission.CHECK_READ)
def plan(plan_id: int) -> Response:
    """One plan: what, why, at whom, and how far it is."""
    found = plan_or_404(plan_id)
    return record_screen(
        found.label, pages.facts(found), badge=(service.STATES[found.state], service.TONES[found.state]),
        panels=pages.panels(found), actions=_next(found), notices=pages.notices(found, clock.now()),
        history=history("inspection_plan", found.id), breadcrumb=CRUMB, clause=CLAUSE,
    )  # fmt: skip


def _next(row: InspectionPlan) -> list[dict[str, Any]]:
    """What can be done now, the most likely first."""
    steps: list[dict[str, Any]] = []

    def step(label: str, name: str, **more: Any) -> None:
        url = url_for(f"inspection.{name}", plan_id=row.id)
        steps.append({"label": label, "url": url, "primary": not steps} | more)

    mine = me().permissions
    if row.state == "submitted" and Permission.PLAN_APPROVE in mine:
        step("批准", "approve_plan")
        step("退回", "return_plan")
    if Permission.PLAN_EDIT not in mine:
        return steps
    if row.state == "draft":
        if row.targets:
            step("报批", "submit_plan", post=True, confirm="报批后计划不能再改；退回以后可以修改。")
        if row.draw is None:
            step("采用抽取结果", "draw_targets")
        step("直接列入对象", "new_target")
        step("修改", "edit_plan")
    if row.state == "approved" and {target.id for target in row.targets} <= queries.checked_targets(row):
        step("结束计划", "finish_plan", post=True)
    if row.state in ("draft", "submitted", "approved"):
        step("取消计划", "cancel_plan", primary=False)
    return steps


@blueprint.route(f"{PLAN}/draw", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@once
def draw_targets(plan_id: int) -> Response:
    """Take the targets, and their inspectors, from a draw that is done."""
    found, form = plan_or_404(plan_id), DrawTargetsForm()
    offered = queries.done_draws(found.organization_id)
    form.draw_id.choices = [(str(one.id), f"{one.number}　{one.title}") for one in offered]

    def act() -> str:
        draw = db.session.get_one(Draw, int(form.draw_id.data))
        service.take_draw(found, draw, by=me(), now=clock.now())
        return url_of(found)

    return form_flow(
        "采用抽取结果", form, [("抽取", CLAUSE, ("draw_id",))], act, back=url_of(found), submit="采用",
        breadcrumb=crumbs(found), done="抽中的对象和检查人员已列入计划。",
        warning="" if offered else "没有可以采用的抽取：请先在“双随机抽取”里完成一次。",
    )  # fmt: skip


@blueprint.post(f"{PLAN}/submit")
@requires(Permission.PLAN_EDIT)
@once
def submit_plan(plan_id: int) -> Response:
    """Hand it to the leader."""
    found = plan_or_404(plan_id)
    return pressed(lambda: service.submit(found, by=me(), now=clock.now()), url_of(found), "已报批。")


@blueprint.route(f"{PLAN}/approve", methods=["GET", "POST"])
@requires(Permission.PLAN_APPROVE)
@once
def approve_plan(plan_id: int) -> Response:
    """The leader approves."""
    found, form = plan_or_404(plan_id), ApprovalForm()

    def act() -> str:
        service.approve(found, form.words.data, by=me(), now=clock.now())
        return url_of(found)

    return form_flow(
        "批准计划", form, [("批准", CLAUSE, ("words",))], act, back=url_of(found), submit="批准",
        breadcrumb=crumbs(found), done="计划已批准。",
    )  # fmt: skip


@blueprint.route(f"{PLAN}/return", methods=["GET", "POST"])
@requires(Permission.PLAN_APPROVE)
@once
def return_plan(plan_id: int) -> Response:
    """The leader sends it back."""
    found, form = plan_or_404(plan_id), PlanReasonForm()

    def act() -> str:
        service.send_back(found, form.reason.data, by=me(), now=clock.now())
        return url_of(found)

    return form_flow(
        "退回计划", form, [("退回", CLAUSE, ("reason",))], act, back=url_of(found), submit="退回",
        breadcrumb=crumbs(found), done="计划已退回。",
    )  # fmt: skip


@blueprint.post(f"{PLAN}/finish")
@requires(Permission.PLAN_EDIT)
@once
def finish_plan(plan_id: int) -> Response:
    """Every target has been checked."""
    found = plan_or_404(plan_id)
    return pressed(lambda: service.finish(found, by=me(), now=clock.now()), url_of(found), "计划已完成。")


@blueprint.route(f"{PLAN}/cancel", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@once
def cancel_plan(plan_id: int) -> Response:
    """A plan that is not carried out stays listed."""
    found, form = plan_or_404(plan_id), PlanReasonForm()

    def act() -> str:
        service.cancel(found, form.reason.data, by=me(), now=clock.now())
        return url_of(found)

    return form_flow(
        "取消计划", form, [("取消", CLAUSE, ("reason",))], act, back=url_of(found), submit="取消计划",
        breadcrumb=crumbs(found), done="计划已取消。",
    )  # fmt: skip
