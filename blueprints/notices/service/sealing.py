"""The organization's own seal picture: kept with its approval, printed only while it is in use, and only on
what is issued. Without one, documents leave room for the stamp."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from blueprints.accounts.models import Organization
from blueprints.notices import queries
from blueprints.notices.models import SealPicture
from core import audit
from core.db import db
from core.files import store
from core.locks import lock_name
from domain.errors import InvalidInput

MOST_BYTES = 1024 * 1024
LEAST_SIDE, MOST_SIDE = 300, 2000
MOST_SKEW = 1.1
CLEAR_SHARE = 0.1
SHORTEST_REASON = 5
PNG = b"\x89PNG\r\n\x1a\n"
NO_PNG = "请上传背景透明的 PNG 图片；JPG、扫描件要先去掉白底。"


def seal_for(organization_id: int) -> str:
    """The sha256 of the picture that is printed on what this organization issues; empty for none."""
    found = queries.seal_in_use(organization_id)
    return found.file.sha256 if found else ""


def checked_picture(data: bytes) -> bytes:
    """The picture cut to the edge of the seal, as PNG without anything else in it. Errors: InvalidInput."""
    from PIL import Image, UnidentifiedImageError

    if len(data) > MOST_BYTES:
        raise InvalidInput("印章图样不能超过 1 MB。", "picture")
    if not data.startswith(PNG):
        raise InvalidInput(NO_PNG, "picture")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as opened:
            if max(opened.size) > MOST_SIDE:
                raise InvalidInput(f"图片每边不能超过 {MOST_SIDE} 像素，请缩小后再传。", "picture")
            picture = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput("图片内容无法识别，请重新导出为 PNG。", "picture") from error
    cut = _cut(picture)
    out = io.BytesIO()
    cut.save(out, "PNG")
    return out.getvalue()


def _cut(picture: Any) -> Any:
    """The picture without its clear border; it is printed 42 mm wide, so what is left must be the seal."""
    solid = picture.getchannel("A").point(lambda depth: 255 if depth > 8 else 0)
    box = solid.getbbox()
    if box is None:
        raise InvalidInput("图片是全透明的，没有内容。", "picture")
    clear = solid.histogram()[0] / (picture.width * picture.height)
    if clear < CLEAR_SHARE:
        raise InvalidInput(f"图片的背景不透明，印出来会遮住署名和日期。{NO_PNG}", "picture")
    cut = picture.crop(box)
    if min(cut.size) < LEAST_SIDE:
        raise InvalidInput(f"印章部分每边至少 {LEAST_SIDE} 像素，否则印出来模糊。", "picture")
    if max(cut.size) > MOST_SKEW * min(cut.size):
        raise InvalidInput("印章的宽和高不一样。请上传圆形印章的正面图样，不要歪斜。", "picture")
    return cut


def _reason(text: str, field: str) -> str:
    if len(text.strip()) < SHORTEST_REASON:
        raise InvalidInput(f"请写明依据（不少于 {SHORTEST_REASON} 个字）。", field)
    return text.strip()[:300]


def upload(organ: Organization, data: bytes, approval: str, *, by: audit.Actor, now: datetime) -> SealPicture:
    """Keep a new version. It is printed at once where the earlier one was, otherwise after it is switched on.

    `approval` names the rule or paper by which the organization allows it. Errors: InvalidInput.
    """
    approval = _reason(approval, "approval")
    picture = checked_picture(data)
    lock_name(f"seal_picture:{organ.id}")
    earlier = queries.seals_of(organ.id)
    kept = store("seal.png", picture, now=now)
    if earlier and earlier[0].file_id == kept.id:
        raise InvalidInput("和现有的最新图样完全一样，不需要再传。", "picture")
    used = any(row.in_use for row in earlier)
    for row in earlier:
        row.in_use = False
    version = earlier[0].version + 1 if earlier else 1
    made = SealPicture(
        organization_id=organ.id, version=version, file=kept, approval=approval, in_use=used,
        by=by.audit_name, at=now,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    changes = {
        "version": [version - 1 or None, version], "sha256": [None, kept.sha256],
        "approval": [None, approval],
    }  # fmt: skip
    audit.record("notice.seal_upload", subject=_subject(organ), by=by, now=now, changes=changes)
    return made


def _subject(organ: Organization) -> audit.Subject:
    return audit.Subject("organization", organ.id, organ.name)


def switch(organ: Organization, on: bool, reason: str, *, by: audit.Actor, now: datetime) -> None:
    """不印章, or print the newest picture on what is issued from now on. Errors: InvalidInput."""
    reason = _reason(reason, "reason")
    lock_name(f"seal_picture:{organ.id}")
    rows = queries.seals_of(organ.id)
    if on and not rows:
        raise InvalidInput("还没有上传印章图样，请先上传。", "use")
    before = next((row.version for row in rows if row.in_use), None)
    if (before is not None) == on:
        raise InvalidInput("现在就是这样，不需要更改。", "use")
    for row in rows:
        row.in_use = on and row is rows[0]
    db.session.flush()
    changes = {"seal": [before, rows[0].version if on else None], "reason": [None, reason]}
    audit.record("notice.seal_switch", subject=_subject(organ), by=by, now=now, changes=changes)
