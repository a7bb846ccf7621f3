"""Forms of staff, their certificates, trainings and tests."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from flask_wtf.file import FileField
from wtforms import DecimalField, HiddenField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from blueprints.registry.models import Outlet
from blueprints.registry.queries.staff import POSTS
from core import clock
from core.files import MAX_BYTES
from core.forms import BaseForm, LocalDateField, select_choices

PHONE = re.compile(r"[\d+()（）\-\s*转]{3,32}")


def phone_like(_form: Any, field: Any) -> None:
    """A telephone number, extension and all."""
    if field.data and not PHONE.fullmatch(field.data):
        raise ValidationError("请填写电话号码，例如 13800000001 或 023-72200000。")


def not_later(_form: Any, field: Any) -> None:
    """Not after today."""
    if field.data and field.data > clock.today():
        raise ValidationError("不能晚于今天。")


class StaffForm(BaseForm):
    """A person who faces users."""

    version = HiddenField()
    name = StringField("姓名", [DataRequired(), Length(max=64)])
    badge = StringField("工号（证章号）", [DataRequired(), Length(max=32)])
    post = SelectField("岗位", [DataRequired()], choices=select_choices(POSTS.items()))
    team = StringField("班组", [Length(max=64)], description="例如 抢修一班；上门服务按班组排日程。")
    outlet_id = SelectField("所在网点", coerce=lambda value: int(value) if value else None)
    phone = StringField("工作电话", [Length(max=32), phone_like])
    uniform_on = LocalDateField("工作制服发放日期", [Optional(), not_later])

    def offer(self, outlets: list[Outlet]) -> None:
        """The outlets to choose from."""
        self.outlet_id.choices = [("", "不在网点"), *((row.id, row.name) for row in outlets)]

    def values(self) -> dict[str, Any]:
        """What was entered, by column."""
        names = ("name", "badge", "post", "team", "outlet_id", "phone", "uniform_on")
        return {name: self[name].data for name in names}


STAFF_GROUPS = (
    ("员工", "F3.2.1", ("name", "badge", "post", "team", "outlet_id", "phone")),
    ("着装", "F3.2.1", ("uniform_on",)),
)
STAFF_SPANS = {name: 6 for group in STAFF_GROUPS for name in group[2]}


class LeaveForm(BaseForm):
    """The person no longer faces users."""

    left_on = LocalDateField("离岗日期", [DataRequired(), not_later])


class CertificateForm(BaseForm):
    """A certificate (上岗证) of a person."""

    name = StringField("证书名称", [DataRequired(), Length(max=64)], default="上岗证")
    number = StringField("证书编号", [DataRequired(), Length(max=64)])
    issuer = StringField("发证单位", [DataRequired(), Length(max=128)])
    valid_from = LocalDateField("有效期起", [DataRequired()])
    valid_until = LocalDateField("有效期止", [DataRequired()], description="长期有效的填 2099-12-31。")
    file = FileField("证书扫描件", description="JPG、PNG 或 PDF，不超过 20 MB。")

    def validate_valid_until(self, field: Any) -> None:
        """The term ends after it begins."""
        if field.data and self.valid_from.data and field.data < self.valid_from.data:
            raise ValidationError("有效期止不能早于有效期起。")

    def values(self) -> dict[str, Any]:
        """What was entered, by column."""
        names = ("name", "number", "issuer", "valid_from", "valid_until")
        return {name: self[name].data for name in names}


CERTIFICATE_GROUPS = (
    ("上岗证", "F3.2.1", ("name", "number", "issuer", "valid_from", "valid_until", "file")),
)
CERTIFICATE_SPANS = {"name": 6, "number": 6, "valid_from": 6, "valid_until": 6}
FILE_CAP = MAX_BYTES


class RevokeForm(BaseForm):
    """A certificate no longer holds."""

    revoked_on = LocalDateField("注销日期", [DataRequired(), not_later])
    reason = StringField("原因", [DataRequired(), Length(min=2, max=200)])


class TrainingForm(BaseForm):
    """A training of a person."""

    day = LocalDateField("培训日期", [DataRequired(), not_later])
    subject = StringField("培训内容", [DataRequired(), Length(max=128)])
    hours = DecimalField(
        "学时", [InputRequired(), NumberRange(min=Decimal("0.5"), max=Decimal("999"))], places=1
    )
    trainer = StringField("培训单位或老师", [Length(max=64)])
    result = RadioField(
        "结果", choices=[("合格", "合格"), ("不合格", "不合格"), ("未考核", "未考核")], default="合格"
    )

    def values(self) -> dict[str, Any]:
        """What was entered, by column."""
        return {name: self[name].data for name in ("day", "subject", "hours", "trainer", "result")}


class KnowledgeForm(BaseForm):
    """A knowledge test of a person, in points of 100."""

    day = LocalDateField("考核日期", [DataRequired(), not_later])
    subject = StringField("考核内容", [DataRequired(), Length(max=128)])
    points = DecimalField("得分", [InputRequired(), NumberRange(min=0, max=100)], places=1)
    pass_mark = DecimalField(
        "合格线", [InputRequired(), NumberRange(min=0, max=100)], places=1, default=Decimal("60")
    )

    def values(self) -> dict[str, Any]:
        """What was entered, by column."""
        return {name: self[name].data for name in ("day", "subject", "points", "pass_mark")}
