"""Uploaded files: checked by content, stored by sha256 outside static, always sent as attachments."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import zipfile
from datetime import datetime
from pathlib import Path

from flask import Response, current_app, send_file
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage

from core.db import Base, UTCDateTime, db
from domain.errors import InvalidInput

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
IMAGE_TYPES = {".jpg": ("JPEG", "image/jpeg"), ".jpeg": ("JPEG", "image/jpeg"), ".png": ("PNG", "image/png")}
OTHER_TYPES = {
    ".pdf": (b"%PDF-", "application/pdf"),
    ".docx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ".mp3": (b"", "audio/mpeg"),
    ".wav": (b"RIFF", "audio/wav"),
    ".txt": (b"", "text/plain; charset=utf-8"),
}
ALLOWED = ", ".join(sorted(IMAGE_TYPES.keys() | OTHER_TYPES.keys()))


class StoredFile(Base):
    """One stored content; the same content is kept once however often it is uploaded."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size: Mapped[int]
    mime: Mapped[str] = mapped_column(String(100))
    stored_at: Mapped[datetime] = mapped_column(UTCDateTime)


def _folder() -> Path:
    return Path(current_app.config["FILES_DIR"])


def path_of(sha256: str) -> Path:
    """Where the bytes of a digest lie."""
    return _folder() / sha256[:2] / sha256


def _reencoded(data: bytes, kind: str) -> bytes:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InvalidInput("图片像素过大，请缩小后再传。", "file")
            upright = ImageOps.exif_transpose(picture)
            upright = upright.convert("RGB") if kind == "JPEG" else upright
            out = io.BytesIO()
            upright.save(out, kind, quality=88)
            return out.getvalue()
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("图片内容无法识别，请重新导出为 JPG 或 PNG。", "file") from error


def checked_content(name: str, data: bytes, most: int = MAX_BYTES) -> tuple[bytes, str]:
    """(bytes to keep, MIME type); images are decoded and written anew without EXIF.

    Errors: InvalidInput when extension, size or content is not accepted.
    """
    if not data:
        raise InvalidInput("文件是空的，请重新选择。", "file")
    if len(data) > most:
        raise InvalidInput(f"单个文件不能超过 {most // (1024 * 1024)} MB。", "file")
    extension = Path(name).suffix.lower()
    if extension in IMAGE_TYPES:
        kind, mime = IMAGE_TYPES[extension]
        return _reencoded(data, kind), mime
    if extension not in OTHER_TYPES:
        raise InvalidInput(f"不接受这种文件。可上传：{ALLOWED}。", "file")
    magic, mime = OTHER_TYPES[extension]
    if not data.startswith(magic):
        raise InvalidInput("文件内容与扩展名不符，请确认后再传。", "file")
    if extension in (".docx", ".xlsx") and not zipfile.is_zipfile(io.BytesIO(data)):
        raise InvalidInput("文件已损坏，无法打开。", "file")
    return data, mime


def write_whole(target: Path, data: bytes) -> None:
    """Write `data` under its final name, or nothing at all: on disk (fsync, folder included) on return."""
    partial = target.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        with partial.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store(name: str, data: bytes, *, now: datetime, most: int = MAX_BYTES) -> StoredFile:
    """Check and keep a content (at most `most` bytes); on disk (fsync) before the row is written."""
    return _keep(*checked_content(name, data, most), now)


def store_exact(data: bytes, *, now: datetime, most: int = MAX_BYTES) -> StoredFile:
    """Keep a photo byte for byte as evidence: decoded in full as a check, never written anew.

    Errors: InvalidInput when it is neither JPEG nor PNG, damaged or too big.
    """
    name = "photo.png" if data.startswith(b"\x89PNG") else "photo.jpg"
    return _keep(data, checked_content(name, data, most)[1], now)


def _keep(data: bytes, mime: str, now: datetime) -> StoredFile:
    digest = hashlib.sha256(data).hexdigest()
    known = db.session.scalar(select(StoredFile).where(StoredFile.sha256 == digest))
    if known is not None:
        return known
    target = path_of(digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, data)
    row = StoredFile(sha256=digest, size=len(data), mime=mime, stored_at=now)
    db.session.add(row)
    db.session.flush()
    return row


def store_upload(upload: FileStorage, *, now: datetime) -> StoredFile:
    """Keep an uploaded file; reads at most one byte more than the cap."""
    return store(upload.filename or "", upload.stream.read(MAX_BYTES + 1), now=now)


def send_stored(file: StoredFile, download_name: str) -> Response:
    """The file as an attachment under its given name."""
    response = send_file(
        path_of(file.sha256), mimetype=file.mime, as_attachment=True, download_name=download_name
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
