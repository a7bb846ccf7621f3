"""Documents at the edge of what is usual: very long, titles and addressees of every length, ends at the page foot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.pdf import merge, page_images, render
from domain.documents import Document, Paragraph, Picture, Signature, Watermark, paragraphs_of
from tests.pdf import papers
from tests.pdf.reading import Reading
from tests.pdf.rules import Paper
from tests.pdf.rules_end import RULES, failing

DATA = Path(__file__).resolve().parents[1] / "data"
RARE = "㙟䶮𬭸"
LINE = "自" * 27 + "。"


def measured(document: Document) -> bytes:
    """Printed, and every rule kept."""
    pdf = render(document).pdf
    assert failing(document, pdf) == {}
    return pdf


def test_twelve_pages_with_long_tables() -> None:
    rows = tuple(
        (str(i), f"第{i}号窗口", "价格、收费标准没有公示，投诉电话没有张贴，工作人员没有佩戴标识" * (1 + i % 3), f"10月{i % 30 + 1}日前")
        for i in range(1, 151)
    )  # fmt: skip
    table = replace(papers.TABLE, rows=rows)
    document = papers.redhead(blocks=(*paragraphs_of(papers.BODY), table, *paragraphs_of(papers.BODY)))
    reading = Reading(measured(document))
    assert len(reading.sheets) >= 12
    words = [line.text for line in reading.lines]
    assert [sum(f"第{n}号窗口" in text for text in words) for n in range(1, 151)] == [1] * 150
    reading.close()


@pytest.mark.parametrize(
    "title",
    [
        "督办通知",
        "关于限期办理停气投诉件的\n督办通知",
        "示例区经济和信息化委员会\n关于责令示例燃气公司限期整改\n供气服务和信息公开方面违法行为\n有关事项的通知",
    ],
    ids=["one line", "two", "four"],
)
@pytest.mark.parametrize("form", [papers.redhead, papers.letter], ids=lambda make: make.__name__)
def test_titles_of_one_two_and_four_lines(form: Callable[[], Document], title: str) -> None:
    measured(replace(form(), title=title))


@pytest.mark.parametrize("many", [1, 7, 40])
@pytest.mark.parametrize("form", [papers.redhead, papers.letter, papers.enforcement], ids=lambda m: m.__name__)
def test_addressee_lists(form: Callable[[], Document], many: int) -> None:
    names = tuple(f"示例燃气公司第{n}营业分公司" for n in range(1, many + 1))
    measured(replace(form(), addressees=names))


@pytest.mark.parametrize("form", [papers.redhead, papers.letter, papers.enforcement], ids=lambda m: m.__name__)
def test_the_signature_is_never_alone_wherever_the_body_ends(form: Callable[[], Document]) -> None:
    """Among these lengths are those that end exactly at the page foot and one line before and after it."""
    for lines in range(4, 33):
        document = replace(form(), blocks=(Paragraph(LINE[:-1] * lines + "。"),))
        paper = Paper(document, render(document).pdf)
        found = {name: check(paper) for name, check in RULES.items() if name in ("signature", "margins", "text")}
        assert not any(found.values()), (lines, found)
        assert form is not papers.redhead or len(paper.sheets) % 2 == 0
        paper.reading.close()


def test_a_body_that_ends_exactly_at_the_page_foot() -> None:
    """Line 22 of the second page ends at 262.00 mm; one line more begins a third page at 37.00 mm."""
    ends = {}
    for lines in range(30, 42):
        document = replace(papers.letter(), signature=None, blocks=tuple(Paragraph(LINE[2:]) for _ in range(lines)))
        reading = Reading(render(document).pdf)
        body = [[x for x in sheet.lines if x.size > 15] for sheet in reading.sheets]
        ends[lines] = len(body), max(x.bottom for x in body[1]), min(x.top for x in body[-1])
        reading.close()
    full = max(lines for lines, (pages, _, _) in ends.items() if pages == 2)
    assert min(ends) < full < max(ends)
    assert ends[full][1] == pytest.approx(262.0, abs=0.1)
    assert ends[full + 1][0] == 3
    assert ends[full + 1][2] == pytest.approx(37.0, abs=0.1)


@pytest.mark.parametrize("form", [papers.redhead, papers.letter, papers.enforcement], ids=lambda m: m.__name__)
def test_rare_names_everywhere(form: Callable[[], Document]) -> None:
    organ = f"示例区{RARE}街道办事处"
    document = replace(
        form(), organ=organ, mark=f"{organ}文件", title=f"关于{RARE}有关事项的\n通知", addressees=(f"示例{RARE}公司",),
        signature=Signature(organ, "2026年10月12日"), blocks=(Paragraph(f"{RARE}，{papers.MIXED}{RARE}。"), Paragraph(f"（一）{RARE}。", 2, "")),
    )  # fmt: skip
    measured(replace(document, mark=organ) if document.form != "redhead" else document)


def test_a_watermark_is_on_every_page_and_no_part_of_the_text() -> None:
    document = papers.redhead(watermark=Watermark.DRAFT)
    reading = Reading(measured(document))
    for sheet in reading.sheets:
        assert sum(char["text"] in "草稿" and char["size"] > 100 for char in sheet.chars) == 2
    reading.close()


ONE_GLYPH = {"㦳", "䎛"}  # the font draws each with the glyph of another character; neither is a common one


def test_every_common_character_prints_and_can_be_read_back() -> None:
    """All Han characters of the BMP up to Unicode 10, among them every one of 通用规范汉字表 (2013), and its 196
    outside the BMP."""
    plain = "".join(map(chr, (*range(0x3400, 0x4DB6), *range(0x4E00, 0x9FEB))))
    every = plain + (DATA / "hanzi8105_nonBMP_196.txt").read_text("utf-8").strip()
    assert len(every) == 6582 + 20971 + 196
    blocks = tuple(Paragraph(every[i : i + 2000]) for i in range(0, len(every), 2000))
    rendered = render(replace(papers.letter(), blocks=blocks))
    reading = Reading(rendered.pdf)
    read = {char["text"] for sheet in reading.sheets for char in sheet.chars}
    reading.close()
    assert set(every) - read == ONE_GLYPH


def test_pictures_and_merging() -> None:
    picture = page_images(render(papers.letter()).pdf, 300)[0]
    document = replace(papers.letter(), blocks=(Paragraph(papers.MIXED), Picture("photo", "现场照片", 80.0)))
    one = render(document, {"photo": picture})
    assert [image[:4] for image in page_images(one.pdf)] == [b"\x89PNG"] * one.pages
    three = render(papers.redhead())
    whole = merge([one.pdf, three.pdf, one.pdf], duplex=True)
    even = lambda n: n + n % 2  # noqa: E731
    assert len(page_images(whole, 50)) == 2 * even(one.pages) + even(three.pages)


def test_the_seal_has_room_where_none_is_printed() -> None:
    """Without a drawn seal a real one of 42 mm goes over name and date and touches no text of the body."""
    paper = Paper(papers.letter(), render(papers.letter()).pdf)
    name, date = paper.sign() or (None, None)
    assert name is not None
    assert date is not None
    below = [x.base for x in paper.body if x.sheet == name.sheet and x.base < name.base - 1]
    assert (name.top + date.bottom) / 2 - 21 >= max(below) - 1.0
    paper.reading.close()
