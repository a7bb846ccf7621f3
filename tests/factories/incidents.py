"""Incidents for tests: opened, updated and approved by people of the gas company."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from blueprints.hotline.models import Incident
from blueprints.hotline.service import incident_calls, incidents
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from tests.factories.cases import Desk
from tests.factories.world import World

SCRIPT = "示例片区燃气管道正在抢修，请关闭燃气阀门，恢复后再开。"


class Control:
    """Keeps incidents; each call is a transaction of its own."""

    def __init__(self) -> None:
        self.world = World()

    def incident(self, incident_id: int) -> Incident:
        """As it is stored now."""
        self.world.fresh()
        return db.session.get_one(Incident, incident_id)

    def open(self, who: str = "rq-dispatcher", enterprise: str = "rq", *, approved: bool = True, **given: Any) -> int:
        """A sudden one that began an hour ago, its script approved by the leader."""
        values: dict[str, Any] = {
            "kind": "sudden", "title": "示例片区抢修停气", "areas": ["示例路"], "script": SCRIPT,
            "began_at": clock.now() - timedelta(hours=1), "estimated_at": clock.now() + timedelta(hours=4),
            "cause": "管道漏气", **given,
        }  # fmt: skip
        with transaction():
            by = self.world.user(who)
            place = self.world.org(enterprise)
            made = incidents.begin(place, incidents.Given(**values), by=by, now=clock.now()).id
        if approved:
            self.decide(made, f"{who.split('-')[0]}-leader")
        return made

    def decide(self, incident_id: int, who: str, approve: bool = True, remark: str = "") -> None:
        """Decide on the update that waits."""
        with transaction():
            row = incidents.waiting(db.session.get_one(Incident, incident_id))
            assert row is not None
            incidents.decide(row, approve, remark, by=self.world.user(who), now=clock.now())

    def draft(self, incident_id: int, who: str = "rq-dispatcher", **given: Any) -> None:
        """Write an update."""
        values: dict[str, Any] = {"script": SCRIPT, "estimated_at": clock.now() + timedelta(hours=6), **given}
        with transaction():
            row = db.session.get_one(Incident, incident_id)
            incidents.draft(row, incidents.Draft(**values), by=self.world.user(who), now=clock.now())

    def restored(self, incident_id: int, who: str = "rq-dispatcher", approver: str = "rq-leader") -> None:
        """Supply is back, approved; the closing waits as a job."""
        text = "请开窗通风后缓慢打开阀门，给您带来不便敬请谅解。"
        self.draft(incident_id, who, script=text, estimated_at=None, restored_at=clock.now())
        self.decide(incident_id, approver)

    def attach(self, incident_id: int, case_ids: list[int], who: str = "rq-dispatcher") -> int:
        """Many at once."""
        with transaction():
            row = db.session.get_one(Incident, incident_id)
            return incident_calls.attach_many(
                row, case_ids, by=self.world.user(who), now=clock.now(), calendar=load_calendar()
            )


def fill_incidents() -> dict[str, int]:
    """An open incident of the gas company with an attached call and an update that waits."""
    desk, control = Desk(), Control()
    made = control.open()
    case = desk.register("rq-dispatcher", "rq", channel="gas_hotline", title="家里没有气")
    desk.do(case, "attach_incident", "rq-dispatcher", incident=made)
    control.draft(made)
    waits = incidents.waiting(control.incident(made))
    return {"incident_id": made, "incident_update_id": waits.id if waits else 0}
