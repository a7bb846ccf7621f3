"""Limits that statute sets beside the rule systems: every case counts them too, the strictest governs."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, flash, url_for

from blueprints.accounts.models import SECTORS, Organization
from blueprints.accounts.sessions import me
from blueprints.rulebook import queries
from blueprints.rulebook.forms import AdoptForm, LawForm, show_refusal
from blueprints.rulebook.models import LawLimit
from blueprints.rulebook.routes import blueprint
from blueprints.rulebook.service import add_law, adopt_laws, change_law, default_laws, set_law_active
from blueprints.rulebook.service.citations import UNITS
from blueprints.rulebook.service.law_limits import LawTerms
from core import clock
from core.authz import Permission, requires
from core.db import transaction
from core.htmx import redirect_to, render
from core.submissions import once, remember
from domain.deadlines import Unit
from domain.errors import InvalidInput

LABELS = {
    "law": "法规名称",
    "article": "条款",
    "text": "内容提要",
    "sectors": "适用行业",
    "amount": "时限",
    "unit": "单位",
    "complex_amount": "复杂事项的时限",
}


def _own() -> Organization:
    """The regulator whose law limits this person may edit; 403 for people of an enterprise."""
    home = me().organization
    if home is None or not home.is_regulator:
        abort(403, description="法定时限由主管部门设定，您的单位不能修改。")
    return home


def amount_words(amount: int, unit: str, complex_amount: int | None) -> str:
    """30日，情况复杂的60日"""
    words = f"{amount}{UNITS[Unit(unit)]}"
    return f"{words}，情况复杂的{complex_amount}{UNITS[Unit(unit)]}" if complex_amount else words


def _line(row: LawLimit) -> dict[str, Any]:
    return {
        "row": row,
        "sectors": "、".join(SECTORS[code] for code in row.sectors),
        "amount": amount_words(row.amount, row.unit, row.complex_amount),
    }


def _page(status: int = 200, adopting: AdoptForm | None = None) -> Response:
    home = me().organization
    editable = bool(home and home.is_regulator and Permission.RULES_EDIT in me().permissions)
    pairs = queries.law_limits_in_view(home) if home else []
    groups = [(regulator, [_line(row) for row in rows]) for regulator, rows in pairs]
    held = {line["row"].code for _, lines in groups for line in lines}
    mine = {*home.sectors} if home and editable else set()
    offered = [law for law in default_laws() if law.code not in held and mine & {*law.sectors}]
    adopting = adopting or AdoptForm(formdata=None)
    adopting.codes.choices = [
        (law.code, f"《{law.law}》{law.article}：{amount_words(law.amount, law.unit, law.complex_amount)}")
        for law in offered
    ]
    return render(
        "rulebook/law_limits.html",
        status=status,
        groups=groups,
        editable=editable,
        adopting=adopting if offered else None,
    )


@blueprint.get("/law-limits")
@requires(Permission.RULES_READ)
def law_limits() -> Response:
    """What the regulator holds, and what it could adopt."""
    return _page()


@blueprint.post("/law-limits/adopt")
@requires(Permission.RULES_EDIT)
@once
def adopt_law_limits() -> Response:
    """Take over law limits that come with the product."""
    regulator = _own()
    form = AdoptForm()
    form.codes.choices = [(law.code, law.law) for law in default_laws()]
    if not form.validate():
        return _page(422, form)
    target = url_for("rulebook.law_limits")
    try:
        with transaction():
            adopted = adopt_laws(regulator, form.codes.data, by=me(), now=clock.now())
            remember(target)
    except InvalidInput as refusal:
        return _page(show_refusal(form, refusal), form)
    flash(f"已采用{len(adopted)}项，从现在起登记的诉求同时按它计时。", "success")
    return redirect_to(target)


def _terms(form: LawForm) -> LawTerms:
    return LawTerms(
        law=form.law.data,
        article=form.article.data,
        text=form.text.data,
        sectors=tuple(form.sectors.data),
        amount=form.amount.data,
        unit=Unit(form.unit.data),
        complex_amount=form.complex_amount.data,
    )


def _form_page(form: LawForm, row: LawLimit | None, status: int = 200, **ctx: Any) -> Response:
    crumbs = [{"label": "法定时限", "url": url_for("rulebook.law_limits")}]
    crumbs.append({"label": f"{row.law}{row.article}" if row else "新增"})
    return render(
        "rulebook/law_limit.html",
        status=status, form=form, row=row, breadcrumb=crumbs, **{"conflict": None, **ctx},
    )  # fmt: skip


@blueprint.route("/law-limits/new", methods=["GET", "POST"])
@requires(Permission.RULES_EDIT)
@once
def new_law_limit() -> Response:
    """Hold a limit that does not come with the product."""
    regulator = _own()
    form = LawForm()
    form.offer(regulator.sectors)
    if not form.is_submitted():
        form.sectors.data = list(regulator.sectors) if len(regulator.sectors) == 1 else []
        return _form_page(form, None)
    if not form.validate():
        return _form_page(form, None, 422)
    target = url_for("rulebook.law_limits")
    try:
        with transaction():
            add_law(regulator, _terms(form), by=me(), now=clock.now())
            remember(target)
    except InvalidInput as refusal:
        return _form_page(form, None, show_refusal(form, refusal))
    flash("已保存，从现在起登记的诉求同时按它计时。", "success")
    return redirect_to(target)


def _row_or_404(limit_id: int) -> LawLimit:
    row = queries.law_limit_or_none(limit_id, me().organization_id)
    if row is None:
        abort(404)
    return row


@blueprint.route("/law-limits/<int(max=2147483647):limit_id>", methods=["GET", "POST"])
@requires(Permission.RULES_EDIT)
@once
def law_limit(limit_id: int) -> Response:
    """Edit one law limit."""
    row = _row_or_404(limit_id)
    regulator = _own()
    form = LawForm(obj=row)
    form.offer(regulator.sectors)
    if not form.is_submitted():
        return _form_page(form, row)
    if not form.validate():
        return _form_page(form, row, 422)
    if form.version.data != str(row.version):
        form.version.data = str(row.version)
        return _form_page(form, row, 409, conflict=_differences(row, form))
    target = url_for("rulebook.law_limits")
    try:
        with transaction():
            terms = _terms(form)
            change_law(row, terms, regulator=regulator, version=row.version, by=me(), now=clock.now())
            remember(target)
    except InvalidInput as refusal:
        return _form_page(form, row, show_refusal(form, refusal))
    flash("已保存。已经在走的时限不变，从现在起登记的诉求按新的计算。", "success")
    return redirect_to(target)


def _differences(row: LawLimit, form: LawForm) -> list[dict[str, Any]]:
    """What the person wrote beside what is stored now."""
    words: dict[Any, str] = {None: "（空）", "": "（空）"}
    words.update({unit.value: name for unit, name in UNITS.items()})

    def said(value: Any) -> Any:
        if isinstance(value, list):
            return "、".join(SECTORS[code] for code in value)
        return words.get(value, value)

    pairs = ((label, getattr(form, name).data, getattr(row, name)) for name, label in LABELS.items())
    return [{"label": label, "yours": said(a), "theirs": said(b)} for label, a, b in pairs if a != b]


@blueprint.post("/law-limits/<int(max=2147483647):limit_id>/active")
@requires(Permission.RULES_EDIT)
def law_limit_active(limit_id: int) -> Response:
    """Put a law limit into force, or shelve it."""
    row = _row_or_404(limit_id)
    _own()
    form = LawForm()
    active = not row.active
    version = int(form.version.data) if (form.version.data or "").isdecimal() else 0
    with transaction():
        set_law_active(row, active, version=version, by=me(), now=clock.now())
    done = "已启用，从现在起登记的诉求同时按它计时。" if active else "已停用，已经在走的时限不受影响。"
    flash(done, "success")
    return redirect_to(url_for("rulebook.law_limits"))
