"""The digital signature of issued files: off by default, loud when it cannot be made, valid when it is."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pikepdf
import pytest
from flask import Flask
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from blueprints.notices import service
from blueprints.notices.commands import notices
from blueprints.notices.workflow import State
from core import clock, signing
from core.files import path_of
from core.health import examine, health_command
from core.pdf import merge, render
from domain.errors import RuleViolation
from domain.notice_samples import sample
from tests.conftest import make_app
from tests.factories.certificates import HOLDER, keystore
from tests.factories.notices import SITE, Office

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def signs(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The application with a certificate."""
    app.config.update(keystore(tmp_path, "口令 secret"))
    yield app
    signing._opened.cache_clear()


def status_of(pdf: bytes):  # type: ignore[no-untyped-def]
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    assert len(found) == 1
    trust = ValidationContext(trust_roots=[found[0].signer_cert], allow_fetching=False)
    with ThreadPoolExecutor(max_workers=1) as apart:  # beside the loop of a browser
        return apart.submit(validate_pdf_signature, found[0], trust).result()


def test_an_issued_file_is_signed_before_its_digest_is_taken(signs: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda self, address: asked.append(address))
    office = Office()
    notice_id = office.issued("reply")
    notice = office.notice(notice_id)
    stored = path_of(notice.pdf_sha256 or "").read_bytes()
    status = status_of(stored)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"
    assert notice.pdf_signature is not None
    assert notice.pdf_signature["holder"] == HOLDER
    assert [step.facts.get("signature") for step in notice.steps if step.action == "printed"] == [notice.pdf_signature["sha256"]]
    assert asked == []
    with pikepdf.open(io.BytesIO(stored)) as pdf:
        assert b"pdfaid" in pdf.Root.Metadata.read_bytes()
        field = pdf.Root.AcroForm.Fields[0]
        assert [float(x) for x in field.Rect] == [0, 0, 0, 0]
    assert stored.count(b"%%EOF") == 2
    changed = stored.replace(b"/Producer", b"/Producet", 1) if b"/Producer" in stored else bytes([*stored[:900], stored[900] ^ 1, *stored[901:]])
    assert not status_of(changed).intact


def test_page_and_command_say_that_it_is_signed(signs: Flask, tmp_path: Path) -> None:
    office = Office()
    notice = office.notice(office.issued("reply"))
    stored = path_of(notice.pdf_sha256 or "").read_bytes()
    page = signs.test_client().get(f"/v/{notice.code}").get_data(as_text=True)
    assert f"带有效数字签名（签名人：{HOLDER}；证书有效期至2028年1月1日）" in page
    own = office.world.client("jxw-clerk").get(f"/notices/{notice.id}").get_data(as_text=True)
    assert "带有效数字签名" in own
    result = signs.test_cli_runner().invoke(notices, ["verify", str(path_of(notice.pdf_sha256 or "")), "--json"])
    assert "带有效数字签名" in json.loads(result.stdout.splitlines()[-1])["signature"]
    office.void(notice.id)
    assert "带有效数字签名" not in signs.test_client().get(f"/v/{notice.code}").get_data(as_text=True)
    void = office.notice(notice.id)
    assert status_of(path_of(void.void_sha256 or "").read_bytes()).valid
    both = merge([stored, stored], duplex=True)
    assert b"/ByteRange" not in both
    assert b"/Widget" not in both


def test_without_a_certificate_files_say_that_they_are_not_signed(app: Flask) -> None:
    office = Office()
    notice = office.notice(office.issued("reply"))
    assert notice.pdf_signature is None
    assert "不带数字签名" in app.test_client().get(f"/v/{notice.code}").get_data(as_text=True)
    assert "signature" not in {part.name for part in examine().parts}


def gone(folder: Path) -> dict[str, str]:
    return {"SIGN_PKCS12": str(folder / "nothing.p12")}


def rubbish(folder: Path) -> dict[str, str]:
    (folder / "bad.p12").write_bytes(b"no pkcs12")
    return {"SIGN_PKCS12": str(folder / "bad.p12")}


def wrong_words(folder: Path) -> dict[str, str]:
    settings = keystore(folder, "right")
    Path(settings["SIGN_PASSPHRASE_FILE"]).write_text("wrong")
    return settings


def expired(folder: Path) -> dict[str, str]:
    return keystore(folder, since=datetime(2024, 1, 1, tzinfo=UTC), days=365)


def too_early(folder: Path) -> dict[str, str]:
    return keystore(folder, since=datetime(2027, 1, 1, tzinfo=UTC))


BAD = [
    (gone, "读不了 SIGN_PKCS12 指定的文件"), (rubbish, "不是 PKCS#12 格式，或者口令不对"), (wrong_words, "或者口令不对"),
    (expired, "已于 2024-12-31 过期"), (too_early, "从 2027-01-01 起才有效"),
]  # fmt: skip


@pytest.mark.parametrize(("settings", "why"), BAD)
def test_nothing_goes_out_unsigned_when_the_certificate_does_not_work(app: Flask, tmp_path: Path, settings, why: str) -> None:  # type: ignore[no-untyped-def]
    office = Office()
    waiting = office.signed("reply")
    app.config.update(settings(tmp_path))
    with pytest.raises(RuleViolation, match=re.escape(why)):
        office.issue(waiting)
    assert office.notice(waiting).state == State.SIGNED
    part = next(p for p in examine().parts if p.name == "signature")
    assert not part.ok
    assert why in part.detail
    told = app.test_cli_runner().invoke(health_command)
    assert why in told.stdout


def test_a_certificate_that_fails_after_the_number_was_taken(app: Flask, tmp_path: Path) -> None:
    office = Office()
    notice_id = office.signed("reply")

    with office.acting("jxw-clerk", notice_id) as (notice, act):
        waits = service.issue(notice, site=SITE, **act)
    app.config.update(expired(tmp_path))
    failed = service.print_out(waits, by=office.world.user("jxw-clerk"), now=clock.now())
    assert "过期" in failed.error
    held = office.notice(notice_id)
    assert (held.state, held.pdf_id) == (State.NUMBERED, None)
    assert "没有签名的文件没有保存" in held.print_error
    app.config.update(keystore(tmp_path, name="new"))
    assert office.issue(notice_id, verb="again").error == ""
    assert office.notice(notice_id).pdf_signature


def test_a_missing_package_is_said(signs: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None if name == "pyhanko" else found(name))
    assert "没有安装数字签名组件 pyHanko" in signing.trouble(clock.now())


def test_it_signs_where_an_event_loop_runs_already(signs: Flask) -> None:
    now = clock.now()

    async def inside() -> tuple[bytes, dict[str, str] | None]:
        with signs.app_context():
            return signing.signed(render(sample("reply")).pdf, reason="答复", now=now)

    with ThreadPoolExecutor(max_workers=1) as apart:
        made, about = apart.submit(lambda: asyncio.run(inside())).result()
    assert about
    assert status_of(made).valid


def test_a_signer_that_breaks_lets_nothing_through(signs: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise KeyError("no")

    monkeypatch.setattr(signing, "_signed", broken)
    office = Office()
    notice_id = office.signed("reply")
    assert "数字签名没有做成（KeyError）" in office.issue(notice_id).error
    assert office.notice(notice_id).pdf_id is None
    monkeypatch.setattr(signing, "_signed", lambda pdf, *_: pdf)
    assert "签名和文件不一致" in office.issue(notice_id, verb="again").error


def test_the_start_says_it_aloud_and_the_last_month_is_told(app: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    make_app(folder, **expired(folder))
    assert any("数字签名不能用" in record.getMessage() for record in caplog.records)
    app.config.update(keystore(tmp_path, since=clock.now() - timedelta(days=100), days=120))
    ok, words = signing.standing()
    assert not ok
    assert "有效期至" in words


OFF = """
import sys
sys.path.insert(0, {root!r})
from app import create_app
app = create_app({{"SQLALCHEMY_DATABASE_URI": "sqlite://", "SECRET_KEY": "x", "FILES_DIR": {folder!r}}})
with app.app_context():
    from core import clock, signing
    from core.health import examine
    assert signing.signed(b"%PDF", reason="", now=clock.now()) == (b"%PDF", None)
    examine()
app.test_client().get("/v")
print(sorted(name for name in sys.modules if name.split(".")[0] in ("pyhanko", "pyhanko_certvalidator", "asn1crypto", "aiohttp")))
"""


def test_a_serving_process_imports_nothing_of_it_when_it_is_off(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("SIGN_")}
    code = OFF.format(root=str(ROOT), folder=str(tmp_path))
    done = subprocess.run(
        [sys.executable, "-c", code], env=env | {"INSTANCE_DIR": str(tmp_path)}, cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.stdout.strip() == "[]", done.stderr[-800:]
