"""检查表: the library, versions from draft to retired."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.checklists import ChecklistForm, FrameForm, NewChecklistForm, frame_row
from blueprints.inspection.models import Checklist, ChecklistVersion
from blueprints.inspection.queries import checklists as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import own_regulator
from blueprints.inspection.service import checklist_items as items
from blueprints.inspection.service import checklists as service
from blueprints.inspection.views import checklist_page as pages
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import asked, form_flow, list_screen, place, pressed, record_screen
from core.submissions import once
from domain.checklist_changes import compare
from domain.checklists import Checklist as Content

CRUMB = [{"label": "检查表", "url": "/checklists"}]
CHECKLIST = "/checklists/<int(max=2147483647):checklist_id>"
VERSION = "/checklist-versions/<int(max=2147483647):list_version_id>"
CLAUSE = service.CLAUSE
ABOUT = ("检查表", CLAUSE, ("name", "sector", "purpose"))


def version_or_404(list_version_id: int) -> ChecklistVersion:
    """A version of the own regulator; others' do not exist."""
    found = queries.version_or_none(list_version_id, me())
    if found is None:
        abort(404)
    return found


def may_edit() -> bool:
    """Whether this person writes checklists."""
    return Permission.CHECKLIST_EDIT in me().permissions


def crumbs(row: ChecklistVersion) -> list[dict[str, str]]:
    """The way to what belongs to a version."""
    up = {
        "label": row.checklist.name,
        "url": url_for("inspection.checklist", checklist_id=row.checklist_id),
    }
    return [*CRUMB, up, {"label": f"第{row.number}版", "url": pages.version_url(row)}]


def _checklist_or_404(checklist_id: int) -> Checklist:
    found = queries.checklist_or_none(checklist_id, me())
    if found is None:
        abort(404)
    return found


@blueprint.get("/checklists")
@requires(Permission.CHECK_READ)
def checklists() -> Response:
    """The library of the own regulator."""
    filters = asked(("sector", "state"))
    rows = queries.checklists(own_regulator().id, filters.get("sector", ""), filters.get("state", ""))
    actions: list[dict[str, Any]] = []
    if may_edit():
        actions = [
            {"label": "新建检查表", "url": url_for("inspection.new_checklist"), "primary": True,
             "icon": "plus-lg"},
            {"label": "导入表格", "url": url_for("inspection.import_checklist"), "icon": "upload"},
            {"label": "采用内置检查表", "url": url_for("inspection.adopt_checklists"), "icon": "collection"},
        ]  # fmt: skip
    sectors = [(code or "all", words) for code, words in service.SECTOR_WORDS.items()]
    return list_screen(
        "检查表", pages.COLUMNS, pages.list_rows(rows), endpoint="inspection.checklists", filters=filters,
        actions=actions, clause=CLAUSE, empty="还没有检查表。",
        hint="可以采用内置的通用、供电、供气、供水检查表，改成适合本地的样子，由另一人公布后使用。",
        controls=[
            {"name": "sector", "label": "适用", "options": sectors},
            {"name": "state", "label": "有这种版本的", "options": list(service.STATES.items())},
        ],
    )  # fmt: skip


@blueprint.route("/checklists/new", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_EDIT)
@once
def new_checklist() -> Response:
    """A new checklist: its name and parts; items follow in the draft."""
    form = NewChecklistForm()

    def act() -> str:
        made = Content(items.parts_of(form.parts.data), ())
        facts = {name: form[name].data for name in ("name", "sector", "purpose")}
        return pages.version_url(service.create(own_regulator(), facts, made, by=me(), now=clock.now()))

    groups = [ABOUT, ("部分", "", ("parts",))]
    return form_flow(
        "新建检查表", form, groups, act, back=url_for("inspection.checklists"), breadcrumb=CRUMB,
        done="草稿已建立，可以添加检查项目。", submit="建立草稿",
    )  # fmt: skip


@blueprint.route("/checklists/adopt", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_EDIT)
@once
def adopt_checklists() -> Response:
    """The built-in checklists as drafts."""
    back = url_for("inspection.checklists")

    def act() -> str:
        service.adopt(own_regulator(), by=me(), now=clock.now())
        return back

    intro = "内置检查表作为草稿放进清单，同名的不再放。请核对分值和依据，改成适合本地的样子，再由另一人公布。"
    return form_flow(
        "采用内置检查表", ChecklistForm(data={"name": "-"}), [], act, back=back, breadcrumb=CRUMB,
        intro=intro, submit="放进清单", done="内置检查表已作为草稿放进清单。",
    )  # fmt: skip


@blueprint.get(CHECKLIST)
@requires(Permission.CHECK_READ)
def checklist(checklist_id: int) -> Response:
    """One checklist with its versions."""
    row = _checklist_or_404(checklist_id)
    actions: list[dict[str, Any]] = []
    if may_edit():
        actions = [{"label": "修改名称", "url": url_for("inspection.edit_checklist", checklist_id=row.id)}]
        if service.draft_of(row) is None:
            newest = service.current_of(row) or row.versions[-1]
            url = url_for("inspection.copy_checklist", list_version_id=newest.id)
            actions.insert(0, {"label": "新建草稿", "url": url, "post": True, "primary": True})
    columns = ["版本", "状态", ("项目", "num"), ("满分", "num"), "起草", "公布", "停用"]
    panel = {"title": "版本", "columns": columns, "rows": pages.version_rows(row)}
    about = [
        {"label": "适用", "value": service.SECTOR_WORDS.get(row.sector, "")},
        {"label": "用途", "value": row.purpose},
    ]
    return record_screen(row.name, about, panels=[panel], actions=actions, clause=CLAUSE, breadcrumb=CRUMB)


@blueprint.route(f"{CHECKLIST}/edit", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_EDIT)
@once
def edit_checklist(checklist_id: int) -> Response:
    """Name, sector and purpose."""
    row = _checklist_or_404(checklist_id)
    form = ChecklistForm(obj=row)
    back = url_for("inspection.checklist", checklist_id=row.id)

    def act() -> str:
        facts = {name: form[name].data for name in ("name", "sector", "purpose")}
        service.rename(row, facts, by=me(), now=clock.now())
        return back

    here = [*CRUMB, {"label": row.name, "url": back}]
    return form_flow("修改名称", form, [ABOUT], act, back=back, breadcrumb=here, done="已保存。")


@blueprint.get(VERSION)
@requires(Permission.CHECK_READ)
def checklist_version(list_version_id: int) -> Response:
    """One version: parts, items, what each rests on, sums; a draft is edited here."""
    row = version_or_404(list_version_id)
    made = service.content(row)
    others = [one for one in row.checklist.versions if one.number < row.number]
    return render(
        "inspection/checklist.html", version=row, facts=pages.facts(row, made), parts=pages.parts(made),
        state=(service.STATES[row.state], service.TONES[row.state]), sums=pages.sums(made),
        editing=row.state == "draft" and may_edit(), before=others[-1] if others else None,
        may_publish=Permission.CHECKLIST_PUBLISH in me().permissions, may_edit=may_edit(),
        own=row.drafted_by_id == me().id, breadcrumb=crumbs(row),
    )  # fmt: skip


@blueprint.route(f"{VERSION}/frame", methods=["GET", "POST"])
@requires(Permission.CHECKLIST_EDIT)
@once
def edit_checklist_frame(list_version_id: int) -> Response:
    """Parts, rounding and note of a draft."""
    row = version_or_404(list_version_id)
    shown = frame_row(row)
    form = FrameForm(obj=shown)

    def act() -> str:
        parts = items.parts_of(form.parts.data)
        items.put_frame(row, parts, form.rounding(), form.note.data, by=me(), now=clock.now())
        return pages.version_url(row)

    groups = [("部分", CLAUSE, ("parts",)), ("得分", "", ("mode", "places")), ("说明", "", ("note",))]
    return form_flow(
        "部分和取舍", form, groups, act, back=pages.version_url(row), row=shown, breadcrumb=crumbs(row),
        done="已保存。",
    )  # fmt: skip


@blueprint.post(f"{VERSION}/draft")
@requires(Permission.CHECKLIST_EDIT)
@once
def copy_checklist(list_version_id: int) -> Response:
    """A new draft with the content of this version."""
    row = version_or_404(list_version_id)
    back = url_for("inspection.checklist", checklist_id=row.checklist_id)

    def act() -> str:
        made = service.new_draft(row.checklist, service.content(row), by=me(), now=clock.now())
        return pages.version_url(made)

    return pressed(act, back, "已建立草稿，请修改。")


@blueprint.post(f"{VERSION}/publish")
@requires(Permission.CHECKLIST_PUBLISH)
@once
def publish_checklist(list_version_id: int) -> Response:
    """Put a draft into force."""
    row = version_or_404(list_version_id)
    done = "已公布，之前的版本已停用。"
    return pressed(lambda: service.publish(row, by=me(), now=clock.now()), pages.version_url(row), done)


@blueprint.post(f"{VERSION}/retire")
@requires(Permission.CHECKLIST_PUBLISH)
@once
def retire_checklist(list_version_id: int) -> Response:
    """No check begins with it any more."""
    row = version_or_404(list_version_id)
    return pressed(lambda: service.retire(row, by=me(), now=clock.now()), pages.version_url(row), "已停用。")


@blueprint.post(f"{VERSION}/discard")
@requires(Permission.CHECKLIST_EDIT)
@once
def discard_checklist(list_version_id: int) -> Response:
    """Delete a draft."""
    row = version_or_404(list_version_id)
    back = url_for("inspection.checklists")
    return pressed(lambda: _discard(row), back, "草稿已删除。")


def _discard(row: ChecklistVersion) -> None:
    service.discard(row, by=me(), now=clock.now())


@blueprint.get(f"{VERSION}/changes")
@requires(Permission.CHECK_READ)
def checklist_changes(list_version_id: int) -> Response:
    """What differs from another version, the one before unless the URL says which."""
    row = version_or_404(list_version_id)
    others = [one for one in row.checklist.versions if one.id != row.id]
    wanted = place("with")
    before = next((one for one in others if one.number == wanted), None)
    before = before or next((one for one in reversed(others) if one.number < row.number), None)
    found = compare(service.content(before), service.content(row)) if before else None
    return render(
        "inspection/checklist_changes.html", version=row, before=before, found=found, others=others,
        sums=pages.sum_changes(found) if found else [], breadcrumb=[*crumbs(row), {"label": "版本对照"}],
    )  # fmt: skip
