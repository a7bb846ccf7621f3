"""Forms of an on-site check beside its items: the visit, declarations, signatures, what follows."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from werkzeug.datastructures import FileStorage
from wtforms import FileField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from blueprints.inspection.service import signing
from core import clock, files
from core.forms import BaseForm, LocalDateTimeField
from domain.check_facts import OUTCOMES, TIMES
from domain.errors import InvalidInput

PNG = "data:image/png;base64,"
LONGEST_DRAWN = 1_500_000
OPTIONAL_TEXT = [Length(max=64)]
REASON = [DataRequired(), Length(max=300)]


class DeclareForm(BaseForm):
    """Whether there is a conflict of interest."""

    interest = RadioField(
        "和被检查单位有没有利害关系", [DataRequired()],
        choices=[("none", "没有利害关系"), ("some", "有利害关系，应当回避")],
    )  # fmt: skip
    conflict = StringField("利害关系的情况", [Length(max=300)], description="有利害关系的必须写明。")

    def declared(self) -> str:
        """The conflict in words, empty for none. Errors: InvalidInput."""
        if self.interest.data == "none":
            return ""
        if not self.conflict.data:
            raise InvalidInput("请写明利害关系的情况。", "conflict")
        return str(self.conflict.data)


class SubstituteForm(BaseForm):
    """Who takes whose place, and why."""

    place = SelectField("更换谁", [DataRequired()], coerce=str)
    person = SelectField("换成谁", [DataRequired()], coerce=str)
    reason = StringField("理由", REASON)


class ReasonForm(BaseForm):
    """Why something is given up."""

    reason = StringField("理由", REASON)


class ReviewForm(BaseForm):
    """The opinion of somebody who was not there."""

    review = TextAreaField("复核意见", [DataRequired(), Length(max=500)])


class AddendumForm(BaseForm):
    """What is added after signing."""

    text = TextAreaField("补充说明", [DataRequired(), Length(max=2000)])


class VisitForm(BaseForm):
    """The facts of the visit, for tablets without scripts and for paper."""

    arrived: Any = LocalDateTimeField("到达时间", [Optional()])
    certificates_shown: Any = LocalDateTimeField("出示执法证件的时间", [Optional()])
    rights_told: Any = LocalDateTimeField("告知权利义务的时间", [Optional()])
    present_name = StringField("在场负责人", OPTIONAL_TEXT)
    present_post = StringField("职务", OPTIONAL_TEXT)
    present_phone = StringField("电话", OPTIONAL_TEXT)
    statement = TextAreaField("被检查单位的陈述", [Length(max=2000)])
    outcome = RadioField("检查情况", [Optional()], choices=list(OUTCOMES.items()))
    outcome_reason = StringField("受阻或者关门的情况", [Length(max=300)])
    photo = FileField("受阻或者关门的照片")
    ended: Any = LocalDateTimeField("结束时间", [Optional()])

    def given(self) -> dict[str, dict[str, Any]]:
        """Fact -> data; facts that were left empty have {}."""
        found: dict[str, dict[str, Any]] = {}
        for name in TIMES:
            at = self[name.removeprefix("@")].data
            found[name] = {"value": clock.to_local(at).strftime("%Y-%m-%dT%H:%M")} if at else {}
        person = {part: self[f"present_{part}"].data for part in ("name", "post", "phone")}
        found["@present"] = {"value": person} if person["name"] else {}
        found["@statement"] = {"value": self.statement.data} if self.statement.data else {}
        outcome = {"value": self.outcome.data} if self.outcome.data else {}
        if outcome and self.outcome_reason.data:
            outcome["note"] = self.outcome_reason.data
        return found | {"@outcome": outcome}


class SignForm(BaseForm):
    """A signature: drawn on the screen, or a picture of one on paper."""

    drawn = HiddenField(validators=[Length(max=LONGEST_DRAWN)])
    picture = FileField("签字的照片", description="屏幕上不方便签字的，在纸上签字后拍照上传。")

    def picture_bytes(self) -> bytes:
        """The picture that was drawn, else the one that was chosen. Errors: InvalidInput."""
        drawn = str(self.drawn.data or "")
        if drawn:
            if not drawn.startswith(PNG) or len(drawn) > LONGEST_DRAWN:
                raise InvalidInput("签字的图片无法识别，请重新签字。", "picture")
            try:
                return base64.b64decode(drawn.removeprefix(PNG), validate=True)
            except (binascii.Error, ValueError):
                raise InvalidInput("签字的图片无法识别，请重新签字。", "picture") from None
        return upload_bytes(self.picture.data, signing.LARGEST_BYTES)


class CompanyForm(SignForm):
    """The representative of the enterprise signs."""

    name = StringField("在场人员姓名", [DataRequired(), Length(max=64)])
    post = StringField("职务", [DataRequired(), Length(max=64)])


class RefusalForm(SignForm):
    """The representative does not sign, or nobody is there; a witness does."""

    name = StringField("拒签人姓名", [Length(max=64)], description="无人在场的不填。")
    reason = StringField("拒签的理由或者无人在场的情况", REASON)
    witness = StringField("见证人姓名", [DataRequired(), Length(max=64)])
    witness_post = StringField("见证人单位和职务", [DataRequired(), Length(max=64)])


def substitutes(form: SubstituteForm, team: Iterable[Any], people: Iterable[Any]) -> SubstituteForm:
    """The choices: places of the team, certified people outside of it."""
    form.place.choices = [(str(one.id), one.name) for one in team]
    form.person.choices = [(str(one.user_id), f"{one.user.name}（{one.number}）") for one in people]
    return form


def upload_bytes(upload: Any, most: int = files.MAX_BYTES) -> bytes:
    """What was chosen as a file, at most one byte more than the cap; nothing where nothing was chosen."""
    if not isinstance(upload, FileStorage) or not upload.filename:
        return b""
    return upload.stream.read(most + 1)
