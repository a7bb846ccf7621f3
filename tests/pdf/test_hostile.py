"""Hostile content is refused or printed as plain text; nothing is fetched or read; a worker keeps its limits."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from core.pdf import RenderError, render
from core.pdf.pool import Gone, Pool, pool
from core.pdf.worker import request_of
from domain.documents import Annex, Cell, Document, Grid, Paragraph, Picture, Signature, Table, data_of
from tests.pdf import papers
from tests.pdf.papers import press
from tests.pdf.reading import Reading

ROOT = Path(__file__).resolve().parents[2]
SECRET = "TOPSECRET92813"


@pytest.fixture
def site() -> Iterator[tuple[str, list[str]]]:
    """(address of a server, what was asked of it)."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def evil(address: str, secret: Path) -> list[str]:
    """What somebody may write into a field."""
    return [
        f'<img src="{address}/img">', f'<link rel=stylesheet href="{address}/css">',
        f'<link rel=attachment href="file://{secret}">', f'<a rel=attachment href="file://{secret}">x</a>',
        f"<style>@import url({address}/imp);p{{background:url({address}/bg)}}</style>", "<script>alert(1)</script>",
        f'<svg><image href="{address}/svg"/><use href="{address}/use#a"/></svg>', f'<object data="file://{secret}">',
        '<img src="data:image/svg+xml;base64,PHN2Zy8+">', "{{ 7*7 }}{% include 'redhead.html' %}", "</p></body></html>",
        f"file://{secret}", f"{address}/plain", "<table><td colspan=9999999>", "&lt;b&gt;&amp;nbsp;", "--></style>",
    ]  # fmt: skip


def everywhere(words: list[str]) -> Document:
    """The same texts in every place that takes text."""
    all_of_it = "，".join(words)
    return replace(
        papers.redhead(), title=words[0], addressees=(words[1],), note=words[2], copies_to=(words[3],),
        number=words[4], organ=words[5], mark=words[6], printed_by=words[7], code=words[8],
        signature=Signature(words[9], "2026年10月12日"),
        blocks=(
            Paragraph(all_of_it), Table((words[0], "b"), ((words[1], all_of_it),), (), words[2]),
            Grid(((Cell(words[3], words[4], 12, 1, ((words[5], True),)),),)), Picture("../../etc/passwd", words[6]),
        ),
        annexes=(Annex(words[7], (Paragraph(words[8], 2, words[9]),)),),
    )  # fmt: skip


def test_markup_is_printed_as_the_text_it_is(site: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = site
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    words = evil(address, secret)
    pdf = render(everywhere(words)).pdf
    reading = Reading(pdf)
    flat = "".join("".join(c["text"] for sheet in reading.sheets for c in sheet.chars).split())
    reading.close()
    for text in words:
        assert "".join(text.split())[:12] in flat
    assert asked == []
    assert SECRET.encode() not in pdf
    assert b"/EmbeddedFile" not in pdf


def test_the_fetcher_gives_nothing_but_the_pictures_of_the_document(site: tuple[str, list[str]], tmp_path: Path) -> None:
    """Even if markup came through: WeasyPrint gets no other byte."""
    address, asked = site
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    markup = [words for words in evil(address, secret) if "colspan" not in words]
    html = f"<html lang=zh><title>x</title><p>{'<p>'.join(markup)}<img src='app:../../etc/passwd'><img src='app:a'>"
    pages = press()._laid_out(html, {"a": b"no picture"})
    assert asked == []
    assert len(pages.rendered.pages) >= 1


AUDITED = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from core.pdf.faces import installed
from core.pdf.press import Press
from domain.documents import document_of
installed()
press = Press()
document = document_of(json.load(sys.stdin))
press.print(document, {})
seen = []
sys.addaudithook(lambda name, about: seen.append([name, str(about[0])]) if name in WATCHED else None)
press.print(document, {})
print(json.dumps(seen), flush=True)
os._exit(0)
""".replace("WATCHED", repr({"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"}))


def test_printing_opens_no_file_but_fonts_and_the_colour_profile(tmp_path: Path) -> None:
    document = everywhere(evil("http://127.0.0.1:9", tmp_path / "secret.txt"))
    source = json.dumps(data_of(document))
    done = subprocess.run(
        [sys.executable, "-c", AUDITED, str(ROOT)], input=source, capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr[-500:]
    seen = json.loads(done.stdout.splitlines()[-1])
    others = [
        (name, what) for name, what in seen
        if not (name == "open" and (what.endswith((".icc", ".otf", ".ttf", ".ttc", ".py", ".pyc")) or what.isdigit()))
        and "weasyprint" not in what and "fontTools" not in what
    ]  # fmt: skip
    assert others == []


def test_control_and_private_characters_are_refused_by_name() -> None:
    for text, name in (("a\x00b", "U+0000"), ("\x1b[2J", "U+001B"), ("某\ue000某", "U+E000"), ("\U000f0000", "U+F0000")):
        with pytest.raises(RenderError, match=name.replace("+", r"\+")):
            render(replace(papers.letter(), blocks=(Paragraph(text),)))


def test_two_hundred_thousand_characters_are_printed_and_one_more_refused() -> None:
    text = papers.PLAIN * (199_000 // len(papers.PLAIN))
    half = len(text) // 2
    long = replace(papers.letter(), blocks=(Paragraph(text[:half]), Paragraph(text[half:])))
    assert render(long).pages > 300
    with pytest.raises(RenderError, match="200000"):
        render(replace(long, blocks=(*long.blocks, Paragraph("长" * 2_000))))


def test_huge_tables_and_wide_cells() -> None:
    with pytest.raises(RenderError, match="2000"):
        render(replace(papers.table(), blocks=(Table(("a", "b"), (("1", "2"),) * 2_001),)))
    with pytest.raises(RenderError, match="12"):
        render(replace(papers.table(), blocks=(Table(("a",) * 13, (("1",) * 13,)),)))
    rows = tuple((str(i), "很长" * 60) for i in range(200))
    assert render(replace(papers.table(), blocks=(Table(("序号", "内容"), rows, (12.0, 0.0)),))).pages > 10
    one = Table(("序号", "内容"), (("1", "很长的一格" * 600),), (12.0, 0.0))
    assert render(replace(papers.table(), blocks=(one,))).pages >= 2
    unbroken = Table(("序号", "内容"), (("1", "A" * 3_000),), (12.0, 0.0))
    assert render(replace(papers.table(), blocks=(unbroken,))).pages >= 1


def test_a_document_that_takes_too_long_is_ended_and_the_next_is_printed() -> None:
    with pytest.raises(RenderError, match="时间上限"):
        render(papers.redhead(), wall=0.02)
    assert render(papers.letter()).pages


def test_a_killed_worker_is_replaced() -> None:
    render(papers.letter())
    for worker in list(pool()._idle):
        os.kill(worker.pid, 9)
    assert render(papers.letter()).pages


@pytest.mark.parametrize(("limit", "room"), [(resource.RLIMIT_AS, 1_000_000), (resource.RLIMIT_CPU, 0)])
def test_limits_of_memory_and_processor_time_hold(limit: int, room: int) -> None:
    """The limit is lowered to just above what the worker already has; then a large document comes."""
    own = Pool(1)
    small = request_of(data_of(papers.letter()), {})
    assert "pages" in json.loads(own.ask(small, 60)[0])
    now = int(Path(f"/proc/{own._idle[0].pid}/statm").read_text().split()[0]) * resource.getpagesize()
    most = now + room if limit == resource.RLIMIT_AS else 1
    resource.prlimit(own._idle[0].pid, limit, (most, most))
    rows = tuple((str(i), "很长" * 60) for i in range(800))
    large = request_of(data_of(replace(papers.table(), blocks=(Table(("序号", "内容"), rows),))), {})
    try:
        assert _refused(own, large)
        assert "pages" in json.loads(own.ask(small, 60)[0])
    finally:
        own.close()


def _refused(own: Pool, message: list[bytes]) -> bool:
    """Either the worker says so itself, or it has ended."""
    worker = own._idle.pop()
    try:
        refused = "error" in json.loads(worker.ask(message, 60)[0])
    except Gone:
        return True
    worker.close()
    return refused


def test_the_worker_knows_no_secret_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    monkeypatch.setenv("DATABASE_URL", SECRET)
    own = Pool(1)
    own.ask(request_of(data_of(papers.letter()), {}), 60)
    assert SECRET.encode() not in Path(f"/proc/{own._idle[0].pid}/environ").read_bytes()
    own.close()
