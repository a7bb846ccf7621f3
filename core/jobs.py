"""Long work in the background: a row a job, so that nothing is lost when a process dies.

A job is stored in the transaction that asks for it. A thread of the application works jobs off; with
JOBS_IN_PROCESS=0 only `flask jobs work` does. A job whose worker has been silent for a minute is taken up
again, so what a job does must bear being done twice (ADR 0016).
"""

from __future__ import annotations

import logging
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from sqlalchemy import JSON, ForeignKey, Index, String, and_, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from core import clock
from core.db import Base, UTCDateTime, after_commit, db, side_transaction, transaction
from core.inbox import tell
from domain.errors import InvalidInput, RuleViolation

QUEUED, RUNNING, DONE, FAILED = "queued", "running", "done", "failed"
SILENT = timedelta(seconds=60)
KEPT = timedelta(hours=24)
MOST_ATTEMPTS = 3
EVERY = 0.4
log = logging.getLogger(__name__)


class Job(Base):
    """One piece of long work. `result` is what its page shows; `file` the name of a file that it made."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_state", "state", "id"), Index("ix_job_user", "user_id", "id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    title: Mapped[str] = mapped_column(String(200))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(8), default=QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(String(500), default="")
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    file: Mapped[str] = mapped_column(String(200), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    beat_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def ended(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.state in (DONE, FAILED)


@dataclass
class Work:
    """What a job's function gets besides its arguments."""

    job_id: int
    user_id: int
    _told: float = field(default=0.0)

    def progress(self, done: int, total: int) -> None:
        """Say how far it is; outside of any transaction."""
        if time.monotonic() - self._told < EVERY and done < total:
            return
        self._told = time.monotonic()
        now = clock.now()
        with side_transaction() as own:
            own.execute(update(Job).where(Job.id == self.job_id).values(done=done, total=total, beat_at=now))

    def folder(self) -> Path:
        """Where files of this job lie; they are kept for a day."""
        path = folder_of(self.job_id)
        path.mkdir(parents=True, exist_ok=True)
        return path


@dataclass(frozen=True)
class Outcome:
    """What a job came to: a sentence, what its page shows, the name of a file in its folder."""

    message: str
    result: Mapping[str, Any] = field(default_factory=dict)
    file: str = ""


Function = Callable[..., Outcome]


def _functions() -> dict[str, Function]:
    functions: dict[str, Function] = current_app.extensions.setdefault("job_functions", {})
    return functions


def register_job(kind: str, function: Function) -> None:
    """Jobs of this kind are done by `function(work, **arguments)`."""
    _functions()[kind] = function


def folder_of(job_id: int) -> Path:
    """The folder of a job's files."""
    return Path(current_app.config["JOBS_DIR"]) / str(job_id)


def enqueue(kind: str, title: str, arguments: Mapping[str, Any], *, user_id: int, now: datetime) -> Job:
    """Ask for a job in the current transaction; it begins once that is stored. Errors: KeyError."""
    _functions()[kind]
    job = Job(
        kind=kind, title=title[:200], user_id=user_id, arguments=dict(arguments), created_at=now, state=QUEUED
    )
    db.session.add(job)
    db.session.flush()
    _sweep(now)
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    after_commit(lambda: kick(app))
    return job


def _sweep(now: datetime) -> None:
    """Files of jobs are kept for a day."""
    old = select(Job.id).where(Job.file != "", Job.ended_at < now - KEPT)
    for job_id in db.session.scalars(old).all():
        shutil.rmtree(folder_of(job_id), ignore_errors=True)
        db.session.execute(update(Job).where(Job.id == job_id).values(file=""))


def kick(app: Flask) -> None:
    """See to it that a thread of this process works jobs off, unless only `flask jobs work` shall."""
    if not app.config.get("JOBS_IN_PROCESS", True):
        return
    known: threading.Thread | None = app.extensions.get("job_thread")
    if known is None or not known.is_alive():
        thread = threading.Thread(target=_work_off, args=(app,), name="jobs", daemon=True)
        app.extensions["job_thread"] = thread
        thread.start()


def _work_off(app: Flask) -> None:
    with app.app_context():
        while run_next():
            pass


def run_next() -> bool:
    """Do the next job that waits; False when there is none."""
    db.session.remove()
    job_id = _claim(clock.now())
    if job_id is None:
        return False
    job = db.session.get_one(Job, job_id)
    kind, arguments, work = job.kind, dict(job.arguments), Work(job_id, job.user_id)
    db.session.remove()
    try:
        outcome, state = _functions()[kind](work, **arguments), DONE
    except (InvalidInput, RuleViolation) as refused:
        outcome, state = Outcome(refused.message), FAILED
    except Exception:
        log.exception("job %s (%s) failed", job_id, kind)
        outcome, state = Outcome("没有做完，出了错。请再试一次；仍不成功的，请联系系统管理员。"), FAILED
    db.session.remove()
    _end(job_id, outcome, state)
    return True


def _claim(now: datetime) -> int | None:
    silent = and_(Job.state == RUNNING, Job.beat_at < now - SILENT)
    waiting = select(Job).where(or_(Job.state == QUEUED, silent)).order_by(Job.id).limit(1)
    with transaction():
        job = db.session.scalar(waiting.with_for_update(skip_locked=True))
        if job is None:
            return None
        job.state, job.beat_at, job.attempts = RUNNING, now, job.attempts + 1
        given_up = job.attempts > MOST_ATTEMPTS
        job_id = job.id
    if given_up:
        _end(job_id, Outcome(f"试了 {MOST_ATTEMPTS} 次都没有做完，不再重试。"), FAILED)
        return _claim(now)
    return job_id


def _end(job_id: int, outcome: Outcome, state: str) -> None:
    now = clock.now()
    with transaction():
        job = db.session.get_one(Job, job_id)
        job.state, job.ended_at, job.message = state, now, outcome.message[:500]
        job.result, job.file = dict(outcome.result), outcome.file
        words = f"{job.title}：{job.message}" if job.message else f"{job.title}：已经做完。"
        tell([job.user_id], words, link=f"/jobs/{job_id}", now=now)


def job_of(job_id: int, user_id: int) -> Job | None:
    """A job of this person."""
    return db.session.scalar(select(Job).where(Job.id == job_id, Job.user_id == user_id))


def jobs_of(user_id: int, most: int = 30) -> list[Job]:
    """The latest jobs of this person."""
    rows = select(Job).where(Job.user_id == user_id).order_by(Job.id.desc()).limit(most)
    return list(db.session.scalars(rows))


@click.group()
def jobs() -> None:
    """后台任务。"""


@jobs.command("work")
@click.option("--once", is_flag=True, help="做完等着的任务就退出。")
def work(once: bool) -> None:
    """逐件办理等待中的后台任务，供单独的进程使用。"""
    while True:
        while run_next():
            pass
        if once:
            return
        time.sleep(1)
