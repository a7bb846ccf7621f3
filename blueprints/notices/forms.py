"""Forms of official notices. The form of a draft is made from the fields of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from blueprints.notices.guards import METHOD_NAMES
from blueprints.notices.models import Notice
from blueprints.notices.service import Content
from blueprints.notices.service.drafting import LONGEST_ANSWER, LONGEST_TITLE
from core.files import ALLOWED, MAX_BYTES
from core.forms import BaseForm, LocalDateTimeField, select_choices
from domain.documents import FORM_NAMES, MOST_CHARACTERS, PAGE_COLUMN
from domain.errors import InvalidInput, RuleViolation
from domain.notice_kinds import FieldRow, Kind

PREFIX = "v_"
CELLS = re.compile(r"[|｜\t]")
LONGEST_VALUE = 20_000
FILLED = "系统已经填写，请核对。"


def show_refusal(form: BaseForm, refusal: InvalidInput | RuleViolation) -> int:
    """Put a refusal where it belongs in the form; returns the status to answer with."""
    if isinstance(refusal, RuleViolation):
        form.form_errors.append(f"{refusal.message}{refusal.next_step or ''}")
        return 409
    if refusal.field and refusal.field in form:
        form[refusal.field].errors = [*form[refusal.field].errors, refusal.message]
    else:
        form.form_errors.append(refusal.message)
    return 422


def lines_of(text: str | None) -> list[str]:
    """The lines of a text area that hold something."""
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


class TableField(TextAreaField):
    """Rows of a table: a line each, cells divided by |. `data` stays text, `rows()` gives the cells."""

    def __init__(self, label: str, columns: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.columns = columns

    def rows(self) -> list[list[str]]:
        """The cells; rows that are too short are filled up."""
        found = [[cell.strip() for cell in CELLS.split(line)] for line in lines_of(self.data)]
        return [row + [""] * (len(self.columns) - len(row)) for row in found]

    def pre_validate(self, form: Any) -> None:
        """No row has more cells than the table has columns."""
        for number, row in enumerate(self.rows(), start=1):
            if len(row) > len(self.columns):
                raise ValidationError(f"第 {number} 行有 {len(row)} 栏，这张表只有 {len(self.columns)} 栏。")


class NewNoticeForm(BaseForm):
    """Which kind of notice, to whom."""

    kind = SelectField("文书种类", [DataRequired()], choices=[])
    addressees = TextAreaField("主送", [Length(max=5000)], description="每行一个。记录、卷宗不用填。")


class DraftForm(BaseForm):
    """What every draft has; the fields of its kind are added by `draft_form`."""

    version = HiddenField(validators=[Length(max=12)])
    layout = RadioField("格式", choices=[])
    title = TextAreaField("标题", [DataRequired(), Length(max=LONGEST_TITLE)])
    addressees = TextAreaField("主送", [Length(max=12_000)], description="每行一个，写全称。")
    body = TextAreaField("正文", [Length(max=MOST_CHARACTERS)])
    annex_title = StringField("附件标题", [Length(max=LONGEST_TITLE)])
    annex_body = TextAreaField("附件", [Length(max=MOST_CHARACTERS)])
    copies_to = TextAreaField("抄送", [Length(max=12_000)], description="每行一个；没有就不填。")
    answer_within = IntegerField(
        "要求几个工作日内回复",
        [Optional(), NumberRange(min=0, max=LONGEST_ANSWER)],
        description="自收到之日起算，0 表示不要求回复；正文里要写同样的天数。",
    )

    about: Kind

    def value_fields(self) -> list[Field]:
        """The fields of the kind, in their order."""
        return [self[PREFIX + row.name] for row in self.about.fields]

    def content(self) -> Content:
        """What was typed, for the service."""
        values: dict[str, Any] = {}
        for row in self.about.fields:
            typed = self[PREFIX + row.name]
            values[row.name] = typed.rows() if isinstance(typed, TableField) else typed.data or ""
        return Content(
            form=self.layout.data if len(self.about.forms) > 1 else None,
            title=self.title.data or "", body=self.body.data or "",
            annex_title=self.annex_title.data or "", annex_body=self.annex_body.data or "",
            values=values, addressees=lines_of(self.addressees.data),
            copies_to=lines_of(self.copies_to.data), answer_within=self.answer_within.data or 0,
        )  # fmt: skip


def _field(row: FieldRow, filled: bool) -> Any:
    help_text = FILLED if filled else ""
    if row.name == "basis":
        help_text += "名称写在书名号里；现行有效的见“依据登记”，没有施行和已经废止的不能引用。"
    match row.kind:
        case "table":
            how = f"每行一条，各栏用“|”隔开：{' | '.join(row.columns)}。"
            if PAGE_COLUMN in row.columns:
                how += f"{PAGE_COLUMN}写“材料1”的，印制时换成第 1 件材料开始的页码，每件材料留一行。"
            return TableField(row.label, row.columns, validators=[Length(max=LONGEST_VALUE)], description=how)
        case "lines":
            return TextAreaField(row.label, [Length(max=LONGEST_VALUE)], description=help_text)
        case "choice":
            choices = select_choices([(choice, choice) for choice in row.choices], "（不选）")
            return SelectField(row.label, choices=choices, description=help_text)
    return StringField(row.label, [Length(max=1000)], description=help_text)


def draft_form(notice: Notice, about: Kind, **kwargs: Any) -> DraftForm:
    """The form of a draft with what stands in it."""
    fields = {PREFIX + row.name: _field(row, row.name in notice.filled) for row in about.fields}
    made: type[DraftForm] = type("KindForm", (DraftForm,), fields)
    form = made(data=_data(notice, about), **kwargs)
    form.about = about
    form.layout.choices = [(f.value, FORM_NAMES[f]) for f in about.forms]
    return form


def _data(notice: Notice, about: Kind) -> dict[str, Any]:
    data: dict[str, Any] = {
        "version": str(notice.version), "layout": notice.form, "title": notice.title, "body": notice.body,
        "annex_title": notice.annex_title, "annex_body": notice.annex_body,
        "addressees": "\n".join(row["name"] for row in notice.addressees),
        "copies_to": "\n".join(notice.copies_to), "answer_within": notice.answer_within or 0,
    }  # fmt: skip
    for row in about.fields:
        data[PREFIX + row.name] = as_text(row, notice.values.get(row.name))
    return data


def as_text(row: FieldRow, value: Any) -> str:
    """A value as it stands in its control."""
    if row.kind == "table":
        rows: Iterable[Iterable[Any]] = value or ()
        return "\n".join(" | ".join(str(cell) for cell in line) for line in rows)
    return "" if value is None else str(value)


class StepForm(BaseForm):
    """A step with remarks; for sending back, discarding and voiding they are asked for by the rules."""

    remark = TextAreaField("意见", [Length(max=1000)])


class ServeForm(BaseForm):
    """How one addressee was served (送达回证)."""

    method = RadioField("送达方式", choices=list(METHOD_NAMES.items()), validate_choice=False)
    served_at = LocalDateTimeField("送达时间", [InputRequired()])
    place = StringField("送达地点", [Length(max=200)], description="公告送达的，写公告登在哪里。")
    receiver = StringField("收件人", [Length(max=64)])
    relation = StringField("与受送达人的关系", [Length(max=64)], description="本人、法定代表人、收发室等。")
    witness = StringField("见证人", [Length(max=128)], description="拒收后留置送达时填写姓名和单位。")
    tracking = StringField("邮件编号", [Length(max=64)], description="邮寄送达时填写。")
    consent = BooleanField("受送达人同意电子送达")
    consent_note = StringField("同意的方式", [Length(max=200)], description="例如：签订的送达地址确认书。")
    second_server = StringField("另一名送达人", [Length(max=64)])
    remark = StringField("备注", [Length(max=500)])
    receipt = FileField(
        "送达回证扫描件", description=f"签名的回证、回执或者照片，不超过 20 MB。可上传：{ALLOWED}。"
    )

    def values(self) -> dict[str, Any]:
        """What was typed; the file as (name, bytes) or None."""
        data = {name: value for name, value in self.data.items() if name not in ("receipt", "csrf_token")}
        upload = self.receipt.data
        if not getattr(upload, "filename", ""):
            return data | {"receipt": None}
        return data | {"receipt": (upload.filename, upload.stream.read(MAX_BYTES + 1))}


class AnswerForm(BaseForm):
    """The addressee's answer."""

    answer = TextAreaField("回复的内容", [DataRequired(), Length(max=1000)])
    answered_at = LocalDateTimeField("收到回复的时间", [InputRequired()])


class TemplateForm(BaseForm):
    """The wording of a kind."""

    title = TextAreaField("标题", [DataRequired(), Length(max=LONGEST_TITLE)])
    body = TextAreaField("正文", [DataRequired(), Length(max=50_000)])
    annex_title = StringField("附件标题", [Length(max=LONGEST_TITLE)])
    annex_body = TextAreaField("附件", [Length(max=50_000)])
    reason = StringField("为什么修改", [Length(max=300)], description="不少于 5 个字，记入版本记录。")


class OrganCodeForm(BaseForm):
    """机关代字 of one series of one organization."""

    code = StringField("机关代字", [DataRequired(), Length(max=24)], description="例如：涪经信督。")


class SealForm(BaseForm):
    """A new version of an organization's seal picture, with the approval that it rests on."""

    picture = FileField(
        "印章图样", description="PNG，背景透明，不超过 1 MB，每边 300 到 2000 像素；圆形，正面，不歪斜。"
    )
    approval = StringField(
        "依据", [DataRequired(), Length(max=300)],
        description="允许这样用印的单位规定或者批准文件、文号，例如：本委印章管理办法第八条。",
    )  # fmt: skip
    allowed = BooleanField(
        "本单位的印章管理规定允许在系统印制的文书上使用印章图样",
        [DataRequired("没有本单位规定的允许，不能使用印章图样。")],
    )

    def content(self) -> bytes:
        """The bytes of the file. Errors: InvalidInput when none was chosen."""
        upload = self.picture.data
        if not getattr(upload, "filename", ""):
            raise InvalidInput("请选择印章图样文件。", "picture")
        data: bytes = upload.stream.read(MAX_BYTES + 1)
        return data


class SealUseForm(BaseForm):
    """Whether the picture is printed on what is issued."""

    use = RadioField("印章", choices=[("none", "不印章，留盖章位置"), ("picture", "使用上传的印章图样")])
    reason = StringField(
        "为什么更改", [DataRequired(), Length(max=300)], description="不少于 5 个字，记入日志。"
    )


class VerifyForm(BaseForm):
    """A code, or a file whose digest is looked up; nothing is kept."""

    code = StringField("查询码", [Length(max=64)], description="二维码下面的 12 位字母和数字。")
    sha256 = HiddenField(validators=[Length(max=64)])
    file = FileField("PDF 文件")
