"""A small application around the interface shell alone: pages, forms, error answers, no database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import html5lib
from flask import Flask, Response
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from flask_wtf.file import FileField
from jinja2 import DictLoader, StrictUndefined
from jinja2.loaders import ChoiceLoader
from wtforms import (
    BooleanField,
    DecimalField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Optional

from core.errors import register_error_handlers
from core.forms import (
    BaseForm,
    CheckboxListField,
    LocalDateField,
    LocalDateTimeField,
    register_forms,
    select_choices,
)

ROOT = Path(__file__).resolve().parents[2]
XHTML = "{http://www.w3.org/1999/xhtml}"


class EveryField(BaseForm):
    """One field of each kind."""

    title = StringField("标题", validators=[DataRequired()])
    body = TextAreaField("内容", validators=[DataRequired()])
    channel = SelectField(
        "渠道", choices=select_choices([("hotline", "热线"), ("oral", "来访")]), validators=[DataRequired()]
    )
    kind = RadioField("类型", choices=[("a", "投诉"), ("b", "咨询")], validators=[DataRequired()])
    wishes = CheckboxListField("希望", choices=[("x", "解决"), ("y", "道歉")])
    received_at = LocalDateTimeField("收到时间", validators=[DataRequired()])
    day = LocalDateField("日期", validators=[Optional()])
    count = IntegerField("件数", validators=[Optional()])
    amount = DecimalField("金额", validators=[Optional()])
    secret = PasswordField("密码")
    proof = FileField("附件")
    confidential = BooleanField("要求保密")


def make_shell(templates: dict[str, str] | None = None, **settings: Any) -> Flask:
    """The shell with extra in-memory templates; CSRF is off unless WTF_CSRF_ENABLED is given."""
    app = Flask("shell", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
    app.config.update(SECRET_KEY="tests", WTF_CSRF_ENABLED=False, BOOTSTRAP_SERVE_LOCAL=True, **settings)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    assert app.jinja_loader is not None
    app.jinja_loader = ChoiceLoader([DictLoader(templates or {}), app.jinja_loader])
    Bootstrap5(app)
    app.add_url_rule("/icons.svg", "icons", lambda: "")
    CSRFProtect(app)
    register_forms(app)
    register_error_handlers(app)
    app.add_url_rule("/htmx.js", "htmx_local", lambda: Response("", mimetype="text/javascript"))
    return app


def parse(html: str) -> Any:
    """The tree of a fragment; asserts valid HTML, unique ids, no inline style or script."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    tree = parser.parseFragment(html)
    assert not parser.errors, [(error[0], error[1]) for error in parser.errors[:5]]
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    for element in elements:
        assert "style" not in element.attrib, element.attrib
        assert not [name for name in element.attrib if name.startswith("on")], element.attrib
        assert element.tag != f"{XHTML}style"
    ids = [element.get("id") for element in elements if element.get("id")]
    assert len(ids) == len(set(ids)), sorted(ids)
    return tree


def texts(tree: Any, tag: str) -> list[str]:
    """The words in each element `tag` of the tree."""
    return ["".join(element.itertext()).strip() for element in tree.iter(f"{XHTML}{tag}")]
