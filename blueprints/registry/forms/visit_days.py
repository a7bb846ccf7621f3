"""The form before the sheet of a day."""

from __future__ import annotations

from wtforms import SelectField
from wtforms.validators import DataRequired

from core.forms import BaseForm, LocalDateField


class SheetForm(BaseForm):
    """Which day, whose visits."""

    day = LocalDateField("日期", [DataRequired()])
    team = SelectField("班组")
