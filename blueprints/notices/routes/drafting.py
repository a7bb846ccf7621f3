"""拟稿: a new notice, and the editor with its live preview."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from blueprints.notices import service
from blueprints.notices.forms import DraftForm, NewNoticeForm, draft_form, lines_of, show_refusal
from blueprints.notices.models import Notice
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.desk import NOTICE, draft_pictures, me, notice_or_404, own_or_404
from blueprints.notices.service.composing import document
from blueprints.notices.service.drafting import Content, apply, rewrite
from blueprints.notices.service.engine import admitted
from blueprints.notices.service.printing import PrintFailed
from core import clock
from core.authz import Permission, requires
from core.db import db, transaction
from core.forms import select_choices
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.documents import Watermark
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import kind, kinds

COMPARED = {"title": "标题", "body": "正文", "annex_title": "附件标题", "annex_body": "附件"}


@blueprint.route("/notices/new", methods=["GET", "POST"])
@requires(Permission.NOTICE_DRAFT)
@once
def new_notice() -> Response:
    """A notice that no case or inspection asks for begins here."""
    form = NewNoticeForm(data={"kind": request.args.get("kind", "")[:32]})
    form.kind.choices = select_choices([(k.code, k.name) for k in kinds()])
    if request.method != "POST":
        return _new_page(form)
    if not form.validate():
        return _new_page(form, 422)
    try:
        with transaction():
            content = Content(addressees=lines_of(form.addressees.data))
            made = service.draft(form.kind.data, by=me(), now=clock.now(), content=content)
            target = url_for("notices.edit", notice_id=made.id)
            remember(target)
    except (InvalidInput, RuleViolation) as refusal:
        return _new_page(form, show_refusal(form, refusal))
    flash("已按模板起草，请填写各项内容。", "success")
    return redirect_to(target)


def _new_page(form: NewNoticeForm, status: int = 200) -> Response:
    crumbs = [{"label": "文书", "url": url_for("notices.notices")}, {"label": "拟制文书"}]
    return render("notices/new.html", status=status, form=form, breadcrumb=crumbs)


@blueprint.route(f"{NOTICE}/edit", methods=["GET", "POST"])
@requires(Permission.NOTICE_DRAFT)
@once
def edit(notice_id: int) -> Response:
    """The editor: fields and text left, the pages right. Saves, or shows what was typed as pages."""
    found = own_or_404(notice_id)
    admitted(found, "edit", by=me())
    form = draft_form(found, kind(found.kind))
    if request.method != "POST":
        return edit_page(found, form)
    if "preview" in request.form:
        return edit_page(found, form, pages=typed_pages(found, form))
    if form.version.data != str(found.version):
        return _stale(found, form)
    if not form.validate():
        return edit_page(found, form, 422)
    target = _after(found, form)
    try:
        with transaction():
            service.edit(found, form.content(), by=me(), now=clock.now())
            remember(target)
    except StaleDataError:
        return _stale(notice_or_404(notice_id), form)
    except (InvalidInput, RuleViolation) as refusal:
        status = show_refusal(form, refusal)
        return edit_page(own_or_404(notice_id), form, status)
    flash("草稿已保存。", "success")
    return redirect_to(target)


def _after(found: Notice, form: DraftForm) -> str:
    """Back to the notice; another form of the document is looked at first."""
    changed = len(form.about.forms) > 1 and form.layout.data != found.form
    return url_for("notices.edit" if changed else "notices.notice", notice_id=found.id)


def _stale(found: Notice, form: DraftForm) -> Response:
    """Somebody else saved first: what differs, the own text kept, ready to be sent again."""
    db.session.refresh(found)
    rows = [
        {"label": label, "yours": (form[name].data or "")[:500], "theirs": getattr(found, name)[:500]}
        for name, label in COMPARED.items()
        if (form[name].data or "") != getattr(found, name)
    ]
    form.version.data, form.version.raw_data = str(found.version), None
    rows = rows or [{"label": "其他项目", "yours": "", "theirs": "有修改"}]
    return edit_page(found, form, 409, conflict=rows)


def edit_page(
    found: Notice, form: DraftForm, status: int = 200, *, conflict: list[dict[str, Any]] | None = None,
    pages: tuple[list[str], str] | None = None,
) -> Response:  # fmt: skip
    """The editor with what was typed."""
    pictures, problem = pages or ([], "")
    return render(
        "notices/edit.html", status=status, notice=found, about=form.about, form=form, conflict=conflict,
        pictures=pictures, problem=problem, shown=pages is not None,
        annexed=bool(form.about.annex_body or found.annex_body or form.annex_body.data),
        breadcrumb=[
            {"label": "文书", "url": url_for("notices.notices")},
            {"label": found.label, "url": url_for("notices.notice", notice_id=found.id)},
            {"label": "修改"},
        ],
    )  # fmt: skip


@blueprint.post(f"{NOTICE}/preview")
@requires(Permission.NOTICE_DRAFT)
def typed_preview(notice_id: int) -> Response:
    """What is typed in the editor right now, as pages; nothing is saved."""
    found = own_or_404(notice_id)
    admitted(found, "edit", by=me())
    form = draft_form(found, kind(found.kind))
    pictures, problem = typed_pages(found, form)
    return render(
        "notices/preview.html", "pages", notice=found, pictures=pictures, problem=problem,
        breadcrumb=[{"label": "文书", "url": url_for("notices.notices")}, {"label": "预览"}],
    )  # fmt: skip


def typed_pages(found: Notice, form: DraftForm) -> tuple[list[str], str]:
    """The pages of what was typed; the lock of the request is let go before anything is printed."""
    try:
        if not form.validate():
            wrong = next(field for field in form if field.errors)
            return [], f"“{wrong.label.text}”：{wrong.errors[0]}"
        with db.session.no_autoflush:
            apply(found, form.content())
            draft = document(found, watermark=Watermark.DRAFT)
        db.session.rollback()
        return draft_pictures(draft), ""
    except InvalidInput as refused:
        db.session.rollback()
        return [], refused.message
    except (PrintFailed, OSError) as failure:
        return [], f"现在不能预览：{failure}"


@blueprint.post(f"{NOTICE}/rewrite")
@requires(Permission.NOTICE_DRAFT)
@once
def rewrite_text(notice_id: int) -> Response:
    """重新套用模板: title and text anew from the fields as they are saved."""
    found = own_or_404(notice_id)
    target = url_for("notices.edit", notice_id=found.id)
    with transaction():
        rewrite(found, by=me(), now=clock.now())
        remember(target)
    flash("正文已按模板和各项内容重新生成。", "success")
    return redirect_to(target)
