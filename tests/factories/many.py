"""Very many invented cases for the tests of search, lists and query plans: odd texts, odd states, equal keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from blueprints.complaints.models import Assignment, Case, Ledger, LedgerRow
from blueprints.complaints.service.access import refresh
from blueprints.complaints.service.bulk import Registrar
from blueprints.complaints.service.intake import Intake, Person
from blueprints.complaints.workflow import ENDED, FLOWS, State
from core import clock
from core.audit import AuditEntry
from core.calendar_store import load_calendar
from core.db import db, insert_rows, transaction
from core.inbox import Notification
from tests.factories.world import World

MANY = 20_000
RARE = "𬭸"
BATCH = 1000
PARTS = (
    "停电", "停气", "停水", "停电通知", "没有提前告知", "抄表收费", "电压", "不稳", "漏水", "抢修", "迟迟不到", "阶梯气价",
    "燃气", "客服", "态度", "E停电5", "停电，抢修", "ETC", "LPG", "ｅ停电５", "Ａ１２", "12号楼", "2026", "13号", "380V", "wifi表",
    RARE, f"{RARE}街道", "々", "电", "气", "，", "。", "—", " ", "\n",
)  # fmt: skip
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈单曾", "示例试验甲乙丙丁"
LATIN_NAMES = ("Shi Li", "Example", "O'Shi")
# who registers, for which enterprise, by which channel, how often (in a hundred)
SOURCES = (
    ("jxw-clerk", "gd", "hotline_12345", 30), ("jxw-clerk", "rq", "hotline_12345", 35),
    ("rq-dispatcher", "rq", "gas_hotline", 13), ("swj-clerk", "gs", "hotline_12345", 12),
    ("gs-dispatcher", "gs", "department_phone", 10),
)  # fmt: skip
TYPES = ("complaint", "complaint", "complaint", "inquiry", "suggestion")


class Inventor:
    """Invents cases; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(f"many {seed}")
        self.now = clock.now()
        self.people: list[Person] = []

    def text(self, most: int) -> str:
        """Known parts among characters of which most occur rarely."""
        pieces = []
        for _ in range(self.rng.randint(1, most)):
            if self.rng.random() < 0.5:
                pieces.append(self.rng.choice(PARTS))
            else:
                pieces.append(
                    "".join(chr(self.rng.randint(0x4E00, 0x9FA5)) for _ in range(self.rng.randint(1, 3)))
                )
        return "".join(pieces)

    def person(self) -> Person:
        """Some call more than once."""
        rng = self.rng
        if self.people and rng.random() < 0.2:
            return rng.choice(self.people)
        name = rng.choice(SURNAMES) + "".join(rng.sample(GIVEN, rng.randint(1, 2)))
        if rng.random() < 0.05:
            name = rng.choice(LATIN_NAMES)
        made = Person(
            name=name, phone=f"139{rng.randint(0, 99_999_999):08}",
            address=f"示例路{rng.randint(1, 400)}号" if rng.random() < 0.5 else "",
            account_number=f"{rng.randint(0, 9_999_999):010}" if rng.random() < 0.3 else "",
        )  # fmt: skip
        self.people.append(made)
        return made

    def intake(self, enterprise: Any, channel: str) -> Intake:
        """A case as it is told; some texts repeat who told it, some places are the address."""
        rng, anonymous = self.rng, self.rng.random() < 0.05
        people = () if anonymous else tuple(self.person() for _ in range(1 + (rng.random() < 0.05)))
        content = self.text(12) + "停"
        if people and rng.random() < 0.1:
            content += f"我是{people[0].name}，电话{people[0].phone}。"
        place = people[0].address if people and rng.random() < 0.3 else f"示例街{rng.randint(1, 30)}号"
        kinds = (*TYPES, "report") if "water" in enterprise.sectors else TYPES
        return Intake(
            enterprise=enterprise, type=rng.choice(kinds), channel=channel, anonymous=anonymous,
            category=rng.choice(("quality", "charging", "service", "other")), title=self.text(4) + "电",
            content=content, people=people, place=place, late_entry_reason="补登历史件",
            received_at=self.now - timedelta(hours=2, days=rng.randint(0, 300)),
        )  # fmt: skip

    def course(self, case_id: int, organizations: tuple[int, ...]) -> dict[str, Any]:
        """A state and whatever else lists look at, in any combination, many of them alike; most cases are over."""
        rng = self.rng
        actions = sorted({row.action for row in FLOWS["complaint"] if row.main})
        due: datetime | None = self.now + timedelta(hours=rng.randint(-200, 200))
        course = {
            "key": case_id, "state": rng.choice(list(State)).value, "level": rng.choice((1, 2, 3, 3, 3)),
            "due_at": due if rng.random() < 0.3 else None, "due_provisional": rng.random() < 0.3,
            "next_action": rng.choice(actions) if rng.random() < 0.3 else "",
            "next_org_id": rng.choice(organizations), "sent_back": rng.random() < 0.1,
            "supervised": rng.random() < 0.1, "supervision_proposed": "已逾期" if rng.random() < 0.1 else "",
            "next_talk_on": (self.now + timedelta(days=rng.randint(0, 9))).date() if rng.random() < 0.1 else None,
            "suspended_at": self.now if rng.random() < 0.05 else None,
        }  # fmt: skip
        if rng.random() < 0.85:
            course |= {
                "state": rng.choice(sorted(ENDED)).value,
                "next_action": "",
                "due_at": None,
                "next_talk_on": None,
            }
        return course


@dataclass(frozen=True)
class Unit:
    """An enterprise whose cases are assigned: ids of its departments, handlers and dispatcher."""

    organization: int
    departments: tuple[int | None, ...]
    handlers: tuple[int | None, ...]
    dispatcher: int

    @classmethod
    def of(cls, world: World, code: str) -> Unit:
        """By its short name."""
        departments = (world.department(code, "营业厅").id, world.department(code, "抢修班").id, None)
        handlers = (world.user(f"{code}-handler").id, world.user(f"{code}-handler2").id, None, None)
        return cls(world.org(code).id, departments, handlers, world.user(f"{code}-dispatcher").id)


def fill_many(cases: int = MANY, seed: int = 1) -> None:
    """Store the cases, some assigned and some only sampled from a ledger, past the state table."""
    world, inventor = World(), Inventor(seed)
    ids: list[int] = []
    for login, code, channel, share in SOURCES:
        for portion in _portions(range(cases * share // 100)):
            with transaction():
                registrar = Registrar(world.user(login), inventor.now, load_calendar())
                enterprise = world.org(code)
                ids += registrar.register([inventor.intake(enterprise, channel) for _ in portion])
    organizations = tuple(world.org(code).id for code in ("jxw", "rq", "gd", "gs", "swj"))
    world_people = [
        world.user(login).id for login in ("jxw-clerk", "rq-dispatcher", "rq-handler", "gs-leader")
    ]
    units, regulator = [Unit.of(world, "rq"), Unit.of(world, "gs")], world.org("jxw").id
    for some in _portions(ids):
        with transaction() as session:
            courses = [inventor.course(i, organizations) for i in some]
            table = Case.__table__
            changed = {name: bindparam(name) for name in courses[0] if name != "key"}
            statement = update(table).where(table.c.id == bindparam("key")).values(changed)  # type: ignore[arg-type]
            session.connection().execute(statement, courses)
            if rows := [row for unit in units for row in _assignments(unit, inventor, some)]:
                session.execute(insert(Assignment), rows)
            _sample(units[0], regulator, inventor, some)
            refresh(session, list(some))
            _log(world_people, inventor, some)
    db.session.remove()


def _log(people: Sequence[int], inventor: Inventor, ids: Sequence[int]) -> None:
    """A notification and an entry of the audit log for each case (the entries make no chain)."""
    rng, now = inventor.rng, inventor.now
    told = [
        {"user_id": rng.choice(people), "text": "待您办理", "link": f"/cases/{i}", "clause": "", "created_at": now,
         "read_at": now if rng.random() < 0.99 else None}
        for i in ids
    ]  # fmt: skip
    insert_rows(Notification, told)
    entry = {
        "at": now,
        "actor_name": "系统",
        "organization": "",
        "action": "case.note",
        "subject_type": "case",
    }
    sealed = {"subject_label": "", "changes": "{}", "personal": "", "previous": "0" * 64, "digest": "0" * 64}
    insert_rows(AuditEntry, [{**entry, **sealed, "seq": 10**6 + i, "subject_id": i} for i in ids])


def _portions(things: Sequence[int]) -> Iterator[Sequence[int]]:
    return (things[start : start + BATCH] for start in range(0, len(things), BATCH))


def _assignments(unit: Unit, inventor: Inventor, ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Some cases of the enterprise: to departments or not, alive or cancelled, with an investigator or not."""
    rng = inventor.rng
    mine = select(Case.id).where(Case.id.in_(ids), Case.enterprise_id == unit.organization)
    for case_id in db.session.scalars(mine.order_by(Case.id)):
        for _ in range(rng.choice((0, 0, 1, 1, 2))):
            yield {
                "case_id": case_id, "organization_id": unit.organization, "assigned_by_id": unit.dispatcher,
                "department_id": rng.choice(unit.departments), "kind": "main", "requirement": "请核实",
                "state": rng.choice(("assigned", "verified", "cancelled")), "assigned_at": inventor.now,
                "investigator_id": rng.choice(unit.handlers), "urgent": False,
            }  # fmt: skip


def _sample(unit: Unit, regulator: int, inventor: Inventor, ids: Sequence[int]) -> None:
    """Every third case that the enterprise received stands in a ledger; half of those were sampled."""
    own = select(Case.id).where(Case.id.in_(ids), Case.receiving_org_id == unit.organization)
    chosen = db.session.scalars(own.order_by(Case.id)).all()[::3]
    if not chosen:
        return
    today = clock.today()
    ledger = Ledger(
        enterprise_id=unit.organization, regulator_id=regulator, period=f"p{ids[0]}", rows=len(chosen),
        digest="0" * 64, starts_on=today, ends_on=today, submitted_at=inventor.now,
        submitted_by_id=unit.dispatcher,
    )  # fmt: skip
    db.session.add(ledger)
    db.session.flush()
    rows = [
        {"ledger_id": ledger.id, "case_id": i, "regulator_id": regulator, "facts": {},
         "sampled_at": inventor.now if place % 2 else None}
        for place, i in enumerate(chosen)
    ]  # fmt: skip
    db.session.execute(insert(LedgerRow), rows)
