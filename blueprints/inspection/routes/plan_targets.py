"""One target of a plan: who checks it, its 检查通知书, its checks."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import supervised_by
from blueprints.accounts.sessions import me
from blueprints.inspection.forms.plans import TargetForm, TeamForm, team_form
from blueprints.inspection.models import InspectionPlan, PlanTarget
from blueprints.inspection.queries import draws as certified
from blueprints.inspection.queries import plans as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.plans import CLAUSE, PLAN, crumbs, plan_or_404, url_of
from blueprints.inspection.service import announcing
from blueprints.inspection.service import planning as service
from blueprints.inspection.views import plan_page as pages
from blueprints.registry.models import Outlet
from core import clock
from core.authz import Permission, requires
from core.screens import form_flow, pressed, record_screen
from core.submissions import once

TARGET = "/plan-targets/<int(max=2147483647):target_id>"


def _target_or_404(target_id: int) -> PlanTarget:
    found = queries.target_or_none(target_id, me())
    if found is None:
        abort(404)
    return found


def _target_url(target: PlanTarget) -> str:
    return url_for("inspection.plan_target", target_id=target.id)


def _offer_people(form: TargetForm | TeamForm, plan: InspectionPlan) -> None:
    known = certified.certified(plan.organization_id, clock.today())
    form.people.choices = [(row.user_id, f"{row.user.name}（{row.number}）") for row in known]


def _places(plan: InspectionPlan) -> dict[str, tuple[Organization, Outlet | None]]:
    """E<enterprise> and O<outlet> -> what they stand for."""
    companies = supervised_by(plan.organization)
    found: dict[str, tuple[Organization, Outlet | None]] = {f"E{one.id}": (one, None) for one in companies}
    by_id = {one.id: one for one in companies}
    for outlet in queries.outlets_of(by_id):
        found[f"O{outlet.id}"] = (by_id[outlet.organization_id], outlet)
    return found


@blueprint.route(f"{PLAN}/targets/new", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@once
def new_target(plan_id: int) -> Response:
    """A target that no draw chose, with the reason."""
    found, form = plan_or_404(plan_id), TargetForm()
    places = _places(found)
    form.place.choices = [
        (key, f"{company.name}　{outlet.name if outlet else '（企业）'}")
        for key, (company, outlet) in places.items()
    ]
    _offer_people(form, found)

    def act() -> str:
        company, outlet = places[form.place.data]
        service.name_target(
            found, company, outlet, form.reason.data, form.people.data or (),
            announced=form.announced.data == "yes", by=me(), now=clock.now(),
        )  # fmt: skip
        return url_of(found)

    groups = [("对象", CLAUSE, ("place", "reason")), ("检查", CLAUSE, ("people", "announced"))]
    return form_flow(
        "直接列入对象", form, groups, act, back=url_of(found), breadcrumb=crumbs(found),
        done="对象已列入计划。",
    )  # fmt: skip


@blueprint.get(TARGET)
@requires(Permission.CHECK_READ)
def plan_target(target_id: int) -> Response:
    """One target: how it came into the plan, who checks it, its notice, its checks."""
    found = _target_or_404(target_id)
    return record_screen(
        found.place, pages.target_facts(found), panels=pages.target_panels(found), actions=_next(found),
        breadcrumb=crumbs(found.plan), clause=CLAUSE,
    )  # fmt: skip


def _next(target: PlanTarget) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    plan, mine = target.plan, me().permissions

    def step(label: str, name: str, **more: Any) -> None:
        url = url_for(f"inspection.{name}", target_id=target.id)
        steps.append({"label": label, "url": url, "primary": not steps} | more)

    team, ready = {person["id"] for person in target.team}, plan.state in ("submitted", "approved")
    if begun := pages.checks(target):
        return [{"label": "打开检查", "url": pages.check_url(begun[0]), "primary": True}]
    if ready and target.announced and Permission.NOTICE_DRAFT in mine and pages.lacks_notice(target):
        step("拟制检查通知书", "draft_inspection_notice", post=True)
    if ready and me().id in team:
        step("开始检查", "open_check", post=True, confirm="开始后在平板上打开检查，逐项记录。")
    if ready and not target.announced and Permission.NOTICE_DRAFT in mine and pages.lacks_notice(target):
        step("拟制检查通知书", "draft_inspection_notice", post=True)
    if plan.state in ("draft", "submitted", "approved") and Permission.PLAN_EDIT in mine:
        step("修改检查人员", "edit_target", primary=False)
    if plan.state == "draft" and not target.drawn and Permission.PLAN_EDIT in mine:
        step("移出计划", "drop_target", post=True, primary=False, confirm="把这个对象移出计划？")
    return steps


@blueprint.route(f"{TARGET}/edit", methods=["GET", "POST"])
@requires(Permission.PLAN_EDIT)
@once
def edit_target(target_id: int) -> Response:
    """Another team, or another way to announce."""
    found = _target_or_404(target_id)
    form = team_form(found)
    _offer_people(form, found.plan)

    def act() -> str:
        announced = form.announced.data == "yes"
        service.set_target(found, form.people.data or (), announced=announced, by=me(), now=clock.now())
        return _target_url(found)

    return form_flow(
        "修改检查人员", form, [("检查", CLAUSE, ("people", "announced"))], act, back=_target_url(found),
        breadcrumb=[*crumbs(found.plan), {"label": found.place, "url": _target_url(found)}], done="已保存。",
    )  # fmt: skip


@blueprint.post(f"{TARGET}/drop")
@requires(Permission.PLAN_EDIT)
@once
def drop_target(target_id: int) -> Response:
    """Take a named target out of a draft."""
    found = _target_or_404(target_id)
    return pressed(
        lambda: service.drop_target(found, by=me(), now=clock.now()), url_of(found.plan), "已移出计划。"
    )


@blueprint.post(f"{TARGET}/notice")
@requires(Permission.NOTICE_DRAFT)
@once
def draft_inspection_notice(target_id: int) -> Response:
    """Draft the 检查通知书; the person goes on in its editor."""
    found = _target_or_404(target_id)

    def act() -> str:
        made = announcing.draft(found, by=me(), now=clock.now())
        return url_for("notices.edit", notice_id=made.id)

    return pressed(act, _target_url(found), "已起草检查通知书，请核对系统填入的内容。")
