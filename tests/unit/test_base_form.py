"""The base form: Chinese words for every refusal, clean and capped text, local times, submission key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField, StringField, validators
from wtforms.fields import DecimalField, FloatField, TimeField, URLField

from core.forms import _MESSAGES, BaseForm, LocalDateField, LocalDateTimeField, clean_line, clean_text
from tests.unit.shell_app import EveryField, make_shell

LATIN_WORD = re.compile(r"[A-Za-z]{3,}")


@pytest.fixture(scope="module")
def shell() -> Iterator[Flask]:
    """The shell inside a request."""
    app = make_shell()
    with app.test_request_context("/"):
        yield app


def one(field: Any, value: str, **more: str) -> Any:
    """The bound and validated field of a form that has only this one."""
    form = type("OneForm", (BaseForm,), {"value": field})(MultiDict({"value": value, **more}))
    form.validate()
    return form.value


REFUSED = {
    "required": (StringField(validators=[validators.DataRequired()]), ""),
    "input required": (StringField(validators=[validators.InputRequired()]), ""),
    "short": (StringField(validators=[validators.Length(min=5)]), "甲"),
    "long": (StringField(validators=[validators.Length(max=2)]), "甲乙丙"),
    "exact": (StringField(validators=[validators.Length(min=2, max=2)]), "甲"),
    "range of length": (StringField(validators=[validators.Length(min=2, max=3)]), "甲"),
    "number range": (IntegerField(validators=[validators.NumberRange(1, 5)]), "9"),
    "number least": (IntegerField(validators=[validators.NumberRange(min=1)]), "0"),
    "number most": (IntegerField(validators=[validators.NumberRange(max=1)]), "9"),
    "integer": (IntegerField(), "三"),
    "decimal": (DecimalField(), "三"),
    "not a number": (DecimalField(), "NaN"),
    "float": (FloatField(), "三"),
    "time": (TimeField(), "三"),
    "date": (LocalDateField(), "昨天"),
    "moment": (LocalDateTimeField(), "昨天"),
    "pattern": (StringField(validators=[validators.Regexp("^a$")]), "b"),
    "address of a page": (URLField(validators=[validators.URL()]), "b"),
    "number of an address": (StringField(validators=[validators.IPAddress()]), "b"),
    "one of": (StringField(validators=[validators.AnyOf(["甲"])]), "b"),
    "none of": (StringField(validators=[validators.NoneOf(["b"])]), "b"),
    "equal": (StringField(validators=[validators.EqualTo("submission_key")]), "b"),
    "cap": (StringField(), "甲" * 201),
    "huge integer": (IntegerField(), "99999999999999999999"),
    "huge decimal": (DecimalField(), "1e400"),
    "nul": (StringField(), "甲\x00"),
    "surrogate": (StringField(), "甲\ud800"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_every_refusal_is_chinese(shell: Flask, name: str) -> None:
    field, value = REFUSED[name]
    errors = one(field, value).errors
    assert errors
    assert re.search(r"[\u4e00-\u9fff]", errors[0])
    assert not LATIN_WORD.search(errors[0].replace("IP", "").replace("http", "").replace("https", ""))


def test_messages_keep_the_placeholders_of_the_library() -> None:
    for english, chinese in _MESSAGES.items():
        wanted = set(re.findall(r"%\(\w+\)[sd]|{\w+}", english))
        assert set(re.findall(r"%\(\w+\)[sd]|{\w+}", chinese)) <= wanted
        assert chinese.endswith("。")


def test_a_missing_choice_is_chosen_not_filled_in(shell: Flask) -> None:
    form = EveryField(MultiDict())
    form.validate()
    assert form.channel.errors == ["请选择。"]
    assert form.title.errors == ["请填写这一项。"]


def test_text_is_cleaned(shell: Flask) -> None:
    assert clean_text("  甲\r\n乙\u2028丙\ufeff\x07 ") == "甲\n乙\n丙"
    assert clean_line(" 甲\r\n乙 ") == "甲 乙"
    assert clean_text(None) is None
    form = EveryField(MultiDict({"title": "  标\n题 ", "body": " 一\r\n二 ", "secret": "  a b "}))
    assert (form.title.data, form.body.data, form.secret.data) == ("标 题", "一\n二", "  a b ")


def test_what_cannot_be_stored_is_not_sent_back_either(shell: Flask) -> None:
    form = EveryField(MultiDict({"title": "甲\x00\ud800乙", "secret": "a\x00", "count": "1\ud800"}))
    assert not form.validate()
    assert form.title.errors
    assert form.secret.errors
    assert form.count.errors
    assert form.title.data == "甲乙"
    str(form.title()).encode()
    str(form.count()).encode()


@pytest.mark.parametrize(
    "text", ["2026-10-13", "2026/10/13", "2026.10.13", "2026年10月13日", "20261013", " 2026-10-13 "]
)
def test_dates_are_read_in_the_usual_ways(shell: Flask, text: str) -> None:
    assert one(LocalDateField(), text).data == date(2026, 10, 13)


@pytest.mark.parametrize("text", ["1899-12-31", "3000-01-01", "2026-02-30", "2026-13-01", "0000-00-00", "９"])
def test_dates_out_of_reason_are_refused(shell: Flask, text: str) -> None:
    field = one(LocalDateField(), text)
    assert field.errors
    assert field.data is None


def test_moments_are_local_on_the_page_and_utc_inside(shell: Flask) -> None:
    field = one(LocalDateTimeField(), "2026-10-13T00:30")
    assert field.data == datetime(2026, 10, 12, 16, 30, tzinfo=UTC)
    form = EveryField(formdata=None, data={"received_at": datetime(2026, 10, 12, 16, 30, tzinfo=UTC)})
    assert 'value="2026-10-13T00:30"' in form.received_at()
    assert one(LocalDateTimeField(), "2026年10月13日 09:30:15").data == datetime(
        2026, 10, 13, 1, 30, 15, tzinfo=UTC
    )
    assert 'value="昨天"' in one(LocalDateTimeField(), "昨天")(), "what was typed stays in the form"


def test_submission_key_is_fresh_and_survives_a_failed_post(shell: Flask) -> None:
    first, second = EveryField(formdata=None), EveryField(formdata=None)
    assert re.fullmatch(r"[0-9a-f]{32}", first.submission_key.data)
    assert first.submission_key.data != second.submission_key.data
    again = EveryField(MultiDict({"submission_key": first.submission_key.data}))
    assert again.submission_key.data == first.submission_key.data


def test_a_post_without_a_form_is_an_empty_form() -> None:
    app = make_shell()
    for kwargs in ({"data": {}}, {"json": [1]}, {"json": {"title": "甲"}}):
        with app.test_request_context("/", method="POST", **kwargs):
            form = EveryField()
            assert not form.validate_on_submit()
            assert form.title.errors == ["请填写这一项。"]
