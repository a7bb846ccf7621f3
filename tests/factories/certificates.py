"""Certificates that tests make for themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

HOLDER = "示例区经济和信息化委员会"
START = datetime(2026, 1, 1, tzinfo=UTC)


def keystore(
    folder: Path, passphrase: str = "", *, since: datetime = START, days: int = 730, curve: bool = False, name: str = "organ"
) -> dict[str, str]:
    """The settings for a PKCS#12 file that is made in `folder`."""
    key = ec.generate_private_key(ec.SECP256R1()) if curve else rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOLDER)])
    usage = x509.KeyUsage(
        digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(since + timedelta(days=days))
        .add_extension(usage, critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    how = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    path = folder / f"{name}.p12"
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"organ", key, made, None, how))
    settings = {"SIGN_PKCS12": str(path), "SIGN_PASSPHRASE_FILE": ""}
    if passphrase:
        words = folder / f"{name}.pass"
        words.write_text(f"{passphrase}\n")
        settings["SIGN_PASSPHRASE_FILE"] = str(words)
    return settings
