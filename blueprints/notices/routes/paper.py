"""The paper beside a notice: copies and who took them, the scan of the original, the OA number."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.notices import queries, queries_paper
from blueprints.notices.forms_paper import CopyForm, OaNumberForm, ScanForm, uploaded
from blueprints.notices.models import Notice, NoticeCopy, NoticeScan
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import NOTICE, me, notice_or_404, own_or_404
from blueprints.notices.service import paper as service
from blueprints.notices.views import paper_page
from core import clock
from core.authz import Permission, requires
from core.files import send_stored
from core.htmx import render
from core.screens import form_flow, pressed
from core.submissions import once

COPY = f"{NOTICE}/copies/<int(max=2147483647):copy_id>"
SCAN = f"{NOTICE}/scans/<int(max=2147483647):scan_id>"


def crumbs(found: Notice) -> list[dict[str, str]]:
    """Where the forms of a notice stand."""
    return [
        {"label": "文书", "url": url_for("notices.notices")},
        {"label": found.label, "url": url_for("notices.notice", notice_id=found.id)},
    ]


def back_to(notice_id: int) -> str:
    """The panel of paper on the page of the notice."""
    return url_for("notices.notice", notice_id=notice_id, _anchor="paper")


@blueprint.get(f"{NOTICE}/paper")
@requires(Permission.NOTICE_READ)
def paper(notice_id: int) -> Response:
    """Copies, seal uses, scans, the mail book and the print queue, as far as they are about this notice."""
    found = queries_paper.paper_of(notice_id, me())
    if found is None:
        abort(404)
    return render(
        "notices/paper.html",
        "paper",
        notice=found.notice,
        p=paper_page.panels(found, me()),
        breadcrumb=[*crumbs(found.notice), {"label": "纸质件"}],
    )


@blueprint.post(f"{NOTICE}/copies")
@requires(Permission.NOTICE_ISSUE)
@once
def prepare_copies(notice_id: int) -> Response:
    """The copies that the kind and the addressees call for."""
    own_or_404(notice_id)

    def act() -> None:
        service.prepare_copies(queries.locked(notice_id), by=me(), now=clock.now())

    return pressed(act, back_to(notice_id), "份数已准备。")


@blueprint.route(f"{NOTICE}/copies/new", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def new_copy(notice_id: int) -> Response:
    """One more copy."""
    return _copy_form(own_or_404(notice_id), None, CopyForm(data={"copies": 1}))


@blueprint.route(COPY, methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def copy(notice_id: int, copy_id: int) -> Response:
    """Who took a copy when; how many, for whom."""
    found = own_or_404(notice_id)
    row = queries_paper.part_of(NoticeCopy, copy_id, notice_id)
    if row is None:
        abort(404)
    return _copy_form(found, row, CopyForm(obj=row))


def _copy_form(found: Notice, row: NoticeCopy | None, form: CopyForm) -> Response:
    notice_id, back = found.id, back_to(found.id)

    def act() -> str:
        notice = queries.locked(notice_id)
        service.set_copy(notice, row, form.data, by=me(), now=clock.now())
        return back

    title = f"第{row.position}联" if row else "加一联"
    groups = [("联", "", ("recipient", "purpose", "copies")), ("领取", "", ("handed_on", "taken_by"))]
    return form_flow(title, form, groups, act, back=back, done="已登记。", breadcrumb=crumbs(found))


@blueprint.route(f"{NOTICE}/scans/new", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def new_scan(notice_id: int) -> Response:
    """The scan of the sealed original."""
    found, form, back = own_or_404(notice_id), ScanForm(), back_to(notice_id)

    def act() -> str:
        name, data = uploaded(form.file) or ("", b"")
        service.add_scan(
            queries.locked(notice_id), name, data, form.remark.data or "", by=me(), now=clock.now()
        )
        return back

    return form_flow(
        "上传盖章原件",
        form,
        [("扫描件", "", ("file", "remark"))],
        act,
        back=back,
        done="扫描件已保存。",
        breadcrumb=crumbs(found),
        intro="扫描件和这份文书存储的 PDF 的校验值一起保存，以后可以核对是不是同一份。",
    )


@blueprint.get(f"{SCAN}/file")
@requires(Permission.NOTICE_READ)
def scan_file(notice_id: int, scan_id: int) -> Response:
    """The scan, for those who may read the notice."""
    notice_or_404(notice_id)
    row = queries_paper.part_of(NoticeScan, scan_id, notice_id)
    if row is None:
        abort(404)
    return send_stored(row.file, row.name)


@blueprint.route(f"{NOTICE}/oa-number", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def oa_number(notice_id: int) -> Response:
    """The number in the office system, any time after numbering."""
    found, back = own_or_404(notice_id), back_to(notice_id)
    form = OaNumberForm(obj=found)

    def act() -> str:
        number = form.oa_number.data or ""
        service.set_oa_number(queries.locked(notice_id), number, by=me(), now=clock.now())
        return back

    fields: list[Any] = [("OA 文号", "", ("oa_number",))]
    return form_flow(
        "登记 OA 文号", form, fields, act, back=back, done="OA 文号已登记。", breadcrumb=crumbs(found)
    )
