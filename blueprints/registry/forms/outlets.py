"""Forms of outlets, their days and the supply area."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional

from blueprints.registry.models import Outlet, ServiceArea
from blueprints.registry.queries.outlets import OUTLET_KINDS, week_of
from blueprints.registry.service.outlets import FACTS, Details
from core.forms import BaseForm, CheckboxListField, LocalDateField
from domain.opening import WEEKDAYS, read_spans, spans_words

PHOTOS = {"sign": "门头标志", "counter": "营业柜台", "access": "无障碍设施", "other": "其他"}
HOURS_HELP = "例如 08:30-12:00 14:00-17:30；不营业写“休”。"


class OutletForm(BaseForm):
    """An outlet with its hours and streets."""

    version = HiddenField()
    name = StringField("网点名称", [DataRequired(), Length(max=64)])
    kind = RadioField("网点类型", choices=list(OUTLET_KINDS.items()), default="own")
    address = StringField("地址", [DataRequired(), Length(max=200)])
    phone = StringField("电话", [Length(max=64)])
    opened_on = LocalDateField("启用日期", [Optional()])
    agent = StringField("代办单位", [Length(max=64)], description="代办网点填写，例如某银行支行。")
    agreement = StringField("协议编号", [Length(max=64)])
    agreement_from = LocalDateField("协议开始", [Optional()])
    agreement_until = LocalDateField("协议截止", [Optional()])
    transport = StringField("交通", [Length(max=300)], description="公交、停车等，方便用户找到。")
    signage = BooleanField("标志统一、明显")
    signage_note = StringField("标志说明", [Length(max=200)])
    accessibility = StringField("无障碍与便民设施", [Length(max=300)])
    handles = TextAreaField("可办理的业务", [Length(max=500)])
    streets = CheckboxListField("服务的街道、乡镇", coerce=int)
    every_day = StringField("每天相同", description="每天一样时只填这一项，下面可以留空。")
    hours_0 = StringField("周一", [Length(max=100)])
    hours_1 = StringField("周二", [Length(max=100)])
    hours_2 = StringField("周三", [Length(max=100)])
    hours_3 = StringField("周四", [Length(max=100)])
    hours_4 = StringField("周五", [Length(max=100)])
    hours_5 = StringField("周六", [Length(max=100)])
    hours_6 = StringField("周日", [Length(max=100)])
    confirmed = BooleanField("我已知道，仍要保存")

    def offer(self, areas: list[ServiceArea]) -> None:
        """The streets to choose from."""
        self.streets.choices = [(a.id, f"{a.name}") for a in areas]

    def details(self) -> Details:
        """What was entered. Errors: InvalidInput naming the field of hours that cannot be read."""
        facts = {name: self[name].data for name in FACTS}
        same = read_spans(self.every_day.data or "", "every_day")
        week = {}
        for day in range(7):
            text = self[f"hours_{day}"].data
            week[day] = read_spans(text, f"hours_{day}") if text else same
        return Details(facts, week, frozenset(self.streets.data or ()))


def outlet_form(outlet: Outlet | None, areas: list[ServiceArea]) -> OutletForm:
    """The form of an outlet, filled with what is known."""
    data: dict[str, Any] = {}
    if outlet is not None:
        week = week_of(outlet)
        data = {f"hours_{day}": spans_words(week.get(day, ())) for day in range(7)}
        data = {name: "休" if words == "不营业" else words for name, words in data.items()}
        data["streets"] = [row.area_id for row in outlet.areas]
    form = OutletForm(obj=outlet, data=data)
    form.offer(areas)
    if outlet is None:
        del form.confirmed
    return form


OUTLET_GROUPS = (
    ("网点", "F3.1.1", ("name", "kind", "address", "phone", "opened_on", "transport")),
    ("代办协议", "F3.1.1", ("agent", "agreement", "agreement_from", "agreement_until")),
    ("营业时间", "F3.1.2", ("every_day", *(f"hours_{day}" for day in range(7)))),
    ("标志和设施", "F3.1.1", ("signage", "signage_note", "accessibility", "handles")),
    ("服务区域", "F3.1.1", ("streets", "confirmed")),
)
SPANS = {
    "name": 6, "phone": 6, "opened_on": 6, "address": 12, "agent": 6, "agreement": 6, "agreement_from": 6,
    "agreement_until": 6, **{f"hours_{day}": 6 for day in range(7)},
}  # fmt: skip


class StateForm(BaseForm):
    """Suspend, close, or open again."""

    state = RadioField("办理", validators=[DataRequired()])
    reason = StringField("原因", [Length(max=300)])
    confirmed = BooleanField("我已知道，仍要保存")


class ClosureForm(BaseForm):
    """Days on which an outlet does not open."""

    first_day: Any = LocalDateField("第一天", [DataRequired()])
    last_day: Any = LocalDateField("最后一天", [Optional()], description="只有一天的可以不填。")
    opens = StringField("缩短营业：开门", description="整天不营业的不填。")
    closes = StringField("关门")
    reason = StringField("原因", [DataRequired(), Length(min=4, max=300)])
    announcement = StringField("公告方式和内容", [Length(max=300)])
    announced_on = LocalDateField("公告日期", [Optional()])


class OpeningForm(BaseForm):
    """When an outlet opened and closed on a day."""

    day: Any = LocalDateField("日期", [DataRequired()])
    opened = StringField("开门时间", description="例如 08:30")
    closed = StringField("关门时间")
    remark = StringField("备注", [Length(max=300)], description="迟开、早关、更正的，请写明原因。")


class CheckForm(BaseForm):
    """A self-check of safety and tidiness."""

    day: Any = LocalDateField("自查日期", [DataRequired()])
    safe = RadioField("安全（通道、消防、用电）", choices=[("1", "符合"), ("0", "不符合")], default="1")
    tidy = RadioField("整洁（地面、柜台、标识）", choices=[("1", "符合"), ("0", "不符合")], default="1")
    findings = TextAreaField("发现的问题", [Length(max=2000)])


class MendForm(BaseForm):
    """What a self-check found is in order again."""

    mended_on: Any = LocalDateField("整改完成日期", [DataRequired()])


class PhotoForm(BaseForm):
    """A picture of an outlet."""

    file = FileField("照片（JPG、PNG）", [DataRequired()])
    shows = SelectField("拍的是", choices=list(PHOTOS.items()))
    caption = StringField("说明", [Length(max=200)])


class SupplyForm(BaseForm):
    """The streets that the enterprise supplies."""

    streets = CheckboxListField("供应的街道、乡镇", coerce=int)


class AreasForm(BaseForm):
    """A list of streets and towns of a district, one a line, from a file or typed."""

    district = StringField("区县", [DataRequired(), Length(max=64)])
    names = TextAreaField("街道、乡镇（一行一个）", [DataRequired(), Length(max=5000)])


WEEKDAY_LABELS = tuple(f"周{day}" for day in WEEKDAYS)
