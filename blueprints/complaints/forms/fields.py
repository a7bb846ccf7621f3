"""Fields that the forms of cases share; an empty choice is left to the rules, which name their clause."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import ValidationError

from core.files import MAX_BYTES

WAYS = ("电话", "短信", "当面", "微信", "网上平台", "电子邮件", "书面")
FILE_HELP = "照片、录音、扫描件，每个不超过 20 MB。"
MOST_FILES = 10
RELEASED = "附件不含身份信息，可以转给企业"
RELEASED_HELP = "保密件的附件默认只留在本单位：企业看不到文件，也看不到文件名。"


def int_or_none(value: Any) -> int | None:
    """A choice that is an id; the empty first choice is None. ValueError for what no row can have."""
    if value in (None, ""):
        return None
    number = int(value)
    if not 0 <= number < 2**31:
        raise ValueError("no row has this id")
    return number


def flag_or_none(value: Any) -> bool | None:
    """yes, no or nothing chosen yet."""
    if isinstance(value, bool):
        return value
    return {"yes": True, "no": False}.get(str(value or ""))


class _Open:
    """A choice that may stay open: what is missing is refused by the rule that asks for it."""

    data: Any

    def pre_validate(self, form: Any) -> None:
        """Only a value that is no choice is an error of the form."""
        if self.data is not None and self.data != "":
            super().pre_validate(form)  # type: ignore[misc]


def radio(label: str, choices: list[tuple[Any, str]] | None = None, **kwargs: Any) -> RadioField:
    """Radio buttons of which none need be chosen."""
    return OpenRadio(label, choices=choices or [], **kwargs)


def yes_no(label: str, yes: str = "是", no: str = "否", **kwargs: Any) -> RadioField:
    """Yes, no, or not chosen: True, False, None."""
    return OpenRadio(label, choices=[("yes", yes), ("no", no)], coerce=flag_or_none, **kwargs)


def select(label: str, choices: list[tuple[Any, str]] | None = None, **kwargs: Any) -> SelectField:
    """A select whose empty first choice is allowed."""
    return OpenSelect(label, choices=choices or [], **kwargs)


def ways(label: str, blank: str = "请选择") -> SelectField:
    """How the person was told."""
    return OpenSelect(label, choices=[("", blank), *((way, way) for way in WAYS)])


class OpenRadio(_Open, RadioField):
    """See `radio`."""


class OpenSelect(_Open, SelectField):
    """See `select`."""


class UploadsField(MultipleFileField):
    """Files that come with a form: at most ten, each at most 20 MB."""

    def __init__(self, label: str = "附件", **kwargs: Any) -> None:
        super().__init__(label, description=FILE_HELP, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Refuse too many files before any is read."""
        if len(self.contents()) > MOST_FILES:
            raise ValidationError(f"一次最多上传 {MOST_FILES} 个文件。")

    def contents(self) -> list[tuple[str, bytes]]:
        """(name, bytes) of each file; one byte more than the cap is read, so that a longer one is refused."""
        if not hasattr(self, "_contents"):
            uploads = [u for u in self.data or [] if getattr(u, "filename", "")]
            self._contents = [(u.filename, u.stream.read(MAX_BYTES + 1)) for u in uploads[: MOST_FILES + 1]]
        return self._contents


def checkbox(label: str, **kwargs: Any) -> BooleanField:
    """One box to tick."""
    return BooleanField(label, **kwargs)
