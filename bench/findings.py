"""The list of findings and its statistics at 100,000 of them against the floor: `./run bench findings`.

An inspector looks at all, a state, an enterprise, a clause, a grade, what is overdue, repeats, since a day,
page 1000, and the statistics of a year and of all time. Both applications on the same server, in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.cases import QUIET, medians, say
from bench.findings_ground import LOGIN, PASSWORD
from bench.report import mark
from bench.serving import ROOT, Server
from bench.visitor import FLOOR, OURS, HttpTransport, Visitor
from bench.visits import BAR, Line, walked

SIZE, ROUNDS, WARM_UP, DEEP, STATEMENTS_BAR = 100_000, 40, 5, 1000, 6
LINK = re.compile(rb'href=/findings/(\d+)>')
LISTS = {
    "all": "/findings", "state": "/findings?state=noticed", "enterprise": "/findings?enterprise=rq",
    "clause": "/findings?clause=F3.2.1", "grade": "/findings?severity=serious",
    "overdue": "/findings?overdue=yes", "repeats": "/findings?repeat=yes",
    "since a day": "/findings?from={day}",
    "statistics of a year": "/findings/statistics?from={year}&to={today}",
    "statistics of all time": "/findings/statistics?from=2000-01-01&to={today}",
}  # fmt: skip


def prepare(size: int, bench_dir: Path) -> dict[str, Any]:
    """The ground of that size, built unless it is there and as new as the tables."""
    sources = [*(ROOT / "migrations/versions").glob("*.py"), *Path(__file__).parent.glob("findings_*.py")]
    newest = max(path.stat().st_mtime for path in sources)
    folder = bench_dir / f"findings-{size}"
    facts = folder / "ground.json"
    if not facts.exists() or facts.stat().st_mtime < newest:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        say(f"building {size} findings in {folder} …")
        child = [sys.executable, "-m", "bench.findings_ground", str(size), str(folder)]
        subprocess.run(child, cwd=ROOT, check=True, stdout=sys.stderr)
    found: dict[str, Any] = json.loads(facts.read_text())
    return found


def environment(ground: dict[str, Any]) -> dict[str, str]:
    """What both applications are started with."""
    return {
        "DATABASE_URL": ground["uri"], "FLOOR_DATABASE_URL": ground["floor_uri"], "SECRET_KEY": "bench",
        "INSTANCE_DIR": ground["folder"], "FILES_DIR": f"{ground['folder']}/files",
    }  # fmt: skip


def opened(ground: dict[str, Any], floor: bool, logs: Path, stack: ExitStack) -> Visitor:
    """A started application with somebody signed in."""
    target = "bench.findings_floor:create_app" if floor else "app:create_app"
    server = Server(target, environment(ground), logs / f"{floor}.log")
    stack.callback(server.stop)
    server.wait()
    transport = HttpTransport(server.port, server.cpu_seconds)
    stack.callback(transport.close)
    visitor = Visitor(FLOOR if floor else OURS, transport)
    visitor.sign_in("floor" if floor else LOGIN, PASSWORD)
    return visitor


def statements(ground: dict[str, Any], addresses: dict[str, str]) -> dict[str, int]:
    """How many SQL statements each page takes once it is warm."""
    task = json.dumps({"login": LOGIN, "password": PASSWORD, "addresses": addresses})
    child, env = [sys.executable, "-m", "bench.inside", "count"], os.environ | environment(ground)
    done = subprocess.run(child, cwd=ROOT, env=env, input=task, text=True, check=True, capture_output=True)
    return {name: len(found) for name, found in json.loads(done.stdout.splitlines()[-1]).items()}


def shown(visitor: Visitor, address: str) -> list[bytes]:
    """Ids of the findings on a page."""
    return list(dict.fromkeys(LINK.findall(visitor.get(address).body)))


def measure(ground: dict[str, Any], rounds: int) -> list[Line]:
    """All lists."""
    from datetime import timedelta

    from core import clock

    today = clock.today()
    days = {"day": today - timedelta(days=60), "year": today - timedelta(days=365), "today": today}
    lists = {name: address.format(**days) for name, address in LISTS.items()}
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-logs-")))
        ours, floor = opened(ground, False, logs, stack), opened(ground, True, logs, stack)
        say(f"walking to page {DEEP}")
        pages = {name: (address, address) for name, address in lists.items()}
        deep = min(DEEP, ground["size"] // 60)
        pages[f"page {deep}"] = (walked(ours, "/findings", deep), walked(floor, "/findings", deep))
        counted = statements(ground, {name: address for name, (address, _) in pages.items()})
        return [_line(name, ours, floor, *pages[name], rounds, counted[name]) for name in pages]


def _line(
    name: str, ours: Visitor, floor: Visitor, our_address: str, floor_address: str, rounds: int, counted: int
) -> Line:
    say(f"measuring: {name}")
    acts = [lambda: ours.get(our_address), lambda: floor.get(floor_address)]
    (passed, worked), (floor_passed, floor_worked) = medians(acts, rounds, WARM_UP)
    same = "statistics" in name or shown(ours, our_address) == shown(floor, floor_address)
    return Line(name, passed, floor_passed, worked / floor_worked, counted, same)


def table(size: int, lines: list[Line]) -> str:
    """As people read it."""
    told = [
        "", f"{size:,} findings on SQLite",
        f"{'':24}{'ours ms':>10}{'floor ms':>10}{'ratio':>8}{'cpu':>7}{'SQL':>5}",
    ]  # fmt: skip
    for line in lines:
        note = mark(line.ratio)
        if line.statements is not None and line.statements > STATEMENTS_BAR:
            note += f"; more than {STATEMENTS_BAR} statements"
        note += "" if line.same else "; not the same rows"
        figures = f"{line.ours:10.2f}{line.floor:10.2f}{line.ratio.value:8.2f}{line.work:7.2f}"
        told.append(f"{line.name:24}{figures}{line.statements:>5}  {note}")
    return "\n".join([*told, f"bar: {BAR} times the floor"])


def main(argv: list[str]) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="./run bench findings", description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE, help="number of findings (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="requests of each (default %(default)s)")
    parser.add_argument("--json", action="store_true", help="JSON on the last line, too")
    arguments = parser.parse_args(argv)
    bench_dir = Path(os.environ.get("BENCH_DIR") or "/tmp/utility-bench")
    bench_dir.mkdir(parents=True, exist_ok=True)
    ground = prepare(arguments.size, bench_dir)
    load = os.getloadavg()[0]
    lines = measure(ground, arguments.rounds)
    print(table(arguments.size, lines))
    if load > QUIET:
        print(f"the machine was busy (load {load:.1f} before the first request): go by the cpu column")
    if arguments.json:
        rows = [{"name": n.name, "ours_ms": n.ours, "floor_ms": n.floor, "cpu": n.work} for n in lines]
        print(json.dumps(rows))
