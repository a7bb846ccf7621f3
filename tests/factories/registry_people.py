"""Staff, shifts, visits and assisted handling for tests; all names are invented."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from blueprints.accounts.models import User
from blueprints.registry.models import AssistedHandling, Outlet, RosterShift, Staff, Visit
from blueprints.registry.service import assisted, roster, staff, visits
from blueprints.registry.service.visits import Agreement, Slot
from core import clock
from core.db import db, transaction
from tests.factories.world import World

CERTIFICATE: dict[str, Any] = {
    "name": "上岗证", "issuer": "示例省燃气协会", "valid_from": date(2024, 1, 1), "valid_until": date(2027, 12, 31),
}  # fmt: skip
FACTS: dict[str, Any] = {
    "name": "示例员工甲", "badge": "R001", "post": "repair", "team": "抢修一班", "outlet_id": None,
    "phone": "13800000101", "uniform_on": date(2025, 3, 1),
}  # fmt: skip
USER = {
    "user_name": "示例用户甲",
    "user_phone": "13800001234",
    "user_address": "示例区东街一号院二单元三零一",
}


def scan() -> FileStorage:
    """A certificate as a file."""
    return FileStorage(io.BytesIO("上岗证扫描件".encode()), filename="上岗证.txt")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute), clock.SHANGHAI)


def slot(day: date | None = None, begin: int = 14, hours: int = 2) -> Slot:
    """A slot; today from 14:00 to 16:00 unless something else is asked for."""
    first = day or clock.today()
    return Slot(at(first, begin), at(first, begin + hours))


class People:
    """Keeps staff and visits of an enterprise through the services, as its discloser and dispatcher do."""

    def __init__(self, code: str = "rq") -> None:
        self.world, self.code = World(), code

    @property
    def organization_id(self) -> int:
        """The enterprise."""
        return self.world.org(self.code).id

    def by(self, role: str = "dispatcher") -> User:
        """Who acts."""
        return self.world.user(f"{self.code}-{role}")

    def staff(self, badge: str = "R001", number: str | None = "", **facts: Any) -> int:
        """A person with a certificate (`number` None: without one); returns the id."""
        by, until = self.by("discloser").id, facts.pop("until", CERTIFICATE["valid_until"])
        organization_id = self.organization_id
        with transaction() as session:
            person = session.get_one(User, by)
            values = FACTS | {"badge": badge} | facts
            made = staff.create(organization_id, values, by=person, now=clock.now())
            if number is not None:
                held = CERTIFICATE | {"number": number or f"示证{self.code}-{badge}", "valid_until": until}
                staff.certify(made, held, upload=scan(), by=person, now=clock.now())
            return made.id

    def outlet(self) -> int:
        """Some outlet."""
        organization_id = self.organization_id
        found = db.session.scalar(select(Outlet.id).where(Outlet.organization_id == organization_id))
        if found is not None:
            return found
        with transaction() as session:
            row = Outlet(
                organization_id=organization_id,
                name="东城营业厅",
                address="示例路1号",
                created_at=clock.now(),
            )
            session.add(row)
            session.flush()
            return row.id

    def shift(self, staff_id: int, day: date | None = None, starts: int = 510, ends: int = 720) -> int:
        """A shift at that outlet; returns its id."""
        outlet_id, by_id = self.outlet(), self.by().id
        with transaction() as session:
            outlet, person = session.get_one(Outlet, outlet_id), session.get_one(Staff, staff_id)
            by, days = session.get_one(User, by_id), [day or clock.today()]
            return roster.add_shift(outlet, person, days, starts, ends, by=by, now=clock.now())[0].id

    def visit(self, *staff_ids: int, when: Slot | None = None, **facts: Any) -> int:
        """A visit that was agreed; returns the id."""
        organization_id, by_id = self.organization_id, self.by().id
        with transaction() as session:
            people = [session.get_one(Staff, staff_id) for staff_id in staff_ids]
            told = {
                "purpose": "更换燃气表", "entry": None, "slot": when or slot(), "people": people,
                "team": people[0].team if people else "", "how": "phone",
                "at": clock.now() - timedelta(hours=1), **USER, **facts,
            }  # fmt: skip
            by = session.get_one(User, by_id)
            return visits.agree(organization_id, Agreement(**told), by=by, now=clock.now()).id

    def assisted(self, staff_id: int) -> int:
        """Something done for a user; returns the id."""
        organization_id, by_id = self.organization_id, self.by().id
        with transaction() as session:
            person, by = session.get_one(Staff, staff_id), session.get_one(User, by_id)
            task = assisted.Task(
                None, "代办过户：代交材料、代领合同", "示例用户甲", "13800001234", person, "签署委托书",
                clock.now() - timedelta(hours=2), scan(),
            )  # fmt: skip
            return assisted.begin(organization_id, task, by=by, now=clock.now()).id


def visit_of(visit_id: int) -> Visit:
    """A visit as it is stored now."""
    db.session.rollback()
    return db.session.get_one(Visit, visit_id)


def staff_of(staff_id: int) -> Staff:
    """A person as stored now."""
    db.session.rollback()
    return db.session.get_one(Staff, staff_id)


def shift_of(shift_id: int) -> RosterShift | None:
    """A shift, if it is still there."""
    db.session.rollback()
    return db.session.get(RosterShift, shift_id)


def assisted_of(assisted_id: int) -> AssistedHandling:
    """A row as stored now."""
    db.session.rollback()
    return db.session.get_one(AssistedHandling, assisted_id)


def fill_people(code: str = "rq") -> dict[str, int | str]:
    """One row of each kind for an enterprise; ids under the names that routes use."""
    desk = People(code)
    first = desk.staff(f"{code}-1")
    second = desk.staff(f"{code}-2", name="示例员工乙", until=clock.today() + timedelta(days=20))
    desk.staff(f"{code}-3", name="示例员工丙", number=None, team="抢修二班")
    desk.staff(f"{code}-4", name="示例员工丁", until=clock.today() - timedelta(days=3))
    shift = desk.shift(second)
    visit = desk.visit(first, when=slot(clock.today() + timedelta(days=1)))
    desk.visit(second, when=slot(clock.today() + timedelta(days=1), 9), purpose="入户安检")
    task = desk.assisted(first)
    person = staff_of(first)
    return {
        "staff_id": first, "certificate_id": person.certificates[0].id, "shift_id": shift, "visit_id": visit,
        "assisted_id": task,
    }  # fmt: skip
