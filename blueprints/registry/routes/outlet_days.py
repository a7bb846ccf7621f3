"""An outlet's days: closures, the opening log, self-checks (F3.1.2)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for

from blueprints.accounts.queries_reach import enterprises
from blueprints.registry.forms.outlets import CheckForm, ClosureForm, MendForm, OpeningForm
from blueprints.registry.models import Outlet, OutletCheck
from blueprints.registry.queries import outlets as queries
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import (
    chosen_enterprises,
    enterprise_control,
    me,
    own_or_404,
    row_or_404,
)
from blueprints.registry.routes.outlets import CRUMB, OUTLET, crumbs
from blueprints.registry.service import outlet_days as service
from blueprints.registry.views import outlet_pages as pages
from core import clock
from core.authz import Permission, requires
from core.screens import asked, cell, form_flow, list_screen
from core.submissions import once
from core.wording import day_words
from domain.opening import expected_on, read_clock

HEADS = ["日期", "应当营业", "开门", "关门", "情况", "备注"]


def _simple(title: str, form: Any, outlet: Outlet, fields: tuple[str, ...], act: Any, done: str) -> Response:
    groups = [(title, "F3.1.2", fields)]
    back = url_for("registry.outlet", outlet_id=outlet.id)
    return form_flow(title, form, groups, act, back=back, done=done, breadcrumb=crumbs(outlet))


@blueprint.route(f"{OUTLET}/closures/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def new_closure(outlet_id: int) -> Response:
    """Enter days on which the outlet does not open, with reason and announcement."""
    found, form = own_or_404(Outlet, outlet_id), ClosureForm()

    def act() -> str:
        opens = read_clock(form.opens.data, "opens") if form.opens.data else None
        closes = read_clock(form.closes.data, "closes") if form.closes.data else None
        service.add_closure(
            found, form.first_day.data, form.last_day.data or form.first_day.data, reason=form.reason.data,
            announcement=form.announcement.data, announced_on=form.announced_on.data, opens=opens,
            closes=closes,
            by=me(), now=clock.now(),
        )  # fmt: skip
        return url_for("registry.outlet", outlet_id=found.id)

    fields = ("first_day", "last_day", "opens", "closes", "reason", "announcement", "announced_on")
    return _simple(
        "登记停业", form, found, fields, act, "停业安排已登记，并作为与“全年准时开门”不一致的情况显示。"
    )


@blueprint.route(f"{OUTLET}/opening/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def record_opening(outlet_id: int) -> Response:
    """Enter when the outlet opened and closed on a day; now is filled in."""
    found = own_or_404(Outlet, outlet_id)
    now, today = clock.to_local(clock.now()), clock.today()
    log = queries.logs_of([found.id], today, today).get((found.id, today))
    field = "closed" if log and log.opened_at else "opened"
    form = OpeningForm(data={"day": today, field: f"{now:%H:%M}"})

    def act() -> str:
        opened = read_clock(form.opened.data, "opened") if form.opened.data else None
        closed = read_clock(form.closed.data, "closed") if form.closed.data else None
        service.record_opening(
            found, form.day.data, opened, closed, remark=form.remark.data, by=me(), now=clock.now()
        )
        return url_for("registry.opening_month", outlet_id=found.id, month=f"{form.day.data:%Y-%m}")

    return _simple("登记开门关门", form, found, ("day", "opened", "closed", "remark"), act, "已登记。")


def _month(text: str, today: date) -> date:
    try:
        return date.fromisoformat(f"{text[:7]}-01") if text else today.replace(day=1)
    except ValueError:
        return today.replace(day=1)


@blueprint.get(f"{OUTLET}/opening")
@requires(Permission.REGISTRY_READ)
def opening_month(outlet_id: int) -> Response:
    """The opening log of a month; late or missed days are red."""
    found, today = row_or_404(Outlet, outlet_id), clock.today()
    first = _month(request.args.get("month", ""), today)
    last = first.replace(day=monthrange(first.year, first.month)[1])
    logs = queries.logs_of([found.id], first, last)
    closures = queries.plain_closures(queries.closures_of([found.id], first, last).get(found.id, []))
    week = queries.week_of(found)
    days = [first + timedelta(days=i) for i in range((min(last, today) - first).days + 1)]
    rows = [
        pages.opening_row(day, expected_on(day, week, closures), logs.get((found.id, day)), today)
        for day in reversed(days)
    ]
    earlier, later = first - timedelta(days=1), last + timedelta(days=1)

    def tab(label: str, day: date) -> dict[str, Any]:
        url = url_for("registry.opening_month", outlet_id=found.id, month=f"{day:%Y-%m}")
        return {"label": label, "url": url, "active": day == first}

    tabs = [tab("上一月", earlier), tab(f"{first.year}年{first.month}月", first)]
    if later <= today:
        tabs.append(tab("下一月", later))
    return list_screen(
        f"开门记录：{found.name}", HEADS, rows, endpoint="registry.opening_month", clause="F3.1.2", tabs=tabs,
        url_values={"outlet_id": found.id}, empty="这个月还没有到。",
        breadcrumb=[*crumbs(found), {"label": "开门记录"}],
    )  # fmt: skip


@blueprint.get("/opening")
@requires(Permission.REGISTRY_READ)
def opening_day() -> Response:
    """All outlets on one day: which opened late, closed early, or have no entry."""
    today = clock.today()
    filters = asked(("day", "enterprise"))
    try:
        day = min(date.fromisoformat(filters.get("day", "")), today)
    except ValueError:
        day = today
    found = [o for o in queries.outlets(chosen_enterprises()) if o.state == "open"]
    ids = [outlet.id for outlet in found]
    logs, closures = queries.logs_of(ids, day, day), queries.closures_of(ids, day, day)
    several, rows = len(enterprises(me())) > 1, []
    for outlet in found:
        expected = expected_on(
            day, queries.week_of(outlet), queries.plain_closures(closures.get(outlet.id, []))
        )
        row = pages.opening_row(day, expected, logs.get((outlet.id, day)), today)
        url = url_for("registry.opening_month", outlet_id=outlet.id)
        row[0] = cell(outlet.name, url=url, note=outlet.organization.name if several else "")
        rows.append(row)
    return list_screen(
        f"{day_words(day)}开门情况", ["网点", *HEADS[1:]], rows, endpoint="registry.opening_day",
        filters=filters,
        controls=[*enterprise_control(), {"name": "day", "label": "日期", "type": "date"}], clause="F3.1.2",
        empty="还没有营业的网点。", breadcrumb=[*CRUMB, {"label": "开门情况"}],
    )  # fmt: skip


@blueprint.route(f"{OUTLET}/checks/new", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def new_check(outlet_id: int) -> Response:
    """Enter a self-check of safety and tidiness."""
    found, form = own_or_404(Outlet, outlet_id), CheckForm(data={"day": clock.today()})

    def act() -> str:
        safe, tidy = form.safe.data == "1", form.tidy.data == "1"
        service.add_check(
            found, form.day.data, safe=safe, tidy=tidy, findings=form.findings.data, by=me(), now=clock.now()
        )
        return url_for("registry.outlet", outlet_id=found.id)

    return _simple("登记自查", form, found, ("day", "safe", "tidy", "findings"), act, "自查已登记。")


@blueprint.route("/outlet-checks/<int(max=2147483647):check_id>/mended", methods=["GET", "POST"])
@requires(Permission.REGISTRY_LOG)
@once
def mend_check(check_id: int) -> Response:
    """What a self-check found is in order again."""
    check, form = own_or_404(OutletCheck, check_id), MendForm(data={"mended_on": clock.today()})

    def act() -> str:
        service.mend_check(check, form.mended_on.data, by=me(), now=clock.now())
        return url_for("registry.outlet", outlet_id=check.outlet_id)

    return _simple("登记整改", form, check.outlet, ("mended_on",), act, "整改已登记。")
