"""查看原始记录: draft, freeze, draw, extend, conclude, void."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, abort, url_for

from blueprints.accounts.models import Organization
from blueprints.accounts.queries import supervised_by
from blueprints.accounts.sessions import me
from blueprints.inspection.forms.draws import VoidForm, open_form
from blueprints.inspection.forms.sampling import ConfirmForm, FreezeForm, SampleForm, sample_form
from blueprints.inspection.models import RecordSample, SampledRecord
from blueprints.inspection.queries import sampling as queries
from blueprints.inspection.queries.frames import SOURCES
from blueprints.inspection.queries.plans import open_targets
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.desk import own_regulator
from blueprints.inspection.service import sampling as service
from blueprints.inspection.service import working
from blueprints.inspection.views import sample_page as pages
from core import clock
from core.authz import Permission, requires
from core.htmx import render
from core.screens import asked, cell, form_flow, list_screen, place, pressed
from core.submissions import once

CRUMB = [{"label": "原始记录抽查", "url": "/samples"}]
SAMPLE = "/samples/<int(max=2147483647):sample_id>"
CLAUSE = service.CLAUSE
GROUPS = (
    ("名单", CLAUSE, ("title", "enterprise_id", "target_id", "source", "since", "until")),
    ("企业交来的表格", CLAUSE, ("sheet", "key_column")),
    ("怎样抽", CLAUSE, ("method", "by", "minimum", "stratum_column")),
    (
        "抽多少",
        CLAUSE,
        ("rule", "confidence", "defects", "tolerable", "expected", "number", "percent", "least"),
    ),
    ("看什么", CLAUSE, ("criteria",)),
    ("扩大抽样", CLAUSE, ("extend_from", "extend_by")),
)
SPANS = dict.fromkeys(
    ("enterprise_id", "source", "since", "until", "key_column", "stratum_column", "by", "minimum",
     "confidence", "defects", "tolerable", "expected", "number", "percent", "least", "extend_from",
     "extend_by", "source_name", "source_on"), 6
) | dict.fromkeys(("name_0", "number_0", "code_0", "name_1", "number_1", "code_1"), 4)  # fmt: skip


def own_or_404(sample_id: int) -> RecordSample:
    """A sample of the own regulator; others' do not exist."""
    found = queries.sample_or_none(sample_id, me())
    if found is None:
        abort(404)
    return found


def url_of(row: RecordSample) -> str:
    """The page of a sample."""
    return url_for("inspection.sample", sample_id=row.id)


def crumbs(row: RecordSample) -> list[dict[str, str]]:
    """The way to what belongs to a sample."""
    return [*CRUMB, {"label": row.label, "url": url_of(row)}]


@blueprint.get("/samples")
@requires(Permission.DRAW_READ)
def samples() -> Response:
    """Samples of the own regulator; void ones stay listed."""
    filters = asked(("state",))
    found = queries.samples(own_regulator().id, filters.get("state", ""), after=place("after"))
    rows = [
        [
            cell(row.label, url=url_of(row), note=row.title if row.number else ""), row.enterprise.name,
            SOURCES[row.source], (f"{row.size['n']} / {row.size['population']}"),
            pages.moment(row.drawn_at) or "—", cell(service.STATES[row.state], tone=service.TONES[row.state]),
        ]
        for row in found[: queries.PAGE]
    ]  # fmt: skip
    actions: list[dict[str, Any]] = []
    if Permission.DRAW_EDIT in me().permissions:
        new = url_for("inspection.new_sample")
        actions = [{"label": "新建抽样", "url": new, "primary": True, "icon": "plus-lg"}]
    columns = ["编号", "企业", "名单", ("抽取 / 总数", "num"), "抽取时间", "状态"]
    return list_screen(
        "原始记录抽查", columns, rows, endpoint="inspection.samples", filters=filters, actions=actions,
        after=found[queries.PAGE - 1].id if len(found) > queries.PAGE else None, clause=CLAUSE,
        controls=[{"name": "state", "label": "状态", "options": list(service.STATES.items())}],
        empty="还没有抽查。", hint="先说明抽多少、为什么够，再冻结名单抽取，逐件查看，得出有把握的结论。",
    )  # fmt: skip


def _form(row: RecordSample | None) -> SampleForm:
    own = own_regulator()
    targets = [
        (one.id, f"{one.plan.label}　{one.enterprise.name}　{one.place}") for one in open_targets(own.id)
    ]
    return sample_form(row, [(one.id, one.name) for one in supervised_by(own)], targets)


def _enterprise(form: SampleForm) -> Organization:
    return next(one for one in supervised_by(own_regulator()) if str(one.id) == form.enterprise_id.data)


@blueprint.route("/samples/new", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def new_sample() -> Response:
    """A new draft."""
    organization, form = own_regulator(), _form(None)

    def act() -> str:
        plan, enterprise = form.plan(), _enterprise(form)
        row = service.create(organization, enterprise, plan, form.upload(), by=me(), now=clock.now())
        return url_of(row)

    return form_flow(
        "新建抽样", form, GROUPS, act, back=url_for("inspection.samples"), spans=SPANS, breadcrumb=CRUMB,
        done="草稿已保存：请核对抽多少和理由，再冻结。", submit="计算并保存",
    )  # fmt: skip


@blueprint.route(f"{SAMPLE}/edit", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def edit_sample(sample_id: int) -> Response:
    """Change a draft."""
    found = own_or_404(sample_id)
    form = _form(found)

    def act() -> str:
        found.enterprise = _enterprise(form)
        found.enterprise_id = found.enterprise.id
        service.edit(found, form.plan(), form.upload(), by=me(), now=clock.now())
        return url_of(found)

    return form_flow(
        "修改抽样", form, GROUPS, act, back=url_of(found), spans=SPANS, breadcrumb=crumbs(found), row=found,
        done="已保存。", submit="计算并保存",
    )  # fmt: skip


@blueprint.get(SAMPLE)
@requires(Permission.DRAW_READ)
def sample(sample_id: int) -> Response:
    """One sample: what is drawn from and why so many, the working papers, the result."""
    found = own_or_404(sample_id)
    return render(
        "inspection/sample.html", sample=found, facts=pages.facts(found), next=_next(found),
        state=(service.STATES[found.state], service.TONES[found.state]), counts=working.counts(found),
        criteria=pages.criteria(found), strata=pages.strata(found), papers=pages.papers(found),
        results=pages.results(found), caution=pages.caution(found), breadcrumb=crumbs(found),
        extension=service.extension_due(found),
    )  # fmt: skip


def _paper_url(record: SampledRecord) -> str:
    return url_for("inspection.sampled", sampled_id=record.id)


def _next(row: RecordSample) -> list[dict[str, Any]]:
    """What can be done now, the most likely first."""
    if Permission.DRAW_EDIT not in me().permissions:
        return []
    steps: list[dict[str, Any]] = []

    def step(label: str, name: str, **more: Any) -> None:
        url = url_for(f"inspection.{name}", sample_id=row.id)
        steps.append({"label": label, "url": url, "primary": not steps} | more)

    if row.state == "draft":
        step("冻结名单", "freeze_sample")
        step("修改", "edit_sample")
    if row.state == "frozen":
        step("抽取", "draw_sample")
    if row.state == "working":
        if waiting := working.next_open(row):
            steps.append({"label": "继续查看", "url": _paper_url(waiting), "primary": True})
        elif checking := working.next_review(row, me().id):
            steps.append({"label": "复核下一件", "url": _paper_url(checking), "primary": True})
        elif service.extension_due(row):
            step("扩大抽样", "extend_sample", post=True, confirm="按事先声明的规则再抽，不能撤回。")
        else:
            step("作出结论", "conclude_sample", post=True, confirm="作出结论后底稿不能再改。")
    if row.state == "concluded" and Permission.FINDING_EDIT in me().permissions:
        step("登记问题", "findings_of_sample")
    if row.state in ("draft", "frozen", "working"):
        step("作废", "void_sample")
    return steps


@blueprint.route(f"{SAMPLE}/freeze", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def freeze_sample(sample_id: int) -> Response:
    """Take a number, keep the frame as it is, commit."""
    found = own_or_404(sample_id)
    whole = found.plan["method"] == "all"
    codes = {f"code_{at}": secrets.token_hex(4).upper() for at in (0, 1)}
    form = ConfirmForm() if whole else FreezeForm(data=codes)

    def act() -> str:
        random = service.Randomness("witnesses") if not isinstance(form, FreezeForm) else form.randomness()
        service.freeze(found, random, by=me(), now=clock.now())
        return url_of(found)

    groups = [
        ("随机数", CLAUSE, ("kind",)),
        ("两位见证人", "", ("name_0", "number_0", "code_0", "name_1", "number_1", "code_1")),
        ("公开数值", "", ("source_name", "source_on")),
    ]
    intro = f"冻结后名单和每件记录现在的样子都不再变。{found.size['words']}"
    return form_flow(
        "冻结名单", form, [] if whole else groups, act, back=url_of(found), submit="冻结", intro=intro,
        spans=SPANS, breadcrumb=crumbs(found), done="名单已冻结。",
    )  # fmt: skip


@blueprint.route(f"{SAMPLE}/draw", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def draw_sample(sample_id: int) -> Response:
    """Open the numbers, or take the public value, and draw."""
    found = own_or_404(sample_id)
    service.require(found, ("frozen",), "抽取")
    names = [one.name for one in service.export(found).witnesses]
    form = open_form(names, found.plan["random_name"] if found.plan["random"] == "public" else "")

    def act() -> str:
        numbers = {
            name: (form[f"number_{at}"].data, form[f"code_{at}"].data) for at, name in enumerate(names)
        }
        value = form["public_value"].data if "public_value" in form else ""
        service.draw(found, numbers, value, by=me(), now=clock.now())
        return url_of(found)

    fields = [name for name in form._fields if name not in ("submission_key", "csrf_token")]
    return form_flow(
        "抽取", form, [("公开", CLAUSE, fields)], act, back=url_of(found), submit="抽取",
        breadcrumb=crumbs(found), done="已抽取，可以逐件查看。",
    )  # fmt: skip


@blueprint.post(f"{SAMPLE}/extend")
@requires(Permission.DRAW_EDIT)
@once
def extend_sample(sample_id: int) -> Response:
    """Draw the further records that were declared before."""
    found = own_or_404(sample_id)
    return pressed(lambda: service.extend(found, by=me(), now=clock.now()), url_of(found), "已扩大抽样。")


@blueprint.post(f"{SAMPLE}/conclude")
@requires(Permission.DRAW_EDIT)
@once
def conclude_sample(sample_id: int) -> Response:
    """Compute the result from all working papers."""
    found = own_or_404(sample_id)
    return pressed(lambda: working.conclude(found, by=me(), now=clock.now()), url_of(found), "已作出结论。")


@blueprint.route(f"{SAMPLE}/void", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def void_sample(sample_id: int) -> Response:
    """A sample that does not count stays listed."""
    found, form = own_or_404(sample_id), VoidForm()

    def act() -> str:
        service.void(found, form.reason.data, by=me(), now=clock.now())
        return url_of(found)

    return form_flow(
        "作废抽样", form, [("作废", CLAUSE, ("reason",))], act, back=url_of(found), submit="作废",
        breadcrumb=crumbs(found), done="已作废，仍列在清单里。",
    )  # fmt: skip
