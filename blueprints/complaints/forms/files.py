"""Small forms: files of a case, the reason for seeing who complained, a name for a list."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, HiddenField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from blueprints.complaints.forms.fields import RELEASED, RELEASED_HELP, UploadsField
from core.forms import BaseForm
from core.saved_views import LONGEST


class FilesForm(BaseForm):
    """Files to add to a case."""

    files = UploadsField("选择文件")
    released = BooleanField(RELEASED, description=RELEASED_HELP)

    def validate_files(self, field: Any) -> None:
        """At least one."""
        if not field.contents():
            raise ValidationError("请选择文件。")


class RevealForm(BaseForm):
    """Why the complainants must be seen in full."""

    reason = StringField("查看理由", [DataRequired(), Length(min=4, max=200)])


class SaveViewForm(BaseForm):
    """A name for the filters and the order of a list."""

    name = StringField("名称", [DataRequired(), Length(max=LONGEST)], description="例如：逾期的燃气投诉。")
    query = HiddenField(validators=[Length(max=10_000)])


class RenameViewForm(BaseForm):
    """Another name for a saved list."""

    name = StringField("新名称", [DataRequired(), Length(max=LONGEST)])
