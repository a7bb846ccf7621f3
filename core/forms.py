"""The base of all forms: Chinese messages, cleaned text, sane caps, a key against double submits."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable
from copy import copy
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask, g, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    DateTimeField,
    DateTimeLocalField,
    DecimalField,
    FileField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.csrf.core import CSRFTokenField
from wtforms.fields.choices import SelectChoice, SelectFieldBase
from wtforms.i18n import get_translations
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, StopValidation
from wtforms.widgets import CheckboxInput, ListWidget

from core.clock import SHANGHAI, to_local

STRING_CAP, TEXT_CAP = 200, 5000
INTEGER_CAP = 2**31 - 1
DECIMAL_CAP = 10**12
FIRST_YEAR, LAST_YEAR = 1900, 2999
DATE_FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
TIME_FORMATS = ("%H:%M", "%H:%M:%S")

_LUNAR = re.compile("[农阴]历|[正冬腊]月|[初廿]|[年月]?大年|中秋|春节")
_NO_DATE = "Not a valid date value."
_LINE_BREAKS = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_INVISIBLE = re.compile(r"[\x01-\x08\x0e-\x1f\x7f\ufeff\u200b\u2060]")
_UNSAVEABLE = re.compile(r"[\x00\ud800-\udfff]")

_MESSAGES = {
    "This field is required.": "请填写这一项。",
    "Invalid input.": "内容格式不对，请检查后重新填写。",
    "Field must be equal to %(other_name)s.": "两次填写的内容不一致。",
    "Field must be at least %(min)d character long.": "至少填写 %(min)d 个字。",
    "Field cannot be longer than %(max)d character.": "最多填写 %(max)d 个字，请删减后再提交。",
    "Field must be exactly %(max)d character long.": "应为 %(max)d 个字。",
    "Field must be between %(min)d and %(max)d characters long.": "应为 %(min)d 到 %(max)d 个字。",
    "Number must be at least %(min)s.": "不能小于 %(min)s。",
    "Number must be at most %(max)s.": "不能大于 %(max)s。",
    "Number must be between %(min)s and %(max)s.": "应在 %(min)s 到 %(max)s 之间。",
    "Date must be at least %(min)s.": "不能早于 %(min)s。",
    "Date must be at most %(max)s.": "不能晚于 %(max)s。",
    "Date must be between %(min)s and %(max)s.": "应在 %(min)s 到 %(max)s 之间。",
    "Invalid email address.": "电子邮箱格式不对，例如 name@example.com。",
    "Invalid IP address.": "IP 地址格式不对。",
    "Invalid Mac address.": "MAC 地址格式不对。",
    "Invalid URL.": "网址格式不对，应以 http:// 或 https:// 开头。",
    "Invalid UUID.": "编号格式不对。",
    "Invalid value, must be one of: %(values)s.": "只能是下列之一：%(values)s。",
    "Invalid value, can't be any of: %(values)s.": "不能是下列任何一个：%(values)s。",
    "This field cannot be edited.": "这一项不能修改。",
    "This field is disabled and cannot have a value.": "这一项不能填写。",
    "Not a valid choice.": "请从列出的选项中选择。",
    "Invalid Choice: could not coerce.": "请从列出的选项中选择。",
    "Invalid choice(s): one or more data inputs could not be coerced.": "请从列出的选项中选择。",
    "'%(value)s' is not a valid choice for this field.": "“%(value)s”不在选项中，请从列出的选项中选择。",
    "Not a valid datetime value.": "时间格式不对，例如 2026-10-13 09:30。",
    "Not a valid date value.": "日期格式不对，例如 2026-10-13。",
    "Not a valid time value.": "时间格式不对，例如 09:30。",
    "Not a valid week value.": "周的格式不对。",
    "Not a valid integer value.": "请填写整数。",
    "Not a valid decimal value.": "请填写数字。",
    "Not a valid float value.": "请填写数字。",
    "File does not have an approved extension: {extensions}": "文件类型不对，只能上传：{extensions}。",
    "File does not have an approved extension.": "这种类型的文件不能上传。",
    "File must be between {min_size} and {max_size} bytes.": "文件应为 {min_size} 到 {max_size} 字节。",
    "CSRF token missing.": "页面已过期，请再提交一次。",
    "CSRF token expired.": "页面已过期，请再提交一次。",
    "CSRF failed.": "页面已过期，请再提交一次。",
    "Invalid CSRF Token.": "页面已过期，请再提交一次。",
}


class _ChineseMessages:
    """Our own sentences first, the library's Chinese for whatever is left."""

    def __init__(self) -> None:
        self._library = get_translations(["zh"])

    def gettext(self, string: str) -> str:
        return _MESSAGES.get(string) or str(self._library.gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return _MESSAGES.get(singular) or str(self._library.ngettext(singular, plural, n))


def clean_text(value: Any) -> Any:
    """Strip, unify line breaks, drop invisible characters; ValueError for NUL and lone surrogates."""
    if not isinstance(value, str):
        return value
    if _UNSAVEABLE.search(value):
        raise ValueError("含有无法保存的字符，请删除后重新填写。")
    return _INVISIBLE.sub("", _LINE_BREAKS.sub("\n", value)).strip()


def clean_line(value: Any) -> Any:
    """As `clean_text`, and on one line."""
    value = clean_text(value)
    return " ".join(value.split("\n")) if isinstance(value, str) else value


def _refuse_unsaveable(value: Any) -> Any:
    clean_text(value)
    return value


def _filter_for(field: Any) -> Any:
    if isinstance(field, PasswordField):
        return _refuse_unsaveable
    return clean_text if isinstance(field, TextAreaField) else clean_line


def _kind(field: Any) -> str:
    """How the page shows a field, whatever its class is called."""
    return next((kind for kind, classes in _KINDS if isinstance(field, classes)), "text")


def select_choice(choice: Any) -> SelectChoice:
    """A choice as WTForms keeps it, from a pair or one already."""
    return SelectChoice(*choice) if isinstance(choice, tuple) else choice


class _Understood(InputRequired):
    """As InputRequired, but blanks are nothing, and what could not be read keeps its own message."""

    def __call__(self, form: Any, field: Any) -> None:
        if field.process_errors:
            raise StopValidation
        if field.data is None:
            raise StopValidation(self.message or field.gettext("This field is required."))


def _word_required(field: Any) -> None:
    """A missing choice or file is chosen, not filled in; a date that cannot be read is not missing."""
    if isinstance(field, (DateTimeField, IntegerField, DecimalField)):
        field.validators = [
            _Understood(v.message) if isinstance(v, DataRequired) else v for v in field.validators
        ]
    if isinstance(field, FileField):
        message = "请选择文件。"
    elif isinstance(field, SelectFieldBase):
        message = "请选择。"
    else:
        return
    field.validators = [_reworded(validator, message) for validator in field.validators]


def _reworded(validator: Any, message: str) -> Any:
    if not isinstance(validator, (DataRequired, InputRequired)) or validator.message is not None:
        return validator
    own = copy(validator)  # the original belongs to the form class
    own.message = message
    return own


def _cap(field: Any) -> None:
    kinds = tuple(type(validator) for validator in field.validators)
    if isinstance(field, StringField):
        field.filters = (_filter_for(field), *field.filters)
        if Length not in kinds:
            cap = TEXT_CAP if isinstance(field, TextAreaField) else STRING_CAP
            field.validators = [*field.validators, Length(max=cap)]
            field.flags.maxlength = cap
    elif isinstance(field, (IntegerField, DecimalField)) and NumberRange not in kinds:
        cap = INTEGER_CAP if isinstance(field, IntegerField) else DECIMAL_CAP
        field.validators = [*field.validators, NumberRange(min=-cap, max=cap)]


class BaseForm(FlaskForm):
    """Base of every form.

    Text is stripped and capped (StringField 200, TextAreaField 5000 characters, unless the field has a
    `Length` of its own). `id_prefix` keeps element ids unique when a page holds several forms with the same
    fields.
    """

    submission_key = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=48)])

    class Meta(FlaskForm.Meta):
        locales = ("zh",)

        def get_translations(self, form: Any) -> _ChineseMessages:
            return _CHINESE

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            bound = super().wrap_formdata(form, formdata) if not request.is_json else None
            return request.form if bound is None and form.is_submitted() else bound

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            choices = unbound_field.kwargs.get("choices")
            if isinstance(choices, (list, tuple)):
                options = {**options, "choices": [select_choice(choice) for choice in choices]}
            field = super().bind_field(form, unbound_field, options)
            field.kind = _kind(field)
            if not isinstance(field, CSRFTokenField):
                _cap(field)
                _word_required(field)
            return field

    def __init__(self, *args: Any, id_prefix: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:
            field.id = field.label.field_id = id_prefix + field.id

    def process(self, *args: Any, **kwargs: Any) -> None:
        """Fill the fields; a text that was not sent is empty; whatever cannot be stored or sent back is taken
        out of what is shown again."""
        super().process(*args, **kwargs)
        for field in self:
            if field.data is None and isinstance(field, StringField) and self.is_submitted():
                field.data = ""
            if isinstance(field.data, str):
                field.data = _UNSAVEABLE.sub("", field.data)
            elif isinstance(field.data, list):
                field.data = [_UNSAVEABLE.sub("", v) if isinstance(v, str) else v for v in field.data]
            if field.raw_data:
                field.raw_data = [_UNSAVEABLE.sub("", v) if isinstance(v, str) else v for v in field.raw_data]

    def hidden_inputs(self) -> list[Any]:
        """Hidden fields (CSRF and submission key included), for `form_open`."""
        return [field for field in self if isinstance(field, (HiddenField, CSRFTokenField))]


_CHINESE = _ChineseMessages()


def _parse(text: str, formats: Iterable[str]) -> datetime | None:
    for pattern in formats:
        try:
            moment = datetime.strptime(text, pattern).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
        return moment if FIRST_YEAR <= moment.year <= LAST_YEAR else None
    return None


class LocalDateField(DateField):
    """A date (`datetime.date`, Asia/Shanghai), years 1900-2999; also reads 2026/10/13 and 2026年10月13日."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data: date | None = None
        if not text:
            return
        moment = _parse(text, DATE_FORMATS)
        if moment is None:
            lunar = _LUNAR.search(text)
            raise ValueError("请填公历日期，例如 2026-10-13。" if lunar else _MESSAGES[_NO_DATE])
        self.data = moment.date()


class LocalDateTimeField(DateTimeLocalField):
    """A moment: shown and typed in Asia/Shanghai to the minute, `data` is an aware UTC datetime."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = valuelist[0].strip().replace("T", " ") if valuelist else ""
        self.data: datetime | None = None
        if not text:
            return
        moment = _parse(text, (f"{day} {time}" for day in DATE_FORMATS for time in TIME_FORMATS))
        if moment is None:
            raise ValueError("时间格式不对，例如 2026-10-13 09:30。")
        self.data = moment.astimezone(UTC)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return to_local(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""


class CheckboxListField(SelectMultipleField):
    """Several choices as a list of checkboxes instead of a multi-select."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


Offers = Callable[[], Iterable[tuple[str, str]]]


class OfferingField(StringField):
    """A line that offers what is usually written there; anything else may be typed too.

    `offers` gives (what to write, what it is). Fields of one page with the same `offers` share one list.
    """

    def __init__(self, label: str, validators: Any = None, *, offers: Offers, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.offers = offers

    def __call__(self, **kwargs: Any) -> Markup:
        """The input, and once on a page the list."""
        name = f"offers-{self.offers.__name__.replace('_', '-')}"
        written: set[str] = g.setdefault("offers_written", set())
        field = Markup(super().__call__(**(kwargs | {"list": name})))  # noqa: S704
        if name in written:
            return field
        written.add(name)
        options = [Markup('<option value="{}">{}</option>').format(*pair) for pair in self.offers()]
        return field + Markup('<datalist id="{}">{}</datalist>').format(name, Markup("").join(options))


_KINDS: tuple[tuple[str, Any], ...] = (
    ("hidden", (HiddenField, CSRFTokenField)),
    ("textarea", TextAreaField),
    ("checkboxes", CheckboxListField),
    ("radio", RadioField),
    ("select", SelectFieldBase),
    ("check", BooleanField),
    ("file", FileField),
    ("moment", DateTimeField),
    ("date", DateField),
    ("integer", IntegerField),
    ("decimal", DecimalField),
)


def select_choices(pairs: Iterable[tuple[Any, str]], blank: str | None = "请选择") -> list[tuple[Any, str]]:
    """Choices of a select; `blank` is the text of the empty first one (None: none)."""
    first: list[tuple[Any, str]] = [("", blank)] if blank is not None else []
    return [*first, *pairs]


def the(value: Any) -> Any:
    """A value that validation has made sure of."""
    return value


def new_submission_key() -> str:
    """A fresh key for a form without fields (buttons)."""
    return uuid.uuid4().hex


def register_forms(app: Flask) -> None:
    """Set what forms and form macros need of the application."""
    app.config["WTF_I18N_ENABLED"] = False
    app.jinja_env.globals["submission_key"] = new_submission_key
