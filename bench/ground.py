"""The ground of a benchmark: a product database with N demo cases, and the floor's copy of it; kept.

The cases come from the bulk demo. Courses of one regulator are repeated more often, since its clerk is who
measures: that list holds more than half of all cases (so that 100,000 have a page 1000); the rest is there
and must not be seen.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.serving import ROOT

LOGIN, SECTOR_CODE = "jxw-clerk", "jxw"
MORE_OF_MINE = 3
SEED = 1
MADE_BY = (
    "bench/floor.py", "bench/floor_data.py", "bench/ground.py", "migrations/versions",
    "blueprints/home/demo", "blueprints/complaints/models.py", "blueprints/complaints/service/access.py",
    "core/search.py", "domain/tokens.py",
)  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """Where it is, who signs in, how many cases there are and how many of them the person sees."""

    size: int
    uri: str
    floor_uri: str
    folder: str
    login: str
    password: str
    visible: int
    build_seconds: float

    def env(self) -> dict[str, str]:
        """Environment of both applications."""
        folder = Path(self.folder)
        return {
            "DATABASE_URL": self.uri,
            "FLOOR_DATABASE_URL": self.floor_uri,
            "INSTANCE_DIR": str(folder),
            "FILES_DIR": str(folder / "files"),
            "SECRET_KEY": "bench",
        }


def fingerprint() -> str:
    """Changes with the code that makes a ground."""
    digest = hashlib.sha256()
    for name in MADE_BY:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(path.rglob("*.*"))
        for file in files:
            if file.suffix in (".py", ".toml"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


def prepare(
    size: int, bench_dir: Path, database: Callable[[str], str] | None, say: Callable[[str], None]
) -> Ground:
    """The ground of that size, built unless a fitting one is there; older ones of that size are thrown away.
    `database` gives the URI of a PostgreSQL database by its name; None for SQLite."""
    kind = f"{'sqlite' if database is None else 'postgresql'}-{size}"
    folder = bench_dir / f"{kind}-{fingerprint()}"
    facts = folder / "ground.json"
    if not facts.exists():
        for old in bench_dir.glob(f"{kind}-*"):
            shutil.rmtree(old)
        folder.mkdir(parents=True)
        uri = database(f"bench_{size}_{fingerprint()}") if database else f"sqlite:///{folder / 'app.db'}"
        say(f"building {size} cases in {folder} …")
        child = [sys.executable, "-m", "bench.ground", str(size), uri, str(folder)]
        subprocess.run(child, cwd=ROOT, check=True, stdout=sys.stderr)
    return Ground(**json.loads(facts.read_text()))


# ---- in a process of its own: building ---------------------------------------------------------------------


def build(size: int, uri: str, folder: Path) -> Ground:
    """Upgrade an empty database, load the demo, copy what the person sees to the floor."""
    os.environ.update(DATABASE_URL=uri, INSTANCE_DIR=str(folder), FILES_DIR=str(folder / "files"))
    from flask_migrate import upgrade

    from app import create_app
    from bench.floor_data import fill

    app = create_app({"SQLITE_SYNCHRONOUS": "OFF", "SECRET_KEY": "bench", "MIGRATIONS": True})
    began = time.monotonic()
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
        password = _load_demo(size)
        took = time.monotonic() - began
        ids, visible = _seen_by(LOGIN)
        _settle()
    on_sqlite = uri.startswith("sqlite")
    floor_uri = f"sqlite:///{folder / 'floor.db'}" if on_sqlite else uri
    copied = fill(floor_uri, str(folder / "app.db") if on_sqlite else None, ids, "floor", password)
    if copied != visible:
        raise RuntimeError(f"{visible} cases are visible, {copied} were copied")
    return Ground(size, uri, floor_uri, str(folder), LOGIN, password, visible, round(took, 1))


def _load_demo(size: int) -> str:
    """The demo with more courses of one regulator; the password of its accounts."""
    from blueprints.home.demo import bulk, load
    from blueprints.home.demo.patterns import columns_of, read_bundles
    from blueprints.home.demo.timeline import Timeline
    from core import clock
    from core.calendar_store import load_calendar
    from core.db import db, transaction

    def say(words: str) -> None:
        print(f"\r{words}", end="", file=sys.stderr, flush=True)

    now, few = clock.now(), min(size, load.DEFAULT)
    with transaction():
        loaded, played = load.small(few, SEED, now, lambda words: None)
    password = str(next(a.password for a in loaded.accounts if a.login == LOGIN))
    if size > few:
        calendar = load_calendar()
        line = Timeline.ending(now, calendar, load.YEAR)
        bundles, mine = read_bundles(played, line), _regulator_id()
        place = columns_of("case").index("regulator_id")
        rows = [(b, [r.fixed[place] for c in b.cases for r in c.rows if r.table == "case"]) for b in bundles]
        bundles += [b for b, regulators in rows if set(regulators) == {mine}] * MORE_OF_MINE
        played.clear()
        db.session.remove()
        bulk.grow(bundles, size - few, timeline=line, calendar=calendar, seed=SEED, now=now, say=say)
        print(file=sys.stderr)
    return password


def _regulator_id() -> int:
    from sqlalchemy import select

    from blueprints.accounts.models import Organization
    from core.db import db

    return int(db.session.scalars(select(Organization.id).where(Organization.code == SECTOR_CODE)).one())


def _seen_by(login: str) -> tuple[str, int]:
    """(SQL of the ids of the cases that a person sees, how many they are)."""
    from sqlalchemy import func, select

    from blueprints.accounts.models import User
    from blueprints.complaints.models import Case
    from blueprints.complaints.queries import visible
    from core.db import db

    person = db.session.scalars(select(User).where(User.login == login)).one()
    seen = select(Case.id).where(visible(person))
    count = db.session.scalar(select(func.count()).select_from(Case).where(visible(person)))
    literal: dict[str, Any] = {"literal_binds": True}
    sql = str(seen.compile(dialect=db.engine.dialect, compile_kwargs=literal))
    return sql.replace("%%", "%"), int(count or 0)


def _settle() -> None:
    """On PostgreSQL what autovacuum would soon do; on SQLite the write-ahead log goes into the file."""
    from sqlalchemy import text

    from core.db import db

    db.session.remove()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
    if db.engine.dialect.name == "sqlite":
        raw = db.engine.raw_connection()
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        raw.close()
    db.engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("size", type=int)
    parser.add_argument("uri")
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    made = build(asked.size, asked.uri, asked.folder)
    (asked.folder / "ground.json").write_text(json.dumps(asdict(made)))
