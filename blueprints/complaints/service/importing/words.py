"""What words in a spreadsheet mean in the terms of a ruleset. Data, tried from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterable

from domain.rulesets import Ruleset

# word -> types in the order of preference; the first that the ruleset knows is taken
TYPES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("投诉", ("complaint",)),
    ("举报", ("report", "complaint")),
    ("咨询", ("inquiry",)),
    ("求助", ("help_request", "complaint")),
    ("求决", ("help_request", "complaint")),
    ("报修", ("help_request", "complaint")),
    ("申请", ("help_request", "complaint")),
    ("建议", ("suggestion",)),
    ("意见", ("suggestion",)),
    ("表扬", ("suggestion",)),
    ("感谢", ("suggestion",)),
    ("申诉", ("complaint",)),
    ("反映", ("complaint",)),
    ("诉求", ("complaint",)),
    ("其他", ("complaint",)),
    ("其它", ("complaint",)),
)
DEFAULT_TYPE = "complaint"
TYPE_WORDS = "投诉、咨询、求助、求决、建议、举报"

# category -> words that speak for it
CATEGORIES: tuple[tuple[str, str], ...] = (
    (
        "complaint_handling",
        "投诉处理 无人处理 无人答复 没有答复 没人回复 推诿 多次投诉 多次反映 一直未解决",
    ),
    (
        "charging",
        "收费 费用 电费 气费 水费 缴费 账单 多收 乱收 阶梯 计量 电表 气表 水表 发票 退费",
    ),
    (
        "service",
        "服务 态度 营业厅 窗口 工作人员 抄表员 安检 预约 上门 开户 报装 过户 办理 告知 通知",
    ),
    (
        "quality",
        "质量 停电 停水 停气 停供 断电 断水 断气 电压 水压 气压 压力 水质 浑浊 异味 漏水 漏气 泄漏 爆管 "
        "跳闸 故障",
    ),
)
DEFAULT_CATEGORY = "other"
URGENT = ("特急", "特别紧急", "加急", "紧急", "急")
NOT_URGENT = ("一般", "普通", "不紧急", "正常", "平件")

# sector -> words by which a text is about it
SECTORS: tuple[tuple[str, str], ...] = (
    ("power", "停电 断电 供电 用电 电费 电表 电压 跳闸 电力 变压器 电网"),
    ("gas", "燃气 天然气 煤气 停气 断气 供气 用气 气费 气表 气压"),
    ("water", "停水 断水 供水 用水 水费 水表 水压 水质 自来水 排水 污水"),
)

# where a number comes from -> channels in the order of preference
CHANNELS = {"12345": ("hotline_12345",), "留言": ("online", "online_media", "hotline_12345")}


def knows_type(word: str) -> bool:
    """Whether a type can be told from this word."""
    return any(key in word for key, _ in TYPES)


def type_for(word: str, ruleset: Ruleset) -> str:
    """The type that a word means under this ruleset: by the first telling word in it, else a complaint."""
    known = {row.code for row in ruleset.types}
    found = [(word.find(key), codes) for key, codes in TYPES if key in word]
    wanted = min(found, key=lambda pair: pair[0])[1] if found else ()
    return next((code for code in wanted if code in known), DEFAULT_TYPE)


def category_for(texts: Iterable[str], ruleset: Ruleset) -> str:
    """The category that the first telling text speaks for; the ruleset's last one when none does."""
    known = [row.code for row in ruleset.categories]
    named = {row.name: row.code for row in ruleset.categories}
    for text in texts:
        if text in named:
            return named[text]
        for code, words in _CATEGORY_WORDS:
            if code in known and words.search(text):
                return code
    return DEFAULT_CATEGORY if DEFAULT_CATEGORY in known else known[-1]


def sectors_in(text: str) -> list[str]:
    """The sectors that a text speaks of."""
    return [sector for sector, words in _SECTOR_WORDS if words.search(text)]


def is_urgent(word: str) -> bool:
    """Whether 紧急程度 says so."""
    return bool(word) and not any(w in word for w in NOT_URGENT) and any(w in word for w in URGENT)


def channel_for(source: str, ruleset: Ruleset) -> str | None:
    """The channel in force for what comes from `source`; None where the ruleset has none."""
    active = {channel.code for channel in ruleset.channels if channel.active}
    return next((code for code in CHANNELS[source] if code in active), None)


_CATEGORY_WORDS = tuple((code, re.compile("|".join(words.split()))) for code, words in CATEGORIES)
_SECTOR_WORDS = tuple((sector, re.compile("|".join(words.split()))) for sector, words in SECTORS)
