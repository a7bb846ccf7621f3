"""Forms of home visits: agreeing one, and everything that becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import TimeInput

from blueprints.registry.forms.staff import phone_like
from blueprints.registry.models import CatalogueEntry, Staff, Visit
from blueprints.registry.queries.visits import HOW
from blueprints.registry.service.visit_steps import SIDES, Wish
from blueprints.registry.service.visits import Agreement, Slot
from core.clock import local_midnight, to_local
from core.forms import BaseForm, CheckboxListField, LocalDateField, LocalDateTimeField
from domain.errors import InvalidInput
from domain.opening import read_clock

RATINGS = ((5, "5 很满意"), (4, "4 满意"), (3, "3 一般"), (2, "2 不满意"), (1, "1 很不满意"))


class ClockField(StringField):
    """A time of day such as 08:30, in Asia/Shanghai."""

    widget = TimeInput()


class SlotForm(BaseForm):
    """A day and two times of it."""

    day = LocalDateField("上门日期", [DataRequired()])
    starts = ClockField("时段开始", [DataRequired()])
    ends = ClockField("时段结束", [DataRequired()])

    def slot(self) -> Slot:
        """The slot. Errors: InvalidInput naming the field that is no time."""
        if self.day.data is None:
            raise InvalidInput("请填写日期。", "day")
        midnight = local_midnight(self.day.data)
        begin = read_clock(self.starts.data or "", "starts")
        until = read_clock(self.ends.data or "", "ends")
        return Slot(midnight + timedelta(minutes=begin), midnight + timedelta(minutes=until))


def slot_data(visit: Visit) -> dict[str, Any]:
    """The slot of a visit as the form shows it."""
    first, last = to_local(visit.slot_from), to_local(visit.slot_until)
    return {"day": first.date(), "starts": f"{first:%H:%M}", "ends": f"{last:%H:%M}"}


class PeopleField(CheckboxListField):
    """Those who go, by id."""


def staff_label(person: Staff) -> str:
    """示例员工甲 R012 抢修一班"""
    return " ".join(part for part in (person.name, person.badge, person.team) if part)


class VisitForm(SlotForm):
    """A visit as it was agreed with the user."""

    entry_id = SelectField("服务目录中的业务", coerce=lambda value: int(value) if value else None)
    purpose = StringField(
        "上门事项", [Length(max=200)], description="目录里没有的，写在这里，例如 安检、换表。"
    )
    people = PeopleField("上门人员", coerce=int)
    user_name = StringField("用户姓名", [DataRequired(), Length(max=64)])
    user_phone = StringField("用户电话", [DataRequired(), Length(max=32), phone_like])
    user_address = StringField("上门地址", [DataRequired(), Length(max=200)])
    agreed_how = RadioField("怎样约定的", [DataRequired()], choices=list(HOW.items()), default="phone")
    agreed_at = LocalDateTimeField("与用户约定的时间", [DataRequired()])

    def offer(self, entries: Sequence[CatalogueEntry], people: Sequence[Staff]) -> None:
        """What and whom to choose from."""
        self.entry_id.choices = [("", "不在目录里"), *((entry.id, entry.name) for entry in entries)]
        self.people.choices = [(person.id, staff_label(person)) for person in people]

    def agreement(self, entries: Sequence[CatalogueEntry], people: Sequence[Staff]) -> Agreement:
        """What was entered. Errors: InvalidInput naming the field."""
        entry = next((row for row in entries if row.id == self.entry_id.data), None)
        purpose = self.purpose.data or (entry.name if entry else "")
        if not purpose:
            raise InvalidInput("请从服务目录选择业务，或者写明上门事项。", "purpose")
        chosen = chosen_people(self.people.data, people)
        at: Any = self.agreed_at.data
        return Agreement(
            purpose, entry, self.slot(), chosen, team_of(chosen), self.user_name.data or "",
            self.user_phone.data or "", self.user_address.data or "", self.agreed_how.data, at,
        )  # fmt: skip


def chosen_people(ids: Sequence[int] | None, people: Sequence[Staff]) -> list[Staff]:
    """The people that were ticked."""
    wanted = set(ids or ())
    return [person for person in people if person.id in wanted]


def team_of(people: Sequence[Staff]) -> str:
    """The team of the first who goes: whose week and day sheet the visit stands on."""
    return next((person.team for person in people if person.team), "")


VISIT_GROUPS = (
    ("什么事、什么时候", "F3.2.3", ("entry_id", "purpose", "day", "starts", "ends")),
    ("用户", "", ("user_name", "user_phone", "user_address")),
    ("约定", "F3.2.3", ("agreed_how", "agreed_at")),
    ("谁去", "F3.2.1", ("people",)),
)
VISIT_SPANS = {
    "entry_id": 6, "purpose": 6, "day": 4, "starts": 4, "ends": 4, "user_name": 6, "user_phone": 6,
    "agreed_how": 6, "agreed_at": 6,
}  # fmt: skip


class PeopleForm(BaseForm):
    """Other people go."""

    people = PeopleField("上门人员", coerce=int)

    def offer(self, people: Sequence[Staff]) -> None:
        """Whom to choose from."""
        self.people.choices = [(person.id, staff_label(person)) for person in people]


class _WishForm:
    """Fields of a change or cancellation, shared by two forms."""

    side = RadioField("谁提出", [DataRequired()], choices=list(SIDES.items()), default="enterprise")
    reason = StringField("原因", [DataRequired(), Length(min=2, max=300)])
    consent_at = LocalDateTimeField(
        "用户同意的时间", [Optional()], description="企业提出的，要在原时段开始前取得用户同意并登记。"
    )
    consent_how = StringField("怎样表示同意", [Length(max=200)], description="例如 电话通话、短信回复。")
    insist = BooleanField("仍要保存，按违约记录")

    def wish(self) -> Wish:
        """Whose wish it is, with the consent that was given."""
        at: datetime | None = self.consent_at.data
        how, reason = self.consent_how.data or "", self.reason.data or ""
        return Wish("user", reason) if self.side.data == "user" else Wish("enterprise", reason, at, how)


class MoveForm(_WishForm, SlotForm):
    """Another slot."""


class CancelForm(_WishForm, BaseForm):
    """No visit."""


class MomentForm(BaseForm):
    """When somebody arrived."""

    at = LocalDateTimeField("到达时间", [DataRequired()])


class EndForm(BaseForm):
    """The work is done."""

    at = LocalDateTimeField("结束时间", [DataRequired()])
    outcome = TextAreaField("办理结果", [DataRequired(), Length(max=2000)])


class AbsentForm(BaseForm):
    """Nobody was at home."""

    at = LocalDateTimeField("到达时间", [DataRequired()])
    note = StringField(
        "当时的情况", [DataRequired(), Length(min=2, max=200)], description="例如 敲门、拨打电话均无人应答。"
    )


class MissedForm(BaseForm):
    """Nobody came."""

    reason = StringField("未上门的原因", [DataRequired(), Length(min=2, max=300)])


class RatingForm(BaseForm):
    """What the user thinks of the visit."""

    rating = RadioField("用户评价", [DataRequired()], choices=list(RATINGS), coerce=int)
    rating_note = StringField("用户的话", [Length(max=500)])
