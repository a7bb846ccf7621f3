"""依据登记: what may be cited, with its status, its articles and what each allows."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.models import SECTORS
from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history
from blueprints.rulebook import queries_legal as queries
from blueprints.rulebook.forms_legal import ArticleForm, NewSourceForm, SourceForm, StatusForm
from blueprints.rulebook.models import LegalArticle, LegalSource
from blueprints.rulebook.routes import blueprint
from blueprints.rulebook.service import legal, legal_register
from core import clock
from core.authz import Permission, requires
from core.screens import asked, cell, form_flow, list_screen, pressed, record_screen
from core.submissions import once
from core.wording import date_words

ID = "int(max=2147483647)"
SOURCE = f"/legal-sources/<{ID}:legal_source_id>"
FILTERS = ("kind", "status", "sector", "q")
CRUMB = [{"label": "依据登记", "url": "/legal-sources"}]
DAYS = ("status", "effective_on", "repealed_on", "replaced_by")


def _edits() -> bool:
    """Whether this person keeps the register: people of a regulator with the permission."""
    by = me()
    own = by.organization
    return bool(own and own.is_regulator and Permission.LEGAL_EDIT in by.permissions)


def _sectors(row: LegalSource) -> str:
    return "、".join(SECTORS.get(code, code) for code in row.sectors) or "各行业"


def standing(row: LegalSource) -> tuple[str, str]:
    """Words and tone of its status today."""
    status = legal.status_on(row, clock.today())
    return legal.STATUSES[status], legal.TONES[status]


@blueprint.get("/legal-sources")
@requires(Permission.RULES_READ)
def legal_sources() -> Response:
    """Every source by kind, with how it stands today."""
    filters = asked(FILTERS)
    rows = queries.listed(filters)
    if wanted := filters.get("status"):
        rows = [row for row in rows if legal.status_on(row, clock.today()) == wanted]
    actions: list[dict[str, Any]] = []
    if _edits():
        actions.append({"label": "登记依据", "url": url_for("rulebook.new_legal_source"), "icon": "plus-lg"})
    return list_screen(
        "依据登记",
        ["名称", "种类", "状态", "行业", ("条款", "num"), "可以作为", "来自"],
        [_line(row) for row in rows],
        endpoint="rulebook.legal_sources",
        filters=filters,
        controls=[
            {"name": "kind", "label": "种类", "options": tuple(legal.KINDS.items())},
            {"name": "status", "label": "状态", "options": tuple(legal.STATUSES.items())},
            {"name": "sector", "label": "行业", "options": tuple(SECTORS.items())},
            {"name": "q", "label": "名称、文号"},
        ],
        actions=actions,
        clause="F7.3",
        intro="文书、检查计划、检查表和发现的问题引用的依据在这里核对：没有施行和已经废止的不能引用。",
        empty="还没有登记依据。",
        hint="执行 ./run flask legal load 载入内置清单，或者在这里登记。",
    )


def _line(row: LegalSource) -> list[Any]:
    words, tone = standing(row)
    told = f"由《{row.replaced_by}》代替" if row.replaced_by and tone == "stopped" else row.document_number
    allowed = {code for one in row.articles for code in one.allows}
    return [
        cell(row.name, url=url_for("rulebook.legal_source", legal_source_id=row.id), note=told),
        legal.KINDS[row.kind],
        cell(words, tone=tone),
        _sectors(row),
        f"{len(row.articles)} 条" if row.articles else "—",
        "、".join(name for code, name in legal.ALLOWS.items() if code in allowed) or "—",
        row.set_by,
    ]


def _or_404(legal_source_id: int) -> LegalSource:
    found = queries.source(legal_source_id)
    if found is None:
        abort(404)
    return found


def _keeper() -> None:
    """403 for people of an enterprise."""
    if not _edits():
        abort(403, description="依据由主管部门登记，您的单位不能修改。")


@blueprint.get(SOURCE)
@requires(Permission.RULES_READ)
def legal_source(legal_source_id: int) -> Response:
    """One source: how it stands, its articles and what each allows, who changed what."""
    row, edits = _or_404(legal_source_id), _edits()
    words, tone = standing(row)
    ids: dict[str, Any] = {"legal_source_id": row.id}
    actions: list[dict[str, Any]] = []
    if edits:
        actions = [
            {"label": "改状态", "url": url_for("rulebook.legal_source_status", **ids), "primary": True},
            {"label": "登记条款", "url": url_for("rulebook.new_legal_article", **ids)},
            {"label": "修改", "url": url_for("rulebook.edit_legal_source", **ids)},
        ]
    if row.ruleset_code:
        actions.append({"label": "看制度条款", "url": url_for("rulebook.ruleset", code=row.ruleset_code)})
    articles = {
        "title": "条款",
        "columns": ["条号", "条文或者提要", "可以作为"],
        "rows": [_article(row, one, edits) for one in row.articles],
        "empty": "条款没有收录，引用时请写明条款并核对原文。",
    }
    return record_screen(
        row.name, _facts(row), panels=[articles], badge=(words, tone), actions=actions, notices=_notes(row),
        history=history("legal_source", row.id), breadcrumb=CRUMB,
    )  # fmt: skip


def _article(row: LegalSource, one: LegalArticle, edits: bool) -> list[Any]:
    ids: dict[str, Any] = {"legal_source_id": row.id, "legal_article_id": one.id}
    url = url_for("rulebook.legal_article", **ids) if edits else ""
    allowed = "、".join(legal.ALLOWS[code] for code in one.allows if code in legal.ALLOWS)
    return [cell(one.article, url=url), one.text or "—", allowed or "没有登记"]


def _facts(row: LegalSource) -> list[dict[str, Any]]:
    return [
        {"label": "种类", "value": legal.KINDS[row.kind]},
        {"label": "状态", "value": standing(row)[0]},
        {"label": "制定机关", "value": row.issuer},
        {"label": "文号", "value": row.document_number},
        {"label": "施行日期", "value": date_words(row.effective_on) if row.effective_on else ""},
        {"label": "废止日期", "value": date_words(row.repealed_on) if row.repealed_on else ""},
        {"label": "由什么代替", "value": f"《{row.replaced_by}》" if row.replaced_by else ""},
        {"label": "适用行业", "value": _sectors(row)},
        {"label": "最后由谁登记", "value": row.set_by},
        {"label": "说明", "value": row.note, "wide": True},
    ]


def _notes(row: LegalSource) -> list[dict[str, Any]]:
    status = legal.status_on(row, clock.today())
    if row.kind == "system" and status == legal.DRAFT:
        words = (
            "还是征求意见稿：引用它的文书、计划和问题都标明这个状态；责令改正、处罚只能依据法律、法规、规章。"
        )
        return [{"text": words, "tone": "soon", "clause": "F7.3"}]
    refused = legal.refusal(f"《{row.name}》", clock.today(), legal.Register([row]))
    return [{"text": refused.message, "tone": "danger", "next_step": refused.next_step}] if refused else []


@blueprint.post("/legal-sources/load")
@requires(Permission.LEGAL_EDIT)
@once
def load_legal_sources() -> Response:
    """What comes with the product and is not in the register yet."""
    _keeper()

    def act() -> None:
        legal_register.load_sources(by=me(), now=clock.now())

    return pressed(act, url_for("rulebook.legal_sources"), "内置清单已载入，登记过、修改过的没有改动。")


@blueprint.route("/legal-sources/new", methods=["GET", "POST"])
@requires(Permission.LEGAL_EDIT)
@once
def new_legal_source() -> Response:
    """A source that the register does not have."""
    _keeper()
    form = NewSourceForm()

    def act() -> str:
        made = legal_register.put_source(None, form.data, form.reason.data or "", by=me(), now=clock.now())
        return url_for("rulebook.legal_source", legal_source_id=made.id)

    groups = [
        ("依据", "", ("name", "kind", "issuer", "document_number", "sectors", "note")),
        ("状态", "", DAYS),
        ("登记", "", ("reason",)),
    ]
    return form_flow(
        "登记依据", form, groups, act, back=CRUMB[0]["url"], done="依据已登记。", breadcrumb=CRUMB
    )


def _where(row: LegalSource) -> list[dict[str, str]]:
    return [*CRUMB, {"label": row.name, "url": url_for("rulebook.legal_source", legal_source_id=row.id)}]


@blueprint.route(f"{SOURCE}/edit", methods=["GET", "POST"])
@requires(Permission.LEGAL_EDIT)
@once
def edit_legal_source(legal_source_id: int) -> Response:
    """What it is called and whose it is."""
    _keeper()
    row = _or_404(legal_source_id)
    form, where = SourceForm(obj=row), _where(row)

    def act() -> str:
        legal_register.put_source(row, form.data, form.reason.data or "", by=me(), now=clock.now())
        return where[-1]["url"]

    groups = [
        ("依据", "", ("name", "kind", "issuer", "document_number", "sectors", "note")),
        ("登记", "", ("reason",)),
    ]
    return form_flow(
        "修改依据", form, groups, act, back=where[-1]["url"], done="已修改。", row=row, breadcrumb=where
    )


@blueprint.route(f"{SOURCE}/status", methods=["GET", "POST"])
@requires(Permission.LEGAL_EDIT)
@once
def legal_source_status(legal_source_id: int) -> Response:
    """In force, draft, not yet in force, repealed: with its day and the reason."""
    _keeper()
    row = _or_404(legal_source_id)
    form, where = StatusForm(obj=row), _where(row)

    def act() -> str:
        legal_register.change_status(row, form.data, form.reason.data or "", by=me(), now=clock.now())
        return where[-1]["url"]

    groups = [("状态", "", DAYS), ("登记", "", ("reason",))]
    return form_flow(
        "改状态", form, groups, act, back=where[-1]["url"], done="状态已修改。", row=row, breadcrumb=where
    )


@blueprint.route(f"{SOURCE}/articles/new", methods=["GET", "POST"])
@requires(Permission.LEGAL_EDIT)
@once
def new_legal_article(legal_source_id: int) -> Response:
    """One more article."""
    return _article_form(_or_404(legal_source_id), None)


@blueprint.route(f"{SOURCE}/articles/<{ID}:legal_article_id>", methods=["GET", "POST"])
@requires(Permission.LEGAL_EDIT)
@once
def legal_article(legal_source_id: int, legal_article_id: int) -> Response:
    """The words of an article and what it allows."""
    found = queries.article(legal_source_id, legal_article_id)
    if found is None:
        abort(404)
    return _article_form(_or_404(legal_source_id), found)


def _article_form(source: LegalSource, row: LegalArticle | None) -> Response:
    _keeper()
    form, where = ArticleForm(obj=row), _where(source)

    def act() -> str:
        legal_register.put_article(source, row, form.data, form.reason.data or "", by=me(), now=clock.now())
        return where[-1]["url"]

    groups = [("条款", "", ("article", "text", "allows")), ("登记", "", ("reason",))]
    title = row.article if row else "登记条款"
    return form_flow(title, form, groups, act, back=where[-1]["url"], done="条款已登记。", breadcrumb=where)
