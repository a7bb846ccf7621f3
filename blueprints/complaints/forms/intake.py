"""The intake form, in the order in which a caller speaks; its choices come from the rule systems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from blueprints.accounts.models import Organization, User
from blueprints.accounts.queries import supervised_by
from blueprints.complaints.forms.fields import RELEASED, RELEASED_HELP, UploadsField, int_or_none
from blueprints.complaints.service.intake import Intake, Person
from blueprints.rulebook.service import ruleset_for
from core.forms import BaseForm, LocalDateTimeField, select_choices
from domain.errors import InvalidInput
from domain.rulesets import Ruleset

PHONE = re.compile(r"[0-9+()（）\- ]{3,32}")
REGULATOR_CHANNELS = ("hotline_12345", "regulator_hotline")
ENTERPRISE_CHANNELS = ("dispatch_center", "enterprise_hotline", "department_phone")
HOTLINES = {"power": "power_hotline", "gas": "gas_hotline"}
TITLE_LENGTH = 30


class IntakeForm(BaseForm):
    """One screen: who calls about which utility, what happened where and when, what they want."""

    enterprise = SelectField("哪家单位", [DataRequired()], coerce=int_or_none)
    name = StringField("称呼", [Length(max=64)])
    phone = StringField("电话", [Length(max=32)])
    account_number = StringField("户号", [Length(max=32)])
    address = StringField("联系地址")
    headcount = IntegerField("人数", [Optional(), NumberRange(min=1, max=100_000)], default=1)
    others = TextAreaField(
        "其他诉求人", [Optional(), Length(max=2000)], description="几个人一起反映时，一行一位：姓名，电话。"
    )
    anonymous = BooleanField("不愿留姓名（匿名）", description="匿名的不能答复和回访。")
    confidential = BooleanField("要求保密", description="身份不让被诉单位和经办人知道；举报一律保密。")
    released = BooleanField(RELEASED, description=RELEASED_HELP)

    place = StringField("在哪里", [Length(max=200)])
    content = TextAreaField("什么时候、发生了什么", [DataRequired()])
    title = StringField("标题", description="不填就取内容的开头。")

    type = RadioField("类型", [DataRequired()])
    category = RadioField("内容类别", [DataRequired()])
    wish = StringField("希望怎样解决", [Length(max=1000)])
    first_contact = StringField("对方的情绪和愿望", [Length(max=1000)])
    urgent = BooleanField("危及安全，先紧急处置")
    significant = BooleanField("属于重大事项")

    channel = SelectField("渠道", [DataRequired()])
    received_at = LocalDateTimeField("收到时间", [InputRequired()])
    late_entry_reason = StringField("补登原因", [Length(max=500)])
    files = UploadsField()

    def validate_phone(self, field: Any) -> None:
        """Digits as people write them."""
        if field.data and not PHONE.fullmatch(field.data):
            raise ValidationError("电话只能写数字、加号、横线和括号。")

    def validate_anonymous(self, field: Any) -> None:
        """Either anonymous or named."""
        if field.data and (self.name.data or self.phone.data):
            raise ValidationError("已写了称呼或电话；匿名的请把它们清空，或者去掉这个勾。")

    def intake(self, enterprise: Organization) -> Intake:
        """What the service takes."""
        content, received_at = self.content.data or "", self.received_at.data
        if received_at is None:
            raise InvalidInput("请填写收到时间。", "received_at")
        return Intake(
            enterprise=enterprise, type=self.type.data, channel=self.channel.data,
            category=self.category.data, title=self.title.data or short_title(content), content=content,
            received_at=received_at, people=self.people(), anonymous=self.anonymous.data,
            wish=self.wish.data or "", first_contact=self.first_contact.data or "",
            place=self.place.data or "", urgent=self.urgent.data, significant=self.significant.data,
            late_entry_reason=self.late_entry_reason.data or "", confidential=self.confidential.data,
        )  # fmt: skip

    def people(self) -> tuple[Person, ...]:
        """The caller, and whoever complains together with them."""
        if self.anonymous.data:
            return ()
        caller = Person(
            name=self.name.data or "", phone=self.phone.data or "", address=self.address.data or "",
            account_number=self.account_number.data or "", headcount=self.headcount.data or 1,
        )  # fmt: skip
        together = [_person(line) for line in (self.others.data or "").splitlines() if line.strip()]
        given = caller.name or caller.phone
        return (caller, *together) if given or together else ()


def _person(line: str) -> Person:
    """姓名，电话 of one line."""
    name, _, phone = (part.strip() for part in re.sub(r"[,，\t;；]", "，", line).partition("，"))
    if not name or len(name) > 64 or (phone and not PHONE.fullmatch(phone)):
        raise InvalidInput("一行写一位：姓名，电话。", "others")
    return Person(name=name, phone=phone, representative=False)


def short_title(content: str) -> str:
    """The beginning of the content, up to its first sentence end."""
    first = re.split(r"[。！？!?\n]", content.strip(), maxsplit=1)[0]
    return first[:TITLE_LENGTH] + ("……" if len(first) > TITLE_LENGTH else "")


def enterprises_for(by: User) -> list[Organization]:
    """Enterprises for which this person may register: the own one, or those supervised (F1)."""
    if by.organization is None:
        return []
    return supervised_by(by.organization) if by.organization.is_regulator else [by.organization]


def rulesets_for(enterprises: Iterable[Organization], chosen: int | None) -> list[Ruleset]:
    """The rule systems whose types, channels and categories are offered: of the chosen enterprise, or all."""
    everything = list(enterprises)
    wanted = [e for e in everything if e.id == chosen] or everything
    found = {rules.digest: rules for rules in (ruleset_for(e) for e in wanted)}
    return list(found.values())


def intake_form(by: User, enterprises: list[Organization], chosen: int | None, **kwargs: Any) -> IntakeForm:
    """The form with its choices. A person of an enterprise is not asked which one."""
    form = IntakeForm(**kwargs)
    if by.organization is not None and not by.organization.is_regulator:
        del form.enterprise
    else:
        blank = "请选择" if len(enterprises) > 1 else None
        form.enterprise.choices = select_choices(((e.id, e.name) for e in enterprises), blank)
    rulesets = rulesets_for(enterprises, chosen)
    form.type.choices = _choices((t.code, t.name) for r in rulesets for t in r.types)
    form.category.choices = _choices((c.code, c.name) for r in rulesets for c in r.categories)
    form.channel.choices = _choices((c.code, c.name) for r in rulesets for c in r.channels if c.active)
    if rulesets:
        meant = dict.fromkeys(r.text("significant_definition") for r in rulesets)
        form.significant.description = "；".join(meant)
    return form


def _choices(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    names: dict[str, str] = {}
    for code, name in pairs:
        names.setdefault(code, name)
    return list(names.items())


def usual_channel(by: User, enterprises: list[Organization], choices: Iterable[tuple[str, str]]) -> str:
    """The channel by which most calls come in here, so that it need not be chosen."""
    offered = dict(choices)
    regulator = by.organization is not None and by.organization.is_regulator
    wanted: list[str] = list(REGULATOR_CHANNELS if regulator else ENTERPRISE_CHANNELS)
    if not regulator and enterprises:
        wanted = [HOTLINES.get(enterprises[0].sectors[0], ""), *wanted]
    return next((code for code in wanted if code in offered), next(iter(offered), ""))
