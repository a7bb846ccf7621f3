"""Taking in spreadsheets: upload, look at it as it was understood, confirm, mend what came back."""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, flash, request, send_file, url_for

from blueprints.accounts.models import Organization
from blueprints.complaints.forms.importing import ColumnsForm, ConfirmForm, UploadForm
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.desk import me, show_refusal
from blueprints.complaints.service import importing
from blueprints.complaints.service.importing import mappings
from blueprints.complaints.spreadsheets.columns import choices
from blueprints.complaints.spreadsheets.writing import workbook_of_headers
from blueprints.complaints.views import import_page
from core import clock
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.db import transaction
from core.htmx import redirect_to, render
from core.spreadsheets import holding
from core.spreadsheets.container import MAX_BYTES
from core.spreadsheets.holding import Held
from core.submissions import once, remember
from domain.errors import InvalidInput, RuleViolation

UPLOAD = "/cases/import/<string(length=32):token>"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_COLUMNS = 200


def _root() -> Path:
    return Path(current_app.config["FILES_DIR"]) / "imports"


def _receiver() -> Organization:
    organization = me().organization
    if organization is None:
        abort(404)
    return organization


def _held_or_404(token: str) -> Held:
    held = holding.held_for(_root(), me().id, token)
    if held is None:
        abort(404)
    return held


def _crumbs(*rest: str) -> list[dict[str, str]]:
    start = [{"label": "诉求件", "url": url_for("complaints.cases")}]
    if not rest:
        return [*start, {"label": "批量导入"}]
    return [*start, {"label": "批量导入", "url": url_for("complaints.import_cases")}, {"label": rest[0]}]


@blueprint.route("/cases/import", methods=["GET", "POST"])
@requires(Permission.CASE_IMPORT)
def import_cases() -> Response:
    """Choose a spreadsheet; the answer shows how it was understood, nothing is stored yet."""
    receiver, form, status = _receiver(), UploadForm(), 200
    rows = mappings.mappings_of(receiver)
    form.mapping.choices = [("", "自动识别"), *((str(row.id), row.name) for row in rows)]
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                held = _take_in(form, receiver)
                return redirect_to(url_for("complaints.import_file", token=held.token))
            except InvalidInput as refusal:
                status = show_refusal(form, InvalidInput(refusal.message, "file"))
    return render(
        "complaints/import.html",
        status=status,
        form=form,
        mappings=import_page.mapping_rows(rows),
        hint=import_page.own_hint(receiver),
        max_bytes=MAX_BYTES,
        breadcrumb=_crumbs(),
    )


def _take_in(form: UploadForm, receiver: Organization) -> Held:
    """Keep the upload and look at it; what cannot be read is not kept."""
    chosen = next((r for r in mappings.mappings_of(receiver) if str(r.id) == form.mapping.data), None)
    with closing(form.file.data) as upload:
        held = holding.hold(_root(), me().id, upload.filename or "", upload.stream, now=clock.now())
    try:
        _look_at(held, receiver, dict(chosen.columns) if chosen else None, chosen.name if chosen else "")
    except BaseException:
        held.drop()
        raise
    return held


def _look_at(held: Held, receiver: Organization, remembered: dict[str, str] | None, named: str) -> None:
    """Read the upload and write down how it was understood. Errors: InvalidInput when it cannot be read."""
    now = clock.now()
    found = importing.understand(held.path, held.name, receiver, remembered=remembered, now=now)
    if remembered is None and (found.columns.unknown or found.columns.missing):
        fitting = mappings.mapping_for(receiver, found.columns.names)
        if fitting is not None:
            remembered, named = dict(fitting.columns), fitting.name
            found = importing.understand(held.path, held.name, receiver, remembered=remembered, now=now)
    wanted = importing.OnError.REJECT_ROW
    outcome = None if found.columns.missing else importing.foresee(found, receiver, wanted)
    held.facts = import_page.summary(found, outcome, me())
    held.facts |= {"remembered": remembered, "mapping": named}
    held.save()


@blueprint.get(UPLOAD)
@requires(Permission.CASE_IMPORT)
def import_file(token: str) -> Response:
    """How an upload was understood, or what became of it."""
    held = _held_or_404(token)
    return _page(held)


def _page(held: Held, status: int = 200, columns: ColumnsForm | None = None) -> Response:
    result = held.facts.get("result")
    template = "complaints/import_result.html" if result else "complaints/import_preview.html"
    return render(
        template,
        status=status,
        token=held.token,
        name=held.name,
        facts=held.facts,
        result=result,
        columns_form=columns or ColumnsForm(formdata=None, data={"name": held.facts.get("mapping", "")}),
        confirm=ConfirmForm(formdata=None),
        breadcrumb=_crumbs(held.name),
        **import_page.page(result or held.facts),
    )


@blueprint.post(f"{UPLOAD}/columns")
@requires(Permission.CASE_IMPORT)
def import_columns(token: str) -> Response:
    """Say what the columns are, look at the file again, and remember it under a name."""
    held, receiver, form = _held_or_404(token), _receiver(), ColumnsForm()
    if "result" in held.facts:
        return redirect_to(url_for("complaints.import_file", token=token))
    told = _told_columns(held.facts, request.form)
    name = (form.name.data or "").strip()
    try:
        if not form.validate():
            return _page(held, 422, form)
        if name:
            with transaction():
                mappings.remember(receiver, name, told, by=me(), now=clock.now())
        _look_at(held, receiver, mappings.normalised(told), name)
    except InvalidInput as refusal:
        return _page(held, show_refusal(form, refusal), form)
    flash(f"已按新的对应重新读取{f'，并记住为“{name}”' if name else ''}。", "success")
    return redirect_to(url_for("complaints.import_file", token=token))


def _told_columns(facts: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Header -> field, for the columns of this file and meanings that exist."""
    known = {value for value, _ in choices()}
    told = {}
    for column in facts.get("columns", [])[:MAX_COLUMNS]:
        meaning = given.get(f"column-{column['place']}", "")
        if meaning in known:
            told[column["name"]] = meaning
    return told


@blueprint.post(f"{UPLOAD}/confirm")
@requires(Permission.CASE_IMPORT)
@once
def import_confirm(token: str) -> Response:
    """Take the rows in; what was seen before is worked out anew, in one transaction."""
    held, receiver, form = _held_or_404(token), _receiver(), ConfirmForm()
    target = url_for("complaints.import_file", token=token)
    if "result" in held.facts or not held.path.exists():
        return redirect_to(target)
    if not form.validate():
        return _page(held, 422)
    wanted = importing.OnError(form.on_error.data)
    remembered, now = held.facts.get("remembered"), clock.now()
    try:
        found = importing.understand(held.path, held.name, receiver, remembered=remembered, now=now)
        if found.columns.missing:
            return _page(held, 422)
        with transaction():
            calendar = load_calendar()
            outcome = importing.carry_out(found, by=me(), on_error=wanted, now=now, calendar=calendar)
            remember(target)
    except (InvalidInput, RuleViolation) as refusal:
        flash(refusal.message, "danger")
        return _page(held, 422)
    if outcome.blocked:
        _look_at(held, receiver, remembered, held.facts.get("mapping", ""))
        flash("有问题的行还在，按您的选择整个文件没有导入。", "warning")
        return redirect_to(target, saved=False)
    _finish(held, outcome, remembered)
    return redirect_to(target)


def _finish(held: Held, outcome: importing.Outcome, remembered: dict[str, str] | None) -> None:
    """Keep what became of the file and the rows to mend; the file itself goes once its rows are in."""
    if outcome.refused:
        importing.write_rejects(held.path, held.rejects, outcome.refused, remembered)
    problems = [import_page.problem_row(problem) for problem in outcome.refused]
    held.facts = {"result": import_page.counts(outcome) | {"problems": problems}}
    held.save()
    held.drop_upload()


@blueprint.get(f"{UPLOAD}/rejects.xlsx")
@requires(Permission.CASE_IMPORT)
def import_rejects(token: str) -> Response:
    """The rows to mend, with what is wrong in the last column."""
    held = _held_or_404(token)
    problems = [importing.Problem(*told) for told in held.facts.get("problems", [])]
    book = io.BytesIO()
    if held.rejects.exists():
        book.write(held.rejects.read_bytes())
    elif problems and held.path.exists():
        importing.write_rejects(held.path, book, problems, held.facts.get("remembered"))
    else:
        abort(404)
    book.seek(0)
    name = f"{held.name.rsplit('.', 1)[0]}-待修改.xlsx"
    return send_file(book, mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.post(f"{UPLOAD}/drop")
@requires(Permission.CASE_IMPORT)
def import_drop(token: str) -> Response:
    """Forget an upload."""
    _held_or_404(token).drop()
    flash("已放弃这个文件，没有导入。", "info")
    return redirect_to(url_for("complaints.import_cases"))


@blueprint.get("/cases/import/template.xlsx")
@requires(Permission.CASE_IMPORT)
def import_template() -> Response:
    """An empty sheet with the usual columns."""
    book = workbook_of_headers()
    return send_file(book, mimetype=XLSX, as_attachment=True, download_name="12345工单导入模板.xlsx")


@blueprint.post("/cases/import/mappings/<int(max=2147483647):mapping_id>/drop")
@requires(Permission.CASE_IMPORT)
def import_mapping_drop(mapping_id: int) -> Response:
    """Forget remembered columns of the own organization."""
    row = next((r for r in mappings.mappings_of(_receiver()) if r.id == mapping_id), None)
    if row is None:
        abort(404)
    with transaction():
        mappings.forget(row, by=me(), now=clock.now())
    flash("已删除这个列名对应。", "success")
    return redirect_to(url_for("complaints.import_cases"))
