"""A shift by itself, and shifts by a pattern."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from blueprints.accounts.models import User
from blueprints.duty.models import DutyShift
from blueprints.duty.service.rostering import ShiftTerms, Turns
from core.forms import BaseForm, CheckboxListField, LocalDateField, LocalDateTimeField, select_choices, the
from domain.errors import InvalidInput
from domain.opening import read_clock
from domain.rosters import MAX_DAYS, ShiftKind
from domain.workdays import Calendar

PHONE = re.compile(r"[0-9+()（）\- ]{3,32}")
WHICH_DAYS = {"all": "每天", "workdays": "只排工作日（含调休上班）", "rest": "只排休息日和节假日"}
KINDS = "白班 08:00-20:00\n夜班 20:00-08:00"
_SPLIT = re.compile(r"[、,，;；\s]+")
_KIND = re.compile(r"(.{1,16}?)[\s:：]+(\d{1,2}[:：]\d{2})\s*[-－—~至到]+\s*(\d{1,2}[:：]\d{2})")


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _id(value: Any) -> int | None:
    return int(value) if value not in (None, "") else None


class DutyShiftForm(BaseForm):
    """One shift: when, who leads, who is on duty."""

    version = HiddenField()
    name = StringField("班次名称", [DataRequired(), Length(max=32)], default="白班")
    begins_at = LocalDateTimeField("上班", [InputRequired()])
    ends_at = LocalDateTimeField("下班", [InputRequired()], description="跨零点的班，写第二天的日期。")
    leader_id = SelectField("带班领导", [InputRequired()], coerce=_id)
    people = CheckboxListField("值班人员", coerce=_id)
    phones = TextAreaField(
        "值班电话", [Length(max=1000)],
        description="一行一位：姓名 电话。不写的用账号登记的电话。",
    )  # fmt: skip
    note = StringField("备注", [Length(max=300)])

    def offer(self, people: Sequence[User], leaders: Sequence[User]) -> None:
        """Everybody of the organization; leaders come first among those who may lead."""
        first = {person.id for person in leaders}
        ordered = [*leaders, *(person for person in people if person.id not in first)]
        self.leader_id.choices = select_choices((p.id, p.name) for p in ordered)
        self.people.choices = [(p.id, p.name) for p in people]

    def fill(self, shift: DutyShift) -> None:
        """Show a shift."""
        self.version.data = str(shift.version)
        for name in ("name", "begins_at", "ends_at", "leader_id", "note"):
            self[name].data = getattr(shift, name)
        self.people.data = [person.user_id for person in shift.people]
        own = [p for p in shift.people if p.phone and p.phone != p.user.phone]
        self.phones.data = "\n".join(f"{p.user.name} {p.phone}" for p in own)

    def terms(self, people: Sequence[User]) -> ShiftTerms:
        """What the service takes. Errors: InvalidInput."""
        chosen = [p for p in people if p.id in (self.people.data or [])]
        phones = _phones(self.phones.data, chosen)
        return ShiftTerms(
            name=the(self.name.data), begins_at=the(self.begins_at.data), ends_at=the(self.ends_at.data),
            leader_id=the(self.leader_id.data), note=self.note.data or "",
            people=tuple((p.id, phones.get(p.id, p.phone)) for p in chosen),
        )  # fmt: skip


def _phones(text: str | None, chosen: Sequence[User]) -> dict[int, str]:
    found: dict[int, str] = {}
    for line in _lines(text):
        parts = _SPLIT.split(line, maxsplit=1)
        named = [p for p in chosen if p.name == parts[0]]
        if len(parts) != 2 or not named or not PHONE.fullmatch(parts[1].strip()):
            raise InvalidInput(
                f"“{line[:40]}”看不明白：一行写一位，先写所选人员的姓名，空格后写电话。", "phones"
            )
        found[named[0].id] = parts[1].strip()
    return found


class PatternForm(BaseForm):
    """Shifts of a stretch of days, groups of people taking turns."""

    since = LocalDateField("从哪天", [InputRequired()])
    until = LocalDateField("到哪天", [InputRequired()], description=f"一次最多 {MAX_DAYS} 天。")
    which = RadioField("排哪些天", [InputRequired()], choices=list(WHICH_DAYS.items()), default="all")
    kinds = TextAreaField(
        "每天的班次", [DataRequired(), Length(max=500)], default=KINDS,
        description="一行一个班：名称 上班-下班；下班不晚于上班的算到第二天。",
    )  # fmt: skip
    groups = TextAreaField(
        "轮班的人员", [DataRequired(), Length(max=2000)],
        description="一行一组，按行的顺序轮流上班；一组几个人用顿号隔开，写账号上的姓名。",
    )  # fmt: skip
    leaders = TextAreaField(
        "带班领导", [DataRequired(), Length(max=1000)], description="一行一位，按天轮流带班。"
    )

    def turns(self, people: Sequence[User], calendar: Calendar) -> Turns:
        """What the service takes. Errors: InvalidInput naming the field."""
        first, last = the(self.since.data), the(self.until.data)
        if last < first:
            raise InvalidInput("结束的日期要晚于开始的日期。", "until")
        if (last - first).days >= MAX_DAYS:
            raise InvalidInput(f"一次最多排 {MAX_DAYS} 天，请分几次排。", "until")
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        if self.which.data != "all":
            days = [d for d in days if calendar.is_working(d) is (self.which.data == "workdays")]
        if not days:
            raise InvalidInput("这段时间里没有要排的日子。", "which")
        groups = [
            [_named(name, people, "groups") for name in names(line)] for line in _lines(self.groups.data)
        ]
        leaders = [_named(line, people, "leaders") for line in _lines(self.leaders.data)]
        return Turns(days, [_kind(line) for line in _lines(self.kinds.data)], groups, leaders)


def names(line: str) -> list[str]:
    """Names that one line holds."""
    return [name for name in _SPLIT.split(line) if name]


def _named(name: str, people: Iterable[User], field: str) -> User:
    found = [person for person in people if person.name == name]
    if not found:
        raise InvalidInput(f"本单位没有叫“{name[:20]}”的人员，请写账号上的姓名。", field)
    if len(found) > 1:
        raise InvalidInput(f"本单位有 {len(found)} 位“{name[:20]}”，请逐班排，从名单里选。", field)
    return found[0]


def _kind(line: str) -> ShiftKind:
    match = _KIND.fullmatch(line)
    if match is None:
        raise InvalidInput(f"“{line[:40]}”看不明白，例如：白班 08:00-20:00。", "kinds")
    begins, ends = (read_clock(part.replace("：", ":"), "kinds") for part in match.groups()[1:])
    return ShiftKind(match.group(1).strip(), begins % (24 * 60), ends % (24 * 60))
