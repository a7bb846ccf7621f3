"""A checklist on paper: printed blank for a check, scanned, typed by one person, compared by another."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Response, abort, flash, request, url_for
from werkzeug.datastructures import FileStorage

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.checks import VisitForm
from blueprints.inspection.forms.paper import BackForm, ScanForm, paper_form, repeats, rows_of, typed
from blueprints.inspection.models import SiteCheck
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.check_tablet import keep_upload
from blueprints.inspection.routes.checks import crumbs, url_of
from blueprints.inspection.routes.printing import printed
from blueprints.inspection.routes.sync import CHECK, own_or_404
from blueprints.inspection.service import checking, checklist_papers, entries
from blueprints.inspection.service import paper_entry as service
from blueprints.inspection.views import check_page
from blueprints.inspection.views import paper_page as pages
from core import clock, files
from core.authz import Permission, requires
from core.htmx import redirect_to, render
from core.screens import form_flow, pressed, submitted
from core.submissions import once
from domain.errors import InvalidInput, RuleViolation
from domain.merging import digest

PAPER = f"{CHECK}/paper"
CLAUSE = service.CLAUSE


def _paper_url(check: SiteCheck) -> str:
    return url_for("inspection.check_paper", site_check_id=check.id)


def _here(check: SiteCheck) -> list[dict[str, str]]:
    return [*crumbs(check), {"label": "纸质检查表", "url": _paper_url(check)}]


@blueprint.get(f"{PAPER}/blank.pdf")
@requires(Permission.CHECK_READ)
def blank_check_paper(site_check_id: int) -> Response:
    """The blank checklist of a check, its place filled in."""
    check = own_or_404(site_check_id)
    paper = checklist_papers.blank(check.checklist, check)
    return printed(paper, f"{check.number} 检查表（空白）")


@blueprint.get(f"{CHECK}/checklist.pdf")
@requires(Permission.CHECK_READ)
def filled_checklist(site_check_id: int) -> Response:
    """The checklist as it was signed: points of each item, total, percent."""
    check = own_or_404(site_check_id)
    return printed(checklist_papers.filled(check), f"{check.number} 检查表")


@blueprint.route(PAPER, methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def check_paper(site_check_id: int) -> Response:
    """The scan beside the table in which its answers are typed."""
    check = own_or_404(site_check_id)
    checklist = checking.checklist_of(check)
    found, state = entries.standing_of(check)
    stamp = digest(sorted(head.client_id for one in found.values() for head in one.heads))[:16]
    form = paper_form(checklist, state, check_page.visit_values(state.facts), stamp)

    def act() -> str:
        given = typed(checklist, state, form)
        done = bool(request.form.get("done"))
        service.enter(check, given, done=done, by=me(), now=clock.now())
        for row in rows_of(checklist, state):
            if row.photo:
                keep_upload(check, row.one.code, row.instance, form[f"photo_{row.at}"].data)
        return _paper_url(check)

    def shown(form: VisitForm, **what: Any) -> Response:
        return render(
            "inspection/paper.html", status=what.get("status", 200), check=check, form=form, scan=ScanForm(),
            parts=pages.typing_parts(checklist, rows_of(checklist, state)), repeats=repeats(checklist),
            state=service.state_of(check), badge=pages.badge(check), refusal=what.get("refusal"),
            conflict=what.get("conflict"), pages=pages.scan_pages(check), returned=pages.returned(check),
            may_compare=not service.typed_by(check, me()), missing=entries.missing(check),
            open=check.state == "open", breadcrumb=[*crumbs(check), {"label": "纸质检查表"}],
        )  # fmt: skip

    if request.method == "POST":
        try:
            service.require_unchecked(check, "录入")
        except RuleViolation as refused:
            return shown(form, status=409, refusal=refused)
    return submitted(form, shown, act, done="已保存。", row=SimpleNamespace(version=stamp))


@blueprint.post(f"{PAPER}/scan")
@requires(Permission.CHECK_ACT)
@once
def upload_paper(site_check_id: int) -> Response:
    """Keep the scan of the filled checklist."""
    check, form = own_or_404(site_check_id), ScanForm()

    given = [one for one in form.scan.data or () if isinstance(one, FileStorage) and one.filename]
    try:
        sheets = [(one.filename or "", one.stream.read(files.MAX_BYTES + 1)) for one in given]
        name, data = service.one_scan(sheets)
    except InvalidInput as odd:
        flash(odd.message, "danger")
        return redirect_to(_paper_url(check), saved=False)

    def act() -> None:
        service.keep_scan(check, name, data, by=me(), now=clock.now())

    return pressed(act, _paper_url(check), "扫描件已保存，可以录入。")


@blueprint.get(f"{PAPER}/scan")
@requires(Permission.CHECK_READ)
def paper_scan(site_check_id: int) -> Response:
    """The scan as a file."""
    check = own_or_404(site_check_id)
    if check.paper_scan is None:
        abort(404)
    suffix = "pdf" if check.paper_scan.mime == "application/pdf" else check.paper_scan.mime.split("/")[1]
    return files.send_stored(check.paper_scan, f"{check.number} 手写检查表.{suffix}")


@blueprint.get(f"{PAPER}/pages/<int(max=999):paper_page>")
@requires(Permission.CHECK_READ)
def paper_picture(site_check_id: int, paper_page: int) -> Response:
    """A page of the scan as a picture."""
    check = own_or_404(site_check_id)
    if check.paper_scan is None or paper_page < 1:
        abort(404)
    if check.paper_scan.mime != "application/pdf" and paper_page == 1:
        return files.send_stored(check.paper_scan, "1")
    data, _ = service.page_of(check, paper_page)
    if not data:
        abort(404)
    answer = Response(data, mimetype="image/png")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


@blueprint.route(f"{PAPER}/check", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def compare_paper(site_check_id: int) -> Response:
    """A second person compares what was typed with the scan."""
    check = own_or_404(site_check_id)
    if request.method == "POST":
        done = "已核对：录入和扫描件一致。"
        return pressed(lambda: service.confirm(check, by=me(), now=clock.now()), url_of(check), done)
    service.require_second(check, me())
    return render(
        "inspection/paper_check.html", check=check, parts=pages.typed_parts(check), badge=pages.badge(check),
        facts=pages.typed_facts(check), pages=pages.scan_pages(check),
        breadcrumb=[*_here(check), {"label": "对照扫描件核对"}],
    )  # fmt: skip


@blueprint.route(f"{PAPER}/back", methods=["GET", "POST"])
@requires(Permission.CHECK_ACT)
@once
def return_paper(site_check_id: int) -> Response:
    """Back to whoever typed, saying where it differs."""
    check, form = own_or_404(site_check_id), BackForm()
    link = _paper_url(check)

    def act() -> str:
        service.send_back(check, form.reason.data or "", by=me(), now=clock.now(), link=link)
        return url_of(check)

    return form_flow(
        "退回录入", form, [("退回", CLAUSE, ("reason",))], act, back=link, submit="退回",
        done="已退回录入的人。", breadcrumb=_here(check),
    )  # fmt: skip
