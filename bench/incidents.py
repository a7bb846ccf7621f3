"""An incident with 7,362 calls in three days: `./run bench incidents [--calls N] [--postgres]`.

The calls are registered in the shape of an outage (most in the first hours), attached, told of two updates,
and closed with the incident, each with its own record. For each step: seconds, SQL statements, memory. Beside
it the same step taken on 200 cases one by one, as a person takes it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.serving import ROOT, postgresql

CALLS, SINGLE, DAYS, BATCH = 7362, 200, 3, 500
FORMS = "家里没有气，什么时候恢复？"


class Meter:
    """Seconds, statements and the highest resident memory of each step."""

    def __init__(self, engine: Any) -> None:
        from sqlalchemy import event

        self.rows: list[dict[str, Any]] = []
        self._statements = 0
        event.listen(engine, "before_cursor_execute", self._count)

    def _count(self, *_args: Any) -> None:
        self._statements += 1

    @contextmanager
    def step(self, name: str, cases: int) -> Iterator[None]:
        """Measure what is done inside; `cases`: how many it is about."""
        Path("/proc/self/clear_refs").write_text("5")
        before, since = _memory(), time.perf_counter()
        self._statements = 0
        yield
        seconds = time.perf_counter() - since
        self.rows.append(
            {"step": name, "cases": cases, "seconds": round(seconds, 3), "statements": self._statements,
             "grown_mb": round(max(0.0, _memory() - before), 1), "peak_mb": round(_memory(), 1)}
        )  # fmt: skip


def _memory() -> float:
    """The highest resident memory since it was last reset, in MB."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def _people() -> tuple[int, int, int]:
    """Ids of the enterprise, its dispatcher and its leader."""
    from blueprints.accounts.models import Organization, RoleGrant, User
    from core import clock
    from core.authz import Role
    from core.db import transaction

    now, made = clock.now() - timedelta(days=30), []
    with transaction() as session:
        regulator = Organization(
            code="jxw", kind="regulator", name="示例区经济信息委", short_name="经济信息委"
        )
        regulator.sectors = ["power", "gas"]
        place = Organization(
            code="rq", kind="enterprise", name="示例燃气公司", short_name="燃气", ruleset_code="fuling"
        )
        place.sectors = ["gas"]
        session.add_all([regulator, place])
        session.flush()
        for login, role in (("dispatcher", Role.DISPATCHER), ("leader", Role.ENTERPRISE_LEADER)):
            person = User(login=f"rq-{login}", name="示例人员", password_hash="x", created_at=now)
            person.organization_id, person.password_changed_at = place.id, now
            person.grants = [RoleGrant(role=role.value, granted_at=now, granted_by="示例")]
            session.add(person)
            session.flush()
            made.append(person.id)
        return place.id, made[0], made[1]


def moments(now: datetime, number: int, dice: random.Random) -> list[datetime]:
    """When the calls came: most in the first hours of three days."""
    began = now - timedelta(days=DAYS)
    hours = [min(dice.expovariate(1 / 9), DAYS * 24 - 0.1) for _ in range(number)]
    return sorted(began + timedelta(hours=hour) for hour in hours)


def _register(place_id: int, by_id: int, number: int) -> list[int]:
    from blueprints.accounts.models import Organization, User
    from blueprints.complaints.service.bulk import Registrar
    from blueprints.complaints.service.intake import Intake, Person
    from core import clock
    from core.calendar_store import load_calendar
    from core.db import db, transaction

    dice, calendar, ids = random.Random(7362), load_calendar(), []
    times = moments(clock.now(), number, dice)
    for first in range(0, number, BATCH):
        with transaction() as session:
            place, by = session.get_one(Organization, place_id), session.get_one(User, by_id)
            intakes = [
                Intake(
                    enterprise=place, type="complaint", channel="gas_hotline", category="service",
                    title="没有气", content=FORMS, received_at=at, late_entry_reason="批量登记",
                    place="示例片区",
                    people=(Person("示例用户甲", f"138{dice.randrange(10**8):08d}", "示例路1号"),),
                )
                for at in times[first : first + BATCH]
            ]  # fmt: skip
            ids += Registrar(by, clock.now(), calendar).register(intakes)
        db.session.remove()
    return ids


class Event:
    """One incident, worked on by the dispatcher and the leader; each act is a transaction."""

    def __init__(self, place_id: int, dispatcher: int, leader: int) -> None:
        self.place, self.dispatcher, self.leader = place_id, dispatcher, leader
        self.id = 0

    def _act(self, by: int, act: Callable[..., Any]) -> Any:
        from blueprints.accounts.models import User
        from blueprints.hotline.models import Incident
        from core import clock
        from core.db import db, transaction

        with transaction() as session:
            found = session.get(Incident, self.id) if self.id else None
            made = act(found, session.get_one(User, by), clock.now())
        db.session.remove()
        return made

    def begin(self) -> None:
        """Opened three days ago, its script approved."""
        from blueprints.accounts.models import Organization
        from blueprints.hotline.service import incidents
        from core.db import db

        def act(_found: Any, by: Any, now: datetime) -> int:
            began = now - timedelta(days=DAYS)
            given = incidents.Given(
                "sudden", "示例片区停气", ["示例片区"], began, "正在抢修，请关闭阀门。", now, "管道破损"
            )
            return incidents.begin(db.session.get_one(Organization, self.place), given, by=by, now=now).id

        self.id = self._act(self.dispatcher, act)
        self.approve()

    def draft(self, **given: Any) -> None:
        """A new estimate, or with `restored_at` the closing text."""
        from blueprints.hotline.service import incidents

        def act(found: Any, by: Any, now: datetime) -> None:
            draft = incidents.Draft(
                "抢修仍在进行，请耐心等候。", now + timedelta(hours=6), "管道破损", **given
            )
            incidents.draft(found, draft, by=by, now=now)

        self._act(self.dispatcher, act)

    def approve(self) -> None:
        """By the leader."""
        from blueprints.hotline.service import incidents

        def act(found: Any, by: Any, now: datetime) -> None:
            waits = incidents.waiting(found)
            if waits is not None:
                incidents.decide(waits, True, "", by=by, now=now)

        self._act(self.leader, act)

    def attach(self, ids: list[int]) -> None:
        """All at once."""
        from blueprints.hotline.service.incident_calls import attach_many
        from core.calendar_store import load_calendar

        self._act(
            self.dispatcher,
            lambda found, by, now: attach_many(found, ids, by=by, now=now, calendar=load_calendar()),
        )

    def one_by_one(self, ids: list[int], action: str, data: dict[str, Any]) -> None:
        """Each through `perform`, in a transaction of its own."""
        from blueprints.complaints.models import Case
        from blueprints.complaints.service import perform
        from core.calendar_store import load_calendar
        from core.db import db

        for case_id in ids:

            def act(_found: Any, by: Any, now: datetime, case_id: int = case_id) -> None:
                case = db.session.get_one(Case, case_id)
                perform(case, action, data, by=by, now=now, calendar=load_calendar())

            self._act(self.dispatcher, act)


def _walk(meter: Meter, work: Event, number: int) -> None:
    """From the first call to the end, measured step by step."""
    from sqlalchemy import text

    from core import clock
    from core.db import db
    from core.jobs import run_next

    with meter.step("register", number + SINGLE):
        ids = _register(work.place, work.dispatcher, number + SINGLE)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))  # a PostgreSQL server does so itself within a minute
    work.begin()
    single, ids = ids[:SINGLE], ids[SINGLE:]
    with meter.step("attach one by one", SINGLE):
        work.one_by_one(single, "attach_incident", {"incident": work.id})
    with meter.step("close one by one", SINGLE):
        work.one_by_one(single, "close_by_incident", {"incident": "停供", "text": "已恢复"})
    with meter.step("attach", number):
        work.attach(ids)
    for name in ("first update", "second update"):
        work.draft()
        with meter.step(name, number):
            work.approve()
    work.draft(restored_at=clock.now())
    with meter.step("approve the closing", number):
        work.approve()
    with meter.step("close", number):
        run_next()


def measure(number: int) -> dict[str, Any]:
    """In a process of its own, on an empty database (DATABASE_URL)."""
    from flask_migrate import upgrade
    from sqlalchemy import func, select

    from app import create_app
    from blueprints.complaints.models import CaseStep
    from core import audit
    from core.db import db

    app = create_app({"SECRET_KEY": "bench", "MIGRATIONS": True, "JOBS_IN_PROCESS": False})
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        place, dispatcher, leader = _people()
        meter, work = Meter(db.engine), Event(place, dispatcher, leader)
        _walk(meter, work, number)
        closed = select(func.count()).select_from(CaseStep).where(CaseStep.action == "close_by_incident")
        found = {"closed": db.session.scalar(closed), "log_holds": audit.verify().holds, "rows": meter.rows}
        db.session.remove()
        db.engine.dispose()
    return found


def table(kind: str, found: dict[str, Any]) -> str:
    """As people read it."""
    told = [
        "",
        f"{found['closed'] - SINGLE:,} calls on {kind}",
        f"{'':22}{'cases':>7}{'s':>9}{'ms a case':>11}{'SQL':>7}{'MB more':>9}{'MB peak':>9}",
    ]
    for row in found["rows"]:
        each = row["seconds"] * 1000 / row["cases"]
        told.append(
            f"{row['step']:22}{row['cases']:>7}{row['seconds']:>9.2f}{each:>11.2f}{row['statements']:>7}"
            f"{row['grown_mb']:>9.1f}{row['peak_mb']:>9.1f}"
        )
    whole = "holds" if found["log_holds"] else "IS BROKEN"
    return "\n".join([*told, f"each case closed with its own step and log entry; the log {whole}"])


def main(argv: list[str]) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="./run bench incidents", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="number of calls (default %(default)s)")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument("--json", action="store_true", help="JSON on the last line, too")
    arguments = parser.parse_args(argv)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-incidents-")))
        uri = f"sqlite:///{folder / 'app.db'}"
        if arguments.postgres:
            uri = stack.enter_context(postgresql(folder / "postgresql"))("bench_incidents")
        env = os.environ | {
            "DATABASE_URL": uri,
            "INSTANCE_DIR": str(folder),
            "FILES_DIR": str(folder / "files"),
        }
        child = [sys.executable, "-m", "bench.incidents", str(arguments.calls)]
        done = subprocess.run(child, cwd=ROOT, env=env, check=True, capture_output=True, text=True)
    found = json.loads(done.stdout.splitlines()[-1])
    print(table("PostgreSQL" if arguments.postgres else "SQLite", found))
    if arguments.json:
        print(json.dumps(found))


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
