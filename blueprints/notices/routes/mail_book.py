"""收发文登记: the papers that come in and go out, as a list, a file, and one by one."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.notices import queries, queries_paper
from blueprints.notices.forms_paper import MailFollowForm, MailForm, stored
from blueprints.notices.models import MailEntry, Notice
from blueprints.notices.routes import blueprint
from blueprints.notices.routes.book_desk import SHEET, list_actions, workbook, writes
from blueprints.notices.routes.desk import NOTICE, me, own_or_404
from blueprints.notices.routes.paper import crumbs
from blueprints.notices.service import books
from blueprints.notices.views import paper_page
from core import clock
from core.authz import Permission, requires
from core.files import send_stored
from core.screens import asked, form_flow, list_screen, place, record_screen
from core.submissions import once
from core.wording import date_words, moment_words

MAIL = "/mail/<int(max=2147483647):mail_id>"
MAIL_FIELDS = ("direction", "day", "correspondent", "their_number", "subject", "copies", "way")
MAIL_FILTERS = ("direction", "way", "year", "from", "to", "q")


@blueprint.get("/mail")
@requires(Permission.NOTICE_READ)
def mail() -> Response:
    """收发文登记 of the own organization, the newest first."""
    filters, before = asked(MAIL_FILTERS), place("before")
    found, more = queries_paper.some(queries_paper.mail(me(), filters), MailEntry.id, before)
    heads = [
        "编号",
        "收发",
        ("日期", "nowrap"),
        "单位和文号",
        "事由",
        ("份数", "num"),
        "方式",
        "承办人",
        "办理结果",
    ]
    return list_screen(
        "收发文登记",
        heads,
        paper_page.mail_rows(found),
        endpoint="notices.mail",
        filters=filters,
        controls=[
            {"name": "direction", "label": "收发", "options": tuple(books.DIRECTIONS.items())},
            {"name": "way", "label": "方式", "options": tuple(books.WAYS.items())},
            {"name": "from", "label": "自", "type": "date"},
            {"name": "to", "label": "至", "type": "date"},
            {"name": "q", "label": "事由、单位、文号"},
        ],
        after=None,
        before=found[-1][0].id if more else None,
        empty="还没有收发文记录。",
        hint="收到的和发出的纸质文件逐件登记，按年编号。",
        actions=list_actions("notices.new_mail", "登记收发文", "notices.mail_file", filters),
        **SHEET,
    )


@blueprint.get("/mail.xlsx")
@requires(Permission.NOTICE_READ)
def mail_file() -> Response:
    """The same as a file."""
    filters = asked(MAIL_FILTERS)
    rows = queries_paper.every(queries_paper.mail(me(), filters))
    return workbook("收发文登记", paper_page.MAIL_HEADS, paper_page.mail_cells(rows), filters)


@blueprint.route("/mail/new", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def new_mail() -> Response:
    """A paper that came in or went out."""
    chosen = request.args.get("direction", "")
    direction = chosen if chosen in books.DIRECTIONS else books.IN
    form = MailForm(data={"direction": direction, "day": clock.today(), "copies": 1, "handler": ""})
    return _mail_form("登记收发文", form, None, url_for("notices.mail"), [])


@blueprint.route(f"{NOTICE}/mail", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def notice_mail(notice_id: int) -> Response:
    """A notice that went out on paper: what is known stands there already."""
    found = own_or_404(notice_id)
    form = MailForm(data=books.mail_draft(found))
    form.direction.choices = [(books.OUT, books.DIRECTIONS[books.OUT])]
    back = url_for("notices.notice", notice_id=notice_id, _anchor="paper")
    return _mail_form("登记发文", form, found, back, crumbs(found))


def _mail_form(title: str, form: MailForm, notice: Notice | None, back: str, where: list[Any]) -> Response:
    def act() -> str:
        now = clock.now()
        held = queries.locked(notice.id) if notice else None
        books.record_mail(form.data, by=me(), now=now, notice=held, file=stored(form.file, now))
        return back

    groups = [("文件", "", MAIL_FIELDS), ("办理", "", ("handler", "result", "file"))]
    return form_flow(title, form, groups, act, back=back, done="收发文已登记。", breadcrumb=where)


def _mail_or_404(mail_id: int) -> MailEntry:
    found = queries_paper.own_row(MailEntry, mail_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.get(MAIL)
@requires(Permission.NOTICE_READ)
def mail_entry(mail_id: int) -> Response:
    """One paper of the book."""
    row = _mail_or_404(mail_id)
    facts: list[dict[str, Any]] = [
        {"label": "编号", "value": row.number_text},
        {"label": "收发", "value": books.DIRECTIONS[row.direction]},
        {"label": "日期", "value": date_words(row.day)},
        {"label": "方式", "value": books.WAYS.get(row.way, row.way)},
        {"label": "来文或者受文单位", "value": row.correspondent},
        {"label": "来文文号", "value": row.their_number},
        {"label": "事由", "value": row.subject, "wide": True},
        {"label": "份数", "value": f"{row.copies} 份"},
        {"label": "承办人", "value": row.handler},
        {"label": "办理结果", "value": row.result, "wide": True},
        {"label": "登记", "value": f"{row.recorded_by.name}，{moment_words(row.recorded_at)}"},
    ]
    actions: list[dict[str, Any]] = []
    if writes():
        actions.append(
            {"label": "登记办理", "url": url_for("notices.follow_mail", mail_id=row.id), "primary": True}
        )
    if row.file_id:
        actions.append(
            {"label": f"下载 {row.file_name}", "url": url_for("notices.mail_paper", mail_id=row.id)}
        )
    if row.notice_id:
        actions.append({"label": "看文书", "url": url_for("notices.notice", notice_id=row.notice_id)})
    where = [{"label": "收发文登记", "url": url_for("notices.mail")}]
    return record_screen(
        f"{books.DIRECTIONS[row.direction]} {row.number_text}", facts, actions=actions, breadcrumb=where
    )


@blueprint.route(f"{MAIL}/follow", methods=["GET", "POST"])
@requires(Permission.NOTICE_ISSUE)
@once
def follow_mail(mail_id: int) -> Response:
    """Who handles the paper and what came of it."""
    row = _mail_or_404(mail_id)
    form, back = MailFollowForm(obj=row), url_for("notices.mail_entry", mail_id=row.id)

    def act() -> str:
        now = clock.now()
        books.follow_mail(row, form.data, by=me(), now=now, file=stored(form.file, now))
        return back

    where = [{"label": "收发文登记", "url": url_for("notices.mail")}, {"label": row.number_text, "url": back}]
    groups = [("办理", "", ("handler", "result", "file"))]
    return form_flow("登记办理", form, groups, act, back=back, done="已登记。", breadcrumb=where)


@blueprint.get(f"{MAIL}/file")
@requires(Permission.NOTICE_READ)
def mail_paper(mail_id: int) -> Response:
    """The file of a paper."""
    row = _mail_or_404(mail_id)
    if row.file is None:
        abort(404)
    return send_stored(row.file, row.file_name or "文件")
