"""The lists of visits at 100,000 of them against the floor: `./run bench visits [--size N] [--rounds N]`.

The dispatcher of an enterprise looks at today's visits, all, breaches, a state, a team since a day, and page
1000; a regulator of two enterprises looks at all of them. Both applications on the same server, in turn.
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
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cases import QUIET, medians, say
from bench.report import Figure, mark
from bench.serving import ROOT, Server
from bench.visitor import FLOOR, OURS, Answer, HttpTransport, Visitor, next_page
from bench.visits_ground import LOGIN, PASSWORD, REGULATOR

BAR, STATEMENTS_BAR = 2.0, 6
SIZE, ROUNDS, WARM_UP, DEEP = 100_000, 40, 5, 1000
LINK = re.compile(rb'href="/visits/(\d+)"')
LISTS = {
    "today": "/visits", "all": "/visits?tab=all", "pending": "/visits?tab=pending",
    "breach": "/visits?tab=breach", "state": "/visits?tab=all&state=missed",
    "team since a day": "/visits?tab=all&team=抢修3班&from={day}",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One list: milliseconds of both, and how many times the floor's processor time ours took."""

    name: str
    ours: float
    floor: float
    work: float
    statements: int | None
    same: bool

    @property
    def ratio(self) -> Figure:
        """How many times the floor."""
        return Figure(self.name, self.ours / self.floor, BAR)


def prepare(size: int, bench_dir: Path) -> dict[str, Any]:
    """The ground of that size, built unless it is there and as new as the tables."""
    sources = [*(ROOT / "migrations/versions").glob("*.py"), Path(__file__).with_name("visits_ground.py")]
    newest = max(path.stat().st_mtime for path in sources)
    folder = bench_dir / f"visits-{size}"
    facts = folder / "ground.json"
    if not facts.exists() or facts.stat().st_mtime < newest:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        say(f"building {size} visits in {folder} …")
        child = [sys.executable, "-m", "bench.visits_ground", str(size), str(folder)]
        subprocess.run(child, cwd=ROOT, check=True, stdout=sys.stderr)
    found: dict[str, Any] = json.loads(facts.read_text())
    return found


def opened(ground: dict[str, Any], login: str, logs: Path, stack: ExitStack) -> Visitor:
    """A started application with somebody signed in; `floor` is the floor."""
    floor = login == "floor"
    env = {
        "DATABASE_URL": ground["uri"], "FLOOR_DATABASE_URL": ground["floor_uri"], "SECRET_KEY": "bench",
        "INSTANCE_DIR": ground["folder"], "FILES_DIR": f"{ground['folder']}/files",
    }  # fmt: skip
    server = Server(
        "bench.visits_floor:create_app" if floor else "app:create_app", env, logs / f"{login}.log"
    )
    stack.callback(server.stop)
    server.wait()
    transport = HttpTransport(server.port, server.cpu_seconds)
    stack.callback(transport.close)
    visitor = Visitor(FLOOR if floor else OURS, transport)
    visitor.sign_in(login, PASSWORD)
    return visitor


def walked(visitor: Visitor, start: str, pages: int) -> str:
    """The address of page number `pages`, by the links to the next page."""
    address = start
    for _ in range(pages - 1):
        following = next_page(visitor.get(address).body)
        if following is None:
            break
        address = following
    return address


def shown(visitor: Visitor, address: str) -> list[bytes]:
    """Ids of the visits on a page."""
    return list(dict.fromkeys(LINK.findall(visitor.get(address).body)))


def statements(ground: dict[str, Any], addresses: dict[str, str]) -> dict[str, int]:
    """How many SQL statements each page takes once it is warm."""
    task = {"login": LOGIN, "password": PASSWORD, "addresses": addresses}
    env = os.environ | {
        "DATABASE_URL": ground["uri"], "SECRET_KEY": "bench", "INSTANCE_DIR": ground["folder"],
        "FILES_DIR": f"{ground['folder']}/files",
    }  # fmt: skip
    child = [sys.executable, "-m", "bench.inside", "count"]
    done = subprocess.run(
        child, cwd=ROOT, env=env, input=json.dumps(task), text=True, check=True, capture_output=True
    )
    return {name: len(found) for name, found in json.loads(done.stdout.splitlines()[-1]).items()}


def measure(ground: dict[str, Any], rounds: int) -> list[Line]:
    """All lists."""
    from core import clock

    day = clock.today().replace(month=1, day=1).isoformat()
    lists = {name: address.format(day=day) for name, address in LISTS.items()}
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-logs-")))
        ours, floor, regulator = (opened(ground, who, logs, stack) for who in (LOGIN, "floor", REGULATOR))
        say(f"walking to page {DEEP}")
        pages = {name: (ours, address, floor, address) for name, address in lists.items()}
        pages[f"page {DEEP}"] = (
            ours, walked(ours, "/visits?tab=all", DEEP), floor, walked(floor, "/visits?tab=all", DEEP)
        )  # fmt: skip
        pages["all (regulator)"] = (regulator, lists["all"], floor, lists["all"])
        counted = statements(
            ground, {name: ask for name, (_, ask, _, _) in pages.items() if "regul" not in name}
        )
        return [_line(name, *page, rounds, counted.get(name)) for name, page in pages.items()]


def _line(
    name: str, ours: Visitor, our_address: str, floor: Visitor, floor_address: str, rounds: int,
    counted: int | None,
) -> Line:  # fmt: skip
    say(f"measuring: {name}")
    acts: list[Callable[[], Answer]] = [lambda: ours.get(our_address), lambda: floor.get(floor_address)]
    (passed, worked), (floor_passed, floor_worked) = medians(acts, rounds, WARM_UP)
    same = shown(ours, our_address) == shown(floor, floor_address)
    return Line(name, passed, floor_passed, worked / floor_worked, counted, same)


def table(size: int, lines: list[Line]) -> str:
    """As people read it."""
    told = [
        "",
        f"{size:,} visits on SQLite",
        f"{'':24}{'ours ms':>10}{'floor ms':>10}{'ratio':>8}{'cpu':>7}{'SQL':>5}",
    ]
    for line in lines:
        number = "" if line.statements is None else line.statements
        note = mark(line.ratio)
        if line.statements is not None and line.statements > STATEMENTS_BAR:
            note += f"; MISS: more than {STATEMENTS_BAR} statements"
        if not line.same and "regulator" not in line.name:
            note += "; not the same rows"
        figures = f"{line.ours:10.2f}{line.floor:10.2f}{line.ratio.value:8.2f}{line.work:7.2f}"
        told.append(f"{line.name:24}{figures}{number:>5}  {note}")
    return "\n".join([*told, f"bar: {BAR} times the floor"])


def main(argv: list[str]) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="./run bench visits", description=__doc__)
    parser.add_argument("--size", type=int, default=SIZE, help="number of visits (default %(default)s)")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="requests of each list (default %(default)s)"
    )
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
        print(
            json.dumps(
                [{"name": n.name, "ours_ms": n.ours, "floor_ms": n.floor, "cpu": n.work} for n in lines]
            )
        )
