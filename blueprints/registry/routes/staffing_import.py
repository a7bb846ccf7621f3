"""Taking in sheets of staff: upload, look at it as it was understood, confirm, mend what came back."""

from __future__ import annotations

import io
from contextlib import closing
from typing import Any

from flask import Response, abort, flash, send_file, url_for

from blueprints.registry.forms.staffing_import import StaffConfirmForm, StaffUploadForm
from blueprints.registry.jobs import STAFF_IMPORT, facts_of, finish, import_root
from blueprints.registry.routes import blueprint
from blueprints.registry.routes.desk import me, own_organization
from blueprints.registry.service import staffing_import as importing
from blueprints.registry.service.staffing_rows import VOCABULARY, Problem
from blueprints.registry.views import staff_imports as pages
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.jobs import enqueue
from core.screens import refuse
from core.sheets import XLSX, write_workbook
from core.spreadsheets import holding
from core.spreadsheets.container import MAX_BYTES
from core.spreadsheets.holding import Held
from core.submissions import once, remember
from domain.errors import InvalidInput

UPLOAD = "/staff/import/<string(length=32):token>"
IN_BACKGROUND = 2000


def _held_or_404(token: str) -> Held:
    own_organization()
    held = holding.held_for(import_root(), me().id, token)
    if held is None:
        abort(404)
    return held


@blueprint.route("/staff/import", methods=["GET", "POST"])
@requires(Permission.REGISTRY_EDIT)
def import_staff() -> Response:
    """Choose a sheet; the answer shows how it was understood, nothing is stored yet."""
    own_organization()
    form, status = StaffUploadForm(), 200
    if form.is_submitted():
        status = 422
        if form.validate():
            try:
                held = _take_in(form)
                return redirect_to(url_for("registry.staff_file", token=held.token))
            except InvalidInput as refused:
                status = refuse(form, InvalidInput(refused.message, "file"))
    return render(
        "registry/staff_import.html", status=status, form=form, columns=pages.columns(),
        max_bytes=MAX_BYTES, breadcrumb=pages.crumbs(),
    )  # fmt: skip


def _take_in(form: StaffUploadForm) -> Held:
    """Keep the upload and look at it; what cannot be read is not kept."""
    with closing(form.file.data) as upload:
        name = upload.filename or ""
        held = holding.hold(import_root(), me().id, name, upload.stream, now=clock.now())
    try:
        _look_at(held)
    except BaseException:
        held.drop()
        raise
    return held


def _look_at(held: Held) -> None:
    organization_id = own_organization()
    found = importing.understand(held.path, held.name, organization_id, today=clock.today())
    if found.missing:
        names = "、".join(found.missing)
        raise InvalidInput(f"表格缺少必需的列：{names}。请补上这些列，或者按空白模板填写。", "file")
    outcome = importing.foresee(found, organization_id, importing.OnError.REJECT_ROW)
    shown = {"sheet": found.sheet, "line": found.line, "unknown": list(found.columns.unknown)}
    held.facts = facts_of(outcome) | shown | {"people": pages.first_people(found)}
    held.save()


@blueprint.get(UPLOAD)
@requires(Permission.REGISTRY_EDIT)
def staff_file(token: str) -> Response:
    """How an upload was understood, or what became of it."""
    return _page(_held_or_404(token))


def _page(held: Held, status: int = 200, form: StaffConfirmForm | None = None) -> Response:
    result = held.facts.get("result")
    template = "registry/staff_import_result.html" if result else "registry/staff_import_preview.html"
    return render(
        template, status=status, token=held.token, name=held.name, facts=result or held.facts,
        form=form or StaffConfirmForm(formdata=None), breadcrumb=pages.crumbs(held.name),
        problems=(result or held.facts).get("problems", [])[: pages.SHOWN_PROBLEMS],
        more=pages.more_problems(result or held.facts),
        in_background=held.facts.get("rows", 0) > IN_BACKGROUND,
    )  # fmt: skip


@blueprint.post(f"{UPLOAD}/confirm")
@requires(Permission.REGISTRY_EDIT)
@once
def staff_confirm(token: str) -> Response:
    """Take the rows in; what was seen before is worked out anew, in one transaction or in the background."""
    held, form = _held_or_404(token), StaffConfirmForm()
    target = url_for("registry.staff_file", token=token)
    if "result" in held.facts or not held.path.exists():
        return redirect_to(target)
    if not form.validate():
        return _page(held, 422, form)
    if held.facts.get("rows", 0) > IN_BACKGROUND:
        return _in_background(held, form.on_error.data)
    organization_id, wanted = own_organization(), importing.OnError(form.on_error.data)
    found = importing.understand(held.path, held.name, organization_id, today=clock.today())
    with transaction():
        outcome = importing.carry_out(found, organization_id, by=me(), on_error=wanted, now=clock.now())
        remember(target)
    if outcome.blocked:
        flash("有问题的行还在，按您的选择整个文件没有导入。", "warning")
        return redirect_to(target, saved=False)
    finish(held, outcome)
    return redirect_to(target)


def _in_background(held: Held, on_error: str) -> Response:
    with transaction():
        arguments: dict[str, Any] = {"token": held.token, "on_error": on_error}
        title = f"导入员工《{held.name[:60]}》"
        job = enqueue(STAFF_IMPORT, title, arguments, user_id=me().id, now=clock.now())
        target = f"/jobs/{job.id}"
        remember(target)
    return redirect_to(target)


@blueprint.get(f"{UPLOAD}/rejects.xlsx")
@requires(Permission.REGISTRY_EDIT)
def staff_rejects(token: str) -> Response:
    """The rows to mend, with what is wrong in the last column."""
    held = _held_or_404(token)
    book = io.BytesIO()
    if held.rejects.exists():
        book.write(held.rejects.read_bytes())
    elif held.path.exists():
        organization_id = own_organization()
        found = importing.understand(held.path, held.name, organization_id, today=clock.today())
        problems: list[Problem] = importing.foresee(
            found, organization_id, importing.OnError.REJECT_ROW
        ).rejected
        importing.write_rejects(held.path, book, problems)
    else:
        abort(404)
    book.seek(0)
    name = f"{held.name.rsplit('.', 1)[0]}-待修改.xlsx"
    return send_file(book, mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.post(f"{UPLOAD}/drop")
@requires(Permission.REGISTRY_EDIT)
def staff_drop(token: str) -> Response:
    """Forget an upload."""
    _held_or_404(token).drop()
    flash("已放弃这个文件，没有导入。", "info")
    return redirect_to(url_for("registry.import_staff"))


@blueprint.get("/staff/import/template.xlsx")
@requires(Permission.REGISTRY_EDIT)
def staff_template() -> Response:
    """An empty sheet with all columns."""
    book = io.BytesIO()
    write_workbook(book, "员工", VOCABULARY.labels, ())
    book.seek(0)
    return send_file(book, mimetype=XLSX, as_attachment=True, download_name="员工导入模板.xlsx")
