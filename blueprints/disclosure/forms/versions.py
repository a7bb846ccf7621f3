"""Forms of a version: its draft, its publication, its check."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from blueprints.disclosure.service.publishing import Proof
from blueprints.disclosure.service.updating import CORRECTION_REASON, MOST_CORRECTION
from core import clock
from core.files import ALLOWED, MAX_BYTES
from core.forms import BaseForm, LocalDateField, the
from domain.duties import CHANNELS, Duty

LONGEST_BODY = 20_000
FILES = f"可上传：{ALLOWED}，不超过 20 MB。"


class DraftForm(BaseForm):
    """Title, text and period of a draft."""

    version = HiddenField(validators=[Length(max=12)])
    period = SelectField("期次", [DataRequired()], choices=[])
    title = StringField("标题", [DataRequired(), Length(max=200)])
    body = TextAreaField(
        "正文", [Length(max=LONGEST_BODY)], description="纯文字，一行一段。取自服务登记的内容不用再写。"
    )


class FileForm(BaseForm):
    """An attachment that is published with the version."""

    file = FileField("附件", [FileRequired()], description=FILES)


class RemarkForm(BaseForm):
    """Why a version is sent back."""

    remark = TextAreaField("退回的理由", [DataRequired(), Length(max=500)], description="写明要改什么。")


class ChangedForm(BaseForm):
    """A change that the register does not see."""

    what = StringField(
        "变更了什么", [DataRequired(), Length(max=200)], description="例如：政策文件重新印发。"
    )
    since = LocalDateField("从哪一天起", [DataRequired()])


class CheckForm(BaseForm):
    """What the regulator found."""

    result = RadioField(
        "核查结果",
        [DataRequired()],
        choices=[("verified", "核实，没有缺陷"), ("deficient", "有缺陷，要求改正")],
    )
    points = TextAreaField("缺陷", [Length(max=4000)], description="有缺陷的填写，一行一条。")
    workdays = IntegerField(
        "几个工作日内改正",
        [Optional(), NumberRange(min=1, max=MOST_CORRECTION)],
        description=CORRECTION_REASON,
    )
    remark = TextAreaField("备注", [Length(max=1000)])

    def point_lines(self) -> list[str]:
        """The lines that hold something."""
        return [line.strip() for line in (self.points.data or "").splitlines() if line.strip()]


def publish_form(duty: Duty) -> BaseForm:
    """The form that asks each channel of a duty for place, day and proof."""
    fields: dict[str, Any] = {}
    for channel in duty.channels:
        name = CHANNELS[channel]
        where = "网址" if channel in ("online", "gov", "wechat") else "张贴的地方，或者哪一期账单"
        fields[f"place_{channel}"] = StringField("位置", [Length(max=300)], description=where)
        fields[f"day_{channel}"] = LocalDateField("公开日期", [Optional()], default=clock.today)
        fields[f"file_{channel}"] = FileField(
            f"{name}的截图或照片", description="JPG、PNG 或 PDF，不超过 20 MB。"
        )
    form: BaseForm = type("PublishForm", (BaseForm,), fields)()
    return form


def proofs_of(form: BaseForm, duty: Duty) -> list[Proof]:
    """What was filled in, a proof for each channel."""
    return [
        Proof(
            channel,
            form[f"place_{channel}"].data or "",
            form[f"day_{channel}"].data,
            upload_of(form[f"file_{channel}"].data),
        )
        for channel in duty.channels
    ]


def upload_of(upload: Any) -> tuple[str, bytes] | None:
    """(name, at most one byte more than the cap) of a chosen file."""
    if not isinstance(upload, FileStorage) or not upload.filename:
        return None
    return upload.filename, upload.stream.read(MAX_BYTES + 1)


def required_upload(form: FileForm) -> tuple[str, bytes]:
    """The file that validation has made sure of."""
    found: tuple[str, bytes] = the(upload_of(form.file.data))
    return found
