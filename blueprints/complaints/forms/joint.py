"""The form of a consultation (会商): its fields follow from the enterprises of the case."""

from __future__ import annotations

from types import new_class
from typing import Any, ClassVar, Self

from wtforms import StringField, TextAreaField
from wtforms.validators import Length

from blueprints.complaints.forms.base import ActionForm, Desk, Spot, Spots
from blueprints.complaints.parties import enterprises_of
from blueprints.complaints.service import consulting
from core.forms import LocalDateField, LocalDateTimeField

KINDS = {"main": "主办", "assisting": "协办"}


class ConsultForm(ActionForm):
    """When, where, who; what was found; for each enterprise what it answers for, how and by when."""

    intro = "会商记录对参加的各家单位公开；答复诉求人的内容由它生成，合并答复一次。"
    held_at = LocalDateTimeField("会商时间")
    place = StringField("地点", [Length(max=200)])
    chair = StringField("主持人", [Length(max=64)])
    attendees = TextAreaField("参加人员", [Length(max=1000)], description="单位、姓名、职务。")
    text = TextAreaField("查明的事实", [Length(max=4000)])
    reply = TextAreaField(
        "议定的合并答复", [Length(max=4000)], description="留空则按各家的责任和措施生成，答复时还可以改。"
    )
    spots: ClassVar[Spots] = (
        Spot("held_at", span=4), Spot("place", span=4), Spot("chair", span=4), Spot("attendees", rows=2),
        Spot("text", rows=4, guard="liability_settled"),
    )  # fmt: skip

    @classmethod
    def at(cls, desk: Desk) -> Self:
        """With three fields for each enterprise of the case."""
        fields: dict[str, Any] = {}
        spots = list(cls.spots)
        for number, name, kind in enterprises_of(desk.case):
            group = f"{name}（{KINDS.get(kind, kind)}）"
            fields[f"duty_{number}"] = TextAreaField("责任", [Length(max=1000)])
            fields[f"measures_{number}"] = TextAreaField("措施", [Length(max=1000)])
            fields[f"due_{number}"] = LocalDateField("完成日期")
            spots += [
                Spot(f"duty_{number}", span=5, rows=3, group=group),
                Spot(f"measures_{number}", span=4, rows=3, group=group),
                Spot(f"due_{number}", span=3, group=group),
            ]
        fields["spots"] = (*spots, Spot("reply", rows=4, group="合并答复"))
        made: Any = new_class("CaseConsultForm", (cls,), exec_body=lambda body: body.update(fields))
        opened: Self = super(ConsultForm, made).at(desk)
        return opened

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"held_at": desk.now, "chair": desk.by.name, "text": consulting.verified_words(desk.case)}
