"""Pages of official notices."""

from flask import Blueprint

blueprint = Blueprint("notices", __name__)

from blueprints.notices.routes import (  # noqa: E402
    acting,
    batch,
    drafting,
    listing,
    notice,
    seals,
    serving,
    verifying,
    wording,
)

__all__ = [
    "acting",
    "batch",
    "blueprint",
    "drafting",
    "listing",
    "notice",
    "seals",
    "serving",
    "verifying",
    "wording",
]
