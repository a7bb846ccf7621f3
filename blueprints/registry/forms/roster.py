"""The form of a window shift."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from wtforms import SelectField
from wtforms.validators import DataRequired

from blueprints.registry.forms.visits import ClockField, staff_label
from blueprints.registry.models import Outlet, Staff
from core.forms import BaseForm, LocalDateField, select_choices
from domain.errors import InvalidInput

REPEATS = (("1", "只这一天"), ("5", "从这天起连续 5 天"), ("7", "从这天起连续 7 天"))


class ShiftForm(BaseForm):
    """A person at the window of an outlet."""

    outlet_id = SelectField("网点", [DataRequired()], coerce=int)
    staff_id = SelectField("员工", [DataRequired()], coerce=lambda value: int(value) if value else None)
    day = LocalDateField("日期", [DataRequired()])
    days = SelectField("重复", choices=list(REPEATS), default="1")
    starts = ClockField("上班", [DataRequired()], default="08:30")
    ends = ClockField("下班", [DataRequired()], default="17:30")

    def offer(self, outlets: Sequence[Outlet], people: Sequence[Staff]) -> None:
        """Where and whom to choose from; those at a window first."""
        self.outlet_id.choices = [(row.id, row.name) for row in outlets]
        ordered = sorted(people, key=lambda person: person.post != "window")
        self.staff_id.choices = select_choices([(person.id, staff_label(person)) for person in ordered])

    def chosen_days(self) -> list[date]:
        """The days that are meant. Errors: InvalidInput without a first one."""
        first = self.day.data
        if first is None:
            raise InvalidInput("请填写日期。", "day")
        return [first + timedelta(days=n) for n in range(int(self.days.data or "1"))]
