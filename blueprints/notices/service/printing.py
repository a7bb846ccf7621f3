"""From frozen content to stored bytes: printed outside of any transaction, stored once, never again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from flask import current_app

from blueprints.accounts.models import User
from blueprints.notices.events import NoticeIssued
from blueprints.notices.models import Notice
from blueprints.notices.queries import locked
from blueprints.notices.service.engine import move, system_rows, tell_next
from blueprints.notices.workflow import State
from core.db import db, transaction
from core.events import publish
from core.files import path_of, store
from core.signing import SigningFailed, signed
from domain.documents import Document, Seal, Watermark, document_of, signed_on_screen
from domain.errors import InvalidInput, RuleViolation

LONGEST_ERROR = 500
LARGEST = 60 * 1024 * 1024
INTERRUPTED = "印制没有做完，可能是服务中断。"


class Printed(Protocol):
    """What the printer gives back."""

    @property
    def pdf(self) -> bytes: ...
    @property
    def pages(self) -> int: ...


@dataclass(frozen=True)
class Made:
    """A printed file as it is kept; `signature` says who signed it, None where nobody did."""

    pdf: bytes
    pages: int
    signature: dict[str, str] | None = None


@dataclass(frozen=True)
class Printing:
    """A numbered notice that waits for its bytes: everything the printer needs, free of any session."""

    notice_id: int
    content: Mapping[str, Any]
    void: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a printing: `error` is empty when the bytes are stored."""

    notice_id: int
    error: str = ""


class PrintFailed(Exception):
    """The printer could not make the document; the message is a Chinese sentence."""


def draw(document: Document, read: Callable[[str], bytes] | None = None) -> Printed:
    """The document as PDF, by the printer's own processes. Errors: PrintFailed, and what `read` raises.

    `read` gives the bytes of a sha256: files to be bound in, the seal. Without it (drafts) each file is a
    sheet that says what it is, and there is no seal.
    """
    from core.pdf import RenderError, bind, render

    pictures: dict[str, bytes] = {}
    try:
        if read is not None:
            document, pictures = bind(document, read)
            if document.signature is not None and document.signature.picture:
                pictures[document.signature.picture] = read(document.signature.picture)
            pictures |= {name: read(name) for name in signed_on_screen(document)}
        printed: Printed = render(document, pictures)
        return printed
    except RenderError as failure:
        raise PrintFailed(str(failure)) from failure


def print_out(printing: Printing, *, by: User, now: datetime) -> Result:
    """Print and store; must be called outside of a transaction, so that no lock is held meanwhile.

    A failure leaves the notice numbered, with the reason on its page and a button to try again.
    """
    db.session.rollback()  # whoever asked may have read since: nothing is held while the printer works
    try:
        made = _made(_wanted(printing), now)
    except RuleViolation as refused:
        return _failed(printing, refused.message + (refused.next_step or ""), now=now)
    except SigningFailed as refused:
        return _failed(printing, f"{refused}。没有签名的文件没有保存。", now=now)
    except (PrintFailed, OSError) as failure:
        return _failed(printing, str(failure) or type(failure).__name__, now=now)
    try:
        with transaction():
            _keep(locked(printing.notice_id), printing, made, by=by, now=now)
    except InvalidInput as refused:
        return _failed(printing, refused.message, now=now)
    return Result(printing.notice_id)


def _wanted(printing: Printing) -> Document:
    """What was frozen; the copy of a void notice says so and bears no seal."""
    document = document_of(dict(printing.content))
    if not printing.void:
        return document
    signature = document.signature and replace(document.signature, seal=Seal.NONE, picture="")
    return replace(document, watermark=Watermark.VOID, signature=signature)


def _made(document: Document, now: datetime) -> Made:
    """Printed, and signed where a certificate is set. Errors: RuleViolation, PrintFailed, SigningFailed."""
    printed = draw(document, stored)
    pdf, signature = signed(printed.pdf, reason=document.number or document.title, now=now)
    return Made(pdf, printed.pages, signature)


def _failed(printing: Printing, why: str, *, now: datetime) -> Result:
    current_app.logger.error("notice %s was not printed: %s", printing.notice_id, why)
    with transaction():
        notice = locked(printing.notice_id)
        notice.print_error = why[:LONGEST_ERROR]
        if notice.state == State.NUMBERED:
            rows = system_rows(notice, "print_failed")
            move(notice, rows, by=None, now=now, remark=why[:LONGEST_ERROR])
    return Result(printing.notice_id, why)


def _keep(notice: Notice, printing: Printing, printed: Made, *, by: User, now: datetime) -> None:
    """Transaction 2: the bytes with their digest. Somebody who was faster is left alone."""
    waits = State.VOID if printing.void else State.NUMBERED
    if notice.state != waits or (printing.void and notice.void_pdf_id is not None):
        return
    digest = hashlib.sha256(printed.pdf).hexdigest()
    kept = store(f"{notice.id}.pdf", printed.pdf, now=now, most=LARGEST)
    notice.print_error = ""
    if printing.void:
        notice.void_pdf_id, notice.void_sha256 = kept.id, digest
        return
    notice.pdf_id, notice.pdf_sha256, notice.pages = kept.id, digest, printed.pages
    notice.issued_at, notice.pdf_signature = now, printed.signature
    facts: dict[str, Any] = {"sha256": digest, "pages": printed.pages}
    if printed.signature:
        facts["signature"] = printed.signature["sha256"]
    move(notice, system_rows(notice, "printed"), by=None, now=now, facts=facts)
    publish(NoticeIssued(notice, by, now))
    tell_next(notice, by=by, now=now)


def pictures_of(pdf: bytes, width: int = 700) -> list[bytes]:
    """The pages of a PDF as PNG, so many pixels wide."""
    from core.pdf import page_images

    pages: list[bytes] = page_images(pdf, width)
    return pages


def merged(pdfs: list[bytes], duplex: bool) -> bytes:
    """Several PDFs in one, with a blank page after an odd number of pages when `duplex`."""
    from core.pdf import merge

    whole: bytes = merge(pdfs, duplex=duplex)
    return whole


def stored(sha256: str) -> bytes:
    """Printed bytes, only if they are still those of the digest. Errors: RuleViolation."""
    path = path_of(sha256)
    data = path.read_bytes() if path.is_file() else b""
    if hashlib.sha256(data).hexdigest() != sha256:
        current_app.logger.error("stored notice %s is missing or has been changed on the disk", path)
        why = "存储的文件丢失或者被改动，和印制时的校验值不一致，没有给出。"
        raise RuleViolation(why, None, "请联系系统管理员从备份恢复。")
    return data
