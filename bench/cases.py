"""The daily work at many cases against the floor: both on the same server, measured in turn, in one run.

`./run bench cases --size 1000 --size 100000 [--postgres]`. A ground (database and files) is built once for
each size and kept in $BENCH_DIR (/tmp/utility-bench). All sizes are served at the same time, so that growth
between them is measured in the same minutes, too.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench.ground import Ground, prepare
from bench.report import Operation, Size, as_json, tables
from bench.serving import ROOT, Server, postgresql
from bench.visitor import FLOOR, OURS, Answer, HttpTransport, Visitor, in_turn

DEFAULT_SIZES = (1000, 10_000)
DEEP = 1000
WARM_UP, ROUNDS, EXPORTS = 5, 40, 3
FILTER = "/cases?state=archived&category=charging"
EXPORT = "/cases/export.csv"
SEARCHES = {"search": "/cases?q=停电", "search (frequent word)": "/cases?q=燃气"}
QUIET = 1.5
BUSY = ("investigating", "dispatched", "verified")
Act = Callable[[], Answer]


def say(words: str) -> None:
    """Progress goes to stderr."""
    print(words, file=sys.stderr, flush=True)


@dataclass
class Side:
    """One application on one ground: its server, its visitor, the address of its deep page."""

    server: Server
    visitor: Visitor
    deep: str
    deep_number: int


@dataclass
class Pair:
    """Ours and the floor on one ground, with the cases that are opened and worked on."""

    ground: Ground
    ours: Side
    floor: Side
    shown: list[int]
    worked_on: list[int]


def open_side(ground: Ground, site_name: str, folder: Path, stack: ExitStack) -> Side:
    """Start one application and sign in."""
    floor = site_name == FLOOR.name
    target = "bench.floor:create_app" if floor else "app:create_app"
    server = Server(target, ground.env(), folder / f"{site_name}-{ground.size}.log")
    stack.callback(server.stop)
    server.wait()
    transport = HttpTransport(server.port, server.cpu_seconds)
    stack.callback(transport.close)
    visitor = Visitor(FLOOR if floor else OURS, transport)
    visitor.sign_in("floor" if floor else ground.login, ground.password)
    deep, number = visitor.walk("/cases", DEEP)
    return Side(server, visitor, deep, number)


def open_pair(ground: Ground, folder: Path, stack: ExitStack) -> Pair:
    """Start both. Errors: RuntimeError when they do not show the same cases."""
    say(f"{ground.size:,} cases: starting both, walking to page {DEEP}")
    ours = open_side(ground, OURS.name, folder, stack)
    floor = open_side(ground, FLOOR.name, folder, stack)
    shown = ours.visitor.case_ids(FILTER)
    if shown != floor.visitor.case_ids(FILTER):
        raise RuntimeError("ours and the floor do not list the same cases")
    worked_on = [i for state in BUSY for i in ours.visitor.case_ids(f"/cases?state={state}")][:20]
    if not shown or not worked_on:
        raise RuntimeError(f"{ground.size} cases are too few to measure")
    return Pair(ground, ours, floor, shown[:20], worked_on)


def acts_of(pair: Pair, side: Side) -> dict[str, Act]:
    """What is measured: each call does it once."""
    visitor, shown, worked_on = side.visitor, in_turn(pair.shown), in_turn(pair.worked_on)
    searches: dict[str, Act] = {
        name: lambda address=address: visitor.get(address)  # type: ignore[misc]
        for name, address in SEARCHES.items()
    }
    return {
        "list": lambda: visitor.get("/cases"),
        "filter": lambda: visitor.get(FILTER),
        **searches,
        "detail": lambda: visitor.get(f"/cases/{shown()}"),
        "page 1000": lambda: visitor.get(side.deep),
        "create": visitor.create,
        "follow-up": lambda: visitor.note(worked_on()),
        "export": lambda: visitor.get(EXPORT),
    }


def medians(acts: list[Act], rounds: int, warm_up: int) -> list[tuple[float, float]]:
    """Milliseconds of each (passed, worked), measured in turn."""
    for _ in range(warm_up):
        for act in acts:
            act()
    answers: list[list[Answer]] = [[] for _ in acts]
    for _ in range(rounds):
        for act, found in zip(acts, answers, strict=True):
            found.append(replace(act(), body=b""))
    passed = (statistics.median(a.seconds for a in found) * 1000 for found in answers)
    worked = (statistics.median(a.cpu for a in found) * 1000 for found in answers)
    return list(zip(passed, worked, strict=True))


def measure(pairs: list[Pair], rounds: int) -> list[Size]:
    """All operations of all sizes."""
    acts = [acts_of(pair, side) for pair in pairs for side in (pair.ours, pair.floor)]
    sizes = [Size(p.ground.size, p.ground.visible, []) for p in pairs]
    for name in acts[0]:
        say(f"measuring: {name}")
        turns = (min(rounds, EXPORTS), 1) if name == "export" else (rounds, WARM_UP)
        found = medians([a[name] for a in acts], *turns)
        for place, (pair, size) in enumerate(zip(pairs, sizes, strict=True)):
            note = f"page {pair.ours.deep_number}" if name == "page 1000" else ""
            (ours, ours_cpu), (floor, floor_cpu) = found[2 * place : 2 * place + 2]
            size.operations.append(Operation(name, ours, floor, note, ours_cpu / floor_cpu))
    for pair, size in zip(pairs, sizes, strict=True):
        body = pair.ours.visitor.get("/cases").body
        size.html, size.gzip = len(body), len(gzip.compress(body, 6))
        size.memory = pair.ours.server.private_memory()
        size.floor_memory = pair.floor.server.private_memory()
    return sizes


def reading(pair: Pair) -> dict[str, str]:
    """Addresses of the operations that are GETs."""
    return {
        "list": "/cases", "filter": FILTER, **SEARCHES, "detail": f"/cases/{pair.shown[0]}",
        "page 1000": pair.ours.deep, "export": EXPORT,
    }  # fmt: skip


def inside(ground: Ground, task: str, given: dict[str, object]) -> str:
    """What `bench.inside` prints about our application on that ground."""
    asked = json.dumps({"login": ground.login, "password": ground.password, **given})
    command = [sys.executable, "-m", "bench.inside", task]
    env = os.environ | ground.env()
    run = subprocess.run(command, cwd=ROOT, env=env, input=asked, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(run.stderr[-3000:])
    return run.stdout


def bench(grounds: Iterable[Ground], arguments: argparse.Namespace, database: str) -> None:
    """Measure and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-logs-")))
        pairs = [open_pair(ground, folder, stack) for ground in grounds]
        if arguments.profile:
            pair, operation = pairs[-1], arguments.profile
            given = {"operation": operation, "address": reading(pair).get(operation), "ids": pair.worked_on}
            print(inside(pair.ground, "profile", given))
            return
        load = os.getloadavg()[0]
        sizes = measure(pairs, arguments.rounds)
    for pair, size in zip(pairs, sizes, strict=True):
        found = json.loads(inside(pair.ground, "count", {"addresses": reading(pair)}))
        size.statements = {name: len(statements) for name, statements in found.items() if name != "export"}
    print(tables(sizes, database))
    if load > QUIET:
        print(f"the machine was busy (load {load:.1f} before the first request): go by the cpu column")
    if arguments.json:
        print(json.dumps(as_json(sizes, database), ensure_ascii=False))


def main(argv: list[str]) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="./run bench cases", description=__doc__)
    parser.add_argument(
        "--size", type=int, action="append", help="number of cases; several times for several"
    )
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL instead of SQLite")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="requests of each kind (default %(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="JSON on the last line, too")
    parser.add_argument("--profile", metavar="OPERATION", help="only where the time of one operation goes")
    arguments = parser.parse_args(argv)
    bench_dir = Path(os.environ.get("BENCH_DIR") or "/tmp/utility-bench")
    bench_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        uri = stack.enter_context(postgresql(bench_dir / "postgresql")) if arguments.postgres else None
        sizes = sorted(set(arguments.size or DEFAULT_SIZES))
        grounds = [prepare(size, bench_dir, uri, say) for size in sizes]
        bench(grounds, arguments, "PostgreSQL" if uri else "SQLite")
