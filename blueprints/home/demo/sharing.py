"""Cases that several bodies share: a second round of the hotline, two companies on one case, a transfer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from blueprints.complaints.models import Case
from blueprints.complaints.service import perform
from blueprints.complaints.service.intake import Intake, Person, register
from blueprints.home.demo.people import Cast
from core import clock
from core.clock import local_date
from domain.workdays import Calendar

CASES, LEAST_CASES = 3, 120
ANSWER = "经核实，停气检修没有提前张贴通知，情况属实。已补发通知，今后提前三天告知，并在小区公告栏张贴。"
BUREAU = "body:市场监督管理局（价格、计量）"


def shared_cases(cases: int) -> int:
    """How many of a demo's cases are shared with other bodies."""
    return CASES if cases >= LEAST_CASES else 0


def share(cast: Cast, calendar: Calendar, now: datetime) -> None:
    """One case of each sort; all of them are still open."""
    _twice(Told(cast, calendar, now - timedelta(days=9)), now)
    _together(Told(cast, calendar, now - timedelta(days=4)))
    _elsewhere(Told(cast, calendar, now - timedelta(days=3)))


class Told:
    """One case, step by step, as time goes on."""

    def __init__(self, cast: Cast, calendar: Calendar, begins: datetime) -> None:
        self.cast, self.calendar, self.now = cast, calendar, begins
        self.case: Case | None = None

    def comes(self, title: str, content: str, number: str, origin: dict[str, Any], **more: Any) -> None:
        """By the 12345 hotline to the regulator, about the gas company."""
        given: dict[str, Any] = {
            "enterprise": self.cast.organizations["rq"], "type": "complaint", "channel": "hotline_12345",
            "category": "service", "title": title, "content": content, "received_at": self.now,
            "people": (Person("示例用户丁", "13800000014", "示例路14号"),), "place": "示例路14号",
            "first_contact": "希望尽快处理",
            "origin": {"source": "12345", "number": number, "digest": number, "data": {}} | origin,
        }  # fmt: skip
        self._later(0.3)
        with clock.frozen(self.now):
            by = self.cast.user("jxw-clerk")
            self.case = register(Intake(**(given | more)), by=by, now=self.now, calendar=self.calendar)

    def does(self, who: str, action: str, hours: float = 1, **data: Any) -> None:
        """One step, so many hours after the last."""
        if self.case is None:
            raise LookupError("the case has not come yet")
        self._later(hours)
        with clock.frozen(self.now):
            by = self.cast.user(who)
            perform(self.case, action, data, by=by, now=self.now, calendar=self.calendar)

    def told(self) -> dict[str, Any]:
        """How and when the person was told."""
        return {"told_how": "电话", "way": "电话", "told_at": self.now}

    def _later(self, hours: float) -> None:
        self.now += timedelta(hours=hours)


def _limits(begins: datetime, district: int, city: int) -> dict[str, Any]:
    days = {"district": begins + timedelta(days=district), "city": begins + timedelta(days=city)}
    return {"limits": {level: day.isoformat(timespec="minutes") for level, day in days.items()}}


def _twice(told: Told, now: datetime) -> None:
    """Answered and filled back, then dispatched once more; more time was asked for and granted."""
    number = f"{told.now:%Y%m%d}900017"
    told.comes(
        "停气检修没有提前通知", "昨天停气检修，没有看到任何通知，老人在家做不了饭。", number,
        {"data": _limits(told.now, 5, 10)}, type="inquiry",
    )  # fmt: skip
    told.does("jxw-clerk", "outside_sign")
    told.does("jxw-clerk", "answer_now", text=ANSWER, **told.told())
    told.does("jxw-clerk", "fill_back", text=ANSWER)
    told.now = now - timedelta(hours=20)
    again = {"data": _limits(told.now, 4, 8), "digest": f"{number}/2"}
    told.does("jxw-clerk", "redispatch", 0, round=2, received_at=told.now, origin=again,
              text="这周又停了一次，还是没有通知，请重办。")  # fmt: skip
    told.does("jxw-clerk", "outside_sign")
    day = local_date(told.now) + timedelta(days=7)
    why = "需要和施工单位核对检修计划"
    told.does("jxw-clerk", "outside_ask", kind="extension", reason=why, asked_until=day)


def _together(told: Told) -> None:
    """The gas company is the main one, the power company assists; the regulator has settled who answers."""
    told.comes("施工挖断管线后停气又停电", "路口施工挖断管线，停气六小时，后来又停电，没有人说明情况。",
               f"{told.now:%Y%m%d}900018", {"data": {}})  # fmt: skip
    told.does("jxw-clerk", "outside_sign", 0.1)
    told.does("jxw-clerk", "accept", nature="internal", notice_way="电话")
    units = {code: f"org:{told.cast.organizations[code].id}" for code in ("rq", "gd")}
    asked = "请核实原因和责任，整改后报送核实情况。"
    told.does("jxw-clerk", "dispatch", units=[units["rq"]], assisting=[units["gd"]], requirement=asked)
    found = {"rq": "施工前没有核对管线图纸。", "gd": "接到报告后四小时才到现场，没有向用户说明。"}
    for code, words in found.items():
        handler = f"{code}-handler"
        told.does(f"{code}-dispatcher", "assign", units=[told.cast.unit(code, 0)], requirement=asked)
        told.does(handler, "investigate", investigator_id=told.cast.user(handler).id)
        told.does(handler, "verify", 20, findings=words, evidence="现场照片和调度记录",
                  conclusion="substantiated", reasonable=True, service_class="")  # fmt: skip
    gas, power = (told.cast.organizations[code].id for code in units)
    due = local_date(told.now) + timedelta(days=5)
    told.does(
        "jxw-supervisor", "consult", 4, held_at=told.now, place="区经信委三楼会议室", chair="示例主任",
        attendees="示例燃气公司、示例供电公司分管负责人", text="\n".join(found.values()),
        **{f"duty_{gas}": "施工前没有核对图纸，承担主要责任", f"measures_{gas}": "开工前三方会签图纸",
           f"due_{gas}": due, f"duty_{power}": "到场迟缓，承担次要责任",
           f"measures_{power}": "抢修一小时到场并告知用户", f"due_{power}": due},
    )  # fmt: skip


def _elsewhere(told: Told) -> None:
    """About the price: with the price authority, whose receipt has not come."""
    told.comes("燃气价格和公示的不一样", "账单上的气价比公示的高，请查一查是不是多收了。",
               f"{told.now:%Y%m%d}900019", {"data": {}}, category="charging")  # fmt: skip
    told.does("jxw-clerk", "outside_sign", 0.1)
    told.does("jxw-clerk", "transfer", to=BUREAU, reason="反映的是价格执行问题，归价格主管部门监督检查",
              basis="价格法", **told.told())  # fmt: skip
