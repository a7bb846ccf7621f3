"""真伪查询: what anybody may know of a notice whose code or bytes he holds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from blueprints.notices import queries
from blueprints.notices.models import Notice
from blueprints.notices.service.composing import CODE_LENGTH, CODE_LETTERS, day_text
from blueprints.notices.workflow import GIVEN_OUT, State
from core.clock import local_date
from core.privacy import mask_name
from domain.notice_kinds import kind

GENUINE, VOID, UNKNOWN = "genuine", "void", "unknown"
STATUS_WORDS = {GENUINE: "真实有效", VOID: "已经作废", UNKNOWN: "查不到"}
SHA256 = re.compile(r"[0-9a-f]{64}")
SIGNED, NOT_SIGNED = "带有效数字签名", "不带数字签名"
MASK = "＊＊"


@dataclass(frozen=True)
class Verified:
    """The answer: number, date, organ, masked addressees; all empty when unknown."""

    status: str
    sha256: str = ""
    number: str = ""
    issued_on: str = ""
    organ: str = ""
    kind: str = ""
    addressees: tuple[str, ...] = ()
    signature: str = ""

    @property
    def words(self) -> str:
        """真实有效, 已经作废, 查不到"""
        return STATUS_WORDS[self.status]

    def as_json(self) -> dict[str, str]:
        """As the command line prints it; `signature` only where there is one."""
        told = {"status": self.status, "number": self.number, "date": self.issued_on, "organ": self.organ,
                "sha256": self.sha256}  # fmt: skip
        return told | ({"signature": self.signature} if self.signature.startswith(SIGNED) else {})


def masked(addressee: str, *, organization: bool) -> str:
    """An addressee as strangers see it: of a person the first character, of an organization its ends."""
    if not organization:
        return mask_name(addressee).replace("*", "＊")
    return addressee[:2] + MASK + addressee[-2:] if len(addressee) > 5 else addressee[:1] + MASK


def _of(notice: Notice | None, sha256: str = "") -> Verified:
    if notice is None or not (notice.state in GIVEN_OUT or notice.state == State.VOID):
        return Verified(UNKNOWN, sha256)
    status = VOID if notice.state == State.VOID else GENUINE
    created = (notice.content or {}).get("created_on")
    who = tuple(
        masked(row["name"], organization=row.get("organization_id") is not None or len(row["name"]) > 4)
        for row in notice.addressees
    )
    return Verified(
        status, sha256 or notice.pdf_sha256 or "", notice.number_text,
        day_text(date.fromisoformat(created)) if created else "", notice.organization.name,
        kind(notice.kind).name, who, signature_words(notice.pdf_signature) if status == GENUINE else "",
    )  # fmt: skip


def signature_words(kept: Mapping[str, str] | None) -> str:
    """带有效数字签名, by whom, until when his certificate holds; or that there is none."""
    if not kept:
        return NOT_SIGNED
    until = day_text(local_date(datetime.fromisoformat(kept["until"])))
    return f"{SIGNED}（签名人：{kept['holder']}；证书有效期至{until}）"


def clean_code(text: str) -> str:
    """A code as it is printed, typed by hand: lower case, blanks and hyphens are forgiven."""
    code = "".join(c for c in text.upper() if c.isascii() and c.isalnum())
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) else ""


def by_code(text: str) -> Verified:
    """What a printed code stands for."""
    code = clean_code(text)
    return _of(queries.by_code(code)) if code else Verified(UNKNOWN)


def by_sha256(digest: str) -> Verified:
    """Whether a file with this digest is one that was issued."""
    digest = digest.strip().lower()
    return _of(queries.by_sha256(digest), digest) if SHA256.fullmatch(digest) else Verified(UNKNOWN)


def by_content(data: bytes) -> Verified:
    """Whether these bytes were issued; nothing of them is kept."""
    return by_sha256(hashlib.sha256(data).hexdigest())
