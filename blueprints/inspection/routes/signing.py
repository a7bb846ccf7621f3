"""Signing an on-site check (F6.2b) on the screen, and its 现场检查笔录."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, abort, current_app, flash, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.checks import CompanyForm, RefusalForm, SignForm
from blueprints.inspection.models import CheckSignature, SiteCheck
from blueprints.inspection.queries import checks as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.checks import crumbs, url_of
from blueprints.inspection.routes.printing import printed
from blueprints.inspection.routes.sync import CHECK, own_or_404
from blueprints.inspection.service import check_records, checking, entries, signing
from blueprints.inspection.views import check_page as pages
from blueprints.notices.service.papers import print_paper
from blueprints.notices.service.printing import PrintFailed
from core import clock, files
from core.authz import Permission, requires
from core.db import db, transaction
from core.forms import BaseForm
from core.htmx import redirect_to, render
from core.screens import pressed, submitted
from core.submissions import once
from domain.errors import InvalidInput, RuleViolation

CLAUSE = checking.CLAUSE


@blueprint.get(f"{CHECK}/sign")
@requires(Permission.CHECK_ACT)
def sign_check(site_check_id: int) -> Response:
    """What is signed in short, and who still has to."""
    check = own_or_404(site_check_id)
    if check.state not in ("open", "signing"):
        return redirect_to(url_of(check), saved=False)
    return _page(check)


def _page(
    check: SiteCheck, which: str = "", form: BaseForm | None = None, status: int = 200, **what: Any
) -> Response:
    place = checking.place_of(check, me())
    forms: dict[str, Any] = {
        "mine": SignForm(id_prefix="mine-"), "company": CompanyForm(id_prefix="company-"),
        "refusal": RefusalForm(id_prefix="refusal-"),
    }  # fmt: skip
    if form is not None:
        forms[which] = form
    signed = {row.user_id for row in check.signatures if row.role == "inspector"}
    results = pages.results(check)
    return render(
        "inspection/check_sign.html", status=status, check=check, forms=forms, place=place,
        facts=pages.facts(check), results=results, score=pages.score(check),
        deviations=pages.deviations(results),
        missing=entries.missing(check) if check.state == "open" else [], left=signing.still_to_sign(check),
        may_sign=place is not None and place.user_id not in signed, signatures=pages.signatures(check),
        company_left=not any(row.role == "representative" for row in check.signatures),
        breadcrumb=[*crumbs(check), {"label": "签字"}], refusal=what.get("refusal"), failed=which,
        taken_back=place is not None and not check.signatures,
    )  # fmt: skip


@blueprint.post(f"{CHECK}/sign/begin")
@requires(Permission.CHECK_ACT)
@once
def begin_signing(site_check_id: int) -> Response:
    """Freeze what was found, once everything is there and can be printed."""
    check = own_or_404(site_check_id)
    back = url_for("inspection.sign_check", site_check_id=check.id)
    answer = pressed(
        lambda: signing.begin(check, by=me(), now=clock.now()), back, "内容已冻结，请核对后逐一签字。"
    )
    if check.state == "signing" and (problem := _printing_problem(check)):
        with transaction():
            signing.take_back(check, by=me(), now=clock.now())
        flash(f"笔录不能印制，没有开始签字：{problem}", "danger")
    return answer


def _printing_problem(check: SiteCheck) -> str:
    """Why the record could not be printed, found out before anybody signs it."""
    try:
        check_records.document_of(check, clock.now())
    except InvalidInput as odd:
        return odd.message
    return ""


@blueprint.post(f"{CHECK}/sign/back")
@requires(Permission.CHECK_ACT)
@once
def resume_check(site_check_id: int) -> Response:
    """Back to work before anybody has signed."""
    check = own_or_404(site_check_id)
    return pressed(
        lambda: signing.take_back(check, by=me(), now=clock.now()), url_of(check), "已退回，可以继续作答。"
    )


def _signed(site_check_id: int, which: str, form: SignForm, act: Callable[[SiteCheck], bool]) -> Response:
    """The way of each signature; the last one makes the record."""
    check = own_or_404(site_check_id)
    done: list[bool] = []

    def sign() -> str:
        done.append(act(check))
        return url_of(check) if done[0] else url_for("inspection.sign_check", site_check_id=check.id)

    def shown(**what: Any) -> Response:
        return _page(check, which, **what)

    answer = submitted(form, shown, sign, done="已签字。")
    if done == [True] and answer.status_code < 400:
        print_record(check.id)
    return answer


@blueprint.post(f"{CHECK}/sign/mine")
@requires(Permission.CHECK_ACT)
@once
def sign_as_inspector(site_check_id: int) -> Response:
    """An inspector signs with the own account."""
    form = SignForm(id_prefix="mine-")
    return _signed(
        site_check_id, "mine", form,
        lambda check: signing.sign(check, form.picture_bytes(), by=me(), now=clock.now()),
    )  # fmt: skip


@blueprint.post(f"{CHECK}/sign/company")
@requires(Permission.CHECK_ACT)
@once
def sign_as_company(site_check_id: int) -> Response:
    """The representative of the enterprise signs on this device."""
    form = CompanyForm(id_prefix="company-")

    def act(check: SiteCheck) -> bool:
        given = signing.Signing(form.name.data, form.post.data, form.picture_bytes())
        return signing.sign_for_enterprise(check, given, by=me(), now=clock.now())

    return _signed(site_check_id, "company", form, act)


@blueprint.post(f"{CHECK}/sign/refused")
@requires(Permission.CHECK_ACT)
@once
def refuse_to_sign(site_check_id: int) -> Response:
    """The representative does not sign; a witness does."""
    form = RefusalForm(id_prefix="refusal-")

    def act(check: SiteCheck) -> bool:
        given = signing.Signing(
            form.name.data, "", form.picture_bytes(), form.reason.data, form.witness.data,
            form.witness_post.data,
        )  # fmt: skip
        return signing.refuse(check, given, by=me(), now=clock.now())

    return _signed(site_check_id, "refusal", form, act)


def print_record(check_id: int) -> str:
    """Print the record and keep it, outside of the transaction that signed; returns what went wrong."""
    db.session.rollback()
    now = clock.now()
    paper = check_records.paper_of(db.session.get_one(SiteCheck, check_id))
    db.session.rollback()
    try:
        made = print_paper(paper, now=now)
        with transaction():
            signing.keep_record(check_id, made.pdf, now=now)
    except (PrintFailed, InvalidInput, RuleViolation, OSError) as failure:
        current_app.logger.error("the record of check %s was not printed: %s", check_id, failure)
        return str(getattr(failure, "message", failure))
    return ""


@blueprint.get(f"{CHECK}/record.pdf")
@requires(Permission.CHECK_READ)
def check_record_pdf(site_check_id: int) -> Response:
    """The signed record as it was stored; before that a draft that says so."""
    check = own_or_404(site_check_id)
    if not check.content:
        raise RuleViolation("还没有开始签字，没有笔录。", CLAUSE, "核对并冻结内容以后就能看到笔录。")
    name = f"现场检查笔录{check.number}"
    if check.record_file is not None:
        return files.send_stored(check.record_file, f"{name}.pdf")
    return printed(check_records.paper_of(check), name)


@blueprint.post(f"{CHECK}/record")
@requires(Permission.CHECK_ACT)
@once
def make_record(site_check_id: int) -> Response:
    """Print the record again where it was not printed."""
    check = own_or_404(site_check_id)
    checking.require(check, ("signed", "reviewed"), "印制笔录")
    problem = print_record(site_check_id)
    flash(f"没有印制成功：{problem}" if problem else "笔录已印制。", "danger" if problem else "success")
    return redirect_to(url_for("inspection.site_check", site_check_id=site_check_id))


@blueprint.get("/check-photos/<int(max=2147483647):check_photo_id>")
@requires(Permission.CHECK_READ)
def check_photo(check_photo_id: int) -> Response:
    """A photo of a check, byte for byte as it was taken."""
    found = queries.photo_or_none(check_photo_id, me())
    if found is None:
        abort(404)
    ending = "png" if found.file.mime == "image/png" else "jpg"
    return files.send_stored(found.file, f"{found.check.number}-{found.item.strip('@')}-{found.id}.{ending}")


@blueprint.get("/check-signatures/<int(max=2147483647):signature_id>")
@requires(Permission.CHECK_READ)
def check_signature(signature_id: int) -> Response:
    """A signature as it was given."""
    found = db.session.get(CheckSignature, signature_id)
    if found is None or found.file is None or found.check.organization_id != me().organization_id:
        abort(404)
    return files.send_stored(found.file, f"签名-{found.id}.png")
