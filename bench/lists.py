"""What the benchmarks of lists share: a ground built once, both applications on it, lines of a table."""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.cases import QUIET, medians, say
from bench.report import Figure, mark
from bench.serving import ROOT, Server
from bench.visitor import FLOOR, OURS, Answer, HttpTransport, Visitor, next_page

BAR, STATEMENTS_BAR, SIZE, ROUNDS, WARM_UP = 2.0, 6, 100_000, 40, 5


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


@dataclass(frozen=True)
class Subject:
    """What is listed: the plural name, which is that of the modules `<name>_ground` and `<name>_floor`, too;
    the link by which a row is known; who signs in."""

    name: str
    link: re.Pattern[bytes]
    login: str
    password: str

    def prepare(self, size: int, bench_dir: Path) -> dict[str, Any]:
        """The ground of that size, built unless it is there and as new as the tables."""
        here = Path(__file__).parent.glob(f"{self.name}_*.py")
        newest = max(p.stat().st_mtime for p in [*(ROOT / "migrations/versions").glob("*.py"), *here])
        folder = bench_dir / f"{self.name}-{size}"
        facts = folder / "ground.json"
        if not facts.exists() or facts.stat().st_mtime < newest:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            say(f"building {size} {self.name} in {folder} …")
            child = [sys.executable, "-m", f"bench.{self.name}_ground", str(size), str(folder)]
            subprocess.run(child, cwd=ROOT, check=True, stdout=sys.stderr)
        found: dict[str, Any] = json.loads(facts.read_text())
        return found

    def opened(self, ground: dict[str, Any], login: str, logs: Path, stack: ExitStack) -> Visitor:
        """A started application with somebody signed in; `floor` is the floor."""
        floor = login == "floor"
        target = f"bench.{self.name}_floor:create_app" if floor else "app:create_app"
        server = Server(target, environment(ground), logs / f"{login}.log")
        stack.callback(server.stop)
        server.wait()
        transport = HttpTransport(server.port, server.cpu_seconds)
        stack.callback(transport.close)
        visitor = Visitor(FLOOR if floor else OURS, transport)
        visitor.sign_in(login, self.password)
        return visitor

    def statements(self, ground: dict[str, Any], addresses: dict[str, str]) -> dict[str, int]:
        """How many SQL statements each page takes once it is warm."""
        task = json.dumps({"login": self.login, "password": self.password, "addresses": addresses})
        child, env = [sys.executable, "-m", "bench.inside", "count"], os.environ | environment(ground)
        done = subprocess.run(
            child, cwd=ROOT, env=env, input=task, text=True, check=True, capture_output=True
        )
        return {name: len(found) for name, found in json.loads(done.stdout.splitlines()[-1]).items()}

    def compared(
        self, name: str, ours: tuple[Visitor, str], floor: tuple[Visitor, str], rounds: int,
        counted: int | None, *, rows: bool = True,
    ) -> Line:  # fmt: skip
        """One list measured in turn on both sides; `rows`: both show rows to be compared."""
        say(f"measuring: {name}")
        acts: list[Callable[[], Answer]] = [lambda: ours[0].get(ours[1]), lambda: floor[0].get(floor[1])]
        (passed, worked), (floor_passed, floor_worked) = medians(acts, rounds, WARM_UP)
        same = not rows or self.shown(*ours) == self.shown(*floor)
        return Line(name, passed, floor_passed, worked / floor_worked, counted, same)

    def shown(self, visitor: Visitor, address: str) -> list[bytes]:
        """Ids of the rows on a page."""
        return list(dict.fromkeys(self.link.findall(visitor.get(address).body)))

    def table(self, size: int, lines: list[Line]) -> str:
        """As people read it."""
        told = [
            "", f"{size:,} {self.name} on SQLite",
            f"{'':24}{'ours ms':>10}{'floor ms':>10}{'ratio':>8}{'cpu':>7}{'SQL':>5}",
        ]  # fmt: skip
        for line in lines:
            number = "" if line.statements is None else line.statements
            note = mark(line.ratio)
            if line.statements is not None and line.statements > STATEMENTS_BAR:
                note += f"; MISS: more than {STATEMENTS_BAR} statements"
            note += "" if line.same else "; not the same rows"
            figures = f"{line.ours:10.2f}{line.floor:10.2f}{line.ratio.value:8.2f}{line.work:7.2f}"
            told.append(f"{line.name:24}{figures}{number:>5}  {note}")
        return "\n".join([*told, f"bar: {BAR} times the floor"])

    def main(
        self, argv: list[str], about: str | None, measure: Callable[[dict[str, Any], int], list[Line]]
    ) -> None:
        """Read the arguments, build the ground, measure and print."""
        parser = argparse.ArgumentParser(prog=f"./run bench {self.name}", description=about)
        parser.add_argument("--size", type=int, default=SIZE, help="number of rows (default %(default)s)")
        rounds = "requests of each (default %(default)s)"
        parser.add_argument("--rounds", type=int, default=ROUNDS, help=rounds)
        parser.add_argument("--json", action="store_true", help="JSON on the last line, too")
        arguments = parser.parse_args(argv)
        bench_dir = Path(os.environ.get("BENCH_DIR") or "/tmp/utility-bench")
        bench_dir.mkdir(parents=True, exist_ok=True)
        ground = self.prepare(arguments.size, bench_dir)
        load = os.getloadavg()[0]
        lines = measure(ground, arguments.rounds)
        print(self.table(arguments.size, lines))
        if load > QUIET:
            print(f"the machine was busy (load {load:.1f} before the first request): go by the cpu column")
        if arguments.json:
            rows = [{"name": n.name, "ours_ms": n.ours, "floor_ms": n.floor, "cpu": n.work} for n in lines]
            print(json.dumps(rows))


def environment(ground: dict[str, Any]) -> dict[str, str]:
    """What both applications are started with."""
    return {
        "DATABASE_URL": ground["uri"], "FLOOR_DATABASE_URL": ground["floor_uri"], "SECRET_KEY": "bench",
        "INSTANCE_DIR": ground["folder"], "FILES_DIR": f"{ground['folder']}/files",
    }  # fmt: skip


def walked(visitor: Visitor, start: str, pages: int) -> str:
    """The address of page number `pages`, by the links to the next page."""
    address = start
    for _ in range(pages - 1):
        following = next_page(visitor.get(address).body)
        if following is None:
            break
        address = following
    return address
