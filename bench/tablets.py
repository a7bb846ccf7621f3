"""One answer of a tablet against the floor's new case: `./run bench tablets [--rounds N]`.

An inspector with a check of forty items, three hundred answers recorded already, sends one answer more; each
is acknowledged once it is on the disk. Both applications on the same server, in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.cases import QUIET, medians, say
from bench.findings_ground import LOGIN, PASSWORD
from bench.report import Figure, mark
from bench.serving import ROOT, Server
from bench.visitor import FLOOR, OURS, Answer, HttpTransport, Visitor

BAR, ROUNDS, WARM_UP = 1.5, 100, 10
ITEMS, RECORDED = 40, 300
KEY = "0123456789abcdef0123456789abcdef"


def build(folder: Path) -> dict[str, Any]:
    """A database with a check that takes answers, and the floor's; where they lie."""
    uri = f"sqlite:///{folder / 'app.db'}"
    os.environ.update(DATABASE_URL=uri, INSTANCE_DIR=str(folder), FILES_DIR=str(folder / "files"))
    from flask_migrate import upgrade

    from app import create_app
    from bench.findings_ground import people
    from bench.floor_data import fill
    from core.db import db

    app = create_app({"SQLITE_SYNCHRONOUS": "OFF", "SECRET_KEY": "bench", "MIGRATIONS": True})
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        regulator, enterprises, by = people()
        check_id = _check(regulator, enterprises[0], by)
        db.session.remove()
        db.engine.dispose()
    floor_uri = f"sqlite:///{folder / 'floor.db'}"
    fill(floor_uri, str(folder / "app.db"), "SELECT 0", "floor", PASSWORD)
    return {"uri": uri, "floor_uri": floor_uri, "folder": str(folder), "check": check_id, "user": by}


def _version(regulator: int, by: int, now: datetime) -> Any:
    """A published checklist of forty items with three answers each."""
    from decimal import Decimal

    from blueprints.inspection.models import Checklist, ChecklistVersion
    from domain import checklists, score_rules

    rule = score_rules.Options({"齐全": Decimal(4), "缺项": Decimal(2), "没有": Decimal(0)})
    items = tuple(
        checklists.CheckItem(
            f"S{n:02d}", "A", f"公示栏内容{n}齐全", rule, Decimal(4), basis="制度三（三）4", clause="F3.1.2"
        )
        for n in range(ITEMS)
    )
    content = checklists.content_of(checklists.Checklist({"A": "服务网点"}, items))
    row = ChecklistVersion(number=1, state="published", content=content, drafted_by_id=by)
    row.sha256, row.drafted_at = checklists.digest(content), now
    row.checklist = Checklist(organization_id=regulator, name="供气专项", sector="gas")
    return row


def _check(regulator: int, enterprise: int, by: int) -> int:
    """Id of an open check with its team of one, who has declared, and answers recorded."""
    from blueprints.inspection import models
    from core import clock
    from core.db import transaction

    now, today = clock.now(), clock.today()
    with transaction() as session:
        plan = models.InspectionPlan(
            organization_id=regulator, year=today.year, title="示例检查", purpose="示例", begins_on=today,
            ends_on=today, cap=1, state="approved", drafted_by_id=by, drafted_at=now,
        )  # fmt: skip
        plan.checklist = _version(regulator, by, now)
        target = models.PlanTarget(plan=plan, enterprise_id=enterprise, reason="示例")
        session.add(target)
        session.flush()
        check = models.SiteCheck(
            organization_id=regulator, enterprise_id=enterprise, target_id=target.id,
            version_id=plan.version_id, year=today.year, sequence=1, number="JXW-JC-0001",
            place="示例营业厅", opened_by_id=by, opened_at=now,
        )  # fmt: skip
        inspector = models.CheckInspector(user_id=by, name="示例检查员", certificate="示例0001")
        inspector.declared_at, check.inspectors = now, [inspector]
        check.entries = [
            models.CheckEntry(
                client_id=f"{n:032x}", item=f"S{n % ITEMS:02d}", data={"value": "齐全"}, sha256="0" * 64,
                base=f"{n - ITEMS:032x}" if n >= ITEMS else "", resolves=[], by_id=by, at_device=now,
                received_at=now,
            )
            for n in range(RECORDED)
        ]  # fmt: skip
        session.add(check)
        session.flush()
        return check.id


class Tablet:
    """A device of the inspector: each answer follows on the one before, and the device knows the rest."""

    def __init__(self, transport: HttpTransport, ground: dict[str, Any]) -> None:
        self.transport, self.ground, self.path = transport, ground, f"/checks/{ground['check']}"
        visitor = Visitor(OURS, transport)
        visitor.sign_in(LOGIN, PASSWORD)
        known = json.loads(visitor.get(f"{self.path}/data.json").body)
        self.token, self.cursor = known["csrf"], known["cursor"]
        self.last = next(e for e in reversed(known["entries"]) if e["item"] == "S00")["client_id"]

    def answer(self) -> Answer:
        """Send one answer. Errors: RuntimeError where it was not kept."""
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        entry = {
            "client_id": secrets.token_hex(16), "item": "S00", "instance": "", "data": {"value": "缺项"},
            "base": self.last, "resolves": [], "at": at,
        }  # fmt: skip
        device = {"key": KEY, "label": "示例平板", "time": at}
        body = {"user": self.ground["user"], "device": device, "since": self.cursor, "waiting": 0}
        found = self.transport.send_json(f"{self.path}/entries", body | {"entries": [entry]}, self.token)
        told = json.loads(found.body) if found.status == 200 else {}
        if len(told.get("receipts", [])) != 1:
            raise RuntimeError(f"not kept: {found.status} {found.body[:800]!r}")
        self.last, self.cursor = entry["client_id"], told["cursor"]
        return found


def opened(ground: dict[str, Any], floor: bool, logs: Path, stack: ExitStack) -> HttpTransport:
    """A started application."""
    env = {
        "DATABASE_URL": ground["uri"], "FLOOR_DATABASE_URL": ground["floor_uri"], "SECRET_KEY": "bench",
        "INSTANCE_DIR": ground["folder"], "FILES_DIR": f"{ground['folder']}/files",
    }  # fmt: skip
    target = "bench.floor:create_app" if floor else "app:create_app"
    server = Server(target, env, logs / f"{floor}.log")
    stack.callback(server.stop)
    server.wait()
    transport = HttpTransport(server.port, server.cpu_seconds)
    stack.callback(transport.close)
    return transport


def measure(ground: dict[str, Any], rounds: int) -> None:
    """Measure and print."""
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-logs-")))
        tablet = Tablet(opened(ground, False, logs, stack), ground)
        floor = Visitor(FLOOR, opened(ground, True, logs, stack))
        floor.sign_in("floor", PASSWORD)
        found = medians([tablet.answer, floor.create], rounds, WARM_UP)
    (passed, worked), (floor_passed, floor_worked) = found
    ratio = Figure("answer", passed / floor_passed, BAR)
    print(f"one answer: {passed:.2f} ms, the floor's new case {floor_passed:.2f} ms, bar {BAR}")
    print(f"ratio {ratio.value:.2f} {mark(ratio)}, cpu {worked / floor_worked:.2f}")


def main(argv: list[str]) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="./run bench tablets", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="answers (default %(default)s)")
    rounds = parser.parse_args(argv).rounds
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="bench-tablets-") as folder:
        say("building a check …")
        child = [sys.executable, "-m", "bench.tablets", folder]
        subprocess.run(child, cwd=ROOT, check=True, stdout=sys.stderr)
        measure(json.loads((Path(folder) / "ground.json").read_text()), rounds)
    if load > QUIET:
        print(f"the machine was busy (load {load:.1f} before the first request): go by the cpu column")


if __name__ == "__main__":
    facts = build(Path(sys.argv[1]))
    (Path(sys.argv[1]) / "ground.json").write_text(json.dumps(facts))
