"""On-site checks (F6.2b): the list, one check, declarations, substitutes, review, addenda, void."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.models import User
from blueprints.accounts.queries import supervised_by
from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history
from blueprints.inspection.forms.checks import (
    AddendumForm,
    DeclareForm,
    ReasonForm,
    ReviewForm,
    SubstituteForm,
    substitutes,
)
from blueprints.inspection.models import SiteCheck
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.queries import draws as certified
from blueprints.inspection.queries import plans
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import own_regulator
from blueprints.inspection.routes.sync import CHECK, own_or_404
from blueprints.inspection.service import checking
from blueprints.inspection.views import check_page as pages
from core import clock
from core.authz import Permission, requires
from core.db import db
from core.htmx import render
from core.screens import asked, form_flow, list_screen, place, pressed
from core.submissions import once

CRUMB = [{"label": "现场检查", "url": "/checks"}]
CLAUSE = checking.CLAUSE


def url_of(check: SiteCheck) -> str:
    """The page of a check."""
    return url_for("inspection.site_check", site_check_id=check.id)


def crumbs(check: SiteCheck) -> list[dict[str, str]]:
    """The way to what belongs to a check."""
    return [*CRUMB, {"label": check.number, "url": url_of(check)}]


@blueprint.get("/checks")
@requires(Permission.CHECK_READ)
def checks() -> Response:
    """Checks of the own regulator; void ones stay listed."""
    regulator, filters = own_regulator(), asked(("state", "enterprise", "mine"))
    company = filters.get("enterprise", "")
    of = int(company) if company.isascii() and company.isdecimal() and len(company) < 10 else 0
    mine = me().id if filters.get("mine") == "1" else 0
    found = queries.checks(regulator.id, filters.get("state", ""), of, mine, after=place("after"))
    rows = [pages.line(row, url_of(row)) for row in found[: queries.PAGE]]
    columns = ["编号", "被检查单位", "检查人员", "开始", "结果", "状态"]
    states = [*checking.STATES.items(), (queries.DOING, "没有办完")]
    companies = [(str(one.id), one.name) for one in supervised_by(regulator)]
    return list_screen(
        "现场检查", columns, rows, endpoint="inspection.checks", filters=filters, clause=CLAUSE,
        after=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
        controls=[
            {"name": "state", "label": "状态", "options": states},
            {"name": "enterprise", "label": "被检查单位", "options": companies},
            {"name": "mine", "label": "范围", "options": [("1", "我参加的")]},
        ],
        actions=[{"label": "检查平板", "url": url_for("inspection.tablets"), "icon": "tablet"}],
        empty="还没有现场检查。", hint="检查计划批准以后，检查人员从计划的检查对象开始现场检查。",
    )  # fmt: skip


@blueprint.get(CHECK)
@requires(Permission.CHECK_READ)
def site_check(site_check_id: int) -> Response:
    """One check: what was found, who signed, what comes next."""
    check = own_or_404(site_check_id)
    return render(
        "inspection/check.html", check=check, facts=pages.facts(check), results=pages.results(check),
        badge=(checking.STATES[check.state], checking.TONES[check.state]), next=_next(check),
        shots=pages.photos(check), signatures=pages.signatures(check), breadcrumb=crumbs(check),
        notices=pages.notices(check, me()), history=history("site_check", check.id),
        score=pages.score(check), inspectors=pages.inspectors(check), log=pages.log(check),
    )  # fmt: skip


def _next(check: SiteCheck) -> list[dict[str, Any]]:
    """What can be done now, the most likely first."""
    steps: list[dict[str, Any]] = []
    mine = checking.place_of(check, me())

    def step(label: str, name: str, **more: Any) -> None:
        url = url_for(f"inspection.{name}", site_check_id=check.id)
        steps.append({"label": label, "url": url, "primary": not steps} | more)

    if check.state == "signed" and mine is None:
        step("复核", "review_check")
    if check.state == "open" and mine is not None:
        if mine.declared_at is None:
            step("声明利害关系", "declare_interest")
        elif not mine.conflict:
            step("在平板上检查", "check_tablet")
            step("核对，开始签字", "sign_check")
    if check.state == "signing" and mine is not None:
        step("签字", "sign_check")
    if check.state in ("signed", "reviewed"):
        if Permission.FINDING_EDIT in me().permissions:
            step("登记问题", "findings_of_check")
        step("现场检查笔录", "check_record_pdf", icon="file-earmark-pdf")
        if mine is not None:
            step("补充说明", "add_to_check")
    if check.content:
        step("计分的检查表", "filled_checklist", primary=False, icon="file-earmark-pdf")
    if check.state == "open" or check.paper_scan_id:
        step("纸质检查表", "check_paper", primary=False)
    if not checking.in_charge(check, me()):
        return steps
    if check.state == "open":
        step("更换检查人员", "substitute_inspector", primary=False)
    if check.state in ("open", "signing", "signed"):
        step("作废", "void_check", primary=False)
    return steps


@blueprint.post("/plan-targets/<int(max=2147483647):target_id>/check")
@requires(Permission.CHECK_ACT)
@once
def open_check(target_id: int) -> Response:
    """Begin the check of a target."""
    target = plans.target_or_none(target_id, me())
    if target is None:
        abort(404)

    def act() -> str:
        check = checking.open_check(target, by=me(), now=clock.now())
        return url_for("inspection.declare_interest", site_check_id=check.id)

    back = url_for("inspection.plan_target", target_id=target_id)
    return pressed(act, back, "检查已经开始，请先声明有没有利害关系。")


@blueprint.route(f"{CHECK}/declare", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def declare_interest(site_check_id: int) -> Response:
    """An inspector declares whether there is a conflict of interest."""
    check, form = own_or_404(site_check_id), DeclareForm()

    def act() -> str:
        checking.declare(check, form.declared(), by=me(), now=clock.now())
        on = url_for("inspection.check_tablet", site_check_id=check.id)
        return url_of(check) if form.declared() else on

    return form_flow(
        "声明利害关系", form, [("声明", CLAUSE, ("interest", "conflict"))], act, back=url_of(check),
        done="已记下您的声明。", submit="确认声明", breadcrumb=crumbs(check),
        intro=f"{check.number}　{check.enterprise.name}　{check.place}。和被检查单位有利害关系的应当回避。",
    )  # fmt: skip


@blueprint.route(f"{CHECK}/substitute", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def substitute_inspector(site_check_id: int) -> Response:
    """Somebody else with a certificate takes the place of an inspector."""
    check = own_or_404(site_check_id)
    team = {one.user_id for one in check.inspectors}
    valid = certified.certified(check.organization_id, clock.today())
    form = substitutes(SubstituteForm(), check.inspectors, [one for one in valid if one.user_id not in team])

    def act() -> str:
        leaves = next(one for one in check.inspectors if str(one.id) == form.place.data)
        person = db.session.get_one(User, int(form.person.data))
        checking.substitute(check, leaves, person, form.reason.data, by=me(), now=clock.now())
        return url_of(check)

    return form_flow(
        "更换检查人员", form, [("更换", CLAUSE, ("place", "person", "reason"))], act, back=url_of(check),
        done="已更换，新的检查人员须先声明有没有利害关系。", breadcrumb=crumbs(check),
        intro="只能换成当天执法证有效的人员；已经记录的内容都保留。",
    )  # fmt: skip


@blueprint.route(f"{CHECK}/review", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def review_check(site_check_id: int) -> Response:
    """Somebody who was not there reviews a signed check."""
    check, form = own_or_404(site_check_id), ReviewForm()

    def act() -> str:
        checking.review(check, form.review.data, by=me(), now=clock.now())
        return url_of(check)

    return form_flow(
        "复核现场检查", form, [("复核", CLAUSE, ("review",))], act, back=url_of(check), submit="复核",
        done="已复核。", breadcrumb=crumbs(check), intro="由没有到场的人员对照照片和笔录独立复核。",
    )  # fmt: skip


@blueprint.route(f"{CHECK}/addenda/new", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def add_to_check(site_check_id: int) -> Response:
    """What is added after signing."""
    check, form = own_or_404(site_check_id), AddendumForm()

    def act() -> str:
        checking.add(check, form.text.data, by=me(), now=clock.now())
        return url_of(check)

    return form_flow(
        "补充说明", form, [("补充", CLAUSE, ("text",))], act, back=url_of(check), submit="补充",
        done="已补充，签过字的笔录没有改动。", breadcrumb=crumbs(check),
        intro="签字以后笔录不能修改，只能补充。",
    )  # fmt: skip


@blueprint.route(f"{CHECK}/void", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def void_check(site_check_id: int) -> Response:
    """A check that does not count stays listed."""
    check, form = own_or_404(site_check_id), ReasonForm()

    def act() -> str:
        checking.void(check, form.reason.data, by=me(), now=clock.now())
        return url_of(check)

    return form_flow(
        "作废现场检查", form, [("作废", CLAUSE, ("reason",))], act, back=url_of(check), submit="作废",
        done="已作废，仍列在清单里。", breadcrumb=crumbs(check),
    )  # fmt: skip
