"""The ground of the benchmark of findings: a regulator with N of them in three enterprises, the floor's copy.

Run as `python -m bench.findings_ground SIZE FOLDER` in a process of its own.
"""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.serving import ROOT

LOGIN, PASSWORD = "jxw-inspector", "Shili-2026-mima"
BATCH, TOGETHER, OUTLETS, DAYS = 5000, 10, 12, 1095
CLAUSES = ("F3.1.1", "F3.1.2", "F3.2.1", "F3.2.3", "F3.2.4", "F3.3", "F3.4.1", "F4.1", "F5.2", "")
STATUTE = "《城镇燃气管理条例》第二十条"
TITLES = ("门头标志被遮挡", "没有准时开门", "投诉超过时限", "上门迟到没有沟通", "计划停气没有公告")
SHARES = (("closed", 88), ("noticed", 4), ("answered", 3), ("open", 2), ("recheck", 2), ("escalated", 1))


def build(size: int, folder: Path) -> dict[str, Any]:
    """Make both databases; where they lie for who measures."""
    uri = f"sqlite:///{folder / 'app.db'}"
    os.environ.update(DATABASE_URL=uri, INSTANCE_DIR=str(folder), FILES_DIR=str(folder / "files"))
    from flask_migrate import upgrade
    from sqlalchemy import text

    from app import create_app
    from core.db import db, transaction

    app = create_app({"SQLITE_SYNCHRONOUS": "OFF", "SECRET_KEY": "bench", "MIGRATIONS": True})
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        regulator, enterprises, by = people()
        outlets = _outlets(enterprises)
        _findings(regulator, outlets, by, size, random.Random(1))
        with transaction() as session:
            session.execute(text("ANALYZE"))
        db.session.remove()
        raw = db.engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        db.engine.dispose()
    floor_uri = f"sqlite:///{folder / 'floor.db'}"
    _copy(floor_uri, str(folder / "app.db"))
    return {"size": size, "uri": uri, "floor_uri": floor_uri, "folder": str(folder)}


def people() -> tuple[int, list[int], int]:
    """Ids of the regulator, its enterprises and the inspector."""
    from werkzeug.security import generate_password_hash

    from blueprints.accounts.models import Organization, RoleGrant, User
    from core import clock
    from core.authz import Role
    from core.db import transaction

    now, hashed = clock.now(), generate_password_hash(PASSWORD, method="scrypt:32768:8:1")
    with transaction() as session:
        made = []
        for code, kind, name in (
            ("jxw", "regulator", "示例区经济信息委"), ("rq", "enterprise", "示例燃气公司"),
            ("gd", "enterprise", "示例供电公司"), ("gs", "enterprise", "示例供水公司"),
        ):  # fmt: skip
            row = Organization(code=code, kind=kind, name=name, short_name=name[2:], ruleset_code="fuling")
            row.sectors = ["power", "gas", "water"] if kind == "regulator" else ["gas"]
            session.add(row)
            session.flush()
            made.append(row.id)
        user = User(login=LOGIN, name="示例检查员", password_hash=hashed, created_at=now)
        user.organization_id = made[0]
        user.password_changed_at, user.must_change_password = now, False
        user.grants = [RoleGrant(role=Role.INSPECTOR.value, granted_at=now, granted_by="示例")]
        session.add(user)
        session.flush()
        return made[0], made[1:], user.id


def _outlets(enterprises: list[int]) -> list[tuple[int, int]]:
    """(enterprise, outlet) of each outlet."""
    from blueprints.registry.models import Outlet
    from core import clock
    from core.db import transaction

    found = []
    with transaction() as session:
        for enterprise in enterprises:
            for n in range(OUTLETS):
                row = Outlet(organization_id=enterprise, name=f"示例营业厅{n}", address="示例路1号")
                if hasattr(Outlet, "created_at"):
                    row.created_at = clock.now()
                session.add(row)
                session.flush()
                found.append((enterprise, row.id))
    return found


def _findings(
    regulator: int, outlets: list[tuple[int, int]], by: int, count: int, dice: random.Random
) -> None:
    """Findings of three years, ten to a notice; each notice belongs to one enterprise."""
    from blueprints.inspection.models import Finding, Rectification
    from blueprints.notices.models import Notice
    from core import clock
    from core.db import insert_rows, transaction

    now, today = clock.now(), clock.today()
    names = [state for state, share in SHARES for _ in range(share)]
    with transaction():
        for start in range(0, count, BATCH):
            notices, rectifications, findings = [], [], []
            for group in range(start // TOGETHER, min(count, start + BATCH) // TOGETHER):
                state, id = names[group * 37 % len(names)], group + 1
                enterprise, _ = outlets[group % len(outlets)]
                day = today - timedelta(days=DAYS - group * TOGETHER * DAYS // count)
                if state != "open":
                    notices.append(_notice(id, regulator, enterprise, by, now))
                    rectifications.append(_rectification(id, regulator, enterprise, by, state, day, now))
                own = [one for one in outlets if one[0] == enterprise]
                for n in range(group * TOGETHER, (group + 1) * TOGETHER):
                    outlet = dice.choice(own)[1]
                    findings.append(_finding(n, regulator, enterprise, outlet, state, id, day, by, now))
            insert_rows(Notice, notices)
            insert_rows(Rectification, rectifications)
            insert_rows(Finding, findings)


def _notice(id: int, regulator: int, enterprise: int, by: int, now: datetime) -> dict[str, Any]:
    return {
        "id": id, "kind": "rectification_notice", "form": "enforcement", "organization_id": regulator,
        "enterprise_id": enterprise, "state": "served", "title": "整改通知书", "drafted_by_id": by,
        "drafted_at": now, "number_text": f"示改〔2026〕{id}号", "subject_type": "rectification",
        "subject_id": id, "values": {}, "addressees": [],
    }  # fmt: skip


def _rectification(
    id: int, regulator: int, enterprise: int, by: int, state: str, day: date, now: datetime
) -> dict[str, Any]:
    from core.clock import end_of_day

    due = day + timedelta(days=14)
    return {
        "id": id, "organization_id": regulator, "enterprise_id": enterprise, "kind": "request",
        "notice_id": id, "state": "served" if state == "noticed" else state, "served_on": day, "due_on": due,
        "due_at": end_of_day(due), "drafted_by_id": by, "drafted_at": now,
        "answered_at": end_of_day(day + timedelta(days=9)),
    }  # fmt: skip


def _finding(
    n: int, regulator: int, enterprise: int, outlet: int, state: str, group: int, day: date, by: int,
    now: datetime,
) -> dict[str, Any]:  # fmt: skip
    from core.clock import end_of_day

    clause = CLAUSES[n % len(CLAUSES)]
    return {
        "id": n + 1, "organization_id": regulator, "enterprise_id": enterprise, "outlet_id": outlet,
        "year": day.year, "number": f"JXW-问题-{day.year}-{n:06d}",
        "source": ("item", "sample", "free")[n % 3], "item": f"S{n % 30:02d}",
        "title": f"{TITLES[n % len(TITLES)]}（{n}）", "facts": "现场看到的事实" * 6,
        "clause": clause, "basis_kind": "system" if clause else "statute", "basis": "" if clause else STATUTE,
        "severity": ("minor", "general", "general", "serious")[n % 4], "repeat_key": clause or STATUTE,
        "repeat_of_id": n - 200 if n % 25 == 0 and n > 300 else None, "state": state, "found_on": day,
        "rectification_id": None if state == "open" else group,
        "closed_at": end_of_day(day + timedelta(days=5 + n % 20)) if state == "closed" else None,
        "recorded_by_id": by, "recorded_at": now,
    }  # fmt: skip


def _copy(uri: str, product_file: str) -> None:
    """The floor's tables, filled from the product's."""
    from sqlalchemy import create_engine, text

    from bench import findings_floor, floor
    from bench.floor_data import add_person

    names = "id, number, title, clause, basis_kind, severity, state, found_on, repeat_of_id"
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("ATTACH ? AS product", (product_file,))
        floor.db.metadata.create_all(connection)
        columns = ", ".join(f"f.{name.strip()}" for name in names.split(","))
        connection.execute(text(
            f"INSERT INTO {findings_floor.FINDING.name} "
            f"({names}, enterprise, outlet, due_on, late, closed_on) "
            f"SELECT {columns}, o.name, p.name, r.due_on, "
            "r.state = 'served' AND r.due_at <= CURRENT_TIMESTAMP, date(f.closed_at) "
            "FROM product.finding f JOIN product.organization o ON o.id = f.enterprise_id "
            "LEFT JOIN product.outlet p ON p.id = f.outlet_id "
            "LEFT JOIN product.rectification r ON r.id = f.rectification_id"
        ))  # fmt: skip
        add_person(connection, "floor", PASSWORD)
        connection.execute(text("ANALYZE"))
    engine.dispose()


if __name__ == "__main__":
    facts = build(int(sys.argv[1]), Path(sys.argv[2]))
    (Path(sys.argv[2]) / "ground.json").write_text(json.dumps(facts))
