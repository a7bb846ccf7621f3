"""The digital signature of printed files, off unless a certificate is set; nothing of it is imported then.

SIGN_PKCS12 names a PKCS#12 file that is kept outside of the database, SIGN_PASSPHRASE_FILE the file with its
passphrase. The signature is invisible, added in an incremental update, allows no later change, and asks no
server (no time stamp, no revocation list).
"""

from __future__ import annotations

import importlib.util
import io
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from core import clock

SETTINGS = ("SIGN_PKCS12", "SIGN_PASSPHRASE_FILE")
FIELD = "Signature"
LARGEST = 1024 * 1024
SOON = timedelta(days=30)
NO_PACKAGE = "没有安装数字签名组件 pyHanko，请在设置了 SIGN_PKCS12 的环境里执行一次 ./run"


class SigningFailed(Exception):
    """The file cannot be signed; the message is a Chinese sentence without full stop, for operators."""


@dataclass(frozen=True)
class Certificate:
    """Who signs: names of holder and issuer, serial number, sha256 of the certificate, when it holds."""

    holder: str
    issuer: str
    serial: str
    sha256: str
    since: datetime
    until: datetime

    def as_json(self, at: datetime) -> dict[str, str]:
        """What is kept with a signed file."""
        return {
            "holder": self.holder, "issuer": self.issuer, "serial": self.serial, "sha256": self.sha256,
            "until": self.until.isoformat(timespec="seconds"), "at": at.isoformat(timespec="seconds"),
        }  # fmt: skip


def register_signing(app: Flask) -> None:
    """Settings from the environment; what is wrong with the certificate is said at the start, aloud."""
    for name in SETTINGS:
        app.config.setdefault(name, os.environ.get(name, ""))
    with app.app_context():
        if wrong := trouble(clock.now()):
            app.logger.error("数字签名不能用，文书印制不出来：%s。", wrong)


def wanted() -> bool:
    """Whether printed files are to be signed."""
    return bool(current_app.config.get("SIGN_PKCS12"))


def trouble(now: datetime) -> str:
    """Why files cannot be signed though they should be; empty when they can, or need not."""
    if not wanted():
        return ""
    try:
        usable(now)
    except SigningFailed as why:
        return str(why)
    return ""


def usable(now: datetime) -> Certificate:
    """The certificate, if it signs now. Errors: SigningFailed."""
    found = certificate()
    if importlib.util.find_spec("pyhanko") is None:
        raise SigningFailed(NO_PACKAGE)
    if now >= found.until:
        day = clock.local_date(found.until)
        raise SigningFailed(f"签名证书“{found.holder}”已于 {day} 过期，请换上新证书")
    if now < found.since:
        raise SigningFailed(f"签名证书“{found.holder}”从 {clock.local_date(found.since)} 起才有效")
    return found


def standing() -> tuple[bool, str]:
    """(well, words) for the examination of the service."""
    now = clock.now()
    if wrong := trouble(now):
        return False, f"{wrong}；在此之前文书印制不出来"
    found = certificate()
    words = f"证书“{found.holder}”，有效期至 {clock.local_date(found.until)}"
    return found.until - now > SOON, words


def certificate() -> Certificate:
    """What the PKCS#12 file holds. Errors: SigningFailed."""
    data, passphrase = _files()
    return _opened(data, passphrase)


def _files() -> tuple[bytes, bytes | None]:
    path, words = (current_app.config.get(name) or "" for name in SETTINGS)
    return _read(path, "SIGN_PKCS12"), _read(words, "SIGN_PASSPHRASE_FILE").rstrip(b"\r\n") if words else None


def _read(path: str, setting: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise SigningFailed(f"读不了 {setting} 指定的文件 {path}（{error.strerror or error}）") from error
    if not data or len(data) > LARGEST:
        raise SigningFailed(f"{setting} 指定的文件 {path} 是空的，或者太大")
    return data


@lru_cache(maxsize=4)
def _opened(data: bytes, passphrase: bytes | None) -> Certificate:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        key, found, _ = pkcs12.load_key_and_certificates(data, passphrase)
    except (ValueError, TypeError) as error:
        raise SigningFailed("打不开签名证书文件：不是 PKCS#12 格式，或者口令不对") from error
    if found is None or key is None:
        raise SigningFailed("签名证书文件里没有私钥或者证书")
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise SigningFailed("签名证书的算法不受支持，请使用 RSA 或者 ECDSA 证书")
    return Certificate(
        _name(found.subject), _name(found.issuer), f"{found.serial_number:x}",
        found.fingerprint(hashes.SHA256()).hex(), found.not_valid_before_utc, found.not_valid_after_utc,
    )  # fmt: skip


def _name(name: Any) -> str:
    from cryptography.x509.oid import NameOID

    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        if found := name.get_attributes_for_oid(oid):
            return str(found[0].value)
    return str(name.rfc4514_string())


def signed(pdf: bytes, *, reason: str, now: datetime) -> tuple[bytes, dict[str, str] | None]:
    """(signed file, what is kept of the signature); the file as it is and None where signing is off.

    Errors: SigningFailed. What is returned has been checked: the signature covers the whole file.
    """
    if not wanted():
        return pdf, None
    holder = usable(now)
    data, passphrase = _files()
    try:
        with ThreadPoolExecutor(max_workers=1) as apart:  # pyHanko starts an event loop; here one may run
            made = apart.submit(_signed, pdf, data, passphrase, holder.holder, reason).result()
            whole = apart.submit(_covers, made).result()
    except Exception as error:  # pyHanko has many; none of them may let an unsigned file through
        current_app.logger.exception("a file was not signed")
        raise SigningFailed(f"数字签名没有做成（{type(error).__name__}）") from error
    if not whole:
        raise SigningFailed("数字签名没有做成：签名和文件不一致")
    return made, holder.as_json(now)


def _signed(pdf: bytes, data: bytes, passphrase: bytes | None, holder: str, reason: str) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    signer = signers.SimpleSigner.load_pkcs12_data(data, other_certs=[], passphrase=passphrase)
    about = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", name=holder, reason=reason, certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES, subfilter=fields.SigSeedSubFilter.PADES,
    )  # fmt: skip
    out = io.BytesIO()
    signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), about, signer=signer, output=out)
    return out.getvalue()


def _covers(pdf: bytes) -> bool:
    """Whether the only signature fits, and covers the file to its last byte."""
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko.sign.validation.status import SignatureCoverageLevel
    from pyhanko_certvalidator import ValidationContext

    found: Any = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(found) != 1:
        return False
    own = [found[0].signer_cert]
    status = validate_pdf_signature(found[0], ValidationContext(trust_roots=own, allow_fetching=False))
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    return bool(status.intact and status.valid and whole)
