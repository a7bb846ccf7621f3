"""Many at the same moment, on both databases: double submits, two editors, numbers without gaps."""

from __future__ import annotations

import multiprocessing
import threading
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from blueprints.complaints.models import Case, CaseStep, Complainant
from core import audit, clock
from core.db import db, transaction
from core.sequences import NumberSeries, next_number
from tests.browserless import form_values, opened
from tests.conftest import make_app
from tests.factories.cases import Desk
from tests.factories.world import World
from tests.integration.test_case_pages_intake import filled

MANY = 20


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def twins(client: FlaskClient, number: int) -> list[FlaskClient]:
    """So many windows of one browser."""
    cookie = client.get_cookie("session")
    assert cookie is not None
    found = []
    for _ in range(number):
        twin = client.application.test_client()
        twin.set_cookie("session", cookie.value)
        found.append(twin)
    return found


def at_once(clients: list[FlaskClient], path: str, forms: list[dict[str, str]]) -> list[TestResponse]:
    """All send their form at the same moment."""
    gate = threading.Barrier(len(clients))
    db.session.remove()

    def send(client: FlaskClient, form: dict[str, str]) -> TestResponse:
        gate.wait()
        return client.post(path, data=form)

    with ThreadPoolExecutor(len(clients)) as pool:
        return list(pool.map(send, clients, forms))


def test_twenty_double_submits_make_one_case(each_app: Flask, each_world: World) -> None:
    client = each_world.client("gs-dispatcher", each_app)
    form = filled(submission_key="the-same-key-for-all-0001", csrf_token=client.token())
    answers = at_once(twins(client, MANY), "/cases/new", [form] * MANY)
    assert [answer.status_code for answer in answers] == [303] * MANY
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert (count(Case), count(Complainant), count(CaseStep)) == (1, 1, 1)
    assert client.submit("/cases/new", filled()).status_code == 303
    db.session.rollback()
    assert sorted(db.session.scalars(select(Case.number))) == ["水诉2026-000001", "水诉2026-000002"]


def test_twenty_double_submits_make_one_step(each_app: Flask, each_world: World) -> None:
    case = Desk().register("gs-dispatcher", "gs", channel="department_phone")
    client = each_world.client("gs-dispatcher", each_app)
    path, form = opened(client, case, "note")
    answers = at_once(twins(client, MANY), path, [{**form, "text": "电话联系，约定明天上门。"}] * MANY)
    assert [answer.status_code for answer in answers] == [303] * MANY
    notes = select(func.count()).select_from(CaseStep).where(CaseStep.action == "note")
    assert db.session.scalar(notes) == 1


def test_of_editors_at_the_same_moment_one_wins_and_nobody_loses_text(
    each_app: Flask, each_world: World
) -> None:
    case = Desk().register("jxw-clerk", "rq")
    editors = [each_world.client("jxw-clerk", each_app) for _ in range(8)]
    forms = []
    for number, editor in enumerate(editors):
        path, form = opened(editor, case, "correct")
        forms.append({**form, "wish": f"第{number}位写下的愿望", "reason": f"第{number}位补记来电人的愿望"})
    answers = at_once(editors, path, forms)
    codes = [answer.status_code for answer in answers]
    assert Counter(codes) == {303: 1, 409: 7}
    winner = codes.index(303)
    assert Desk().case(case).wish == f"第{winner}位写下的愿望"
    for number, answer in enumerate(answers):
        if number == winner:
            continue
        page = answer.get_data(as_text=True)
        assert "您填写期间，别人办理了本件" in page
        assert f"第{winner}位补记来电人的愿望" in page
        again = form_values(page, "action-form")[1]
        assert again["wish"] == f"第{number}位写下的愿望"
        assert again["reason"] == f"第{number}位补记来电人的愿望"
    corrections = select(func.count()).select_from(CaseStep).where(CaseStep.action == "correct")
    assert db.session.scalar(corrections) == 1


# ---- numbers -----------------------------------------------------------------------------------------------


class Undone(Exception):
    """A transaction that fails after it has taken its number."""


def take(app: Flask, turn: int) -> int | None:
    """One number in a transaction of its own; every seventh transaction fails."""
    with app.app_context():
        try:
            with transaction():
                number = next_number("水诉", 2026)
                subject = audit.Subject("test", number)
                audit.record("test.numbered", subject=subject, by=audit.SYSTEM, now=clock.now())
                if turn % 7 == 3:
                    raise Undone
            return number
        except Undone:
            return None
        finally:
            db.session.remove()


def gap_free(numbers: list[int | None]) -> None:
    taken = sorted(number for number in numbers if number is not None)
    assert taken == list(range(1, len(taken) + 1))
    last = db.session.scalar(select(NumberSeries.last).where(NumberSeries.series == "水诉"))
    assert last == len(taken)
    found = audit.verify()
    assert (found.holds, found.rows) == (True, len(taken))


def test_two_hundred_numbers_from_as_many_threads(each_app: Flask) -> None:
    db.session.remove()
    with ThreadPoolExecutor(200) as pool:
        numbers = list(pool.map(lambda turn: take(each_app, turn), range(200)))
    assert numbers.count(None) == 29
    gap_free(numbers)


def take_many(folder: str, uri: str, first: int) -> list[int | None]:
    """A hundred numbers from ten threads of a process of its own."""
    app = make_app(Path(folder), uri)
    with ThreadPoolExecutor(10) as pool:
        numbers = list(pool.map(lambda turn: take(app, turn), range(first, first + 100)))
    with app.app_context():
        db.engine.dispose()
    return numbers


def test_two_hundred_numbers_from_two_processes(each_app: Flask, tmp_path: Path) -> None:
    db.session.remove()
    uri = db.engine.url.render_as_string(hide_password=False)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        parts = list(pool.map(take_many, [str(tmp_path)] * 2, [uri] * 2, [0, 100]))
    numbers = [number for part in parts for number in part]
    assert len(numbers) == 200
    gap_free(numbers)


def test_each_series_counts_for_itself(each_app: Flask) -> None:
    db.session.remove()
    names = ["电诉", "气诉", "水诉"]

    def one(turn: int) -> tuple[str, int]:
        with each_app.app_context():
            with transaction():
                number = next_number(names[turn % 3], 2026)
            db.session.remove()
            return names[turn % 3], number

    with ThreadPoolExecutor(12) as pool:
        taken = list(pool.map(one, range(60)))
    for name in names:
        assert sorted(number for found, number in taken if found == name) == list(range(1, 21))
