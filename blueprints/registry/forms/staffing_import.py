"""Forms of the import of staff: the file, and what bad rows mean for the good ones."""

from __future__ import annotations

from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField
from wtforms.validators import DataRequired

from blueprints.registry.service.staffing_import import OnError
from core.forms import BaseForm


class StaffUploadForm(BaseForm):
    """A sheet of staff."""

    file = FileField("员工表格", [FileRequired()])


class StaffConfirmForm(BaseForm):
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
