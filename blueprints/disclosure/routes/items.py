"""One item: what stands, what is owed, its versions, any past day; 有变更; the days of an update duty."""

from __future__ import annotations

from datetime import date

from flask import Response, abort, request, url_for

from blueprints.accounts.models import Organization
from blueprints.disclosure.forms import ChangedForm
from blueprints.disclosure.models import DisclosureItem, UpdateDuty
from blueprints.disclosure.queries import items
from blueprints.disclosure.queries.board import row_for
from blueprints.disclosure.queries.duties import duty_named
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import (
    ID,
    ITEM,
    crumbs,
    history,
    is_regulator,
    me,
    own_or_404,
    row_or_404,
)
from blueprints.disclosure.service import updating
from blueprints.disclosure.views import item_page, version_page
from core import clock, clocks
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import db
from core.htmx import render
from core.screens import form_flow
from core.submissions import once
from core.wording import date_words


def asked_day() -> tuple[date | None, str]:
    """(the past day asked for in the URL, what is wrong with it)."""
    text = request.args.get("on", "").strip()
    if not text:
        return None, ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None, "日期格式不对，例如 2026-10-13。"
    return (None, "请选择今天或者以前的日期。") if day > clock.today() else (day, "")


@blueprint.get(ITEM)
@requires(Permission.DISCLOSURE_READ)
def item(item_id: int) -> Response:
    """One item of an enterprise."""
    found = row_or_404(DisclosureItem, item_id)
    organization = db.session.get_one(Organization, found.organization_id)
    today, calendar = clock.today(), load_calendar()
    cell = row_for(organization, today, calendar).cells.get(found.duty)
    versions = items.versions_of(found.id)
    if is_regulator():
        versions = [v for v in versions if v.published_on is not None]
    day, wrong = asked_day()
    page = item_page.page(
        found, organization, cell, versions, me(), now=clock.now(), calendar=calendar,
        updates=items.updates_of(organization.id, found.duty),
    )  # fmt: skip
    past = items.stood_on(found.id, day) if day else None
    return render(
        "disclosure/item.html", **page, on=day.isoformat() if day else "",
        on_words=date_words(day) if day else "", on_wrong=wrong,
        past=version_page.content(past) if past else None,
        history=history(found.__tablename__, found.id), breadcrumb=crumbs(found),
    )  # fmt: skip


@blueprint.route(f"{ITEM}/changed", methods=["GET", "POST"])
@requires(Permission.DISCLOSURE_EDIT)
@once
def declare_change(item_id: int) -> Response:
    """有变更: what the register does not see opens an update duty, too."""
    found = own_or_404(DisclosureItem, item_id)
    duty = duty_named(found.duty)
    form, back = ChangedForm(since=clock.today()), url_for("disclosure.item", item_id=found.id)

    def act() -> str:
        since = form.since.data or clock.today()
        updating.declare_change(found, form.what.data or "", since, by=me(), now=clock.now())
        return back

    return form_flow(
        f"登记变更：{duty.item}", form, [("变更", "", ["what", "since"])], act, back=back,
        done="已登记变更，更新的期限已经算出。", submit="登记变更", breadcrumb=crumbs(found),
        intro="服务登记里的网点、营业时间、电话、业务、收费、制度和承诺有变更时会自动登记；这里登记别的变更。",
    )  # fmt: skip


@blueprint.get(f"/disclosure/updates/<{ID}:update_id>")
@requires(Permission.DISCLOSURE_READ)
def update(update_id: int) -> Response:
    """An update duty: why, until when, and each day that was counted."""
    row = row_or_404(UpdateDuty, update_id)
    found = items.item_of(row.organization_id, row.duty)
    limits = clocks.of_subject(updating.SUBJECT, row.id)
    if found is None or not limits:
        abort(404)
    why = item_page.why(row, limits[0], clocks.changes_of([limits[0].id]))
    return render("disclosure/update.html", why=why, item_url=url_for("disclosure.item", item_id=found.id),
                  breadcrumb=[*crumbs(found), {"label": why["title"]}])  # fmt: skip
