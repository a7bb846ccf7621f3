"""Giving a shift over, and sending it back."""

from __future__ import annotations

from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from core.forms import BaseForm


class HandoverForm(BaseForm):
    """The remark beside the items that are listed by themselves."""

    remark = TextAreaField(
        "交班备注", [Length(max=1000)], description="清单以外要交代的：设备、现场、来人来电、换班情况。"
    )


class SendBackForm(BaseForm):
    """Why the next shift does not take over as it stands."""

    reason = TextAreaField("退回理由", [DataRequired(), Length(max=500)])
