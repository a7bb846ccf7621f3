"""Documents to be measured, and how they are printed: as the product prints them, or spoilt on purpose."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from core.pdf import render
from core.pdf.press import Press
from domain.documents import (
    Annex,
    Cell,
    Document,
    Form,
    Grid,
    Paragraph,
    Seal,
    Signature,
    Table,
    Watermark,
    paragraphs_of,
)

ORGAN = "示例区经济和信息化委员会"
PLAIN = "请各单位认真学习领会本办法精神结合自身实际情况制定切实可行工作方案明确责任分工细化工作措施确保各项任务按时保质完成"
MIXED = (
    "根据《示例区供电供气服务与投诉监管制度》第五条第一款，我委于2026年10月9日对你单位（示例区示例路88号）进行了检查，"
    "发现“三公开”不到位、抢修到场超过45分钟等问题；化学需氧量（COD）日均值为186.5mg/L。现就有关事项通知如下。"
)
BODY = (
    f"{MIXED}\n一、主要问题\n（一）停供没有提前告知。{MIXED}\n（二）人员没有持证上岗。{PLAIN}。\n1.{PLAIN}；\n（1）{PLAIN}。\n"
    f"二、有关要求\n{PLAIN}。{MIXED}\n{MIXED}{PLAIN}。"
)
ROWS = tuple((str(i), "示例营业厅", "价格、收费标准没有公示，投诉电话没有张贴", "10月30日前") for i in range(1, 61))
TABLE = Table(("序号", "部位", "存在的问题", "整改期限"), ROWS, (12.0, 34.0, 0.0, 30.0), "现场检查问题清单", (0, 3))
GRID = Grid((
    (Cell("受送达人", "示例燃气公司", 6), Cell("文书名称", "督办通知", 6)),
    (Cell("送达方式", "", 12, 1, (("直接送达", True), ("邮寄送达", False))),),
    (Cell("备注", "无", 12, 3),),
))  # fmt: skip


def redhead(**changes: Any) -> Document:
    """文件格式 of several pages."""
    document = Document(
        kind="supervision", form=Form.REDHEAD, organ=ORGAN, mark=f"{ORGAN}文件", number="示经信督〔2026〕12号",
        title="关于限期办理停气投诉件的\n督办通知", addressees=("示例燃气公司",), blocks=paragraphs_of(f"{BODY}\n" * 3),
        signature=Signature(ORGAN, "2026年10月12日"), copies_to=("区人民政府办公室", "区应急管理局"),
        printed_by=f"{ORGAN}办公室", printed_on="2026年10月12日", created_on=date(2026, 10, 12),
    )  # fmt: skip
    return replace(document, **changes)


def letter(**changes: Any) -> Document:
    """信函格式."""
    return replace(
        redhead(), kind="reply", form=Form.LETTER, mark=ORGAN, title="关于您所反映问题的答复",
        addressees=("示例用户甲",), copies_to=(), printed_by="", printed_on="", blocks=paragraphs_of(BODY), **changes,
    )  # fmt: skip


def enforcement(**changes: Any) -> Document:
    """执法文书格式."""
    receipt = "本通知书已收到。　受送达人（签名或者盖章）："
    return replace(
        letter(), kind="rectification_order", form=Form.ENFORCEMENT, title="责令限期整改通知书",
        addressees=("示例燃气公司",), receipt=receipt, copy_label="第一联　送达当事人", **changes,
    )  # fmt: skip


def table(**changes: Any) -> Document:
    """表格 of several pages."""
    return replace(
        enforcement(), kind="checklist", form=Form.TABLE, title="现场检查表", addressees=(), signature=None,
        receipt="", copy_label="", blocks=(Paragraph(MIXED), GRID, TABLE), **changes,
    )  # fmt: skip


def annexed() -> Document:
    """Two annexes and a note."""
    annexes = (Annex("现场检查问题清单", (Paragraph(PLAIN + "。"),)), Annex("整改台账", (Paragraph(MIXED),)))
    return redhead(blocks=paragraphs_of(BODY), annexes=annexes, note="（联系人：示例用户甲，电话：023-00000000）")


def sealed() -> Document:
    """With a drawn seal and the watermark that says so."""
    return redhead(signature=Signature(ORGAN, "2026年10月12日", Seal.SAMPLE), watermark=Watermark.SAMPLE)


@cache
def press() -> Press:
    """One press for all tests of a process."""
    return Press()


def printed(document: Document) -> bytes:
    """As the product prints it, in its own process."""
    return render(document).pdf


def spoilt(document: Document, css: str = "", html: Callable[[str], str] = lambda words: words) -> bytes:
    """The same with other styles or other words in the HTML."""
    ours = press().writer  # before WeasyPrint: this names the fonts
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    source = html(ours.html(document))
    style = CSS(string=ours.css() + css, font_config=fonts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # WeasyPrint leaves its colour profile open
        made: bytes = HTML(string=source, base_url="app:").write_pdf(
            stylesheets=[style], font_config=fonts, pdf_variant="pdf/a-2u", pdf_tags=True
        )
    return made
