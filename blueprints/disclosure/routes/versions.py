"""起草、修改、取数、附件、提交审核: the way of a version before it is published."""

from __future__ import annotations

from flask import Response, abort, url_for

from blueprints.disclosure.forms import DraftForm, FileForm, ReasonForm, RemarkForm
from blueprints.disclosure.forms.versions import required_upload
from blueprints.disclosure.models import DisclosureFile, DisclosureVersion
from blueprints.disclosure.queries.duties import duty_named
from blueprints.disclosure.queries.items import profile_of
from blueprints.disclosure.routes import blueprint
from blueprints.disclosure.routes.desk import (
    DUTY,
    ID,
    VERSION,
    crumbs,
    held_or_404,
    is_regulator,
    me,
    own_enterprise,
    own_or_404,
    row_or_404,
)
from blueprints.disclosure.service import deciding, drafting
from blueprints.disclosure.service.engine import admitted
from blueprints.disclosure.service.taking import take
from blueprints.disclosure.views import version_page
from blueprints.disclosure.workflow import options
from core import clock
from core.authz import Permission, requires
from core.files import send_stored
from core.htmx import render
from core.screens import form_flow, pressed
from core.submissions import once
from domain.duties import Duty

P = Permission


def _draft_form(duty: Duty, row: DisclosureVersion | None) -> DraftForm:
    """The form of a draft: a new one begins with what stands, on the earliest period that is owed."""
    own, today = own_enterprise(), clock.today()
    profile = profile_of(own.id)
    since = profile.since if profile else today
    periods = drafting.period_choices(duty, since, today)
    if row is not None:
        form = DraftForm(obj=row)
    else:
        current, period = drafting.starting_point(own.id, duty, periods)
        title, body = (current.title, current.body) if current else (duty.item, "")
        form = DraftForm(
            title=title if not periods else duty.item, body="" if periods else body, period=period
        )
    if not periods:
        del form.period
        return form
    choices = [(p.key, f"{p.label}（{p.due.month}月{p.due.day}日前公开）") for p in periods]
    if row is not None and row.period and row.period not in dict(choices):
        choices.append((row.period, row.period))
    form["period"].choices = [("", "请选择"), *choices]
    return form


def _values(form: DraftForm) -> dict[str, str]:
    return {name: form[name].data or "" for name in ("title", "body", "period") if name in form}


def _groups(duty: Duty) -> list[tuple[str, str, list[str]]]:
    return [("公开的内容", "", ["period", "title", "body"])]


@blueprint.route(f"{DUTY}/write", methods=["GET", "POST"])
@requires(P.DISCLOSURE_EDIT)
@once
def write(duty_code: str) -> Response:
    """起草: a new version for a duty of the own enterprise."""
    own = own_enterprise()
    duty = drafting.require_duty(own, held_or_404(duty_code).duty.code, clock.today())
    form = _draft_form(duty, None)

    def act() -> str:
        row = drafting.begin(own, duty.code, _values(form), by=me(), now=clock.now())
        return url_for("disclosure.version", version_id=row.id)

    taken = take(own, duty, clock.today()) if duty.feed else {}
    return form_flow(
        f"起草：{duty.item}", form, _groups(duty), act, back=url_for("disclosure.duties"),
        done="草稿已保存，核对后提交审核。", submit="保存草稿", breadcrumb=crumbs(),
        intro=f"应当包含：{'、'.join(duty.contains)}。{version_page.taken_intro(taken)}",
    )  # fmt: skip


@blueprint.route(f"{VERSION}/edit", methods=["GET", "POST"])
@requires(P.DISCLOSURE_EDIT)
@once
def edit_version(version_id: int) -> Response:
    """修改草稿."""
    row = own_or_404(DisclosureVersion, version_id)
    admitted(row, "edit", me())
    duty = duty_named(row.item.duty)
    form = _draft_form(duty, row)

    def act() -> str:
        drafting.edit(row, _values(form), by=me(), now=clock.now())
        return url_for("disclosure.version", version_id=row.id)

    return form_flow(
        f"修改草稿：{duty.item}", form, _groups(duty), act,
        back=url_for("disclosure.version", version_id=row.id), done="草稿已保存。", row=row,
        intro=f"应当包含：{'、'.join(duty.contains)}。", breadcrumb=crumbs(row.item, row),
    )  # fmt: skip


@blueprint.get(VERSION)
@requires(P.DISCLOSURE_READ)
def version(version_id: int) -> Response:
    """One version: next step, text, what was taken, files, proofs, checks."""
    row = row_or_404(DisclosureVersion, version_id)
    if is_regulator() and row.state in ("draft", "submitted", "approved"):
        abort(404)
    steps = (
        []
        if me().organization_id != row.organization_id and not is_regulator()
        else options(row.state, me().permissions)
    )
    page = version_page.page(row, steps, me(), today=clock.today())
    return render("disclosure/version.html", **page, breadcrumb=crumbs(row.item, row))


@blueprint.post(f"{VERSION}/retake")
@requires(P.DISCLOSURE_EDIT)
@once
def retake(version_id: int) -> Response:
    """重新取数."""
    row = own_or_404(DisclosureVersion, version_id)
    back = url_for("disclosure.version", version_id=row.id)
    return pressed(lambda: drafting.retake(row, by=me(), now=clock.now()), back, "已从服务登记重新取数。")


@blueprint.post(f"{VERSION}/submit")
@requires(P.DISCLOSURE_EDIT)
@once
def submit_version(version_id: int) -> Response:
    """提交审核."""
    row = own_or_404(DisclosureVersion, version_id)
    back = url_for("disclosure.version", version_id=row.id)
    return pressed(lambda: drafting.submit(row, by=me(), now=clock.now()), back, "已提交审核。")


@blueprint.post(f"{VERSION}/approve")
@requires(P.DISCLOSURE_APPROVE)
@once
def approve_version(version_id: int) -> Response:
    """审核通过."""
    row = own_or_404(DisclosureVersion, version_id)
    back = url_for("disclosure.version", version_id=row.id)
    return pressed(lambda: deciding.approve(row, by=me(), now=clock.now()), back, "审核通过，可以公开了。")


@blueprint.route(f"{VERSION}/send-back", methods=["GET", "POST"])
@requires(P.DISCLOSURE_APPROVE)
@once
def send_back_version(version_id: int) -> Response:
    """退回修改."""
    row = own_or_404(DisclosureVersion, version_id)
    admitted(row, "send_back", me())
    back, form = url_for("disclosure.version", version_id=row.id), RemarkForm()

    def act() -> str:
        deciding.send_back(row, form.remark.data or "", by=me(), now=clock.now())
        return back

    groups = [("退回", "", ["remark"])]
    return form_flow(
        "退回修改",
        form,
        groups,
        act,
        back=back,
        done="已退回。",
        submit="退回",
        breadcrumb=crumbs(row.item, row),
    )


@blueprint.route(f"{VERSION}/withdraw", methods=["GET", "POST"])
@requires(P.DISCLOSURE_APPROVE)
@once
def withdraw_version(version_id: int) -> Response:
    """撤下."""
    row = own_or_404(DisclosureVersion, version_id)
    admitted(row, "withdraw", me())
    back, form = url_for("disclosure.version", version_id=row.id), ReasonForm()

    def act() -> str:
        deciding.withdraw(row, form.reason.data or "", by=me(), now=clock.now())
        return url_for("disclosure.item", item_id=row.item_id)

    return form_flow(
        "撤下公开内容", form, [("撤下", "", ["reason"])], act, back=back, done="已撤下。", submit="撤下",
        warning="撤下以后这一事项就没有现行的公开内容，公开的义务还在，请尽快重新公开。",
        breadcrumb=crumbs(row.item, row),
    )  # fmt: skip


@blueprint.route(f"{VERSION}/files/new", methods=["GET", "POST"])
@requires(P.DISCLOSURE_EDIT)
@once
def add_version_file(version_id: int) -> Response:
    """附上文件."""
    row = own_or_404(DisclosureVersion, version_id)
    admitted(row, "edit", me())
    back, form = url_for("disclosure.version", version_id=row.id), FileForm()

    def act() -> str:
        drafting.add_file(row, *required_upload(form), by=me(), now=clock.now())
        return back

    groups = [("附件", "", ["file"])]
    return form_flow(
        "附上文件", form, groups, act, back=back, done="已附上。", breadcrumb=crumbs(row.item, row)
    )


@blueprint.post(f"/disclosure/files/<{ID}:disclosure_file_id>/remove")
@requires(P.DISCLOSURE_EDIT)
@once
def remove_version_file(disclosure_file_id: int) -> Response:
    """移除附件."""
    row = own_or_404(DisclosureFile, disclosure_file_id)
    back = url_for("disclosure.version", version_id=row.version_id)
    return pressed(lambda: drafting.remove_file(row, by=me(), now=clock.now()), back, "已移除。")


@blueprint.get(f"/disclosure/files/<{ID}:disclosure_file_id>")
@requires(P.DISCLOSURE_READ)
def version_file(disclosure_file_id: int) -> Response:
    """An attachment; of a version in work only for the enterprise itself."""
    row = row_or_404(DisclosureFile, disclosure_file_id)
    if is_regulator() and row.owner.state in ("draft", "submitted", "approved"):
        abort(404)
    return send_stored(row.file, row.name)
