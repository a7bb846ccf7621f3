"""Loading a demo: the district first, then its cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from sqlalchemy import update

from blueprints.home.demo import duty
from blueprints.home.demo.bulk import grow
from blueprints.home.demo.checking import inspect
from blueprints.home.demo.inspecting import draw_lots
from blueprints.home.demo.knowing import stock
from blueprints.home.demo.ledgers import plan_ledgers
from blueprints.home.demo.outages import break_off, outage_calls
from blueprints.home.demo.paper import keep_papers
from blueprints.home.demo.patterns import read_bundles
from blueprints.home.demo.people import Account, Cast, Settling
from blueprints.home.demo.scenarios import history, showcase
from blueprints.home.demo.service import serve
from blueprints.home.demo.sharing import share, shared_cases
from blueprints.home.demo.stage import Stage, Staged, within_reach
from blueprints.home.demo.timeline import DAY, Timeline
from core import audit, clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from core.inbox import Notification
from domain.workdays import Calendar

YEAR = 366
DEFAULT, MOST_PLAYED, MOST = 200, 300, 1_000_000
OPENING = timedelta(days=380)
READ_AFTER = timedelta(days=4)
Say = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """What was made."""

    accounts: list[Account]
    cases: int


def load(cases: int, seed: int, now: datetime, say: Say) -> Loaded:
    """Up to MOST_PLAYED cases in one transaction; more are repeated from DEFAULT played ones, in batches."""
    played_cases = cases if cases <= MOST_PLAYED else DEFAULT
    with transaction():
        loaded, played = small(played_cases, seed, now, say)
    if cases > played_cases:
        calendar = load_calendar()
        timeline = Timeline.ending(now, calendar, YEAR)
        bundles = read_bundles(played, timeline)
        played.clear()
        db.session.remove()
        grow(bundles, cases - played_cases, timeline=timeline, calendar=calendar, seed=seed, now=now, say=say)
    return Loaded(loaded.accounts, cases)


def small(cases: int, seed: int, now: datetime, say: Say) -> tuple[Loaded, list[Staged]]:
    """The district and up to a few hundred cases through the services, in the caller's transaction."""
    settling = Settling(seed, now - OPENING, now)
    with clock.frozen(now - OPENING):
        cast = settling.settle()
    calendar = load_calendar()
    calls, alarms = outage_calls(cases), duty.alarms(cases)
    beyond = shared_cases(cases)
    played = play(cast, calendar, cases - calls - alarms - beyond, seed, now, say)
    duty.watch(cast, calendar, now, alarm=bool(alarms))
    serve(cast, now)
    stock(cast, now)
    if beyond:
        share(cast, calendar, now)
    if calls:
        break_off(cast, calendar, now)
    keep_papers(cast, now)
    inspect(cast, draw_lots(cast, now), now)
    mark_read(now)
    changes = {"cases": [None, cases], "seed": [None, seed]}
    audit.record("demo.load", subject=audit.Subject("demo", None, "演示数据"), by=audit.SYSTEM, now=now,
                 changes=changes)  # fmt: skip
    return Loaded(settling.accounts, cases), played


def play(cast: Cast, calendar: Calendar, cases: int, seed: int, now: datetime, say: Say) -> list[Staged]:
    """Exactly `cases` cases: the showcase as far as it goes, then ordinary ones over the year."""
    timeline = Timeline.ending(now, calendar, YEAR)
    stage = Stage(cast, timeline, calendar, seed=seed, now=now)
    for course in within_reach(showcase()[:cases]):
        stage.add(course)
    plan_ledgers(stage)
    rng = Random(f"history {seed}")  # noqa: S311 -- invented cases
    while len(stage.staged) < cases:
        course = history.ordinary(rng)
        start = rng.randrange(0, stage.end - 2)
        month = timeline.days[start // DAY].month
        if rng.random() < history.season(course.company, month) / 1.6:
            stage.add(course, start)
    return stage.play(say)


def mark_read(now: datetime) -> None:
    """What was told some days ago has been read."""
    old = update(Notification).where(Notification.created_at < now - READ_AFTER)
    db.session.execute(old.values(read_at=Notification.created_at))
