"""Working papers: one record a page, the record as it was beside the criteria; the second person's review."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, url_for
from werkzeug.datastructures import FileStorage

from blueprints.accounts.sessions import me
from blueprints.inspection.forms.sampling import ReviewForm, paper_form
from blueprints.inspection.models import SampledRecord
from blueprints.inspection.queries import sampling as queries
from blueprints.inspection.routes import blueprint
from blueprints.inspection.routes.samples import CLAUSE, crumbs, url_of
from blueprints.inspection.service import working
from blueprints.inspection.views import sample_page as pages
from core import clock, files
from core.authz import Permission, requires
from core.forms import BaseForm
from core.htmx import render
from core.screens import form_flow, submitted
from core.submissions import once

SAMPLED = "/sampled/<int(max=2147483647):sampled_id>"


def _own_or_404(sampled_id: int) -> SampledRecord:
    found = queries.sampled_or_none(sampled_id, me())
    if found is None:
        abort(404)
    return found


def _given(form: BaseForm, record: SampledRecord) -> dict[str, tuple[str, str]]:
    criteria = record.sample.plan["criteria"]
    return {
        one[0]: (form[f"result_{at}"].data or "", form[f"remark_{at}"].data)
        for at, one in enumerate(criteria)
    }


def _evidence(form: BaseForm, record: SampledRecord) -> list[tuple[str, FileStorage]]:
    uploads = [(one[0], form[f"file_{at}"].data) for at, one in enumerate(record.sample.plan["criteria"])]
    return [(code, given) for code, given in uploads if isinstance(given, FileStorage) and given.filename]


@blueprint.get(SAMPLED)
@requires(Permission.DRAW_READ)
def sampled(sampled_id: int) -> Response:
    """The working paper of one record."""
    record = _own_or_404(sampled_id)
    return _paper(record, form=paper_form(record))


@blueprint.post(SAMPLED)
@requires(Permission.DRAW_EDIT)
@once
def answer_sampled(sampled_id: int) -> Response:
    """Answer every criterion, then on to the next record without an answer."""
    record = _own_or_404(sampled_id)
    form = paper_form(record)

    def act() -> str:
        working.answer(
            record, _given(form, record), _evidence(form, record), by=me(), now=clock.now()
        )  # fmt: skip
        following = working.next_open(record.sample, record.rank)
        return url_for("inspection.sampled", sampled_id=following.id) if following else url_of(record.sample)

    def shown(**what: Any) -> Response:
        return _paper(record, **what)

    return submitted(form, shown, act, done=f"第 {record.rank} 件已保存。", row=record)


def _paper(record: SampledRecord, form: BaseForm, status: int = 200, **what: Any) -> Response:
    sample = record.sample
    ranks = {one.rank: one.id for one in sample.records}
    may = Permission.DRAW_EDIT in me().permissions and sample.state == "working"
    return render(
        "inspection/sampled.html", status=status, record=record, sample=sample, form=form,
        may_answer=may and record.reviewed_at is None, standing=pages.standing(record),
        may_review=may and working.awaits_review(record) and record.done_by_id != me().id,
        counts=working.counts(sample), previous=ranks.get(record.rank - 1),
        following=ranks.get(record.rank + 1), waiting=working.next_open(sample, record.rank),
        breadcrumb=[*crumbs(sample), {"label": f"第 {record.rank} 件"}],
        refusal=what.get("refusal"), conflict=what.get("conflict"),
        case_now=queries.case_now(record, me()), moment=pages.moment,
    )  # fmt: skip


@blueprint.route(f"{SAMPLED}/review", methods=["GET", "POST"])
@requires(Permission.DRAW_EDIT)
@once
def review_sampled(sampled_id: int) -> Response:
    """A second person confirms the deviations of a record, or sends it back."""
    record, form = _own_or_404(sampled_id), ReviewForm()
    back = url_for("inspection.sampled", sampled_id=record.id)

    def act() -> str:
        confirmed = form.verdict.data == "confirm"
        working.review(record, confirmed=confirmed, remark=form.remark.data, by=me(), now=clock.now())
        return url_of(record.sample)

    here = [*crumbs(record.sample), {"label": f"第 {record.rank} 件", "url": back}]
    return form_flow(
        "复核", form, [("复核", CLAUSE, ("verdict", "remark"))], act, back=back, breadcrumb=here,
        intro="请对照原始记录和证据再看一遍；填写底稿的人不能复核自己的底稿。", done="复核意见已记下。",
    )  # fmt: skip


@blueprint.get("/sample-evidence/<int(max=2147483647):evidence_id>")
@requires(Permission.DRAW_READ)
def sample_evidence(evidence_id: int) -> Response:
    """A file of a working paper."""
    found = queries.evidence_or_none(evidence_id, me())
    if found is None:
        abort(404)
    return files.send_stored(found.file, found.name)
