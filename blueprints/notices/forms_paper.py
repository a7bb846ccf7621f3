"""Forms of the paper beside a notice: copies, scans, seal uses, mail, the print queue."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from blueprints.notices.service.books import DIRECTIONS, WAYS
from blueprints.notices.service.paper import MOST_COPIES
from core.files import MAX_BYTES, StoredFile, store
from core.forms import BaseForm, LocalDateField, select_choices
from domain.errors import InvalidInput

COUNT = NumberRange(min=1, max=MOST_COPIES)


def uploaded(field: Any) -> tuple[str, bytes] | None:
    """(name, bytes) of what was sent with a file field."""
    given = field.data
    if not given or not getattr(given, "filename", ""):
        return None
    return given.filename, given.stream.read(MAX_BYTES + 1)


def stored(field: Any, now: Any) -> tuple[StoredFile, str] | None:
    """The uploaded file as it is kept, with its plain name. Errors: InvalidInput at the field."""
    if (given := uploaded(field)) is None:
        return None
    name, data = given
    try:
        kept = store(name, data, now=now)
    except InvalidInput as refused:
        raise InvalidInput(refused.message, field.name) from refused
    plain = name.replace("\\", "/").rpartition("/")[2]
    return kept, "".join(c for c in plain if c.isprintable() and c not in '<>:"|?*')[-200:]


class CopyForm(BaseForm):
    """One 联 and who took it."""

    recipient = StringField("受领单位或者个人", [DataRequired(), Length(max=128)])
    purpose = StringField("用途", [Length(max=64)], description="例如 送达被检查单位、存档、抄送。")
    copies = IntegerField("份数", [InputRequired(), COUNT])
    handed_on = LocalDateField("领取日期", description="还没有领取的不填。")
    taken_by = StringField("领取人", [Length(max=64)])


class ScanForm(BaseForm):
    """The scan of the sealed original."""

    file = FileField("盖章原件的扫描件", [DataRequired()], description="PDF、JPG 或者 PNG，不超过 20 MB。")
    remark = StringField("说明", [Length(max=300)])


class OaNumberForm(BaseForm):
    """The number in the office system."""

    oa_number = StringField(
        "OA 文号", [Length(max=64)], description="办公系统里的文号；登记错了的改正，撤销的清空。"
    )


class SealUseForm(BaseForm):
    """One use of the seal."""

    subject = StringField("用印事由（文件名称）", [DataRequired(), Length(max=200)])
    copies = IntegerField("份数", [InputRequired(), COUNT])
    used_on = LocalDateField("用印日期", [DataRequired()])
    approved_by = StringField("批准人", [DataRequired(), Length(max=64)])
    asked_by = StringField("申请用印人", [DataRequired(), Length(max=64)])
    remark = StringField("备注", [Length(max=200)])


class SealCorrectionForm(SealUseForm):
    """A second entry that puts an earlier one right."""

    remark = StringField("更正的理由", [DataRequired(), Length(max=200)])


class MailForm(BaseForm):
    """A paper that came in or went out."""

    direction = SelectField("收发", [DataRequired()], choices=list(DIRECTIONS.items()))
    day = LocalDateField("日期", [DataRequired()])
    correspondent = StringField("来文或者受文单位", [DataRequired(), Length(max=128)])
    their_number = StringField(
        "来文文号", [Length(max=64)], description="发文的填对方的收文编号，没有就不填。"
    )
    subject = StringField("事由", [DataRequired(), Length(max=200)])
    copies = IntegerField("份数", [InputRequired(), COUNT], default=1)
    way = SelectField("方式", [DataRequired()], choices=select_choices(WAYS.items()))
    handler = StringField("承办人", [Length(max=64)])
    result = TextAreaField("办理结果", [Length(max=300)])
    file = FileField("文件（可以不传）")


class MailFollowForm(BaseForm):
    """Who handles a paper and what came of it."""

    handler = StringField("承办人", [Length(max=64)])
    result = TextAreaField("办理结果", [Length(max=300)])
    file = FileField("文件（可以不传；再传的替换原来的）")


class PrintForm(BaseForm):
    """Into the print queue."""

    copies = IntegerField("打印份数", [InputRequired(), NumberRange(min=1, max=50)], default=1)
    remark = StringField("说明", [Length(max=300)])


class CancelPrintForm(BaseForm):
    """Out of the print queue."""

    reason = StringField("取消的理由", [DataRequired(), Length(max=300)])
