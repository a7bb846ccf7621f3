"""Forms of what came from outside (12345): sign-for, requests to the sender, fill-back, a newer round."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.complaints.forms.base import ActionForm, Desk, Spot, Spots
from blueprints.complaints.forms.beside import ReasonForm
from blueprints.complaints.forms.fields import radio
from blueprints.complaints.service import outside, rounds
from blueprints.complaints.service.outside_limits import NAMES
from core.clock import local_date
from core.forms import BaseForm, CheckboxListField, LocalDateField, LocalDateTimeField


class SignForm(ActionForm):
    """签收派单."""

    intro = "记下由您签收和签收时间；来件单位给定的时限照常计算。"
    takes_files = False
    remark = TextAreaField("说明", [Length(max=500)])
    spots: ClassVar[Spots] = (Spot("remark", rows=2),)


class AskOutsideForm(ReasonForm):
    """向来件单位申请退单或延期."""

    intro = "申请要在来件单位的系统里提出；来件单位答复以前，这里的时限不变。"
    kind = radio("申请什么", list(outside.KINDS.items()))
    asked_until = LocalDateField("希望延到", description="申请延期的填写。")
    spots: ClassVar[Spots] = (Spot("kind", span=6), Spot("asked_until", span=6), Spot("reason", rows=3))


class DecideOutsideForm(ActionForm):
    """来件单位的答复."""

    intro = "同意延期的，新期限代替较早的时限，原来的日期留在记录里；同意退单的，本件在本单位办结。"
    decision = radio("来件单位的决定", [("granted", "同意"), ("refused", "不同意")])
    decided_on = LocalDateField("答复日期")
    new_due_on = LocalDateField("新期限")
    levels = CheckboxListField("适用于哪一级时限")
    remark = TextAreaField("说明", [Length(max=500)], description="例如来件单位的答复原话、答复人。")
    spots: ClassVar[Spots] = (
        Spot("decision", span=6), Spot("decided_on", span=6), Spot("new_due_on", span=6),
        Spot("levels", span=6), Spot("remark", rows=2),
    )  # fmt: skip

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        request = open_request(desk)
        known: dict[str, Any] = {"decided_on": local_date(desk.now), "levels": list(NAMES)}
        return known | ({"new_due_on": request.asked_until} if request else {})

    def arrange(self, desk: Desk) -> None:
        self.levels.choices = list(NAMES.items())
        request = open_request(desk)
        if request is None:
            return
        until = f"，希望延到 {request.asked_until:%Y-%m-%d}" if request.asked_until else ""
        self.decision.description = f"申请{outside.KINDS[request.kind]}{until}。理由：{request.reason}"
        if request.kind == "return":
            del self.new_due_on, self.levels


def open_request(desk: Desk) -> Any:
    """The request that waits for the sender, or None."""
    asked = [r for d in desk.case.dispatches for r in d.requests if not r.decision]
    return asked[-1] if asked else None


class FillBackForm(ActionForm):
    """回填: what the sender is told, drawn up from the reply."""

    intro = "回填后来件单位的时限终止；不写本单位人员的姓名，写单位名称。"
    takes_files = False
    text = TextAreaField("回填内容", [Length(max=outside.LONGEST_FILL)])
    spots: ClassVar[Spots] = (Spot("text", rows=7),)

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"text": outside.prepared_fill(desk.case)}


class RedispatchForm(ActionForm):
    """登记重办派单: a newer round of the same number, by hand."""

    intro = "同一编号再次派来的，并入本件：正在办理的换成新的时限，已经答复或办结的重新办理。批量的用导入。"
    round = IntegerField("派单轮次", [DataRequired()])
    received_at = LocalDateTimeField("派单时间")
    city_due = LocalDateTimeField("市级时限")
    district_due = LocalDateTimeField("区级时限")
    text = TextAreaField("重办要求", [Length(max=4000)])
    spots: ClassVar[Spots] = (
        Spot("round", span=3), Spot("received_at", span=3), Spot("city_due", span=3),
        Spot("district_due", span=3), Spot("text", rows=3),
    )  # fmt: skip

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        last = outside.newest(desk.case)
        return {"round": last.round + 1 if last else 2, "received_at": desk.now}


class SignAllForm(BaseForm):
    """All waiting rounds at once."""

    remark = StringField("说明", [Length(max=200)])


class ExportFillForm(BaseForm):
    """Which results go into the file."""

    what = RadioField(
        "导出哪些",
        [DataRequired()],
        choices=[("unexported", "还没有导出过的回填"), ("filled", "全部已回填的")],
        default="unexported",
    )


class OutsideTypeForm(BaseForm):
    """A word of the sender and what it means here."""

    source = SelectField("来源", choices=[(s, s) for s in rounds.SOURCES])
    word = StringField("来件单位的叫法", [DataRequired(), Length(max=rounds.LONGEST_WORD)])
    type = SelectField("我们的类型", choices=[])
    category = SelectField("我们的内容类别", choices=[])
