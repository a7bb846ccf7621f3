"""Seal pictures that tests draw, and organizations that use them."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw

from blueprints.notices.service import sealing
from core import clock
from core.db import transaction
from tests.factories.notices import Office

ALLOWED = "示例区经济和信息化委员会印章管理办法第八条"
RED = (215, 0, 15, 255)


def seal_png(side: int = 600, border: int = 40, *, clear: bool = True, wide: int = 0, text: str = "") -> bytes:
    """A round seal on a clear ground."""
    picture = Image.new("RGBA", (side + 2 * border + wide, side + 2 * border), (255, 255, 255, 0 if clear else 255))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((border, border, border + side + wide, border + side), outline=RED, width=16)
    draw.rectangle((border + side // 2 - 20, border + side // 2 - 20, border + side // 2 + 20, border + side // 2 + 20), fill=RED)
    if text:
        draw.text((border + 90, border + side // 2), text, fill=RED)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def with_seal(office: Office, data: bytes | None = None, on: bool = True) -> str:
    """The organ has a picture, in use; its digest."""
    with transaction():
        by, organ = office.world.user("sysadmin"), office.world.org("jxw")
        kept = sealing.upload(organ, data or seal_png(), ALLOWED, by=by, now=clock.now()).file.sha256
        if on:
            sealing.switch(organ, True, "经主任办公会同意", by=by, now=clock.now())
    return kept
