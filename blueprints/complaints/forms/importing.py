"""Forms of the import: the file, what its columns are, and whether good rows go in without the others."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField, SelectField, StringField
from wtforms.validators import DataRequired, Length

from blueprints.complaints.service.importing import OnError
from core.forms import BaseForm


class UploadForm(BaseForm):
    """A spreadsheet, and how its columns are named."""

    file = FileField("工单表格", [FileRequired()])
    mapping = SelectField("列名对应", choices=[("", "自动识别")])


class ColumnsForm(BaseForm):
    """A name under which the columns are remembered; the columns themselves are `column-0`, `column-1` …"""

    name = StringField("记住为", [Length(max=64)])


class ConfirmForm(BaseForm):
    """What bad rows mean for the good ones."""

    on_error = RadioField(
        "有问题的行",
        [DataRequired()],
        choices=[
            (OnError.REJECT_ROW.value, "合格的行先导入，有问题的行退回修改"),
            (OnError.REJECT_FILE.value, "只要有一行有问题，整个文件都不导入"),
        ],
        default=OnError.REJECT_ROW.value,
    )
