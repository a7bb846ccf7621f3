"""Wordings: another one is proposed, decided on, compared with the one in use."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for

from blueprints.accounts.sessions import me
from blueprints.knowledge import queries
from blueprints.knowledge.forms import OFFERED, DecisionForm, WordingForm
from blueprints.knowledge.models import PROPOSED, KnowledgeVersion
from blueprints.knowledge.routes import blueprint
from blueprints.knowledge.routes.desk import CRUMB, ID, ITEM, item_or_404, own_or_404
from blueprints.knowledge.service import writing
from core import clock
from core.authz import Permission, requires
from core.htmx import redirect_to, render
from core.screens import form_flow, form_screen, submitted
from core.submissions import once
from domain.differences import lines_in, rows_of

IN_USE_ONCE = ("published", "replaced")


@blueprint.route(f"{ITEM}/propose", methods=["GET", "POST"])
@requires(Permission.KNOWLEDGE_READ)
@once
def propose(knowledge_item_id: int) -> Response:
    """Another wording of an item."""
    found = own_or_404(knowledge_item_id)
    form = WordingForm(data={"text": found.text})
    if found.kind == "reply":
        form.text.description = OFFERED
    back = url_for("knowledge.item", knowledge_item_id=found.id)

    def act() -> str:
        writing.propose_version(found, form.text.data, form.reason.data, by=me(), now=clock.now())
        return back

    crumbs = [*CRUMB, {"label": found.title, "url": back}]
    done = "已提交，等本单位有审定权限的人发布；在用的不变。"
    return form_flow(
        "提新的一版", form, [("内容", "", ("text", "reason"))], act, back=back, done=done,
        breadcrumb=crumbs, submit="提交审定",
    )  # fmt: skip


def _own_version_or_404(version_id: int) -> KnowledgeVersion:
    found = queries.version_or_none(version_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.route(f"/knowledge/versions/<{ID}:knowledge_version_id>/decide", methods=["GET", "POST"])
@requires(Permission.KNOWLEDGE_PUBLISH)
@once
def decide(knowledge_version_id: int) -> Response:
    """Publish a wording or turn it down, with what it changes before one's eyes."""
    version = _own_version_or_404(knowledge_version_id)
    item, back = version.item, url_for("knowledge.item", knowledge_item_id=version.item_id)
    if request.method != "POST" and version.state != PROPOSED:
        return redirect_to(back, saved=False)
    form = DecisionForm()
    own = version.proposed_by_id == me().id
    warning = "这一稿是您自己提的：本单位还有别人能审定的，不能由您发布。" if own else ""

    def act() -> str:
        verb = writing.publish if form.decision.data == "publish" else writing.reject
        verb(version, form.remark.data or "", by=me(), now=clock.now())
        return back

    def shown(**what: Any) -> Response:
        return form_screen(
            f"审定第 {version.number} 版", groups=[("审定", "", ("decision", "remark"))], cancel_url=back,
            template="knowledge/decide.html", wording=version, item=item, warning=warning, submit="提交",
            rows=rows_of(lines_in(item.text), lines_in(version.text)) if item.published else [],
            breadcrumb=[*CRUMB, {"label": item.title, "url": back}], **what,
        )  # fmt: skip

    return submitted(form, shown, act, done="已审定。")


def _number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0


@blueprint.get(f"{ITEM}/compare")
@requires(Permission.KNOWLEDGE_READ)
def compare(knowledge_item_id: int) -> Response:
    """Two versions side by side; without numbers in the address the last two."""
    found = item_or_404(knowledge_item_id)
    own = found.organization_id == me().organization_id
    versions = [v for v in reversed(found.versions) if own or v.state in IN_USE_ONCE]
    by_number = {v.number: v for v in versions}
    newest = versions[0].number if versions else 0
    earlier = versions[1].number if len(versions) > 1 else newest
    new = by_number.get(_number("b"), by_number.get(newest))
    old = by_number.get(_number("a"), by_number.get(earlier))
    rows = rows_of(lines_in(old.text), lines_in(new.text)) if old and new and old is not new else []
    back = url_for("knowledge.item", knowledge_item_id=found.id)
    return render(
        "knowledge/compare.html", old=old, new=new, rows=rows, back=back,
        choices=[(v.number, f"第 {v.number} 版") for v in versions],
        breadcrumb=[*CRUMB, {"label": found.title, "url": back}, {"label": "对比两版"}],
    )  # fmt: skip
