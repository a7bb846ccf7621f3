"""报险: one tap, the page that the caller is led by, taking over, arriving, ending; the list of alarms."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.wrappers import Response as AnyResponse

from blueprints.accounts import queries_reach as reach
from blueprints.accounts.models import Organization
from blueprints.accounts.sessions import me
from blueprints.complaints.service.completing import PIECES, complete
from blueprints.duty.queries import on_duty_words
from blueprints.hotline.models import EMERGENCIES, EmergencyAlarm
from blueprints.hotline.queries import emergencies as queries
from blueprints.hotline.routes import blueprint
from blueprints.hotline.service import emergencies as service
from blueprints.hotline.views import emergency_pages as views
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import db, transaction
from core.htmx import redirect_to, render
from core.screens import asked, list_screen, place, pressed
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation

ALERT = "exclamation-triangle"
ID = "int(max=2147483647)"
ALARM = f"/emergencies/<{ID}:alarm_id>"
STALE = "刚刚有人办了这一步，请看现在的状态。"


def _enterprise(enterprises: list[Organization]) -> Organization | None:
    """The one that is asked for; the only one where there is no choice."""
    text = request.values.get("enterprise", "")
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    if len(enterprises) == 1 and wanted is None:
        return enterprises[0]
    return next((e for e in enterprises if e.id == wanted), None)


@blueprint.get("/emergency")
@requires(Permission.EMERGENCY_ACT)
def emergency() -> Response:
    """Four large buttons; a regulator chooses the enterprise first."""
    enterprises = reach.enterprises(me())
    chosen = _enterprise(enterprises)
    if chosen is None and request.args.get("enterprise"):
        abort(404)
    return render(
        "hotline/emergency.html", enterprises=enterprises, chosen=chosen, kinds=views.choices(chosen),
        on_duty=on_duty_words(chosen.id, clock.now()) if chosen else "",
        phone=views.repair_number(chosen) if chosen else None,
        breadcrumb=[{"label": "险情", "url": url_for("hotline.emergencies")}, {"label": "报险"}],
    )  # fmt: skip


@blueprint.post("/emergency")
@requires(Permission.EMERGENCY_ACT)
@once
def raise_emergency() -> AnyResponse:
    """The tap. Nothing but the kind is asked for."""
    chosen, kind = _enterprise(reach.enterprises(me())), request.form.get("kind", "")
    if chosen is None:
        abort(404)
    if kind not in EMERGENCIES:
        flash("请点选险情的种类。", "danger")
        return redirect_to(url_for("hotline.emergency", enterprise=chosen.id), saved=False)
    with transaction():
        alarm = service.raise_alarm(chosen, kind, by=me(), now=clock.now(), calendar=load_calendar())
        target = service.path_of(alarm)
        remember(target)
    return redirect_to(target)


@blueprint.get("/emergencies")
@requires(Permission.EMERGENCY_ACT)
def emergencies() -> Response:
    """Alarms of the own enterprise, or of those that are supervised, with how soon somebody took over."""
    by, now, before = me(), clock.now(), place("before")
    offered = reach.enterprises(by)
    filters = asked(("enterprise", "kind", "state"))
    known = {e.code: e.id for e in offered}
    wanted = [known[filters["enterprise"]]] if filters.get("enterprise") in known else list(known.values())
    found = queries.listed(wanted, filters, before)
    rows, more = found[: queries.PAGE], len(found) > queries.PAGE
    controls = [
        {"name": "state", "label": "状态", "options": tuple(service.STATES.items())},
        {"name": "kind", "label": "种类", "options": tuple(EMERGENCIES.items())},
    ]
    if len(offered) > 1:
        controls.insert(
            0, {"name": "enterprise", "label": "企业", "options": [(e.code, e.name) for e in offered]}
        )
    return list_screen(
        "险情", views.HEADS, [views.line(row, now) for row in rows], endpoint="hotline.emergencies",
        filters=filters, controls=controls, after=None, before=rows[-1].id if more else None,
        empty="还没有报过险。", hint="漏气、触电、爆管等险情，点“报险”就立即通知值班人员。",
        intro=views.figures_words(queries.figures(wanted, filters, now)),
        actions=[{"label": "报险", "url": url_for("hotline.emergency"), "primary": True, "icon": ALERT}],
    )  # fmt: skip


def _alarm_or_404(alarm_id: int) -> EmergencyAlarm:
    found = queries.alarm_or_none(alarm_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.get(ALARM)
@requires(Permission.EMERGENCY_ACT)
def emergency_alarm(alarm_id: int) -> Response:
    """What to say, whom to ring, who comes, how long it has taken; what is known so far."""
    return _page(_alarm_or_404(alarm_id))


def _page(alarm: EmergencyAlarm, status: int = 200, typed: dict[str, str] | None = None) -> Response:
    by, now = me(), clock.now()
    minutes, sees_case = queries.clock_of(alarm, by)
    pieces = views.pieces_of(alarm, by)
    shown = [p | {"value": (typed or {}).get(p["name"], p["value"]), "before": p["value"]} for p in pieces]
    return render(
        "hotline/alarm.html", status=status, alarm=alarm, kind=EMERGENCIES[alarm.kind], pieces=shown,
        state=service.STATES[alarm.state], tone=views.TONES[alarm.state], script=views.script_of(alarm),
        phone=views.repair_number(alarm.organization), told=views.told_words(alarm),
        clock=views.clock_view(alarm, minutes, now), course=views.course_of(alarm),
        own=by.organization_id == alarm.organization_id, acts=service.may_handle(alarm, by),
        running=alarm.state in queries.RUNNING, sees_case=sees_case,
        breadcrumb=[{"label": "险情", "url": url_for("hotline.emergencies")}, {"label": alarm.case.number}],
    )  # fmt: skip


@blueprint.get(f"/cases/<{ID}:alarm_case_id>/emergency")
@requires(Permission.EMERGENCY_ACT)
def emergency_of_case(alarm_case_id: int) -> AnyResponse:
    """From a case to the alarm by which it was raised."""
    found = queries.alarm_of_case(alarm_case_id)
    if found is None:
        abort(404)
    return redirect(service.path_of(_alarm_or_404(found.id)))


def _given() -> dict[str, str]:
    """What was typed and differs from what the page showed."""
    sent = {name: request.form.get(name) for name in PIECES}
    typed = {name: text.replace("\x00", "").strip() for name, text in sent.items() if text is not None}
    return {name: text for name, text in typed.items() if text != request.form.get(f"old-{name}", "").strip()}


@blueprint.post(f"{ALARM}/details")
@requires(Permission.EMERGENCY_ACT)
def complete_emergency(alarm_id: int) -> AnyResponse:
    """Keep what was typed: the pieces that differ from what the page showed. The own script sends each by
    itself and gets no page back."""
    alarm, by = _alarm_or_404(alarm_id), me()
    if not service.may_handle(alarm, by) or alarm.state not in queries.RUNNING:
        flash("险情已经结束或者不归本单位处置，请到诉求件里补充。", "danger")
        return redirect_to(service.path_of(alarm), saved=False)
    given = _given()
    quiet = request.headers.get("X-Autosave") == "1"
    try:
        with transaction():
            named = complete(alarm.case, given, by=by, now=clock.now(), calendar=load_calendar())
    except (InvalidInput, RuleViolation, StaleDataError) as refused:
        db.session.rollback()
        words = STALE if isinstance(refused, StaleDataError) else str(getattr(refused, "message", refused))
        if quiet:
            return Response(words, status=409, mimetype="text/plain")
        flash(words, "danger")
        return _page(_alarm_or_404(alarm_id), 409, given)
    if quiet:
        return Response(status=204)
    flash(f"已保存：{'、'.join(named)}。" if named else "内容没有变化。", "success" if named else "info")
    return redirect_to(service.path_of(alarm))


def _step(alarm_id: int, act: Callable[[EmergencyAlarm], None], done: str) -> Response:
    """A button of the alarm: done, or refused with the reason, back on its page."""
    alarm = _alarm_or_404(alarm_id)
    back = service.path_of(alarm)
    try:
        return pressed(lambda: act(alarm), back, done)
    except StaleDataError:
        db.session.rollback()
        flash(STALE, "danger")
        return redirect_to(back, saved=False)


def _typed(name: str, longest: int) -> str:
    return "".join(c for c in request.form.get(name, "") if c.isprintable())[:longest].strip()


@blueprint.post(f"{ALARM}/take")
@requires(Permission.EMERGENCY_ACT)
@once
def take_emergency(alarm_id: int) -> Response:
    """我来接手, or somebody by name and phone."""
    name, phone, now = _typed("taken_name", 64), _typed("taken_phone", 32), clock.now()
    return _step(
        alarm_id,
        lambda a: service.take_over(a, name, phone, by=me(), now=now, calendar=load_calendar()),
        "已接手，计时停止。",
    )


@blueprint.post(f"{ALARM}/arrive")
@requires(Permission.EMERGENCY_ACT)
@once
def arrive_emergency(alarm_id: int) -> Response:
    """已到达."""
    now = clock.now()
    return _step(
        alarm_id, lambda a: service.arrive(a, by=me(), now=now, calendar=load_calendar()), "已记下到达时间。"
    )


@blueprint.post(f"{ALARM}/end")
@requires(Permission.EMERGENCY_ACT)
@once
def end_emergency(alarm_id: int) -> Response:
    """处置结束, with the result; or 误报, with a word why."""
    false_alarm, result, now = request.form.get("how") == "false", _typed("result", 1000), clock.now()
    return _step(
        alarm_id,
        lambda a: service.finish(
            a, result, false_alarm=false_alarm, by=me(), now=now, calendar=load_calendar()
        ),
        "已登记为误报。" if false_alarm else "处置结束，诉求件按平常的步骤继续办理。",
    )
