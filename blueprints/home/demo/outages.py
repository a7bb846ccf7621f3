"""Two outages of the invented gas and power companies: one closed with its calls, one that is going on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from blueprints.complaints.models import Case
from blueprints.complaints.service import perform
from blueprints.complaints.service.intake import Intake, Person, register
from blueprints.home.demo.people import Cast
from blueprints.hotline.models import Incident
from blueprints.hotline.service import incident_calls, incident_closing, incident_tellings, incidents
from core import clock
from core.db import db
from core.jobs import DONE
from domain.workdays import Calendar

CLOSED_CALLS, OPEN_CALLS, LEAST_CASES = 12, 3, 120
WORDS = ("家里突然没有气了，饭做到一半。", "打不着火，是不是停气了？", "整栋楼都没有气，什么时候恢复？")
DARK = ("家里停电了，冰箱里的东西怕坏。", "店里突然停电，没法营业。", "电梯停了，请快点恢复。")
REPAIR = "示例片区燃气管道被施工挖断，正在抢修。请关闭家中阀门，恢复前不要用火；恢复后我们会再告诉您。"
BACK = "供气已经恢复。请先开窗通风，再缓慢打开阀门点火；打不着火的请再打电话，我们上门处理。"
POWER = "示例街一带因设备故障停电，抢修人员已到现场。请关闭大功率电器，恢复后再使用。"


def outage_calls(cases: int) -> int:
    """How many of a demo's cases are calls of its outages."""
    return CLOSED_CALLS + OPEN_CALLS if cases >= LEAST_CASES else 0


def break_off(cast: Cast, calendar: Calendar, now: datetime) -> None:
    """The gas outage of this morning, closed; the power outage of the last half hour."""
    _gas(Scene(cast, calendar, "rq", "gas_hotline", now - timedelta(hours=6)))
    scene = Scene(cast, calendar, "gd", "power_hotline", now - timedelta(minutes=40))
    scene.begin("示例街设备故障停电", "示例街、示例巷", POWER, "设备故障", 3)
    scene.calls(DARK, OPEN_CALLS, 8)


class Scene:
    """One outage, minute by minute."""

    def __init__(self, cast: Cast, calendar: Calendar, company: str, channel: str, began: datetime) -> None:
        self.cast, self.calendar, self.company, self.channel = cast, calendar, company, channel
        self.now = began
        self.dispatcher, self.leader = cast.user(f"{company}-dispatcher"), cast.user(f"{company}-leader")
        self.incident: Incident | None = None

    @property
    def row(self) -> Incident:
        """The incident, once it has begun."""
        if self.incident is None:
            raise LookupError("the outage has not begun")
        return self.incident

    def begin(self, title: str, where: str, script: str, cause: str, hours: int) -> None:
        """Opened ten minutes after its beginning, its script approved."""
        began, until = self.now, self.now + timedelta(hours=hours)
        self._later(10)
        given = incidents.Given("sudden", title, where.split("、"), began, script, until, cause)
        place = self.cast.organizations[self.company]
        self.incident = incidents.begin(place, given, by=self.dispatcher, now=self.now)
        self.approve()

    def approve(self) -> None:
        """By the leader, three minutes later; a closing is carried out at once."""
        self._later(3)
        waits = incidents.waiting(self.row)
        if waits is None:
            raise LookupError("nothing waits")
        job = incidents.decide(waits, True, "", by=self.leader, now=self.now)
        if job is not None:
            job.state, job.ended_at = DONE, self.now

    def calls(self, words: Sequence[str], number: int, minutes: int) -> list[Case]:
        """As many calls, so many minutes apart, the script read out to each."""
        cases = []
        for n in range(number):
            self._later(minutes)
            with clock.frozen(self.now):
                cases.append(self._call(words[n % len(words)], n))
        return cases

    def _call(self, words: str, n: int) -> Case:
        person = Person(f"示例用户{'甲乙丙丁戊己庚辛壬癸'[n % 10]}", f"1380000{n:04d}", f"示例路{n + 1}号")
        intake = Intake(
            enterprise=self.cast.organizations[self.company], type="complaint", channel=self.channel,
            category="quality", title=words[:10].rstrip("，。？"), content=words, received_at=self.now,
            people=(person,), place="示例片区",
        )  # fmt: skip
        case = register(intake, by=self.dispatcher, now=self.now, calendar=self.calendar)
        told = {"incident": self.row.id, "told": True}
        perform(case, "attach_incident", told, by=self.dispatcher, now=self.now, calendar=self.calendar)
        return case

    def draft(self, script: str, reason: str = "", hours: int = 0, *, restored: bool = False) -> None:
        """A new estimate, or the closing text."""
        until = self.now + timedelta(hours=hours) if hours else None
        back = self.now if restored else None
        given = incidents.Draft(script, until, self.row.cause, reason, back)
        incidents.draft(self.row, given, by=self.dispatcher, now=self.now)

    def told(self) -> None:
        """Everybody has been rung up."""
        self._later(10)
        incident_tellings.mark_told(self.row, None, by=self.dispatcher, now=self.now)

    def close(self) -> None:
        """What the background work does."""
        db.session.flush()
        while incident_closing.close_some(self.row, by=self.leader, now=self.now, calendar=self.calendar):
            pass
        incident_closing.finish(self.row, 1, by=self.leader, now=self.now)

    def _later(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)


def _gas(scene: Scene) -> None:
    """Twelve calls, a second estimate, everybody told; one caller wants more than the gas back."""
    scene.begin("示例片区燃气管道抢修停气", "示例小区、示例路", REPAIR, "施工挖断管道", 3)
    cases = scene.calls(WORDS, CLOSED_CALLS, 6)
    scene.draft(REPAIR, "开挖后发现第二处破损", 4)
    scene.approve()
    scene.told()
    incident_calls.set_apart(cases[3], "要求赔偿餐馆停业损失", by=scene.dispatcher, now=scene.now)
    scene.draft(BACK, restored=True)
    scene.approve()
    scene.close()
    db.session.expire_all()
    scene.told()
