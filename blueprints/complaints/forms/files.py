"""Small forms of the page of a case: files, and the reason for seeing who complained."""

from __future__ import annotations

from typing import Any

from wtforms import StringField
from wtforms.validators import DataRequired, Length, ValidationError

from blueprints.complaints.forms.fields import UploadsField
from core.forms import BaseForm


class FilesForm(BaseForm):
    """Files to add to a case."""

    files = UploadsField("选择文件")

    def validate_files(self, field: Any) -> None:
        """At least one."""
        if not field.contents():
            raise ValidationError("请选择文件。")


class RevealForm(BaseForm):
    """Why the complainants must be seen in full."""

    reason = StringField("查看理由", [DataRequired(), Length(min=4, max=200)])
