"""Pages of long work: how far it is, what it came to, the file that it made."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, current_app, send_file, url_for
from flask_login import current_user

from blueprints.home.routes import blueprint
from core import jobs
from core.authz import Permission, requires
from core.htmx import render
from core.jobs import Job
from core.wording import moment_words

JOB = "/jobs/<int(max=2147483647):job_id>"
STATES = {
    jobs.QUEUED: ("等待开始", "wait"), jobs.RUNNING: ("正在办理", "open"), jobs.DONE: ("已做完", "done"),
    jobs.FAILED: ("没有做成", "danger"),
}  # fmt: skip


def _job_or_404(job_id: int) -> Job:
    found = jobs.job_of(job_id, current_user.id)
    if found is None:
        abort(404)
    return found


def _view(job: Job) -> dict[str, Any]:
    text, tone = STATES[job.state]
    return {
        "title": job.title,
        "url": url_for("home.job", job_id=job.id),
        "state": text,
        "tone": tone,
        "done": job.done,
        "total": job.total,
        "message": job.message,
        "ended": job.ended,
        "failed": job.state == jobs.FAILED,
        "asked": moment_words(job.created_at),
        "result": job.result,
        "file_url": url_for("home.job_file", job_id=job.id) if job.file else None,
        "file": job.file,
    }


@blueprint.get("/jobs")
@requires(Permission.SELF)
def all_jobs() -> Response:
    """The long work that this person asked for."""
    rows = [_view(job) for job in jobs.jobs_of(current_user.id)]
    return render("home/jobs.html", rows=rows)


@blueprint.get(JOB)
@requires(Permission.SELF)
def job(job_id: int) -> Response:
    """How far one job is; the page asks again by itself until it has ended."""
    found = _job_or_404(job_id)
    if not found.ended:
        jobs.kick(current_app._get_current_object())  # type: ignore[attr-defined]
    crumbs = [{"label": "后台任务", "url": url_for("home.all_jobs")}, {"label": found.title}]
    return render("home/job.html", block="status", job=_view(found), breadcrumb=crumbs)


@blueprint.get(f"{JOB}/file")
@requires(Permission.SELF)
def job_file(job_id: int) -> Response:
    """The file that a job made; kept for a day."""
    found = _job_or_404(job_id)
    path = jobs.folder_of(found.id) / found.file
    if not found.file or not path.is_file():
        abort(404)
    return send_file(path, as_attachment=True, download_name=found.file)
