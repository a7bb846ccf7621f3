"""A desk from which tests work on cases through the services, as named people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from blueprints.complaints import service
from blueprints.complaints.models import Case
from blueprints.complaints.service.intake import Intake, Person, register
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from tests.factories.world import World

ENTERPRISES = {"gd": "供电", "rq": "供气", "gs": "供水"}
SUBSTANTIAL = "经核实，您反映的情况属实，我们已经整改完毕，并将加强管理。"


class Desk:
    """Registers cases and carries out steps; each call is a transaction of its own."""

    def __init__(self) -> None:
        self.world = World()

    def case(self, case_id: int) -> Case:
        """The case as it is stored now."""
        self.world.fresh()
        return db.session.get_one(Case, case_id)

    def register(self, who: str, enterprise: str, **fields: Any) -> int:
        """Register a case an hour after its receipt; `fields` override the intake."""
        given: dict[str, Any] = {
            "type": "complaint",
            "category": "service",
            "channel": "hotline_12345",
            "title": "停供没有提前告知",
            "content": "昨天下午停供没有提前告知，影响做饭，要求给个说法。",
            "received_at": clock.now() - timedelta(hours=1),
            "people": (Person("示例用户甲", "13800000001", "示例路1号"),),
            "first_contact": "情绪激动，希望当面道歉",
            **fields,
        }
        with transaction():
            by = self.world.user(who)
            intake = Intake(enterprise=self.world.org(enterprise), **given)
            return register(intake, by=by, now=clock.now(), calendar=load_calendar()).id

    def do(self, case_id: int, action: str, who: str, **data: Any) -> Case:
        """Carry out one step as this person."""
        with transaction():
            by = self.world.user(who)
            case = db.session.get_one(Case, case_id)
            service.perform(case, action, data, by=by, now=clock.now(), calendar=load_calendar())
        return self.case(case_id)

    def department(self, enterprise: str, name: str = "营业厅") -> list[str]:
        """The unit value of a department."""
        return [f"dep:{self.world.department(enterprise, name).id}"]

    def told(self) -> dict[str, Any]:
        """How and when the person was told."""
        return {"way": "电话", "told_how": "电话", "told_at": clock.now()}

    def reply(self, case_id: int, who: str, **data: Any) -> Case:
        """Reply with a substantial text."""
        return self.do(case_id, "reply", who, **({"text": SUBSTANTIAL} | self.told() | data))

    def handed_over(self, enterprise: str = "rq", **fields: Any) -> int:
        """A 12345 complaint that the regulator accepted and dispatched, and the enterprise assigned."""
        nature = fields.pop("nature", "internal")
        case = self.register("jxw-clerk", enterprise, **fields)
        self.do(case, "accept", "jxw-clerk", nature=nature)
        unit = [f"org:{self.world.org(enterprise).id}"]
        self.do(case, "dispatch", "jxw-clerk", units=unit, requirement="请核实整改并答复")
        self.do(case, "assign", f"{enterprise}-dispatcher", units=self.department(enterprise), requirement="请核实")
        return case

    def own_water(self, **fields: Any) -> int:
        """A complaint that the water company received itself, accepted and dispatched to a department."""
        case = self.register("gs-dispatcher", "gs", **({"channel": "department_phone"} | fields))
        self.do(case, "accept", "gs-dispatcher", notice_way="电话")
        self.do(case, "dispatch", "gs-dispatcher", units=self.department("gs"), requirement="请核实")
        return case

    def verified(self, case_id: int, enterprise: str, **data: Any) -> Case:
        """Investigate and verify as the department's handler."""
        handler = f"{enterprise}-handler"
        self.do(case_id, "investigate", handler, investigator_id=self.world.user(handler).id)
        findings = {
            "findings": "查阅记录并走访", "evidence": "停供通知记录", "conclusion": "substantiated",
            "reasonable": True, "service_class": "lapse",
        }  # fmt: skip
        return self.do(case_id, "verify", handler, **(findings | data))

    def corrected(self, case_id: int, enterprise: str) -> Case:
        """Q3.1c: sanction, correction, proof."""
        return self.do(
            case_id, "correct_lapse", f"{enterprise}-handler",
            sanction="批评教育", measures="当场补发通知", proof="补发通知照片",
        )  # fmt: skip

    def rectified(self, case_id: int, enterprise: str) -> Case:
        """Plan and complete a rectification."""
        due_on = clock.today() + timedelta(days=3)
        handler = f"{enterprise}-handler"
        self.do(case_id, "rectify", handler, measures="完善停供告知流程", responsible="营业厅主任", due_on=due_on)
        return self.do(case_id, "complete_rectification", handler, result="流程已发布", proof="制度文件照片")

    def apologised(self, case_id: int, enterprise: str) -> Case:
        """Q6.1: the leader in charge apologises in person."""
        return self.do(
            case_id, "apologise", f"{enterprise}-leader", in_person=True, text="当面致歉", **self.told()
        )

    def replied_handover(self, enterprise: str = "rq") -> int:
        """A handed-over case verified, rectified and replied."""
        case = self.handed_over(enterprise)
        self.verified(case, enterprise, service_class="")
        self.rectified(case, enterprise)
        self.reply(case, f"{enterprise}-handler")
        return case

    def reported(self, enterprise: str = "rq") -> int:
        """The same, reported back to the regulator."""
        case = self.replied_handover(enterprise)
        self.do(case, "report_back", f"{enterprise}-dispatcher", verification="属实", rectification_result="已整改")
        return case

    def closed(self) -> int:
        """A handed-over case that was reviewed, called back and closed."""
        case = self.reported()
        self.do(case, "review_accept", "jxw-supervisor")
        self.do(case, "callback", "jxw-clerk", solved=True, satisfied="satisfied")
        self.do(case, "close", "jxw-clerk")
        return case


def at(text: str) -> datetime:
    """A moment in Asia/Shanghai, e.g. 2026-10-13 10:00."""
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=clock.SHANGHAI)
