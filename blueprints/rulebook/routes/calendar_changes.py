"""Changing the calendar: a year is looked at before it is taken in; single days name their source."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any

from flask import Response, abort, flash, url_for

from blueprints.accounts.sessions import me
from blueprints.rulebook import queries
from blueprints.rulebook.forms import ConfirmYearForm, DayForm, RemoveDayForm, YearForm, show_refusal
from blueprints.rulebook.routes import blueprint
from blueprints.rulebook.routes.dates import day_words, stored_time
from core import calendar_store, clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput
from domain.workdays import DayStatus

MAX_BYTES = 1_000_000


def _crumbs(label: str) -> list[dict[str, str]]:
    return [{"label": "工作日历", "url": url_for("rulebook.calendar")}, {"label": label}]


def _parsed(raw: bytes | str) -> object:
    """The JSON in an upload or in the form that came back; InvalidInput when it is none."""
    if len(raw) > MAX_BYTES:
        raise InvalidInput("文件太大，不像是一年的放假安排。", "file")
    try:
        return json.loads(raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw)
    except (ValueError, RecursionError):
        raise InvalidInput("这个文件不是 JSON，请检查是否选错。", "file") from None


def _refused(form: Any, refusal: InvalidInput) -> int:
    """Faults inside the file are shown at the file."""
    known = refusal.field if refusal.field in ("file", "source") else "file"
    return show_refusal(form, InvalidInput(refusal.message, known))


@blueprint.route("/calendar/import", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
def import_year() -> Response:
    """Choose a year's file and name its source; the answer shows what it would change."""
    form = YearForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                with closing(form.file.data) as upload:
                    data = _parsed(upload.read(MAX_BYTES + 1))
                return _preview(data, form.source.data)
            except InvalidInput as refusal:
                status = _refused(form, refusal)
    missing = queries.missing_years(clock.today())
    crumbs = _crumbs("录入年度安排")
    return render("rulebook/import_year.html", status=status, form=form, missing=missing, breadcrumb=crumbs)


def _preview(data: object, source: str) -> Response:
    preview = calendar_store.preview_year(data)
    days = [{"name": name, "date": day.isoformat(), "isOffDay": off} for day, off, name in preview.file.days]
    payload = json.dumps({"year": preview.file.year, "days": days}, ensure_ascii=False)
    form = ConfirmYearForm(formdata=None, data={"payload": payload, "source": source})
    held = calendar_store.load_calendar()
    changed = {change.after.date for change in preview.changes}
    listed = {day for day, _, _ in preview.file.days}
    pairs = ((held.status(day), preview.calendar.status(day)) for day in listed | changed)
    lines = [_line(before, after, after.date in changed) for before, after in pairs]
    return render(
        "rulebook/year_preview.html",
        year=preview.file.year,
        source=source,
        again=preview.file.year in held.published,
        lines=sorted(lines, key=lambda line: line["iso"]),
        off=sum(off for _, off, _ in preview.file.days),
        work=sum(not off for _, off, _ in preview.file.days),
        changes=len(preview.changes),
        overruled="、".join(map(day_words, preview.overruled)),
        moving=queries.deadlines_to_move(preview.calendar),
        form=form,
        breadcrumb=_crumbs("核对年度安排"),
    )


def _line(before: DayStatus, after: DayStatus, changed: bool) -> dict[str, Any]:
    return {
        "iso": before.date.isoformat(),
        "day": day_words(before.date),
        "before": f"{'上班' if before.working else '休息'} · {before.why}",
        "after": f"{'上班' if after.working else '休息'} · {after.why}",
        "working": after.working,
        "changed": changed,
    }


@blueprint.post("/calendar/import/confirm")
@requires(Permission.CALENDAR_EDIT)
@once
def confirm_year() -> Response:
    """Take in the year that was looked at; open deadlines follow."""
    form = ConfirmYearForm()
    if not form.validate():
        abort(400)
    with transaction():
        data = _parsed(form.payload.data)
        done = calendar_store.import_year(data, source=form.source.data, by=me(), now=clock.now())
        target = url_for("rulebook.calendar", year=done.year)
        remember(target)
    moved = f"{len(done.changed)}件诉求的时限有变化" if done.changed else "没有诉求的时限因此变化"
    flash(f"已录入{done.year}年放假安排，共{done.days}天；{moved}。", "success")
    return redirect_to(target)


def _days_page(form: DayForm, status: int = 200) -> Response:
    rows = [row for row in calendar_store.overrides() if row.layer == calendar_store.SINGLE]
    lines = [
        {"row": row, "day": f"{row.day.year}-{day_words(row.day)}", "at": stored_time(row.changed_at)}
        for row in reversed(rows)
    ]
    crumbs = _crumbs("单日调整")
    return render("rulebook/single_days.html", status=status, form=form, lines=lines, breadcrumb=crumbs)


@blueprint.route("/calendar/days", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
@once
def single_days() -> Response:
    """Single days that a document declares off or working."""
    form = DayForm()
    if not form.is_submitted():
        return _days_page(form)
    if not form.validate() or form.day.data is None:
        return _days_page(form, 422)
    target = url_for("rulebook.single_days")
    try:
        with transaction():
            moved = calendar_store.set_override(
                form.day.data, off=form.off.data == "off", name=form.name.data, source=form.source.data,
                by=me(), now=clock.now(),
            )  # fmt: skip
            remember(target)
    except InvalidInput as refusal:
        return _days_page(form, show_refusal(form, refusal))
    flash(f"已保存；{len(moved)}件诉求的时限有变化。", "success")
    return redirect_to(target)


@blueprint.route("/calendar/days/<day>/remove", methods=["GET", "POST"])
@requires(Permission.CALENDAR_EDIT)
@once
def remove_day(day: str) -> Response:
    """Take a single day back, with the reason."""
    row = next((row for row in calendar_store.overrides() if _is_single(row, day)), None)
    if row is None:
        abort(404)
    form = RemoveDayForm()
    status = 200
    if form.is_submitted():
        status = 422
        if form.validate():
            target = url_for("rulebook.single_days")
            with transaction():
                now = clock.now()
                moved = calendar_store.remove_override(row.day, reason=form.reason.data, by=me(), now=now)
                remember(target)
            flash(f"已撤销；{len(moved)}件诉求的时限有变化。", "success")
            return redirect_to(target)
    crumbs = [*_crumbs("单日调整")[:1], {"label": "单日调整", "url": url_for("rulebook.single_days")}]
    crumbs.append({"label": "撤销"})
    words = day_words(row.day)
    return render(
        "rulebook/remove_day.html", status=status, form=form, row=row, day=words, breadcrumb=crumbs
    )


def _is_single(row: calendar_store.StoredDay, day: str) -> bool:
    return row.layer == calendar_store.SINGLE and row.day.isoformat() == day


