"""双随机抽取: draft, freeze, witnesses, draw, substitutes, void; the export that anybody can check."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.draws import (
    DrawForm,
    SubstituteForm,
    VoidForm,
    WitnessForm,
    draw_form,
    open_form,
)
from blueprints.inspection.models import Draw
from blueprints.inspection.queries import draws as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import own_regulator
from blueprints.inspection.service import drawing as service
from blueprints.inspection.service import planning
from blueprints.inspection.views import draw_page as pages
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.screens import asked, cell, form_flow, list_screen, place
from core.submissions import once, remember
from domain.errors import RuleViolation

CRUMB = [{"label": "双随机抽取", "url": "/draws"}]
DRAW = "/draws/<int(max=2147483647):draw_id>"
GROUPS = (
    ("抽什么", "F6.1", ("title", "purpose", "kind", "lines")),
    ("抽多少", "F6.1", ("total", "quotas", "exclusions")),
    ("检查人员", "F6.1", ("per_target", "inspectors", "recusals")),
    ("随机数", "F6.1", ("source", "source_name", "source_on")),
)
SPANS = {"total": 6, "per_target": 6, "source_name": 6, "source_on": 6}


def own_or_404(draw_id: int) -> Draw:
    """A draw of the own regulator; others' do not exist."""
    found = queries.draw_or_none(draw_id, me())
    if found is None:
        abort(404)
    return found


def _url(row: Draw) -> str:
    return url_for("inspection.draw", draw_id=row.id)


def _crumbs(row: Draw) -> list[dict[str, str]]:
    return [*CRUMB, {"label": row.label, "url": _url(row)}]


@blueprint.get("/draws")
@requires(Permission.DRAW_READ)
def draws() -> Response:
    """Draws of the own regulator; void ones stay listed."""
    filters = asked(("state",))
    found = queries.draws(own_regulator().id, filters.get("state", ""), after=place("after"))
    rows = [
        [
            cell(row.label, url=_url(row), note=row.title if row.number else ""),
            "、".join(f"{name} {n}" for name, n in row.plan["quotas"].items()),
            f"{clock.to_local(row.frozen_at):%Y-%m-%d %H:%M}" if row.frozen_at else "—",
            f"{clock.to_local(row.drawn_at):%Y-%m-%d %H:%M}" if row.drawn_at else "—",
            cell(service.STATES[row.state], tone=service.TONES[row.state]),
        ]
        for row in found[: queries.PAGE]
    ]
    actions: list[dict[str, Any]] = []
    if Permission.DRAW_EDIT in me().permissions:
        new = {"label": "新建抽取", "url": url_for("inspection.new_draw"), "primary": True, "icon": "plus-lg"}
        actions = [new, {"label": "执法证", "url": url_for("inspection.inspectors")}]
    return list_screen(
        "双随机抽取", ["编号", "抽取数量", "冻结", "抽取", "状态"], rows, endpoint="inspection.draws",
        filters=filters, after=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None,
        controls=[{"name": "state", "label": "状态", "options": list(service.STATES.items())}],
        empty="还没有抽取。", actions=actions, clause="F6.1",
        hint="先冻结名单、公布摘要和承诺值，再由见证人或公开数值决定结果，任何人都能复核。",
    )  # fmt: skip


def _offer(form: DrawForm) -> None:
    known = queries.certified(own_regulator().id, clock.today())
    form.inspectors.choices = [(row.user_id, f"{row.user.name}（{row.number}）") for row in known]


@blueprint.route("/draws/new", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def new_draw() -> Response:
    """A new draft."""
    organization, form = own_regulator(), draw_form(None)
    _offer(form)

    def act() -> str:
        return _url(service.create(organization, form.plan(), by=me(), now=clock.now()))

    return form_flow(
        "新建抽取", form, GROUPS, act, back=url_for("inspection.draws"), done="草稿已保存，核对后冻结。",
        breadcrumb=CRUMB, spans=SPANS,
    )  # fmt: skip


@blueprint.route(f"{DRAW}/edit", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def edit_draw(draw_id: int) -> Response:
    """Change a draft."""
    found = own_or_404(draw_id)
    form = draw_form(found)
    _offer(form)

    def act() -> str:
        service.edit(found, form.plan(), by=me(), now=clock.now())
        return _url(found)

    return form_flow(
        "修改抽取", form, GROUPS, act, back=_url(found), done="已保存。", row=found,
        breadcrumb=_crumbs(found),
        spans=SPANS,
    )  # fmt: skip


@blueprint.get(DRAW)
@requires(Permission.DRAW_READ)
def draw(draw_id: int) -> Response:
    """One draw: what was fixed, what was opened, who was drawn, and how to check it."""
    found = own_or_404(draw_id)
    made = service.export(found) if found.record else None
    labels = pages.labels_of(found, public=False)
    return render(
        "inspection/draw.html", draw=found, made=made, facts=pages.facts(found, public=False),
        next=_next(found),
        state=(service.STATES[found.state], service.TONES[found.state]),
        breadcrumb=[*CRUMB, {"label": found.label}],
        committed=pages.commitments(made) if made else [],
        opened=pages.opened(made) if made and made.is_drawn else [],
        taken=pages.taken(labels, made) if made and made.is_drawn else [],
        tables=pages.tickets(labels, made) if made and made.is_drawn else [],
        excluded=pages.exclusions(labels, made) if made else [],
    )  # fmt: skip


def _next(row: Draw) -> list[dict[str, Any]]:
    """What can be done now, the most likely first."""
    if Permission.DRAW_EDIT not in me().permissions:
        return []
    here: dict[str, Any] = {"draw_id": row.id}
    steps: list[dict[str, Any]] = []
    if row.state == "draft":
        waits = row.plan["source"] == "witnesses" and len(row.plan["witnesses"]) < service.WITNESSES
        freeze = {"label": "冻结并公布", "url": url_for("inspection.freeze_draw", **here), "post": True}
        bind = {"label": "见证人登记", "url": url_for("inspection.witness", **here), "primary": True}
        steps = [bind if waits else freeze, {"label": "修改", "url": url_for("inspection.edit_draw", **here)}]
    elif service.ready(row, clock.today()):
        steps.append({"label": "公开抽取", "url": url_for("inspection.open_draw", **here), "primary": True})
    if row.state == "drawn":
        steps.append({"label": "替换", "url": url_for("inspection.substitute", **here)})
    if row.state in ("frozen", "drawn"):
        steps.append({"label": "作废", "url": url_for("inspection.void_draw", **here)})
    return steps


@blueprint.post(f"{DRAW}/freeze")
@requires(Permission.DRAW_EDIT)
@once
def freeze_draw(draw_id: int) -> Response:
    """Take a number, fix the frame, publish digest and commitment."""
    found = own_or_404(draw_id)
    with transaction():
        service.freeze(found, by=me(), now=clock.now())
        remember(_url(found))
    return redirect_to(_url(found))


@blueprint.route(f"{DRAW}/witness", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def witness(draw_id: int) -> Response:
    """A witness binds himself to a number before anything is opened."""
    found = own_or_404(draw_id)
    form = WitnessForm(data={"code": secrets.token_hex(4).upper()})

    def act() -> str:
        name, number, code = form.name.data, form.number.data, form.code.data
        service.commit_witness(found, name, number, code, by=me(), now=clock.now())
        return _url(found)

    intro = "请见证人自己输入。只保存承诺值，冻结时一并公布；数和验证码由见证人抄下带走，公开抽取时再报。"
    return form_flow(
        "见证人登记", form, [("见证人", "F6.1", ("name", "number", "code"))], act, back=_url(found),
        done="见证人已登记。", breadcrumb=_crumbs(found), intro=intro,
    )  # fmt: skip


@blueprint.route(f"{DRAW}/open", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def open_draw(draw_id: int) -> Response:
    """Open the numbers, or take the public value, and draw."""
    found = own_or_404(draw_id)
    if not service.ready(found, clock.today()):
        raise RuleViolation(
            "还没有冻结，或者指定的公开数值还没有产生，不能抽取。",
            service.CLAUSE,
            "请先冻结并公布；指定公开数值的，等数值产生以后再抽取。",
        )
    names = [one.name for one in service.export(found).witnesses]
    public = found.plan["source_name"] if found.plan["source"] == "public" else ""
    form = open_form(names, public)

    def act() -> str:
        numbers = {
            name: (form[f"number_{at}"].data, form[f"code_{at}"].data) for at, name in enumerate(names)
        }
        value = form["public_value"].data if public else ""
        service.open_draw(found, numbers, value, by=me(), now=clock.now())
        return _url(found)

    fields = [name for name in form._fields if name not in ("submission_key", "csrf_token")]
    return form_flow(
        "公开抽取", form, [("公开", "F6.1", fields)], act, back=_url(found), submit="抽取",
        done="已抽取，结果已公布。",
        breadcrumb=_crumbs(found),
    )  # fmt: skip


@blueprint.route(f"{DRAW}/substitute", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def substitute(draw_id: int) -> Response:
    """Give somebody up; the next in rank takes the place."""
    found, form = own_or_404(draw_id), SubstituteForm()
    made = service.export(found)
    offered = {
        f"{ranking.name}\t{key}": f"{ranking.name}：{found.labels.get(key, key)}"
        for ranking in (*made.strata, *made.teams)
        for key in ranking.current
    }
    form.who.choices = list(offered.items())

    def act() -> str:
        name, _, key = form.who.data.partition("\t")
        service.substitute(found, name, key, form.reason.data, by=me(), now=clock.now())
        planning.follow_draw(found, by=me(), now=clock.now())
        return _url(found)

    return form_flow(
        "替换", form, [("替换", "F6.1", ("who", "reason"))], act, back=_url(found), done="已由下一顺位递补。",
        breadcrumb=_crumbs(found), intro="只能按顺位递补，理由会公布。",
    )  # fmt: skip


@blueprint.route(f"{DRAW}/void", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def void_draw(draw_id: int) -> Response:
    """A draw that does not count stays listed."""
    found, form = own_or_404(draw_id), VoidForm()

    def act() -> str:
        service.void(found, form.reason.data, by=me(), now=clock.now())
        return _url(found)

    return form_flow(
        "作废抽取", form, [("作废", "F6.1", ("reason",))], act, back=_url(found), submit="作废",
        done="已作废，仍保留编号。",
        breadcrumb=_crumbs(found),
    )  # fmt: skip
