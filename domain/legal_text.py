"""What a text cites: the sources that it names in 《》, with their articles."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMED = re.compile(r"《([^《》\n]{2,120})》")
_ARTICLE = re.compile(r"第\s*([一二三四五六七八九十百千零〇两\d]{1,9})\s*条(?:之([一二三四五六七八九十]))?")
_END = re.compile(r"[《。；\n]")
_NOTE = re.compile(r"[（(][^（()）]*[)）]\s*$")
_OWNER = re.compile(r"^(?:.*公司|[^公]{0,6}?[区县市])")
_NATION = "中华人民共和国"
_DIGITS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")


@dataclass(frozen=True)
class Cited:
    """One source that is named, with its articles in the words of the register (第三十二条)."""

    name: str
    articles: tuple[str, ...] = ()


def plain_name(name: str) -> str:
    """A name without notes in brackets at its end, blanks and 中华人民共和国: what spellings share."""
    name = re.sub(r"\s+", "", name)
    while (short := _NOTE.sub("", name)) and short != name:
        name = short
    return name.removeprefix(_NATION) or name


def own_name(name: str) -> str:
    """The name of a 制度 without the district or company that it belongs to (示例区、某公司)."""
    plain = plain_name(name)
    return _OWNER.sub("", plain, count=1) or plain


def numeral(number: int) -> str:
    """32 -> 三十二; up to 9999."""
    words, rest = "", str(number)
    for place, digit in enumerate(rest):
        unit = _UNITS[len(rest) - place - 1]
        if digit == "0":
            words += "" if words.endswith("零") else "零"
        else:
            words += _DIGITS[int(digit)] + unit
    words = words.rstrip("零") or "零"
    return words[1:] if words.startswith("一十") else words


def article_words(number: str, sub: str = "") -> str:
    """第三十二条 for 32 or 三十二; 第三十二条之一 with `sub`."""
    words = numeral(int(number)) if number.isascii() and number.isdecimal() and len(number) < 5 else number
    return f"第{words}条" + (f"之{sub}" if sub else "")


def cited_in(text: str) -> list[Cited]:
    """The sources that a text names, in order, each once with all its articles."""
    found: dict[str, list[str]] = {}
    for match in _NAMED.finditer(text):
        rest = text[match.end() :]
        end = _END.search(rest)
        part = rest[: end.start()] if end else rest
        articles = [article_words(one[1], one[2] or "") for one in _ARTICLE.finditer(part)]
        known = found.setdefault(match[1].strip(), [])
        known += [article for article in articles if article not in known]
    return [Cited(name, tuple(articles)) for name, articles in found.items()]
