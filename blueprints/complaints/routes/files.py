"""Files of a case: added, and given out as attachments to those who may see the case."""

from __future__ import annotations

from flask import Response, abort, flash, url_for

from blueprints.complaints import queries_case
from blueprints.complaints.forms.files import FilesForm
from blueprints.complaints.people import may_have
from blueprints.complaints.routes import blueprint
from blueprints.complaints.routes.case import case_response
from blueprints.complaints.routes.desk import CASE, case_or_404, me, show_refusal
from blueprints.complaints.service.attaching import attach, check_open
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.files import send_stored
from core.htmx import redirect_to
from core.submissions import once, remember
from domain.errors import InvalidInput


@blueprint.get(f"{CASE}/files/<int(max=2147483647):attachment_id>")
@requires(Permission.CASE_READ)
def file(case_id: int, attachment_id: int) -> Response:
    """One file of the case, always as an attachment."""
    case = case_or_404(case_id)
    found = queries_case.attachment_of(case, attachment_id)
    if found is None or not may_have(found, case, me()):
        abort(404)
    return send_stored(found.file, found.name)


@blueprint.post(f"{CASE}/files")
@requires(Permission.CASE_ACT)
@once
def add_files(case_id: int) -> Response:
    """Add files to a case that is still open."""
    case = case_or_404(case_id)
    check_open(case, me())
    form = FilesForm(id_prefix="upload-")
    target = url_for("complaints.case", case_id=case_id) + "#files"
    if not form.validate():
        return case_response(case, status=422, upload=form)
    try:
        with transaction():
            attach(
                case, form.files.contents(), by=me(), now=clock.now(), released=form.released.data
            )
            remember(target)
    except InvalidInput as refusal:
        status = show_refusal(form, refusal)
        return case_response(case_or_404(case_id), status=status, upload=form)
    flash("附件已保存。", "success")
    return redirect_to(target)
