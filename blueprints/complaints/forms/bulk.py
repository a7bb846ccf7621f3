"""The form of one step for many cases: that of the step, without what belongs to a single case."""

from __future__ import annotations

from flask import request
from wtforms import TextAreaField

from blueprints.complaints.forms import ACTION_FORMS, ActionForm, Desk

ONE_CASE_ONLY = ("files", "notice_way", "notice_text")


def bulk_form(action: str, desk: Desk) -> ActionForm:
    """The form of `action` as sent, or empty but for what holds for every case; choices are the person's."""
    form = ACTION_FORMS[action].at(desk)
    for name in ONE_CASE_ONLY:
        if name in form:
            del form[name]
    if request.method != "POST" and isinstance(form._fields.get("text"), TextAreaField):
        form["text"].data = ""
    return form
