"""Asks printing processes to print. They are started when first needed, used in turn, and replaced when they die."""

from __future__ import annotations

import atexit
import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from core.pdf import frames
from core.pdf.faces import ROOT, fontconfig_file
from domain.documents import Document, check
from domain.errors import InvalidInput

WORKERS = 2
PATIENCE = 90.0
MOST_JOBS = 200
KEPT_SETTINGS = ("PATH", "HOME", "LANG", "LC_ALL", "PYTHONUTF8", "FONT_CACHE_DIR", "VIRTUAL_ENV")


class RenderError(Exception):
    """A document that could not be printed; `message_zh` says why in a sentence."""

    def __init__(self, message_zh: str) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh


@dataclass(frozen=True)
class Rendered:
    """A printed document."""

    pdf: bytes
    pages: int


class _Worker:
    def __init__(self) -> None:
        env = {name: os.environ[name] for name in KEPT_SETTINGS if name in os.environ}
        env["FONTCONFIG_FILE"] = str(fontconfig_file())
        self.jobs = 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "core.pdf.worker"], cwd=ROOT, env=env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def ask(self, content: bytes) -> bytes | None:
        """The answer, or None when the process died or took too long."""
        self.jobs += 1
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: S101
        try:
            frames.send(self.process.stdin, content)
            if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
                return None
            return frames.receive(self.process.stdout)
        except (BrokenPipeError, OSError):
            return None

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


class _Pool:
    """At most WORKERS processes of one application process."""

    def __init__(self) -> None:
        self._idle: queue.LifoQueue[_Worker | None] = queue.LifoQueue()
        self._lock = threading.Lock()
        self._owner = 0

    def _mine(self) -> queue.LifoQueue[_Worker | None]:
        """The places of this process; after a fork the child begins anew."""
        with self._lock:
            if self._owner != os.getpid():
                self._owner, self._idle = os.getpid(), queue.LifoQueue()
                for _ in range(WORKERS):
                    self._idle.put(None)
                atexit.register(self.stop)
            return self._idle

    def ask(self, content: bytes) -> bytes | None:
        """Let an idle worker print."""
        places = self._mine()
        worker = places.get()
        try:
            worker = worker or _Worker()
            answer = worker.ask(content)
            if answer is None or worker.jobs >= MOST_JOBS:
                worker.stop()
                worker = None
            return answer
        finally:
            places.put(worker)

    def stop(self) -> None:
        """End all processes that are idle."""
        if self._owner != os.getpid():
            return
        while True:
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                break
            if worker is not None:
                worker.stop()
        for _ in range(WORKERS):
            self._idle.put(None)


_pool = _Pool()


def render(document: Document, pictures: Mapping[str, bytes] | None = None) -> Rendered:
    """Print a document.

    Errors: InvalidInput for what cannot be printed (a character, a size); RenderError when printing failed: it may be
    tried again.
    """
    check(document)
    answer = _pool.ask(frames.job(document, pictures or {}))
    if answer is None:
        raise RenderError("排版超过了时间或者内存的上限，没有完成。")
    kind, content = answer[:1], answer[1:]
    if kind == frames.REFUSED:
        raise InvalidInput(content.decode())
    if kind != frames.DONE:
        raise RenderError(content.decode())
    return Rendered(content[4:], int.from_bytes(content[:4], "big"))


def stop_workers() -> None:
    """End the idle printing processes (tests, shutdown)."""
    _pool.stop()
