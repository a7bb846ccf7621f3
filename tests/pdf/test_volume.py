"""A volume: what is bound in behind a dossier, page numbers through all of it, foreign files made harmless."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import pdfplumber
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from core.pdf import bind, binding, page_images, rasters, render, worker
from core.pdf.pool import Gone, Pool
from domain.documents import Watermark, data_of, document_of
from domain.notice_samples import sample
from tests.factories.enclosures import A4, XLSX, Shelf, locked_pdf, pdf_of, picture, volume

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"


class Volume:
    """A printed volume, read."""

    def __init__(self, pdf: bytes) -> None:
        self.pdf = pdf
        self.document = pypdfium2.PdfDocument(pdf)
        self.texts = ["".join(page.get_textpage().get_text_range().split()) for page in self.document]

    def close(self) -> None:
        self.document.close()

    def first_with(self, words: str, after: int = 0) -> int:
        """The number of the first page that says so."""
        return next(at for at, text in enumerate(self.texts, 1) if at > after and words in text)

    def catalogue(self) -> dict[str, int]:
        """Name of each part and the page that the catalogue gives."""
        found = {}
        with pdfplumber.open(io.BytesIO(self.pdf)) as pdf:
            for page in pdf.pages[:3]:
                for table in page.extract_tables():
                    found |= {row[1]: int(row[4]) for row in table if len(row) == 5 and (row[4] or "").isdecimal()}
        return found


@pytest.fixture
def printed() -> Iterator[list[Volume]]:
    made: list[Volume] = []
    yield made
    for one in made:
        one.close()


def bound(shelf: Shelf, printed: list[Volume]) -> Volume:
    document, pictures = bind(volume(shelf), shelf.get)
    printed.append(Volume(render(document, pictures).pdf))
    return printed[-1]


MIXED = (
    ("12345工单.pdf", PDF, pdf_of(A4, A4)), ("现场照片一.png", PNG, picture("PNG", (1600, 1200), "RGBA")),
    ("长图.jpg", JPEG, picture("JPEG", (700, 4000))), ("图纸.pdf", PDF, pdf_of((842, 595), (420, 595), (1191, 842))),
    ("录音.mp3", "audio/mpeg", b"ID3 sound"), ("明细.xlsx", XLSX, b"PK\x03\x04"), ("记录.txt", "text/plain; charset=utf-8", b"a"),
    ("名字\U0001f600\ue000.txt", "text/plain; charset=utf-8", b"b"),
)  # fmt: skip


def test_everything_follows_in_order_with_numbers_through(printed: list[Volume]) -> None:
    shelf = Shelf(*MIXED)
    read = bound(shelf, printed)
    assert all(f"—{at}—" in text for at, text in enumerate(read.texts, 1)), read.texts
    front = read.first_with("—", after=1)
    assert len(read.texts) == front + 2 + 1 + 1 + 3 + 4
    said = read.catalogue()
    assert said["办理经过"] == read.first_with("营业厅负责核实")
    begins = front + 1
    for at, pages in enumerate((2, 1, 1, 3, 1, 1, 1, 1), 1):
        assert said[f"第{at}件"] == begins, at
        begins += pages
    assert "材料2现场照片一.png" in read.texts[said["第2件"] - 1]
    assert shelf.enclosures[1].sha256[-12:] in read.texts[said["第2件"] - 1]
    assert "2026-10-1209:30" in read.texts[said["第2件"] - 1]
    for at, words in ((5, "录音（mp3）"), (6, "Excel表格（xlsx）"), (7, "文本（txt）")):
        sheet = read.texts[said[f"第{at}件"] - 1]
        assert words in sheet
        assert shelf.enclosures[at - 1].sha256 in sheet
        assert "示例燃气公司示例经办人" in sheet
        assert "原件存电子卷宗。" in sheet
    assert "名字□□.txt" in read.texts[said["第8件"] - 1]


def test_a_foreign_page_of_a4_fills_the_sheet_and_others_stay_within_the_margins(printed: list[Volume]) -> None:
    read = bound(Shelf(*MIXED), printed)
    said = read.catalogue()
    pages = [page.convert("L") for page in map(_opened, page_images(read.pdf, 840))]
    frame = 30 / 595.276 * 210  # the frame of pdf_of stands 30 pt from the edge
    box = _ink(pages[said["第1件"] - 1].crop((0, 0, 840, 1060)))
    assert box[0] / 4 == pytest.approx(frame, abs=1.2)
    assert box[2] / 4 == pytest.approx(210 - frame, abs=1.2)
    for at in (said["第4件"] + 1, said["第4件"] + 2):
        left, top, right, _ = _ink(pages[at - 1].crop((0, 0, 840, 1060)))
        assert left / 4 >= 27.5
        assert right / 4 <= 184.5
        assert top / 4 >= 36.5


def _opened(png: bytes):  # type: ignore[no-untyped-def]
    return Image.open(io.BytesIO(png))


def _ink(page) -> tuple[int, int, int, int]:  # type: ignore[no-untyped-def]
    return page.point(lambda v: 255 if v < 200 else 0).getbbox()


def test_the_volume_stays_pdf_a_and_holds_nothing_of_the_foreign_file(printed: list[Volume]) -> None:
    evil = pdf_of(A4, action="app.alert('SCRIPT-INSIDE')")
    read = bound(Shelf(("脚本.pdf", PDF, evil)), printed)
    with pikepdf.open(io.BytesIO(read.pdf)) as pdf:
        xmp = pdf.Root.Metadata.read_bytes()
        assert b"<pdfaid:part>2</pdfaid:part>" in xmp or b'pdfaid:part="2"' in xmp
        assert "/OpenAction" not in pdf.Root
        assert "/AcroForm" not in pdf.Root
        outlines = [item.title for item in pdf.open_outline().root]
        whole = repr([(obj.keys() if isinstance(obj, pikepdf.Dictionary) else "") for obj in pdf.objects])
        assert "/JS" not in whole
        for page in pdf.pages:
            for _, font in (page.get("/Resources", {}).get("/Font", {}) or {}).items():
                below = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                assert "/FontFile3" in below.FontDescriptor or "/FontFile2" in below.FontDescriptor
    assert any("脚本.pdf" in title for title in outlines) or b"SCRIPT-INSIDE" not in read.pdf


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("有密码.pdf", locked_pdf(), "PDF设有打开密码"),
        ("坏了.pdf", b"%PDF-1.7\nnothing", "PDF已损坏"),
        ("截断.pdf", pdf_of(A4, A4)[:400], "PDF已损坏"),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sheet_that_says_why(printed: list[Volume], name: str, data: bytes, why: str) -> None:
    read = bound(Shelf((name, PDF, data), ("后一件.png", PNG, picture())), printed)
    sheet = read.texts[read.catalogue()["第1件"] - 1]
    assert f"没有装订内容：{why}" in sheet
    assert "原件存电子卷宗" in sheet
    assert "后一件.png" in read.texts[read.catalogue()["第2件"] - 1]


def test_a_picture_that_is_none_is_a_sheet(printed: list[Volume]) -> None:
    read = bound(Shelf(("假.png", PNG, b"\x89PNG nothing")), printed)
    assert "没有装订内容：图片已损坏，打不开" in read.texts[read.catalogue()["第1件"] - 1]


def test_a_file_that_ends_its_reader_is_a_sheet(monkeypatch: pytest.MonkeyPatch, printed: list[Volume]) -> None:
    asked = []

    def dies(self: Pool, module: str, message: object, wall: float) -> list[bytes]:
        asked.append(module)
        raise Gone(late=True)

    monkeypatch.setattr(Pool, "once", dies)
    read = bound(Shelf(("炸弹.pdf", PDF, pdf_of(A4))), printed)
    assert asked == [binding.RASTERS]
    assert "超出了时间或者内存上限" in read.texts[read.catalogue()["第1件"] - 1]


def endless() -> bytes:
    """A page whose form draws itself many times over, many times over: 20^12 lines."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=A4)
        inner = pikepdf.Stream(pdf, b"0 0 m 500 500 l S " * 50, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
                               BBox=[0, 0, 595, 842])  # fmt: skip
        for _ in range(9):
            holds = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=pdf.make_indirect(inner)))
            inner = pikepdf.Stream(pdf, b"/F Do " * 20, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
                                   BBox=[0, 0, 595, 842], Resources=holds)  # fmt: skip
        pdf.pages[0].Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(F=pdf.make_indirect(inner)))
        pdf.pages[0].Contents = pikepdf.Stream(pdf, b"/F Do")
        pdf.save(out)
    return out.getvalue()


def test_an_endless_page_ends_its_reader_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "WALL_SECONDS", 3.0)
    shelf = Shelf(("没有尽头.pdf", PDF, endless()), ("后一件.png", PNG, picture()))
    document, _ = bind(volume(shelf), shelf.get)
    first, second = document.enclosures
    assert (first.pages, first.problem) == ((), binding.DIED)
    assert second.pages == (False,)


def test_a_reader_that_floods_its_asker_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LONGEST", 2_000)
    shelf = Shelf(("工单.pdf", PDF, pdf_of(A4)))
    document, pictures = bind(volume(shelf), shelf.get)
    assert (document.enclosures[0].problem, pictures) == (binding.DIED, {})


def test_the_limits_of_a_volume_are_said_on_the_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "MOST_PAGES", 4)
    monkeypatch.setattr(binding.Room, "pages", 4)
    room = binding.Room(until=1e12, pages=4)
    shelf = Shelf(("一.pdf", PDF, pdf_of(A4, A4, A4)), ("二.pdf", PDF, pdf_of(A4, A4)), ("三.png", PNG, picture()))
    told = [binding._taken(e, shelf.get, room) for e in shelf.enclosures]
    assert [len(pages) for pages, _, _ in told] == [3, 0, 0]
    assert told[1][2] == "PDF 有 2 页，而本卷最多还能装 1 页"
    assert told[2][2] == binding.FULL_PAGES
    heavy = binding.Room(until=1e12, bytes=100)
    assert binding._taken(shelf.enclosures[0], shelf.get, heavy)[2] == binding.FULL_BYTES
    late = binding.Room(until=0.0)
    assert binding._taken(shelf.enclosures[0], shelf.get, late)[2] == binding.FULL_TIME


def test_what_is_filled_in_is_seen_and_what_is_wide_is_turned() -> None:
    wide = rasters.pdf_pages(pdf_of((842, 595)), 5)
    picture_of_page = _opened(wide[0][0])
    assert picture_of_page.height > picture_of_page.width
    assert wide[0][1]
    assert picture_of_page.height <= rasters.LONG + 2
    huge = _opened(rasters.pdf_pages(pdf_of((14_400, 14_400)), 5)[0][0])
    assert max(huge.size) <= rasters.LONG


def test_drafts_hold_sheets_and_void_copies_say_so_over_the_pages(printed: list[Volume]) -> None:
    shelf = Shelf(("工单.pdf", PDF, pdf_of(A4)))
    printed.append(Volume(render(volume(shelf)).pdf))
    sheet = printed[0].texts[printed[0].catalogue()["第1件"] - 1]
    assert "草稿里只印这一张" in sheet
    assert shelf.read == []
    document, pictures = bind(replace(volume(shelf), watermark=Watermark.VOID), shelf.get)
    printed.append(Volume(render(document, pictures).pdf))
    last = _opened(page_images(printed[1].pdf, 420)[-1]).convert("RGB")
    reds = sum(count for count, (r, g, b) in last.getcolors(1 << 20) if r > 200 and g < 190 and b < 190)
    assert reds > 500


def test_documents_without_enclosures_are_what_they_were() -> None:
    document = sample("dossier")
    assert "enclosures" not in data_of(document)
    assert document_of(data_of(document)) == document
    whole = volume(Shelf(("工单.pdf", PDF, pdf_of(A4))))
    assert document_of(data_of(whole)) == whole
