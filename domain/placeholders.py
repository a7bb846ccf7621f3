"""Placeholders of reply templates: what stands in braces, filled from the matter at hand."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACEHOLDERS: dict[str, str] = {
    "编号": "诉求件的编号",
    "诉求人称呼": "怎样称呼诉求人，不含全名",
    "标题": "诉求件的标题",
    "类型": "投诉、建议、咨询等",
    "内容类别": "诉求的内容类别",
    "地点": "诉求说的地点",
    "接收日期": "收到诉求的日期",
    "答复单位": "作出答复的单位",
    "服务电话": "答复单位的服务电话",
    "日期": "今天的日期",
}
UNFILLED = "（待填）"
SHORTEST_STRETCH = 6
_NAMED = re.compile(r"\{([^{}]*)\}")
_BREAKS = re.compile(r"\{[^{}]*\}|[\n。！？；，：、（）“”]")
_WIDE = str.maketrans("｛｝", "{}")


def tidied(text: str) -> str:
    """With the braces of a Chinese keyboard written as plain ones, and no space inside them."""
    return _NAMED.sub(lambda found: "{" + found[1].strip() + "}", text.translate(_WIDE))


def names_in(text: str) -> list[str]:
    """The names in braces, each once, in order."""
    return list(dict.fromkeys(_NAMED.findall(text)))


def faults(text: str) -> list[str]:
    """What is wrong with the braces of a template, in words; empty for a good one."""
    unknown = [name for name in names_in(text) if name not in PLACEHOLDERS]
    found = [f"没有“{{{name[:20]}}}”这个占位" for name in unknown]
    if any(brace in _NAMED.sub("", text) for brace in "{}"):
        found.append("花括号要成对，里面写占位的名称")
    return found


def filled(text: str, values: Mapping[str, str]) -> str:
    """The template with `values` put in; what has no value becomes （待填）."""
    return _NAMED.sub(lambda found: values.get(found[1]) or UNFILLED, text)


def stretches(text: str) -> list[str]:
    """The parts of a template that stand there word by word, long enough to be known again."""
    parts = (part.strip() for part in _BREAKS.split(text))
    return [part for part in parts if len(part) >= SHORTEST_STRETCH]


def survives(template: str, text: str) -> bool:
    """Whether anything of the template is still there in what was written with it."""
    parts = stretches(template)
    if not parts:
        return any(part in text for part in _NAMED.split(template)[::2] if part.strip())
    return any(part in text for part in parts)
