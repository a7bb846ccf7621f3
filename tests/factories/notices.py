"""An office in which tests draft, sign, number and serve notices through the services, as named people."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unittest import mock

import pikepdf
import pytest
from flask import Flask

from blueprints.notices import service
from blueprints.notices.guards import Method
from blueprints.notices.models import Notice
from blueprints.notices.service import printing
from blueprints.notices.service.composing import digest
from blueprints.notices.service.drafting import Content, Subject
from core import clock
from core.calendar_store import load_calendar
from core.db import db, transaction
from domain.documents import Document, data_of
from domain.notice_kinds import kind
from domain.notice_samples import sample_values
from tests.factories.world import World

SITE = "https://example.invalid"
RECEIPT = ("回证.pdf", b"%PDF-1.7\n% receipt\n")
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)


@dataclass(frozen=True)
class Paper:
    """What the quick printer gives back."""

    pdf: bytes
    pages: int = 1


def sheet(document: Document) -> bytes:
    """A real PDF of one empty page that differs with its content."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.docinfo["/Title"] = f"{document.number} {document.watermark} {digest(data_of(document))}"
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


class QuickPrinter:
    """Prints at once and remembers what it printed; `broken` makes it fail with these words, `held` counts
    how often a transaction was open while a numbered notice was printed."""

    def __init__(self) -> None:
        self.printed: list[Document] = []
        self.broken = ""
        self.held = 0

    def draw(self, document: Document, pictures: Any = None) -> Paper:
        """A file that differs with its content."""
        if document.number:
            self.held += db.session().in_transaction()
        if self.broken:
            raise printing.PrintFailed(self.broken)
        self.printed.append(document)
        return Paper(b"%PDF-1.7\n" + repr(data_of(document)).encode())


@pytest.fixture
def printer(monkeypatch: pytest.MonkeyPatch) -> QuickPrinter:
    """The quick printer instead of the real one."""
    quick = QuickPrinter()
    monkeypatch.setattr(printing, "draw", quick.draw)
    monkeypatch.setattr(printing, "pictures_of", lambda pdf, width=700: [PIXEL])
    monkeypatch.setattr(printing, "merged", lambda pdfs, duplex: b"%PDF-1.7\n" + b"".join(pdfs))
    return quick


@contextmanager
def empty_sheets() -> Iterator[None]:
    """Print real PDF files of one empty page: for pages that show what is stored."""
    with mock.patch.object(printing, "draw", lambda document, _=None: Paper(sheet(document))):
        yield


class Office:
    """Each call is a transaction of its own."""

    def __init__(self) -> None:
        self.world = World()

    def notice(self, notice_id: int) -> Notice:
        """The notice as it is stored now."""
        self.world.fresh()
        return db.session.get_one(Notice, notice_id)

    @contextmanager
    def acting(self, who: str, notice_id: int) -> Iterator[tuple[Notice, dict[str, Any]]]:
        """The notice and who does something to it when, in one transaction."""
        with transaction():
            by = self.world.user(who)
            yield db.session.get_one(Notice, notice_id), {"by": by, "now": clock.now()}

    def draft(
        self, code: str = "supervision", who: str = "jxw-clerk", enterprise: str | None = "rq", **content: Any
    ) -> int:
        """A draft with every field filled in with the sample."""
        about = kind(code)
        with transaction():
            by = self.world.user(who)
            org = self.world.org(enterprise) if enterprise else None
            to = [org.name] if org and about.addressed_to == "enterprise" else ["示例用户甲"]
            given = {"values": sample_values(about), "addressees": to if about.addressed_to != "none" else []}
            subject = Subject("case", 1, "气诉2026-000001", org)
            return service.draft(
                code, by=by, now=clock.now(), subject=subject, content=Content(**(given | content))
            ).id

    def act(self, notice_id: int, verb: str, who: str, *args: Any) -> Notice:
        """submit, review, legal_review, sign, send_back, withdraw, discard, archive, sign_receipt."""
        with self.acting(who, notice_id) as (notice, act):
            getattr(service, verb)(notice, *args, **act)
        return self.notice(notice_id)

    def signed(self, code: str = "supervision", **content: Any) -> int:
        """A notice that the leader has signed."""
        notice_id = self.draft(code, **content)
        self.act(notice_id, "submit", "jxw-clerk")
        self.act(notice_id, "review", "jxw-supervisor")
        if self.notice(notice_id).legal_review:
            self.act(notice_id, "legal_review", "jxw-leader")
        self.act(notice_id, "sign", "jxw-leader")
        return notice_id

    def issue(self, notice_id: int, who: str = "jxw-clerk", verb: str = "issue") -> service.Result:
        """Number (or print again) and print."""
        with self.acting(who, notice_id) as (notice, act):
            printing_ = (
                service.issue(notice, site=SITE, **act) if verb == "issue" else service.again(notice, **act)
            )
        return service.print_out(printing_, by=self.world.user(who), now=clock.now())

    def issued(self, code: str = "supervision", **content: Any) -> int:
        """A notice with number and bytes."""
        notice_id = self.signed(code, **content)
        assert not self.issue(notice_id).error
        return notice_id

    def serve(self, notice_id: int, who: str = "jxw-clerk", row: int = 0, **data: Any) -> Notice:
        """Serve the addressee in `row` directly, unless `data` says otherwise."""
        given: dict[str, Any] = {
            "method": Method.DIRECT.value, "served_at": clock.now(), "receiver": "示例签收人", "receipt": RECEIPT,
        }  # fmt: skip
        with self.acting(who, notice_id) as (notice, act):
            service.serve(notice, notice.services[row], given | data, calendar=load_calendar(), **act)
        return self.notice(notice_id)

    def sent(self, notice_id: int, **data: Any) -> Notice:
        """Serve electronically, with consent."""
        consent = {"method": "electronic", "consent": True, "consent_note": "2026年签订的送达地址确认书"}
        return self.serve(notice_id, **(consent | {"receipt": None} | data))

    def served(self, code: str = "supervision", **content: Any) -> int:
        """A notice that has reached its only addressee."""
        notice_id = self.issued(code, **content)
        self.serve(notice_id)
        return notice_id

    def void(self, notice_id: int, remark: str = "内容有误，重新制发", who: str = "jxw-leader") -> Notice:
        """Void, and print the copy that says so."""
        with self.acting(who, notice_id) as (notice, act):
            copy = service.void(notice, remark, **act)
        if copy is not None:
            service.print_out(copy, by=self.world.user(who), now=clock.now())
        return self.notice(notice_id)

    def answered(self, notice_id: int, at: datetime | None = None, place: int = 0) -> Notice:
        """The addressee's answer has come."""
        with self.acting("jxw-clerk", notice_id) as (notice, act):
            service.record_answer(notice, notice.services[place], "已整改", at or clock.now(), **act)
        return self.notice(notice_id)


@pytest.fixture
def office(app: Flask, printer: QuickPrinter) -> Office:
    """An office on `app` with the quick printer."""
    return Office()


@pytest.fixture
def each_office(each_app: Flask, printer: QuickPrinter) -> Office:
    """An office on `each_app` with the quick printer."""
    return Office()
