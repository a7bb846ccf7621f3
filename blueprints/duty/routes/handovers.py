"""交接班: what is due, the record, giving, confirming and sending back."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.duty import queries
from blueprints.duty.forms.handovers import HandoverForm, SendBackForm
from blueprints.duty.models import DutyShift, ShiftHandover
from blueprints.duty.routes import blueprint
from blueprints.duty.routes.desk import ID, me, own_organization
from blueprints.duty.service import handing as service
from blueprints.duty.service.open_items import open_items
from blueprints.duty.service.rostering import label_of
from blueprints.duty.views.roster import time_words
from core import clock
from core.authz import Permission, requires
from core.clock import local_date
from core.htmx import render
from core.screens import cell, form_flow, list_screen, place, pressed, submitted
from core.submissions import once
from core.wording import date_words, moment_words
from domain.errors import RuleViolation

CRUMB = [{"label": "交接班", "url": "/duty/handovers"}]
HANDOVER = f"/duty/handovers/<{ID}:handover_id>"
TONES = {"given": "wait", "taken": "done", "returned": "soon"}


def shift_line(shift: DutyShift) -> str:
    """白班 2026年10月12日 08:00–20:00"""
    return f"{shift.name} {date_words(local_date(shift.begins_at))} {time_words(shift)}"


def _names(shift: DutyShift) -> str:
    return "、".join([*(p.user.name for p in shift.people), f"带班 {shift.leader.name}"])


@blueprint.get("/duty/handovers")
@requires(Permission.SHIFT_READ)
def handovers() -> Response:
    """Handovers of the own organization, the newest first; shifts without one on top."""
    by, now, organization = me(), clock.now(), own_organization()
    before = place("before")
    found = queries.handovers(organization.id, before)
    rows, more = found[: queries.MOST_LISTED], len(found) > queries.MOST_LISTED
    due = [] if before else queries.to_hand_over(organization.id, now)
    cells = [_due_row(shift, by.id, now) for shift in due] + [_row(row) for row in rows]
    return list_screen(
        "交接班", ("班次", "状态", "交班", "接班", ("未了事项", "num")), cells, endpoint="duty.handovers",
        after=None, empty="还没有交接班记录。", hint="排好值班表以后，每个班下班前在这里交班。",
        intro="每个班下班前交班，下一个班的人接班确认。系统自动列出还没有办完的紧急事项。",
        actions=[{"label": "值班表", "url": url_for("duty.roster"), "icon": "calendar3"}],
        before=rows[-1].id if more else None,
    )  # fmt: skip


def _due_row(shift: DutyShift, user_id: int, now: Any) -> list[Any]:
    mine = user_id in service.members(shift)
    url = url_for("duty.give_handover", duty_shift_id=shift.id) if mine else ""
    over = shift.ends_at <= now
    state = cell("没有交班", tone="danger") if over else cell("正在值班", tone="open")
    return [cell(shift_line(shift)), state, cell("去交班", url=url) if mine else _names(shift), "", ""]


def _row(row: ShiftHandover) -> list[Any]:
    taken = f"{row.taken_by.name} {moment_words(row.taken_at)}" if row.taken_by and row.taken_at else ""
    return [
        cell(shift_line(row.from_shift), url=service.path_of(row)),
        cell(service.STATES[row.state], tone=TONES[row.state], note=row.answer),
        f"{row.given_by.name} {moment_words(row.given_at)}",
        taken,
        f"{len(row.items)} 件",
    ]


@blueprint.route(f"/duty/shifts/<{ID}:duty_shift_id>/handover", methods=["GET", "POST"])
@requires(Permission.SHIFT_READ)
@once
def give_handover(duty_shift_id: int) -> Response:
    """Give a shift over: the list is drawn up by itself, a note goes to each piece."""
    shift = queries.shift_or_none(duty_shift_id, me())
    if shift is None:
        abort(404)
    organization, now = own_organization(), clock.now()
    form = HandoverForm()
    notes = {key[5:]: text[:300].strip() for key, text in request.form.items() if key.startswith("note:")}

    def act() -> str:
        given = service.give(organization, shift, form.remark.data or "", notes, by=me(), now=now)
        return service.path_of(given)

    def screen(
        form: HandoverForm = form, status: int = 200, refusal: RuleViolation | None = None, **_: Any
    ) -> Response:
        try:
            following = service.check_may_give(shift, me(), now)
        except RuleViolation as refused:
            refusal, following = refused, None
        return render(
            "duty/give.html", status=status, form=form, shift=shift_line(shift), refusal=refusal, notes=notes,
            following=f"{shift_line(following)}（{_names(following)}）" if following else "",
            items=open_items(organization, now) if following else [],
            breadcrumb=[*CRUMB, {"label": "交班"}],
        )  # fmt: skip

    return submitted(form, screen, act, done="已交班，等下一个班确认。")


def _own_or_404(handover_id: int) -> ShiftHandover:
    found = queries.handover_or_none(handover_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.get(HANDOVER)
@requires(Permission.SHIFT_READ)
def handover(handover_id: int) -> Response:
    """The record, as it is printed."""
    row, by = _own_or_404(handover_id), me()
    try:
        service.check_may_take(row, by)
        why_not = ""
    except RuleViolation as refused:
        why_not = refused.message if row.state == "given" else ""
    return render(
        "duty/handover.html", row=row, title=f"交接班 {label_of(row.from_shift)}", why_not=why_not,
        may_take=row.state == "given" and not why_not, state=service.STATES[row.state], tone=TONES[row.state],
        organization=own_organization().name,
        sides=[
            ("交班", shift_line(row.from_shift), _names(row.from_shift), row.given_by.name, row.given_at),
            (
                "退回" if row.state == "returned" else "接班", shift_line(row.to_shift), _names(row.to_shift),
                row.taken_by.name if row.taken_by else "", row.taken_at,
            ),
        ],
        breadcrumb=[*CRUMB, {"label": label_of(row.from_shift)}],
    )  # fmt: skip


@blueprint.post(f"{HANDOVER}/take")
@requires(Permission.SHIFT_READ)
@once
def take_handover(handover_id: int) -> Response:
    """Confirm; nobody confirms what they gave."""
    row = _own_or_404(handover_id)
    return pressed(lambda: service.take(row, by=me(), now=clock.now()), service.path_of(row), "已接班。")


@blueprint.route(f"{HANDOVER}/return", methods=["GET", "POST"])
@requires(Permission.SHIFT_READ)
@once
def return_handover(handover_id: int) -> Response:
    """Send back with a reason."""
    row, form = _own_or_404(handover_id), SendBackForm()

    def act() -> str:
        service.send_back(row, form.reason.data or "", by=me(), now=clock.now())
        return service.path_of(row)

    crumbs = [*CRUMB, {"label": label_of(row.from_shift), "url": service.path_of(row)}]
    groups = [("为什么退回", "", ("reason",))]
    return form_flow(
        "退回交班",
        form,
        groups,
        act,
        back=service.path_of(row),
        done="已退回。",
        breadcrumb=crumbs,
        submit="退回",
    )
