"""The service register and the disclosure of the invented enterprises, kept through the services."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select

from blueprints.accounts.models import Organization, User
from blueprints.home.demo.people import Cast
from blueprints.home.demo.publishing import publish_all
from blueprints.registry.models import CatalogueEntry, Outlet, ServiceArea, Staff
from blueprints.registry.service import (
    areas,
    catalogue,
    outlet_days,
    outlets,
    promises,
    requests,
    roster,
    staff,
    visit_steps,
    visits,
)
from core import clock
from core.calendar_store import load_calendar
from core.db import db
from domain.written_systems import asked_of

SOURCE = Path(__file__).parent / "words" / "service.toml"
WEEK = {
    **dict.fromkeys(range(5), ((510, 720), (840, 1050))), **dict.fromkeys((5, 6), ((540, 960),))
}  # fmt: skip
DISTRICT = "示例区"
RULES = "第一条 为规范服务工作，制定本制度。\n第二条 本单位各部门执行{}。\n第三条 违反本制度的，按规定问责。"
BEGAN, LOGGED_DAYS = 200, 12
USER = "示例用户甲"


@cache
def words() -> Mapping[str, Any]:
    """The texts by sector."""
    return tomllib.loads(SOURCE.read_text("utf-8"))


def serve(cast: Cast, now: datetime) -> None:
    """What each enterprise keeps and publishes, as it came about in the last months; the clock stands at each
    moment."""
    began = now - timedelta(days=BEGAN)
    for code, organization in cast.organizations.items():
        if not organization.is_regulator:
            with clock.frozen(began):
                Register(cast, code, organization, began).fill(now)
            publish_all(cast, code, organization, words()[organization.sectors[0]], began=began, now=now)


class Register:
    """What one enterprise enters."""

    def __init__(self, cast: Cast, code: str, organization: Organization, began: datetime) -> None:
        self.cast, self.code, self.organization, self.began = cast, code, organization, began
        self.by: User = cast.user(f"{code}-discloser")
        self.text = words()[organization.sectors[0]]
        self.line = f"{organization.hotline}"

    def fill(self, now: datetime) -> None:
        """Everything, in the order in which an enterprise would."""
        own = self.organization.id
        areas.add_areas(DISTRICT, "\n".join(words()["streets"]), by=self.by, now=self.began)
        streets = list(db.session.scalars(select(ServiceArea.id).order_by(ServiceArea.id)))
        outlets.set_supply(own, frozenset(streets), by=self.by, now=self.began)
        places = self._outlets(streets)
        entries = self._services()
        self._systems()
        people = self._staff(places[0])
        self._days(places, now)
        self._visits(people, entries[0], now)
        self._requests(entries, now)
        self._shifts(places[0], people, now)

    def _outlets(self, streets: list[int]) -> list[Outlet]:
        made = []
        names = [*self.text["outlets"], self.text["agent"]]
        shares = (streets[:3], streets[3:5], streets[5:6])
        for number, (name, share) in enumerate(zip(names, shares, strict=True)):
            agent = name == self.text["agent"]
            day = self.began.date()
            facts = {
                "name": name, "kind": "agent" if agent else "own",
                "agent": name.removesuffix("代办点") if agent else "",
                "agreement": f"代办{day.year}-0{number}" if agent else "",
                "agreement_from": day if agent else None,
                "agreement_until": day + timedelta(days=BEGAN + 45) if agent else None,
                "address": f"{DISTRICT}示例路{number * 20 + 8}号", "phone": f"{self.line[:-1]}{number + 4}",
                "transport": f"公交{number + 1}路示例站下车即到", "signage": True,
                "signage_note": "门头灯箱统一标志",
                "accessibility": "无障碍坡道、老花镜、座椅、饮水",
                "handles": "缴费、查询" if agent else "开户、过户、缴费、查询、报修",
                "opened_on": date(2015 + number, 5, 1),
            }  # fmt: skip
            details = outlets.Details(facts, WEEK, frozenset(share))
            made.append(outlets.create(self.organization.id, details, by=self.by, now=self.began))
        return made

    def _services(self) -> list[CatalogueEntry]:
        own, by, now = self.organization.id, self.by, self.began
        lines = (("24小时服务热线", "service", 0), ("抢修电话", "repair", 1), ("投诉电话", "complaint", 2))
        for name, kind, number in lines:
            values = {
                "number": f"{self.line[:-1]}{int(self.line[-1]) + number * 3}", "name": name, "kind": kind,
                "hours": "24小时", "handles": "咨询、求助、投诉", "active": True,
            }  # fmt: skip
            line = catalogue.save_hotline(own, None, values, by=by, now=now)
            catalogue.add_call(
                line, now, answered=True, wait_seconds=8 + number, one_stop=True, remark="", by=by, now=now
            )
        made = []
        for position, row in enumerate(self.text["business"], start=1):
            made.append(catalogue.save_entry(own, None, self._entry(position, *row), by=by, now=now))
        for name, sense, amount, unit in self.text["promises"]:
            values = {"name": name, "sense": sense, "amount": amount, "unit": unit, "source": "公司服务承诺",
                      "active": True}  # fmt: skip
            promises.save_commitment(own, None, values, by=by, now=now)
        return made

    def _entry(
        self, position: int, name: str, conditions: str, materials: str, steps: str, days: int, fee: str,
        basis: str,
    ) -> dict[str, Any]:  # fmt: skip
        return {
            "position": position, "name": name, "conditions": conditions, "materials": materials,
            "steps": steps,
            "limit_amount": days or None, "limit_unit": "workday", "limit_source": "promise",
            "limit_basis": "公司服务承诺" if days else "", "fee": fee, "fee_basis": basis,
            "place": "各营业厅、网上营业厅", "phone": self.line, "active": True,
        }  # fmt: skip

    def _systems(self) -> None:
        for system in asked_of(self.organization.ruleset_code):
            if system.code == "individual":
                continue  # one is missing, as the page then shows
            promises.add_version(
                self.organization.id, system.code, title=system.name, upload=None,
                adopted="示例司〔2026〕1号",
                body=RULES.format(system.name),
                effective_on=date(self.began.year, 1, 1), by=self.by, now=self.began,
            )  # fmt: skip

    def _staff(self, place: Outlet) -> list[Staff]:
        made = []
        for number, (name, post) in enumerate(self.text["posts"]):
            badge = f"{self.code.upper()}{number + 1:03d}"
            values = {
                "name": name, "badge": badge, "post": post,
                "team": self.text["team"] if post == "repair" else "",
                "outlet_id": place.id if post == "window" else None, "phone": f"1380000{number + 1:04d}",
                "uniform_on": date(2025, 3, 1),
            }  # fmt: skip
            person = staff.create(self.organization.id, values, by=self.by, now=self.began)
            made.append(person)
            if post == "meter":
                continue  # not certified yet
            ends = self.began.date() + timedelta(days=BEGAN + (25 if post == "service" else 600))
            held = {"name": "上岗证", "number": f"示证{badge}", "issuer": "示例行业协会",
                    "valid_from": date(2024, 1, 1), "valid_until": ends}  # fmt: skip
            staff.certify(person, held, upload=None, by=self.by, now=self.began)
        return made

    def _days(self, places: list[Outlet], now: datetime) -> None:
        """The opening log of the last days: one late, one missed."""
        by = self.cast.user(f"{self.code}-dispatcher")
        today = clock.local_date(now)
        for place in places[:2]:
            for back in range(LOGGED_DAYS, 0, -1):
                day = today - timedelta(days=back)
                expected = outlet_days.expected(place, day)
                if back == 4 and place is places[1]:
                    continue
                late = 12 if back == 7 and place is places[0] else 0
                evening = clock.local_midnight(day) + timedelta(hours=20)
                outlet_days.record_opening(
                    place, day, expected.spans[0][0] + late, expected.spans[-1][1],
                    remark="开门人员途中堵车" if late else "", by=by, now=evening,
                )  # fmt: skip
            outlet_days.add_check(
                place, today - timedelta(days=3), safe=True, tidy=True, findings="", by=by, now=now
            )

    def _visits(self, people: list[Staff], entry: CatalogueEntry, now: datetime) -> None:
        """Four visits: kept, late, moved without consent, to come."""
        by = self.cast.user(f"{self.code}-dispatcher")
        team = [person for person in people if person.post == "repair"]
        for back, hour, person in ((6, 9, team[0]), (5, 14, team[1]), (3, 9, team[0]), (-1, 14, team[1])):
            begins = self._at(now, back, hour)
            asked = min(now, begins) - timedelta(days=1)
            slot = visits.Slot(begins, begins + timedelta(hours=2))
            told = visits.Agreement(
                purpose=self.text["visit"], entry=entry, slot=slot, people=[person], team=person.team,
                user_name=USER, user_phone="13800001234", user_address=f"{DISTRICT}示例小区{back + 9}栋",
                how="phone",
                at=asked,
            )  # fmt: skip
            made = visits.agree(self.organization.id, told, by=by, now=asked)
            if back == 3:
                wish = visit_steps.Wish("enterprise", "人员另有任务")
                visit_steps.cancel(made, wish, insist=True, by=by, now=asked + timedelta(hours=2))
            elif back > 0:
                late = timedelta(minutes=160 if back == 5 else 20)
                visit_steps.arrive(made, begins + late, by=by, now=begins + late)
                ended = begins + late + timedelta(minutes=40)
                visit_steps.end(made, ended, f"已{self.text['visit']}，用户签字确认", by=by, now=ended)
                visit_steps.rate(made, 5 if back == 6 else 3, "", by=by, now=ended)

    def _at(self, now: datetime, back: int, hour: int) -> datetime:
        day = clock.local_date(now) - timedelta(days=back)
        return datetime.combine(day, time(hour), clock.SHANGHAI)

    def _requests(self, entries: list[CatalogueEntry], now: datetime) -> None:
        by, calendar = self.cast.user(f"{self.code}-dispatcher"), load_calendar()
        for back, entry in ((9, entries[1]), (2, entries[0])):
            received = self._at(now, back, 10)
            values = {"kind": "business", "content": f"申请办理{entry.name}", "user_name": USER,
                      "user_phone": "13800001234", "received_at": received}  # fmt: skip
            made = requests.register(
                self.organization.id, values, entry, by=by, now=received, calendar=calendar
            )
            if back == 9:
                requests.finish(made, "已办妥并告知用户", by=by, now=received + timedelta(hours=5))

    def _shifts(self, place: Outlet, people: list[Staff], now: datetime) -> None:
        window = next(person for person in people if person.post == "window")
        first = clock.local_date(now)
        days = [first + timedelta(days=ahead) for ahead in range(5)]
        roster.add_shift(place, window, days, 510, 720, by=self.by, now=now)
