"""Somebody at a browser: signs in, asks for pages and sends forms, over HTTP or inside the process.

`OURS` and `FLOOR` say where each operation is found; everything else is the same for both.
"""

from __future__ import annotations

import http.client
import json
import re
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from typing import Any, Protocol
from urllib.parse import quote, urlencode

LINK_TO_CASE = re.compile(rb'href="/cases/(\d+)"')
CONNECTIONS, ROWS = 4, 50


@dataclass(frozen=True)
class Answer:
    """Status, body and where it leads; `seconds` from sending to the last byte, `cpu` those that the server
    worked (0 where nobody counted)."""

    status: int
    body: bytes
    location: str
    seconds: float
    cpu: float = 0.0


class Transport(Protocol):
    """Carries one request; keeps cookies."""

    def send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """Send it and read the whole answer."""


@dataclass(frozen=True)
class Site:
    """Paths and words of one application. `words`: what differs in its forms' field names or values."""

    name: str
    note_form: str
    note_path: str
    words: Mapping[str, str]


OURS = Site("ours", "/cases/{}/do/note", "/cases/{}/do/note", {})
FLOOR = Site("floor", "/cases/{}", "/cases/{}/note", {"enterprise": "供电公司"})


class HttpTransport:
    """Keep-alive connections, used in turn so that every worker of the server is reached."""

    def __init__(
        self, port: int, cpu: Callable[[], float] = lambda: 0.0, connections: int = CONNECTIONS
    ) -> None:
        made = [http.client.HTTPConnection("127.0.0.1", port, timeout=600) for _ in range(connections)]
        self._all, self._connections = made, cycle(made)
        self._cookies: dict[str, str] = {}
        self._cpu = cpu

    def send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """See Transport. A GET on a connection that the server closed meanwhile is sent again."""
        connection = next(self._connections)
        try:
            return self._send(connection, method, path, form)
        except http.client.RemoteDisconnected:
            if method != "GET":
                raise
            connection.close()
            return self._send(connection, method, path, form)

    def _send(
        self, connection: http.client.HTTPConnection, method: str, path: str, form: Mapping[str, str] | None
    ) -> Answer:
        body = urlencode(form).encode() if form is not None else None
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        return self._exchange(connection, method, path, body, headers)

    def send_json(self, path: str, told: object, token: str) -> Answer:
        """A POST as scripts send it, with the CSRF token in a header."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": token}
        return self._exchange(next(self._connections), "POST", path, json.dumps(told).encode(), headers)

    def _exchange(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None,
        headers: dict[str, str],
    ) -> Answer:  # fmt: skip
        headers = headers | {"Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        worked = self._cpu()
        began = time.perf_counter()
        connection.request(method, quote(path, safe="/?&=%~:"), body, headers)
        response = connection.getresponse()
        content = response.read()
        took = time.perf_counter() - began
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        worked = self._cpu() - worked
        return Answer(response.status, content, response.headers.get("Location", ""), took, worked)

    def close(self) -> None:
        """End the connections."""
        for connection in self._all:
            connection.close()


class InsideTransport:
    """The test client of an application in this process."""

    def __init__(self, app: Any) -> None:
        self._client = app.test_client()

    def send(self, method: str, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """See Transport."""
        began = time.perf_counter()
        response = self._client.open(path, method=method, data=form)
        content = response.get_data()
        response.close()
        took = time.perf_counter() - began
        return Answer(response.status_code, content, response.headers.get("Location", ""), took)


class _FormReader(HTMLParser):
    """Fields of the POST form that holds a field called `wanted`, as they would be sent untouched."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self.wanted, self.found = wanted, dict[str, str]()
        self._fields: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v if v is not None else "" for k, v in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._fields = {}
        elif tag == "select":
            self._select = name
            self._fields.setdefault(name, "")
        elif tag == "option" and self._select and ("selected" in given or not self._fields[self._select]):
            self._fields[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            self._fields.setdefault(name, "")
        elif tag == "input" and name:
            ticked = given.get("type") not in ("radio", "checkbox") or "checked" in given
            if ticked and given.get("type") != "file":
                self._fields[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "form" and (self.wanted in self._fields or not self.found):
            self.found = self._fields if self.wanted in self._fields else {}


def read_form(page: bytes, wanted: str) -> dict[str, str]:
    """Fields of that form. Errors: LookupError where the page has none."""
    reader = _FormReader(wanted)
    reader.feed(page.decode())
    if not reader.found:
        raise LookupError(f"no form with a field {wanted!r}")
    return reader.found


@dataclass
class Visitor:
    """One person at one application."""

    site: Site
    transport: Transport
    turns: int = field(default=0)

    def get(self, path: str) -> Answer:
        """A page that must be there. Errors: RuntimeError for any other status than 200."""
        return self._must(self.transport.send("GET", path), path, 200)

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        """A form that must be taken (303)."""
        return self._must(self.transport.send("POST", path, form), path, 303)

    def _must(self, answer: Answer, path: str, status: int) -> Answer:
        if answer.status != status:
            told = re.sub(rb"<[^>]*>|\s+", b" ", answer.body).decode(errors="replace")[:800]
            raise RuntimeError(f"{self.site.name} {path}: {answer.status}\n{told}")
        return answer

    def sign_in(self, login: str, password: str) -> None:
        """Through the door, like everybody."""
        form = read_form(self.get("/sign-in").body, "password")
        self.post("/sign-in", form | {"login": login, "password": password})

    def walk(self, start: str, pages: int) -> tuple[str, int]:
        """(address, number) of page number `pages` of a list, or of its last full one, by the links to the
        next page."""
        address, number, before = start, 1, start
        while True:
            body = self.get(address).body
            following = next_page(body) if number < pages else None
            if following is None:
                break
            address, number, before = following, number + 1, address
        full = len(set(LINK_TO_CASE.findall(body))) >= ROWS
        return (address, number) if full or number == 1 else (before, number - 1)

    def case_ids(self, address: str) -> list[int]:
        """Ids of the cases that a list shows, in its order."""
        return list(dict.fromkeys(int(i) for i in LINK_TO_CASE.findall(self.get(address).body)))

    def create(self) -> Answer:
        """Register a case; only sending the form counts."""
        form = read_form(self.get("/cases/new").body, "content")
        self.turns += 1
        return self.post("/cases/new", form | intake(form) | dict(self.site.words))

    def note(self, case_id: int) -> Answer:
        """Note something on a case; only sending the form counts."""
        form = read_form(self.get(self.site.note_form.format(case_id)).body, "text")
        self.turns += 1
        return self.post(
            self.site.note_path.format(case_id), form | {"text": "已电话核对现场情况，另约时间上门。"}
        )


def next_page(body: bytes) -> str | None:
    """The address behind the link to the next page."""
    for link in re.findall(r"<a\b[^>]*>[^<]*(?:<(?!/a)[^>]*>[^<]*)*</a>", body.decode()):
        if 'rel="next"' in link or "下一页" in link:
            found = re.search(r'href="([^"]+)"', link)
            return found[1].replace("&amp;", "&") if found else None
    return None


def intake(form: Mapping[str, str]) -> dict[str, str]:
    """What a caller tells; a key of its own, for forms that have one."""
    told = {
        "content": "昨晚八点示例路12号整栋楼停电，没有提前通知，客服电话一直打不通，请尽快恢复并说明原因。",
        "title": "整栋楼停电没有提前通知",
        "place": "示例路12号",
        "name": "示例用户甲",
        "phone": "13800000123",
        "type": "complaint",
        "category": "quality",
        "wish": "尽快恢复供电。",
    }
    if "first_contact" in form:
        told["first_contact"] = "着急，希望尽快恢复"
    if "submission_key" in form:
        told["submission_key"] = uuid.uuid4().hex
    return told


def in_turn(values: list[int]) -> Callable[[], int]:
    """Each call gives the next of these, again and again."""
    turn: Iterator[int] = cycle(values)
    return lambda: next(turn)
