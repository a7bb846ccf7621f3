"""用印登记: the uses of an organization's seal, printed or as a file; corrections are entries."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.notices import queries, queries_paper
from blueprints.notices.forms_paper import SealCorrectionForm, SealUseForm
from blueprints.notices.models import SealUse
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.book_desk import SHEET, list_actions, workbook, writes
from blueprints.notices.routes.desk import NOTICE, me, own_or_404
from blueprints.notices.routes.paper import crumbs
from blueprints.notices.service import books
from blueprints.notices.views import paper_page
from core import clock
from core.authz import Permission, requires
from core.screens import asked, form_flow, list_screen, place, record_screen
from core.submissions import once
from core.wording import date_words, moment_words

SEAL_USE = "/seal-uses/<int(max=2147483647):seal_use_id>"
SEAL_FIELDS = ("subject", "copies", "used_on", "approved_by", "asked_by", "remark")


@blueprint.get("/seal-uses")
@requires(Permission.NOTICE_READ)
def seal_uses() -> Response:
    """用印登记 of the own organization, the newest first."""
    filters, before = asked(("year", "q")), place("before")
    found, more = queries_paper.some(queries_paper.seal_uses(me(), filters), SealUse.id, before)
    heads = ["编号", ("用印日期", "nowrap"), "事由", ("份数", "num"), "批准人", "申请用印人", "监印人"]
    return list_screen(
        "用印登记",
        heads,
        paper_page.seal_rows(found),
        endpoint="notices.seal_uses",
        filters=filters,
        controls=[
            {"name": "year", "label": "年份", "placeholder": "2026"},
            {"name": "q", "label": "事由、人员"},
        ],
        after=None,
        before=found[-1][0].id if more else None,
        empty="还没有用印记录。",
        hint="签发了的文书在文书页面登记用印；其他文件在这里登记。登记以后不能修改、删除，写错的用另一条更正。",
        actions=list_actions("notices.new_seal_use", "登记用印", "notices.seal_uses_file", filters),
        **SHEET,
    )


@blueprint.get("/seal-uses.xlsx")
@requires(Permission.NOTICE_READ)
def seal_uses_file() -> Response:
    """The same as a file."""
    filters = asked(("year", "q"))
    rows = queries_paper.every(queries_paper.seal_uses(me(), filters))
    return workbook("用印登记", paper_page.SEAL_HEADS, paper_page.seal_cells(rows), filters)


@blueprint.route("/seal-uses/new", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def new_seal_use() -> Response:
    """The seal on a paper that is no notice of this product."""
    form = SealUseForm(data={"copies": 1, "used_on": clock.today()})
    return _seal_form("登记用印", form, {}, url_for("notices.seal_uses"), [])


@blueprint.route(f"{NOTICE}/seal-use", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def notice_seal_use(notice_id: int) -> Response:
    """The seal on a notice: what is known stands there already."""
    found = own_or_404(notice_id)
    data = books.seal_draft(found, clock.now())
    back = url_for("notices.notice", notice_id=notice_id, _anchor="paper")
    return _seal_form("用印登记", SealUseForm(data=data), {"notice": found}, back, crumbs(found))


@blueprint.route(f"{SEAL_USE}/correct", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def correct_seal_use(seal_use_id: int) -> Response:
    """A second entry that puts this one right."""
    earlier = _seal_or_404(seal_use_id)
    data = {name: getattr(earlier, name) for name in SEAL_FIELDS if name != "remark"}
    back = url_for("notices.seal_use", seal_use_id=earlier.id)
    where = [{"label": "用印登记", "url": url_for("notices.seal_uses")}]
    title = f"更正{books.seal_number(earlier)}"
    return _seal_form(title, SealCorrectionForm(data=data), {"corrects": earlier}, back, where)


def _seal_form(title: str, form: SealUseForm, about: dict[str, Any], back: str, where: list[Any]) -> Response:
    def act() -> str:
        if notice := about.get("notice"):
            about["notice"] = queries.locked(notice.id)
        made = books.record_seal_use(form.data, by=me(), now=clock.now(), **about)
        return back if "notice" in about else url_for("notices.seal_use", seal_use_id=made.id)

    intro = "登记以后不能修改、删除；写错的，另登记一条更正。"
    groups = [("用印", "", SEAL_FIELDS)]
    return form_flow(title, form, groups, act, back=back, done="用印已登记。", intro=intro, breadcrumb=where)


def _seal_or_404(seal_use_id: int) -> SealUse:
    found = queries_paper.own_row(SealUse, seal_use_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.get(SEAL_USE)
@requires(Permission.NOTICE_READ)
def seal_use(seal_use_id: int) -> Response:
    """One entry, and what puts it right."""
    use = _seal_or_404(seal_use_id)
    later, number = queries_paper.corrected_by(use), books.seal_number(use)
    facts: list[dict[str, Any]] = [
        {"label": "编号", "value": number},
        {"label": "用印日期", "value": date_words(use.used_on)},
        {"label": "事由", "value": use.subject, "wide": True},
        {"label": "份数", "value": f"{use.copies} 份"},
        {"label": "批准人", "value": use.approved_by},
        {"label": "申请用印人", "value": use.asked_by},
        {"label": "监印人", "value": f"{use.recorded_by.name}，{moment_words(use.recorded_at)}登记"},
        {"label": "备注", "value": use.remark, "wide": True},
    ]
    notes: list[dict[str, Any]] = []
    actions: list[dict[str, Any]] = []
    if later is not None:
        url = url_for("notices.seal_use", seal_use_id=later.id)
        words = f"这一条已由{books.seal_number(later)}更正。"
        notes.append({"text": words, "tone": "soon", "url": url, "link_text": "看更正"})
    elif writes():
        actions.append({"label": "更正", "url": url_for("notices.correct_seal_use", seal_use_id=use.id)})
    if use.notice_id:
        actions.append({"label": "看文书", "url": url_for("notices.notice", notice_id=use.notice_id)})
    where = [{"label": "用印登记", "url": url_for("notices.seal_uses")}]
    return record_screen(f"用印登记 {number}", facts, notices=notes, actions=actions, breadcrumb=where)
