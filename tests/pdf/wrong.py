"""Files that are wrong on purpose, one fault each, to see that exactly the rule that forbids it notices."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pikepdf

from domain.documents import Document, Paragraph
from tests.pdf import papers
from tests.pdf.papers import printed, spoilt


@dataclass(frozen=True)
class Wrong:
    """A fault: the rule it breaks, and how it is made."""

    rule: str
    name: str
    make: Callable[[], tuple[Document, bytes]]


def styled(rule: str, css: str, document: Callable[[], Document] = papers.redhead, name: str = "") -> Wrong:
    """A fault of layout."""
    return Wrong(rule, name or f"{document.__name__}: {css}", lambda: (document(), spoilt(document(), css)))


def told(rule: str, words: Callable[[str], str], name: str, document: Callable[[], Document] = papers.redhead) -> Wrong:
    """A fault in the HTML."""
    return Wrong(rule, name, lambda: (document(), spoilt(document(), html=words)))


def altered(rule: str, change: Callable[[Any], None], name: str) -> Wrong:
    """A fault in the file."""

    def make() -> tuple[Document, bytes]:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(printed(papers.letter()))) as pdf:
            change(pdf)
            pdf.save(out)
        return papers.letter(), out.getvalue()

    return Wrong(rule, name, make)


def _swapped() -> tuple[Document, bytes]:
    """A comma at the beginning of a line; text and lengths of the lines stay as they are."""
    before = "".join(f"{c}" for c in papers.PLAIN[:26])
    good = Paragraph(f"{before}{papers.PLAIN[:27]}，{papers.PLAIN[28:56]}。")
    bad = Paragraph(f"{before}{papers.PLAIN[:27]}{papers.PLAIN[28]}，{papers.PLAIN[29:56]}。")
    document = papers.redhead(blocks=(good, *papers.redhead().blocks))
    moved = re.compile("，</span></span><br>(<span[^>]*><span[^>]*>)" + papers.PLAIN[28])
    html = lambda words: moved.sub(papers.PLAIN[28] + r"</span></span><br>\1，", words, count=1)  # noqa: E731
    return replace(document, blocks=(bad, *papers.redhead().blocks)), spoilt(document, html=html)


def _leading_zero() -> tuple[Document, bytes]:
    document = papers.redhead(number="示经信督〔2026〕012号")
    return document, printed(document)


def _unembed(pdf: Any) -> None:
    about = next(o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and "/FontFile3" in o)
    del about["/FontFile3"]


def _no_claim(pdf: Any) -> None:
    with pdf.open_metadata() as about:
        about["{http://www.aiim.org/pdfa/ns/id/}conformance"] = "B"


def _no_intent(pdf: Any) -> None:
    del pdf.Root["/OutputIntents"]


def _untagged(pdf: Any) -> None:
    del pdf.Root["/StructTreeRoot"]


def _file_in_it(pdf: Any) -> None:
    pdf.attachments["secret.txt"] = b"secret"


def _no_author(pdf: Any) -> None:
    del pdf.docinfo["/Author"]


def _other_title(pdf: Any) -> None:
    pdf.docinfo["/Title"] = "无标题"


def _no_language(pdf: Any) -> None:
    pdf.Root["/Lang"] = "en"


def _no_bookmarks(pdf: Any) -> None:
    del pdf.Root["/Outlines"]


WRONG = (
    styled("page", "@page{size:216mm 297mm;margin-right:32mm}", papers.table),
    styled("margins", "@page{margin-left:25mm;margin-right:29mm}"),
    styled("margins", "body{position:relative;top:-2mm}", papers.enforcement),
    styled("pitch", "p:nth-of-type(5){position:relative;top:2pt}"),
    styled("characters", "p:nth-of-type(5) .ln{letter-spacing:-.6pt}"),
    styled("lines_a_page", "p:nth-of-type(12){break-before:page}"),
    Wrong("kinsoku", "a comma begins a line", _swapped),
    styled("mark", ".mark{color:#000!important}"),
    styled("mark", ".mark{margin-top:40mm!important}"),
    styled("mark", ".mark{padding-left:8mm;text-align:left!important;margin-right:-20mm}", papers.letter),
    styled("number", ".docno{padding-left:12mm}"),
    styled("number", ".letter-no{padding-right:5mm}", papers.letter),
    styled("number", ".form-no{padding-right:20mm}", papers.enforcement),
    Wrong("number", "a leading zero", _leading_zero),
    styled("red_rule", ".redrule{width:120mm}"),
    styled("red_rule", ".redrule{margin-top:6mm!important}"),
    styled("red_rule", ".letter-rule{width:160mm!important}", papers.letter),
    styled("red_rule", ".letter-rule.lower{bottom:10mm!important}", papers.letter),
    styled("red_rule", ".receipt{border-top-color:#d7000f}", papers.enforcement),
    styled("title", ".title{font-size:20pt}"),
    styled("title", ".title{text-align:left}"),
    styled("organ", ".organ{text-align:left}", papers.enforcement),
    styled("addressee", ".to{padding-left:8mm}"),
    styled("addressee", ".to{margin-top:0!important}"),
    styled("faces", ".ht{font-family:FandolFang}"),
    styled("faces", ".kt{font-family:FandolFang}"),
    styled("signature", ".sigrow{padding-right:35mm!important}"),
    styled("signature", ".sig .who{position:relative;left:-10mm}"),
    styled("signature", ".tail{break-inside:auto!important}.sigrow{break-before:page!important}", papers.letter),
    styled("seal", ".seal{margin-left:-5mm!important}", papers.sealed),
    styled("seal", ".seal{top:40mm!important}", papers.sealed),
    styled("imprint", ".imprint{bottom:20mm!important}"),
    styled("imprint", ".imprint{margin-right:20mm}"),
    styled("imprint", ".imprint>div{border-width:0.6mm!important}"),
    styled("page_numbers", "@page :right{@bottom-right{padding-right:0}}"),
    styled("page_numbers", "@page :left{@bottom-left{padding-top:9mm}}"),
    styled("page_numbers", "@page :left{@bottom-left{font-size:10.5pt}}"),
    styled("repeated_heads", "thead{display:table-row-group}", papers.table),
    altered("fonts", _unembed, "a font is not embedded"),
    altered("archive_file", _no_claim, "another conformance"),
    altered("archive_file", _no_intent, "no output intent"),
    altered("archive_file", _untagged, "not tagged"),
    altered("archive_file", _file_in_it, "a file in the file"),
    altered("described", _no_author, "no author"),
    altered("described", _other_title, "another title"),
    altered("described", _no_language, "another language"),
    altered("described", _no_bookmarks, "no bookmarks"),
    styled("text", "p:nth-of-type(4){visibility:hidden}", papers.letter),
    told("text", lambda words: words.replace("二、有关要求", "二、有关要求吗", 1), "words were added"),
)
