"""Kill -9 at random times under load: no write that was acknowledged may be lost.

    python -m tests.kill_nine [--rounds 50] [--postgres] [--seed 1]

Four clients register cases, with files, and write notes over HTTP. Each round the server process is killed (with
--postgres in turn: the server, the database, both) and started again. Then every acknowledged write must be there
once, what was under way is sent again with its own key and must be there once, too. Exit 1 otherwise.
"""

from __future__ import annotations

import argparse
import hashlib
import http.client
import io
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from flask_migrate import upgrade
from sqlalchemy import select, text
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from blueprints.complaints.models import Case, CaseStep
from core import audit, clock
from core.db import db
from core.files import path_of
from tests.browserless import form_values, said
from tests.conftest import make_app
from tests.factories.world import PASSWORD, build_world
from tests.postgres import PostgresServer

ROOT = Path(__file__).resolve().parents[1]
CLIENTS = 4
PATIENCE_SECONDS = 30.0
LOAD_SECONDS = (0.3, 1.5)


class Refused(Exception):
    """An answer that is no acknowledgement."""


@dataclass
class Write:
    """One form under way: `mark` stands in its text, `sha256` is that of its file, if it has one."""

    path: str
    form: dict[str, Any]
    mark: str
    sha256: str = ""
    data: bytes = b""


@dataclass
class Record:
    """What the clients were told."""

    cases: set[str] = field(default_factory=set)
    notes: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    resent: int = 0

    @property
    def acknowledged(self) -> int:
        return len(self.cases) + len(self.notes)

    def __str__(self) -> str:
        kinds = f"{len(self.cases)} cases, {len(self.notes)} notes, {len(self.files)} files"
        return f"{self.acknowledged} acknowledged ({kinds}), {self.resent} sent again"


class Server:
    """The application as `./run` serves it, in a process of its own."""

    def __init__(self, folder: Path, uri: str | None) -> None:
        self._env = os.environ | {
            "INSTANCE_DIR": str(folder), "FILES_DIR": str(folder / "files"), "SECRET_KEY": "kill-nine",
            "DATABASE_URL": uri or f"sqlite:///{folder / 'app.db'}", "HTMX_SOURCE": "local",
        }  # fmt: skip
        self._log = folder / "server.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start, and wait until it is well."""
        command = [sys.executable, "-m", "waitress", "--listen", f"127.0.0.1:{self.port}", "--threads", "8"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--call", "app:create_app"], cwd=ROOT, env=self._env, stdout=log, stderr=log
            )
        self.wait_until_well()

    def wait_until_well(self) -> None:
        """Ask /healthz until it is green."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                if self.request("GET", "/healthz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"the server does not get well, see {self._log}")

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """(status, headers, body); errors: OSError when nobody answers to the end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            connection.close()


class Client:
    """A dispatcher who registers cases and writes notes, and remembers what was acknowledged."""

    def __init__(self, number: int, server: Server, record: Record) -> None:
        self._number, self._server, self._record = number, server, record
        self._cookie, self._token, self._turn = "", "", 0
        self._own_cases: list[str] = []
        self.refusal = ""
        self._pending: Write | None = None

    def sign_in(self) -> None:
        """Once: the session outlives the server."""
        self._take_token(self._get("/sign-in"))
        form = {"login": "gs-dispatcher", "password": PASSWORD, "csrf_token": self._token}
        status, headers, _ = self._post("/sign-in", form)
        assert status == 303, f"sign-in: {status}"
        self._take_cookie(headers)
        self._take_token(self._get("/password"))

    def _take_token(self, page: str) -> None:
        self._token = page.partition('name="csrf-token" content="')[2].partition('"')[0]

    def _take_cookie(self, headers: http.client.HTTPMessage) -> None:
        for line in headers.get_all("Set-Cookie") or []:
            if line.startswith("session="):
                self._cookie = line.partition(";")[0]

    def _get(self, path: str) -> str:
        status, headers, page = self._server.request("GET", path, headers={"Cookie": self._cookie})
        self._take_cookie(headers)
        if status != 200:
            raise Refused(f"GET {path}: {status}")
        return page

    def _post(self, path: str, form: dict[str, Any]) -> tuple[int, http.client.HTTPMessage, str]:
        boundary, body = encode_multipart(form)
        kind = f"multipart/form-data; boundary={boundary}"
        return self._server.request("POST", path, body, {"Cookie": self._cookie, "Content-Type": kind})

    def work(self, over: threading.Event) -> None:
        """One write after the other until nobody answers any more or it is over."""
        while not over.is_set():
            try:
                again = self._pending is not None
                write = self._pending or self._next()
                self._pending = write
                self._send(write)
                self._record.resent += again
                self._pending = None
            except Refused as refusal:
                self.refusal = str(refusal)
                time.sleep(0.02)
            except OSError:
                if over.wait(0.05):
                    return

    def settle(self) -> None:
        """Send again what was under way when the lights went out."""
        until = time.monotonic() + PATIENCE_SECONDS
        while self._pending is not None:
            if time.monotonic() > until:
                raise RuntimeError(f"client {self._number} cannot finish: {self.refusal}")
            stop = threading.Event()
            threading.Timer(0.01, stop.set).start()
            self.work(stop)

    def _next(self) -> Write:
        self._turn += 1
        mark = f"标记-{self._number}-{self._turn}-"
        if self._own_cases and self._turn % 3 == 0:
            case = self._own_cases[-1]
            path, form = form_values(self._get(f"{case}/do/note"), "action-form")
            return Write(path, {**form, "text": f"经过记录 {mark}"}, mark)
        write = Write("/cases/new", self._intake(mark), mark)
        if self._turn % 2:
            write.data = f"附件 {mark}".encode() * 500
            write.sha256 = hashlib.sha256(write.data).hexdigest()
        return write

    def _intake(self, mark: str) -> dict[str, Any]:
        received = clock.to_local(clock.now() - timedelta(minutes=5))
        return {
            "name": "示例用户甲", "phone": "13800000001", "place": "示例路1号", "type": "complaint",
            "content": f"昨晚突然停水，没有提前通知。{mark}", "category": "quality", "channel": "dispatch_center",
            "received_at": f"{received:%Y-%m-%dT%H:%M}", "first_contact": "着急",
            "csrf_token": self._token, "submission_key": f"kill-nine-{self._number:04}-{self._turn:08}",
        }  # fmt: skip

    def _send(self, write: Write) -> None:
        files = {"files": FileStorage(io.BytesIO(write.data), "记录.txt")} if write.data else {}
        status, headers, page = self._post(write.path, write.form | files)
        if status != 303:
            raise Refused(f"POST {write.path}: {status} {said(page)}")
        if write.path == "/cases/new":
            self._own_cases.append(headers["Location"])
            self._record.cases.add(write.mark)
        else:
            self._record.notes.add(write.mark)
        if write.sha256:
            self._record.files.add(write.sha256)


class Trial:
    """Rounds of load, kill, restart and comparison."""

    def __init__(
        self,
        folder: Path,
        database: PostgresServer | None,
        seed: int,
        load: tuple[float, float] = LOAD_SECONDS,
    ) -> None:
        self._folder, self._database, self._load = folder, database, load
        self._uri = database.fresh_database() if database else None
        self._chance = random.Random(seed)
        self.record = Record()
        self.faults: list[str] = []
        self._app = make_app(folder, self._uri)
        with self._inside():
            upgrade()
            build_world()

    @contextmanager
    def _inside(self) -> Iterator[None]:
        with self._app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def run(self, rounds: int) -> None:
        """All rounds; what went wrong is in `faults`."""
        with Server(self._folder, self._uri) as server:
            clients = [Client(number, server, self.record) for number in range(CLIENTS)]
            for client in clients:
                client.sign_in()
            for number in range(rounds):
                killed = self._round(number, server, clients)
                self._compare(last=number == rounds - 1)
                print(
                    f"round {number + 1}: {killed} killed; {self.record}; {len(self.faults)} faults",
                    flush=True,
                )
                if self.faults:
                    return

    def _round(self, number: int, server: Server, clients: list[Client]) -> str:
        over = threading.Event()
        threads = [threading.Thread(target=client.work, args=(over,)) for client in clients]
        before = self.record.acknowledged
        for thread in threads:
            thread.start()
        until = time.monotonic() + PATIENCE_SECONDS
        while self.record.acknowledged == before and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(self._chance.uniform(*self._load))
        what = ("server", "database", "both")[number % 3] if self._database else "server"
        self._kill(what, server)
        over.set()
        for thread in threads:
            thread.join()
        for client in clients:
            client.settle()
        return what

    def _kill(self, what: str, server: Server) -> None:
        """Kill in the midst of the load and start again; a server whose database was killed is left alone."""
        if self._database is not None and what != "server":
            self._database.kill()
        if what != "database":
            server.kill()
        if self._database is not None and what != "server":
            self._database.start()
        if what != "database":
            server.start()
        server.wait_until_well()

    def _compare(self, *, last: bool) -> None:
        with self._inside():
            contents = db.session.scalars(select(Case.content)).all()
            steps = db.session.scalars(select(CaseStep.facts).where(CaseStep.action == "note")).all()
            self._marks("case", self.record.cases, [c.rpartition("。")[2] for c in contents])
            self._marks("note", self.record.notes, [str(f.get("text", "")).rpartition(" ")[2] for f in steps])
            for sha256 in self.record.files:
                path = path_of(sha256)
                if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
                    self.faults.append(f"lost: file {sha256}")
            if last:
                self._whole()

    def _marks(self, kind: str, acknowledged: set[str], stored: list[str]) -> None:
        """Each acknowledged one is stored once, and nothing is stored that nobody sent again."""
        counted = Counter(stored)
        self.faults += [f"lost: {kind} {mark}" for mark in sorted(acknowledged - counted.keys())]
        self.faults += [f"{count} times: {kind} {mark}" for mark, count in counted.items() if count != 1]
        self.faults += [f"unknown: {kind} {mark}" for mark in sorted(counted.keys() - acknowledged)]

    def _whole(self) -> None:
        numbers = sorted(db.session.scalars(select(Case.number)))
        year = clock.today().year
        if numbers != [f"水诉{year}-{n:06}" for n in range(1, len(numbers) + 1)]:
            self.faults.append("numbers have gaps")
        if not (found := audit.verify()).holds:
            self.faults.append(f"the audit chain breaks at {found.first_bad}: {found.why}")
        if db.engine.dialect.name == "sqlite":
            said = db.session.execute(text("PRAGMA integrity_check")).scalar_one()
            if said != "ok":
                self.faults.append(f"integrity: {said}")
        print(f"{len(numbers)} cases, numbers without gaps; audit log of {found.rows} entries holds")


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.kill_nine")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="kill-nine-"))
    began = time.monotonic()
    try:
        with ExitStack() as stack:
            server = stack.enter_context(PostgresServer(durable=True)) if given.postgres else None
            trial = Trial(folder, server, given.seed)
            trial.run(given.rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for fault in trial.faults[:20]:
        print(fault)
    print(f"{trial.record}; {len(trial.faults)} faults; {time.monotonic() - began:.0f} s")
    return 1 if trial.faults else 0


if __name__ == "__main__":
    sys.exit(main())
