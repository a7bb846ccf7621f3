"""Calls of an incident: listed, attached from a case by one key, set apart; who is told what."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any

from flask import Response, abort, flash, request, send_file, url_for

from blueprints.accounts.sessions import me
from blueprints.complaints import queries_case
from blueprints.complaints.events import open_incidents
from blueprints.complaints.models import Case
from blueprints.complaints.service import perform
from blueprints.complaints.service.exporting import check_reason
from blueprints.complaints.workflow import OPEN
from blueprints.hotline.forms.incidents import WhyForm
from blueprints.hotline.models import Incident
from blueprints.hotline.queries import incidents as queries
from blueprints.hotline.routes import blueprint
from blueprints.hotline.routes.incidents import INCIDENT, incident_or_404, page_of
from blueprints.hotline.service import incident_calls as service
from blueprints.hotline.service import incident_tellings as tellings
from blueprints.hotline.views import incident_pages as pages
from core import audit, clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import side_transaction
from core.htmx import redirect_to, render
from core.screens import asked, form_flow, list_screen, place, pressed
from core.sheets import XLSX, write_workbook
from core.submissions import once
from domain.errors import InvalidInput

P = Permission
STATES = (("prepared", "待告知"), ("told", "已告知"), ("unreachable", "没有留电话"))
COLUMNS = ("编号", "诉求人", "电话", "第几次更新", "告知内容")
CASE = "/cases/<int(max=2147483647):case_id>"


def case_or_404(case_id: int) -> Case:
    """A visible case; a foreign one does not exist."""
    found = queries_case.case_for(case_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.get(f"{INCIDENT}/calls")
@requires(P.INCIDENT_READ)
def incident_calls(incident_id: int) -> Response:
    """Attached calls, the latest first; `left`: those that stay open when it closes, with the reason."""
    found, filters = incident_or_404(incident_id), asked(("left",))
    rows, before, after = queries.calls(
        found, me(), before=place("before"), after=place("after"), left="left" in filters
    )
    controls = [{"name": "left", "label": "其中", "options": (("yes", "留下另行办理的"),)}]
    return list_screen(
        f"{found.number}的来电", pages.CALL_HEADS, pages.call_rows(rows), endpoint="hotline.incident_calls",
        url_values={"incident_id": found.id}, filters=filters, controls=controls, before=before, after=after,
        empty="还没有来电并入。", breadcrumb=[*pages.crumbs(found), {"label": "来电"}],
        intro=f"并入 {found.calls} 件；这里只列您能查看的件。",
    )  # fmt: skip


@blueprint.get(f"{CASE}/incident")
@requires(P.INCIDENT_READ)
def case_incident(case_id: int) -> Response:
    """The incident of a case and what its caller was told, or the open ones that it can be attached to
    (loaded beside the page of the case; a page of its own without scripts)."""
    case = queries.case_or_none(case_id, me())
    if case is None:
        abort(404)
    attached = queries.call_and_incident(case.id, case.incident_id) if case.incident_id else None
    incident, apart = attached or (None, "")
    may_act = P.CASE_ACT in me().permissions and case.state in OPEN
    readable = incident is not None and queries.may_read(incident, me())
    return render(
        "hotline/case_incident.html", block="incident", case=case, incident=incident,
        incident_url=page_of(incident) if incident is not None and readable else None, apart=apart,
        may_act=may_act, told=pages.told_rows(incident, queries.tellings_of(case.id)) if incident else [],
        offered=[] if incident or not may_act else open_incidents([case.enterprise_id]),
        breadcrumb=[*pages.crumbs(case=case), {"label": "停供事件"}],
    )  # fmt: skip


@blueprint.post(f"{CASE}/incident")
@requires(P.CASE_ACT)
@once
def attach_case(case_id: int) -> Response:
    """并入停供事件 by one key from the page of the case."""
    case = case_or_404(case_id)
    text = request.form.get("incident", "")
    wanted = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

    def act() -> None:
        given = {"incident": wanted}
        perform(case, "attach_incident", given, by=me(), now=clock.now(), calendar=load_calendar())

    return pressed(act, url_for("complaints.case", case_id=case.id), "已并入停供事件。")


@blueprint.route(f"{CASE}/incident/apart", methods=["GET", "POST"])
@requires(P.CASE_ACT)
@once
def set_case_apart(case_id: int) -> Response:
    """另行办理: this call asks for more than the supply back."""
    case, form = case_or_404(case_id), WhyForm()
    back = url_for("complaints.case", case_id=case.id)

    def act() -> str:
        service.set_apart(case, form.reason.data or "", by=me(), now=clock.now())
        return back

    return form_flow(
        "另行办理", form, [("还要单独办理什么", "", ("reason",))], act, back=back,
        done="已标记：停供事件结案时，本件留下另行办理。", breadcrumb=pages.crumbs(case=case),
    )  # fmt: skip


@blueprint.get(f"{INCIDENT}/tellings")
@requires(P.INCIDENT_READ)
def incident_tellings(incident_id: int) -> Response:
    """Who is still to be told, with the text prepared for each."""
    return _tellings(incident_or_404(incident_id))


def _tellings(found: Incident, status: int = 200, error: str = "") -> Response:
    state = asked(("state",)).get("state", "prepared")
    state = state if state in dict(STATES) else "prepared"
    rows = queries.to_tell(found, me(), state=state, after=place("after"), limit=queries.PAGE + 1)
    more, rows = len(rows) > queries.PAGE, rows[: queries.PAGE]
    people = queries.people_of([row.case_id for row in rows])
    at: dict[str, Any] = {"incident_id": found.id, "state": state}
    tabs = [
        {"label": words, "active": code == state,
         "url": url_for("hotline.incident_tellings", **at | {"state": code})}
        for code, words in STATES
    ]  # fmt: skip
    return render(
        "hotline/tellings.html", status=status, incident=found, state=state, tabs=tabs, error=error,
        rows=pages.telling_rows(found, rows, people, me()), may_tell=P.CASE_ACT in me().permissions,
        next_url=url_for("hotline.incident_tellings", after=rows[-1].id, **at) if more else None,
        may_export=P.CASE_EXPORT in me().permissions, may_reveal=P.PERSONAL_REVEAL in me().permissions,
        breadcrumb=[*pages.crumbs(found), {"label": "待告知"}],
    )  # fmt: skip


@blueprint.post(f"{INCIDENT}/tellings")
@requires(P.CASE_ACT)
@once
def mark_told(incident_id: int) -> Response:
    """已告知: the ticked ones, or all that wait."""
    found = incident_or_404(incident_id)
    given = [text for text in request.form.getlist("id") if text.isascii() and text.isdecimal()]
    ids = [int(text) for text in given if len(text) < 10]
    whole = request.form.get("all") == "yes"
    back = url_for("hotline.incident_tellings", incident_id=found.id)
    if not ids and not whole:
        flash("请先勾选已经告知的。", "warning")
        return redirect_to(back, saved=False)

    def act() -> None:
        tellings.mark_told(found, None if whole else ids, by=me(), now=clock.now())

    return pressed(act, back, "已记录告知。")


@blueprint.get(f"{INCIDENT}/tellings.xlsx")
@requires(P.CASE_EXPORT)
def export_tellings(incident_id: int) -> Response:
    """Everybody who is still to be told, as a file; phones in full for a reason that is recorded."""
    found, reason = incident_or_404(incident_id), ""
    in_full = bool(request.args.get("reveal")) and P.PERSONAL_REVEAL in me().permissions
    try:
        reason = check_reason(request.args.get("reason", "")) if in_full else ""
    except InvalidInput as refused:
        return _tellings(found, 422, refused.message)
    file = tempfile.TemporaryFile()  # noqa: SIM115
    count = write_workbook(file, "待告知", COLUMNS, _lines(found, in_full), wide="告知内容")
    file.seek(0)
    changes: dict[str, Any] = {"rows": [None, count]}
    if reason:
        changes |= {"in_full": [None, True], "reason": [None, reason]}
    _record_export(found, changes)
    name = f"{found.number}-待告知-{clock.to_local(clock.now()):%Y%m%d-%H%M}.xlsx"
    answer = send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)
    answer.call_on_close(file.close)
    return answer


def _record_export(found: Incident, changes: dict[str, Any]) -> None:
    subject, by = audit.Subject("incident", found.id, found.number), me()
    with side_transaction() as own:
        audit.record("incident.export", subject=subject, by=by, now=clock.now(), changes=changes, session=own)


def _lines(found: Incident, in_full: bool) -> Iterator[list[str]]:
    texts = {row.id: (row.number, tellings.telling_text(found, row)) for row in found.updates}
    for row, people in queries.all_to_tell(found, me()):
        name, phone = pages.caller(row, people, me(), in_full=in_full)
        number, text = texts[row.update_id]
        yield [row.number, name, phone, f"第 {number} 次", text]
