"""A text that can be written with reply templates: the one chosen is put in, and which it was goes along."""

from __future__ import annotations

from typing import Any, Self

from flask import request
from wtforms import HiddenField

from blueprints.complaints.forms.base import ActionForm, Desk
from blueprints.complaints.views.phrases import ASKED_LONGEST, chosen_phrase
from core.authz import Permission

CHOOSE, FIND, QUERY = "template", "find", "phrase"


class PhrasedForm(ActionForm):
    """A form whose `text` can begin with a template.

    The page inserts a template by itself; without scripts the form is sent with `template` (or `find`) and
    comes back with it, nothing stored and what was typed kept.
    """

    wordings = HiddenField()
    text: Any

    @classmethod
    def at(cls, desk: Desk) -> Self:
        form = super().at(desk)
        if Permission.KNOWLEDGE_READ in desk.by.permissions:
            form._put_in(desk)
        return form

    @property
    def only_asks(self) -> bool:
        """Whether a template was asked for, not the step."""
        return request.method == "POST" and bool(request.form.get(CHOOSE) or request.form.get(FIND))

    @property
    def query(self) -> str:
        """What is searched for among the templates."""
        asked = request.values.get(QUERY, "").strip()
        return asked[:ASKED_LONGEST] if asked.isprintable() else ""

    def _put_in(self, desk: Desk) -> None:
        asked = request.values.get(CHOOSE, "")
        if not (asked.isascii() and asked.isdecimal() and len(asked) < 10):
            return
        chosen = chosen_phrase(desk.case, desk.by, desk.ruleset, int(asked), desk.now)
        if chosen is None:
            return
        typed = self.text.data if request.method == "POST" else ""
        self.text.data = f"{typed}\n{chosen['text']}" if typed else chosen["text"]
        self.wordings.data = f"{self.wordings.data or ''} {chosen['version']}".strip()
