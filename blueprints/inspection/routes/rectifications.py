"""Rectifications: the work list of enterprises and regulator, one of them, its notice, the referral."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.queries_reach import enterprises
from blueprints.accounts.sessions import me
from blueprints.accounts.sessions_reach import history
from blueprints.inspection.models import Rectification
from blueprints.inspection.queries import rectifications as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import is_regulator
from blueprints.inspection.service.finding_moves import label_of
from blueprints.inspection.views import finding_page, rectif_page
from blueprints.inspection.workflow import FINDING_TABLE, KINDS, NAMES, may
from core import clock, files
from core.authz import Permission, requires
from core.calendar_store import load_calendar
from core.htmx import render
from core.screens import asked, list_screen, place
from domain.errors import RuleViolation

CLAUSE = "F5.3"
ONE = "/rectifications/<int(max=2147483647):rectification_id>"


def rectification_or_404(rectification_id: int) -> Rectification:
    """One in reach; a foreign one does not exist."""
    found = queries.rectification_or_none(rectification_id, me())
    if found is None:
        abort(404)
    return found


def crumbs(row: Rectification | None = None) -> list[dict[str, str]]:
    """Where a rectification stands."""
    found = [{"label": "整改", "url": url_for("inspection.rectifications")}]
    return found if row is None else [*found, {"label": label_of(row), "url": url_of(row)}]


def url_of(row: Rectification) -> str:
    """The page of a rectification."""
    return url_for("inspection.rectification", rectification_id=row.id)


@blueprint.get("/rectifications")
@requires(Permission.FINDING_READ)
def rectifications() -> Response:
    """What is to be put right until when."""
    by, now, filters = me(), clock.now(), asked(queries.FILTERS)
    if "state" in filters and "tab" not in filters:
        filters["tab"] = "all"
    regulator = is_regulator()
    rows, before, after = queries.page(filters, by, now=now, after=place("after"), before=place("before"))
    counted = queries.findings_in([row.id for row in rows])
    lines = rectif_page.lines(rows, counted, regulator=regulator, now=now, calendar=load_calendar())
    heads: list[Any] = ["通知书", "状态", "整改期限", ("已销号 / 全部", "num"), "送达", "催办"]
    controls: list[dict[str, Any]] = [
        {"name": "state", "label": "状态", "options": list(NAMES.items())},
        {"name": "kind", "label": "文书", "options": list(KINDS.items())},
    ]
    if regulator:
        heads.insert(1, "企业")
        options = [(one.code, one.name) for one in enterprises(by)]
        controls.append({"name": "enterprise", "label": "企业", "options": options})
    actions = []
    if regulator and Permission.FINDING_EDIT in by.permissions:
        url = url_for("inspection.new_rectification")
        actions = [{"label": "拟制通知书", "url": url, "icon": "plus-lg", "primary": True}]
    return list_screen(
        "整改", heads, lines, endpoint="inspection.rectifications", filters=filters, controls=controls,
        before=before, after=after, clause=CLAUSE, tabs=_tabs(filters), actions=actions,
        empty="没有要整改的。" if not regulator else "这里没有整改件。",
        hint="主管部门送达的整改通知书会出现在这里。" if not regulator else "通知书拟制后出现在这里。",
    )  # fmt: skip


def _tabs(filters: dict[str, str]) -> list[dict[str, Any]]:
    counted, open_tab = queries.counts(me(), now=clock.now()), queries.tab_of(filters)
    return [
        {
            "label": label, "url": url_for("inspection.rectifications", tab=tab), "active": tab == open_tab,
            "count": counted.get(tab), "tone": "overdue" if tab == "overdue" and counted["overdue"] else None,
        }
        for tab, label in queries.TABS.items()
    ]  # fmt: skip


@blueprint.get(ONE)
@requires(Permission.FINDING_READ)
def rectification(rectification_id: int) -> Response:
    """The notice, its findings, what was done about each, pleas, rechecks, decisions."""
    row, now, regulator = rectification_or_404(rectification_id), clock.now(), is_regulator()
    held = me().permissions
    return render(
        "inspection/rectification.html", row=row, label=label_of(row), state=rectif_page.state_cell(row),
        chip=rectif_page.chip(row, now=now, calendar=load_calendar()), facts=rectif_page.facts(row),
        blocks=rectif_page.finding_blocks(row, regulator=regulator), pleas=rectif_page.pleas(row),
        rechecks=rectif_page.recheck_lines(row, regulator=regulator), regulator=regulator,
        escalations=rectif_page.escalation_lines(row), actions=rectif_page.actions(row, me(), now),
        may_object={one.id for one in row.findings if may(FINDING_TABLE, one.state, "object", held)},
        may_decide=Permission.FINDING_DECIDE in held, following=queries.following(row),
        referral=any(one.kind == "referral" for one in queries.escalations_of(row.id)),
        history=history("rectification", row.id) if regulator else [],
        breadcrumb=[*crumbs(), {"label": label_of(row)}],
    )  # fmt: skip


@blueprint.get(f"{ONE}/notice.pdf")
@requires(Permission.FINDING_READ)
def rectification_notice(rectification_id: int) -> Response:
    """The notice as it was served, however it was served."""
    row = rectification_or_404(rectification_id)
    if row.notice.pdf is None:
        raise RuleViolation("通知书还没有编号印制。", CLAUSE, "请先在文书页面编号、印制。")
    return files.send_stored(row.notice.pdf, f"{row.notice.number_text}.pdf")


@blueprint.get(f"{ONE}/referral")
@requires(Permission.CHECK_READ)
def rectification_referral(rectification_id: int) -> Response:
    """移送: the findings that breach statute with the list of enclosures, to be printed by the browser."""
    row = rectification_or_404(rectification_id)
    made = [one for one in queries.escalations_of(row.id) if one.kind == "referral"]
    if not made:
        raise RuleViolation("没有作出移送的决定。", "F7.3", "由主管部门领导在“升级处理”里决定。")
    moved = [one for one in row.findings if one.basis_kind == "statute" and one.state == "escalated"]
    chains = [(one, finding_page.chain(one, regulator=True)) for one in moved]
    listed = {
        (link["at"], link["title"]): link
        for _, chain in chains for link in chain if link["kind"] in PAPERS
    }  # fmt: skip
    proofs = [(one, finding_page.card(file)) for one in moved for file in one.files]
    return render(
        "inspection/rectif_referral.html", row=row, label=label_of(row), decision=made[-1], moved=moved,
        papers=sorted(listed.values(), key=lambda link: link["sort"]), proofs=proofs,
        moment=finding_page.moment, breadcrumb=[*crumbs(row), {"label": "移送材料"}],
    )  # fmt: skip


PAPERS = frozenset({
    "sample", "check", "record", "notice", "service", "measure", "return", "plea", "recheck", "opinion",
    "escalation",
})  # fmt: skip
