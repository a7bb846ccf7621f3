"""Forms of assisted handling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from blueprints.registry.forms.staff import phone_like
from blueprints.registry.forms.visits import staff_label
from blueprints.registry.models import CatalogueEntry, Staff
from blueprints.registry.service.assisted import Task
from core.forms import BaseForm, LocalDateTimeField, select_choices


class AssistedForm(BaseForm):
    """What is done for a user, and the user's consent to it."""

    entry_id = SelectField("代办的业务", coerce=lambda value: int(value) if value else None)
    scope = TextAreaField("代办范围", [Length(max=500)], description="替用户办哪些事，到哪一步为止。")
    user_name = StringField("用户姓名", [DataRequired(), Length(max=64)])
    user_phone = StringField("用户电话", [DataRequired(), Length(max=32), phone_like])
    staff_id = SelectField("经办员工", [DataRequired()], coerce=lambda value: int(value) if value else None)
    consent_how = StringField("怎样表示同意", [Length(max=200)], description="例如 签署委托书、电话录音。")
    consent_at = LocalDateTimeField("用户同意的时间", [Optional()])
    consent_file = FileField("同意书（可不传）", description="JPG、PNG 或 PDF，不超过 20 MB。")

    def offer(self, entries: Sequence[CatalogueEntry], people: Sequence[Staff]) -> None:
        """What and whom to choose from."""
        self.entry_id.choices = [("", "不在目录里"), *((entry.id, entry.name) for entry in entries)]
        self.staff_id.choices = select_choices([(person.id, staff_label(person)) for person in people])

    def task(self, entries: Sequence[CatalogueEntry], people: Sequence[Staff]) -> Task:
        """What was entered."""
        person: Any = next(row for row in people if row.id == self.staff_id.data)
        return Task(
            next((row for row in entries if row.id == self.entry_id.data), None), self.scope.data or "",
            self.user_name.data or "", self.user_phone.data or "", person, self.consent_how.data or "",
            self.consent_at.data, self.consent_file.data or None,
        )  # fmt: skip


ASSISTED_GROUPS = (
    ("办什么", "F3.2.3", ("entry_id", "staff_id", "scope")),
    ("用户", "", ("user_name", "user_phone")),
    ("用户同意", "F3.2.3", ("consent_how", "consent_at", "consent_file")),
)
ASSISTED_SPANS = dict.fromkeys(
    ("entry_id", "staff_id", "user_name", "user_phone", "consent_how", "consent_at"), 6
)


class AssistedEndForm(BaseForm):
    """How it ended."""

    state = RadioField("结果", [DataRequired()], choices=[("done", "已办结"), ("stopped", "终止代办")])
    outcome = TextAreaField("说明", [DataRequired(), Length(min=2, max=2000)])
