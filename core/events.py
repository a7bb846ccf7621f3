"""How something lower reaches something higher: publish here, subscribers are wired in app.py.

Handlers run at once, in the publisher's transaction; an exception undoes the whole change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app

Handler = Callable[[Any], None]


def _handlers() -> dict[type, list[Handler]]:
    handlers: dict[type, list[Handler]] = current_app.extensions.setdefault("events", {})
    return handlers


def subscribe(event_type: type, handler: Handler) -> None:
    """Call `handler(event)` for each published event of exactly this type."""
    registered = _handlers().setdefault(event_type, [])
    if handler not in registered:
        registered.append(handler)


def publish(event: object) -> None:
    """Hand `event` to its subscribers, in the order in which they were wired."""
    for handler in _handlers().get(type(event), []):
        handler(event)
