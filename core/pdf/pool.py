"""Printing from where requests are answered: a few processes, started when needed, replaced when dead."""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.pdf.worker import NOT_PRINTED, Pipes, request_of
from domain.documents import Document, data_of

ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 120.0
AT_ONCE = 0.5
MOST_WORKERS = min(2, os.cpu_count() or 1)
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "FONT_CACHE_DIR", "INSTANCE_DIR", "XDG_CACHE_HOME")
TOO_LONG = "文书排版超过了时间上限，请减少表格和文字，或者拆成几份。"
log = logging.getLogger(__name__)


class RenderError(Exception):
    """The document could not be printed; the message is a Chinese sentence for the person who asked."""


@dataclass(frozen=True)
class Rendered:
    """A printed document and its number of pages."""

    pdf: bytes
    pages: int


class Gone(Exception):
    """The worker has ended; `late` when it was ended because it took too long."""

    def __init__(self, late: bool = False) -> None:
        super().__init__("the worker has ended")
        self.late = late


class Worker:
    """One process that prints, or runs another `module` that talks alike; used by one thread at a time."""

    def __init__(self, module: str = "core.pdf.worker") -> None:
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        theirs, sink = os.pipe()
        source, answers = os.pipe()
        self._process = subprocess.Popen(  # noqa: S603  # our own modules only
            [sys.executable, "-m", module], cwd=ROOT, stdin=theirs, stdout=answers,
            stderr=subprocess.DEVNULL, env=env | {"PYTHONUTF8": "1"},
        )  # fmt: skip
        os.close(theirs)
        os.close(answers)
        self._ends = (source, sink)
        self._pipes = Pipes(source, sink)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ask(self, message: Sequence[bytes], wall: float) -> list[bytes]:
        """The answer to one message. Errors: Gone."""
        late = threading.Event()
        timer = threading.Timer(wall, self._end, [late])
        timer.daemon = True
        timer.start()
        try:
            self._pipes.send(message)
            answer = self._pipes.receive()
        except (OSError, EOFError):
            answer = None
        finally:
            timer.cancel()
        if answer is None:
            self.close()
            raise Gone(late.is_set())
        return answer

    def _end(self, late: threading.Event) -> None:
        late.set()
        self._process.kill()

    def alive(self) -> bool:
        """Whether it still runs and has nothing to say that nobody asked for."""
        return self._process.poll() is None and not select.select([self._ends[0]], [], [], 0)[0]

    def close(self) -> None:
        """End it and forget it."""
        self._process.kill()
        self._process.wait()
        for end in self._ends:
            os.close(end)


class Pool:
    """At most so many workers; whoever comes when all are busy waits."""

    def __init__(self, most: int = MOST_WORKERS) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._idle: list[Worker] = []
        self._lock = threading.Lock()
        self.owner = os.getpid()

    def ask(self, message: Sequence[bytes], wall: float) -> list[bytes]:
        """The answer of one worker; asked once more when an idle one had left already. Errors: Gone."""
        with self._free:
            for _ in range(2):
                worker, used = self._take()
                began = time.monotonic()
                try:
                    answer = worker.ask(message, wall)
                except Gone as gone:
                    if gone.late or not used or time.monotonic() - began > AT_ONCE:
                        raise
                    continue
                with self._lock:
                    self._idle.append(worker)
                return answer
            raise Gone

    def once(self, module: str, message: Sequence[bytes], wall: float) -> list[bytes]:
        """The answer of a process that is made for this message alone. Errors: Gone."""
        with self._free:
            worker = Worker(module)
            answer = worker.ask(message, wall)
            worker.close()
            return answer

    def _take(self) -> tuple[Worker, bool]:
        with self._lock:
            while self._idle:
                worker = self._idle.pop()
                if worker.alive():
                    return worker, True
                worker.close()
        return Worker(), False

    def close(self) -> None:
        """End all idle workers."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()


_pool: list[Pool] = []
_pool_lock = threading.Lock()


def pool() -> Pool:
    """The workers of this process; a forked child has its own."""
    with _pool_lock:
        if not _pool or _pool[0].owner != os.getpid():
            _pool[:] = [Pool()]
        return _pool[0]


def render(
    document: Document, pictures: Mapping[str, bytes] | None = None, *, wall: float = WALL_SECONDS
) -> Rendered:
    """The document as PDF/A-2u, printed by a worker within `wall` seconds.

    `pictures` are PNG or JPEG under the names that its Picture blocks use. Errors: RenderError.
    """
    began = time.monotonic()
    try:
        head, *rest = pool().ask(request_of(data_of(document), pictures or {}), wall)
    except Gone as gone:
        log.error("the printer's process ended after %.1f s (%s)", time.monotonic() - began, document.kind)
        raise RenderError(TOO_LONG if gone.late else NOT_PRINTED) from gone
    about = json.loads(head)
    if "error" in about:
        if about.get("cause"):
            log.error("%s was not printed: %s", document.kind, about["cause"])
        raise RenderError(about["error"])
    return Rendered(rest[0], about["pages"])
