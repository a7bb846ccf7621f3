"""The companies' ledgers of their own hotlines, and what the regulators sampled from them (F5.2)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from blueprints.complaints.models import LedgerRow
from blueprints.complaints.service.ledger import Period, finished_periods, period_kind, sample, submit
from blueprints.home.demo.course import SECTORS
from blueprints.home.demo.stage import Stage
from blueprints.home.demo.timeline import DAY
from core import clock
from core.clock import local_date
from core.db import db

PERIODS = 3
SUBMITTED, SAMPLED = 2 * DAY + 65, 4 * DAY + 130
OVERSEERS = {"gd": "jxw-supervisor", "rq": "jxw-supervisor", "gs": "swj-supervisor"}


def plan_ledgers(stage: Stage) -> None:
    """Each of the last periods is submitted on the third working day after it; the older ones are sampled."""
    for code in SECTORS:
        kind = period_kind(stage.cast.organizations[code])
        for age, period in enumerate(finished_periods(local_date(stage.now), kind, PERIODS)):
            first = stage.timeline.start_of(period.ends_on + timedelta(days=1))
            _plan(stage, code, period, first, sampled=age > 0)


def _plan(stage: Stage, code: str, period: Period, first: int, *, sampled: bool) -> None:
    made = []

    def hand_in() -> None:
        company, by = stage.cast.organizations[code], stage.cast.user(f"{code}-dispatcher")
        made.append(submit(company, period.code, by=by, now=clock.now()))

    def look_into() -> None:
        rows = select(LedgerRow.id).where(LedgerRow.ledger_id == made[0].id).order_by(LedgerRow.id).limit(2)
        ids, by = list(db.session.scalars(rows)), stage.cast.user(OVERSEERS[code])
        if ids:
            sample(made[0], ids, "按月抽查原始记录，核对办理时限和答复质量。", by=by, now=clock.now())

    stage.at(first + SUBMITTED, hand_in)
    if sampled:
        stage.at(first + SAMPLED, look_into)
