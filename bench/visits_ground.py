"""The ground of the benchmark of visits: an enterprise with N of them, another beside it, the floor's copy.

Run as `python -m bench.visits_ground SIZE FOLDER` in a process of its own.
"""

from __future__ import annotations

import json
import os
import random
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench.serving import ROOT

LOGIN, REGULATOR, PASSWORD = "rq-dispatcher", "jxw-clerk", "Shili-2026-mima"
TEAMS, STAFF, OTHERS, BATCH = 12, 120, 5, 5000
WORDS = ("入户安检", "更换燃气表", "开通点火", "维修灶前阀", "改管", "燃气泄漏检查")


def build(size: int, folder: Path) -> dict[str, Any]:
    """Make both databases; how many visits each of them holds for who measures."""
    uri = f"sqlite:///{folder / 'app.db'}"
    os.environ.update(DATABASE_URL=uri, INSTANCE_DIR=str(folder), FILES_DIR=str(folder / "files"))
    from flask_migrate import upgrade
    from sqlalchemy import text

    from app import create_app
    from core.db import db, transaction

    app = create_app({"SQLITE_SYNCHRONOUS": "OFF", "SECRET_KEY": "bench", "MIGRATIONS": True})
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        own, other, by = _people()
        _visits(own, by, size, random.Random(1))
        _visits(other, by, size // OTHERS, random.Random(2))
        with transaction() as session:
            session.execute(text("ANALYZE"))
        db.session.remove()
        raw = db.engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
        db.engine.dispose()
    floor_uri = f"sqlite:///{folder / 'floor.db'}"
    _copy(floor_uri, str(folder / "app.db"), own)
    return {"size": size, "uri": uri, "floor_uri": floor_uri, "folder": str(folder)}


def _people() -> tuple[int, int, int]:
    """Ids of the two enterprises and of the dispatcher."""
    from werkzeug.security import generate_password_hash

    from blueprints.accounts.models import Organization, RoleGrant, User
    from core import clock
    from core.authz import Role
    from core.db import transaction

    now, hashed = clock.now(), generate_password_hash(PASSWORD, method="scrypt:32768:8:1")
    with transaction() as session:
        made = []
        for code, kind, name in (
            ("jxw", "regulator", "示例区经济信息委"),
            ("rq", "enterprise", "示例燃气公司"),
            ("gd", "enterprise", "示例供电公司"),
        ):
            row = Organization(code=code, kind=kind, name=name, short_name=name[2:], ruleset_code="fuling")
            row.sectors = ["power", "gas"] if kind == "regulator" else ["gas" if code == "rq" else "power"]
            session.add(row)
            session.flush()
            made.append(row.id)
        ids = []
        for login, role, place in (
            (REGULATOR, Role.REGULATOR_CLERK, made[0]),
            (LOGIN, Role.DISPATCHER, made[1]),
        ):
            user = User(
                login=login, name="示例人员", password_hash=hashed, created_at=now, organization_id=place
            )
            user.password_changed_at, user.must_change_password = now, False
            user.grants = [RoleGrant(role=role.value, granted_at=now, granted_by="示例")]
            session.add(user)
            session.flush()
            ids.append(user.id)
    return made[1], made[2], ids[1]


def _visits(organization_id: int, by: int, count: int, dice: random.Random) -> None:
    from sqlalchemy import func, insert, select

    from blueprints.registry.models import Staff, Visit, VisitStaff
    from core import clock
    from core.db import db, insert_rows, transaction

    now = clock.now()
    with transaction() as session:
        people = [
            {
                "organization_id": organization_id, "name": f"示例员工{n}", "post": "repair",
                "badge": f"R{n:04d}", "team": f"抢修{n % TEAMS}班", "created_at": now,
            }
            for n in range(STAFF)
        ]  # fmt: skip
        ids = session.scalars(insert(Staff).returning(Staff.id, sort_by_parameter_order=True), people).all()
        first = (db.session.scalar(select(func.max(Visit.id))) or 0) + 1
        for start in range(0, count, BATCH):
            numbers = range(start, min(count, start + BATCH))
            rows = [_visit(organization_id, by, n, count, now, dice) for n in numbers]
            insert_rows(Visit, [row | {"id": first + n} for n, row in zip(numbers, rows, strict=True)])
            insert_rows(VisitStaff, [{"visit_id": first + n, "staff_id": ids[n % STAFF]} for n in numbers])


def _visit(
    organization_id: int, by: int, n: int, count: int, now: datetime, dice: random.Random
) -> dict[str, Any]:
    """One visit of two years, a fortnight of which lies ahead; one in twenty broke the rule."""
    minutes = (n - int(count * 0.98)) * (730 * 24 * 60 // count)
    begin = now.replace(second=0, microsecond=0) + timedelta(minutes=minutes)
    breach = n % 20 == 0 and minutes < 0
    state = "agreed" if minutes > 0 else "missed" if n % 40 == 0 else "done"
    return {
        "organization_id": organization_id, "number": f"上门-{begin.year}-{n:06d}",
        "purpose": dice.choice(WORDS),
        "team": f"抢修{n % STAFF % TEAMS}班", "user_name": "示例用户甲", "user_phone": f"138{n:08d}",
        "user_address": f"示例区东街{n % 300}号{n % 12}单元{n % 40}室", "slot_from": begin,
        "slot_until": begin + timedelta(hours=2), "agreed_how": "phone",
        "agreed_at": begin - timedelta(days=2),
        "agreed_by_id": by, "state": state, "breach": breach,
        "breach_reason": f"迟到 {n % 50 + 1} 分钟" if breach else "",
    }  # fmt: skip


def _copy(uri: str, product_file: str, organization_id: int) -> None:
    """The floor's tables, filled from the product's."""
    from sqlalchemy import create_engine, text

    from bench import floor, visits_floor
    from bench.floor_data import add_person

    names = (
        "id",
        "number",
        "purpose",
        "team",
        "user_name",
        "user_phone",
        "user_address",
        "slot_from",
        "state",
    )
    columns = ", ".join((*names, "breach", "breach_reason"))
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("ATTACH ? AS product", (product_file,))
        floor.db.metadata.create_all(connection)
        source = f"SELECT {columns} FROM product.visit WHERE organization_id = {int(organization_id)}"
        connection.execute(text(f"INSERT INTO {visits_floor.VISIT.name} ({columns}) {source}"))
        connection.execute(
            text(
                "INSERT INTO floor_visit_staff (visit_id, name) SELECT s.visit_id, p.name "
                "FROM product.visit_staff s JOIN product.staff p ON p.id = s.staff_id "
                "JOIN floor_visit v ON v.id = s.visit_id"
            )
        )
        add_person(connection, "floor", PASSWORD)
        connection.execute(text("ANALYZE"))
    engine.dispose()


if __name__ == "__main__":
    facts = build(int(sys.argv[1]), Path(sys.argv[2]))
    (Path(sys.argv[2]) / "ground.json").write_text(json.dumps(facts))
