"""公开事项清单, duties that the regulator adds, claims of 不适用."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts import queries_reach as reach
from blueprints.accounts.models import SECTORS
from blueprints.disclosure.forms import ClaimForm, DecideForm, DutyForm, EndForm, ReasonForm
from blueprints.disclosure.models import AddedDuty, DutyClaim
from blueprints.disclosure.queries.duties import all_held, claims_of, duty_named
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import (
    DUTY,
    ID,
    crumbs,
    held_or_404,
    history,
    is_regulator,
    me,
    own_enterprise,
    own_regulator,
    row_or_404,
)
from blueprints.disclosure.service import duties as service
from blueprints.disclosure.views import duty_page
from core import clock
from core.authz import Permission, requires
from core.db import db
from core.htmx import render
from core.screens import asked, cell, form_flow, list_screen, record_screen
from core.submissions import once
from core.wording import moment_words

P = Permission


@blueprint.get("/disclosure/duties")
@requires(P.DISCLOSURE_READ)
def duties() -> Response:
    """公开事项清单: what must be public, by class, with limit, channels and what it rests on."""
    by = me()
    places = reach.enterprises(by)
    page = duty_page.page(all_held(), places, by, today=clock.today())
    return render("disclosure/duties.html", **page, breadcrumb=[*crumbs(), {"label": "公开事项清单"}])


@blueprint.route("/disclosure/duties/new", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
@once
def add_duty() -> Response:
    """The regulator adds a duty for its own sectors."""
    regulator = own_regulator()
    form, back = DutyForm(since=clock.today()), url_for("disclosure.duties")
    form.sectors.choices = [(code, SECTORS[code]) for code in regulator.sectors]

    def act() -> str:
        since = form.since.data or clock.today()
        service.add_duty(regulator, form.content(), since, by=me(), now=clock.now())
        return back

    groups = [
        ("事项", "F3.3.5", ["class_", "item", "contains", "sectors"]),
        ("时限和渠道", "", ["frequency", "within", "first_half", "channels", "since"]),
        ("依据", "", ["source", "local", "reason"]),
    ]
    return form_flow(
        "增加公开事项", form, groups, act, back=back, done="已增加，有关企业已收到通知。", submit="增加",
        breadcrumb=crumbs(),
    )  # fmt: skip


@blueprint.route(f"/disclosure/added-duties/<{ID}:added_id>/end", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
@once
def end_duty(added_id: int) -> Response:
    """An added duty ends."""
    row = db.session.get(AddedDuty, added_id)
    if row is None or row.regulator_id != own_regulator().id:
        abort(404)
    form, back = EndForm(ended_on=clock.today()), url_for("disclosure.duties")

    def act() -> str:
        ended_on = form.ended_on.data or clock.today()
        service.end_duty(row, ended_on, form.reason.data or "", by=me(), now=clock.now())
        return back

    return form_flow(
        f"终止公开事项：{row.content['item']}", form, [("终止", "", ["ended_on", "reason"])], act, back=back,
        done="已终止。", submit="终止", breadcrumb=crumbs(),
    )  # fmt: skip


@blueprint.route(f"{DUTY}/claim", methods=["GET", "POST"])
@requires(P.DISCLOSURE_EDIT)
@once
def claim_duty(duty_code: str) -> Response:
    """不适用: the enterprise asks, with a reason."""
    duty, own = held_or_404(duty_code).duty, own_enterprise()
    form, back = ClaimForm(), url_for("disclosure.duties")

    def act() -> str:
        row = service.claim(own, duty.code, form.reason.data or "", by=me(), now=clock.now())
        return url_for("disclosure.claim", claim_id=row.id)

    return form_flow(
        f"申请不适用：{duty.item}", form, [("申请", "", ["reason"])], act, back=back, submit="提交申请",
        done="已提交，主管部门答复后会通知。", breadcrumb=crumbs(),
        intro="主管部门同意以前，这一事项仍要公开。",
    )  # fmt: skip


@blueprint.get("/disclosure/claims")
@requires(P.DISCLOSURE_READ)
def claims() -> Response:
    """All claims of 不适用 in reach."""
    given = asked(("state",))
    places = {one.id: one.name for one in reach.enterprises(me())}
    state = given.get("state", "")
    found = claims_of(places, state if state in duty_page.CLAIM_NAMES else "")
    names = {held.duty.code: held.duty.item for held in all_held()}
    rows = [
        [
            cell(names.get(row.duty, row.duty), url=url_for("disclosure.claim", claim_id=row.id)),
            places[row.organization_id],
            row.reason,
            cell(duty_page.CLAIM_NAMES[row.state], tone=duty_page.CLAIM_TONES[row.state]),
            moment_words(row.asked_at),
        ]
        for row in found
    ]
    options = list(duty_page.CLAIM_NAMES.items())
    return list_screen(
        "不适用申请", ["公开事项", "企业", "理由", "状态", "申请时间"], rows, endpoint="disclosure.claims",
        filters=given, controls=[{"name": "state", "label": "状态", "options": options}],
        empty="没有不适用申请。", hint="企业可以在公开事项清单里申请。",
    )  # fmt: skip


@blueprint.get(f"/disclosure/claims/<{ID}:claim_id>")
@requires(P.DISCLOSURE_READ)
def claim(claim_id: int) -> Response:
    """One claim with its answer."""
    row = row_or_404(DutyClaim, claim_id)
    facts: list[dict[str, Any]] = [
        {"label": "企业", "value": row.organization.name},
        {"label": "公开事项", "value": duty_named(row.duty).item},
        {"label": "理由", "value": row.reason, "wide": True},
        {"label": "申请", "value": f"{row.asked_by}　{moment_words(row.asked_at)}"},
        {"label": "答复时间", "value": moment_words(row.decided_at) if row.decided_at else ""},
        {"label": "答复", "value": row.answer, "wide": True},
    ]
    actions = duty_page.claim_actions(row, me())
    badge = (duty_page.CLAIM_NAMES[row.state], duty_page.CLAIM_TONES[row.state])
    return record_screen(
        f"不适用申请：{duty_named(row.duty).item}", facts, badge=badge, actions=actions,
        history=history(row.__tablename__, row.id),
        breadcrumb=[*crumbs(), {"label": "不适用申请", "url": url_for("disclosure.claims")}],
    )  # fmt: skip


@blueprint.route(f"/disclosure/claims/<{ID}:claim_id>/decide", methods=["GET", "POST"])
@requires(P.DUTY_EDIT)
@once
def decide_claim(claim_id: int) -> Response:
    """The regulator agrees or refuses."""
    own_regulator()
    row = row_or_404(DutyClaim, claim_id)
    form, back = DecideForm(), url_for("disclosure.claim", claim_id=row.id)

    def act() -> str:
        agreed = form.result.data == "agreed"
        service.decide(row, agreed, form.answer.data or "", by=me(), now=clock.now())
        return back

    return form_flow(
        f"答复不适用申请：{duty_named(row.duty).item}", form, [("答复", "", ["result", "answer"])], act,
        back=back, done="已答复，企业已收到通知。", submit="答复",
        intro=f"{row.organization.name}：{row.reason}", breadcrumb=crumbs(),
    )  # fmt: skip


@blueprint.route(f"/disclosure/claims/<{ID}:claim_id>/end", methods=["GET", "POST"])
@requires(P.DUTY_EDIT, P.DISCLOSURE_EDIT)
@once
def end_claim(claim_id: int) -> Response:
    """The facts have changed: the duty applies again."""
    row = row_or_404(DutyClaim, claim_id)
    if is_regulator() and P.DUTY_EDIT not in me().permissions:
        abort(403)
    form, back = ReasonForm(), url_for("disclosure.claim", claim_id=row.id)

    def act() -> str:
        service.end_claim(row, form.reason.data or "", by=me(), now=clock.now())
        return back

    return form_flow(
        f"终止不适用：{duty_named(row.duty).item}", form, [("终止", "", ["reason"])], act, back=back,
        done="已终止，这一事项从现在起又要公开。", submit="终止", breadcrumb=crumbs(),
    )  # fmt: skip
