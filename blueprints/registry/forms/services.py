"""Forms of hotlines, catalogue, requests, written systems and commitments."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from blueprints.registry.queries.services import HOTLINE_KINDS, LIMIT_SOURCES, LIMIT_UNITS, REQUEST_KINDS
from core.forms import BaseForm, LocalDateField, LocalDateTimeField
from domain.commitments import SENSE_NAMES, UNIT_NAMES

YES_NO = [("1", "是"), ("0", "否")]
ONE_STOP = [("1", "都答清楚"), ("0", "没有答清楚"), ("", "没有问")]


class HotlineForm(BaseForm):
    """A telephone number for users."""

    version = HiddenField()
    number = StringField(
        "号码",
        [DataRequired(), Length(max=32), Regexp(r"^[0-9+\-转 ]+$", message="号码只能有数字、“-”和“转”。")],
    )
    name = StringField("名称", [DataRequired(), Length(max=64)], description="例如 24小时服务热线。")
    kind = RadioField("用途", choices=list(HOTLINE_KINDS.items()), default="service")
    hours = StringField("服务时间", [DataRequired(), Length(max=100)], default="24小时")
    handles = TextAreaField("受理内容", [Length(max=300)], description="咨询、求助、投诉等。")
    active = BooleanField("对外公布", default=True)


class TestCallForm(BaseForm):
    """A test call."""

    __test__ = False  # its name is no sign of a test

    called_at: Any = LocalDateTimeField("拨打时间", [DataRequired()])
    answered = RadioField("是否接通", choices=YES_NO, default="1")
    wait_seconds = IntegerField("等待（秒）", [Optional(), NumberRange(0, 3600)])
    one_stop = RadioField("“一站式”解答", choices=ONE_STOP, default="")
    remark = StringField("情况", [Length(max=300)])


class EntryForm(BaseForm):
    """One business of the service catalogue."""

    version = HiddenField()
    name = StringField("业务名称", [DataRequired(), Length(max=100)])
    conditions = TextAreaField("办理条件", [DataRequired(), Length(max=2000)])
    materials = TextAreaField("需要的材料", [Length(max=2000)], description="一行一项；不需要材料写“无”。")
    steps = TextAreaField("办理流程", [DataRequired(), Length(max=2000)], description="一行一步。")
    limit_amount = IntegerField("办理时限", [Optional()], description="当场办结的不填。")
    limit_unit = SelectField("单位", choices=list(LIMIT_UNITS.items()))
    limit_source = SelectField("时限来自", choices=list(LIMIT_SOURCES.items()))
    limit_basis = StringField("依据的条款或承诺", [Length(max=200)])
    fee = TextAreaField("收费标准", [Length(max=300)], description="不收费写“免费”。")
    fee_basis = StringField("收费依据", [Length(max=300)], description="文件名称和文号。")
    place = StringField("在哪里办", [Length(max=300)])
    phone = StringField("咨询电话", [Length(max=64)])
    position = IntegerField("排列顺序", [InputRequired(), NumberRange(0, 9999)], default=0)
    active = BooleanField("正在办理的业务", default=True)


class RequestForm(BaseForm):
    """A request for service."""

    kind = RadioField("类型", choices=list(REQUEST_KINDS.items()), default="business")
    entry_id = SelectField("办理的业务", coerce=str)
    content = TextAreaField("用户的要求", [DataRequired(), Length(max=2000)])
    user_name = StringField("用户", [Length(max=64)])
    user_phone = StringField("电话", [Length(max=32)])
    received_at: Any = LocalDateTimeField("收到时间", [DataRequired()])


class FinishForm(BaseForm):
    """The end of a request."""

    outcome = TextAreaField("办理结果", [DataRequired(), Length(max=2000)])


class RefuseForm(BaseForm):
    """Out of scope: the reason was told."""

    reason = TextAreaField("不能受理的原因", [Length(max=500)])
    told_at = LocalDateTimeField("告知用户的时间", [Optional()])
    told_how = StringField("告知方式", [Length(max=100)], description="电话、当面、短信等。")


class HandOverForm(BaseForm):
    """Give a request to a colleague."""

    handler_id = SelectField("转给", [DataRequired()], coerce=str)


class SystemForm(BaseForm):
    """A new version of a written system."""

    title = StringField("标题", [DataRequired(), Length(max=100)])
    effective_on: Any = LocalDateField("施行日期", [DataRequired()])
    adopted = StringField("印发文号或批准", [Length(max=200)])
    body = TextAreaField("全文", [Length(max=20000)])
    file = FileField("文件（PDF、DOCX）")


class RepealForm(BaseForm):
    """The end of a written system."""

    repealed_on: Any = LocalDateField("废止日期", [DataRequired()], description="从这一天起不再施行。")


class CommitmentForm(BaseForm):
    """A promise that can be measured."""

    version = HiddenField()
    name = StringField(
        "承诺事项", [DataRequired(), Length(max=100)], description="例如 城区抢修人员到达现场。"
    )
    sense = RadioField("承诺", choices=list(SENSE_NAMES.items()), default="within")
    amount = IntegerField("数值", [DataRequired(), NumberRange(1, 100000)])
    unit = SelectField("单位", choices=list(UNIT_NAMES.items()))
    source = StringField("来源", [DataRequired(), Length(max=200)], description="公开的承诺、条例条款等。")
    active = BooleanField("正在执行", default=True)


class CommitmentRecordForm(BaseForm):
    """One event measured against a commitment."""

    began_at: Any = LocalDateTimeField("开始时间", [DataRequired()])
    done_at = LocalDateTimeField("完成时间", [Optional()])
    place = StringField("地点或事项", [Length(max=200)])
    remark = StringField("备注", [Length(max=300)])
