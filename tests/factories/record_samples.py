"""Samples of original records, through the services."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import Organization, User
from blueprints.inspection.models import RecordSample, SampledRecord
from blueprints.inspection.service import sampling, working
from core import clock
from core.db import db, transaction
from domain.sample_plans import SizeRule
from tests.factories.cases import Desk
from tests.factories.world import World

WITNESSES = (("示例见证人甲", "271828", "AB12CD34"), ("示例见证人乙", "314159", "EF56AB78"))
OPENED = {name: (number, code) for name, number, code in WITNESSES}
CRITERIA = (("C1", "受理后一小时内回应", "F4.1"), ("C2", "有核实记录", ""))


def cases(count: int) -> None:
    """So many cases of the gas company."""
    desk = Desk()
    for number in range(count):
        desk.register("rq-dispatcher", "rq", channel="gas_hotline", title=f"停供没有提前告知 {number}")


class Sampling:
    """A regulator's sample from its draft to its result."""

    def __init__(self, login: str = "jxw-inspector") -> None:
        self.world, self.login = World(), login

    @property
    def by(self) -> User:
        """Who looks at the records."""
        return self.world.user(self.login)

    def plan(self, **changed: Any) -> sampling.SamplePlan:
        """Cases of a month, so many of them by chance."""
        facts: dict[str, Any] = {
            "title": "第四季度诉求件抽查", "source": "cases", "since": clock.today() - timedelta(days=30),
            "until": clock.today(), "method": "simple", "rule": SizeRule("fixed", number=2),
            "criteria": CRITERIA,
        }  # fmt: skip
        return sampling.SamplePlan(**(facts | changed))

    def draft(self, sheet: tuple[str, bytes] | None = None, enterprise: str = "rq", **changed: Any) -> int:
        """Id of a new draft."""
        by_id, company = self.by.id, self.world.org(enterprise).id
        plan = self.plan(**changed)
        with transaction() as session:
            by = session.get_one(User, by_id)
            assert by.organization is not None
            of = session.get_one(Organization, company)
            return sampling.create(by.organization, of, plan, sheet, by=by, now=clock.now()).id

    def row(self, sample_id: int) -> RecordSample:
        """A sample as it is stored now."""
        self.world.fresh()
        return db.session.get_one(RecordSample, sample_id)

    def frozen(self, **changed: Any) -> int:
        """Id of a sample whose frame is fixed."""
        sample_id, by = self.draft(**changed), self.by
        random = sampling.Randomness("witnesses", WITNESSES)
        with transaction():
            sampling.freeze(self.row(sample_id), random, by=by, now=clock.now())
        return sample_id

    def drawn(self, **changed: Any) -> int:
        """Id of a sample whose records are looked at."""
        sample_id, by = self.frozen(**changed), self.by
        later = clock.now() + timedelta(minutes=30)
        with transaction():
            sampling.draw(self.row(sample_id), OPENED, "", by=by, now=later)
        return sample_id

    def paper(self, sample_id: int, rank: int) -> SampledRecord:
        """The working paper of that rank."""
        return next(one for one in self.row(sample_id).records if one.rank == rank)

    def answer(self, sample_id: int, rank: int, result: str = "conform") -> None:
        """Answer the first criterion so; the second one conforms."""
        by = self.by
        given = {"C1": (result, "没有回应的录音" if result != "conform" else ""), "C2": ("conform", "")}
        with transaction():
            working.answer(self.paper(sample_id, rank), given, [], by=by, now=clock.now())

    def confirm(self, sample_id: int, rank: int, login: str = "jxw-supervisor") -> None:
        """A second person confirms."""
        by = self.world.user(login)
        with transaction():
            paper = self.paper(sample_id, rank)
            working.review(paper, confirmed=True, remark="", by=by, now=clock.now())

    def conclude(self, sample_id: int) -> RecordSample:
        """The result."""
        by = self.by
        with transaction():
            working.conclude(self.row(sample_id), by=by, now=clock.now())
        return self.row(sample_id)


def fill_samples() -> dict[str, int | str]:
    """Samples of the regulator of the gas company in every state, by the names that routes use."""
    one = Sampling()
    working_on = one.drawn(rule=SizeRule("fixed", number=1))
    sheet = ("台账.csv", "单号,班组\nA1,东\nA2,西\n".encode())
    drawn = one.drawn(
        sheet=sheet,
        source="sheet",
        since=None,
        until=None,
        key_column="单号",
        rule=SizeRule("fixed", number=1),
    )
    given, by = {"C1": ("deviation", "没有回应的录音"), "C2": ("conform", "")}, one.by
    with transaction():
        paper = one.paper(working_on, 1)
        working.answer(paper, given, [("C1", evidence())], by=by, now=clock.now())
    paper = one.paper(working_on, 1)
    return {
        "sample_id": drawn, "draft_sample": one.draft(), "frozen_sample": one.frozen(),
        "sampled_id": paper.id, "evidence_id": paper.evidence[0].id,
    }  # fmt: skip


def evidence() -> FileStorage:
    """A text file, as a browser sends it."""
    return FileStorage(io.BytesIO("值班记录复印".encode()), "值班记录.txt")
