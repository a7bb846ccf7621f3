"""Documents as data: levels read from plain text, there and back, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.documents import (
    Annex,
    Cell,
    Document,
    Form,
    Grid,
    Paragraph,
    Picture,
    Seal,
    Signature,
    SignLines,
    Table,
    Ticks,
    Watermark,
    check,
    data_of,
    document_of,
    paragraphs_of,
    text_of,
)
from domain.errors import InvalidInput

TEXT = "总的要求。\n一、主要问题\n（一）没有公示。经查，价格没有公示。\n1.价格牌缺失；\n（1）大厅没有。\n1.5米以内不设。"
WHOLE = Document(
    kind="supervision",
    form=Form.REDHEAD,
    title="关于限期办理投诉件的\n督办通知",
    organ="示例区经济信息委",
    number="示经信督〔2026〕1号",
    mark="示例区经济和信息化委员会文件",
    addressees=("示例燃气公司",),
    blocks=(
        *paragraphs_of(TEXT),
        Table(("序号", "问题"), (("1", "停供没有提前告知"),), (9.0, 0.0), "清单", (0,)),
        Grid(((Cell("文书名称", "督办通知", 6), Cell("份数", "2", 6)), (Cell("方式", ticks=(("直接", True),)),))),
        Ticks((("符合", True), ("不符合", False)), inline=True),
        SignLines(("受送达人（签名或者盖章）：",)),
        Picture("shot", "照片一"),
    ),
    annexes=(Annex("问题清单", (Paragraph("无。"),)),),
    signature=Signature("示例区经济信息委", "2026年10月12日", Seal.SAMPLE),
    copies_to=("区人民政府办公室",),
    watermark=Watermark.SAMPLE,
    created_on=date(2026, 10, 12),
)


def test_levels_are_read_from_the_numbers():
    found = [(p.level, p.lead, p.text) for p in paragraphs_of(TEXT)]
    assert found == [
        (0, "", "总的要求。"),
        (1, "一、主要问题", ""),
        (2, "（一）没有公示。", "经查，价格没有公示。"),
        (3, "", "1.价格牌缺失；"),
        (4, "", "（1）大厅没有。"),
        (0, "", "1.5米以内不设。"),
    ]
    assert text_of(paragraphs_of(TEXT)) == TEXT


def test_there_and_back():
    assert document_of(data_of(WHOLE)) == WHOLE
    check(WHOLE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("姓名\ue123先生", "自造字（私用区字符） U+E123"),
        ("第一行\x07响铃", "不能打印的字符 U+0007"),
        ("坏\ud800字", "U+D800"),
        ("长" * 200_001, "超过 200000 字的上限"),
    ],
)
def test_what_cannot_be_printed_is_named(text, told):
    with pytest.raises(InvalidInput, match=told.replace("+", r"\+").replace("（", "[（]")):
        check(replace(WHOLE, blocks=(Paragraph(text),)))


def test_rows_that_do_not_fit_their_head():
    with pytest.raises(InvalidInput, match="栏数不一样"):
        check(replace(WHOLE, blocks=(Table(("甲", "乙"), (("1",),)),)))
    with pytest.raises(InvalidInput, match="2000 行"):
        check(replace(WHOLE, annexes=(Annex("大", (Table(("甲",), (("1",),) * 2001),)),)))


def test_rare_characters_pass():
    check(replace(WHOLE, title="关于㙟䶮𬭸公司的通知"))
