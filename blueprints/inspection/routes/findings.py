"""One finding: its record, chain of documents, form, whether it repeats, withdrawal; its files."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import departments_of
from blueprints.accounts.queries_reach import enterprises
from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history
from blueprints.inspection.forms.findings import FindingForm, ReasonForm, RepeatForm
from blueprints.inspection.models import Finding
from blueprints.inspection.queries import findings as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import is_regulator
from blueprints.inspection.service import findings as service
from blueprints.inspection.views import finding_page as pages
from blueprints.inspection.workflow import FINDING_TABLE, may
from core import clock, files
from core.authz import Permission, requires
from core.htmx import render
from core.screens import form_flow
from core.submissions import once
from domain.errors import InvalidInput

CLAUSE = "F5.3"
FINDING = "/findings/<int(max=2147483647):finding_id>"


def finding_or_404(finding_id: int) -> Finding:
    """A finding in reach; a foreign one does not exist."""
    found = queries.finding_or_none(finding_id, me())
    if found is None:
        abort(404)
    return found


def crumbs(row: Finding | None = None) -> list[dict[str, str]]:
    """Where a finding stands."""
    found = [{"label": "检查发现的问题", "url": url_for("inspection.findings")}]
    return found if row is None else [*found, {"label": row.number, "url": url_of(row)}]


def url_of(row: Finding) -> str:
    """The page of a finding."""
    return url_for("inspection.finding", finding_id=row.id)


@blueprint.get(FINDING)
@requires(Permission.FINDING_READ)
def finding(finding_id: int) -> Response:
    """Facts, evidence, what it repeats, its chain of documents."""
    row, regulator = finding_or_404(finding_id), is_regulator()
    return render(
        "inspection/finding.html", finding=row, state=pages.state_of(row), facts=pages.facts(row),
        evidence=pages.cards(row, "evidence"), chain=pages.chain(row, regulator=regulator),
        actions=_actions(row), earlier=queries.earlier(row) if regulator and row.state == "open" else [],
        repeats=queries.repeats(row) if regulator else [], regulator=regulator,
        history=history("finding", row.id) if regulator else [],
        breadcrumb=[*crumbs(), {"label": row.number}],
    )  # fmt: skip


def _actions(row: Finding) -> list[dict[str, Any]]:
    held = me().permissions
    free = row.rectification_id is None
    earlier, draft = (
        bool(queries.earlier(row)), url_for("inspection.new_rectification", enterprise=row.enterprise.code)
    )  # fmt: skip
    offered = [
        ("notice", "列入通知书", draft, free),
        ("edit", "修改", url_for("inspection.edit_finding", finding_id=row.id), free),
        ("repeat", "是否重复发生", url_for("inspection.repeat_finding", finding_id=row.id), earlier),
        ("object", "陈述申辩", url_for("inspection.object_finding", finding_id=row.id), True),
        ("withdraw", "撤销", url_for("inspection.withdraw_finding", finding_id=row.id), free),
    ]  # fmt: skip
    found = [
        {"label": label, "url": url, "primary": action == "notice"}
        for action, label, url, when in offered
        if when and may(FINDING_TABLE, row.state, action, held)
    ]
    if row.rectification is not None and (is_regulator() or row.rectification.served_on):
        url = url_for("inspection.rectification", rectification_id=row.rectification_id)
        found.append({"label": "打开整改", "url": url, "primary": not found})
    chain = url_for("inspection.finding_chain", finding_id=row.id)
    return [*found, {"label": "打印文书链", "url": chain, "primary": False}]


@blueprint.get(f"{FINDING}/chain")
@requires(Permission.FINDING_READ)
def finding_chain(finding_id: int) -> Response:
    """The chain of documents, to be printed by the browser."""
    row = finding_or_404(finding_id)
    return render(
        "inspection/finding_chain.html", finding=row, state=pages.state_of(row),
        chain=pages.chain(row, regulator=is_regulator()), facts=pages.facts(row),
        breadcrumb=[*crumbs(row), {"label": "文书链"}],
    )  # fmt: skip


def _offer(form: FindingForm, enterprise_id: int | None) -> None:
    mine = enterprises(me())
    ids = [enterprise_id] if enterprise_id else [one.id for one in mine]
    units = [unit.name for one in ids for unit in departments_of(one)]
    form.offer([(one.id, one.name) for one in mine], queries.outlets_of(ids), units)


GROUPS = (
    ("对象", "F6.2b", ("enterprise_id", "outlet_id", "department", "found_on")),
    ("问题", CLAUSE, ("title", "facts", "severity", "files", "fixed")),
    ("依据", "F7.3", ("basis_kind", "basis", "clause")),
)


@blueprint.route("/findings/new", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def new_finding() -> Response:
    """A finding that no check or sample holds."""
    form = FindingForm(data={"found_on": clock.today()} if request.method == "GET" else None)
    _offer(form, None)

    def act() -> str:
        made = service.record(
            form.said(), _enterprise(form), found_on=form.found_on.data, by=me(), now=clock.now()
        )
        if queries.earlier(made) and made.state == "open":
            return url_for("inspection.repeat_finding", finding_id=made.id)
        return url_of(made)

    return form_flow(
        "登记问题", form, GROUPS, act, back=url_for("inspection.findings"), breadcrumb=crumbs(),
        done="问题已登记。", intro="有检查或者抽查的，请从检查、抽查的页面登记，事实和证据会自动带入。",
    )  # fmt: skip


def _enterprise(form: FindingForm) -> Organization:
    chosen = form.enterprise_id.data
    mine = {str(one.id): one for one in enterprises(me())}
    if chosen not in mine:
        raise InvalidInput("请选择企业。", "enterprise_id")
    outlet = form.outlet_id.data
    if outlet and outlet not in {str(id) for id, _ in queries.outlets_of([int(chosen)])}:
        raise InvalidInput("这个网点不属于所选的企业。", "outlet_id")
    return mine[chosen]


@blueprint.route(f"{FINDING}/edit", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def edit_finding(finding_id: int) -> Response:
    """Correct what is not in a notice yet."""
    row = finding_or_404(finding_id)
    data = {name: getattr(row, name) for name in service.CHANGED} | {"found_on": row.found_on}
    data |= {"enterprise_id": str(row.enterprise_id), "outlet_id": str(row.outlet_id or "")}
    form = FindingForm(data=data)
    _offer(form, row.enterprise_id)
    form.enterprise_id.choices = [(str(row.enterprise_id), row.enterprise.name)]
    del form.fixed, form.found_on

    def act() -> str:
        service.edit(row, _edited(form), by=me(), now=clock.now())
        return url_of(row)

    return form_flow(
        "修改问题", form, GROUPS, act, back=url_of(row), breadcrumb=crumbs(row), done="问题已修改。",
    )  # fmt: skip


def _edited(form: FindingForm) -> service.Said:
    outlet = form.outlet_id.data or ""
    return service.Said(
        title=form.title.data, facts=form.facts.data, clause=form.clause.data, basis=form.basis.data,
        basis_kind=form.basis_kind.data, severity=form.severity.data, department=form.department.data or "",
        outlet_id=int(outlet) if outlet.isdecimal() else None,
        uploads=[one for one in form.files.data or [] if getattr(one, "filename", "")],
    )  # fmt: skip


@blueprint.route(f"{FINDING}/repeat", methods=["GET", "POST"])
@requires(Permission.FINDING_EDIT)
@once
def repeat_finding(finding_id: int) -> Response:
    """Whether it repeats an earlier finding of the same enterprise and clause."""
    row, form = finding_or_404(finding_id), RepeatForm()
    form.offer(queries.earlier(row))

    def act() -> str:
        service.confirm_repeat(row, form.chosen(), by=me(), now=clock.now())
        return url_of(row)

    return form_flow(
        "是否重复发生", form, [("同一企业两年内同条款的问题", CLAUSE, ("repeat",))], act, back=url_of(row),
        breadcrumb=crumbs(row), done="已认定。", intro=f"{row.enterprise.name}　{row.title}",
    )  # fmt: skip


@blueprint.route(f"{FINDING}/withdraw", methods=["GET", "POST"])
@requires(Permission.FINDING_DECIDE)
@once
def withdraw_finding(finding_id: int) -> Response:
    """What was no problem after all."""
    row, form = finding_or_404(finding_id), ReasonForm()

    def act() -> str:
        service.withdraw(row, form.reason.data, by=me(), now=clock.now())
        return url_of(row)

    return form_flow(
        "撤销问题", form, [("撤销", CLAUSE, ("reason",))], act, back=url_of(row), submit="撤销",
        breadcrumb=crumbs(row), done="已撤销，仍列在清单里。",
    )  # fmt: skip


@blueprint.get("/finding-files/<int(max=2147483647):finding_file_id>")
@requires(Permission.FINDING_READ)
def finding_file(finding_file_id: int) -> Response:
    """A file of a finding in reach."""
    found = queries.file_or_none(finding_file_id, me())
    if found is None:
        abort(404)
    return files.send_stored(found.file, found.name)
