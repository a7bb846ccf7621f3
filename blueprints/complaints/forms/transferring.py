"""Forms of a transfer (移送): to whom and why, the receipt, and the way back."""

from __future__ import annotations

from typing import Any, ClassVar

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from blueprints.complaints import facts
from blueprints.complaints.forms.base import ActionForm, Desk, Spot, Spots
from blueprints.complaints.forms.fields import radio, select, ways
from blueprints.complaints.service import transferring
from core.clock import local_date
from core.forms import LocalDateField, LocalDateTimeField, select_choices


class TransferForm(ActionForm):
    """移送."""

    intro = "移送给本平台的其他主管部门，件随即转到对方；移送给其他单位的，等对方回执，可以退回或收回。"
    to = select("移送到")
    body = StringField("其他单位的名称", [Length(max=128)], description="上面选“其他单位”的填写。")
    reason = TextAreaField("移送的理由", [DataRequired(), Length(max=1000)], description="为什么归对方管。")
    basis = StringField("依据", [Length(max=300)], description="例如价格法、三定方案。")
    told_how = ways("怎样告知诉求人")
    told_at = LocalDateTimeField("告知时间")
    spots: ClassVar[Spots] = (
        Spot("to", span=6), Spot("body", span=6), Spot("reason", rows=3), Spot("basis"),
        Spot("told_how", span=4, guard="decline_reason_told"), Spot("told_at", span=4),
    )  # fmt: skip

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"told_at": desk.now}

    def arrange(self, desk: Desk) -> None:
        own = transferring.other_regulators(desk.case) if desk.case.regulator_id else []
        choices = [(f"org:{r.id}", f"{r.name}（本平台）") for r in own]
        choices += [(f"body:{name}", name) for name in transferring.USUAL_BODIES]
        self.to.choices = select_choices([*choices, ("other:", "其他单位（在右边填写）")], "请选择")
        if desk.case.anonymous:
            del self.told_how, self.told_at


class ReceiptForm(ActionForm):
    """登记移送回执."""

    number = StringField("回执编号", [Length(max=64)], description="对方没有编号的写“无编号”和签收人。")
    received_on = LocalDateField("回执日期")
    remark = TextAreaField("对方的意见或办理结果", [Length(max=1000)])
    spots: ClassVar[Spots] = (
        Spot("number", span=6), Spot("received_on", span=6), Spot("remark", rows=2),
    )  # fmt: skip

    @classmethod
    def known(cls, desk: Desk) -> dict[str, Any]:
        return {"received_on": local_date(desk.now)}


class TransferBackForm(ActionForm):
    """收回或接回移送件."""

    how = radio("怎样回来的", list(transferring.BACK.items()))
    reason = TextAreaField("理由", [DataRequired(), Length(max=1000)], description="不少于 5 个字。")
    spots: ClassVar[Spots] = (Spot("how"), Spot("reason", rows=3))

    def arrange(self, desk: Desk) -> None:
        row = facts.transfer_open(desk.case)
        inside = row is not None and row.to_organization_id is not None
        self.how.description = transferring.CONTINUED if inside else transferring.RESTARTED
        if inside and row.organization_id != desk.by.organization_id:
            self.how.choices = [("returned", "退回移送单位")]
            self.how.data = self.how.data or "returned"
