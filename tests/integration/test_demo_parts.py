"""The parts of the demo: office time, the text bank, and repeating cases on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from blueprints.complaints.models import Case, CaseStep
from blueprints.complaints.service.next_step import next_row
from blueprints.home.demo import bulk, load, texts
from blueprints.home.demo.patterns import read_bundles
from blueprints.home.demo.scenarios import handed_over, water
from blueprints.home.demo.timeline import DAY, Timeline
from blueprints.rulebook.service import pinned
from core import audit, clock
from core.calendar_store import load_calendar, packaged_calendar
from core.db import db, transaction
from tests.conftest import MONDAY, make_app
from tests.plain_cases import in_step
from tests.postgres import PostgresServer


def test_every_text_of_the_bank_is_filled() -> None:
    rng = Random(1)
    for bank in ("power", "gas", "water", "declined"):
        for theme in texts.themes(bank):
            words = texts.tell(theme, texts.a_place(rng), MONDAY.date(), rng)
            names = ("title", "content", "wish", "mood", "findings", "unfounded", "answer", "reason")
            said = [getattr(words, name) for name in names]
            assert not any("{" in text for text in said), theme.title
            if theme.type == "suggestion":
                assert all("采纳" in words.adopted(adoption) for adoption in ("adopted", "partly", "not"))


def test_office_minutes_run_over_working_days_only() -> None:
    line = Timeline.ending(MONDAY, packaged_calendar(), 20)
    assert all(day.weekday() < 5 or day.day == 10 for day in line.days)
    moments = [f"{line.moment(minute):%H:%M}" for minute in (0, DAY // 2, DAY - 1)]
    assert moments == ["08:30", "14:00", "17:29"]
    for minute in range(0, DAY * 3, 11):
        assert line.before(line.moment(minute) + timedelta(minutes=1)) == minute
    assert f"{line.moment(line.before(MONDAY)):%m-%d %H:%M}" == "10-12 09:29"
    assert f"{line.moment(line.before(MONDAY - timedelta(days=1))):%m-%d %H:%M}" == "10-10 17:29"


def test_small_demos_are_the_same_on_postgresql_and_can_be_repeated_there(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(tmp_path, postgres.fresh_database())
    few = [handed_over.answered("gd", "电线杆").finish(), *handed_over.linked()[:2], *water.complaints()[3:6]]
    monkeypatch.setattr(load, "showcase", lambda: few)
    with clock.frozen(MONDAY), app.app_context():
        db.create_all()
        with transaction():
            _, staged = load.small(len(few), 1, clock.now(), lambda words: None)
        calendar = load_calendar()
        line = Timeline.ending(clock.now(), calendar, load.YEAR)
        bulk.grow(read_bundles(staged, line), 120, timeline=line, calendar=calendar, seed=1, now=clock.now(),
                  say=lambda words: None)  # fmt: skip
        assert db.session.scalar(select(func.count()).select_from(Case)) == 120 + len(few)
        assert len(in_step()) == 120 + len(few)
        assert audit.verify().holds
        last = db.session.scalars(select(Case).order_by(Case.id.desc())).first()
        assert next_row(last, pinned(last.ruleset_version_id)) is None or last.next_action
        with transaction() as session:
            session.add(CaseStep(case_id=last.id, action="note", name="", state_before="", state_after="",
                                 actor_name="", actor_unit="", actor_role="", at=clock.now()))  # fmt: skip
        db.session.remove()
        db.engine.dispose()
