"""Names of columns: what hotlines, petition systems and message boards call the same thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.spreadsheets import cells
from core.spreadsheets.cells import Cell
from core.spreadsheets.headings import ERRORS_HEADER, normal, unique

EXTRA, IGNORE = "extra", "ignore"

# field -> (name for people, headers in the order of trust): with two of them filled, the earlier one counts
FIELDS: dict[str, tuple[str, str]] = {
    "number": ("工单编号", "工单编号 工单号 热线单号 诉求编号 留言编号 受理编号 信访编号 平台单号 编号"),
    "title": ("标题", "工单标题 诉求标题 留言主题 事项标题 标题 主题"),
    "content": (
        "诉求内容",
        "诉求内容 工单内容 市民诉求 留言详情 诉求描述 诉求详情 投诉内容 反映内容 问题描述 内容",
    ),
    "type": ("诉求类型", "诉求类型 诉求类型名称 工单类型 诉求性质 信访目的"),
    "category": ("问题分类", "问题分类 问题类别 诉求分类 事项分类 内容分类"),
    "round": (
        "派单轮次",
        "派单轮次 派单次数 交办轮次 交办次数 办理轮次 办理次数 轮次 OPERATE_NUM 重办次数 返工次数 是否重办 "
        "是否重办件 重办标志 是否返工 rework",
    ),
    "received": (
        "接收时间",
        "区交办时间 推送时间 交办时间 派单时间 转办时间 接收时间 留言时间 工单时间 诉求时间 来电时间 "
        "受理时间 信访日期 登记时间 创建时间 同步时间 市交办时间",
    ),
    "district_due": (
        "区交办办结期限",
        "区交办办结期限 办结期限 办理期限 处置时限 截止时间 规定日期",
    ),
    "city_due": ("市交办办结期限", "市交办办结期限"),
    "unit": ("承办单位", "承办单位 被诉单位 责任单位 处置部门 受理部门名称 受理部门"),
    "unit_hint": ("归口、主办单位", "诉求归口 归口单位 归口部门 主办单位 市交办主办单位"),
    "urgent": ("紧急程度", "紧急程度 紧急级别"),
    "name": (
        "诉求人",
        "求助人员 联系人姓名 联系人 留言用户 诉求人 诉求人姓名 来电人 反映人 投诉人 姓名",
    ),
    "phone": (
        "联系电话",
        "求助号码 联系人电话 联系电话 来电号码 诉求人电话 联系方式 手机号码 手机号 手机 电话",
    ),
    "account": ("户号", "户号 用户编号 客户编号 用户号"),
    "place": ("事发地点", "事件发生地 问题点位 事发地点 事发地址 发生地点 地点"),
    "address": ("详细地址", "诉求详细地址 详细地址"),
    "reply": ("对方的答复", "答复意见 处置结果 办理结果 回复内容"),
    "replied": ("对方的答复时间", "答复时间 办结时间 回复时间"),
}
# known, and kept with the case as they are
KEPT = (
    "诉求渠道 热线来源 来源 诉求方式 信访方式 工单状态 处置状态 同步状态 性别 是否疑难 是否协办 "
    "协办单位 市交办协办单位 诉求类型编码 事发区域编码 事发区域名称 受理部门编码 序号 诉求件编号 影响程度 "
    "渠道 要求办结 暂定 下一步 登记单位"
)
PERSONAL = frozenset({"name", "phone", "account"})
LABELS = {field: label for field, (label, _) in FIELDS.items()}
_CHOICES = {**LABELS, EXTRA: "附加信息（原样保存）", IGNORE: "不导入这一列"}


def choices() -> list[tuple[str, str]]:
    """What a column can be said to be, for a mapping."""
    return list(_CHOICES.items())


_KNOWN: dict[str, tuple[str, int]] = {
    normal(header): (field, rank)
    for field, (_, headers) in FIELDS.items()
    for rank, header in enumerate(headers.split())
}
_KNOWN |= {normal(header): (EXTRA, 0) for header in KEPT.split()} | {normal(ERRORS_HEADER): (IGNORE, 0)}


@dataclass(frozen=True)
class Columns:
    """The columns of one table: their names (unique), and which of them say what."""

    names: tuple[str, ...]
    places: Mapping[str, tuple[int, ...]]
    extra: tuple[int, ...]
    unknown: tuple[int, ...]

    @property
    def missing(self) -> list[str]:
        """Names of the fields without which no row can be taken in."""
        wanted = [("number",), ("content", "title")]
        return [LABELS[group[0]] for group in wanted if not any(field in self.places for field in group)]

    def name_of(self, field: str) -> str:
        """What the file calls a field; our own name where it has none."""
        places = self.places.get(field)
        return self.names[places[0]] if places else LABELS[field]

    def field_of(self, place: int) -> str:
        """What a column says: a field, EXTRA, IGNORE, or '' when it is not known."""
        for field, places in self.places.items():
            if place in places:
                return field
        return "" if place in self.unknown else EXTRA if place in self.extra else IGNORE

    def place(self, texts: Sequence[str], field: str) -> int | None:
        """The most trusted column of a field that is filled in a row of clean texts."""
        return next((place for place in self.places.get(field, ()) if texts[place]), None)


def recognise(header: Sequence[Cell], remembered: Mapping[str, str]) -> Columns:
    """What each column is. `remembered` (normal header -> field) goes before what is known anyway."""
    shown = [cells.line(cell).strip("*＊ ") for cell in header]
    names = unique([name or f"第{place + 1}列" for place, name in enumerate(shown)])
    found: dict[str, list[tuple[int, int]]] = {}
    extra, unknown = [], []
    for place, cell in enumerate(header):
        key = normal(cells.line(cell)) or f"第{place + 1}列"
        field, rank = (remembered[key], -1) if key in remembered else _KNOWN.get(key, ("", 0))
        if field in FIELDS:
            found.setdefault(field, []).append((rank, place))
        elif field == EXTRA:
            extra.append(place)
        elif not field:
            extra.append(place)
            unknown += [place] if cells.line(cell) else []
    places = {field: tuple(place for _, place in sorted(ranked)) for field, ranked in found.items()}
    return Columns(tuple(names), places, tuple(extra), tuple(unknown))


def score(header: Sequence[Cell], remembered: Mapping[str, str]) -> int:
    """How many cells of a row are names of columns."""
    keys = {normal(cells.line(cell)) for cell in header if isinstance(cell, str) and len(cell) < 60}
    return sum(1 for key in keys if key and (key in _KNOWN or key in remembered))

