"""What a text cites: names in 《》 with their articles, and which spellings mean the same source."""

from __future__ import annotations

import pytest

from domain.legal_text import Cited, article_words, cited_in, own_name, plain_name


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("本制度条款", []),
        ("《城市供水条例》第二十二条", [Cited("城市供水条例", ("第二十二条",))]),
        ("《城市供水条例》第22条第一款", [Cited("城市供水条例", ("第二十二条",))]),
        (
            "《甲条例》第一条、第十条之一，《乙办法》（建城规〔2021〕4号）",
            [Cited("甲条例", ("第一条", "第十条之一")), Cited("乙办法")],
        ),
        ("《甲条例》。第三条另说", [Cited("甲条例")]),
        ("《甲条例》第一条；《甲条例》第二条", [Cited("甲条例", ("第一条", "第二条"))]),
        ("没有写完的《甲条例", []),
    ],
)
def test_what_is_cited(text: str, found: list[Cited]) -> None:
    assert cited_in(text) == found


def test_spellings_of_one_source() -> None:
    assert plain_name("中华人民共和国价格法") == plain_name("价格法") == "价格法"
    assert plain_name("某办法（试行）") == plain_name("某办法(2023年修订)") == "某办法"
    title = "涪陵区供电供气服务与投诉监管制度(征求意见稿)"
    assert own_name(title) == own_name("示例区供电供气服务与投诉监管制度") == own_name("区供电供气服务与投诉监管制度")
    company = "七台河市供排水有限责任公司用户投诉处理公开制度"
    assert own_name(company) == "用户投诉处理公开制度"


@pytest.mark.parametrize(
    ("number", "words"),
    [("32", "第三十二条"), ("10", "第十条"), ("105", "第一百零五条"), ("110", "第一百一十条"), ("五", "第五条"),
     ("1", "第一条"), ("120", "第一百二十条")],
)  # fmt: skip
def test_articles_in_figures_are_those_in_words(number: str, words: str) -> None:
    assert article_words(number) == words
