"""Fills and sends forms as a browser without JavaScript would: whatever stands in a field is sent."""

from __future__ import annotations

from typing import Any

import html5lib
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

XHTML = "{http://www.w3.org/1999/xhtml}"


def form_values(html: str, form_id: str) -> tuple[str, dict[str, Any]]:
    """(address, values) of a form as a browser would send it untouched."""
    tree = html5lib.parse(html)
    form = next((f for f in tree.iter(f"{XHTML}form") if f.get("id") == form_id), None)
    assert form is not None, f"no form {form_id}"
    values: dict[str, Any] = {}
    for control in form.iter():
        name = control.get("name")
        if not name or control.get("disabled") is not None:
            continue
        value = _value(control)
        if value is None:
            continue
        if name in values:
            earlier = values[name] if isinstance(values[name], list) else [values[name]]
            values[name] = [*earlier, value]
        else:
            values[name] = value
    return form.get("action"), values


def _value(control: Any) -> str | None:
    tag, kind = control.tag.removeprefix(XHTML), control.get("type", "")
    if tag == "textarea":
        return "".join(control.itertext()).removeprefix("\n")
    if tag == "select":
        options = list(control.iter(f"{XHTML}option"))
        chosen = [o for o in options if o.get("selected") is not None] or options[:1]
        return chosen[0].get("value", "") if chosen else None
    if tag != "input" or kind in ("file", "submit", "button"):
        return None
    if kind in ("checkbox", "radio"):
        return control.get("value", "on") if control.get("checked") is not None else None
    return control.get("value", "")


def opened(client: FlaskClient, case_id: int, action: str) -> tuple[str, dict[str, Any]]:
    """The form of a step as it opens, prefilled."""
    answer = client.get(f"/cases/{case_id}/do/{action}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200, text[:800]
    return form_values(text, "action-form")


def take(client: FlaskClient, case_id: int, action: str, **fields: Any) -> TestResponse:
    """Open the form of a step, fill in `fields`, send it."""
    address, values = opened(client, case_id, action)
    return client.post(address, data={**values, **fields})


def taken(client: FlaskClient, case_id: int, action: str, **fields: Any) -> None:
    """The same; the step must be carried out."""
    answer = take(client, case_id, action, **fields)
    assert answer.status_code == 303, said(answer.get_data(as_text=True))


def said(html: str) -> str:
    """What a page says about a form, for the message of a failed assertion."""
    tree = html5lib.parse(html)
    marks = ("notice", "error-summary", "conflict")
    boxes = [e for e in tree.iter() if any(m in (e.get("class") or "").split() for m in marks)]
    return " | ".join("".join(box.itertext()).strip() for box in boxes)
