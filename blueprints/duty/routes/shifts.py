"""值班表: the week or month of an organization; shifts one by one and by a pattern."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, abort, flash, request, url_for

from blueprints.accounts.queries import people_with_role
from blueprints.duty import queries
from blueprints.duty.forms.shifts import DutyShiftForm, PatternForm
from blueprints.duty.models import DutyShift
from blueprints.duty.routes import blueprint
from blueprints.duty.routes.desk import ID, day_asked, edits, me, own_organization, roster_asked
from blueprints.duty.service import rostering as service
from blueprints.duty.views import roster as views
from core import clock
from core.authz import Permission, Role, requires
from core.calendar_store import load_calendar
from core.clock import end_of_day, local_date, local_midnight
from core.htmx import render
from core.screens import form_flow, pressed
from core.submissions import once

CRUMB = [{"label": "值班表", "url": "/duty/roster"}]
SHIFT = f"/duty/shifts/<{ID}:duty_shift_id>"
SHOWN = (
    ("班次", "", ("name", "begins_at", "ends_at")),
    ("谁值班", "", ("leader_id", "people", "phones", "note")),
)
SPANS = {"name": 4, "begins_at": 4, "ends_at": 4}


@blueprint.get("/duty/roster")
@requires(Permission.SHIFT_READ)
def roster() -> Response:
    """A week or a month; of a supervised enterprise the leaders on duty."""
    by, day, now = me(), day_asked(), clock.now()
    organization, offered = roster_asked(by)
    view = "month" if request.args.get("view") == "month" else "week"
    days, own = views.days_of(day, view), organization.id == by.organization_id
    keeps = own and edits(by)
    shifts = queries.shifts_between(organization.id, local_midnight(days[0]), end_of_day(days[-1]))
    weeks = views.weeks(
        days, shifts, calendar=load_calendar(), now=now, edits=keeps, own=own,
        month=day if view == "month" else None,
    )  # fmt: skip

    def at(**where: Any) -> str:
        given = {"view": view, "day": day.isoformat(), "organization": None if own else organization.code}
        return url_for("duty.roster", **(given | where))

    before, after = views.neighbours(day, view)
    tabs = [
        {"label": label, "url": at(view=name), "active": view == name}
        for name, label in (("week", "按周"), ("month", "按月"))
    ]
    running = [s for s in shifts if s.begins_at <= now < s.ends_at]
    return render(
        "duty/roster.html", organization=organization, offered=offered, own=own, edits=keeps, weeks=weeks,
        span=views.span_words(days, day, view), day=day.isoformat(), view=view, tabs=tabs, any=bool(shifts),
        warnings=views.warnings(shifts, days), on_duty=[views.slot_words(s, own) for s in running],
        previous_url=at(day=before.isoformat()), next_url=at(day=after.isoformat()), now_url=at(day=None),
    )  # fmt: skip


def _own_or_404(shift_id: int) -> DutyShift:
    found = queries.shift_or_none(shift_id, me())
    if found is None:
        abort(404)
    return found


def _offered(form: DutyShiftForm) -> None:
    organization = own_organization()
    leaders = people_with_role(organization.id, Role.ENTERPRISE_LEADER, Role.REGULATOR_LEADER)
    form.offer(queries.people_of(organization.id), leaders)


def _at(shift: DutyShift) -> str:
    return url_for("duty.roster", day=local_date(shift.begins_at).isoformat())


@blueprint.route("/duty/shifts/new", methods=["GET", "POST"])
@requires(Permission.SHIFT_EDIT)
@once
def new_shift() -> Response:
    """Put in one shift."""
    organization, day = own_organization(), local_midnight(day_asked())
    form = DutyShiftForm(data={"begins_at": day + timedelta(hours=8), "ends_at": day + timedelta(hours=20)})
    _offered(form)

    def act() -> str:
        terms = form.terms(queries.people_of(organization.id))
        return _at(service.add(organization.id, terms, by=me(), now=clock.now()))

    back = url_for("duty.roster", day=day_asked().isoformat())
    return form_flow("排一个班", form, SHOWN, act, back=back, done="已排班。", breadcrumb=CRUMB, spans=SPANS)


@blueprint.route(f"{SHIFT}/edit", methods=["GET", "POST"])
@requires(Permission.SHIFT_EDIT)
@once
def edit_shift(duty_shift_id: int) -> Response:
    """Change one shift, also one that a pattern made."""
    shift = _own_or_404(duty_shift_id)
    form = DutyShiftForm()
    _offered(form)
    if request.method != "POST":
        form.fill(shift)

    def act() -> str:
        service.change(shift, form.terms(queries.people_of(shift.organization_id)), by=me(), now=clock.now())
        return _at(shift)

    return form_flow(
        "修改班次",
        form,
        SHOWN,
        act,
        back=_at(shift),
        done="已保存。",
        row=shift,
        breadcrumb=CRUMB,
        spans=SPANS,
    )


@blueprint.post(f"{SHIFT}/remove")
@requires(Permission.SHIFT_EDIT)
@once
def remove_shift(duty_shift_id: int) -> Response:
    """Take back a shift that has not begun."""
    shift = _own_or_404(duty_shift_id)
    return pressed(lambda: service.remove(shift, by=me(), now=clock.now()), _at(shift), "班次已撤销。")


@blueprint.route("/duty/shifts/pattern", methods=["GET", "POST"])
@requires(Permission.SHIFT_EDIT)
@once
def plan_shifts() -> Response:
    """Shifts of a stretch of days, groups taking turns; each can be changed afterwards."""
    organization, first = own_organization(), day_asked()
    form = PatternForm(data={"since": first, "until": first + timedelta(days=6)})
    people = queries.people_of(organization.id)

    def act() -> str:
        turns = form.turns(people, load_calendar())
        made, passed = service.add_by_pattern(organization.id, turns, by=me(), now=clock.now())
        kept = f"，{passed} 个时刻已经有班，保持不变" if passed else ""
        flash(f"排好 {len(made)} 个班{kept}。", "success")
        return url_for("duty.roster", day=turns.days[0].isoformat())

    groups = [("哪些天", "", ("since", "until", "which", "kinds")), ("谁轮班", "", ("groups", "leaders"))]
    intro = (
        "按规律排一段时间的班：例如白班、夜班两班倒，几组人员轮流。"
        "已经排过的班保持不变，排好以后每个班都能单独修改。"
    )
    names = "、".join(dict.fromkeys(p.name for p in people))
    return form_flow(
        "按规律排班", form, groups, act, back=url_for("duty.roster", day=first.isoformat()), done="",
        breadcrumb=CRUMB, intro=f"{intro}本单位人员：{names}。", spans={"since": 6, "until": 6},
        submit="排班",
    )  # fmt: skip
