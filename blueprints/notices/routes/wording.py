"""文书模板 and 机关代字, for the administrator: versions, checks, a try on sample data."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, request, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import organization_or_none, organizations
from blueprints.notices import queries
from blueprints.notices.forms import OrganCodeForm, TemplateForm, show_refusal
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import draft_pictures, me
from blueprints.notices.service import wording
from blueprints.notices.service.printing import PrintFailed
from core import clock
from core.authz import Permission, requires
from core.db import db, transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.errors import InvalidInput
from domain.notice_kinds import GIVEN_BY_FRAME, Kind, Wording, kind, kinds, template_problems

FRAME_WORDS = {
    "organ": "发文机关", "we": "我委、我局", "addressee": "主送", "date": "印发日期", "number": "文号",
    "answer_within": "要求回复的工作日数",
}  # fmt: skip


def _kind_or_404(code: str) -> Kind:
    try:
        return kind(code)
    except KeyError:
        abort(404)


@blueprint.get("/notice-templates")
@requires(Permission.TEMPLATE_EDIT)
def templates() -> Response:
    """All kinds with the version of their wording in force, and the organ codes."""
    own = queries.active_templates()
    rows = [
        {
            "name": k.name, "code": k.code, "url": url_for("notices.template", kind_code=k.code),
            "version": own[k.code].version if k.code in own else None,
            "by": own[k.code].by if k.code in own else "", "at": own[k.code].at if k.code in own else None,
        }
        for k in kinds()
    ]  # fmt: skip
    seals = queries.seals_in_use()
    organs = [_organ_row(o) | {"seal": seals.get(o.id)} for o in _organs()]
    return render("notices/templates.html", rows=rows, organs=organs)


def _organs() -> list[Organization]:
    return [o for o in organizations("regulator") if o.active]


def _organ_row(organ: Organization) -> dict[str, Any]:
    own = queries.organ_codes_of(organ.id)
    return {
        "name": organ.name,
        "seal_url": url_for("notices.seal", organization_id=organ.id),
        "codes": [
            {
                "name": "、".join(k.name for k in kinds() if k.organ_code == key),
                "code": own[key].code if key in own else wording.default_organ_code(organ, key),
                "own": key in own,
                "url": url_for("notices.organ_code", organization_id=organ.id, series=key),
            }
            for key in dict.fromkeys(k.organ_code for k in kinds() if k.organ_code)
        ],
    }


@blueprint.route("/notice-templates/<kind_code>", methods=["GET", "POST"])
@requires(Permission.TEMPLATE_EDIT)
@once
def template(kind_code: str) -> Response:
    """The wording of a kind: edited, tried on sample data, kept as a new version."""
    about = _kind_or_404(kind_code)
    form = TemplateForm(data=vars(_asked(about)))
    if request.method != "POST":
        return _template_page(about, form)
    if not form.validate():
        return _template_page(about, form, 422)
    typed = Wording(form.title.data, form.body.data, form.annex_title.data or "", form.annex_body.data or "")
    if "try" in request.form:
        return _tried(about, form, typed)
    target = url_for("notices.template", kind_code=about.code)
    try:
        with transaction():
            made = wording.save_template(about.code, typed, form.reason.data or "", by=me(), now=clock.now())
            version = made.version
            remember(target)
    except InvalidInput as refusal:
        return _template_page(about, form, show_refusal(form, refusal))
    flash(f"{about.name}模板第 {version} 版已启用，新起草的文书从现在起使用。", "success")
    return redirect_to(target)


def _asked(about: Kind) -> Wording:
    """The wording in force, or the earlier version that the address asks for (0: the built-in one)."""
    number = request.args.get("version", "")[:6]
    if number == "0":
        return wording.builtin(about)
    for row in queries.templates_of(about.code):
        if str(row.version) == number:
            return Wording(row.title, row.body, row.annex_title, row.annex_body)
    return wording.wording_of(about.code, about.form)[0]


def _tried(about: Kind, form: TemplateForm, typed: Wording) -> Response:
    """The template on sample data, as pages; what is wrong with it otherwise."""
    if problems := template_problems(about, typed):
        form.body.errors = [*form.body.errors, *problems]
        return _template_page(about, form, 422)
    db.session.rollback()
    try:
        return _template_page(about, form, pages=(draft_pictures(wording.tried(about, typed)), ""))
    except InvalidInput as refused:
        return _template_page(about, form, 422, pages=([], refused.message))
    except (PrintFailed, OSError) as failure:
        return _template_page(about, form, pages=([], f"现在不能预览：{failure}"))


def _template_page(
    about: Kind, form: TemplateForm, status: int = 200, *, pages: tuple[list[str], str] | None = None
) -> Response:
    pictures, problem = pages or ([], "")
    given = [{"name": name, "label": FRAME_WORDS[name]} for name in GIVEN_BY_FRAME]
    own = [{"name": row.name, "label": row.label} for row in about.fields if row.kind != "table"]
    return render(
        "notices/template.html", status=status, about=about, form=form,
        versions=queries.templates_of(about.code), places=given + own, markers=wording.markers(about),
        pictures=pictures, problem=problem, shown=pages is not None,
        breadcrumb=[{"label": "文书模板", "url": url_for("notices.templates")}, {"label": about.name}],
    )  # fmt: skip


@blueprint.post("/notice-templates/<kind_code>/restore")
@requires(Permission.TEMPLATE_EDIT)
@once
def restore_template(kind_code: str) -> Response:
    """Back to the wording that comes with the kind."""
    about = _kind_or_404(kind_code)
    target = url_for("notices.template", kind_code=about.code)
    try:
        with transaction():
            wording.restore_builtin(about.code, "恢复内置文字", by=me(), now=clock.now())
            remember(target)
    except InvalidInput as refusal:
        flash(refusal.message, "warning")
        return redirect_to(target, saved=False)
    flash("已恢复内置文字，以前的版本仍在记录里。", "success")
    return redirect_to(target)


@blueprint.route("/organ-codes/<int(max=2147483647):organization_id>/<series>", methods=["GET", "POST"])
@requires(Permission.TEMPLATE_EDIT)
@once
def organ_code(organization_id: int, series: str) -> Response:
    """机关代字 of one series of one regulator."""
    organ = organization_or_none(organization_id)
    named = "、".join(k.name for k in kinds() if k.organ_code == series)
    if organ is None or not named:
        abort(404)
    form = OrganCodeForm(data={"code": wording.organ_code_for(organ, series)})
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                with transaction():
                    wording.set_organ_code(organ, series, form.code.data, by=me(), now=clock.now())
                    remember(url_for("notices.templates"))
            except InvalidInput as refusal:
                status = show_refusal(form, refusal)
            else:
                flash("机关代字已保存，以后编号时使用；已经编的号不变。", "success")
                return redirect_to(url_for("notices.templates"))
    return render(
        "notices/organ_code.html", status=status, form=form, organ=organ.name, named=named,
        breadcrumb=[{"label": "文书模板", "url": url_for("notices.templates")}, {"label": "机关代字"}],
    )  # fmt: skip
