"""Long work: stored with its request, done once, seen by its owner alone, taken up again when a worker died."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock, jobs
from core.db import db, transaction
from core.inbox import Notification
from core.jobs import DONE, FAILED, QUEUED, Job, Outcome, Work, enqueue, register_job, run_next
from domain.errors import InvalidInput


def ask(world, kind="count", who="jxw-clerk", **arguments):
    with transaction():
        return enqueue(kind, "数数", arguments, user_id=world.user(who).id, now=clock.now()).id


def job(job_id):
    db.session.remove()
    return db.session.get_one(Job, job_id)


@pytest.fixture
def counted(each_app):
    """A kind of job that counts, and how often it was done."""
    times = []

    def count(work: Work, *, upto: int = 3) -> Outcome:
        times.append(upto)
        if upto < 0:
            raise InvalidInput("不能数到负数。")
        if upto > 99:
            raise ZeroDivisionError
        for n in range(1, upto + 1):
            work.progress(n, upto)
        (work.folder() / "数.txt").write_text(str(upto))
        return Outcome(f"数到 {upto}。", {"links": [{"label": "清单", "url": "/cases"}]}, "数.txt")

    register_job("count", count)
    return times


def test_done_once_and_told(each_world, counted):
    made = ask(each_world, upto=5)
    assert job(made).state == QUEUED
    assert run_next()
    assert not run_next()
    found = job(made)
    assert (found.state, found.done, found.total, found.message, counted) == (DONE, 5, 5, "数到 5。", [5])
    told = db.session.query(Notification).filter_by(user_id=found.user_id).all()
    assert [(n.text, n.link) for n in told] == [("数数：数到 5。", f"/jobs/{made}")]


def test_a_refusal_and_a_fault_are_said(each_world, counted):
    refused, broken = ask(each_world, upto=-1), ask(each_world, upto=100)
    assert run_next()
    assert run_next()
    assert (job(refused).state, job(refused).message) == (FAILED, "不能数到负数。")
    assert job(broken).state == FAILED
    assert "请再试一次" in job(broken).message


def test_nothing_is_asked_for_when_the_request_fails(each_world, counted):
    def failing():
        with transaction():
            enqueue("count", "数数", {}, user_id=each_world.user("jxw-clerk").id, now=clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        failing()
    assert not run_next()
    with pytest.raises(KeyError), transaction():
        enqueue("nothing", "无", {}, user_id=1, now=clock.now())


def test_what_a_dead_worker_left_is_taken_up_again_three_times(each_world, counted):
    made = ask(each_world, upto=2)
    assert jobs._claim(clock.now()) == made
    assert jobs._claim(clock.now()) is None
    for _ in range(2):
        with clock.frozen(clock.now() + timedelta(seconds=61)):
            assert jobs._claim(clock.now()) == made
            with transaction():
                job(made).beat_at = clock.now() - timedelta(seconds=122)
    assert jobs._claim(clock.now()) is None
    assert job(made).state == FAILED
    assert "试了 3 次" in job(made).message


def test_only_the_owner_sees_it(app, world):
    register_job("count", lambda work: Outcome("好了。"))
    made = ask(world)
    clerk, other = world.client("jxw-clerk"), world.client("jxw-supervisor")
    waiting = clerk.get(f"/jobs/{made}").get_data(as_text=True)
    assert "等待开始" in waiting
    assert "可以离开这一页" in waiting
    assert other.get(f"/jobs/{made}").status_code == 404
    run_next()
    assert "好了。" in clerk.get(f"/jobs/{made}").get_data(as_text=True)
    assert "数数" in clerk.get("/jobs").get_data(as_text=True)
    assert "数数" not in other.get("/jobs").get_data(as_text=True)
    assert clerk.get(f"/jobs/{made}/file").status_code == 404


def test_files_are_kept_for_a_day(each_world, counted):
    made = ask(each_world)
    run_next()
    assert (jobs.folder_of(made) / "数.txt").is_file()
    with clock.frozen(clock.now() + timedelta(hours=25)):
        ask(each_world)
    assert not jobs.folder_of(made).exists()
    assert job(made).file == ""


def test_a_long_export_goes_to_the_background(app, world, desk, monkeypatch):
    from blueprints.complaints.routes import exporting

    monkeypatch.setattr(exporting, "MANY", 1)
    for i in range(3):
        desk.register("jxw-clerk", "rq", title=f"第{i}件")
    client = world.client("jxw-clerk")
    page = client.get("/cases/export?type=complaint").get_data(as_text=True)
    assert "在后台导出 csv" in page
    answer = client.submit("/cases/export?type=complaint", {"suffix": "csv"})
    assert answer.status_code == 303
    run_next()
    db.session.remove()
    shown = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "共 3 件，已写成文件。" in shown
    text = client.get(answer.headers["Location"] + "/file").get_data(as_text=True)
    direct = client.get("/cases/export.csv?type=complaint").get_data(as_text=True)
    assert text == direct


def test_the_command_works_off_what_waits(app, world):
    register_job("count", lambda work: Outcome("好了。"))
    made = ask(world)
    assert app.test_cli_runner().invoke(args=["jobs", "work", "--once"]).exit_code == 0
    assert job(made).state == DONE
