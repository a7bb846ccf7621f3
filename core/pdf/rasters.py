"""The pages of a foreign file as pictures, in a process of its own that reads one file and ends.

`python -m core.pdf.rasters` never sees anything but the bytes of that file: whatever a PDF does to its reader
(a crash, an endless page, a bomb) ends this process and nothing else. Scripts are not run.
"""

from __future__ import annotations

import io
import json
import os
import resource
from collections.abc import Sequence
from typing import Any

from core.pdf.worker import Pipes

MEMORY = 1_500_000_000
CPU_SECONDS = 25
DPI, SHORT, LONG = 150, 1240, 1754
A4_SHORT, A4_LONG, NEARLY = 595.0, 842.0, 9.0
PICTURE = (1300, 1700)
QUALITY = 78
PIXELS = 60_000_000
PDF, PICTURES = "application/pdf", {"image/jpeg": "JPEG", "image/png": "PNG"}
LOCKED = "PDF 设有打开密码"
BROKEN = "PDF 已损坏，打不开"
NO_PAGES = "PDF 里没有页"
BAD_PICTURE = "图片已损坏，打不开"
TOO_LARGE = "文件展开后太大，超出了内存上限"


class Unbound(Exception):
    """The file cannot be bound in; the message says why, in Chinese, without a full stop."""


def _jpeg(picture: Any) -> bytes:
    out = io.BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=QUALITY, dpi=(DPI, DPI))
    return out.getvalue()


def _page(page: Any) -> tuple[bytes, bool]:
    """(JPEG, whether the page is A4); a page that is wider than high is turned, its head to the left."""
    short, long = sorted((max(page.get_width(), 1.0), max(page.get_height(), 1.0)))
    scale = min(DPI / 72, SHORT / short, LONG / long)
    picture = page.render(scale=scale, may_draw_forms=True).to_pil()
    if picture.width > picture.height:
        picture = picture.rotate(90, expand=True)
    return _jpeg(picture), abs(short - A4_SHORT) <= NEARLY and abs(long - A4_LONG) <= NEARLY


def pdf_pages(data: bytes, most: int) -> list[tuple[bytes, bool]]:
    """The pages of a PDF at 150 dpi, filled-in forms included. Errors: Unbound."""
    import pypdfium2  # type: ignore[import-untyped]

    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
        document.init_forms()
        if count > most:
            raise Unbound(f"PDF 有 {count} 页，而本卷最多还能装 {most} 页")
        if not count:
            raise Unbound(NO_PAGES)
        return [_page(document[number]) for number in range(count)]
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == pypdfium2.raw.FPDF_ERR_PASSWORD
        raise Unbound(LOCKED if locked or "password" in str(error).lower() else BROKEN) from error


def picture_page(data: bytes, kind: str) -> list[tuple[bytes, bool]]:
    """A picture at no more than 210 dpi of the text area, on white. Errors: Unbound."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as picture:
            if picture.width * picture.height > PIXELS:
                raise Unbound(TOO_LARGE)
            if kind == "JPEG":
                picture.draft("RGB", PICTURE)
            picture.thumbnail(PICTURE)
            plain = picture.convert("RGBA")
            white = Image.new("RGBA", plain.size, "white")
            white.alpha_composite(plain)
            return [(_jpeg(white), False)]
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise Unbound(BAD_PICTURE) from error


def answer(message: Sequence[bytes]) -> list[bytes]:
    """[about, picture of each page], or [about with the reason why not]."""
    about, data = json.loads(message[0]), bytes(message[1])
    try:
        mime, most = about["mime"], int(about["most"])
        pages = pdf_pages(data, most) if mime == PDF else picture_page(data, PICTURES[mime])
    except Unbound as why:
        return [json.dumps({"problem": str(why)}).encode()]
    except MemoryError:
        return [json.dumps({"problem": TOO_LARGE}).encode()]
    except Exception as error:
        words = {"problem": BROKEN, "cause": f"{type(error).__name__}: {error}"[:300]}
        return [json.dumps(words).encode()]
    fills = [fill for _, fill in pages]
    return [json.dumps({"pages": fills}).encode(), *(picture for picture, _ in pages)]


def main() -> None:
    """Answer one message; what libraries print on standard output goes nowhere."""
    pipes = Pipes(os.dup(0), os.dup(1))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    for what, most in (
        (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
    ):  # fmt: skip
        resource.setrlimit(what, (most, most))
    message = pipes.receive()
    if message is not None:
        pipes.send(answer(message))


if __name__ == "__main__":
    main()
